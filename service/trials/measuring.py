"""The figures of one arm: how long its instances take from end to end, and how each step fares.

Times are working time of the office. An instance that is still open has taken at least until now: medians come from a
Kaplan-Meier curve, so that it counts and does not make the arm look quicker than it is.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from service.trials.observing import Observed, Tasks
from service.trials.statistics import kaplan_meier, quantile
from service.trials.working import WorkingClock

Numbers = NDArray[np.float64]
Flags = NDArray[np.bool_]


@dataclass(frozen=True)
class Spread:
    """Median and 90th percentile of working hours; NaN where nothing was measured. `hours` are the values."""

    count: int
    median: float
    p90: float
    hours: Numbers


@dataclass(frozen=True)
class StepFigures:
    """How one step fared. `worked` is from opened to completed; it is the sum of `waited` and `handled`.

    What was completed by somebody who had not taken it first, has waited all the time and is in `handled` nowhere.
    """

    count: int
    done: int
    worked: Spread
    waited: Spread
    handled: Spread
    in_time: int
    timed: int
    """How many that were done have a time standard; `in_time` of them kept it."""
    returned: int
    """How often an instance came back to this step after it had been there."""
    handed_over: int
    """How often it came from another lane."""
    open: int
    late: int


NO_HOURS = Spread(0, math.nan, math.nan, np.empty(0))
NOTHING = StepFigures(0, 0, NO_HOURS, NO_HOURS, NO_HOURS, 0, 0, 0, 0, 0, 0)
"""Of a step that no instance has come to."""


@dataclass(frozen=True)
class ArmFigures:
    """How an arm fared. `days` (working days until now or the end) and `finished` belong together, one per instance."""

    count: int
    finished_count: int
    open: int
    late: int
    """Open instances with a task past its due date."""
    carried: int
    """Open instances that began in an earlier month."""
    cancelled: int
    migrated: int
    median: float
    p90: float
    hand_overs: float
    """Changes of lane per instance, on average."""
    ends: Mapping[str | None, int]
    steps: Mapping[str, StepFigures]
    days: Numbers
    finished: Flags
    started: Numbers
    until: Numbers
    kinds: Mapping[str, int]


def measure(seen: Observed, clock: WorkingClock, at: datetime, zone: str) -> ArmFigures:
    """All figures of one arm."""
    runs = seen.runs
    days = clock.working_days(runs.started, runs.until)
    curve = kaplan_meier(days, runs.finished)
    late_tasks = seen.tasks.open & (seen.tasks.due < at.timestamp())
    late = np.zeros(len(runs), bool)
    late[seen.tasks.run[late_tasks]] = True
    order = _in_order(seen.tasks)
    changed = _lane_changes(seen.tasks, order)
    return ArmFigures(
        count=len(runs),
        finished_count=int(runs.finished.sum()),
        open=int(runs.open.sum()),
        late=int((late & runs.open).sum()),
        carried=int((runs.open & (runs.started < _month(at, zone))).sum()),
        cancelled=int(runs.cancelled.sum()),
        migrated=int(runs.migrated.sum()),
        median=curve.time_of(0.5),
        p90=curve.time_of(0.9),
        hand_overs=float(changed.sum() / len(runs)) if len(runs) else math.nan,
        ends={end: int((runs.end == code).sum()) for code, end in enumerate(seen.ends)},
        steps=_steps(seen, clock, at, changed, _returns(seen.tasks)),
        days=days,
        finished=runs.finished,
        started=runs.started,
        until=runs.until,
        kinds=seen.kinds,
    )


def _month(at: datetime, zone: str) -> float:
    there = at.astimezone(ZoneInfo(zone))
    return there.replace(day=1, hour=0, minute=0, second=0, microsecond=0).timestamp()


def _steps(
    seen: Observed, clock: WorkingClock, at: datetime, changed: Flags, returned: Flags
) -> dict[str, StepFigures]:
    tasks = seen.tasks
    worked = clock.hours(tasks.opened, tasks.closed)
    begun = np.minimum(np.where(np.isnan(tasks.taken), tasks.closed, tasks.taken), tasks.closed)
    waited = clock.hours(tasks.opened, begun)
    handled = np.where(np.isnan(tasks.taken), np.nan, clock.hours(begun, tasks.closed))
    timed = tasks.done & ~np.isnan(tasks.due)
    return {
        name: StepFigures(
            count=int((here := tasks.element == code).sum()),
            done=int((done := here & tasks.done).sum()),
            worked=_spread(worked[done]),
            waited=_spread(waited[done]),
            handled=_spread(handled[done]),
            in_time=int((here & timed & (tasks.closed <= tasks.due)).sum()),
            timed=int((here & timed).sum()),
            returned=int((here & returned).sum()),
            handed_over=int((here & changed).sum()),
            open=int((here & tasks.open).sum()),
            late=int((here & tasks.open & (tasks.due < at.timestamp())).sum()),
        )
        for code, name in enumerate(seen.elements)
    }


def _spread(hours: Numbers) -> Spread:
    known = hours[~np.isnan(hours)]
    return Spread(len(known), quantile(known, 0.5), quantile(known, 0.9), known)


def _in_order(tasks: Tasks) -> NDArray[np.intp]:
    """Places of the tasks, instance by instance in the order they came up."""
    return np.lexsort((tasks.opened, tasks.run))


def _lane_changes(tasks: Tasks, order: NDArray[np.intp]) -> Flags:
    """Which tasks came up after one of another lane."""
    run, lane = tasks.run[order], tasks.lane[order]
    changed = np.zeros(len(order), bool)
    if len(order):
        changed[order[1:]] = (run[1:] == run[:-1]) & (lane[1:] != lane[:-1])
    return changed


def _returns(tasks: Tasks) -> Flags:
    """Which tasks came up after the same step of the same instance had been closed before."""
    order = np.lexsort((tasks.opened, tasks.element, tasks.run))
    run, element = tasks.run[order], tasks.element[order]
    again = np.zeros(len(order), bool)
    if len(order):
        same = (run[1:] == run[:-1]) & (element[1:] == element[:-1])
        again[order[1:]] = same & (tasks.closed[order][:-1] <= tasks.opened[order][1:])
    return again
