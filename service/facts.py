"""Facts: what has happened to an instance, in the past tense, and the one way to announce it.

The engine says what became of the steps; `instances/moving.py` adds the instance and announces; the hearers (one
tuple in `app.py`) keep their tables in step, all in the transaction of the move.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

# ---- said by the engine: steps of one run ------------------------------------------------------------------


@dataclass(frozen=True)
class TaskOpened:
    """A step that waits for a person has come up. `lane` is the lane's id, None outside lanes."""

    step_id: str
    element: str
    lane: str | None


@dataclass(frozen=True)
class TaskCompleted:
    """A person has done the step."""

    step_id: str
    element: str


@dataclass(frozen=True)
class TaskWithdrawn:
    """The step is no longer to be done: an event or another path took it away."""

    step_id: str
    element: str


@dataclass(frozen=True)
class TaskReturned:
    """A step that was done or withdrawn waits for a person again, as it did before."""

    step_id: str
    element: str
    lane: str | None


@dataclass(frozen=True)
class TaskCarried:
    """A step goes on waiting for a person, in another version: there it is this element, in this lane."""

    step_id: str
    element: str
    lane: str | None


@dataclass(frozen=True)
class TimerSet:
    """A step waits for time. `due_at` is aware UTC."""

    step_id: str
    element: str
    due_at: datetime


@dataclass(frozen=True)
class TimerFired:
    """The time has come and the step went on."""

    step_id: str
    element: str


@dataclass(frozen=True)
class TimerWithdrawn:
    """The step no longer waits for its time."""

    step_id: str
    element: str


@dataclass(frozen=True)
class TimerCarried:
    """A step goes on waiting for its time, in another version: there it is this element."""

    step_id: str
    element: str
    due_at: datetime


@dataclass(frozen=True)
class InstanceEnded:
    """Nothing is left to do. `end` is the id of the end event reached last, None if there is none."""

    end: str | None


StepFact = (
    TaskOpened
    | TaskCompleted
    | TaskWithdrawn
    | TaskReturned
    | TaskCarried
    | TimerSet
    | TimerFired
    | TimerWithdrawn
    | TimerCarried
    | InstanceEnded
)

# ---- announcing --------------------------------------------------------------------------------------------

Hearer = Callable[[Any, list[StepFact]], None]
"""Takes the move (`instances.moving.Moved`) and what became of the steps; writes only its own room's table."""

_hearers: tuple[Hearer, ...] = ()


def be_heard_by(hearers: Iterable[Hearer]) -> None:
    """Name the hearers, once, when the application is made."""
    global _hearers  # noqa: PLW0603 - one wiring per process, written in app.py
    _hearers = tuple(hearers)


def announce(moved: Any, steps: list[StepFact]) -> None:
    """Tell every hearer, in order, in the transaction of the move."""
    for hear in _hearers:
        hear(moved, steps)
