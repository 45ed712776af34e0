"""Forms for what a drawing leaves open: a note for a task, and the choice that a gateway stands for."""

from collections.abc import Mapping
from copy import deepcopy
from typing import Any

from service.dialects.building import SCHEMA, choices
from service.dialects.document import PEOPLE, Document, Node, key_from, mark, name_of, set_mark, under
from service.dialects.forms import SCHEMA_MARK, UI_MARK, keep_form
from service.engine.reading import BPMN, local
from service.forms.profile import check_profile

_XSI = "http://www.w3.org/2001/XMLSchema-instance"


def generic_form(node: Node, files: dict[str, Any]) -> None:
    """One note, which may be left empty."""
    note = {"title": "Catatan", "type": "string", "maxLength": 3000}
    schema = {
        "$schema": SCHEMA,
        "title": name_of(node),
        "type": "object",
        "properties": {"catatan": note},
        "required": [],
    }
    area = {"ui:widget": "textarea", "ui:options": {"rows": 4}}
    keep_form(node, (schema, {"ui:order": ["catatan"], "catatan": area}), files)


def can_ask(document: Document, gateway: Node, forms: Mapping[str, Any]) -> bool:
    """Whether its ways bear names and no conditions, and the step before it can be asked which one to take."""
    ways = _ways(document, gateway)
    names = [key_from(way.get("name") or "") for way in ways]
    open_ = all(way.find(f"{{{BPMN}}}conditionExpression") is None and way.get("id") for way in ways)
    told_apart = len(ways) > 1 and all(names) and len(set(names)) == len(names)
    if not open_ or not told_apart or gateway.get("default"):
        return False
    before = _before(document, gateway)
    if before is None or (mark(before, SCHEMA_MARK) or "") not in {"", *forms}:
        return False  # the form that it names is still to come
    return _field_name(gateway) not in _fields(_form_of(before, forms))


def _ways(document: Document, gateway: Node) -> list[Node]:
    return [flow for flow in document.flows() if flow.get("sourceRef") == gateway.get("id")]


def _before(document: Document, gateway: Node) -> Node | None:
    """The one task that leads to it."""
    sources = [flow.get("sourceRef") for flow in document.flows() if flow.get("targetRef") == gateway.get("id")]
    node = document.find(sources[0]) if len(sources) == 1 else None
    return node if node is not None and local(node) in PEOPLE else None


def _form_of(node: Node, forms: Mapping[str, Any]) -> Any:
    return forms.get(mark(node, SCHEMA_MARK) or "")


def _fields(schema: Any) -> Mapping[str, Any]:
    found = schema.get("properties") if isinstance(schema, dict) else None
    return found if isinstance(found, dict) else {}


def _field_name(gateway: Node) -> str:
    return f"pilihan_{key_from(gateway.get('id', ''))}"[:60]


def ask_at_gateway(document: Document, gateway: Node, files: dict[str, Any]) -> None:
    """The form of the task before it gets a choice with the names of the ways, and each way its condition."""
    task, ways, name = _before(document, gateway), _ways(document, gateway), _field_name(gateway)
    if task is None:
        return
    if mark(task, SCHEMA_MARK) not in files:
        generic_form(task, files)
    schema_file, ui_file = mark(task, SCHEMA_MARK) or "", mark(task, UI_MARK) or ""
    schema, ui = deepcopy(files[schema_file]), deepcopy(files.get(ui_file, {}))
    values = [(key_from(way.get("name")), " ".join(way.get("name").split())) for way in ways]
    title = name_of(gateway) if gateway.get("name") else "Pilihan"
    schema.setdefault("properties", {})[name] = {"title": title, "type": "string", "oneOf": choices(values)}
    schema["required"] = [*schema.get("required", ()), name]
    ui[name] = {"ui:widget": "radio"}
    if "ui:order" in ui:
        ui["ui:order"] = [*ui["ui:order"], name]
    if check_profile(schema, ui):
        return
    if _is_shared(document, schema_file):
        keep_form(task, (schema, ui), files)
    else:
        _keep(task, (schema_file, schema), (ui_file, ui), files)
    for way, (value, _) in zip(ways, values, strict=True):
        condition = under(way, "conditionExpression")
        condition.set(f"{{{_XSI}}}type", _typed(condition))
        condition.text = f'{name} == "{value}"'


def _is_shared(document: Document, file: str) -> bool:
    """Whether other steps ask the same form; they keep it as it is."""
    return sum(1 for node in document.nodes() if mark(node, SCHEMA_MARK) == file) > 1


def _keep(task: Node, schema: tuple[str, Any], ui: tuple[str, Any], files: dict[str, Any]) -> None:
    """In the same files; the ui half is made where there was none."""
    files[schema[0]] = schema[1]
    if ui[0]:
        files[ui[0]] = ui[1]
        return
    name = schema[0].removesuffix(".schema.json") + ".ui.json"
    files[name] = ui[1]
    set_mark(task, UI_MARK, name)


def _typed(node: Node) -> str:
    prefix = next((prefix for prefix, uri in node.nsmap.items() if uri == BPMN and prefix), None)
    return f"{prefix}:tFormalExpression" if prefix else "tFormalExpression"
