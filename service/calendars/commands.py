"""Verbs of the calendar: set and clear an agency's own days and hours. Who may is asked by the caller."""

import uuid
from datetime import date
from typing import Any

from sqlalchemy import select

from service.calendars.hours import minutes_of, read_week, write_week
from service.calendars.models import LONGEST_NAME, CalendarDay, CalendarPeriod
from service.database import db
from service.errors import Conflict, Invalid, NotFound


def set_day(agency_id: uuid.UUID, day: date, working: bool, name: str) -> CalendarDay:
    """Say that the agency works on a day, or does not, and why; what was said of that day before is replaced."""
    row = db.session.get(CalendarDay, (agency_id, day)) or CalendarDay(agency_id=agency_id, day=day)
    row.working, row.name = working, _checked(name)
    db.session.add(row)
    db.session.flush()
    return row


def clear_day(agency_id: uuid.UUID, day: date) -> None:
    """Let a day be again what weekday and national calendar make of it. Raises `NotFound`."""
    row = db.session.get(CalendarDay, (agency_id, day))
    if row is None:
        raise NotFound("Tanggal ini tidak diatur khusus dalam kalender kantor.")
    db.session.delete(row)
    db.session.flush()


def set_period(
    agency_id: uuid.UUID, name: str, first_day: date | None, last_day: date | None, hours: Any
) -> CalendarPeriod:
    """Set the hours of a period, such as Ramadan, or the office's usual ones where both ends are left open.

    A period of the same name is replaced. Raises `Invalid` for hours or days that make no sense, and `Conflict`
    where another period begins on the same day, for then nobody could say which of the two holds.
    """
    name = _checked(name)
    week = read_week(hours)
    if not minutes_of(week):
        raise Invalid("Isi jam kerja untuk sedikitnya satu hari.")
    if first_day and last_day and last_day < first_day:
        raise Invalid("Hari terakhir tidak boleh mendahului hari pertama.")
    others = {row.name: row for row in _periods(agency_id)}
    row = others.pop(name, None) or CalendarPeriod(agency_id=agency_id, name=name)
    for other in others.values():
        if other.first_day == first_day:
            raise Conflict("Jam kerja “{other}” sudah mulai berlaku pada hari yang sama.", other=other.name)
    row.first_day, row.last_day, row.hours = first_day, last_day, write_week(week)
    db.session.add(row)
    db.session.flush()
    return row


def clear_period(agency_id: uuid.UUID, name: str) -> None:
    """Take a period back. Raises `NotFound`."""
    found = [row for row in _periods(agency_id) if row.name == name]
    if not found:
        raise NotFound("Tidak ada jam kerja bernama “{name}”.", name=name)
    db.session.delete(found[0])
    db.session.flush()


def _periods(agency_id: uuid.UUID) -> list[CalendarPeriod]:
    return list(db.session.scalars(select(CalendarPeriod).where(CalendarPeriod.agency_id == agency_id)))


def _checked(name: str) -> str:
    name = name.strip()
    if not 0 < len(name) <= LONGEST_NAME:
        raise Invalid("Nama wajib diisi, paling panjang {most} huruf.", most=LONGEST_NAME)
    return name
