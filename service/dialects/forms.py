"""The forms of a foreign diagram, wherever its tool keeps them, as form files of ours."""

import json
import re
from collections.abc import Iterator
from pathlib import PurePosixPath
from typing import Any

from service.dialects.building import Builder, Form
from service.dialects.document import PEOPLE, Document, Node, mark, name_of, set_mark
from service.dialects.form_fields import fields_in, read_fields
from service.dialects.form_js import is_camunda_form, read_form
from service.dialects.json_schemas import brought_in
from service.dialects.recognising import ACTIVITI, CAMUNDA, FLOWABLE, ZEEBE
from service.dialects.telling import Telling
from service.engine.reading import BPMN, local
from service.errors import Invalid
from service.forms.bounds import Bounds, flaw

SCHEMA_MARK, UI_MARK = "formJsonSchemaFilename", "formUiSchemaFilename"
READABLE = Bounds(depth=40, values=20_000, characters=200_000)
_EXTENSIONS = f"{{{BPMN}}}extensionElements"
_IN_DIAGRAM = "camunda-forms:bpmn:"
_DEPLOYED = "camunda-forms:deployment:"


def translate_forms(document: Document, files: dict[str, Any], telling: Telling) -> dict[str, str]:
    """Adds our form files; gives the names of fields that could not keep theirs, as they are called now."""
    names: dict[str, str] = {}
    known = _camunda_forms(document, files)
    for node in asking(document):
        if mark(node, SCHEMA_MARK):
            _spiff(node, files, telling, names)
        else:
            _elsewhere(node, files, known, telling, names)
    return names


def asking(document: Document) -> Iterator[Node]:
    """The elements that can have a form: tasks of people, and the start of the process."""
    for node in document.nodes():
        begins = local(node) == "startEvent" and node.getparent() is document.process
        if local(node) in PEOPLE or begins:
            yield node


def keep_form(node: Node, form: Form, files: dict[str, Any]) -> str:
    """Put a form among the files and name it on its element."""
    stem = re.sub(r"[^A-Za-z0-9_-]+", "_", node.get("id"))[:80].strip("_-") or "formulir"
    number, free = 2, stem
    while f"{free}.schema.json" in files or f"{free}.ui.json" in files:
        free, number = f"{stem}_{number}", number + 1
    files[f"{free}.schema.json"], files[f"{free}.ui.json"] = form
    set_mark(node, SCHEMA_MARK, f"{free}.schema.json")
    set_mark(node, UI_MARK, f"{free}.ui.json")
    return f"{free}.schema.json"


# ---- Spiff Arena ------------------------------------------------------------------------------------------------


def _spiff(node: Node, files: dict[str, Any], telling: Telling, names: dict[str, str]) -> None:
    name, ui_name = mark(node, SCHEMA_MARK) or "", mark(node, UI_MARK) or ""
    if name not in files:
        message = "Berkas formulir “{file}” untuk “{name}” belum diunggah."
        telling.needs_person(node.get("id"), message, file=name, name=name_of(node))
        return
    schema, ui = files[name], files.get(ui_name)
    form = brought_in(schema, ui, name_of(node), node.get("id"), telling, names)
    if form is not None and form[0] is not schema:
        made = keep_form(node, form, files)
        message = "Formulir “{file}” untuk “{name}” disusun ulang menjadi “{made}”."
        telling.translated(node.get("id"), message, file=name, name=name_of(node), made=made)
    elif form is not None and ui_name and ui_name not in files:
        keep_form(node, form, files)
        message = "Tampilan formulir “{file}” belum diunggah; formulir ditampilkan menurut urutan isiannya."
        telling.translated(node.get("id"), message, file=ui_name)


# ---- Camunda and Flowable ---------------------------------------------------------------------------------------


def _camunda_forms(document: Document, files: dict[str, Any]) -> dict[str, Any]:
    """Camunda Forms by their id and file name: those sent along, and those within the diagram."""
    found: dict[str, Any] = {}
    for file, form in files.items():
        if is_camunda_form(form):
            found[file] = found[PurePosixPath(file).stem] = form
            if isinstance(form.get("id"), str):
                found[form["id"]] = form
    for each in document.root.iter(f"{{{ZEEBE}}}userTaskForm"):
        form = _json(each.text or "")
        if each.get("id") and is_camunda_form(form):
            found[f"{_IN_DIAGRAM}{each.get('id')}"] = form
    return found


def _json(text: str) -> Any:
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return None if flaw(found, READABLE) else found


def _elsewhere(
    node: Node, files: dict[str, Any], known: dict[str, Any], telling: Telling, names: dict[str, str]
) -> None:
    if fields := fields_in(node):
        builder = Builder(name_of(node), node.get("id"), telling, names)
        read_fields(fields, builder)
        _keep(node, builder.made(), files, telling)
        return
    wanted = _reference(node)
    if wanted is None:
        return
    form = known.get(wanted) or known.get(PurePosixPath(wanted).name)
    if form is None:
        message = (
            "Formulir “{file}” untuk “{name}” berada di tempat lain; unggah berkasnya, atau buat formulirnya di sini."
        )
        telling.needs_person(node.get("id"), message, file=wanted, name=name_of(node))
        return
    try:
        _keep(node, read_form(form, name_of(node), node.get("id"), telling, names), files, telling)
    except (Invalid, RecursionError):
        telling.needs_person(node.get("id"), "Formulir “{file}” tidak dapat dibaca.", file=wanted)


def _reference(node: Node) -> str | None:
    """What the element says its form is called."""
    named = [node.get(f"{{{CAMUNDA}}}formRef"), node.get(f"{{{CAMUNDA}}}formKey")]
    named += [node.get(f"{{{FLOWABLE}}}formKey"), node.get(f"{{{ACTIVITI}}}formKey")]
    for each in node.iterfind(f"{_EXTENSIONS}/{{{ZEEBE}}}formDefinition"):
        named += [each.get("formId"), each.get("formKey"), each.get("externalReference")]
    found = next((each for each in named if each), None)
    return found.removeprefix(_DEPLOYED) if found else None


def _keep(node: Node, form: Form | None, files: dict[str, Any], telling: Telling) -> None:
    if form is None:
        return
    made = keep_form(node, form, files)
    message = "Formulir “{name}” berisi {count} isian menjadi “{made}”."
    telling.translated(node.get("id"), message, name=name_of(node), count=len(form[0]["properties"]), made=made)
