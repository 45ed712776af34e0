"""Camunda Forms: JSON with a list of components, beside the diagram or within it."""

from collections.abc import Iterator, Mapping
from typing import Any

from service.dialects.building import (
    LONGEST_PARAGRAPH,
    MOST_FILES,
    MOST_ROWS,
    Builder,
    Form,
    amount,
    bounded,
    choices,
    count,
    part,
)
from service.dialects.telling import Telling

_WORDS = ("text", "html")
_SHOWS = (*_WORDS, "image", "button", "spacer", "separator", "iframe", "documentPreview")
_DEEPEST = 4
_PLAIN = ("textfield", "textarea", "number", "checkbox", "radio", "select", "checklist", "taglist", "datetime")


def is_camunda_form(found: Any) -> bool:
    """Whether a JSON file is one of these forms."""
    return isinstance(found, dict) and isinstance(found.get("components"), list)


def read_form(
    form: Mapping[str, Any], title: str, element_id: str | None, telling: Telling, names: dict[str, str]
) -> Form | None:
    """Our form for it; None where nothing of it can be asked."""
    builder = Builder(title, element_id, telling, names)
    for each in _components(form):
        _component(each, builder, "", 0)
    return builder.made()


def _components(holder: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    found = holder.get("components")
    return (each for each in (found if isinstance(found, list) else ()) if isinstance(each, dict))


def _component(each: Mapping[str, Any], builder: Builder, path: str, depth: int) -> None:
    kind, key = each.get("type"), each.get("key")
    if kind == "group" and depth < _DEEPEST:
        inner = each.get("path")
        for child in _components(each):
            _component(child, builder, f"{path}{inner}." if isinstance(inner, str) and inner else path, depth + 1)
    elif kind in _SHOWS:
        _show(each, builder)
    elif isinstance(key, str) and key and kind in _PLAIN:
        _field(each, f"{path}{key}", builder)
    elif kind == "dynamiclist" and isinstance(each.get("path"), str):
        _rows(each, builder, path)
    elif kind == "filepicker" and isinstance(key, str) and key:
        most = MOST_FILES if each.get("multiple") is True else 1
        field = {"type": "array", "items": {"type": "string", "format": "alur-file"}, "maxItems": most}
        builder.add(f"{path}{key}", field, each.get("label"))
    else:
        message = "Bagian “{kind}” pada formulir tidak ada padanannya di sini."
        builder.telling.needs_person(builder.element_id, message, kind=str(kind))


def _show(each: Mapping[str, Any], builder: Builder) -> None:
    text = each.get("text") if each.get("type") == "text" else None
    if isinstance(text, str) and text.strip() and not text.lstrip().startswith("="):
        builder.words.append(text.strip().lstrip("# "))
    elif each.get("type") not in ("button", "spacer", "separator"):
        message = "Bagian “{kind}” pada formulir disimpan, tetapi tidak ditampilkan."
        builder.telling.kept(builder.element_id, message, kind=str(each.get("type")))


def _field(each: Mapping[str, Any], name: str, builder: Builder) -> None:
    rules = part(each, "validate")
    field, ui = _typed(each, rules, builder)
    required = rules.get("required") is True
    hidden = each.get("conditional")
    if isinstance(hidden, dict) and hidden.get("hide"):
        required = False
        message = "Isian “{name}” semula tampil menurut syarat; di sini ia selalu tampil dan boleh kosong."
        builder.telling.needs_person(builder.element_id, message, name=name)
    if each.get("readonly") is True or each.get("disabled") is True:
        field["readOnly"] = True
    if isinstance(each.get("description"), str) and not each["description"].startswith("="):
        ui["ui:help"] = each["description"][:900]
    label = each.get("label") or each.get("dateLabel") or each.get("timeLabel")
    builder.add(name, field, label, required, {k: v for k, v in ui.items() if v}, each.get("defaultValue"))


def _typed(
    each: Mapping[str, Any], rules: Mapping[str, Any], builder: Builder
) -> tuple[dict[str, Any], dict[str, Any]]:
    kind = each["type"]
    if kind in ("textfield", "textarea"):
        return _text(each, rules, builder)
    if kind == "number":
        whole = each.get("decimalDigits") == 0
        bounds = {"minimum": amount(rules.get("min")), "maximum": amount(rules.get("max"))}
        known = {word: value for word, value in bounds.items() if value is not None}
        return {"type": "integer" if whole else "number", **known}, {}
    if kind == "checkbox":
        return ({"type": "boolean", "const": True} if rules.get("required") is True else {"type": "boolean"}), {}
    if kind == "datetime":
        formats = {"date": "date", "time": "time", "datetime": "date-time"}
        return {"type": "string", "format": formats.get(str(each.get("subtype")), "date")}, {}
    return _choice(each, builder)


def _text(each: Mapping[str, Any], rules: Mapping[str, Any], builder: Builder) -> tuple[dict[str, Any], dict[str, Any]]:
    lengths = {"minLength": count(rules.get("minLength")), "maxLength": count(rules.get("maxLength"), 1)}
    field: dict[str, Any] = {"type": "string", **{word: value for word, value in lengths.items() if value is not None}}
    if rules.get("validationType") == "email":
        field["format"] = "email"
    if rules.get("pattern") or rules.get("validationType") not in (None, "", "email", "custom"):
        message = "Pola isian “{name}” tidak diperiksa di sini."
        builder.telling.needs_person(builder.element_id, message, name=str(each.get("key")))
    if each["type"] == "textfield":
        return field, {}
    field.pop("format", None)
    field.setdefault("maxLength", max(LONGEST_PARAGRAPH, field.get("minLength", 0)))
    return field, {"ui:widget": "textarea", "ui:options": {"rows": 4}}


def _choice(each: Mapping[str, Any], builder: Builder) -> tuple[dict[str, Any], dict[str, Any]]:
    values = each.get("values")
    listed = [value for value in (values if isinstance(values, list) else ()) if isinstance(value, dict)]
    offered = choices((value.get("value"), value.get("label")) for value in listed if value.get("value") is not None)
    several = each["type"] in ("checklist", "taglist")
    if not offered:
        message = "Pilihan pada “{name}” berasal dari data lain; di sini ia menjadi isian teks."
        builder.telling.needs_person(builder.element_id, message, name=str(each.get("key")))
        return {"type": "string"}, {}
    if several:
        field = {"type": "array", "items": {"type": "string", "oneOf": offered}, "uniqueItems": True}
        return field, {"ui:widget": "checkboxes"}
    widget = {"ui:widget": "radio"} if each["type"] == "radio" else {}
    return {"type": "string", "oneOf": offered}, widget


def _rows(each: Mapping[str, Any], builder: Builder, path: str) -> None:
    inside = Builder(builder.title, builder.element_id, builder.telling, {})
    for child in _components(each):
        if child.get("type") in _PLAIN and isinstance(child.get("key"), str):
            _field(child, child["key"], inside)
        else:
            _component(child, inside, "", _DEEPEST)
    if not inside.properties:
        return
    row = {"type": "object", "properties": inside.properties, "required": inside.required}
    field = bounded({"type": "array", "items": row, "maxItems": MOST_ROWS})
    builder.add(f"{path}{each['path']}", field, each.get("label"), ui={"items": inside.ui} if inside.ui else None)
