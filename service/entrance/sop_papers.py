"""The SOP document of a version in words: as plain data for paper and screen, and as a workbook."""

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from string import ascii_lowercase
from textwrap import wrap
from typing import Any

from flask import Response
from flask_babel import format_date, gettext

from service.documents import pdf
from service.documents.workbook import Book, Value
from service.engine import Spec
from service.entrance import lengths
from service.entrance.downloads import PDF, XLSX, download
from service.exports import flowchart
from service.exports.sop_document import BOX, CAPSULE, DIAMOND, Chart, Row, Slot, chart_of, lines

PAPER = 273.0
"""What A4 across has between its margins, in millimetres."""
COLUMNS = (9.0, 48.0, 32.0, 21.0, 32.0, 27.0)
"""Number, activity, (lanes), inputs, time, output, remark."""
PAGE, TITLE = 176.0, 10.0
"""Height of a page between its margins, with room to spare, and what the title takes of the first."""
LETTER, LINE, PAD = 1.32, 3.75, 3.2
"""Width of a letter and height of a line of the table's type, and what a cell keeps free, in millimetres."""
PIXELS = 4.1
"""Of a screen for a millimetre: letters are a little wider there, and rows grow with their words."""

NARROW = 15.0
"""Columns of lanes below this have their names in smaller type."""

SIGNS = {CAPSULE: "⬭", BOX: "▭", DIAMOND: "◇"}


@dataclass(frozen=True)
class RowWords:
    """One row of the SOP as it is printed."""

    number: str
    acts: tuple[str, ...]
    who: str
    """The lanes that act, for those who cannot see the drawing."""
    inputs: str
    time: str
    output: str
    remark: str
    phase: str


@dataclass(frozen=True)
class Paper:
    """An SOP document ready to be laid out."""

    title: str
    agency: str
    identity: tuple[tuple[str, str], ...]
    lists: tuple[tuple[str, tuple[str, ...]], ...]
    chart: Chart
    rows: tuple[RowWords, ...]

    @property
    def lanes(self) -> tuple[str, ...]:
        return tuple(name for _id, name in self.chart.lanes)

    @property
    def width(self) -> float:
        """Of the lanes together, in millimetres."""
        return PAPER - sum(COLUMNS)


def paper_of(spec: Spec, agency: str) -> Paper:
    """The SOP document of a diagram; what the SOP leaves empty stays empty."""
    chart = chart_of(spec)
    marks = spec.properties
    return Paper(
        title=marks.get("sopTitle") or spec.title,
        agency=marks.get("agency") or agency,
        identity=tuple(_identity(marks, spec.title)),
        lists=tuple((_heads()[name], lines(marks.get(name))) for name in _heads()),
        chart=chart,
        rows=tuple(_row(chart, row) for row in chart.rows),
    )


def _identity(marks: Mapping[str, str], title: str) -> Iterator[tuple[str, str]]:
    yield gettext("Nomor SOP"), marks.get("sopNumber", "")
    yield gettext("Tanggal pembuatan"), _day(marks.get("created", ""))
    yield gettext("Tanggal revisi"), _day(marks.get("revised", ""))
    yield gettext("Tanggal efektif"), _day(marks.get("effective", ""))
    nip = marks.get("approvedByNip", "")
    approved = (marks.get("approvedByPost"), marks.get("approvedByName"), marks.get("approvedByRank"))
    yield gettext("Disahkan oleh"), "\n".join([*filter(None, approved), *([f"NIP. {nip}"] if nip else [])])
    yield gettext("Nama SOP"), marks.get("sopTitle") or title


def _heads() -> dict[str, str]:
    return {
        "legalBasis": gettext("Dasar hukum"),
        "qualifications": gettext("Kualifikasi pelaksana"),
        "relatedSops": gettext("Keterkaitan"),
        "equipment": gettext("Peralatan dan perlengkapan"),
        "warning": gettext("Peringatan"),
        "recording": gettext("Pencatatan dan pendataan"),
    }


def _day(text: str) -> str:
    """A day or a month as the document says it; what is neither stays as it was written."""
    try:
        if len(text) == len("2021-03"):
            return format_date(date.fromisoformat(f"{text}-01"), "MMMM yyyy")
        return format_date(date.fromisoformat(text), "d MMMM yyyy")
    except ValueError:
        return text


# ---- rows ------------------------------------------------------------------------------------------------------


def _row(chart: Chart, row: Row) -> RowWords:
    names = dict(chart.lanes)
    told = [slot for slot in row.slots if not _is_end(chart, slot)]
    events = [link for link in chart.links if link.event and any(link.source == slot.element for slot in row.slots)]
    remarks = [*_each(told, "remark"), *(_event(chart, link) for link in events)]
    return RowWords(
        number=row.number,
        acts=tuple(_acts(told)),
        who=", ".join(dict.fromkeys(names[slot.lane] for slot in told if slot.lane in names)),
        inputs="\n".join(_each(told, "inputs")),
        time="\n".join(dict.fromkeys(_time(slot) for slot in told if slot.time)),
        output="\n".join(_each(told, "output")),
        remark="\n".join(remarks),
        phase=row.phase,
    )


def _is_end(chart: Chart, slot: Slot) -> bool:
    return slot.kind == CAPSULE and all(link.source != slot.element for link in chart.links)


def _acts(told: Sequence[Slot]) -> Iterator[str]:
    """What is done, and what is asked then; where one row holds several acts, each with its letter."""
    letters = iter(ascii_lowercase * (len(told) // 26 + 1))
    several = sum(slot.kind != DIAMOND for slot in told) > 1
    for slot in told:
        yield f"{next(letters)}. {slot.text}" if several and slot.kind != DIAMOND else slot.text


def _each(told: Iterable[Slot], name: str) -> list[str]:
    return list(dict.fromkeys(line for slot in told for line in getattr(slot, name)))


def _time(slot: Slot) -> str:
    standard, clock = slot.time or ("", "")
    return lengths.standard(standard, clock)


def _event(chart: Chart, link: Any) -> str:
    return gettext("%(event)s: lanjut ke %(target)s", event=link.label, target=_place(chart, link.target))


def _place(chart: Chart, element: str) -> str:
    """Where an arrow leads, in words: the number of a row, or the name of an end."""
    for row in chart.rows:
        for slot in row.slots:
            if slot.element == element:
                own = _is_end(chart, slot) or slot.kind == DIAMOND or not row.number
                return f"“{slot.text}”" if own else gettext("baris %(row)s", row=row.number)
    return element


# ---- paper and screen ------------------------------------------------------------------------------------------


def laid_out(paper: Paper, paged: bool) -> dict[str, Any]:
    """What the template of the PDF and that of the page are handed: words, and the drawing in slices."""
    heights = [_height(row) for row in paper.rows]
    room = PAGE - _head_height(paper)
    drawing = flowchart.draw(paper.chart, paper.width, heights, room if paged else None, TITLE)
    return {
        "title": paper.title,
        "agency": paper.agency,
        "foot": paper.title,
        "identity": [{"label": label, "value": value} for label, value in paper.identity],
        "lists": [{"label": label, "lines": found} for label, found in paper.lists],
        "heads": _table_heads(),
        "lanes": paper.lanes,
        "lane_type": 6.4 if paper.width / max(len(paper.lanes), 1) < NARROW else 7.6,
        "width": paper.width,
        "columns": COLUMNS,
        "pixels": [round(width * PIXELS) for width in _widths(paper)],
        "pages": [[_slice(paper, piece) for piece in page] for page in drawing.pages],
    }


def _widths(paper: Paper) -> list[float]:
    """Of all columns of the table, the lanes among them."""
    lanes = [paper.width / len(paper.lanes) for _ in paper.lanes]
    return [*COLUMNS[:2], *lanes, *COLUMNS[2:]]


def _table_heads() -> dict[str, str]:
    return {
        "no": gettext("No."),
        "act": gettext("Kegiatan"),
        "who": gettext("Pelaksana"),
        "standard": gettext("Mutu baku"),
        "inputs": gettext("Kelengkapan"),
        "time": gettext("Waktu"),
        "output": gettext("Output"),
        "remark": gettext("Keterangan"),
    }


def _slice(paper: Paper, piece: flowchart.Slice) -> dict[str, Any]:
    shown: dict[str, Any] = {"row": piece.row, "height": piece.height, "svg": piece.svg}
    shown["pixels"] = round(piece.height * PIXELS)
    if piece.row is None:
        return shown
    row = paper.rows[piece.row]
    acts = ([row.phase] if row.phase else []) + list(row.acts)
    words = {"number": row.number, "acts": acts, "who": row.who, "inputs": row.inputs, "time": row.time}
    return shown | words | {"output": row.output, "remark": row.remark}


def _head_height(paper: Paper) -> float:
    """Of the two rows of heads."""
    each = paper.width / max(len(paper.lanes), 1)
    return (max(_lines_high(name, each) for name in paper.lanes or ("",)) + 1) * LINE + 2 * PAD


def _height(row: RowWords) -> float:
    acts = "\n".join(([row.phase] if row.phase else []) + list(row.acts))
    cells = zip((acts, row.inputs, row.time, row.output, row.remark), COLUMNS[1:], strict=True)
    return max(_lines_high(text, width) for text, width in cells) * LINE + PAD


def _lines_high(text: str, width: float) -> int:
    letters = max(4, math.floor((width - 2) / LETTER))
    return sum(len(wrap(line, letters)) or 1 for line in text.splitlines())


# ---- workbook --------------------------------------------------------------------------------------------------


def workbook(paper: Paper, zone: str) -> bytes:
    """The document as a workbook: the identity part, and the flowchart part with signs and the way on in words."""
    book = Book(zone)
    lists = [(label, line) for label, found in paper.lists for line in (found or ("",))]
    heads = (gettext("Bagian identitas"), gettext("Isi"))
    book.sheet(gettext("Identitas"), heads, [*paper.identity, *lists], (30, 90))
    told = _table_heads()
    columns = [told["no"], told["act"], *paper.lanes, gettext("Lanjut ke")]
    columns += [told["inputs"], told["time"], told["output"], told["remark"]]
    widths = [6, 44, *(13 for _ in paper.lanes), 26, 28, 16, 28, 28]
    book.sheet(gettext("Bagan alir"), columns, _sheet_rows(paper), widths)
    return book.to_bytes()


def _sheet_rows(paper: Paper) -> Iterator[list[Value]]:
    for row, words in zip(paper.chart.rows, paper.rows, strict=True):
        for n, slot in enumerate(row.slots):
            first = n == 0
            signs = [SIGNS[slot.kind] if slot.lane == lane else "" for lane, _name in paper.chart.lanes]
            standards = [words.inputs, words.time, words.output, words.remark] if first else [""] * 4
            yield [words.number if first else "", slot.text, *signs, _onward(paper.chart, slot), *standards]


def _onward(chart: Chart, slot: Slot) -> str:
    ways = [(link.label, _place(chart, link.target)) for link in chart.links if link.source == slot.element]
    return "\n".join(f"{label}: {place}" if label else place for label, place in ways)


def file_of(paper: Paper, kind: str, name: str, zone: str, at: datetime) -> Response:
    """The document as a file to be taken along, `kind` pdf or xlsx."""
    if kind == "pdf":
        return download(pdf.render("sop", laid_out(paper, paged=True), at), PDF, "pdf", name)
    return download(workbook(paper, zone), XLSX, "xlsx", name)
