"""What the gateways of a drawing may ask: the fields of the forms that come before them, with their values."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from service.diagrams.checking.knowledge import known
from service.diagrams.checking.subject import CheckContext, Subject, subject_of
from service.engine import Element, read_xml
from service.engine.reading import read
from service.errors import Invalid
from service.forms import fields
from service.forms.identity import MARK

ASKING = ("exclusiveGateway", "inclusiveGateway", "catchConditional", "boundaryConditional")


@dataclass(frozen=True)
class Choice:
    """One value a form lets one choose, and how it is called there."""

    value: Any
    label: str


@dataclass(frozen=True)
class Field:
    """A field as a condition may ask for it. `kind`: choice, many, yes_no, number or text."""

    name: str
    title: str
    kind: str
    choices: tuple[Choice, ...]
    asked_at: tuple[str, ...]
    """Labels of the steps whose forms have it."""
    optional: bool
    """Whether a form that has it lets it be empty."""


@dataclass(frozen=True)
class Asking:
    """What is known where an element asks: on every way to it, and on some way only."""

    surely: tuple[str, ...]
    perhaps: tuple[str, ...]


@dataclass(frozen=True)
class Foreknowledge:
    """The fields of all forms by name, and what each gateway may ask of them."""

    fields: tuple[Field, ...] = ()
    known: Mapping[str, Asking] | None = None


def foreknowledge(xml: bytes, forms: Mapping[str, Any]) -> Foreknowledge:
    """Never raises for what is in the files: where nothing can be read, nothing is known."""
    try:
        root = read_xml(xml).getroot()
    except Invalid:
        return Foreknowledge(known={})
    drawing, _findings = read(root)
    if drawing is None:
        return Foreknowledge(known={})
    subject = subject_of(root, drawing, forms, CheckContext())
    found = {field.name: field for field in _fields(subject)}
    knowledge = known(subject)
    asking = {
        element.id: Asking(
            tuple(sorted(knowledge.surely[element.id] & found.keys())),
            tuple(sorted((knowledge.perhaps[element.id] - knowledge.surely[element.id]) & found.keys())),
        )
        for element in subject.elements.values()
        if element.kind in ASKING
    }
    return Foreknowledge(tuple(found.values()), asking)


def _fields(subject: Subject) -> Iterator[Field]:
    asked: dict[str, list[tuple[Element, Mapping[str, Any]]]] = {}
    optional: set[str] = set()
    for element_id, form in subject.forms.items():
        for name, field in form.fields.items():
            if not field.get(MARK) and not fields.is_file(field):
                asked.setdefault(name, []).append((subject.elements[element_id], field))
                optional |= {name} - set(form.schema.get("required", ()))
    for name, several in asked.items():
        field = several[-1][1]
        if (kind := _kind(field)) is not None:
            labels = tuple(dict.fromkeys(element.label for element, _ in several))
            yield Field(name, str(field.get("title") or name), kind, _choices(several), labels, name in optional)


def _kind(field: Mapping[str, Any]) -> str | None:
    """How it may be asked for; None for what a condition cannot compare."""
    if field.get("type") == "array":
        return "many" if fields.choices(field) else None
    if field.get("type") == "boolean":
        return "yes_no"
    if fields.is_choice(field):
        return "choice"
    return {"integer": "number", "number": "number", "string": "text"}.get(str(field.get("type")))


def _choices(several: list[tuple[Element, Mapping[str, Any]]]) -> tuple[Choice, ...]:
    """The values of all forms that ask it, each once."""
    found: dict[tuple[str, Any], Choice] = {}
    for _element, field in several:
        for value, label in fields.choices(field).items():
            found.setdefault((type(value).__name__, value), Choice(value, label))
    return tuple(found.values())
