"""Which fields stand on a form: references written out, conditions decided by the answers.

Everything here expects a schema that `profile.check_profile` has let through, and returns new data only.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from service.errors import Invalid
from service.forms.formats import FILE

Schema = Mapping[str, Any]

REF_PREFIX = "#/$defs/"
MOST_PARTS = 20_000

VALUES = frozenset({"const", "enum", "default", "examples"})
"""Keywords that hold values, not schemas."""


def inline(schema: Schema) -> dict[str, Any]:
    """The schema with every `$ref` to its `$defs` written out. Raises `Invalid` on unknown or endless ones."""
    written = _Writer(schema.get("$defs", {})).write({k: v for k, v in schema.items() if k != "$defs"}, ())
    return dict(written)


class _Writer:
    """Writes references out and counts, as few definitions can name each other into millions."""

    def __init__(self, definitions: Schema) -> None:
        self.definitions = definitions
        self.parts = 0

    def write(self, found: Any, inside: tuple[str, ...]) -> Any:
        self.parts += 1
        if self.parts > MOST_PARTS:
            raise Invalid("Rujukan $ref pada formulir ini terlalu banyak.")
        if isinstance(found, list):
            return [self.write(part, inside) for part in found]
        if not isinstance(found, dict):
            return found
        if "$ref" in found:
            return self.follow(found, inside)
        return {k: v if k in VALUES else self.write(v, inside) for k, v in found.items()}

    def follow(self, found: dict[str, Any], inside: tuple[str, ...]) -> dict[str, Any]:
        name = str(found["$ref"]).removeprefix(REF_PREFIX)
        if name not in self.definitions or not isinstance(self.definitions[name], dict):
            raise Invalid("Rujukan $ref ke “{name}” tidak ditemukan.", name=name[:100])
        if name in inside:
            raise Invalid("Rujukan $ref ke “{name}” berputar tanpa akhir.", name=name[:100])
        target = self.write(self.definitions[name], (*inside, name))
        return {**target, **{k: v for k, v in found.items() if k != "$ref"}}


def conditions(schema: Schema) -> list[dict[str, Any]]:
    """The if/then/else rules of the form."""
    return list(schema.get("allOf", ()))


def branches(schema: Schema) -> Iterator[dict[str, Any]]:
    """Every `then` and `else`, whether it applies or not."""
    for rule in conditions(schema):
        yield from (rule[word] for word in ("then", "else") if word in rule)


def all_fields(schema: Schema) -> dict[str, dict[str, Any]]:
    """Every field the form can ever show at its top level, by name."""
    fields = dict(schema.get("properties", {}))
    for branch in branches(schema):
        fields.update(branch.get("properties", {}))
    return fields


def effective(schema: Schema, outcomes: Sequence[bool]) -> dict[str, Any]:
    """The form without conditions, as it stands when the rules come out as given."""
    properties, required = dict(schema.get("properties", {})), list(schema.get("required", ()))
    for rule, holds in zip(conditions(schema), outcomes, strict=True):
        branch = rule.get("then" if holds else "else", {})
        properties.update(branch.get("properties", {}))
        required.extend(name for name in branch.get("required", ()) if name not in required)
    return {**_without_rules(schema), "properties": properties, "required": required}


def _without_rules(schema: Schema) -> dict[str, Any]:
    return {k: v for k, v in schema.items() if k not in ("allOf", "$defs")}


def is_choice(field: Schema) -> bool:
    """One of several values has to be taken."""
    return "enum" in field or "oneOf" in field


def choices(field: Schema) -> dict[Any, str]:
    """Value -> label of a field with choices, of a list of choices, or of a yes/no field with labels."""
    if "oneOf" in field:
        return {choice["const"]: choice["title"] for choice in field["oneOf"]}
    if "enum" in field:
        return {value: str(value) for value in field["enum"]}
    items = field.get("items", {})
    return choices(items) if is_choice(items) else {}


def is_file(field: Schema) -> bool:
    """A field for one file, or for several."""
    return FILE in (field.get("format"), field.get("items", {}).get("format"))
