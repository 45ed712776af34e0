"""From another tool's diagram to one of ours: forms, lanes, times, conditions. Nothing is dropped; all is told."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from service.dialects import picture
from service.dialects.assignments import assign
from service.dialects.document import (
    Document,
    Node,
    good_key,
    is_key,
    mark,
    name_of,
    rename,
    set_mark,
    set_text,
    text_of,
)
from service.dialects.expressions import Untranslatable, feel, juel
from service.dialects.forms import translate_forms
from service.dialects.keeping import keep_in_mind
from service.dialects.recognising import ORIGIN, OURS, Dialect, recognised
from service.dialects.telling import KINDS, Telling, Told
from service.dialects.times import duration_from, is_date
from service.engine import expressions
from service.engine.reading import BPMN, local
from service.sentences import Sentence


@dataclass(frozen=True)
class Translation:
    """The diagram in our way, the files of its forms (those of before included), and what is told about it."""

    xml: bytes
    forms: dict[str, Any]
    told: list[Told]
    dialect: Dialect


def translate(xml: bytes, forms: Mapping[str, Any], key: str | None = None, origin: str | None = None) -> Translation:
    """The same procedure as we would have written it. What is translated already stays as it is.

    `key` is the id its process gets; without one it keeps its own, or gets a good one. `origin` is written down in it.
    Where nothing is translated the XML comes back byte for byte. Raises `Invalid` for no BPMN.
    """
    document, telling, files = Document(xml), Telling(), dict(forms)
    dialect = recognised(document)
    if document.is_too_large():
        telling.needs_person(None, "Diagram ini terlalu besar untuk diterjemahkan; pecah menjadi beberapa prosedur.")
        return Translation(xml, files, telling.told, dialect)
    names = translate_forms(document, files, telling)
    _conditions(document, names, telling)
    _timers(document, dialect, telling)
    _scripts(document, telling)
    _what_cannot_run(document, telling)
    whole = picture.is_whole(document)
    laid = assign(document, telling)
    _process(document, key, telling)
    keep_in_mind(document, telling)
    if laid or not whole:
        _draw(document, laid, telling)
    if origin is not None and _changed(telling):
        set_mark(document.process, ORIGIN, origin)
    told = sorted(telling.told, key=lambda each: KINDS.index(each.kind))
    return Translation(document.written() if _changed(telling) else xml, files, told, dialect)


def _changed(telling: Telling) -> bool:
    return any(each.kind == "translated" for each in telling.told)


# ---- conditions -------------------------------------------------------------------------------------------------


def _conditions(document: Document, names: Mapping[str, str], telling: Telling) -> None:
    for flow in document.flows():
        condition = flow.find(f"{{{BPMN}}}conditionExpression")
        if condition is not None:
            _condition(condition, flow, names, telling)
    for condition in document.process.iter(f"{{{BPMN}}}condition"):
        event = condition.getparent().getparent()
        _condition(condition, event, names, telling)


def _condition(condition: Node, owner: Node, names: Mapping[str, str], telling: Telling) -> None:
    text, element_id = text_of(condition), owner.get("id")
    language = condition.get("language", "").rpartition("/")[2].lower()
    if not text:
        telling.needs_person(element_id, "Syarat “{name}” kosong atau berada di berkas lain.", name=name_of(owner))
        return
    try:
        made = _ours(text, language, names)
    except Untranslatable as why:
        message = "Syarat {text} pada “{name}” perlu ditulis ulang: {why}"
        telling.needs_person(element_id, message, text=text, name=name_of(owner), why=why.sentence)
        return
    if made != text:
        set_text(condition, made)
        message = "Syarat {text} pada “{name}” menjadi {made}"
        telling.translated(element_id, message, text=text, name=name_of(owner), made=made)


def _ours(text: str, language: str, names: Mapping[str, str]) -> str:
    if text.startswith(("${", "#{")):
        return juel(text, names)
    if text.startswith("="):
        return feel(text, names)
    if language not in ("", "juel", "feel", "python", "xpath"):
        raise Untranslatable("ditulis dalam bahasa {language}.", language=language[:30])
    if problem := expressions.problem(text):
        raise Untranslatable("{problem}", problem=Sentence(problem))
    return text


# ---- timers -----------------------------------------------------------------------------------------------------

_TIMES = ("timeDuration", "timeDate", "timeCycle")


def _timers(document: Document, dialect: Dialect, telling: Telling) -> None:
    for definition in document.process.iter(f"{{{BPMN}}}timerEventDefinition"):
        event = definition.getparent()
        drawn = next((child for child in definition if local(child) in _TIMES), None)
        if drawn is not None and event.get("id"):
            _timer(event, drawn, dialect, telling)


def _timer(event: Node, drawn: Node, dialect: Dialect, telling: Telling) -> None:
    text, length = text_of(drawn), duration_from(text_of(drawn))
    plain = text.strip("\"'")
    if local(drawn) == "timeCycle" or plain.startswith("R"):
        message = "“{name}” berulang ({text}); di sini kejadian waktu terjadi satu kali. Gambarlah alur kembali."
        telling.needs_person(event.get("id"), message, name=name_of(event), text=text)
        return
    if length is None and not is_date(plain):
        message = "Waktu {text} pada “{name}” dihitung oleh sistem asal; tulis lama waktu atau tanggal yang tetap."
        telling.needs_person(event.get("id"), message, name=name_of(event), text=text)
        return
    if (length or plain) != text:
        set_text(drawn, length or plain)
        telling.translated(
            event.get("id"),
            "Waktu {text} pada “{name}” menjadi {made}",
            text=text,
            name=name_of(event),
            made=length or plain,
        )
    if length and local(drawn) == "timeDate":
        drawn.tag = f"{{{BPMN}}}timeDuration"
    if length and dialect != OURS and mark(event, "timeClock") is None:
        set_mark(event, "timeClock", "elapsed")
        message = (
            "Waktu {length} pada “{name}” dihitung siang malam, seperti di sistem asal; ubah bila maksudnya hari kerja."
        )
        telling.translated(event.get("id"), message, length=length, name=name_of(event))


# ---- scripts and what cannot run --------------------------------------------------------------------------------


def _scripts(document: Document, telling: Telling) -> None:
    for node in document.process.iter(f"{{{BPMN}}}scriptTask"):
        script = text_of(node.find(f"{{{BPMN}}}script"))
        if problem := expressions.script_problem(script):
            message = "Skrip pada “{name}” perlu ditulis ulang: {problem}"
            telling.needs_person(node.get("id"), message, name=name_of(node), problem=Sentence(problem))


_MACHINES = {
    "serviceTask": "“{name}” dikerjakan sistem lain; di sini belum ada sambungannya. Jadikan tugas orang, atau hapus.",
    "sendTask": "“{name}” mengirim pesan ke luar; di sini belum ada sambungannya. Jadikan tugas orang.",
    "businessRuleTask": "“{name}” memakai tabel keputusan. Gantikan dengan gerbang bersyarat, atau tugas orang.",
    "callActivity": "“{name}” memanggil diagram lain. Salin langkah-langkahnya ke dalam subproses di diagram ini.",
    "transaction": "“{name}” adalah transaksi. Gantikan dengan subproses biasa.",
    "adHocSubProcess": "“{name}” tidak berurutan. Gambarlah urutan langkahnya.",
    "complexGateway": "“{name}” adalah gerbang kompleks. Gantikan dengan gerbang eksklusif, paralel, atau inklusif.",
}


def _what_cannot_run(document: Document, telling: Telling) -> None:
    for node in document.nodes():
        if local(node) in _MACHINES:
            telling.needs_person(node.get("id"), _MACHINES[local(node)], name=name_of(node))
        if node.find(f"{{{BPMN}}}multiInstanceLoopCharacteristics") is not None:
            message = "“{name}” dikerjakan beberapa kali menurut daftar atau jumlah. Periksa daftar atau jumlahnya."
            telling.needs_person(node.get("id"), message, name=name_of(node))
        if local(node) == "startEvent" and any(local(child).endswith("EventDefinition") for child in node):
            message = (
                "“{name}” dimulai oleh pesan, waktu, atau sinyal. Di sini urusan dimulai orang: pakai mulai biasa."
            )
            telling.needs_person(node.get("id"), message, name=name_of(node))
        if _receives(node) and not mark(node, "messageLanes"):
            message = "“{name}” menunggu pesan. Sebutkan lajur yang boleh mengirimnya (messageLanes)."
            telling.needs_person(node.get("id"), message, name=name_of(node))
        if local(node) == "subProcess" and node.get("triggeredByEvent") == "true":
            message = "“{name}” adalah subproses kejadian. Pakai kejadian tepi pada langkah atau subproses."
            telling.needs_person(node.get("id"), message, name=name_of(node))


def _receives(node: Node) -> bool:
    catches = local(node) in ("intermediateCatchEvent", "boundaryEvent")
    return local(node) == "receiveTask" or (catches and node.find(f"{{{BPMN}}}messageEventDefinition") is not None)


# ---- the process and its drawing --------------------------------------------------------------------------------


def _process(document: Document, key: str | None, telling: Telling) -> None:
    own = document.process.get("id", "")
    wanted = key or (own if is_key(own) else good_key(document))
    if wanted != own:
        rename(document, document.process, document.free_id(wanted))
        message = "ID proses “{own}” menjadi kunci “{key}”: huruf kecil, angka, dan garis bawah."
        telling.translated(document.process.get("id"), message, own=own, key=wanted)
    others = len(document.root.findall(f".//{{{BPMN}}}process")) - 1
    if others:
        message = "Berkas ini memuat {count} proses lain. Satu diagram satu prosedur: sisakan satu kolam berisi proses."
        telling.needs_person(None, message, count=others)
    if document.process.get("isExecutable", "true") != "true":
        message = "Proses ini ditandai tidak dapat dijalankan; nyatakan dapat dijalankan bila gambarnya sudah lengkap."
        telling.needs_person(document.process.get("id"), message)


def _draw(document: Document, laid: bool, telling: Telling) -> None:
    lost = picture.unplaced(document)
    problem = picture.draw_anew(document)
    if problem is not None:
        telling.needs_person(None, "Gambar belum dapat ditata ulang: {problem}", problem=Sentence(problem))
        return
    if laid:
        telling.translated(None, "Gambar ditata ulang, karena lajur ditambahkan.")
    else:
        telling.translated(None, "Gambar ditata ulang, karena belum ada atau belum lengkap.")
    if lost:
        message = (
            "Catatan dan data pada gambar ({kinds}) tetap ada di berkas, tetapi belum mendapat tempat pada gambar."
        )
        telling.needs_person(None, message, kinds=", ".join(lost))
