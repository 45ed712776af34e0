"""Time standards, clocks and timers: everything that must be readable as a length of time."""

from collections.abc import Iterator

from service.calendars.durations import check_standard, parse_duration
from service.diagrams.checking.subject import Subject, finding
from service.engine.findings import Finding
from service.engine.reading import BPMN
from service.engine.spec import Element
from service.errors import Invalid
from service.sentences import Sentence

_CLOCKS = ("working", "elapsed")
_TIMES = ("timeDuration", "timeDate", "timeCycle")


def look(subject: Subject) -> Iterator[Finding]:
    """All findings about time."""
    for element in subject.elements.values():
        yield from _standard(element)
        yield from _clock(element)
        yield from _length(element)
    yield from _quoted(subject)
    yield from _promise(subject)


def _standard(element: Element) -> Iterator[Finding]:
    standard = element.properties.get("timeStandard")
    if standard and (problem := check_standard(standard)):
        yield finding(
            "time_standard",
            element,
            Sentence(
                "Mutu baku waktu “{time}” pada “{name}”: {problem}",
                time=standard,
                name=element.label,
                problem=Sentence(problem),
            ),
            "Batas waktu tugas ini tidak dapat dihitung.",
            "Tulis misalnya P3D, PT2H, PT30M, atau paling singkat dan paling lama: P1D/P10D.",
        )


def _clock(element: Element) -> Iterator[Finding]:
    clock = element.properties.get("timeClock")
    if clock and clock not in _CLOCKS and element.timer is None:
        yield finding(
            "time_clock",
            element,
            Sentence("Jenis waktu “{clock}” pada “{name}” tidak dikenal.", clock=clock, name=element.label),
            "Waktu dihitung menurut jam kerja (working) atau waktu biasa (elapsed).",
            "Isi timeClock dengan working atau elapsed.",
        )


def _length(element: Element) -> Iterator[Finding]:
    """Longer than what calendars can reckon, or other than they read it."""
    timer = element.timer
    if timer is None or timer.kind != "duration" or not timer.expression.startswith("P"):
        return
    try:
        parse_duration(timer.expression)
    except Invalid as refusal:
        yield finding(
            "timer_length",
            element,
            Sentence(
                "Waktu “{time}” pada “{name}”: {problem}",
                time=timer.expression,
                name=element.label,
                problem=refusal.sentence,
            ),
            "Saat jatuh temponya tidak dapat dihitung.",
            "Tulis lama waktu dalam hari atau jam, misalnya P10D atau PT2H.",
        )


def _quoted(subject: Subject) -> Iterator[Finding]:
    for tag in _TIMES:
        for node in subject.drawing.process.iter(f"{{{BPMN}}}{tag}"):
            text = (node.text or "").strip()
            event = subject.elements.get(node.getparent().getparent().get("id", ""))
            if text[:1] in ("'", '"') and event is not None:
                yield finding(
                    "timer_quoted",
                    event,
                    Sentence("Waktu pada “{name}” ditulis dalam tanda petik: {text}.", name=event.label, text=text),
                    "Penyunting dan sistem lain membacanya sebagai teks, bukan lama waktu.",
                    Sentence("Tulis tanpa tanda petik: {text}", text=text.strip(chr(34) + chr(39))),
                    blocks=False,
                )


def _promise(subject: Subject) -> Iterator[Finding]:
    promise = subject.drawing.properties.get("promise")
    if promise and (problem := check_standard(promise)):
        yield finding(
            "promise_value",
            None,
            Sentence("Janji waktu (promise) “{time}”: {problem}", time=promise, problem=Sentence(problem)),
            "Kepada pelapor tidak dapat dikatakan kapan paling lambat ada jawaban.",
            "Tulis lama waktu kerja, misalnya P14D.",
            id=subject.drawing.key,
        )
    elif not promise and subject.complaint:
        yield finding(
            "promise_missing",
            None,
            "Proses pengaduan ini belum memuat janji waktu (promise).",
            "Pelapor tidak diberi tahu kapan paling lambat ada jawaban.",
            "Isi promise pada proses, misalnya P14D, dan dasarnya pada promiseBasis.",
            blocks=False,
            id=subject.drawing.key,
        )
