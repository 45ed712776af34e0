"""The table of rehearsals, and the questions asked of it."""

import uuid
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String, Uuid, func, or_, select
from sqlalchemy.orm import Mapped, defer, mapped_column

from service.database import Model, UtcDateTime, db, id_column
from service.errors import NotFound

REPLAY, SIMULATION = "replay", "simulation"
WAITING, RUNNING, DONE, FAILED, CANCELLED = "waiting", "running", "done", "failed", "cancelled"
UNFINISHED = (WAITING, RUNNING)


class Rehearsal(Model):
    """One try of one version: what was asked, how far it is, what came out. Worked off by a worker, one at a time.

    `claim` names the process that works on it, `beat_at` is its last sign of life.
    """

    __tablename__ = "rehearsal"
    __table_args__ = (Index(None, "agency_id", "diagram_key", "id"), Index(None, "state", "id"))

    id: Mapped[uuid.UUID] = id_column()
    agency_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("agency.id"))
    diagram_key: Mapped[str] = mapped_column(ForeignKey("diagram.key"))
    version_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("version.id"))
    n: Mapped[int]
    rev: Mapped[int]
    """The revision of the version that it tries out; a draft may have changed since."""
    kind: Mapped[str] = mapped_column(String(10))
    wanted: Mapped[dict[str, Any]] = mapped_column(JSON)
    """What was asked, as `settings` reads it."""
    state: Mapped[str] = mapped_column(String(10), default=WAITING)
    done: Mapped[int] = mapped_column(default=0)
    whole: Mapped[int] = mapped_column(default=0)
    """How much of how much is done: instances replayed, cases simulated."""
    asked_at: Mapped[datetime] = mapped_column(UtcDateTime)
    asked_by: Mapped[str] = mapped_column(String(200))
    asked_by_id: Mapped[uuid.UUID | None] = mapped_column(Uuid)
    claim: Mapped[str | None] = mapped_column(String(100))
    tries: Mapped[int] = mapped_column(default=0)
    beat_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    result: Mapped[dict[str, Any] | None] = mapped_column(JSON)
    problem: Mapped[dict[str, Any] | None] = mapped_column(JSON)
    """Why it failed: a sentence taken apart."""

    @property
    def unfinished(self) -> bool:
        return self.state in UNFINISHED


def rehearsal_of(rehearsal_id: uuid.UUID) -> Rehearsal:
    """The rehearsal with this id. Raises `NotFound`."""
    found = db.session.get(Rehearsal, rehearsal_id)
    if found is None:
        raise NotFound("Uji coba ini tidak ada.")
    return found


def held_rehearsal(rehearsal_id: uuid.UUID) -> Rehearsal | None:
    """The rehearsal as it is now, held for this transaction."""
    query = select(Rehearsal).where(Rehearsal.id == rehearsal_id).with_for_update()
    return db.session.scalar(query.execution_options(populate_existing=True))


def rehearsals_of(key: str, n: int, limit: int) -> Sequence[Rehearsal]:
    """The newest rehearsals of a version, without their results."""
    query = select(Rehearsal).where(Rehearsal.diagram_key == key, Rehearsal.n == n)
    return db.session.scalars(query.order_by(Rehearsal.id.desc()).limit(limit).options(defer(Rehearsal.result))).all()


def count_unfinished(agency_id: uuid.UUID) -> int:
    """How many rehearsals of an agency wait or run."""
    query = select(func.count(Rehearsal.id)).where(Rehearsal.agency_id == agency_id, Rehearsal.state.in_(UNFINISHED))
    return db.session.scalar(query) or 0


def next_to_do(silent_since: datetime) -> Rehearsal | None:
    """The first that waits, or whose process has given no sign of life since a moment; held for this transaction."""
    left = (Rehearsal.state == RUNNING) & (Rehearsal.beat_at < silent_since)
    query = select(Rehearsal).where(or_(Rehearsal.state == WAITING, left)).order_by(Rehearsal.id).limit(1)
    query = query.with_for_update(skip_locked=True).execution_options(populate_existing=True)
    return db.session.scalar(query)


def is_any_to_do(silent_since: datetime) -> bool:
    """Whether there is one."""
    left = (Rehearsal.state == RUNNING) & (Rehearsal.beat_at < silent_since)
    query = select(Rehearsal.id).where(or_(Rehearsal.state == WAITING, left)).limit(1)
    return db.session.scalar(query) is not None
