"""The first drawing of a new diagram: a start, one task for each lane in their order, an end; small forms for each."""

import re
import unicodedata
from itertools import pairwise
from typing import Any

from lxml import etree

from service.diagrams.layout import draw
from service.sentences import Sentence

BPMN = "http://www.omg.org/spec/BPMN/20100524/MODEL"
SPIFF = "http://spiffworkflow.org/bpmn/schema/1.0/core"
NAMES = {"bpmn": BPMN, "spiffworkflow": SPIFF}
LONGEST_KEY = 60
START, END = "mulai", "selesai"


def key_from(text: str) -> str:
    """`Layanan Pengaduan (lisan)` is `layanan_pengaduan_lisan`; empty where no letter is left."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "_", plain).strip("_0123456789")[:LONGEST_KEY].rstrip("_")


def skeleton(key: str, title: str, office: str, lanes: list[str], public: bool) -> tuple[bytes, dict[str, Any]]:
    """BPMN and form files. With `public` the first lane is the complainant's own and holds the start alone."""
    taken = {key, START, END}
    ids = [_free(key_from(lane) or "lajur", taken) for lane in lanes]
    workers = list(zip(ids, lanes, strict=True))[1 if public else 0 :]
    tasks = [
        (_free(f"kerjakan_{lane}", taken), str(Sentence("Kerjakan bagian {lane}", lane=name)), lane)
        for lane, name in workers
    ]
    root = etree.Element(f"{{{BPMN}}}definitions", nsmap=NAMES, id=f"definitions_{key}")
    root.set("targetNamespace", f"urn:alur:{key}")
    pool = _under(_under(root, "collaboration", id=f"collaboration_{key}"), "participant", id=f"participant_{key}")
    pool.set("name", office)
    pool.set("processRef", key)
    process = _under(root, "process", id=key, name=title, isExecutable="true")
    _mark(process, sopTitle=title, agency=office)
    _lanes(process, dict(zip(ids, lanes, strict=True)), tasks, public)
    _nodes(process, tasks, public)
    return draw(etree.tostring(root, encoding="UTF-8", xml_declaration=True)), _forms(tasks)


def _free(wanted: str, taken: set[str]) -> str:
    """The id, with a number where it is taken already."""
    number, found = 2, wanted
    while found in taken:
        number, found = number + 1, f"{wanted}_{number}"
    taken.add(found)
    return found


def _under(parent: Any, tag: str, **attributes: str) -> Any:
    return etree.SubElement(parent, f"{{{BPMN}}}{tag}", attributes)


def _mark(node: Any, **marks: str) -> None:
    extension = _under(node, "extensionElements")
    properties = etree.SubElement(extension, f"{{{SPIFF}}}properties")
    for name, value in marks.items():
        etree.SubElement(properties, f"{{{SPIFF}}}property", name=name, value=value)


def _lanes(process: Any, lanes: dict[str, str], tasks: list[tuple[str, str, str]], public: bool) -> None:
    lane_set = _under(process, "laneSet", id=f"lajur_{process.get('id')}")
    first, last = next(iter(lanes)), list(lanes)[-1]
    for lane_id, name in lanes.items():
        lane = _under(lane_set, "lane", id=lane_id, name=name)
        if lane_id == first and public:
            _mark(lane, public="true")
        inside = [START] if lane_id == first else []
        inside += [task for task, _, home in tasks if home == lane_id]
        for node in [*inside, *([END] if lane_id == last else [])]:
            _under(lane, "flowNodeRef").text = node


def _nodes(process: Any, tasks: list[tuple[str, str, str]], public: bool) -> None:
    start = _under(process, "startEvent", id=START, name="Sampaikan pengaduan" if public else "Mulai")
    told = {"milestone": "Pengaduan Anda sudah kami terima"} if public else {}
    _mark(start, **told, **_files_of(START))
    for task, name, _lane in tasks:
        _mark(_under(process, "userTask", id=task, name=name), **_files_of(task))
    _under(process, "endEvent", id=END, name="Selesai")
    order = [START, *(task for task, _, _ in tasks), END]
    for source, target in pairwise(order):
        _under(process, "sequenceFlow", id=f"{source}__{target}", sourceRef=source, targetRef=target)


def _files_of(element: str) -> dict[str, str]:
    return {"formJsonSchemaFilename": f"{element}.schema.json", "formUiSchemaFilename": f"{element}.ui.json"}


def _forms(tasks: list[tuple[str, str, str]]) -> dict[str, Any]:
    files: dict[str, Any] = {}
    _add_form(files, START, "Pengajuan", {"perihal": ("Perihal", 200), "uraian": ("Uraian", 5000)})
    for task, name, _lane in tasks:
        _add_form(files, task, name, {"catatan": ("Catatan", 3000)})
    return files


def _add_form(files: dict[str, Any], element: str, title: str, texts: dict[str, tuple[str, int]]) -> None:
    names = _files_of(element)
    files[names["formJsonSchemaFilename"]] = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": title,
        "type": "object",
        "properties": {
            name: {"title": label, "type": "string", "maxLength": most} for name, (label, most) in texts.items()
        },
        "required": [name for name in texts if name != "catatan"],
    }
    areas = {name: {"ui:widget": "textarea", "ui:options": {"rows": 4}} for name in texts if name != "perihal"}
    files[names["formUiSchemaFilename"]] = {"ui:order": list(texts), **areas}
