"""A form as it is to be drawn: which controls, under which names, with which values, words and errors.

Plain data for the templates in `templates/forms/`; nothing here knows HTML. What a branch of a condition may add is
drawn too, marked as not standing, so that a script can show it at once; without a script the server draws anew.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from service.errors import Problem
from service.forms import fields
from service.forms.check import standing_form
from service.forms.identity import MARK
from service.forms.posted import text_of

MOST_RADIOS = 5
LONG_TEXT = 500
SHORT_EXAMPLE = 60
ROW_PLACE = "*"
"""Stands for the number of a row in the blank row that a script copies."""

_OWN = {
    "nama": "name",
    "nama_pelapor": "name",
    "alamat": "street-address",
    "telp_hp": "tel",
    "email": "email",
    "jenis_kelamin": "sex",
}
"""What a browser may fill in by itself, of the fields that say who somebody is."""

_INPUTS = {"date": "date", "time": "time", "date-time": "datetime-local", "email": "email", "uri": "url"}


@dataclass(frozen=True)
class FileShown:
    """A file already kept, as the form names it."""

    id: str
    name: str
    size: int


@dataclass(frozen=True)
class Choice:
    """One of several values."""

    value: str
    label: str
    tip: str
    chosen: bool


@dataclass(frozen=True)
class Row:
    """One row of a list, with its own fields."""

    name: str
    number: int
    fields: tuple["Field", ...]


@dataclass(frozen=True)
class Field:
    """One field as drawn; `kind` names the macro that draws it, `demanded` says that no condition changes that."""

    name: str
    kind: str
    label: str
    tip: str = ""
    example: str = ""
    placeholder: str = ""
    optional: bool = True
    demanded: bool = False
    stands: bool = True
    conditional: bool = False
    steers: bool = False
    wrong: Problem | None = None
    value: str = ""
    on: date | None = None
    input: str = "text"
    mode: str = ""
    autocomplete: str = ""
    lines: int = 0
    several: bool = False
    most: int = 0
    choices: tuple[Choice, ...] = ()
    fields: tuple["Field", ...] = ()
    rows: tuple[Row, ...] = ()
    blank: Row | None = None
    files: tuple[FileShown, ...] = ()
    hidden: tuple[tuple[str, str], ...] = ()

    @property
    def id(self) -> str:
        return f"f-{self.name}"


@dataclass(frozen=True)
class Form:
    """A whole form: its fields in their order, what is wrong (address in the page or None), and its rules."""

    title: str
    description: str
    fields: tuple[Field, ...]
    errors: tuple[tuple[str | None, Problem], ...]
    rules: tuple[dict[str, Any], ...]
    takes_files: bool


def draw(
    schema: Mapping[str, Any],
    ui: Mapping[str, Any],
    answers: Mapping[str, Any],
    problems: Sequence[Problem] = (),
    files: Mapping[str, FileShown] | None = None,
    fresh: bool = False,
) -> Form:
    """The form with these answers and problems; a `fresh` one begins with the defaults of its fields."""
    whole = fields.inline(schema)
    known = fields.all_fields(whole)
    answers = {**_defaults(known, read_only=not fresh), **answers}
    standing = standing_form(schema, answers)
    drawer = _Drawer(problems, files or {})
    drawn = tuple(
        replace(
            drawer.drawn(name, known[name], ui.get(name, {}), answers.get(name), name in standing.get("required", ())),
            demanded=name in whole.get("required", ()),
            stands=name in standing["properties"],
            conditional=name not in whole.get("properties", {}),
            steers=name in _steering(whole),
        )
        for name in _in_order(known, ui)
    )
    return Form(
        title=whole.get("title", ""),
        description=whole.get("description", ""),
        fields=drawn,
        errors=(*drawer.told, *((None, problem) for problem in drawer.left_over())),
        rules=tuple(_rules(whole)),
        takes_files=any(_takes_files(one) for one in known.values()),
    )


def read_only_names(schema: Mapping[str, Any]) -> set[str]:
    """The fields that are shown and never taken from what is posted."""
    return {name for name, one in fields.all_fields(fields.inline(schema)).items() if one.get("readOnly")}


def _defaults(known: Mapping[str, Any], read_only: bool = False) -> dict[str, Any]:
    """What fields begin with; of a form that was filled before, only what nobody can fill. Consent begins empty."""
    return {
        name: one["default"]
        for name, one in known.items()
        if "default" in one and one.get("const") is not True and (one.get("readOnly") or not read_only)
    }


def _in_order(known: Iterable[str], ui: Mapping[str, Any]) -> list[str]:
    order = [name for name in ui.get("ui:order", ()) if name in known]
    return order + [name for name in known if name not in order]


def _steering(whole: Mapping[str, Any]) -> set[str]:
    return {name for rule in fields.conditions(whole) for name in rule["if"]["properties"]}


def _takes_files(one: Mapping[str, Any]) -> bool:
    inside = {**one.get("properties", {}), **one.get("items", {}).get("properties", {})}
    return fields.is_file(one) or any(_takes_files(inner) for inner in inside.values())


def _rules(whole: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """The conditions as a script compares them: values as the texts that the controls hold."""
    for rule in fields.conditions(whole):
        tests = {
            name: [text_of(value) for value in ([test["const"]] if "const" in test else test["enum"])]
            for name, test in rule["if"]["properties"].items()
        }
        yield {
            "tests": tests,
            "filled": list(rule["if"].get("required", ())),
            "then": _outcome(rule.get("then", {})),
            "else": _outcome(rule.get("else", {})),
        }


def _outcome(branch: Mapping[str, Any]) -> dict[str, list[str]]:
    return {"shows": list(branch.get("properties", ())), "needs": list(branch.get("required", ()))}


@dataclass
class _Drawer:
    """Draws fields and hands each problem to the field it is about."""

    problems: Sequence[Problem]
    files: Mapping[str, FileShown]
    told: list[tuple[str | None, Problem]] = field(default_factory=list)

    def drawn(self, name: str, one: Mapping[str, Any], ui: Mapping[str, Any], value: Any, required: bool) -> Field:
        """One field with all it holds."""
        kind = _kind(one, ui)
        drawn = Field(
            name=name,
            kind=kind,
            label=ui.get("ui:title") or one.get("title", ""),
            tip=ui.get("ui:help") or one.get("description", ""),
            placeholder=ui.get("ui:placeholder", ""),
            optional=not required,
        )
        wrong = self.wrong(name, whole=kind not in ("group", "rows"))
        if wrong is not None:
            self.told.append((drawn.id, wrong))
        return replace(drawn, wrong=wrong, **self.details(kind, name, one, ui, value))

    def details(
        self, kind: str, name: str, one: Mapping[str, Any], ui: Mapping[str, Any], value: Any
    ) -> dict[str, Any]:
        """What only this kind of field has."""
        if kind == "hidden":
            return {"hidden": tuple(controls_of(name, one.get("default") if value is None else value))}
        if kind == "shown":
            kept = () if one.get("readOnly") else tuple(controls_of(name, value))
            return {"value": value_in_words(one, value), "on": date_of(one, value), "hidden": kept}
        if kind == "group":
            inner = value if isinstance(value, Mapping) else {}
            return {"fields": self.inside(name, one, ui, inner)}
        if kind == "rows":
            return self.list_of_rows(name, one, ui, value)
        if kind == "files":
            return self.kept_files(one, value)
        if kind in ("radio", "select", "checkboxes"):
            return {"choices": _choices(one, value)}
        return _plain(one, ui, name, value)

    def inside(
        self, name: str, group: Mapping[str, Any], ui: Mapping[str, Any], values: Mapping[str, Any]
    ) -> tuple[Field, ...]:
        properties, required = group["properties"], group.get("required", ())
        return tuple(
            self.drawn(f"{name}.{inner}", properties[inner], ui.get(inner, {}), values.get(inner), inner in required)
            for inner in _in_order(properties, ui)
        )

    def list_of_rows(self, name: str, one: Mapping[str, Any], ui: Mapping[str, Any], value: Any) -> dict[str, Any]:
        values = [row if isinstance(row, Mapping) else {} for row in value] if isinstance(value, list) else []
        values = values or [{}] * min(one.get("minItems", 0), 1)
        items, look = one["items"], ui.get("items", {})
        rows = [
            Row(f"{name}.{number}", number + 1, self.inside(f"{name}.{number}", items, look, row))
            for number, row in enumerate(values)
        ]
        blank = Row(f"{name}.{ROW_PLACE}", 0, self.inside(f"{name}.{ROW_PLACE}", items, look, _defaults_of(items)))
        return {"rows": tuple(rows), "blank": blank, "most": one.get("maxItems", 0)}

    def kept_files(self, one: Mapping[str, Any], value: Any) -> dict[str, Any]:
        ids = value if isinstance(value, list) else [value]
        several = one["type"] == "array"
        kept = tuple(self.files[str(file_id)] for file_id in ids if str(file_id) in self.files)
        return {"files": kept, "several": several, "most": one.get("maxItems", 0) if several else 1}

    def wrong(self, name: str, whole: bool) -> Problem | None:
        """The problem of this field: told about it, or about something within it that is not drawn by itself."""
        pointer = "/" + name.replace(".", "/")
        inner = f"{pointer}/"
        return next((p for p in self.problems if p.pointer == pointer or (whole and p.pointer.startswith(inner))), None)

    def left_over(self) -> list[Problem]:
        """Problems about nothing that is drawn."""
        told = {id(problem) for _, problem in self.told}
        places = {problem.pointer for _, problem in self.told}
        return [p for p in self.problems if id(p) not in told and not _is_within(p.pointer, places)]


def _is_within(pointer: str, places: set[str]) -> bool:
    return any(pointer == place or pointer.startswith(f"{place}/") for place in places if place)


def _defaults_of(items: Mapping[str, Any]) -> dict[str, Any]:
    return _defaults(items["properties"])


def _kind(one: Mapping[str, Any], ui: Mapping[str, Any]) -> str:
    widget = ui.get("ui:widget")
    if widget == "hidden":
        return "hidden"
    if one.get("readOnly") or ui.get("ui:readonly"):
        return "shown"
    if fields.is_file(one):
        return "files"
    if one["type"] == "object":
        return "group"
    if one["type"] == "array":
        return "checkboxes" if fields.choices(one) else "rows"
    return _kind_of_value(one, widget)


def _kind_of_value(one: Mapping[str, Any], widget: str | None) -> str:
    if one.get("const") is True:
        return "consent"
    if fields.is_choice(one) or one["type"] == "boolean":
        return widget or ("radio" if len(fields.choices(one)) <= MOST_RADIOS else "select")
    is_long = one["type"] == "string" and "format" not in one and one.get("maxLength", 0) > LONG_TEXT
    return "textarea" if widget == "textarea" or is_long else "text"


def _choices(one: Mapping[str, Any], value: Any) -> tuple[Choice, ...]:
    known: dict[Any, str] = fields.choices(one) or {True: "Ya", False: "Tidak"}
    tips = {option["const"]: option.get("description", "") for option in _options(one)}
    chosen = {text_of(v) for v in (value if isinstance(value, list) else [value]) if v is not None}
    return tuple(
        Choice(text_of(each), label, tips.get(each, ""), text_of(each) in chosen) for each, label in known.items()
    )


def _options(one: Mapping[str, Any]) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = one.get("oneOf") or one.get("items", {}).get("oneOf") or []
    return found


def _plain(one: Mapping[str, Any], ui: Mapping[str, Any], name: str, value: Any) -> dict[str, Any]:
    """A field whose value is typed."""
    return {
        "value": text_of(value),
        "on": date_of(one, value),
        "example": _example(one, ui),
        "input": _INPUTS.get(one.get("format", ""), "text"),
        "mode": {"integer": "numeric", "number": "decimal"}.get(one["type"], ""),
        "autocomplete": _OWN.get(name, "") if one.get(MARK) else "",
        "lines": ui.get("ui:options", {}).get("rows", 4),
    }


def _example(one: Mapping[str, Any], ui: Mapping[str, Any]) -> str:
    """An example where the form of the answer matters, or where nothing else helps."""
    text = text_of(next(iter(one.get("examples", ())), ""))
    helps = "pattern" in one or not (ui.get("ui:help") or ui.get("ui:placeholder") or one.get("description"))
    is_typed = one.get("format") not in ("date", "time", "date-time")
    return text if helps and is_typed and len(text) <= SHORT_EXAMPLE and text != ui.get("ui:placeholder") else ""


def date_of(one: Mapping[str, Any], value: Any) -> date | None:
    """The day that a field for dates holds, if it holds one."""
    if one.get("format") != "date" or not isinstance(value, str):
        return None
    try:
        return date.fromisoformat(value)
    except ValueError:
        return None


def value_in_words(one: Mapping[str, Any], value: Any) -> str:
    """A value in words, where it is only read."""
    if isinstance(value, list):
        return "\n".join(value_in_words(one.get("items", {}), inner) for inner in value)
    if isinstance(value, Mapping):
        inside = one.get("properties", {})
        lines = ((inside.get(name, {}), name, inner) for name, inner in value.items())
        return "\n".join(f"{field.get('title', name)}: {value_in_words(field, inner)}" for field, name, inner in lines)
    known = fields.choices(one)
    if isinstance(value, bool) and not known:
        return "Ya" if value else "Tidak"
    return known.get(value, text_of(value))


def controls_of(name: str, value: Any) -> Iterator[tuple[str, str]]:
    """A value as the names and texts of hidden controls."""
    if isinstance(value, Mapping):
        for inner, each in value.items():
            yield from controls_of(f"{name}.{inner}", each)
    elif isinstance(value, list):
        for number, each in enumerate(value):
            yield from controls_of(f"{name}.{number}" if isinstance(each, Mapping) else name, each)
    elif value is not None:
        yield name, text_of(value)
