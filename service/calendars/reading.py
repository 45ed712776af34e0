"""The calendar an agency has: the national one, with its own hours and days laid over it."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

import orjson
from sqlalchemy import String, Uuid, column, select, table

from service.calendars import statutory
from service.calendars.hours import read_week
from service.calendars.models import CalendarDay, CalendarPeriod
from service.calendars.working_time import NORMAL, Calendar, Period
from service.database import db
from service.errors import NotFound

# The people room stands beside this one; of its table we know what our foreign keys know, and the time zone.
_agency = table("agency", column("id", Uuid), column("zone", String))


@dataclass(frozen=True)
class SpecialDay:
    """A day that is not as its weekday: `own` when the agency itself set it, else a national day off."""

    day: date
    working: bool
    name: str
    own: bool


def calendar_of(agency_id: uuid.UUID) -> Calendar:
    """The agency's calendar, in two statements. Equal calendars are one object, so that it stays warm.

    Raises `NotFound` for an agency that does not exist.
    """
    own = CalendarPeriod
    rows = db.session.execute(
        select(_agency.c.zone, own.name, own.first_day, own.last_day, own.hours)
        .select_from(_agency.outerjoin(own, own.agency_id == _agency.c.id))
        .where(_agency.c.id == agency_id)
    ).all()
    if not rows:
        raise NotFound("Instansi tidak ditemukan.")
    periods = sorted(
        (name, first_day, last_day, orjson.dumps(hours, option=orjson.OPT_SORT_KEYS))
        for _, name, first_day, last_day, hours in rows
        if name is not None
    )
    days = db.session.execute(
        select(CalendarDay.day, CalendarDay.working).where(CalendarDay.agency_id == agency_id)
    ).all()
    return _calendar(rows[0].zone, tuple(periods), frozenset((day, working) for day, working in days))


@lru_cache(maxsize=256)
def _calendar(
    zone: str,
    periods: tuple[tuple[str, date | None, date | None, bytes], ...],
    days: frozenset[tuple[date, bool]],
) -> Calendar:
    own = (Period(name, read_week(orjson.loads(hours)), first, last) for name, first, last, hours in periods)
    return Calendar(
        zone=zone,
        periods=(NORMAL, *own),
        days_off=frozenset(day for day, working in days if not working),
        days_on=frozenset(day for day, working in days if working),
    )


def periods_of(agency_id: uuid.UUID) -> Sequence[CalendarPeriod]:
    """The agency's own periods, by first day; one without a first day comes first."""
    own = db.session.scalars(select(CalendarPeriod).where(CalendarPeriod.agency_id == agency_id)).all()
    return sorted(own, key=lambda period: (period.first_day or date.min, period.name))


def special_days_of(agency_id: uuid.UUID, year: int) -> list[SpecialDay]:
    """All days of a year on which the agency does not simply follow the weekday, with their names."""
    query = select(CalendarDay).where(
        CalendarDay.agency_id == agency_id,
        CalendarDay.day.between(date(year, 1, 1), date(year, 12, 31)),
    )
    own = {row.day: SpecialDay(row.day, row.working, row.name, own=True) for row in db.session.scalars(query)}
    national = {
        day: SpecialDay(day, working=False, name=name, own=False) for day, name in statutory.national_days(year).items()
    }
    return sorted((national | own).values(), key=lambda special: special.day)
