"""What a browser posts, read back as answers: names like `tim.0.nama` become objects and lists, texts get their type.

A field left empty is absent. What cannot be read as its type stays the text it is, so that the check can say what is
wrong with it and the form can show it again. Buttons within a form that only change its shape are an action.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from service.forms import fields
from service.forms.check import standing_form

Posted = Mapping[str, Sequence[str]]

ACTION = "alur-do"
NEW_FILE = ":new"
"""Ends the name of the control by which a file is chosen; the plain name holds the ids of files already kept."""
ROW = ":row"
"""Ends the name of the mark that each row bears, so that an empty row is not lost while the form is being filled."""
MOST_ROWS = 200

ADD, REMOVE, DROP, SHOW = "add", "remove", "drop", "show"

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*(\.[A-Za-z0-9_]+)*")
_WHOLE = re.compile(r"[+\-]?(\d+|\d{1,3}(\.\d{3})+)")
_DECIMAL = re.compile(r"[+\-]?(\d+|\d{1,3}(\.\d{3})+)(,\d+)?")
_POINT = re.compile(r"[+\-]?\d+\.\d+")


def pointer_to(name: str) -> str:
    """`tim.0.nama` is `/tim/0/nama`."""
    return "/" + name.replace(".", "/")


def read_answers(
    schema: Mapping[str, Any],
    form: Posted,
    uploaded: Mapping[str, Sequence[str]] | None = None,
    keep_rows: bool = False,
) -> dict[str, Any]:
    """The answers that this form holds; fields that its conditions do not let stand are left out.

    `uploaded` holds the ids of files that came with it, by name of the field. With `keep_rows` empty rows stay.
    """
    reader = _Reader(form, uploaded or {}, keep_rows)
    whole = fields.inline(schema)
    return _standing(schema, reader.group(fields.all_fields(whole), ""))


def acted(form: Posted) -> Posted:
    """The form after the button that was pressed: a row added or taken away, a file dropped."""
    verb, _, what = next(iter(form.get(ACTION, ())), "").partition(" ")
    name, _, rest = what.partition(" ")
    if not _NAME.fullmatch(name):
        return form
    if verb == ADD:
        return {**form, f"{name}.{_next_row(form, name)}{ROW}": [""]}
    if verb == REMOVE:
        return {key: values for key, values in form.items() if not key.startswith((f"{name}.", f"{name}:"))}
    if verb == DROP:
        return {**form, name: [value for value in form.get(name, ()) if value != rest]}
    return form


def text_of(value: Any) -> str:
    """A single value as the text a control holds."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return repr(value).removesuffix(".0").replace(".", ",")
    return "" if value is None else str(value)


def _standing(schema: Mapping[str, Any], answers: dict[str, Any]) -> dict[str, Any]:
    """Taking away one answer may decide a condition anew, so look until nothing changes."""
    for _ in range(len(schema.get("allOf", ())) + 1):
        standing = standing_form(schema, answers)["properties"]
        kept = {name: value for name, value in answers.items() if name in standing}
        if len(kept) == len(answers):
            break
        answers = kept
    return answers


def _next_row(form: Posted, name: str) -> int:
    return max(_rows(form, name), default=-1) + 1


def _rows(form: Posted, name: str) -> list[int]:
    """The numbers of the rows of this list, in order; removing rows may leave gaps."""
    mark = re.compile(re.escape(name) + r"\.(\d{1,4})[.:]")
    found = {int(match[1]) for key in form if (match := mark.match(key))}
    return sorted(found)[:MOST_ROWS]


class _Reader:
    """Reads values of all types from one posted form; None is what was not filled."""

    def __init__(self, form: Posted, uploaded: Mapping[str, Sequence[str]], keep_rows: bool) -> None:
        self.form = form
        self.uploaded = uploaded
        self.keep_rows = keep_rows

    def group(self, inside: Mapping[str, Any], prefix: str) -> dict[str, Any]:
        read = {name: self.value(field, prefix + name) for name, field in inside.items() if not field.get("readOnly")}
        return {name: value for name, value in read.items() if value is not None}

    def value(self, field: Mapping[str, Any], name: str) -> Any:
        if fields.is_file(field):
            return self.files(field, name)
        if field["type"] == "object":
            return self.group(field["properties"], f"{name}.") or None
        if field["type"] == "array":
            return self.choices(field, name) if fields.choices(field) else self.rows(field, name)
        text = _clean(next(iter(self.form.get(name, ())), ""))
        return _typed(field, text) if text else None

    def files(self, field: Mapping[str, Any], name: str) -> Any:
        ids = [text for text in self.form.get(name, ()) if text] + list(self.uploaded.get(name, ()))
        if field["type"] == "array":
            return list(dict.fromkeys(ids)) or None
        return ids[-1] if ids else None

    def choices(self, field: Mapping[str, Any], name: str) -> list[Any] | None:
        texts = [text for text in self.form.get(name, ()) if text]
        return [_typed(field["items"], text) for text in texts] or None

    def rows(self, field: Mapping[str, Any], name: str) -> list[Any] | None:
        inside = field["items"]["properties"]
        read = [self.group(inside, f"{name}.{number}.") for number in _rows(self.form, name)]
        return [row for row in read if row or self.keep_rows] or None


def _clean(text: str) -> str:
    return text.replace("\r\n", "\n").strip()


def _typed(field: Mapping[str, Any], text: str) -> Any:
    """The value this text stands for, or the text itself where it stands for none."""
    if fields.is_choice(field):
        return next((value for value in fields.choices(field) if text_of(value) == text), text)
    if field["type"] == "boolean":
        return {"true": True, "false": False}.get(text, text)
    if field["type"] == "integer" and _WHOLE.fullmatch(text):
        return _whole(text)
    return _number(text) if field["type"] == "number" else text


def _whole(text: str) -> Any:
    """`12.000` is twelve thousand, as people here write it."""
    digits = text.replace(".", "")
    return int(digits) if len(digits) < 20 else text


def _number(text: str) -> Any:
    """`1.250,5` as people here write it, `1250.5` as machines do."""
    if _WHOLE.fullmatch(text):
        return _whole(text)
    if _DECIMAL.fullmatch(text):
        return float(text.replace(".", "").replace(",", ".")) if len(text) < 40 else text
    return float(text) if _POINT.fullmatch(text) and len(text) < 40 else text
