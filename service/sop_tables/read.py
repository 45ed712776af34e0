"""Reads the table of an SOP out of a document: its lanes, its rows as written, and what had to be mended for that."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from service.errors import Invalid
from service.sentences import Sentence
from service.sop_tables import columns as heads
from service.sop_tables import identity, times
from service.sop_tables.columns import Columns, LaneColumn
from service.sop_tables.document import Document, Line

MOST_ROWS = 100
MOST_LANES = 30

_NUMBER = re.compile(r"\(?(\d{1,3})\s*(?:[.\-]?\s*\(?([a-zA-Z])\)?)?\s*[.):]*")
_HEADING = re.compile(r"(?:[A-Z]|[IVX]{1,5})\s*[.)]*")
_OPTION = re.compile(r"(?:(?:\d{1,2}\s*[.)]\s*)?[a-zA-Z]\s*[.)]|\d{1,2}\s*[.)]|[-•–*▪])\s+(?=\S)")
_ARROW = re.compile(r"[↑↓←→⇑⇓⇐⇒↕↔⬆⬇⬅➡▲△▼▽]")
_LISTS = re.compile(r"(?::|\bsbb\.?|\bsebagai berikut\.?|\bkriteria\b.*)$", re.IGNORECASE)


@dataclass(frozen=True)
class SourceRow:
    """One row as it was written. `marks` are the lane columns with a sign in them; `arrows` those with an arrow up.

    `faint` says that nothing is left of the signs but their blanks; `doer` is what stands in a column of names.
    """

    number: str
    text: str
    marks: tuple[int, ...] = ()
    decides: bool = False
    arrows: tuple[int, ...] = ()
    faint: bool = False
    doer: str = ""
    inputs: str = ""
    time: str = ""
    output: str = ""
    remark: str = ""
    phase: str = ""
    options: tuple[str, ...] = ()


@dataclass(frozen=True)
class SopTable:
    """What a document says. `unit` is that of bare numbers among the times; `notes` say what was mended."""

    identity: dict[str, str]
    lanes: tuple[LaneColumn, ...]
    rows: tuple[SourceRow, ...]
    unit: str = ""
    notes: tuple[Sentence, ...] = ()


@dataclass
class _Reading:
    """What has been read so far."""

    columns: Columns | None = None
    lanes: tuple[LaneColumn, ...] = ()
    unit: str = ""
    rows: list[SourceRow] = field(default_factory=list)
    notes: list[Sentence] = field(default_factory=list)
    shifted: list[str] = field(default_factory=list)
    before: list[Line] = field(default_factory=list)
    phase: str = ""
    inside: bool = False
    gap: bool = False


def read(document: Document) -> SopTable:
    """The table of an SOP. Raises `Invalid` where there is none."""
    reading = _Reading()
    at = 0
    while at < len(document):
        found = heads.heading_at(document, at)
        if found is not None:
            _begin(reading, *found)
            at = found[1]
            continue
        _take(reading, document[at])
        at += 1
    if reading.columns is None:
        raise Invalid(
            "Tabel SOP tidak ditemukan. Sertakan baris judulnya, sedikitnya kolom Kegiatan dan Waktu, Output, atau No."
        )
    if not reading.rows:
        raise Invalid("Di bawah judul tabel tidak ada satu baris pun.")
    return _whole(reading)


def _begin(reading: _Reading, columns: Columns, _body: int) -> None:
    """A heading; after the first one it is that of another page of the same table."""
    if not reading.lanes:
        if len(columns.lanes) > MOST_LANES:
            raise Invalid("Terlalu banyak kolom pelaksana; paling banyak {most}.", most=MOST_LANES)
        reading.lanes = columns.lanes
    reading.columns = columns
    reading.unit = reading.unit or columns.unit
    reading.inside, reading.gap = True, False


def _take(reading: _Reading, line: Line) -> None:
    columns = reading.columns
    if columns is None:
        reading.before.append(line)
    elif line.blank:
        reading.gap = True
    elif reading.inside and line.cells:
        _take_row(reading, columns, line)
    elif reading.inside and not reading.gap and reading.rows:
        last = reading.rows[-1]
        reading.rows[-1] = replace(last, text=_glued(last.text, line.text))
    else:
        reading.inside = False


def _take_row(reading: _Reading, columns: Columns, line: Line) -> None:
    line = _unbroken(reading, columns, line)
    number = columns.cell(line, heads.NUMBER)
    text = " ".join(columns.cell(line, heads.ACTIVITY).split())
    numbered = heads.NUMBER in columns.places
    found = _NUMBER.fullmatch(number) if number else None
    if numbered and not found and reading.gap and not text:
        reading.inside = False
        return
    if number and not found and _HEADING.fullmatch(number) and _only_text(columns, line):
        reading.phase = text
    elif found:
        _add(reading, columns, line, f"{int(found[1])}" + (f".{found[2].lower()}" if found[2] else ""), text)
    elif numbered and reading.rows:
        _go_on(reading, columns, line, text)
    elif text and not numbered:
        _add(reading, columns, line, str(len(reading.rows) + 1), text)
    reading.gap = False


def _only_text(columns: Columns, line: Line) -> bool:
    keep = {columns.places.get(heads.NUMBER), columns.places.get(heads.ACTIVITY)}
    return not any(cell for place, cell in enumerate(line.cells) if place not in keep)


def _unbroken(reading: _Reading, columns: Columns, line: Line) -> Line:
    """A row whose numbers of lanes are counted out beneath the heading, "1 2 3 4", says nothing."""
    filled = [cell for cell in line.cells if cell]
    counted = len(filled) > 3 and all(cell.strip("()").isdigit() for cell in filled)
    return Line(()) if counted and not reading.rows else line


def _add(reading: _Reading, columns: Columns, line: Line, number: str, text: str) -> None:
    if len(reading.rows) >= MOST_ROWS:
        raise Invalid("Tabel ini terlalu panjang; paling banyak {most} baris SOP.", most=MOST_ROWS)
    if text or any(line.cells):
        reading.rows.append(_row(reading, columns, line, number, text))


def _row(reading: _Reading, columns: Columns, line: Line, number: str, text: str) -> SourceRow:
    line = _shifted_back(reading, columns, line, number)
    phase, reading.phase = reading.phase, ""
    signs = {at: line.cell(lane.place) for at, lane in enumerate(columns.lanes) if line.cell(lane.place)}
    strong = tuple(at for at, sign in signs.items() if not _ARROW.fullmatch(sign))
    traces = tuple(at for at, lane in enumerate(columns.lanes) if lane.place in line.traces)
    return SourceRow(
        number=number,
        text=text,
        marks=strong or traces,
        decides=any(set(sign) & set("◇◆⋄") for sign in signs.values()),
        arrows=tuple(at for at, sign in signs.items() if set(sign) & set("↑⇑⬆▲△")),
        faint=not strong and bool(traces),
        doer=columns.cell(line, heads.DOERS),
        inputs=_said(columns.cell(line, heads.INPUTS)),
        time=_said(columns.cell(line, heads.TIME)),
        output=_said(columns.cell(line, heads.OUTPUT)),
        remark=_said(columns.cell(line, heads.REMARK)),
        phase=phase,
    )


def _said(cell: str) -> str:
    return "" if cell.strip("-–—.… ") == "" else cell


def _shifted_back(reading: _Reading, columns: Columns, line: Line, number: str) -> Line:
    """Where a scan shifted time and output one cell to the right, the time stands among the outputs."""
    place = columns.places.get(heads.TIME)
    if place is None or line.cell(place) or not times.is_time(line.cell(place + 1)):
        return line
    reading.shifted.append(number)
    return replace(line, cells=(*line.cells[:place], *line.cells[place + 1 :]))


def _go_on(reading: _Reading, columns: Columns, line: Line, text: str) -> None:
    """A line without a number: an option, another part, or the rest of the row above it."""
    last = reading.rows[-1]
    option = _OPTION.match(text)
    if option and _only_text(columns, line) and (last.options or _LISTS.search(last.text)):
        reading.rows[-1] = replace(last, options=(*last.options, text[option.end() :].rstrip(" ;,.")))
        return
    more = _row(reading, columns, line, last.number, text)
    begins = bool(text) and not text[0].islower() and (more.marks or more.time or more.output or option)
    if begins and last.text:
        _add(reading, columns, line, last.number, text[option.end() :] if option else text)
        return
    reading.rows[-1] = replace(
        last,
        text=_glued(last.text, text),
        marks=last.marks or more.marks,
        inputs=_glued(last.inputs, more.inputs),
        time=_glued(last.time, more.time),
        output=_glued(last.output, more.output),
        remark=_glued(last.remark, more.remark),
        doer=last.doer or more.doer,
    )


def _glued(one: str, other: str) -> str:
    return f"{one} {other}".strip()


def _whole(reading: _Reading) -> SopTable:
    if reading.shifted:
        reading.notes.append(
            Sentence(
                "Baris {rows}: waktu dan output bergeser satu kolom ke kanan dalam dokumen; keduanya dikembalikan.",
                rows=_listed(reading.shifted),
            )
        )
    rows = _without_slips(reading)
    found, notes = identity.read(reading.before)
    return SopTable(found, reading.lanes, tuple(rows), reading.unit, (*notes, *reading.notes))


def _listed(numbers: Sequence[str]) -> str:
    few = ", ".join(numbers[:12])
    return f"{few}, …" if len(numbers) > 12 else few


_UNFINISHED = re.compile(r"[^.;:!?]$")


def _without_slips(reading: _Reading) -> list[SourceRow]:
    """Rows whose break slipped in the scan: one that begins in the middle of a sentence belongs to the row above."""
    rows = [replace(row, text=" ".join(row.text.split())) for row in reading.rows]
    for at in range(1, len(rows)):
        above, row = rows[at - 1], rows[at]
        if not (row.text[:1].islower() and _UNFINISHED.search(above.text)) or row.options or above.options:
            continue
        first, rest = _first_sentence(row.text)
        head, tail = _last_sentence(above.text)
        if rest:
            rows[at - 1], rows[at] = replace(above, text=_glued(above.text, first)), replace(row, text=rest)
        elif head:
            rows[at - 1], rows[at] = replace(above, text=head), replace(row, text=_glued(tail, row.text))
        else:
            continue
        reading.notes.append(
            Sentence(
                "Baris {above} dan {row}: batas barisnya bergeser dalam dokumen; kalimatnya disatukan kembali.",
                above=above.number,
                row=row.number,
            )
        )
    return rows


def _first_sentence(text: str) -> tuple[str, str]:
    found = re.search(r"(?<=[a-z]{3})\.\s+(?=[A-Z])", text)
    return (text[: found.start() + 1], text[found.end() :]) if found else (text, "")


def _last_sentence(text: str) -> tuple[str, str]:
    found = list(re.finditer(r"(?<=[a-z]{3})\.\s+(?=[A-Z])", text))
    return (text[: found[-1].start() + 1], text[found[-1].end() :]) if found else ("", text)
