"""Where the lines of the charts run, in units of their drawings; the numbers themselves stand in tables beside them."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from service.trials.comparing import Compared, Side
from service.trials.statistics import Interval, kaplan_meier

WIDE, HIGH = 600, 220
LEFT, BOTTOM, TOP, RIGHT = 44, 30, 8, 12
MOST_POINTS = 300
STEPS = (0.25, 0.5, 1, 2, 5, 10, 20, 50, 100, 200, 500, 1000)
DAYS_TOLD = (1, 2, 3, 5, 7, 10, 14, 20, 30, 60, 90, 180, 360)
MOST_TICKS, MOST_DAYS = 8, 7
HEATS = (4, 8, 16)
"""Working hours of waiting at which a step gets a darker colour."""


@dataclass(frozen=True)
class Bar:
    """A bar with its whiskers, in hundredths of the longest."""

    length: float
    low: float | None
    high: float | None


def bars(sides: Sequence[Side]) -> list[Bar]:
    """One bar for the median of each arm."""
    longest = max((_reach(side.days) for side in sides), default=0) or 1.0
    return [_bar(side.days, longest * 1.04) for side in sides]


def _reach(interval: Interval) -> float:
    return max((v for v in (interval.value, interval.high) if math.isfinite(v)), default=0)


def _bar(interval: Interval, longest: float) -> Bar:
    if not math.isfinite(interval.value):
        return Bar(0, None, None)
    low, high = (round(100 * v / longest, 1) if math.isfinite(v) else None for v in (interval.low, interval.high))
    return Bar(round(100 * interval.value / longest, 1), low, high)


@dataclass(frozen=True)
class Dot:
    """A difference on a line of a hundred units with zero in its middle."""

    at: float
    low: float
    high: float


def dots(intervals: Sequence[Interval | None]) -> list[Dot | None]:
    """Differences on one common scale; None where nothing can be told."""
    known = [one for one in intervals if one is not None and one.is_known]
    most = max((abs(v) for one in known for v in (one.value, one.low, one.high)), default=0) or 1.0
    return [_dot(one, most) if one is not None and one.is_known else None for one in intervals]


def _dot(interval: Interval, most: float) -> Dot:
    at, low, high = (round(50 + 47 * v / most, 1) for v in (interval.value, interval.low, interval.high))
    return Dot(at, low, high)


def heat(hours: float) -> int:
    """How dark a step is drawn that keeps people waiting so long: 1 to 4; 0 where nobody has waited."""
    return 0 if math.isnan(hours) else 1 + sum(hours > edge for edge in HEATS)


@dataclass(frozen=True)
class Tick:
    """One mark of an axis: where, and which number."""

    at: float
    value: float


@dataclass(frozen=True)
class Curves:
    """How many are still unfinished after so many working days: one path for each arm."""

    paths: tuple[str, ...]
    across: tuple[Tick, ...]
    up: tuple[Tick, ...]
    days: tuple[int, ...]
    finished: tuple[tuple[float, ...], ...]
    """For the table: the share finished within each of `days`, arm by arm; NaN where nobody was watched that long."""


def curves(compared: Compared) -> Curves | None:
    """The course of all arms; None where nothing has finished."""
    figures = [side.figures for side in compared.sides]
    if not any(one.finished_count for one in figures):
        return None
    longest = max(float(one.days.max()) for one in figures if len(one.days))
    step = next((step for step in STEPS if longest / step <= MOST_TICKS), STEPS[-1])
    end = max(math.ceil(longest / step), 1) * step
    survivals = [kaplan_meier(one.days, one.finished) for one in figures]
    days = tuple(day for day in DAYS_TOLD if day <= max(longest, 1))[:MOST_DAYS]
    return Curves(
        tuple(
            _path(list(curve.times), list(curve.shares), end, float(one.days.max()) if len(one.days) else 0)
            for curve, one in zip(survivals, figures, strict=True)
        ),
        tuple(Tick(_x(n * step, end), n * step) for n in range(round(end / step) + 1)),
        tuple(Tick(_y(share), share) for share in (0, 0.25, 0.5, 0.75, 1)),
        days,
        tuple(
            tuple(_finished(list(curve.times), list(curve.shares), day, list(one.days)) for day in days)
            for curve, one in zip(survivals, figures, strict=True)
        ),
    )


def _finished(times: list[float], shares: list[float], day: float, watched: list[float]) -> float:
    if not watched or (max(watched) < day and (not shares or shares[-1] > 0)):
        return math.nan
    passed = [share for time, share in zip(times, shares, strict=True) if time <= day]
    return 1 - passed[-1] if passed else 0.0


def _x(day: float, end: float) -> float:
    return round(LEFT + (WIDE - LEFT - RIGHT) * day / end, 1)


def _y(share: float) -> float:
    return round(TOP + (HIGH - TOP - BOTTOM) * (1 - share), 1)


def _path(times: list[float], shares: list[float], end: float, last: float) -> str:
    """Down a step at each end, on to the right until the longest that was watched."""
    every = max(1, len(times) // MOST_POINTS)
    parts = [f"M{_x(0, end)} {_y(1)}"]
    for time, share in list(zip(times, shares, strict=True))[::every]:
        parts.append(f"H{_x(time, end)}V{_y(share)}")
    return "".join([*parts, f"H{_x(last, end)}"])
