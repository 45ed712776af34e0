"""Tables of timers and of the signs of life of workers, and the questions asked of them."""

import uuid
from collections.abc import Collection, Sequence
from datetime import datetime, timedelta

from sqlalchemy import ForeignKey, Index, Select, String, Text, UniqueConstraint, and_, exists, func, or_, select
from sqlalchemy.orm import Mapped, mapped_column

from service.database import Model, UtcDateTime, db, id_column

ARMED, RESTING, FIRED, WITHDRAWN, DEAD = "armed", "resting", "fired", "withdrawn", "dead"
OPEN = (ARMED, RESTING, DEAD)
"""States of a timer whose step still waits: RESTING while its instance rests, DEAD after too many failed tries."""


class Timer(Model):
    """One step that waits, or waited, for time. This row is the truth; whatever dispatches it may lose it.

    `due_at` is what the diagram says and people are shown; `try_at` is when it is next to be fired: the same, or
    later after a failed try. `gen` counts how often it was handed to the dispatcher and never goes back.
    """

    __tablename__ = "timer"
    __table_args__ = (UniqueConstraint("instance_id", "step_id"),)

    id: Mapped[uuid.UUID] = id_column()
    agency_id: Mapped[uuid.UUID]
    instance_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("instance.id"))
    step_id: Mapped[str] = mapped_column(String(36))
    element: Mapped[str] = mapped_column(String(100))
    due_at: Mapped[datetime] = mapped_column(UtcDateTime)
    state: Mapped[str] = mapped_column(String(10), default=ARMED)
    closed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    """When it fired or was withdrawn."""
    try_at: Mapped[datetime] = mapped_column(UtcDateTime)
    gen: Mapped[int] = mapped_column(default=0)
    last_enqueued_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    attempts: Mapped[int] = mapped_column(default=0)
    last_error: Mapped[str | None] = mapped_column(Text)


_armed = Timer.state == ARMED

Index("ix_timer_armed", Timer.try_at, Timer.id, sqlite_where=_armed, postgresql_where=_armed)


class WorkerBeat(Model):
    """When a worker was last known to be alive."""

    __tablename__ = "worker_beat"

    worker: Mapped[str] = mapped_column(String(100), primary_key=True)
    beat_at: Mapped[datetime] = mapped_column(UtcDateTime)


def timers_of(instance_id: uuid.UUID) -> Sequence[Timer]:
    """The timers an instance waits for, by due date."""
    query = select(Timer).where(Timer.instance_id == instance_id, Timer.state.in_(OPEN))
    return db.session.scalars(query.order_by(Timer.due_at, Timer.id)).all()


def timers_at(instance_id: uuid.UUID, step_ids: Collection[str]) -> Sequence[Timer]:
    """The timers of these steps of an instance, in whatever state."""
    query = select(Timer).where(Timer.instance_id == instance_id, Timer.step_id.in_(step_ids))
    return db.session.scalars(query).all()


def due(now: datetime, limit: int, without: Collection[uuid.UUID] = ()) -> Sequence[Timer]:
    """Armed timers whose time has come, the earliest first."""
    query = select(Timer).where(_armed, Timer.due_at <= now, Timer.id.not_in(without))
    return db.session.scalars(query.order_by(Timer.due_at, Timer.id).limit(limit)).all()


def is_any_due(now: datetime) -> bool:
    """Whether a timer is to be fired now that has not been."""
    return bool(db.session.scalar(select(exists().where(_armed, Timer.try_at <= now))))


def to_enqueue(now: datetime, grace: timedelta, limit: int) -> Select[Timer]:
    """Timers to hand to the dispatcher: due, and not handed to it within `grace`, in which it may have lost them."""
    idle = or_(Timer.last_enqueued_at.is_(None), Timer.last_enqueued_at <= now - grace)
    return select(Timer).where(_armed, Timer.try_at <= now, idle).order_by(Timer.try_at, Timer.id).limit(limit)


def in_flight(now: datetime, grace: timedelta) -> int:
    """How many timers the dispatcher was handed within `grace` and has not fired yet."""
    handed = and_(_armed, Timer.try_at <= now, Timer.last_enqueued_at > now - grace)
    return db.session.scalar(select(func.count()).where(handed)) or 0


def last_beat() -> datetime | None:
    """When a worker last gave a sign of life; None if none ever did."""
    return db.session.scalar(select(func.max(WorkerBeat.beat_at)))
