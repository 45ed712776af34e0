"""Fires single timers, each in its own transaction, so that one which cannot go on does not hold up the others."""

import logging
import traceback
import uuid
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy.exc import InterfaceError, OperationalError

from service.database import transaction
from service.errors import Stuck
from service.history.models import move_of
from service.instances.commands import mark_stuck
from service.instances.models import instance_of
from service.instances.moving import Move
from service.people.caller import SYSTEM
from service.timers import commands
from service.timers.models import Timer, due

log = logging.getLogger(__name__)

MOST_AT_ONCE = 10_000
"""A diagram may set a timer anew each time it fires; this is where `fire_due` stops believing in an end."""


@dataclass(frozen=True)
class Fired:
    """A timer that has fired."""

    timer_id: uuid.UUID
    instance_id: uuid.UUID
    element: str
    due_at: datetime


def fire_one(timer_id: uuid.UUID, now: datetime) -> bool:
    """Fire one timer, if it still waits and its time has come; True if it fired.

    An instance that finds no way is marked as stuck. What fails otherwise is tried again later, unless it was the
    database that failed: that is nothing to hold against a timer, so it is raised.
    """
    try:
        return _fire_or_mark(timer_id, now)
    except (OperationalError, InterfaceError):
        raise
    except Exception as error:
        log.exception("timer %s failed", timer_id)
        _count(timer_id, error, now)
        return False


def fire_due(as_of: datetime) -> list[Fired]:
    """Fire everything due as of a time, as if it were then, including timers set by timers that fired.

    Each fires as of its own due date, so that a chain of timers keeps its distances; but never before what has
    already happened to its instance.
    """
    fired: list[Fired] = []
    failed: list[uuid.UUID] = []
    while len(fired) < MOST_AT_ONCE and (timers := due(as_of, 1, without=failed)):
        timer = timers[0]
        this = Fired(timer.id, timer.instance_id, timer.element, timer.due_at)
        if fire_one(timer.id, max(timer.due_at, _last_moved(timer.instance_id))):
            fired.append(this)
        else:
            failed.append(timer.id)
    return fired


def _last_moved(instance_id: uuid.UUID) -> datetime:
    return move_of(instance_id, instance_of(instance_id).seq).at


def _fire_or_mark(timer_id: uuid.UUID, now: datetime) -> bool:
    try:
        with transaction():
            return commands.fire(timer_id, now)
    except Stuck as stuck:
        with transaction():
            mark_stuck(stuck, now)
        return False


def _count(timer_id: uuid.UUID, error: Exception, now: datetime) -> None:
    with transaction():
        dead = commands.count_failure(timer_id, _place_of(error), now)
        if dead is not None:
            mark_stuck(_given_up(dead, now), now)


def _given_up(timer: Timer, now: datetime) -> Stuck:
    message = "Sebuah pewaktu sudah {tries} kali gagal dijalankan karena kesalahan sistem."
    stuck = Stuck(message, element=timer.element, tries=timer.attempts)
    stuck.instance_id = timer.instance_id
    stuck.move = Move(SYSTEM, now, "timer", timer.element)
    return stuck


def _place_of(error: Exception) -> str:
    """Kind and place of an error; not its message, for that may quote what somebody has written."""
    frames = traceback.extract_tb(error.__traceback__)
    place = f" ({Path(frames[-1].filename).name}:{frames[-1].lineno})" if frames else ""
    return type(error).__name__ + place
