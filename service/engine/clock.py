"""The time, as it is handed to a run: the engine itself never asks for it."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo

from service.engine.spec import Timer

Due = Callable[[datetime, str, str], datetime]


@dataclass(frozen=True)
class Clock:
    """`now` is aware UTC; `due(start, iso_duration, "working" | "elapsed")` says when a duration is over.

    `zone` is where a date drawn without an offset is meant.
    """

    now: datetime
    due: Due
    zone: tzinfo = UTC


def due_of(timer: Timer, clock: Clock) -> datetime:
    """When a timer that begins to wait now falls due (aware UTC, whole seconds)."""
    if timer.kind == "duration":
        moment = clock.due(clock.now, timer.expression, timer.clock)
    else:
        moment = datetime.fromisoformat(timer.expression)
        if moment.tzinfo is None:
            moment = moment.replace(tzinfo=clock.zone)
    return _whole_second(moment.astimezone(UTC))


def _whole_second(moment: datetime) -> datetime:
    """Never early: what a timer keeps is rounded up."""
    if not moment.microsecond:
        return moment
    return moment.replace(microsecond=0) + timedelta(seconds=1)
