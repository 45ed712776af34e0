"""The one way an instance moves: lock it, load its run, do one thing, keep the state, announce the facts."""

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from service import facts
from service.calendars.reading import calendar_of
from service.database import db
from service.diagrams import loading
from service.engine import Clock, Run, Spec
from service.errors import Conflict, Stuck, must_be_current
from service.instances.models import CANCELLED, RUNNING, STUCK, SUSPENDED, Instance, locked
from service.people.caller import Caller

NOT_RUNNING = {
    SUSPENDED: "Berkas ini sedang ditangguhkan.",
    STUCK: "Berkas ini sedang macet dan menunggu perbaikan oleh atasan.",
    CANCELLED: "Berkas ini sudah dibatalkan.",
}


@dataclass(frozen=True)
class Move:
    """What is being done: by whom, when, under which verb, to which element, with which answers."""

    by: Caller
    at: datetime
    command: str
    element: str | None = None
    step_id: str | None = None
    answers: dict[str, Any] = field(default_factory=dict)
    on_behalf: bool = False
    reason: str | None = None
    seen: int | None = None
    """The revision of the instance that he looked at, where he says."""


@contextmanager
def moving(instance_id: uuid.UUID, move: Move, states: tuple[str, ...] = (RUNNING,)) -> Iterator[tuple[Instance, Run]]:
    """Lock the instance and lend its run; what the caller did with it is kept and announced when he is done.

    Who gives the instance another version has its run migrated to it, and the move ends there. Raises `Conflict` when
    the instance is in none of `states`, `Stale` when it is not as it was seen, and `Stuck` (naming the instance) when
    it finds no way.
    """
    instance = locked(instance_id)
    if instance.state not in states:
        raise Conflict(NOT_RUNNING.get(instance.state, "Berkas ini sudah selesai."))
    must_be_current(instance.rev, move.seen)
    version = loading.load(instance.version_id)
    clock = clock_of(version.agency_id, move.at)
    run = Run.load(version.spec, instance.engine_state, clock)
    try:
        yield instance, run
    except Stuck as stuck:
        stuck.instance_id, stuck.move, stuck.seq = instance_id, move, instance.seq
        raise
    keep(instance, run, Moved(instance, loading.load(instance.version_id), move, clock))


def keep(instance: Instance, run: Run, moved: "Moved") -> None:
    """Keep the state the run has come to, and announce what happened on the way."""
    if run.state != RUNNING:
        instance.state, instance.end, instance.ended_at = run.state, run.end, moved.move.at
    instance.engine_state = run.dump()
    instance.wake_at = run.wake_at
    instance.seq += 1
    facts.announce(moved, run.facts())
    db.session.flush()


def clock_of(agency_id: uuid.UUID, at: datetime) -> Clock:
    """The time as the engine is told it: now, and how this agency counts working time."""
    calendar = calendar_of(agency_id)
    return Clock(now=at, due=calendar.due, zone=ZoneInfo(calendar.zone))


def look(spec: Spec, state: bytes, at: datetime) -> Run:
    """A run to be looked at and not moved: nothing is locked, and no due time can come up."""
    return Run.load(spec, state, Clock(now=at, due=_no_due))


def _no_due(_start: datetime, _standard: str, _clock: str) -> datetime:
    raise RuntimeError("a run that is only looked at must not set timers")


@dataclass(frozen=True)
class Moved:
    """The fact that an instance moved: what hearers need to keep their tables in step."""

    instance: Instance
    version: loading.Loaded
    move: Move
    clock: Clock
