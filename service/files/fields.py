"""Which files answers name: the ids found in fields of the format `alur-file`, with their places."""

from collections.abc import Iterator, Mapping
from typing import Any

FORMAT = "alur-file"
_REF = "#/$defs/"
_MOST_HOPS = 20

Schema = Mapping[str, Any]


def named_files(schema: Schema, answers: Mapping[str, Any]) -> dict[str, str]:
    """JSON pointer into the answers -> file id, for every file field that is filled. Expects a checked schema."""
    return dict(_found(schema, answers, "", schema.get("$defs", {})))


def takes_several(schema: Schema, name: str) -> bool:
    """Whether the top-level field of this name takes a list of files."""
    definitions = schema.get("$defs", {})
    return any(_written(field, definitions).get("type") == "array" for field in _fields_named(schema, name))


def _found(schema: Schema, value: Any, place: str, definitions: Schema) -> Iterator[tuple[str, str]]:
    schema = _written(schema, definitions)
    if isinstance(value, str):
        if schema.get("format") == FORMAT and value:
            yield place, value
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from _found(schema.get("items", {}), item, f"{place}/{index}", definitions)
    elif isinstance(value, dict):
        for name, item in value.items():
            for field in _fields_named(schema, name):
                yield from _found(field, item, f"{place}/{name}", definitions)


def _fields_named(schema: Schema, name: str) -> Iterator[Schema]:
    """The field where it stands always, and where a condition lets it stand."""
    for part in (schema, *(rule.get(word, {}) for rule in schema.get("allOf", ()) for word in ("then", "else"))):
        field = part.get("properties", {}).get(name)
        if field is not None:
            yield field


def _written(schema: Schema, definitions: Schema) -> Schema:
    for _ in range(_MOST_HOPS):
        if "$ref" not in schema:
            break
        schema = definitions.get(str(schema["$ref"]).removeprefix(_REF), {})
    return schema
