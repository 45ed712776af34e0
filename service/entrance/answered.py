"""Answers in words: what was put into a form, under the labels of the form, for people to read."""

import uuid
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from flask_babel import gettext

from service.diagrams.loading import Form, Loaded
from service.files.models import File, files_with
from service.forms import fields

TITLE = "judul"
"""The field of a start form whose name begins so is the title of what it starts."""


@dataclass(frozen=True)
class Answer:
    """One field that was filled: its label, and what stands in it."""

    label: str
    text: str = ""
    on: date | None = None
    moment: datetime | None = None
    files: tuple[File, ...] = ()
    parts: tuple[tuple["Answer", ...], ...] = ()
    """The rows of a list, or the one row of a group."""
    agreed: bool = False
    """A statement that had to be agreed to, and says nothing else."""


def answers_in_words(version: Loaded, element: str | None, answers: Mapping[str, Any] | None) -> tuple[Answer, ...]:
    """The fields of the element's form that were filled, in the form's order; others under their own names."""
    if not answers:
        return ()
    known = known_fields(version.form(element or "")) or every_field(version)
    order = [name for name in known if name in answers] + [name for name in answers if name not in known]
    kept = _files_in(answers)
    return tuple(_answer(known.get(name, {}), name, answers[name], kept) for name in order if _filled(answers[name]))


def title_of(version: Loaded, answers: Mapping[str, Any] | None) -> str:
    """What the complaint is called by whoever handed it in; the name of the procedure where it has no title."""
    for name, value in (answers or {}).items():
        if name.startswith(TITLE) and isinstance(value, str) and value.strip():
            return value.strip()
    return version.spec.title


def known_fields(form: Form) -> dict[str, dict[str, Any]]:
    """Every field that the form can show, in its order."""
    found = fields.all_fields(fields.inline(form.schema))
    wanted = [name for name in form.ui_schema.get("ui:order", ()) if name in found]
    return {name: found[name] for name in [*wanted, *(n for n in found if n not in wanted)]}


def every_field(version: Loaded) -> dict[str, dict[str, Any]]:
    """Every field of every form of the version, by name."""
    return {name: field for form in version.forms.values() for name, field in known_fields(form).items()}


def _answer(field: Mapping[str, Any], name: str, value: Any, kept: Mapping[str, File]) -> Answer:
    label = field.get("title") or name
    if fields.is_file(field):
        ids = value if isinstance(value, list) else [value]
        return Answer(label, files=tuple(kept[str(i)] for i in ids if str(i) in kept))
    if isinstance(value, Mapping):
        return Answer(label, parts=(tuple(_within(field, value, kept)),))
    if isinstance(value, list) and any(isinstance(item, Mapping) for item in value):
        rows = (tuple(_within(field.get("items", {}), item, kept)) for item in value)
        return Answer(label, parts=tuple(rows))
    return _plain(field, label, value)


def _within(field: Mapping[str, Any], value: Mapping[str, Any], kept: Mapping[str, File]) -> Iterator[Answer]:
    known = field.get("properties", {})
    return (_answer(known.get(name, {}), name, inner, kept) for name, inner in value.items() if _filled(inner))


def _plain(field: Mapping[str, Any], label: str, value: Any) -> Answer:
    labels = fields.choices(field)
    if isinstance(value, list):
        return Answer(label, ", ".join(labels.get(item, str(item)) for item in value))
    if isinstance(value, bool):
        text = labels.get(value) or (gettext("Ya") if value else gettext("Tidak"))
        return Answer(label, text, agreed=field.get("const") is True)
    if isinstance(value, str) and field.get("format") in ("date", "date-time"):
        return _dated(label, value)
    return Answer(label, labels.get(value, str(value)))


def _dated(label: str, value: str) -> Answer:
    try:
        moment = datetime.fromisoformat(value)
    except ValueError:
        return Answer(label, value)
    return Answer(label, moment=moment) if moment.tzinfo else Answer(label, on=moment.date())


def _filled(value: Any) -> bool:
    return value not in (None, "", [], {})


def _files_in(value: Any) -> dict[str, File]:
    ids = set(_ids_in(value))
    return {str(file.id): file for file in files_with(ids)} if ids else {}


def _ids_in(value: Any) -> Iterator[uuid.UUID]:
    """Whatever reads like the id of a file; what is none is not found."""
    if isinstance(value, str):
        try:
            yield uuid.UUID(value)
        except ValueError:
            return
    elif isinstance(value, Mapping | list):
        inner: Sequence[Any] = list(value.values()) if isinstance(value, Mapping) else value
        for item in inner:
            yield from _ids_in(item)
