"""Verbs of the timers room: fire, count a failed try, hand to the dispatcher, give a sign of life."""

import uuid
from datetime import datetime, timedelta

from sqlalchemy import delete, exists, insert, select, update

from service.database import db
from service.instances.models import RUNNING, locked
from service.instances.moving import Move, moving
from service.people.caller import SYSTEM
from service.timers.models import ARMED, DEAD, Timer, WorkerBeat, in_flight, to_enqueue

MOST_TRIES = 8
FIRST_WAIT = timedelta(minutes=1)
"""After the first failed try; doubled after each further one, so that the eighth comes two hours after the first."""

GRACE = timedelta(minutes=2)
"""A timer handed to the dispatcher that has not fired after this long is handed to it again."""

MOST_IN_FLIGHT = 500
"""What a dispatcher can surely fire within the grace, so that a backlog is not handed to it twice."""


class OutOfStepError(Exception):
    """Row and engine disagree about whether the timer waits; firing it again and again would not help."""


def fire(timer_id: uuid.UUID, now: datetime) -> bool:
    """Fire a timer whose time has come; its instance goes on until it waits again. False when there is nothing to do.

    However often it is asked for, it happens once: state and time are checked while the instance is held.
    Raises `Stuck` when the instance finds no way.
    """
    timer = db.session.get(Timer, timer_id)
    if timer is None:
        return False
    instance = locked(timer.instance_id)
    db.session.refresh(timer)
    if instance.state != RUNNING or timer.state != ARMED or timer.due_at > now:
        return False
    with moving(instance.id, Move(SYSTEM, now, "timer", timer.element)) as (_instance, run):
        if not run.fire(timer.step_id):
            raise OutOfStepError(timer.element)
    if timer.state == ARMED and timer.due_at <= now:
        raise OutOfStepError(timer.element)
    return True


def count_failure(timer_id: uuid.UUID, error: str, now: datetime) -> Timer | None:
    """Remember that a try failed, and try again later. Gives the timer back when that was the last try.

    The instance is held, as when it fires: who gives it up marks the instance in the same transaction, so that nobody
    can take it on in between.
    """
    timer = db.session.get(Timer, timer_id)
    if timer is None:
        return None
    instance = locked(timer.instance_id)
    db.session.refresh(timer)
    if instance.state != RUNNING or timer.state != ARMED:
        return None
    timer.attempts += 1
    timer.last_error = error
    timer.last_enqueued_at = None
    timer.try_at = now + FIRST_WAIT * 2 ** (timer.attempts - 1)
    if timer.attempts < MOST_TRIES:
        return None
    timer.state = DEAD
    db.session.flush()
    return timer


def take_due(now: datetime, limit: int, grace: timedelta = GRACE) -> list[tuple[uuid.UUID, int]]:
    """Id and number of the handing-over of each timer that the dispatcher is to be handed now."""
    limit = min(limit, MOST_IN_FLIGHT - in_flight(now, grace))
    if limit <= 0:
        return []
    timers = db.session.scalars(to_enqueue(now, grace, limit).with_for_update(skip_locked=True)).all()
    for timer in timers:
        timer.gen += 1
        timer.last_enqueued_at = now
    return [(timer.id, timer.gen) for timer in timers]


def beat(worker: str, now: datetime) -> None:
    """Say that a worker is alive."""
    mine = WorkerBeat.worker == worker
    known = db.session.scalar(select(exists().where(mine)))
    say = update(WorkerBeat).where(mine) if known else insert(WorkerBeat)
    db.session.execute(say.values(worker=worker, beat_at=now))


def forget_beats(now: datetime) -> None:
    """Forget workers that have been silent for a day."""
    db.session.execute(delete(WorkerBeat).where(WorkerBeat.beat_at < now - timedelta(days=1)))
