"""Working time: when something falls due in an office's hours, and how much of them lies between two moments.

Pure arithmetic on aware moments; which calendar an agency has is read elsewhere (`reading.py`).
"""

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cached_property
from zoneinfo import ZoneInfo

from service.calendars import statutory
from service.calendars.durations import parse_standard
from service.calendars.hours import Interval, Week
from service.errors import Invalid

WORKING = "working"
ELAPSED = "elapsed"
CLOCKS = (WORKING, ELAPSED)

LONGEST_PAUSE = 400
"""Days: an office that does not open once in so many will not open, and we stop looking."""

NO_HOURS = "Kalender kantor tidak memuat jam kerja, sehingga batas waktu tidak dapat dihitung."
UNKNOWN_CLOCK = "Cara menghitung waktu harus “working” (waktu kerja) atau “elapsed” (waktu berjalan)."
UNKNOWN_ZONE = "Zona waktu “{zone}” tidak dikenal."

Opening = tuple[datetime, datetime]
"""One stretch of working time in UTC, the closing moment not part of it."""


@dataclass(frozen=True)
class Period:
    """Hours that hold from the first day through the last; None is for ever on that side."""

    name: str
    week: Week
    first_day: date | None = None
    last_day: date | None = None

    def holds(self, day: date) -> bool:
        """Is the day within the period?"""
        return (self.first_day or date.min) <= day <= (self.last_day or date.max)


NORMAL = Period(statutory.NORMAL.name, statutory.NORMAL.week)


@dataclass(frozen=True)
class Calendar:
    """When one office works. Of the periods that hold a day, the one that began last gives its hours.

    `days_off` and `days_on` are the office's own word and overrule `national`, the days off of a year.
    A Saturday made a working day has the hours of the week's first working day.
    """

    zone: str
    periods: tuple[Period, ...] = (NORMAL,)
    days_off: frozenset[date] = frozenset()
    days_on: frozenset[date] = frozenset()
    national: Callable[[int], Collection[date]] = statutory.national_days

    # ---- what falls due when --------------------------------------------------------------------------------

    def due(self, start: datetime, standard: str, clock: str = WORKING) -> datetime:
        """The moment (aware UTC) until which something begun at `start` is to be done.

        N days fall due at the close of the Nth working day after the day it began, a week being as many days as
        the office works in one; hours and minutes count exactly, inside working hours, after the days. Of
        `least/most` the most counts. The elapsed clock is plain time. Raises `Invalid` for a standard or clock
        that cannot be read, and where the office never opens.
        """
        most = parse_standard(standard).most
        moment = _utc(start)
        if clock == ELAPSED:
            return moment + most.elapsed()
        if clock != WORKING:
            raise Invalid(UNKNOWN_CLOCK)
        days = most.days + most.weeks * self._days_a_week(moment) if most.weeks else most.days
        return self._after_time(self._after_days(moment, days), most.time)

    def _after_days(self, moment: datetime, days: int) -> datetime:
        if not days:
            return moment
        for openings in self._working_days(self._local_day(moment) + 1):
            days -= 1
            if not days:
                return openings[-1][1]
        raise Invalid(NO_HOURS)

    def _after_time(self, moment: datetime, left: timedelta) -> datetime:
        if not left:
            return moment
        for openings in self._working_days(self._local_day(moment)):
            for opens, closes in openings:
                since = max(opens, moment)
                if left <= closes - since:
                    return since + left
                if since < closes:
                    left -= closes - since
        raise Invalid(NO_HOURS)

    def _days_a_week(self, moment: datetime) -> int:
        week = self._week_on(date.fromordinal(self._local_day(moment)))
        return sum(1 for day in week if day) or 1

    # ---- what lies between ----------------------------------------------------------------------------------

    def is_open(self, moment: datetime) -> bool:
        """Is the office at work at this moment?"""
        moment = _utc(moment)
        return any(opens <= moment < closes for opens, closes in self._openings(self._local_day(moment)))

    def working_time_between(self, start: datetime, end: datetime) -> timedelta:
        """Working time from one moment to another; negative when the second comes first."""
        start, end = _utc(start), _utc(end)
        if end < start:
            return -self.working_time_between(end, start)
        total = timedelta()
        for day in range(self._local_day(start), self._local_day(end) + 1):
            for opens, closes in self._openings(day):
                total += max(min(closes, end) - max(opens, start), timedelta())
        return total

    def working_days_between(self, start: datetime, end: datetime) -> int:
        """Working days after the day of `start`, through the day of `end`; negative when that comes first."""
        first, last = self._local_day(_utc(start)), self._local_day(_utc(end))
        if last < first:
            return -self.working_days_between(end, start)
        return sum(1 for day in range(first + 1, last + 1) if self._openings(day))

    # ---- one day --------------------------------------------------------------------------------------------

    def hours_on(self, day: date) -> tuple[Interval, ...]:
        """The hours of a day in local time, none on a day off."""
        week = self._week_on(day)
        if day in self.days_on:
            return week[day.weekday()] or next((hours for hours in week if hours), ())
        if day in self.days_off or day in self.national(day.year):
            return ()
        return week[day.weekday()]

    def _week_on(self, day: date) -> Week:
        held = [period for period in self.periods if period.holds(day)]
        if not held:
            return ((),) * 7
        return max(reversed(held), key=lambda period: period.first_day or date.min).week

    def _working_days(self, day: int) -> Iterator[tuple[Opening, ...]]:
        """The openings of each working day from a day (as ordinal) on, until it is plain that none will come."""
        pause = 0
        while pause < LONGEST_PAUSE and day < _LAST_DAY:
            openings = self._openings(day)
            if openings:
                pause = 0
                yield openings
            pause += 1
            day += 1

    def _openings(self, day: int) -> tuple[Opening, ...]:
        """Kept per day, because a due date looks at every day until it and most of them again and again."""
        known = self._known.get(day)
        if known is None:
            known = self._known[day] = self._openings_of(date.fromordinal(day))
        return known

    def _openings_of(self, day: date) -> tuple[Opening, ...]:
        midnight = datetime(day.year, day.month, day.day, tzinfo=self._zone)
        return tuple(
            (_utc(midnight + timedelta(minutes=opens)), _utc(midnight + timedelta(minutes=closes)))
            for opens, closes in self.hours_on(day)
        )

    @cached_property
    def _known(self) -> dict[int, tuple[Opening, ...]]:
        return {}

    @cached_property
    def _zone(self) -> ZoneInfo:
        try:
            return ZoneInfo(self.zone)
        except (KeyError, ValueError, OSError) as error:
            raise Invalid(UNKNOWN_ZONE, zone=self.zone) from error

    def _local_day(self, moment: datetime) -> int:
        return moment.astimezone(self._zone).toordinal()


_LAST_DAY = date.max.toordinal() - 1


def _utc(moment: datetime) -> datetime:
    if moment.tzinfo is None:
        raise ValueError("a moment without time zone is not a moment")
    return moment.astimezone(UTC)
