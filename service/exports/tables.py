"""Instances as a table, one row each, for Excel: CSV and XLSX of the same columns.

CSV has what Excel of an Indonesian office expects: a byte order mark, semicolons, days before months. A text that a
spreadsheet would take for a formula is set off by an apostrophe.
"""

import csv
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from io import StringIO
from pathlib import Path
from zoneinfo import ZoneInfo

from service.documents.workbook import Book, Value
from service.exports.records import Record
from service.tasks.models import COMPLETED, OPEN, Task

HEADS = (
    "Nomor", "SOP", "Versi", "Keadaan", "Akhir", "Saluran", "Anonim", "Rahasia", "Diterima", "Dijanjikan", "Selesai",
    "Langkah sekarang", "Lajur sekarang", "Batas waktu", "Lewat batas", "Langkah selesai", "Langkah terlambat",
)  # fmt: skip
WIDTHS = (18, 34, 7, 12, 20, 12, 9, 9, 17, 17, 17, 34, 26, 17, 11, 12, 12)

MOVE_HEADS = ("No.", "Waktu", "Oleh", "Tindakan", "Langkah", "Baris", "Lajur", "Mewakili pelapor", "Alasan", "Sidik")

FORMULA = ("=", "+", "-", "@", "\t", "\r")


@dataclass(frozen=True)
class Words:
    """What codes are called on paper: states of instances, channels, commands; and yes and no."""

    states: dict[str, str]
    channels: dict[str, str]
    commands: dict[str, str]
    yes: str
    no: str

    def whether(self, value: bool) -> str:
        return self.yes if value else self.no


def row_of(record: Record, words: Words, at: datetime) -> list[Value]:
    """One instance as one row, in the order of `HEADS`."""
    instance, complaint, spec = record.instance, record.complaint, record.version.spec
    open_ = [task for task in record.tasks if task.state == OPEN]
    lanes = {lane.id: lane.name for lane in spec.lanes}
    due = min((task.due_at for task in open_ if task.due_at), default=None)
    end = spec.elements.get(instance.end or "")
    return [
        instance.number,
        spec.title,
        instance.version_n,
        words.states.get(instance.state, instance.state),
        end.label if end else "",
        words.channels.get(complaint.channel, complaint.channel) if complaint else "",
        words.whether(complaint.anonymous) if complaint else "",
        words.whether(instance.secret),
        complaint.received_at if complaint else instance.started_at,
        complaint.promised_at if complaint else None,
        instance.ended_at,
        ", ".join(task.name for task in open_),
        ", ".join(lanes.get(task.lane or "", task.lane or "") for task in open_),
        due,
        words.whether(due is not None and due < at),
        sum(task.state == COMPLETED for task in record.tasks),
        sum(_was_late(task) for task in record.tasks),
    ]


def _was_late(task: Task) -> bool:
    return bool(task.state == COMPLETED and task.due_at and task.completed_at and task.completed_at > task.due_at)


def moves_of(record: Record, words: Words) -> Iterator[list[Value]]:
    """The moves of one instance, a row each, in the order of `MOVE_HEADS`."""
    for move in record.moves:
        element = record.version.spec.elements.get(move.element or "")
        lane = record.version.spec.lane(element.lane) if element else None
        yield [
            move.seq,
            move.at,
            move.by_name,
            words.commands.get(move.command, move.command),
            element.label if element else move.element or "",
            (element.row or "") if element else "",
            lane.name if lane else "",
            words.whether(move.on_behalf),
            move.reason or "",
            move.hash.hex(),
        ]


def as_csv(heads: Sequence[str], rows: Iterable[Sequence[Value]], zone: str) -> Iterator[bytes]:
    """The table as CSV, a row at a time."""
    buffer = StringIO()
    writer = csv.writer(buffer, delimiter=";", lineterminator="\r\n")
    office = ZoneInfo(zone)
    buffer.write("\ufeff")
    writer.writerow(heads)
    for row in rows:
        writer.writerow([_cell(value, office) for value in row])
        yield buffer.getvalue().encode()
        buffer.seek(0)
        buffer.truncate()
    yield buffer.getvalue().encode()


def _cell(value: Value, office: ZoneInfo) -> str:
    if isinstance(value, datetime):
        return value.astimezone(office).strftime("%d/%m/%Y %H:%M")
    if isinstance(value, str):
        return f"'{value}" if value.startswith(FORMULA) else value
    return "" if value is None else str(value)


def as_xlsx(sheet: str, heads: Sequence[str], rows: Iterable[Sequence[Value]], zone: str, path: Path) -> None:
    """The table as a workbook, written to a file as the rows come."""
    book = Book(zone)
    book.sheet(sheet, heads, rows, WIDTHS)
    book.save(path)
