"""One year of an office's calendar, day by day: which it works, which not, and why."""

import calendar as months_and_weeks
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from service.calendars import statutory
from service.calendars.models import CalendarPeriod
from service.calendars.reading import SpecialDay, calendar_of, periods_of, special_days_of

WORK, REST, NATIONAL, OWN_OFF, OWN_WORK = "work", "rest", "national", "off", "on"
GUESSED = "(perkiraan)"
JOINT_LEAVE = "Cuti Bersama"


@dataclass(frozen=True)
class DayLine:
    """One day: how it stands (`kind`), its name where it has one, the period of other hours it lies in.

    `instead_of` names the national day off that the office's own word overrules.
    """

    day: date
    kind: str
    name: str = ""
    guessed: bool = False
    period: str = ""
    instead_of: str = ""


@dataclass(frozen=True)
class Year:
    """A year with all its days."""

    number: int
    days: tuple[DayLine, ...]
    periods: tuple[CalendarPeriod, ...]
    working_days: int

    @property
    def months(self) -> list[list[list[DayLine | None]]]:
        """Twelve months of weeks from Monday on, None where a week reaches beyond its month."""
        known = {line.day: line for line in self.days}
        return [
            [
                [known[day] if day.month == month else None for day in week]
                for week in months_and_weeks.Calendar().monthdatescalendar(self.number, month)
            ]
            for month in range(1, 13)
        ]

    @property
    def national(self) -> list[DayLine]:
        """National days off, those guessed among them."""
        return [line for line in self.days if line.kind == NATIONAL]

    @property
    def own(self) -> list[DayLine]:
        """What the office itself has said."""
        return [line for line in self.days if line.kind in (OWN_OFF, OWN_WORK)]

    @property
    def lacks_joint_leave(self) -> bool:
        """Whether no joint leave is known yet: the decree of the year has not come, or is not in the library."""
        return not any(name.startswith(JOINT_LEAVE) for name in statutory.national_days(self.number).values())


def year_of(agency_id: uuid.UUID, number: int) -> Year:
    """A year of an office's calendar."""
    periods = [period for period in periods_of(agency_id) if _touches(period, number)]
    hours, special = calendar_of(agency_id), {day.day: day for day in special_days_of(agency_id, number)}
    first, days = date(number, 1, 1), 366 if months_and_weeks.isleap(number) else 365
    all_days = [first + timedelta(days=n) for n in range(days)]
    return Year(
        number,
        tuple(_line(day, special.get(day), bool(hours.hours_on(day)), periods) for day in all_days),
        tuple(periods),
        sum(1 for day in all_days if hours.hours_on(day)),
    )


def _touches(period: CalendarPeriod, year: int) -> bool:
    return (period.first_day or date.min).year <= year <= (period.last_day or date.max).year


def _line(day: date, special: SpecialDay | None, works: bool, periods: Sequence[CalendarPeriod]) -> DayLine:
    period = _period_on(day, periods) if works else ""
    if special is None:
        return DayLine(day, WORK if works else REST, period=period)
    if not special.own:
        guessed = GUESSED in special.name
        return DayLine(day, NATIONAL, special.name.replace(GUESSED, "").strip(), guessed)
    national = statutory.national_days(day.year).get(day, "")
    return DayLine(day, OWN_WORK if special.working else OWN_OFF, special.name, period=period, instead_of=national)


def _period_on(day: date, periods: Sequence[CalendarPeriod]) -> str:
    """The name of the period with a beginning that holds the day; the one that began last counts."""
    held = [p for p in periods if p.first_day and p.first_day <= day <= (p.last_day or date.max)]
    return held[-1].name if held else ""
