"""Mends by one click: what a drawing lacks before it can run, where one small change supplies it without guessing."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from service.dialects import picture
from service.dialects.adding import add_end, add_start, put_in_lane
from service.dialects.asking import ask_at_gateway, can_ask, generic_form
from service.dialects.document import (
    DI,
    FIT_ID,
    PEOPLE,
    Document,
    Node,
    good_id,
    good_key,
    is_key,
    mark,
    name_of,
    rename,
)
from service.dialects.forms import SCHEMA_MARK, asking
from service.engine.reading import BPMN, local
from service.errors import Conflict
from service.sentences import Sentence

Files = dict[str, Any]
MOST_FLOWS_TRIED = 120
"""Drawing takes seconds beyond that; it is tried only where that is quick."""


@dataclass(frozen=True)
class Mend:
    """One mend that is on offer; the sentence says what will be done."""

    code: str
    element_id: str | None
    sentence: Sentence


@dataclass(frozen=True)
class _Way:
    """How a kind of mend finds what it can do, what it says, and how it does it."""

    finds: Callable[[Document, Mapping[str, Any]], Iterator[Node]]
    says: str
    does: Callable[[Document, Node, Files], None]


def mends(xml: bytes, forms: Mapping[str, Any]) -> list[Mend]:
    """All mends on offer, in the order in which they are best done. Raises `Invalid` for no BPMN."""
    document = Document(xml)
    if document.is_too_large():
        return []
    return [
        Mend(code, node.get("id"), Sentence(way.says, name=name_of(node)))
        for code, way in _WAYS.items()
        for node in way.finds(document, forms)
    ]


def mend(
    xml: bytes, forms: Mapping[str, Any], code: str, element_id: str | None = None
) -> tuple[bytes, dict[str, Any]]:
    """The diagram with this one thing mended, or with all of its kind where no element is named.

    All else stays as it is. Raises `Conflict` where there is nothing of that kind to mend.
    """
    document, files = Document(xml), dict(forms)
    way = None if document.is_too_large() else _WAYS.get(code)
    wanted = [node for node in way.finds(document, files) if element_id in (None, node.get("id"))] if way else []
    if way is None or not wanted:
        raise Conflict("Perbaikan ini tidak diperlukan lagi; muat ulang halaman ini.")
    whole = picture.is_whole(document)
    for node in wanted:
        if any(each is node for each in way.finds(document, files)):  # one mend may have done for the next
            way.does(document, node, files)
    if code in _DRAWS or (whole and not picture.is_whole(document)):
        picture.draw_anew(document)
    return document.written(), files


# ---- the process ------------------------------------------------------------------------------------------------


def _off(document: Document, _forms: Mapping[str, Any]) -> Iterator[Node]:
    if document.process.get("isExecutable", "true") != "true":
        yield document.process


def _switch_on(document: Document, node: Node, _files: Files) -> None:
    node.set("isExecutable", "true")


def _badly_keyed(document: Document, _forms: Mapping[str, Any]) -> Iterator[Node]:
    if not is_key(document.process.get("id", "")):
        yield document.process


def _give_key(document: Document, node: Node, _files: Files) -> None:
    rename(document, node, document.free_id(good_key(document)))


def _badly_named(document: Document, _forms: Mapping[str, Any]) -> Iterator[Node]:
    for node in [*document.nodes(), *document.process.iter(f"{{{BPMN}}}lane")]:
        if not FIT_ID.fullmatch(node.get("id", "")) and document.find(node.get("id")) is node:
            yield node


def _give_id(document: Document, node: Node, _files: Files) -> None:
    rename(document, node, document.free_id(good_id(node.get("id"))))


# ---- starts, ends, tasks ----------------------------------------------------------------------------------------


def _scopes(document: Document) -> list[Node]:
    inner = document.process.iter(f"{{{BPMN}}}subProcess")
    return [document.process, *(each for each in inner if each.get("triggeredByEvent") != "true")]


def _flow_ends(document: Document, end: str) -> set[str]:
    return {flow.get(end, "") for flow in document.flows()}


def _without_start(document: Document, _forms: Mapping[str, Any]) -> Iterator[Node]:
    """The one node that a scope without a start can only begin with."""
    reached = _flow_ends(document, "targetRef")
    for scope in _scopes(document):
        inside = [node for node in document.nodes() if node.getparent() is scope]
        if any(local(node) == "startEvent" for node in inside):
            continue
        first = [node for node in inside if node.get("id") not in reached and local(node) != "boundaryEvent"]
        if len(first) == 1 and local(first[0]) != "endEvent":
            yield first[0]


def _without_end(document: Document, _forms: Mapping[str, Any]) -> Iterator[Node]:
    """Steps after which nothing is drawn: there the matter has come to its end."""
    left = _flow_ends(document, "sourceRef")
    for node in document.nodes():
        goes_on = (
            local(node) == "endEvent" or local(node).endswith("Gateway") or node.get("isForCompensation") == "true"
        )
        if not goes_on and node.get("id") not in left and node.getparent() in _scopes(document):
            yield node


def _add_start(document: Document, node: Node, _files: Files) -> None:
    add_start(document, node)


def _add_end(document: Document, node: Node, _files: Files) -> None:
    add_end(document, node)


def _undecided(document: Document, _forms: Mapping[str, Any]) -> Iterator[Node]:
    return (node for node in document.nodes() if local(node) in ("task", "manualTask"))


def _make_user_task(document: Document, node: Node, _files: Files) -> None:
    node.tag = f"{{{BPMN}}}userTask"


# ---- lanes, forms, gateways -------------------------------------------------------------------------------------


def _outside_lanes(document: Document, _forms: Mapping[str, Any]) -> Iterator[Node]:
    homes = document.lane_of()
    for node in document.nodes():
        begins = local(node) == "startEvent" and node.getparent() is document.process and bool(homes)
        if (local(node) in PEOPLE or begins) and not _has_lane(node, homes):
            yield node


def _has_lane(node: Node, homes: Mapping[str, str]) -> bool:
    while node is not None and local(node) != "process":
        if node.get("id") in homes:
            return True
        node = node.getparent()
    return False


def _give_lane(document: Document, node: Node, _files: Files) -> None:
    put_in_lane(document, node)


def _without_form(document: Document, forms: Mapping[str, Any]) -> Iterator[Node]:
    return (node for node in asking(document) if mark(node, SCHEMA_MARK) is None)


def _give_form(document: Document, node: Node, files: Files) -> None:
    generic_form(node, files)


def _without_default(document: Document, _forms: Mapping[str, Any]) -> Iterator[Node]:
    """Gateways with one single flow that says no condition."""
    for node in document.nodes():
        if local(node) in ("exclusiveGateway", "inclusiveGateway") and not node.get("default"):
            out = [flow for flow in document.flows() if flow.get("sourceRef") == node.get("id")]
            if len(out) > 1 and len(_unconditioned(out)) == 1:
                yield node


def _unconditioned(flows: list[Node]) -> list[Node]:
    return [flow for flow in flows if flow.find(f"{{{BPMN}}}conditionExpression") is None and flow.get("id")]


def _give_default(document: Document, node: Node, _files: Files) -> None:
    out = [flow for flow in document.flows() if flow.get("sourceRef") == node.get("id")]
    node.set("default", _unconditioned(out)[0].get("id"))


def _unasked(document: Document, forms: Mapping[str, Any]) -> Iterator[Node]:
    return (node for node in document.nodes() if local(node) == "exclusiveGateway" and can_ask(document, node, forms))


def _ask(document: Document, node: Node, files: Files) -> None:
    ask_at_gateway(document, node, files)


def _undrawn(document: Document, _forms: Mapping[str, Any]) -> Iterator[Node]:
    """Where it can be drawn at all."""
    if next(document.nodes(), None) is None or picture.is_whole(document):
        return
    if sum(1 for _ in document.flows()) > MOST_FLOWS_TRIED:
        if document.root.find(f"{{{DI}}}BPMNDiagram") is None:
            yield document.process
    else:
        trial = Document(document.written())
        if picture.draw_anew(trial) is None and picture.is_whole(trial):
            yield document.process


def _draw(document: Document, _node: Node, _files: Files) -> None:
    """What is left to do is done for all mends that change the picture."""


_WAYS = {
    "process_off": _Way(_off, "Nyatakan “{name}” dapat dijalankan.", _switch_on),
    "process_id": _Way(_badly_keyed, "Beri “{name}” kunci dari huruf kecil, angka, dan garis bawah.", _give_key),
    "id_unfit": _Way(_badly_named, "Beri “{name}” ID yang dapat menjadi bagian dari alamat.", _give_id),
    "start_missing": _Way(_without_start, "Tambahkan kejadian mulai sebelum “{name}”.", _add_start),
    "end_missing": _Way(_without_end, "Tambahkan kejadian akhir sesudah “{name}”.", _add_end),
    "task_kind": _Way(_undecided, "Jadikan “{name}” tugas orang.", _make_user_task),
    "lane_missing": _Way(_outside_lanes, "Masukkan “{name}” ke lajur pelaksana; namanya dapat diganti.", _give_lane),
    "form_missing": _Way(_without_form, "Beri “{name}” formulir dengan satu isian catatan.", _give_form),
    "gateway_asks": _Way(_unasked, "Tanyakan pilihan “{name}” pada formulir langkah sebelumnya.", _ask),
    "default_flow": _Way(_without_default, "Jadikan alur tanpa syarat dari “{name}” alur bawaan.", _give_default),
    "picture_missing": _Way(_undrawn, "Tata gambar “{name}” secara otomatis.", _draw),
}
_DRAWS = frozenset({"lane_missing", "picture_missing"})
CODES = tuple(_WAYS)
