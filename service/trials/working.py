"""Working time of many moments at once: the calendar of an office as two arrays, and lengths read off them.

The same time that `calendars.working_time` tells one by one, here for a hundred thousand instances at once.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from service.calendars.working_time import Calendar

Numbers = NDArray[np.float64]


@dataclass(frozen=True)
class WorkingClock:
    """Openings of an office over some years: when each begins and ends (seconds), and what had been worked before it.

    `days` counts working days passed before an opening, so that half a day's hours make half a working day.
    """

    opens: Numbers
    closes: Numbers
    worked: Numbers
    days: Numbers
    a_day: Numbers
    """How long the working day is that an opening belongs to."""

    def hours(self, since: Numbers, until: Numbers) -> Numbers:
        """Working hours between moments, in seconds of the epoch; NaN where one of them is."""
        return (self._worked(until) - self._worked(since)) / 3600

    def working_days(self, since: Numbers, until: Numbers) -> Numbers:
        """Working days between moments, in fractions, each day counting one however long its hours are."""
        return self._days(until) - self._days(since)

    def _place(self, moments: Numbers) -> tuple[NDArray[np.intp], Numbers]:
        place = np.clip(np.searchsorted(self.opens, moments, side="right") - 1, 0, None)
        inside = np.clip(moments - self.opens[place], 0, self.closes[place] - self.opens[place])
        return place, inside

    def _worked(self, moments: Numbers) -> Numbers:
        place, inside = self._place(moments)
        return np.asarray(self.worked[place] + inside, float)

    def _days(self, moments: Numbers) -> Numbers:
        place, inside = self._place(moments)
        return np.asarray(self.days[place] + inside / self.a_day[place], float)


def clock(calendar: Calendar, first: datetime, last: datetime) -> WorkingClock:
    """The working clock of an office from the day of one moment through the day of another."""
    zone = ZoneInfo(calendar.zone)
    rows: list[tuple[float, float, float, float, float]] = []
    worked, days = 0.0, 0.0
    day, end = first.astimezone(zone).date() - timedelta(days=1), last.astimezone(zone).date()
    while day <= end:
        openings = _openings(calendar, zone, day)
        total = sum(closes - opens for opens, closes in openings)
        passed = 0.0
        for opens, closes in openings:
            rows.append((opens, closes, worked + passed, days + passed / total, total))
            passed += closes - opens
        worked, days = worked + total, days + bool(openings)
        day += timedelta(days=1)
    if not rows:  # an office that never opens in all that time: nothing is ever worked
        rows.append((first.timestamp(), first.timestamp(), 0.0, 0.0, 1.0))
    return WorkingClock(*(np.array(column) for column in zip(*rows, strict=True)))


def _openings(calendar: Calendar, zone: ZoneInfo, day: date) -> list[tuple[float, float]]:
    midnight = datetime(day.year, day.month, day.day, tzinfo=zone)
    return [
        ((midnight + timedelta(minutes=opens)).timestamp(), (midnight + timedelta(minutes=closes)).timestamp())
        for opens, closes in calendar.hours_on(day)
    ]


def moment_of(seconds: float) -> datetime:
    """Seconds of the epoch as an aware moment."""
    return datetime.fromtimestamp(seconds, UTC)
