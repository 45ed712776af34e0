"""One of the two versions compared, read: its steps and ways, its forms, its lanes; and the pair of both."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from service.diagrams.loading import Form, forms_of
from service.diagrams.matching import match, match_lanes
from service.engine import Element, Lane, Spec, read_xml
from service.engine.reading import read
from service.errors import Invalid
from service.forms import fields
from service.forms.profile import check_profile

NOWHERE = Element("", None, "startEvent")


@dataclass(frozen=True)
class Side:
    """A version as it is drawn, also one that cannot run yet."""

    xml: bytes
    spec: Spec
    forms: Mapping[str, Form]

    def lane(self, element: Element) -> Lane | None:
        return self.spec.lane(element.lane)

    @cached_property
    def fields(self) -> Mapping[str, Mapping[str, Any]]:
        """The fields of each step's form by name, those of its conditions too; none of a form outside the profile."""
        return {step: fields_of(form) for step, form in self.forms.items()}


def side_of(xml: bytes, files: Mapping[str, Any]) -> Side:
    """Read one version. Raises `Invalid` where there is no process to be read at all."""
    root = read_xml(xml).getroot()
    drawing, findings = read(root)
    if drawing is None:
        raise Invalid("Diagram ini belum dapat dibandingkan karena tidak dapat dibaca.", findings=findings)
    inside = [each for each in drawing.elements.values() if each.scope is None]
    spec = Spec(
        key=drawing.key,
        title=drawing.title,
        properties=drawing.properties,
        elements=drawing.elements,
        flows=drawing.flows,
        lanes=drawing.lanes,
        reads=frozenset(),
        start=next((each for each in inside if each.kind.startswith("start")), NOWHERE),
        ends=tuple(each for each in inside if each.kind.startswith("end")),
        messages=(),
        documentation=drawing.documentation,
    )
    return Side(xml, spec, forms_of(spec, dict(files)))


def fields_of(form: Form) -> dict[str, dict[str, Any]]:
    """The fields a form can ever show."""
    if check_profile(form.schema, form.ui_schema):
        return {}
    return fields.all_fields(fields.inline(form.schema))


@dataclass(frozen=True)
class Pair:
    """Both versions, and which step of the one is which of the other."""

    before: Side
    after: Side

    @cached_property
    def steps(self) -> dict[str, str]:
        return match(self.before.spec, self.after.spec)

    @cached_property
    def steps_back(self) -> dict[str, str]:
        return {after: before for before, after in self.steps.items()}

    @cached_property
    def lanes(self) -> dict[str, str]:
        return match_lanes(self.before.spec, self.after.spec)

    def both(self) -> Iterator[tuple[Element, Element]]:
        """Each step that stands in both, as it was and as it is, in the order of the newer file."""
        for after in self.after.spec.elements.values():
            if after.id in self.steps_back:
                yield self.before.spec.elements[self.steps_back[after.id]], after

    def added(self) -> Iterator[Element]:
        return (each for each in self.after.spec.elements.values() if each.id not in self.steps_back)

    def removed(self) -> Iterator[Element]:
        return (each for each in self.before.spec.elements.values() if each.id not in self.steps)
