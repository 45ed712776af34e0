"""The office's time for a simulation: openings over some years as plain numbers, and arithmetic with them.

Moments are seconds of the epoch, worked time is seconds since the first opening. It counts as
`calendars.working_time` does, many times faster.
"""

from bisect import bisect_left, bisect_right
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import count
from zoneinfo import ZoneInfo

from service.calendars.durations import Duration
from service.calendars.working_time import ELAPSED, Calendar
from service.errors import Invalid

LONGEST_YEARS = 40
NEVER_OPEN = "Menurut kalendernya, kantor ini tidak pernah buka."


@dataclass
class Hours:
    """Openings of an office from one day on, in order; more are read as a simulation gets further."""

    calendar: Calendar
    first: date

    def __post_init__(self) -> None:
        self._zone = ZoneInfo(self.calendar.zone)
        self.opens: list[float] = []
        self.closes: list[float] = []
        self.worked: list[float] = []
        self.ended: list[float] = []
        """Worked time before and after each opening."""
        self.days: list[float] = []
        """Working days passed before each opening, half a day's hours being half a day."""
        self.length: list[float] = []
        """How long the working day of each opening is."""
        self.local_days: list[int] = []
        """Ordinals of the working days."""
        self.day_ends: list[float] = []
        self._next = self.first
        self._read_on()

    @property
    def begins(self) -> float:
        """When the office opens first."""
        return self.opens[0]

    @property
    def a_day(self) -> float:
        """The usual working day in seconds: the mean over the first year."""
        within = self.local_days[: max(1, bisect_right(self.local_days, self.first.toordinal() + 365))]
        ends = bisect_right(self.closes, self.day_ends[len(within) - 1])
        return self.ended[ends - 1] / len(within)

    def _read_on(self) -> None:
        """A year more."""
        known, until = len(self.opens), self._next + timedelta(days=366)
        if until.year > self.first.year + LONGEST_YEARS:
            raise Invalid("Simulasi berjalan terlalu jauh ke depan; kurangi jumlah atau percepat kedatangan pengaduan.")
        while self._next < until:
            self._add(self._next)
            self._next += timedelta(days=1)
        if len(self.opens) == known:
            raise Invalid(NEVER_OPEN)

    def _add(self, day: date) -> None:
        hours = self.calendar.hours_on(day)
        if not hours:
            return
        midnight = datetime(day.year, day.month, day.day, tzinfo=self._zone)
        whole = sum(closes - opens for opens, closes in hours) * 60.0
        begun = float(len(self.local_days))
        for opens, closes in hours:
            before = self.ended[-1] if self.ended else 0.0
            self.opens.append((midnight + timedelta(minutes=opens)).timestamp())
            self.closes.append((midnight + timedelta(minutes=closes)).timestamp())
            self.worked.append(before)
            self.ended.append(before + (closes - opens) * 60.0)
            self.days.append(begun)
            self.length.append(whole)
            begun += (closes - opens) * 60.0 / whole
        self.local_days.append(day.toordinal())
        self.day_ends.append(self.closes[-1])

    def to_work(self, moment: float) -> float:
        """Worked time until a moment."""
        while moment > self.closes[-1]:
            self._read_on()
        place = bisect_right(self.opens, moment) - 1
        if place < 0:
            return 0.0
        return self.worked[place] + min(moment, self.closes[place]) - self.opens[place]

    def to_moment(self, work: float) -> float:
        """When so much has been worked; the close of a day rather than the opening of the next."""
        while work > self.ended[-1]:
            self._read_on()
        place = bisect_left(self.ended, work)
        return self.opens[place] + max(0.0, work - self.worked[place])

    def to_days(self, moment: float) -> float:
        """Working days until a moment, in fractions."""
        while moment > self.closes[-1]:
            self._read_on()
        place = bisect_right(self.opens, moment) - 1
        if place < 0:
            return 0.0
        return self.days[place] + (min(moment, self.closes[place]) - self.opens[place]) / self.length[place]

    def opening_of(self, work: float) -> float:
        """When work that begins after so much worked time begins: never outside the hours."""
        while work >= self.ended[-1]:
            self._read_on()
        place = bisect_right(self.ended, work)
        return self.opens[place] + max(0.0, work - self.worked[place])

    def is_open(self, moment: float) -> bool:
        place = bisect_right(self.opens, moment) - 1
        return place >= 0 and moment <= self.closes[place]

    def due(self, moment: float, duration: Duration, clock: str, days_a_week: int = 5) -> float:
        """When a duration that begins at a moment is over, as `Calendar.due` says."""
        if clock == ELAPSED:
            return moment + duration.elapsed().total_seconds()
        days = duration.days + duration.weeks * days_a_week
        if days:
            moment = self._after_days(moment, days)
        seconds = duration.time.total_seconds()
        return self.to_moment(self.to_work(moment) + seconds) if seconds else moment

    def _after_days(self, moment: float, days: int) -> float:
        today = datetime.fromtimestamp(moment, self._zone).toordinal()
        for _ in count():
            passed = bisect_right(self.local_days, today)
            if passed + days <= len(self.day_ends):
                return self.day_ends[passed + days - 1]
            self._read_on()
        raise AssertionError
