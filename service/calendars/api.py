"""Calls about calendars: the working hours of an agency and its days off."""

from datetime import date, datetime
from typing import Any

from marshmallow import Schema, fields, validate

from service.calendars import commands
from service.calendars.models import CalendarPeriod
from service.calendars.reading import periods_of, special_days_of
from service.entrance.calls import Entrance
from service.entrance.schemas import StrictBoolean, text
from service.errors import NotFound
from service.people import policy
from service.people.caller import Caller
from service.people.models import Agency, agency_of

entrance = Entrance("calendars", "Working hours and days off of an agency")


class CalendarQuery(Schema):
    year = fields.Integer(required=True, validate=validate.Range(2000, 2100))


class DayOut(Schema):
    day = fields.Date(required=True)
    working = fields.Boolean(required=True)
    name = fields.String(required=True)
    own = fields.Boolean(required=True, metadata={"description": "set by the agency itself"})


class PeriodOut(Schema):
    name = fields.String(required=True)
    first_day = fields.Date(required=True, allow_none=True)
    last_day = fields.Date(required=True, allow_none=True)
    hours = fields.Raw(required=True)


class CalendarOut(Schema):
    agency = fields.String(required=True)
    zone = fields.String(required=True)
    periods = fields.List(fields.Nested(PeriodOut), required=True)
    days = fields.List(fields.Nested(DayOut), required=True)


class DayIn(Schema):
    working = StrictBoolean(required=True)
    name = text(120, 1, required=True)


class PeriodIn(Schema):
    first_day = fields.Date(load_default=None, allow_none=True)
    last_day = fields.Date(load_default=None, allow_none=True)
    hours = fields.Dict(
        keys=fields.String(),
        values=fields.List(fields.List(fields.String())),
        required=True,
        metadata={"description": 'by weekday: {"monday": [["07:30", "12:00"], ["13:00", "16:00"]], ...}'},
    )


@entrance.call("GET", "/agencies/<string:key>/calendar", gives=CalendarOut, query=CalendarQuery)
def calendar(query: dict[str, Any], key: str, by: Caller, at: datetime) -> dict[str, Any]:
    """The calendar of an agency in one year"""
    agency = _known(key, by)
    return {
        "agency": agency.key,
        "zone": agency.zone,
        "periods": [_period(p) for p in periods_of(agency.id)],
        "days": special_days_of(agency.id, query["year"]),
    }


def _known(key: str, by: Caller) -> Agency:
    agency = agency_of(key)
    if agency.id not in by.agencies and not by.everywhere():
        raise NotFound("Tidak ada instansi dengan kunci “{key}”.", key=key)
    return agency


def _period(period: CalendarPeriod) -> dict[str, Any]:
    return {name: getattr(period, name) for name in ("name", "first_day", "last_day", "hours")}


def _kept_by(key: str, by: Caller) -> Agency:
    agency = _known(key, by)
    policy.must_look_after_calendar(by, agency.id)
    return agency


def _day(day: str) -> date:
    try:
        return date.fromisoformat(day)
    except ValueError as error:
        raise NotFound("“{day}” bukan tanggal; tulis seperti 2026-12-24.", day=day) from error


@entrance.call("PUT", "/agencies/<string:key>/calendar/days/<string:day>", takes=DayIn, status=204)
def set_day(body: dict[str, Any], key: str, day: str, by: Caller, at: datetime) -> None:
    """Say that the agency works on a day, or does not"""
    commands.set_day(_kept_by(key, by).id, _day(day), body["working"], body["name"])


@entrance.call("DELETE", "/agencies/<string:key>/calendar/days/<string:day>", status=204)
def clear_day(key: str, day: str, by: Caller, at: datetime) -> None:
    """Take it back"""
    commands.clear_day(_kept_by(key, by).id, _day(day))


@entrance.call(
    "PUT", "/agencies/<string:key>/calendar/periods/<string:name>", takes=PeriodIn, status=204, refuses=(409,)
)
def set_period(body: dict[str, Any], key: str, name: str, by: Caller, at: datetime) -> None:
    """Set the hours of a period such as Ramadan, or the usual ones where both ends are left open"""
    commands.set_period(_kept_by(key, by).id, name, body["first_day"], body["last_day"], body["hours"])


@entrance.call("DELETE", "/agencies/<string:key>/calendar/periods/<string:name>", status=204)
def clear_period(key: str, name: str, by: Caller, at: datetime) -> None:
    """Take a period back"""
    commands.clear_period(_kept_by(key, by).id, name)
