"""The rule by which a trial ends, agreed before it begins: when to look, and how sure to be at each look.

Whoever looks again and again finds a difference some day where there is none. So the looks are fixed beforehand, and
the risk of 5 % is spent over them: little at the first, most at the last, as O'Brien and Fleming (1979, Biometrics
35:549) do, by the spending function of Lan and DeMets (1983, Biometrika 70:659). What is spent at each look is tested
by itself; the sum of the risks bounds the whole (Bonferroni), so the rule errs on the safe side. At a look that only
counts which was known when it was due, however late somebody reads it. The rule recommends; a person stops.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import numpy as np

from service.trials.measuring import ArmFigures
from service.trials.statistics import NORMAL, Interval, survival_difference
from service.trials.working import WorkingClock, moment_of

RISK = 0.05
MOST_LOOKS = 5

WAIT, GO_ON, FOUND, ENOUGH = "wait", "go_on", "found", "enough"
"""No look yet; looked without finding a difference; a difference was found; the agreed end has come."""


@dataclass(frozen=True)
class StoppingRule:
    """Stop at `per_arm` finished in each arm or after the last day; look `looks` times on the way there."""

    per_arm: int
    looks: int = 1
    last_day: date | None = None


@dataclass(frozen=True)
class Look:
    """One look: due at `size` finished in each arm. `level` is the confidence of its intervals, one per other arm."""

    number: int
    size: int
    level: float
    at: datetime | None = None
    intervals: tuple[Interval, ...] = ()

    @property
    def found(self) -> bool:
        return any(interval.is_known and interval.excludes_zero for interval in self.intervals)


@dataclass(frozen=True)
class Advice:
    """What the rule says now, and the looks that led to it and are still to come."""

    code: str
    looks: tuple[Look, ...]

    @property
    def next(self) -> Look | None:
        return next((look for look in self.looks if look.at is None), None)


def spent(share: float) -> float:
    """How much of the risk is spent when this share of the instances is known."""
    if share <= 0:
        return 0.0
    return 2 - 2 * NORMAL.cdf(NORMAL.inv_cdf(1 - RISK / 2) / math.sqrt(min(share, 1.0)))


def planned(rule: StoppingRule, others: int) -> list[Look]:
    """The looks as they were agreed, for so many arms besides the first."""
    shares = [number / rule.looks for number in range(rule.looks + 1)]
    return [
        Look(
            number,
            math.ceil(rule.per_arm * shares[number]),
            1 - (spent(shares[number]) - spent(shares[number - 1])) / max(others, 1),
        )
        for number in range(1, rule.looks + 1)
    ]


def advise(rule: StoppingRule, arms: Sequence[ArmFigures], clock: WorkingClock, at: datetime, zone: str) -> Advice:
    """What the rule says of these arms at a moment."""
    looks = planned(rule, len(arms) - 1)
    closing = _closing(rule, zone)
    over = closing is not None and closing <= at.timestamp()
    done: list[Look] = []
    for look in looks:
        cut = _due(arms, look.size)
        if cut is None or (over and closing is not None and cut > closing):
            if over and closing is not None:
                done.append(_last_look(done, look, arms, clock, closing))
            break
        done.append(_looked(look, arms, clock, cut))
        if done[-1].found:
            break
    ahead = () if _is_over(done, looks, over) else tuple(looks[len(done) :])
    return Advice(_code(done, looks, over), (*done, *ahead))


def _is_over(done: Sequence[Look], looks: Sequence[Look], over: bool) -> bool:
    return over or len(done) == len(looks) or any(look.found for look in done)


def _code(done: Sequence[Look], looks: Sequence[Look], over: bool) -> str:
    if any(look.found for look in done):
        return FOUND
    if _is_over(done, looks, over):
        return ENOUGH
    return GO_ON if done else WAIT


def _closing(rule: StoppingRule, zone: str) -> float | None:
    """The end of the last day, on the clock of the office."""
    if rule.last_day is None:
        return None
    midnight = datetime.combine(rule.last_day + timedelta(days=1), time(), ZoneInfo(zone))
    return midnight.timestamp()


def _due(arms: Sequence[ArmFigures], size: int) -> float | None:
    """When every arm had so many finished; None while one has not."""
    ends = [np.sort(arm.until[arm.finished]) for arm in arms]
    return max(float(one[size - 1]) for one in ends) if all(len(one) >= size for one in ends) else None


def _last_look(done: Sequence[Look], due: Look, arms: Sequence[ArmFigures], clock: WorkingClock, cut: float) -> Look:
    """The day has come before the number: all that was not spent yet is spent now."""
    others = max(len(arms) - 1, 1)
    left = RISK - sum((1 - look.level) * others for look in done)
    return _looked(Look(due.number, due.size, 1 - left / others), arms, clock, cut)


def _looked(look: Look, arms: Sequence[ArmFigures], clock: WorkingClock, cut: float) -> Look:
    first, *others = (_until(arm, clock, cut) for arm in arms)
    intervals = tuple(survival_difference((first[0], other[0]), (first[1], other[1]), look.level) for other in others)
    return Look(look.number, look.size, look.level, moment_of(cut), intervals)


def _until(arm: ArmFigures, clock: WorkingClock, cut: float) -> tuple[np.ndarray, np.ndarray]:
    """What was known of an arm at a moment: how long each had taken, and whether it was finished."""
    begun = arm.started <= cut
    started, until = arm.started[begun], arm.until[begun]
    return clock.working_days(started, np.minimum(until, cut)), arm.finished[begun] & (until <= cut)
