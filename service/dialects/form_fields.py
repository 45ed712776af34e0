"""Forms that stand in the diagram itself: `formData` of Camunda 7, `formProperty` of Flowable and Activiti."""

from typing import Any

from service.dialects.building import Builder, amount, choices, count
from service.dialects.document import Node
from service.dialects.recognising import ACTIVITI, CAMUNDA, FLOWABLE
from service.engine.reading import BPMN

_EXTENSIONS = f"{{{BPMN}}}extensionElements"
_TYPES: dict[str, dict[str, Any]] = {
    "string": {"type": "string"},
    "long": {"type": "integer"},
    "int": {"type": "integer"},
    "integer": {"type": "integer"},
    "double": {"type": "number"},
    "boolean": {"type": "boolean"},
    "date": {"type": "string", "format": "date"},
}


def fields_in(node: Node) -> list[Node]:
    """The fields that the diagram itself asks at this element."""
    found = list(node.iterfind(f"{_EXTENSIONS}/{{{CAMUNDA}}}formData/{{{CAMUNDA}}}formField"))
    for uri in (FLOWABLE, ACTIVITI):
        found += node.iterfind(f"{_EXTENSIONS}/{{{uri}}}formProperty")
    return [each for each in found if each.get("id")]


def read_fields(fields: list[Node], builder: Builder) -> None:
    """Put them all into the form."""
    for each in fields:
        if each.tag.startswith(f"{{{CAMUNDA}}}"):
            _form_field(each, builder)
        else:
            _form_property(each, builder)


def _form_field(each: Node, builder: Builder) -> None:
    limits = {
        limit.get("name", ""): limit.get("config")
        for limit in each.iterfind(f"{{{CAMUNDA}}}validation/{{{CAMUNDA}}}constraint")
    }
    field = _typed(each, CAMUNDA, builder)
    _limit(field, limits)
    if "readonly" in limits and limits["readonly"] != "false":
        field["readOnly"] = True
    for name in sorted(limits.keys() - {"required", "readonly", "minlength", "maxlength", "min", "max"}):
        message = "Aturan “{rule}” pada isian “{name}” tidak diperiksa di sini."
        builder.telling.needs_person(builder.element_id, message, rule=name, name=each.get("id"))
    required = "required" in limits and limits["required"] != "false"
    builder.add(each.get("id"), field, each.get("label"), required, default=each.get("defaultValue"))


def _form_property(each: Node, builder: Builder) -> None:
    uri = each.tag[1:].partition("}")[0]
    field = _typed(each, uri, builder)
    if each.get("writable") == "false":
        field["readOnly"] = True
    for name in ("expression", "variable"):
        if each.get(name):
            message = "Isian “{name}” mengambil nilainya dari “{value}”; di sini ia diisi sendiri."
            builder.telling.needs_person(builder.element_id, message, name=each.get("id"), value=each.get(name))
    builder.add(each.get("id"), field, each.get("name"), each.get("required") == "true", default=each.get("default"))


def _typed(each: Node, uri: str, builder: Builder) -> dict[str, Any]:
    kind = each.get("type", "string")
    if kind == "enum":
        offered = choices((value.get("id"), value.get("name")) for value in each.iterfind(f"{{{uri}}}value"))
        if offered:
            return {"type": "string", "oneOf": offered}
    if kind not in _TYPES:
        message = "Isian “{name}” berjenis “{kind}”, yang di sini menjadi teks."
        builder.telling.needs_person(builder.element_id, message, name=each.get("id"), kind=kind)
    return dict(_TYPES.get(kind, _TYPES["string"]))


def _limit(field: dict[str, Any], limits: dict[str, str | None]) -> None:
    if field["type"] == "string" and "oneOf" not in field and "format" not in field:
        lengths = {"minLength": count(limits.get("minlength")), "maxLength": count(limits.get("maxlength"), 1)}
        field |= {name: value for name, value in lengths.items() if value is not None}
    if field["type"] in ("integer", "number"):
        bounds = {"minimum": amount(limits.get("min")), "maximum": amount(limits.get("max"))}
        field |= {name: value for name, value in bounds.items() if value is not None}
