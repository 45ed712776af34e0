"""Builds a form of ours, field by field, so that it always ends up within the profile (`forms/README.md`)."""

from collections.abc import Iterable, Mapping
from typing import Any

from service.dialects.expressions import fit_name
from service.dialects.telling import Telling, shown
from service.forms import judge
from service.forms.choices import LONGEST_CHOICE, MOST_CHOICES
from service.forms.profile import MOST_FIELDS, check_profile
from service.sentences import Sentence

SCHEMA = "https://json-schema.org/draft/2020-12/schema"
LONGEST_TEXT, LONGEST_PARAGRAPH = 1_000, 5_000
MOST_ROWS, MOST_FILES = 100, 10
_LONGEST_TITLE = 300

Form = tuple[dict[str, Any], dict[str, Any]]
"""JSON Schema and ui schema."""


class Builder:
    """One form on its way. `names` tells how fields are called here that could not keep their names."""

    def __init__(self, title: str, element_id: str | None, telling: Telling, names: dict[str, str]) -> None:
        self.title, self.element_id = shown(title) or "Formulir", element_id
        self.telling, self.names = telling, names
        self.properties: dict[str, Any] = {}
        self.required: list[str] = []
        self.ui: dict[str, Any] = {}
        self.words: list[str] = []
        self.too_many = False

    def add(
        self,
        name: str,
        field: Mapping[str, Any],
        title: object = None,
        required: bool = False,
        ui: Mapping[str, Any] | None = None,
        default: Any = None,
    ) -> None:
        """One more field; what its value cannot be by itself (a default that does not fit) is told and left out."""
        if len(self.properties) >= MOST_FIELDS:
            self.too_many = True
            return
        ours = self._name(name)
        made = {"title": _title(title) or _title(name) or ours, **bounded(field)}
        if default is not None:
            self._with_default(made, ours, default)
        self.properties[ours] = made
        if required and not made.get("readOnly"):
            self.required.append(ours)
        if ui:
            self.ui[ours] = dict(ui)

    def _name(self, name: str) -> str:
        ours, number = fit_name(name), 2
        while ours in self.properties:
            ours, number = f"{fit_name(name)[:58]}_{number}", number + 1
        if ours != name:
            self.names.setdefault(name, ours)
            message = "Isian “{name}” di sini bernama “{ours}”, karena nama semula tidak dapat dibaca syarat."
            self.telling.translated(self.element_id, message, name=name, ours=ours)
        return ours

    def _with_default(self, made: dict[str, Any], name: str, default: Any) -> None:
        value = cast(default, made)
        if value is not None and judge.fits(made, value):
            made["default"] = value
        else:
            message = "Nilai awal “{value}” pada isian “{name}” tidak dipakai."
            self.telling.kept(self.element_id, message, value=str(default), name=name)

    def made(self) -> Form | None:
        """The form; None, with a word about it, where nothing of it can be asked here."""
        if not self.properties:
            return None
        if self.too_many:
            self.telling.needs_person(self.element_id, "Formulir ini terlalu besar; pecah menjadi beberapa langkah.")
            return None
        schema: dict[str, Any] = {"$schema": SCHEMA, "title": self.title, "type": "object"}
        if self.words:
            schema["description"] = "\n".join(self.words)[:1_900]
        schema |= {"properties": self.properties, "required": self.required}
        form = schema, {"ui:order": list(self.properties), **self.ui}
        if problems := check_profile(*form):
            message = "Formulir ini belum dapat diterjemahkan: {problem}"
            self.telling.needs_person(self.element_id, message, problem=Sentence(problems[0].sentence))
            return None
        return form


def _title(text: object) -> str:
    return " ".join(text.split())[:_LONGEST_TITLE] if isinstance(text, str) else ""


def bounded(field: Mapping[str, Any]) -> dict[str, Any]:
    """A text gets the longest length it may have, where it says none."""
    made = dict(field)
    plain = made.get("type") == "string" and not made.keys() & {"enum", "oneOf", "maxLength"}
    if plain and made.get("format") not in ("date", "time", "date-time", "alur-file"):
        made["maxLength"] = max(LONGEST_TEXT, made.get("minLength", 0))
    return made


def choices(pairs: Iterable[tuple[object, object]]) -> list[dict[str, Any]]:
    """`oneOf` for values with labels; each value and each label once, as the profile wants it."""
    found: dict[str, str] = {}
    for value, label in pairs:
        text = value if isinstance(value, str) else str(value)
        if 0 < len(text) <= LONGEST_CHOICE and text not in found:
            title = (_title(label) or text)[:LONGEST_CHOICE]
            found[text] = title if title not in found.values() else f"{title[:150]} ({text[:140]})"
    return [{"const": value, "title": title} for value, title in list(found.items())[:MOST_CHOICES]]


def cast(value: Any, field: Mapping[str, Any]) -> Any:
    """A default as its field wants it; None where it cannot be one."""
    kind = field.get("type")
    if not isinstance(value, str):
        return value
    try:
        if kind == "integer":
            return int(value)
        if kind == "number":
            return float(value)
    except ValueError:
        return None
    if kind == "boolean":
        return {"true": True, "false": False}.get(value.strip().lower())
    return value if kind == "string" and value and "${" not in value else None


def count(text: object, least: int = 0, most: int = 20_000) -> int | None:
    """A whole number within bounds, written or not."""
    if isinstance(text, bool) or not isinstance(text, int | str):
        return None
    try:
        found = int(text)
    except ValueError:
        return None
    return found if least <= found <= most else None


def amount(text: object) -> int | float | None:
    """A number, written or not, that is no nonsense."""
    if isinstance(text, bool) or not isinstance(text, int | float | str):
        return None
    try:
        found = float(text)
    except ValueError:
        return None
    if not abs(found) < 1e15:
        return None
    return int(found) if found == int(found) else found


def part(found: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    """The object under this name; an empty one where there is none."""
    inner = found.get(name)
    return inner if isinstance(inner, dict) else {}
