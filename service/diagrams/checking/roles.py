"""Who does what: lanes and their marks, tasks outside lanes, lanes nobody holds, messages and who may send them."""

from collections.abc import Iterator

from service.diagrams.checking.subject import Subject, finding
from service.engine.findings import Finding
from service.engine.reading import BPMN
from service.engine.spec import Element, Lane
from service.sentences import Sentence

_YES_NO = ("true", "false")
_RECEIVES = ("receiveTask", "catchMessage", "boundaryMessage")


def look(subject: Subject) -> Iterator[Finding]:
    """All findings about lanes and messages."""
    for task in subject.tasks():
        if task.lane is None:
            yield finding(
                "lane_missing",
                task,
                Sentence("Tugas “{name}” tidak berada dalam lajur.", name=task.label),
                "Lajur menentukan siapa yang mengerjakan; tugas ini tidak akan muncul pada siapa pun.",
                "Pindahkan ke lajur pelaksananya.",
            )
    for lane in subject.drawing.lanes:
        yield from _lane(subject, lane)
    yield from _start(subject)
    for element in subject.elements.values():
        if element.kind in _RECEIVES:
            yield from _message(subject, element)
    yield from _unnamed_messages(subject)


def _lane(subject: Subject, lane: Lane) -> Iterator[Finding]:
    for mark in ("public", "identity"):
        if lane.properties.get(mark, "false") not in _YES_NO:
            yield finding(
                "lane_mark",
                lane,
                Sentence(
                    "Tanda {mark} pada lajur “{name}” berisi “{value}”.",
                    mark=mark,
                    name=lane.name,
                    value=lane.properties[mark],
                ),
                "Tanda ini menentukan apa yang boleh dilihat dan dikerjakan orang di lajur itu.",
                "Isi dengan true atau false.",
            )
    tasks = [each for each in subject.tasks() if each.lane == lane.id]
    if not tasks:
        yield from _without_tasks(subject, lane)
    held = subject.context.lanes_held
    if tasks and held is not None and not lane.public and lane.id not in held:
        yield finding(
            "lane_unheld",
            lane,
            Sentence("Belum ada petugas yang memegang lajur “{name}”.", name=lane.name),
            "Tugas yang sampai di lajur ini tidak akan dikerjakan siapa pun.",
            "Tugaskan petugas pada lajur ini, atau terbitkan dengan menyatakan bahwa hal ini diketahui.",
            blocks=False,
        )


def _without_tasks(subject: Subject, lane: Lane) -> Iterator[Finding]:
    started_here = any(each.lane == lane.id and each.kind.startswith("start") for each in subject.elements.values())
    if not started_here and all(each.parent != lane.id for each in subject.drawing.lanes):
        yield finding(
            "lane_empty",
            lane,
            Sentence("Lajur “{name}” tidak mempunyai tugas.", name=lane.name),
            "Pelaksana tanpa tugas membingungkan pembaca diagram.",
            "Hapus lajur itu, atau pindahkan tugasnya ke sana.",
            blocks=False,
        )


def _start(subject: Subject) -> Iterator[Finding]:
    for each in subject.elements.values():
        if each.kind.startswith("start") and each.scope is None and each.lane is None:
            yield finding(
                "start_lane_missing",
                each,
                Sentence("Kejadian mulai “{name}” tidak berada dalam lajur.", name=each.label),
                "Tidak jelas siapa yang memulai: pelapor sendiri, atau petugas.",
                "Letakkan kejadian mulai dalam lajur yang memulai.",
                blocks=False,
            )


def _message(subject: Subject, element: Element) -> Iterator[Finding]:
    named = [each.strip() for each in element.properties.get("messageLanes", "").splitlines() if each.strip()]
    if not named:
        yield finding(
            "message_lanes_missing",
            element,
            Sentence("Belum ditentukan siapa yang boleh mengirim pesan “{name}”.", name=element.label),
            "Tanpa itu tidak seorang pun dapat mengirimnya, dan alur menunggu terus.",
            "Isi messageLanes dengan ID lajur, satu lajur satu baris.",
        )
    for lane in sorted(set(named) - {each.id for each in subject.drawing.lanes}):
        yield finding(
            "message_lanes_unknown",
            element,
            Sentence("Lajur “{lane}” pada messageLanes tidak ada dalam diagram.", lane=lane),
            "Pesan ini tidak dapat dikirim oleh yang dimaksud.",
            "Tulis ID lajur seperti dalam diagram.",
        )


def _unnamed_messages(subject: Subject) -> Iterator[Finding]:
    for node in subject.root.iterfind(f"{{{BPMN}}}message"):
        if not (node.get("name") or "").strip():
            yield finding(
                "message_unnamed",
                None,
                Sentence("Pesan “{id}” belum bernama.", id=node.get("id")),
                "Pesan dikenali dari namanya.",
                "Beri nama pada pesan itu.",
                id=node.get("id"),
            )
