"""The shape of a diagram: names, pools, ways that never end, circles that cannot be left, and its picture."""

import re
from collections.abc import Iterator
from typing import Any

from service.diagrams.checking.subject import Subject, finding
from service.diagrams.checking.ways import way_out
from service.engine.findings import Finding
from service.engine.reading import BPMN
from service.engine.spec import Element
from service.sentences import Sentence

_KEY = re.compile(r"[a-z][a-z0-9_]{0,62}")
_FIT_ID = re.compile(r"[A-Za-z_][A-Za-z0-9_-]{0,79}")
_LONGEST_LANE_ID, _LONGEST_NAME, _LONGEST_ROW = 63, 200, 20
"""More than that the lists of tasks do not keep."""
_DI = "http://www.omg.org/spec/BPMN/20100524/DI"
_DECIDES = ("exclusiveGateway", "inclusiveGateway", "eventBasedGateway")
_WAITS = (
    "userTask",
    "manualTask",
    "task",
    "receiveTask",
    "catchTimer",
    "catchMessage",
    "catchSignal",
    "catchConditional",
)
_SENDS = {"throwMessage": False, "endMessage": False, "sendTask": True}


def look(subject: Subject) -> Iterator[Finding]:
    """All findings about the shape."""
    yield from _key(subject)
    yield from _pools(subject)
    yield from _ids(subject)
    yield from _lengths(subject)
    yield from _ends(subject)
    yield from _circles(subject)
    yield from _sends(subject)
    yield from _picture(subject)


def _key(subject: Subject) -> Iterator[Finding]:
    key = subject.drawing.key
    if not _KEY.fullmatch(key):
        yield finding(
            "process_id",
            None,
            Sentence("ID proses “{key}” tidak dapat dipakai sebagai nama diagram.", key=key),
            "ID proses adalah kunci diagram, dan menjadi bagian dari alamat dan nama berkas.",
            "Pakai huruf kecil, angka, dan garis bawah, diawali huruf; misalnya layanan_pengaduan.",
            id=key,
        )


def _pools(subject: Subject) -> Iterator[Finding]:
    root = subject.root
    processes = root.findall(f".//{{{BPMN}}}process")
    drawn = [each for each in root.iterfind(f".//{{{BPMN}}}participant") if each.get("processRef")]
    if len(processes) > 1 or len(drawn) > 1:
        yield finding(
            "pool_many",
            None,
            Sentence("Diagram ini memuat {count} kolam yang berisi proses.", count=max(len(processes), len(drawn))),
            "Satu diagram adalah satu prosedur dari satu instansi.",
            "Sisakan satu kolam berisi proses; pihak luar digambar sebagai kolam kosong.",
        )


def _ids(subject: Subject) -> Iterator[Finding]:
    parts: list[Any] = [*subject.elements.values(), *subject.drawing.lanes]
    for each in parts:
        if not _FIT_ID.fullmatch(each.id):
            yield finding(
                "id_unfit",
                each,
                Sentence("ID “{id}” tidak dapat dipakai sebagai nama berkas.", id=each.id),
                "Formulir, alamat, dan riwayat memakai ID ini.",
                "Pakai huruf, angka, garis bawah, atau tanda hubung, diawali huruf, paling panjang 80.",
            )


def _lengths(subject: Subject) -> Iterator[Finding]:
    found: list[tuple[Any, str, int]] = []
    for each in subject.elements.values():
        found.append((each, each.label, _LONGEST_NAME))
        found.append((each, each.row or "", _LONGEST_ROW))
    for lane in subject.drawing.lanes:
        found.append((lane, lane.name, _LONGEST_NAME))
        found.append((lane, lane.id, _LONGEST_LANE_ID))
    for part, text, most in found:
        if len(text) > most:
            yield finding(
                "text_long",
                part,
                Sentence("“{text}…” terlalu panjang: paling banyak {most} huruf.", text=text[:40], most=most),
                "Nama, nomor baris, dan ID lajur tampil dalam daftar tugas, yang tidak memuat teks sepanjang itu.",
                "Pendekkan; keterangan yang panjang ditulis pada dokumentasi langkah.",
            )


def _ends(subject: Subject) -> Iterator[Finding]:
    """A node that is reached and has a way on, but from which no end can be reached."""
    ways, elements = subject.ways, subject.elements
    ends = [each.id for each in elements.values() if each.kind.startswith("end")]
    starts = [each.id for each in elements.values() if each.kind.startswith("start") and each.scope is None]
    lost = ways.reach(starts) - ways.lead_to(ends)
    for each in sorted(lost & set(elements), key=list(elements).index) if ends else ():
        yield finding(
            "end_unreachable",
            elements[each],
            Sentence("Dari “{name}” tidak ada jalan menuju akhir.", name=elements[each].label),
            "Urusan yang sampai di sini tidak akan pernah selesai.",
            "Tambahkan jalan, biasanya lewat gerbang, menuju kejadian akhir.",
        )


def _circles(subject: Subject) -> Iterator[Finding]:
    for circle in subject.ways.cycles:
        inside = [each for node, each in subject.elements.items() if node in circle]
        if not inside:
            continue
        names = ", ".join(f"“{each.label}”" for each in inside[:4])
        if not any(_leaves(subject, each, circle) for each in inside):
            yield finding(
                "cycle_endless",
                inside[0],
                Sentence("Alur berputar di {names} tanpa gerbang yang dapat keluar.", names=names),
                "Urusan yang masuk ke putaran ini tidak dapat meninggalkannya.",
                "Tambahkan gerbang eksklusif dalam putaran, dengan satu jalan keluar.",
            )
        elif not any(each.kind in _WAITS for each in inside):
            yield finding(
                "cycle_automatic",
                inside[0],
                Sentence("Putaran {names} tidak menunggu siapa pun.", names=names),
                "Bila syarat keluarnya tidak terpenuhi, alur berputar tanpa henti dan dihentikan sistem.",
                "Letakkan tugas atau kejadian waktu di dalam putaran.",
                blocks=False,
            )
        yield from _inclusive_in(inside)


def _leaves(subject: Subject, element: Element, circle: frozenset[str]) -> bool:
    node = way_out(element.id) if way_out(element.id) in circle else element.id
    chooses = element.kind in _DECIDES or (element.kind.startswith("boundary") and element.interrupting)
    onward = subject.ways.after[node]
    if element.boundary and any(subject.elements[each].interrupting for each in element.boundary if each not in circle):
        return True
    return chooses and any(each not in circle for each in onward)


def _inclusive_in(inside: list[Element]) -> Iterator[Finding]:
    for each in inside:
        if each.kind == "inclusiveGateway":
            yield finding(
                "inclusive_in_loop",
                each,
                Sentence("Gerbang inklusif “{name}” berada dalam putaran.", name=each.label),
                "Gerbang ini menunggu semua yang masih mungkin datang; dalam putaran maksud gambar mudah keliru.",
                "Pakai gerbang eksklusif atau paralel bila memungkinkan.",
                blocks=False,
            )


def _sends(subject: Subject) -> Iterator[Finding]:
    for each in subject.elements.values():
        if each.kind in _SENDS:
            yield finding(
                "send_nowhere",
                each,
                Sentence("“{name}” mengirim pesan, tetapi belum ada sambungan ke luar.", name=each.label),
                "Tidak ada yang benar-benar terkirim.",
                "Ganti dengan tugas orang yang mengirimkannya, atau hapus.",
                blocks=_SENDS[each.kind],
            )


def _picture(subject: Subject) -> Iterator[Finding]:
    drawn = {each.get("bpmnElement") for each in subject.root.iter(f"{{{_DI}}}BPMNShape", f"{{{_DI}}}BPMNEdge")}
    parts: list[Any] = [*subject.elements.values(), *subject.drawing.flows.values(), *subject.drawing.lanes]
    missing = [each for each in parts if each.id not in drawn]
    if len(missing) == len(parts):
        yield finding(
            "picture_missing",
            None,
            "Diagram ini belum mempunyai gambar.",
            "Tanpa letak unsur, diagram tidak dapat ditampilkan.",
            "Buka dan simpan dalam penyunting, atau minta sistem menata gambarnya.",
            blocks=False,
        )
        return
    for each in missing:
        yield finding(
            "picture_missing",
            each,
            Sentence("“{name}” tidak ada dalam gambar.", name=each.name or each.id),
            "Unsur ini tetap dijalankan, tetapi tidak terlihat oleh pembaca diagram.",
            "Gambarkan unsur itu, atau hapus dari berkas.",
            blocks=False,
        )
