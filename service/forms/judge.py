"""Whether a value fits a schema of our profile, judged by `jsonschema`; the one place that uses it.

Our profile differs from plain JSON Schema in few points: no field that is not on the form, a blank text
does not fill a required field, and patterns are matched whole. Lists too long are not looked into.
"""

from collections.abc import Iterator, Mapping
from itertools import islice
from typing import Any

import orjson
from jsonschema import Draft202012Validator, ValidationError
from jsonschema.validators import extend

from service.forms import patterns
from service.forms.formats import FORMATS

MOST_FAULTS = 200

_KEPT = frozenset(
    {"type", "properties", "required", "dependentRequired", "items", "minItems", "maxItems", "uniqueItems"}
    | {"minLength", "maxLength", "pattern", "format", "minimum", "maximum", "const", "enum"}
)
"""The keywords that bind; the others are words for people."""


def rule(schema: Mapping[str, Any]) -> dict[str, Any]:
    """What of a schema binds: choices as plain values, objects closed, words for people left out."""
    kept = {keyword: value for keyword, value in schema.items() if keyword in _KEPT}
    if "oneOf" in schema:
        kept["enum"] = [choice["const"] for choice in schema["oneOf"]]
    if "items" in schema:
        kept["items"] = rule(schema["items"])
    if "properties" in schema:
        kept["properties"] = {name: rule(field) for name, field in schema["properties"].items()}
        kept["additionalProperties"] = False
    return kept


def faults(judge: Draft202012Validator, value: object) -> Iterator[ValidationError]:
    """What is wrong with the value. `error.validator` is the keyword, `error.absolute_path` the place."""
    return islice(judge.iter_errors(value), MOST_FAULTS)


def judge_of(schema: Mapping[str, Any]) -> Draft202012Validator:
    """A judge that can be kept: building it costs more than asking it."""
    return _Judge(rule(schema), format_checker=FORMATS)


def condition(schema: Mapping[str, Any]) -> Draft202012Validator:
    """A judge for the `if` of a form, which closes nothing and demands no more than it says."""
    return Draft202012Validator(dict(schema))


def _missing(name: str) -> ValidationError:
    return ValidationError("missing", path=(name,), validator="required")


def _required(_judge: Any, names: list[str], value: Any, _schema: Any) -> Iterator[ValidationError]:
    if isinstance(value, dict):
        yield from (_missing(name) for name in names if _is_blank(value.get(name, "")))


def _is_blank(value: object) -> bool:
    return isinstance(value, str) and not value.strip()


def _closed(_judge: Any, _rule: bool, value: Any, schema: Any) -> Iterator[ValidationError]:
    if isinstance(value, dict):
        for name in value.keys() - schema.get("properties", {}).keys():
            yield ValidationError("unknown", path=(name,), validator="additionalProperties")


def _together(_judge: Any, needs: dict[str, list[str]], value: Any, _schema: Any) -> Iterator[ValidationError]:
    if not isinstance(value, dict):
        return
    for name, others in needs.items():
        if not _is_blank(value.get(name, "")):
            for other in others:
                if _is_blank(value.get(other, "")):
                    yield ValidationError("missing", path=(other,), validator="dependentRequired", validator_value=name)


def _pattern(_judge: Any, pattern: str, value: Any, schema: Any) -> Iterator[ValidationError]:
    """Only on texts short enough: the cost of a pattern was reckoned with `maxLength`."""
    short = isinstance(value, str) and len(value) <= schema.get("maxLength", 0)
    if short and not patterns.matches(pattern, value):
        yield ValidationError("pattern")


def _items(judge: Any, each: dict[str, Any], value: Any, schema: Any) -> Iterator[ValidationError]:
    if isinstance(value, list) and len(value) <= schema.get("maxItems", len(value)):
        for place, item in enumerate(value):
            yield from judge.descend(item, each, path=place)


def _unique(_judge: Any, unique: bool, value: Any, _schema: Any) -> Iterator[ValidationError]:
    if unique and isinstance(value, list):
        seen = {orjson.dumps(item, option=orjson.OPT_SORT_KEYS) for item in value}
        if len(seen) < len(value):
            yield ValidationError("twice")


_Judge = extend(
    Draft202012Validator,
    {
        "required": _required,
        "additionalProperties": _closed,
        "dependentRequired": _together,
        "pattern": _pattern,
        "items": _items,
        "uniqueItems": _unique,
    },
)


def fits(schema: Mapping[str, Any], value: object) -> bool:
    """Whether one value fits one field."""
    return bool(judge_of(schema).is_valid(value))
