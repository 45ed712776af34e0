"""Changing a form by clicks: each operation gives a new schema and ui schema, or is refused in words.

Pure: no database, no page. Whatever comes out has passed the profile (`forms.profile`); what the clicks do not cover
(groups, rows, conditions, references) they carry along untouched.
"""

import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass
from typing import Any

from service.errors import Invalid, Problem
from service.forms import fields
from service.forms.formats import FILE
from service.forms.pointers import pointer
from service.forms.profile import check_profile

Schema = dict[str, Any]
Form = tuple[Schema, Schema]
"""The schema and the ui schema."""

SHORT, LONG, WHOLE, NUMBER, DATE, TIME = "short", "long", "whole", "number", "date", "time"
ONE, MANY, YES_NO, FILES, OTHER = "one", "many", "yes_no", "files", "other"
KINDS = (SHORT, LONG, WHOLE, NUMBER, DATE, TIME, ONE, MANY, YES_NO, FILES)
"""What can be added by a click; `OTHER` is what only its JSON says."""

LONGEST_NAME = 50
_FIRST_CHOICES = ("Pilihan satu", "Pilihan dua")
_NUMBER = re.compile(r"-?[0-9]{1,12}([.,][0-9]{1,6})?")


@dataclass(frozen=True)
class Limit:
    """A limit of a field: the keyword, and whether the profile wants one."""

    word: str
    demanded: bool = False


_TEXT_LIMITS = (Limit("minLength"), Limit("maxLength", demanded=True))
_NUMBER_LIMITS = (Limit("minimum"), Limit("maximum"))
LIMITS = {
    SHORT: _TEXT_LIMITS,
    LONG: _TEXT_LIMITS,
    WHOLE: _NUMBER_LIMITS,
    NUMBER: _NUMBER_LIMITS,
    MANY: (Limit("minItems"), Limit("maxItems")),
    FILES: (Limit("maxItems", demanded=True),),
}
MULTILINE = (SHORT, LONG)
CHOOSING = (ONE, MANY)


@dataclass(frozen=True)
class Set:
    """One field with its settings as the page shows them; of a `fixed` one only the place can be changed by clicks."""

    name: str
    kind: str
    title: str
    help: str
    required: bool
    limits: Mapping[str, str]
    choices: str
    fixed: bool


# ---- what is there ----------------------------------------------------------------------------------------------


def settings(form: Form) -> tuple[Set, ...]:
    """The fields of a form within the profile, in the order in which they are drawn."""
    schema, ui = form
    whole = fields.all_fields(fields.inline(schema))
    return tuple(_set(name, whole[name], form) for name in _order(schema, ui))


def _set(name: str, field: Mapping[str, Any], form: Form) -> Set:
    schema, ui = form
    own = schema["properties"].get(name)
    kind = kind_of(field, ui.get(name, {}))
    return Set(
        name=name,
        kind=kind,
        title=field["title"],
        help=ui.get(name, {}).get("ui:help", ""),
        required=name in schema.get("required", ()),
        limits={limit.word: _written(field.get(limit.word)) for limit in LIMITS.get(kind, ())},
        choices="\n".join(fields.choices(field).values()) if kind in CHOOSING else "",
        fixed=own is None or "$ref" in own or "$ref" in own.get("items", {}),
    )


def kind_of(field: Mapping[str, Any], ui: Mapping[str, Any]) -> str:
    """Which of the kinds a field is; `OTHER` for those that no click makes."""
    if fields.is_file(field):
        return FILES if field["type"] == "array" else OTHER
    if field["type"] == "array":
        return MANY if fields.choices(field) else OTHER
    if fields.is_choice(field):
        return ONE if field["type"] == "string" else OTHER
    if field["type"] == "string":
        return _kind_of_text(field, ui)
    return {"integer": WHOLE, "number": NUMBER, "boolean": YES_NO}.get(field["type"], OTHER)


def _kind_of_text(field: Mapping[str, Any], ui: Mapping[str, Any]) -> str:
    if "format" in field:
        return {"date": DATE, "time": TIME}.get(field["format"], OTHER)
    return LONG if ui.get("ui:widget") == "textarea" else SHORT


def _written(limit: int | float | None) -> str:
    return "" if limit is None else str(limit).replace(".", ",")


def _order(schema: Schema, ui: Schema) -> list[str]:
    """The fields as they are drawn: by `ui:order`, where there is one."""
    return list(ui.get("ui:order") or fields.all_fields(fields.inline(schema)))


# ---- operations -------------------------------------------------------------------------------------------------


def blank(title: str) -> Form:
    """A new form with one field for a note; a form without a field there is not."""
    schema: Schema = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": title[:200],
        "type": "object",
        "properties": {},
    }
    return add((schema, {"ui:order": []}), LONG, "Catatan")


def add(form: Form, kind: str, title: str) -> Form:
    """A field of this kind at the end, named after its title."""
    title = " ".join(title.split())
    if kind not in KINDS:
        raise _refused("/add/kind", "Pilih jenis isian.")
    if not title:
        raise _refused("/add/title", "Tulis judul isian yang ditambahkan.")
    schema, ui = deepcopy(form)
    order = _order(schema, ui)
    name = name_from(title, order)
    schema["properties"][name] = {"title": title, **_first(kind)}
    ui["ui:order"] = [*order, name]
    if kind == LONG:
        ui[name] = {"ui:widget": "textarea", "ui:options": {"rows": 4}}
    return _passed((schema, ui))


def _first(kind: str) -> Schema:
    """What a new field of a kind says, besides its title."""
    choices = [{"const": name_from(each, ()), "title": each} for each in _FIRST_CHOICES]
    first: dict[str, Schema] = {
        SHORT: {"type": "string", "maxLength": 200},
        LONG: {"type": "string", "maxLength": 3000},
        WHOLE: {"type": "integer", "minimum": 0},
        NUMBER: {"type": "number", "minimum": 0},
        DATE: {"type": "string", "format": "date"},
        TIME: {"type": "string", "format": "time"},
        ONE: {"type": "string", "oneOf": choices},
        MANY: {"type": "array", "uniqueItems": True, "items": {"type": "string", "oneOf": choices}},
        YES_NO: {"type": "boolean"},
        FILES: {"type": "array", "maxItems": 5, "items": {"type": "string", "format": FILE}},
    }
    return first[kind]


def name_from(title: str, taken: Sequence[str]) -> str:
    """`Tanggal Kejadian` is `tanggal_kejadian`; with a number where that is taken already."""
    plain = unicodedata.normalize("NFKD", title).encode("ascii", "ignore").decode().lower()
    stem = re.sub(r"[^a-z0-9]+", "_", plain).strip("_0123456789")[:LONGEST_NAME].rstrip("_") or "isian"
    number, found = 2, stem
    while found in taken:
        number, found = number + 1, f"{stem}_{number}"
    return found


def remove(form: Form, name: str) -> Form:
    """Without this field, and without what speaks of it but the conditions: those keep it from going."""
    schema, ui = deepcopy(form)
    order = _order(schema, ui)
    if name not in schema["properties"]:
        raise _refused(pointer(("schema", "properties", name)), "Isian ini hanya dapat diubah lewat JSON lanjutan.")
    del schema["properties"][name]
    for holder in (schema, *fields.branches(schema)):
        _forget(holder, name)
    ui.pop(name, None)
    ui["ui:order"] = [each for each in order if each != name]
    return _passed((schema, ui))


def _forget(holder: Schema, name: str) -> None:
    if "required" in holder:
        holder["required"] = [each for each in holder["required"] if each != name]
    if "dependentRequired" in holder:
        needs = holder["dependentRequired"]
        left = {key: [each for each in others if each != name] for key, others in needs.items() if key != name}
        holder["dependentRequired"] = {key: others for key, others in left.items() if others}


def move(form: Form, name: str, by: int) -> Form:
    """One place up (-1) or down (1); at the end of the list it stays where it is."""
    schema, ui = deepcopy(form)
    order = _order(schema, ui)
    if name not in order:
        raise _refused("/schema", "Isian ini tidak ada lagi pada formulir.")
    place = order.index(name)
    order.insert(max(0, place + by), order.pop(place))
    ui["ui:order"] = order
    return _passed((schema, ui))


def change(form: Form, title: str, typed: Mapping[str, Mapping[str, str]]) -> Form:
    """With the title of the form and the settings of its fields as they were typed; what was not typed stays."""
    schema, ui = deepcopy(form)
    _write(schema, "title", " ".join(title.split()))
    problems: list[Problem] = []
    for each in settings(form):
        if each.name in typed and not each.fixed:
            problems += _Change(schema, ui, each, typed[each.name]).make()
    if problems:
        raise Invalid("Beberapa isian perlu dibetulkan.", errors=problems)
    return _passed((schema, ui))


class _Change:
    """Writes what was typed for one field into a form that is being made."""

    def __init__(self, schema: Schema, ui: Schema, field: Set, typed: Mapping[str, str]) -> None:
        self.schema, self.ui, self.was, self.typed = schema, ui, field, typed
        self.field: Schema = schema["properties"][field.name]

    def make(self) -> Iterator[Problem]:
        self.field["title"] = " ".join(self.typed.get("title", self.was.title).split())
        if not self.field["title"]:
            yield self._problem("title", "Tulis judul isian; petugas membacanya.")
        self._ui({"ui:help": self.typed.get("help", self.was.help).strip()})
        self._require()
        if self.was.kind in MULTILINE:
            self._lines()
        for limit in LIMITS.get(self.was.kind, ()):
            yield from self._limit(limit)
        if self.was.kind in CHOOSING:
            yield from self._choose()

    def _problem(self, word: str, message: str) -> Problem:
        return Problem(pointer(("schema", "properties", self.was.name, word)), message)

    def _ui(self, keys: Mapping[str, Any]) -> None:
        mine = self.ui.setdefault(self.was.name, {})
        for key, value in keys.items():
            _write(mine, key, value)
        if not mine:
            del self.ui[self.was.name]

    def _require(self) -> None:
        names = [each for each in self.schema.get("required", ()) if each != self.was.name]
        if self.typed.get("required"):
            was = self.schema.get("required", [])
            names = was if self.was.name in was else [*names, self.was.name]
        _write(self.schema, "required", names)

    def _lines(self) -> None:
        wanted = bool(self.typed.get("multiline"))
        if wanted and self.was.kind == SHORT:
            self._ui({"ui:widget": "textarea", "ui:options": {"rows": 4}})
        elif not wanted and self.was.kind == LONG:
            self._ui({"ui:widget": None, "ui:options": None})

    def _limit(self, limit: Limit) -> Iterator[Problem]:
        if limit.word not in self.typed:
            return
        text = self.typed[limit.word].strip().replace(" ", "")
        if not text and limit.demanded:
            yield self._problem(limit.word, "Tulis paling banyak berapa.")
        elif text and not _NUMBER.fullmatch(text):
            yield self._problem(limit.word, "Tulis angka saja, misalnya 200.")
        else:
            _write(self.field, limit.word, _number(text) if text else None)

    def _choose(self) -> Iterator[Problem]:
        lines = [line for each in self.typed.get("choices", self.was.choices).splitlines() if (line := each.strip())]
        if not lines:
            yield self._problem("oneOf", "Tulis paling sedikit satu pilihan.")
        elif lines != self.was.choices.split("\n"):
            holder = self.field if self.was.kind == ONE else self.field["items"]
            _offer(holder, lines)


def _write(holder: Schema, key: str, value: Any) -> None:
    """Write a value; what is empty is left out, as the profile likes it. Zero is a value."""
    if value in ("", None, []):
        holder.pop(key, None)
    else:
        holder[key] = value


def _number(text: str) -> int | float:
    found = float(text.replace(",", "."))
    return int(found) if found.is_integer() else found


def _offer(holder: Schema, lines: list[str]) -> None:
    """These choices. A choice whose words stay keeps its value; so does one whose words alone are changed."""
    if "enum" in holder:
        holder["enum"] = lines
        return
    old = holder["oneOf"]
    by_words = {each["title"]: each for each in old}
    kept = [by_words.get(line) for line in lines]
    if len(old) == len(lines):
        moved = [each if each["title"] not in lines else None for each in old]
        kept = [each or beside for each, beside in zip(kept, moved, strict=True)]
    taken = [str(each["const"]) for each in kept if each]
    holder["oneOf"] = [_choice(each, line, taken) for each, line in zip(kept, lines, strict=True)]


def _choice(kept: Schema | None, words: str, taken: list[str]) -> Schema:
    if kept is not None:
        return {**kept, "title": words}
    taken.append(name_from(words, taken))
    return {"const": taken[-1], "title": words}


def copy(form: Form) -> Form:
    """The form of another step to begin with."""
    return _passed(deepcopy(form))


def replaced(schema: object, ui: object) -> Form:
    """The form as its JSON was written by hand."""
    return _passed((schema, ui))  # type: ignore[arg-type]  # whatever it is: the profile looks at it before anybody


def _passed(form: Form) -> Form:
    if problems := check_profile(*form):
        raise Invalid("Perubahan ini tidak dapat dipakai.", errors=problems)
    return form


def _refused(at: str, message: str) -> Invalid:
    return Invalid(message, errors=[Problem(at, message)])


# ---- one click --------------------------------------------------------------------------------------------------

CLICKS: dict[str, Callable[[Form, str], Form]] = {
    "up": lambda form, name: move(form, name, -1),
    "down": lambda form, name: move(form, name, 1),
    "remove": remove,
}
"""What the buttons at a field do."""
