"""Made-up answers that fit a form, for trial walks and tests. Nobody's real data.

An example written in the form comes first; what has none gets the plainest value its limits allow.
"""

from collections.abc import Mapping
from typing import Any

from service.forms import fields
from service.forms.check import standing_form

A_FILE = "00000000-0000-7000-8000-000000000000"

_BY_FORMAT = {
    "date": "2026-03-02",
    "time": "09:30",
    "date-time": "2026-03-02T09:30",
    "email": "nama@contoh.example",
    "uri": "https://contoh.example/",
    "alur-file": A_FILE,
}

_WORDS = "Isian contoh. "


def sample(schema: Mapping[str, Any], choose: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """Answers to every field that stands on the form, but files nobody demands and what is read only.

    `choose` gives values for named fields; names that are not on the form are passed over.
    """
    known = fields.all_fields(fields.inline(schema))
    answers = {name: value for name, value in (choose or {}).items() if name in known}
    for _ in range(len(fields.conditions(schema)) + 1):
        answers = _filled(standing_form(schema, answers), answers)
    return answers


def _filled(form: Mapping[str, Any], answers: Mapping[str, Any]) -> dict[str, Any]:
    """Fill what is empty, drop what does not stand on the form."""
    return {
        name: answers[name] if name in answers else value_for(field)
        for name, field in form["properties"].items()
        if name in answers or _wanted(name, field, form)
    }


def _wanted(name: str, field: Mapping[str, Any], form: Mapping[str, Any]) -> bool:
    if field.get("readOnly"):
        return False
    return name in form.get("required", ()) or not fields.is_file(field)


def value_for(field: Mapping[str, Any]) -> Any:
    """One value that fits the field."""
    for keyword in ("examples", "default"):
        if field.get(keyword) not in (None, []):
            return field[keyword][0] if keyword == "examples" else field[keyword]
    if fields.is_choice(field):
        return next(iter(fields.choices(field)))
    return _PLAINEST[field["type"]](field)


def _text(field: Mapping[str, Any]) -> str:
    if field.get("format") in _BY_FORMAT:
        return _BY_FORMAT[field["format"]]
    least, most = field.get("minLength", 0), field["maxLength"]
    length = max(least, min(most, len(_WORDS) - 2))
    text: str = (_WORDS * (length // len(_WORDS) + 1))[:length]
    return text.rstrip().ljust(least, ".")


def _number(field: Mapping[str, Any]) -> Any:
    least, most = field.get("minimum"), field.get("maximum")
    if least is None:
        return most if most is not None and most < 1 else 1
    return least if least >= 1 or (most is not None and most < 1) else 1


def _integer(field: Mapping[str, Any]) -> int:
    value = _number(field)
    whole = int(value)
    return whole if whole >= value else whole + 1


def _list(field: Mapping[str, Any]) -> list[Any]:
    items, least = field["items"], field.get("minItems", 0)
    if fields.is_choice(items):
        return list(fields.choices(items))[: max(least, 1)]
    return [value_for(items)] * max(least, 0 if fields.is_file(field) else 1)


def _group(field: Mapping[str, Any]) -> dict[str, Any]:
    return _filled(field, {})


_PLAINEST = {
    "string": _text,
    "integer": _integer,
    "number": _number,
    "boolean": lambda field: True,
    "array": _list,
    "object": _group,
}
