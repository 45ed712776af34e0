"""JSON Schemas of other tools (Spiff Arena's above all) brought into our profile, where that keeps their meaning."""

import json
from collections.abc import Mapping
from typing import Any

from service.dialects.building import MOST_ROWS, Builder, Form, amount, bounded, choices, count, part
from service.dialects.telling import Telling
from service.errors import Invalid
from service.forms import fields
from service.forms.bounds import flaw
from service.forms.profile import FORM, check_profile

_WIDGETS = {"textarea", "radio", "select", "checkboxes", "date", "file", "hidden"}
_TEXTS = ("ui:help", "ui:placeholder", "ui:title")
_FORMATS = {"date": "date", "time": "time", "date-time": "date-time", "email": "email", "uri": "uri"}
_USED = frozenset(
    {
        "type", "title", "description", "default", "enum", "enumNames", "oneOf", "anyOf", "minLength", "maxLength",
        "minimum", "maximum", "format", "items", "minItems", "maxItems", "uniqueItems", "properties", "required",
        "readOnly", "examples", "$comment", "additionalProperties", "nullable", "const",
    }
)  # fmt: skip
_DEEPEST = 4


def brought_in(
    schema: Any, ui: Any, title: str, element_id: str, telling: Telling, names: dict[str, str]
) -> Form | None:
    """The form within our profile: untouched if it is, rewritten if it can be, None (and told why) if it cannot."""
    ui = ui if isinstance(ui, dict) else {}
    problems = check_profile(schema, ui)
    if not problems:
        return schema, ui
    if flaw(schema, FORM) or flaw(ui, FORM) or not isinstance(schema, dict):
        telling.needs_person(element_id, "Formulir ini tidak dapat dibaca: {problem}", problem=problems[0].sentence)
        return None
    try:
        whole = fields.inline(_with_definitions(schema))
    except (Invalid, TypeError, AttributeError, ValueError):
        telling.needs_person(element_id, "Rujukan dalam formulir ini tidak dapat diikuti; susun ulang formulirnya.")
        return None
    named = schema.get("title") if isinstance(schema.get("title"), str) else ""
    builder = Builder(named or title, element_id, telling, names)
    _holder(whole, ui, builder, 1)
    for word in sorted(
        set(whole) & {"if", "then", "else", "dependencies", "dependentSchemas", "anyOf", "oneOf", "allOf"}
    ):
        telling.needs_person(element_id, "Syarat “{word}” pada formulir tidak ikut diterjemahkan.", word=word)
    return builder.made()


def _with_definitions(schema: Mapping[str, Any]) -> dict[str, Any]:
    """Older schemas keep their definitions under another name."""
    text = json.dumps(schema).replace('"#/definitions/', '"#/$defs/')
    read: dict[str, Any] = json.loads(text)
    return {**read, "$defs": {**read.pop("definitions", {}), **read.get("$defs", {})}}


def _holder(found: Mapping[str, Any], ui: Mapping[str, Any], builder: Builder, depth: int) -> None:
    properties = found.get("properties")
    listed = found.get("required")
    required = listed if isinstance(listed, list) else []
    for name in _ordered(properties if isinstance(properties, dict) else {}, ui.get("ui:order")):
        each = properties[name]  # type: ignore[index]
        if isinstance(each, dict):
            _field(name, each, part(ui, name), name in required, builder, depth)


def _ordered(properties: Mapping[str, Any], order: Any) -> list[str]:
    """In the order of the ui schema, `*` being all that it does not name."""
    if not isinstance(order, list):
        return list(properties)
    named = [name for name in dict.fromkeys(str(each) for each in order) if name in properties or name == "*"]
    rest = [name for name in properties if name not in named]
    place = named.index("*") if "*" in named else len(named)
    return [*named[:place], *rest, *(name for name in named[place:] if name != "*")]


def _field(
    name: str, each: Mapping[str, Any], ui: Mapping[str, Any], required: bool, builder: Builder, depth: int
) -> None:
    field = _typed(name, each, ui, builder, depth)
    if isinstance(each.get("description"), str):
        field["description"] = each["description"][:1_900]
    if each.get("readOnly") is True and depth == 1:
        field["readOnly"] = True
    for word in sorted(each.keys() - _USED):
        message = "Kata kunci “{word}” pada isian “{name}” tidak diperiksa di sini."
        builder.telling.needs_person(builder.element_id, message, word=word, name=name)
    builder.add(name, field, each.get("title"), required, _shown(field, ui, name, builder), each.get("default"))


def _typed(name: str, each: Mapping[str, Any], ui: Mapping[str, Any], builder: Builder, depth: int) -> dict[str, Any]:
    kind = _kind(each)
    if offered := _offered(each):
        return {"type": "string", "oneOf": offered} if kind == "string" else _numbers(kind, each)
    if kind == "string":
        return _text(each)
    if kind in ("integer", "number"):
        bounds = {"minimum": amount(each.get("minimum")), "maximum": amount(each.get("maximum"))}
        return {"type": kind, **{word: value for word, value in bounds.items() if value is not None}}
    if kind == "boolean":
        return {"type": "boolean", **({"const": True} if each.get("const") is True else {})}
    if kind == "object" and depth < _DEEPEST:
        return _inside(each, ui, builder, depth)
    if kind == "array":
        return _list(name, each, ui, builder, depth)
    builder.telling.needs_person(builder.element_id, "Isian “{name}” di sini menjadi teks.", name=name)
    return {"type": "string"}


def _kind(each: Mapping[str, Any]) -> str:
    kind = each.get("type")
    if isinstance(kind, list):
        kind = next((one for one in kind if one != "null"), "string")
    if isinstance(kind, str):
        return kind
    return "object" if "properties" in each else "array" if "items" in each else "string"


def _offered(each: Mapping[str, Any]) -> list[dict[str, Any]]:
    listed = each.get("enum")
    if isinstance(listed, list):
        labels = each.get("enumNames")
        labels = labels if isinstance(labels, list) and len(labels) == len(listed) else listed
        return choices((v, t) for v, t in zip(listed, labels, strict=True) if isinstance(v, str | int | float))
    for word in ("oneOf", "anyOf"):
        listed = each.get(word)
        if isinstance(listed, list) and listed and all(isinstance(one, dict) and "const" in one for one in listed):
            return choices((one["const"], one.get("title")) for one in listed)
    return []


def _numbers(kind: str, each: Mapping[str, Any]) -> dict[str, Any]:
    """Choices that are no texts keep their type."""
    if kind not in ("integer", "number", "boolean"):
        return {"type": "string", "oneOf": _offered(each)}
    listed = each.get("enum") or [one.get("const") for one in each.get("oneOf") or each.get("anyOf") or ()]
    return {"type": kind} if kind == "boolean" else {"type": kind, "enum": list(dict.fromkeys(listed))}


def _text(each: Mapping[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = {"type": "string"}
    lengths = {"minLength": count(each.get("minLength")), "maxLength": count(each.get("maxLength"), 1)}
    if (known := _FORMATS.get(str(each.get("format")))) is not None:
        found["format"] = known
    elif each.get("format") in ("file", "data-url"):
        return {"type": "string", "format": "alur-file"}
    return found | {word: value for word, value in lengths.items() if value is not None}


def _inside(each: Mapping[str, Any], ui: Mapping[str, Any], builder: Builder, depth: int) -> dict[str, Any]:
    inner = Builder(builder.title, builder.element_id, builder.telling, {})
    _holder(each, ui, inner, depth + 1)
    return {"type": "object", "properties": inner.properties, "required": inner.required}


def _list(name: str, each: Mapping[str, Any], ui: Mapping[str, Any], builder: Builder, depth: int) -> dict[str, Any]:
    items = part(each, "items")
    if offered := _offered(items):
        return {"type": "array", "items": {"type": "string", "oneOf": offered}, "uniqueItems": True}
    if items.get("format") in ("file", "data-url"):
        return {"type": "array", "items": {"type": "string", "format": "alur-file"}, "maxItems": 10}
    if _kind(items) == "object" and items.get("properties") and depth < _DEEPEST:
        most = count(each.get("maxItems"), 1, MOST_ROWS) or MOST_ROWS
        return {"type": "array", "items": _inside(items, part(ui, "items"), builder, depth), "maxItems": most}
    message = "Daftar “{name}” di sini menjadi isian teks, satu baris satu butir."
    builder.telling.needs_person(builder.element_id, message, name=name)
    return bounded({"type": "string"})


def _shown(field: Mapping[str, Any], ui: Mapping[str, Any], name: str, builder: Builder) -> dict[str, Any]:
    found: dict[str, Any] = {key: ui[key][:900] for key in _TEXTS if isinstance(ui.get(key), str)}
    widget = ui.get("ui:widget")
    fits = {
        "textarea": field.get("type") == "string" and not field.keys() & {"oneOf", "format"},
        "radio": "oneOf" in field or field.get("type") == "boolean",
        "select": "oneOf" in field or field.get("type") == "boolean",
        "checkboxes": field.get("uniqueItems") is True,
        "date": field.get("format") == "date",
    }
    if widget in _WIDGETS and fits.get(widget):
        found["ui:widget"] = widget
    elif widget is not None:
        message = "Tampilan “{widget}” pada isian “{name}” tidak dipakai."
        builder.telling.kept(builder.element_id, message, widget=str(widget), name=name)
    return found
