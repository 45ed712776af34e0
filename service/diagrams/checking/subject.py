"""What is checked, read once for all who look at it: the drawing, its ways and its forms."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

from service.diagrams.checking.ways import Ways, ways_of
from service.engine.findings import Finding
from service.engine.reading import BPMN, Drawing, local
from service.engine.spec import Element
from service.errors import Problem
from service.forms import fields
from service.forms.profile import check_profile
from service.sentences import Sentence


@dataclass(frozen=True)
class CheckContext:
    """What is known beside the files: the lanes that somebody holds (None: not known), and whether to run it dry."""

    lanes_held: set[str] | None = None
    dry_run: bool = True


@dataclass(frozen=True)
class FormFile:
    """One form as handed in. `fields` are those it can ever show, if it is in the profile."""

    name: str
    schema: Any
    problems: tuple[Problem, ...] = ()
    fields: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)

    @property
    def names(self) -> frozenset[str]:
        """The names that its answers can have, also if it is not in the profile."""
        properties = self.schema.get("properties") if isinstance(self.schema, dict) else None
        return frozenset(self.fields) | (frozenset(properties) if isinstance(properties, dict) else frozenset())


@dataclass(frozen=True)
class Subject:
    """A drawing with all its nodes, those that cannot run included, and the files of its forms."""

    root: Any
    drawing: Drawing
    files: Mapping[str, Any]
    context: CheckContext

    @cached_property
    def ways(self) -> Ways:
        return ways_of(self.drawing)

    @property
    def elements(self) -> Mapping[str, Element]:
        return self.drawing.elements

    @cached_property
    def forms(self) -> Mapping[str, FormFile]:
        """The forms by the element that asks them; one that is named but not there is left out."""
        read: dict[tuple[str, str], FormFile] = {}
        found: dict[str, FormFile] = {}
        for element in self.elements.values():
            name, ui_name = element.form or "", element.form_ui or ""
            if name in self.files:
                if (name, ui_name) not in read:
                    read[name, ui_name] = _form(name, self.files[name], self.files.get(ui_name))
                found[element.id] = read[name, ui_name]
        return found

    @cached_property
    def complaint(self) -> bool:
        """Does a complainant take part?"""
        return any(lane.public for lane in self.drawing.lanes)

    def tasks(self) -> Iterator[Element]:
        return (element for element in self.elements.values() if element.is_task)


def subject_of(root: Any, drawing: Drawing, files: Mapping[str, Any], context: CheckContext) -> Subject:
    """The subject of a check; nodes that reading left out are put back, so that ways lead on past them."""
    return Subject(root, _whole(drawing), {name: _json(value) for name, value in files.items()}, context)


def finding(
    code: str, element: Any, what: str, why: str, mend: str, *, blocks: bool = True, id: str | None = None
) -> Finding:
    """A finding about an element, lane or, with None, about the diagram."""
    words = (Sentence(what), Sentence(why), Sentence(mend))
    return Finding(code, getattr(element, "id", id), getattr(element, "name", None), *words, blocks)


def _whole(drawing: Drawing) -> Drawing:
    ends = {end for flow in drawing.flows.values() for end in (flow.source, flow.target)}
    missing = ends - set(drawing.elements)
    if not missing:
        return drawing
    nodes = (node for node in drawing.process.iter(f"{{{BPMN}}}*") if node.get("id") in missing and _is_step(node))
    put_back = {node.get("id"): _stand_in(drawing, node) for node in nodes}
    return replace(drawing, elements={**drawing.elements, **put_back})


def _is_step(node: Any) -> bool:
    """What lies anywhere but in a process or sub-process is never come to, whatever its name."""
    return node.getparent() is not None and local(node.getparent()) in _HOLD_STEPS


_HOLD_STEPS = ("process", "subProcess", "adHocSubProcess", "transaction")


def _stand_in(drawing: Drawing, node: Any) -> Element:
    parent = node.getparent()
    flows = drawing.flows.values()
    return Element(
        id=node.get("id"),
        name=node.get("name"),
        kind=local(node) if local(node) != "subProcess" else "eventSubProcess",
        scope=parent.get("id") if local(parent) == "subProcess" else None,
        incoming=tuple(flow.id for flow in flows if flow.target == node.get("id")),
        outgoing=tuple(flow.id for flow in flows if flow.source == node.get("id")),
    )


def _json(value: Any) -> Any:
    """What a file says; None if it is no JSON."""
    if not isinstance(value, (bytes, bytearray, str)):
        return value
    try:
        return json.loads(value)
    except (ValueError, RecursionError):
        return None


def _form(name: str, schema: Any, ui: Any) -> FormFile:
    problems = tuple(check_profile(schema, ui))
    known = {} if problems else fields.all_fields(fields.inline(schema))
    return FormFile(name, schema, problems, known)
