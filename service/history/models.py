"""The table of moves, and the questions asked of it."""

import uuid
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from itertools import zip_longest
from typing import Any

from sqlalchemy import JSON, ForeignKey, String, Text, Uuid, select
from sqlalchemy.orm import Mapped, defer, mapped_column

from service.database import Model, UtcDateTime, db
from service.errors import NotFound


class MoveRow(Model):
    """One move of one instance: who, when, what, with which answers, and the engine's state after it.

    The hash covers a digest of the answers and not the answers, so that they can be destroyed by rule while the
    chain still proves itself.
    """

    __tablename__ = "move"

    instance_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("instance.id"), primary_key=True)
    seq: Mapped[int] = mapped_column(primary_key=True)
    agency_id: Mapped[uuid.UUID]
    version_id: Mapped[uuid.UUID]
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    by_id: Mapped[uuid.UUID | None] = mapped_column(Uuid)
    by_name: Mapped[str] = mapped_column(String(200))
    command: Mapped[str] = mapped_column(String(20))
    element: Mapped[str | None] = mapped_column(String(100))
    on_behalf: Mapped[bool]
    reason: Mapped[str | None] = mapped_column(Text)
    answers: Mapped[dict[str, Any] | None] = mapped_column(JSON)
    answers_digest: Mapped[bytes]
    state: Mapped[bytes]
    hash: Mapped[bytes]


def moves_of(instance_id: uuid.UUID, after: int = 0, limit: int = 1000) -> Sequence[MoveRow]:
    """The moves of an instance in order, from the one after `after`."""
    query = select(MoveRow).where(MoveRow.instance_id == instance_id, MoveRow.seq > after)
    return db.session.scalars(query.order_by(MoveRow.seq).limit(limit)).all()


def move_of(instance_id: uuid.UUID, seq: int) -> MoveRow:
    """One move. Raises `NotFound`."""
    found = db.session.get(MoveRow, (instance_id, seq))
    if found is None:
        raise NotFound("Riwayat berkas ini tidak memiliki langkah {seq}.", seq=seq)
    return found


def last_answers(instance_id: uuid.UUID, element: str) -> dict[str, Any]:
    """What was answered the last time this element was completed; empty if it never was."""
    query = select(MoveRow.answers).where(MoveRow.instance_id == instance_id, MoveRow.element == element)
    query = query.where(MoveRow.command.in_(("complete", "start")))
    return db.session.scalar(query.order_by(MoveRow.seq.desc()).limit(1)) or {}


def answers_that_stand(instance_id: uuid.UUID) -> Iterator[tuple[uuid.UUID, str | None, dict[str, Any]]]:
    """Version, element and answers of every move that told something and was not undone, in order."""
    columns = select(MoveRow.version_id, MoveRow.element, MoveRow.command, MoveRow.answers)
    rows = db.session.execute(columns.where(MoveRow.instance_id == instance_id).order_by(MoveRow.seq)).all()
    for row, after in zip_longest(rows, rows[1:]):
        undone = after is not None and after.command == "undo"
        if row.command in ("start", "complete", "message", "resume") and row.answers and not undone:
            yield row.version_id, row.element, row.answers


def first_answers(instance_ids: Iterable[uuid.UUID]) -> dict[uuid.UUID, dict[str, Any]]:
    """What these instances were started with, where that was not destroyed."""
    query = select(MoveRow.instance_id, MoveRow.answers).where(MoveRow.instance_id.in_(instance_ids), MoveRow.seq == 1)
    return {instance_id: answers for instance_id, answers in db.session.execute(query) if answers}


def last_moves(instance_id: uuid.UUID, limit: int) -> Sequence[MoveRow]:
    """The last moves of an instance in order, to be told: without the engine's states."""
    query = select(MoveRow).where(MoveRow.instance_id == instance_id).order_by(MoveRow.seq.desc()).limit(limit)
    return db.session.scalars(query.options(defer(MoveRow.state))).all()[::-1]


def every_move() -> Iterator[MoveRow]:
    """All moves of all instances, chain by chain, without holding them in memory."""
    query = select(MoveRow).order_by(MoveRow.instance_id, MoveRow.seq).execution_options(yield_per=1000)
    return iter(db.session.scalars(query))
