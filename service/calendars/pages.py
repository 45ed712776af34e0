"""Pages about the calendar of an office: its year, its hours, and the days on which it does otherwise."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Literal
from urllib.parse import quote, urlencode

from babel.dates import format_date, get_day_names, get_month_names
from flask import Response, render_template, request
from flask_babel import get_locale

from service.calendars import commands, statutory
from service.calendars.hours import WEEKDAYS, Week, minutes_of, read_week
from service.calendars.hours_text import read_line, write_line
from service.calendars.models import CalendarPeriod
from service.calendars.reading import calendar_of, periods_of
from service.calendars.year import year_of
from service.entrance.pages import Pages, go_to
from service.entrance.screen import tell_time_of
from service.entrance.task_lists import clean
from service.entrance.words import local
from service.errors import Invalid, NotFound, Problem, Refusal
from service.people import policy
from service.people.caller import Caller
from service.people.models import ADMIN, SUPERVISOR, Agency, agency_of

pages = Pages("calendars")

KEEPERS = (ADMIN, SUPERVISOR)
CALENDAR = "/administrasi/kalender/<string:key>"
FIRST_YEAR, LAST_YEAR = 2000, 2100
STATUTORY = {"biasa": statutory.NORMAL, "ramadan": statutory.RAMADAN}
"""Hours that the law gives, by the name they bear in the address."""


def _kept(key: str, by: Caller) -> Agency:
    agency = agency_of(key)
    policy.must_look_after_calendar(by, agency.id)
    tell_time_of(agency)
    return agency


# ---- the year --------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class HoursLine:
    """A period with its hours in words: days that have the same hours stand together."""

    name: str
    first_day: date | None
    last_day: date | None
    hours: list[tuple[str, str]]
    minutes: int
    own: bool


@pages.get(CALENDAR, roles=KEEPERS)
def calendar(key: str, by: Caller, at: datetime, refusal: Refusal | None = None) -> str:
    agency = _kept(key, by)
    today = local(at, agency.zone).date()
    year = year_of(agency.id, _asked_year(today.year))
    return render_template(
        "calendars/calendar.html",
        office=agency,
        year=year,
        today=today,
        hours_today=write_line(calendar_of(agency.id).hours_on(today), "–"),
        months=list(zip(_month_names(), year.months, strict=True)),
        weekdays=_weekday_names("abbreviated"),
        brief=lambda day: format_date(day, "EEE, d MMM", locale=str(get_locale() or "id")),
        hours=_hours(year.periods),
        years=[n for n in range(year.number - 1, year.number + 2) if FIRST_YEAR <= n <= LAST_YEAR],
        done=request.args.get("sudah"),
        typed=request.form,
        refusal=refusal,
        wrong=_wrong(refusal),
    )


def _asked_year(this: int) -> int:
    text = request.values.get("tahun", "")
    return int(text) if text.isascii() and text.isdecimal() and FIRST_YEAR <= int(text[:5]) <= LAST_YEAR else this


def _hours(periods: tuple[CalendarPeriod, ...]) -> list[HoursLine]:
    """The usual hours first: the office's own where it has set any, else those of the law."""
    own = [_hours_line(p.name, p.first_day, p.last_day, read_week(p.hours), own=True) for p in periods]
    usual = statutory.NORMAL
    has_usual = any(line.first_day is None and line.last_day is None for line in own)
    return own if has_usual else [_hours_line(usual.name, None, None, usual.week, own=False), *own]


def _hours_line(name: str, first_day: date | None, last_day: date | None, week: Week, own: bool) -> HoursLine:
    return HoursLine(name, first_day, last_day, _together(week), minutes_of(week), own)


def _together(week: Week) -> list[tuple[str, str]]:
    """`Senin–Kamis`: 07.30–12.00, 13.00–16.00."""
    names = _weekday_names("wide")
    found: list[tuple[int, int, str]] = []
    for n, day in enumerate(week):
        text = write_line(day, "–")
        if found and found[-1][2] == text:
            found[-1] = (found[-1][0], n, text)
        else:
            found.append((n, n, text))
    return [(names[a] if a == b else f"{names[a]}–{names[b]}", text) for a, b, text in found]


def _weekday_names(width: Literal["wide", "abbreviated"]) -> list[str]:
    known: Mapping[int, str] = get_day_names(width, locale=str(get_locale() or "id"))
    return [known[n] for n in range(7)]


def _month_names() -> list[str]:
    known = get_month_names("wide", locale=str(get_locale() or "id"))
    return [known[n] for n in range(1, 13)]


@pages.post(f"{CALENDAR}/hari", roles=KEEPERS, again=calendar)
def set_day(key: str, by: Caller, at: datetime) -> Response:
    agency, form = _kept(key, by), request.form
    day, name = _day(form.get("day", ""), "/day"), clean(form.get("name", "")).strip()
    problems = [] if day else [Problem("/day", "Pilih tanggalnya.")]
    problems += [] if name else [Problem("/name", "Tulis alasannya, misalnya Hari jadi kota.")]
    if form.get("working") not in ("0", "1"):
        problems.append(Problem("/working", "Pilih libur atau masuk kerja."))
    if problems or day is None:
        raise Invalid(problems[0].message, errors=problems)
    commands.set_day(agency.id, day, form["working"] == "1", name)
    return _back_to(agency, day.year, "hari")


@pages.post(f"{CALENDAR}/hari/hapus", roles=KEEPERS, again=calendar)
def clear_day(key: str, by: Caller, at: datetime) -> Response:
    agency, day = _kept(key, by), _day(request.form.get("day", ""), "/day")
    if day is None:
        raise NotFound("Tanggal ini tidak diatur khusus dalam kalender kantor.")
    commands.clear_day(agency.id, day)
    return _back_to(agency, day.year, "hapus")


def _day(text: str, pointer: str) -> date | None:
    """The day that a date field gives; None where it is empty."""
    if not text.strip():
        return None
    try:
        day = date.fromisoformat(text.strip())
    except ValueError:
        day = date.min
    if not FIRST_YEAR <= day.year <= LAST_YEAR:
        message = "Tulis tanggal seperti 2026-12-24."
        raise Invalid(message, errors=[Problem(pointer, message)])
    return day


def _back_to(agency: Agency, year: int, done: str) -> Response:
    return go_to(f"/administrasi/kalender/{agency.key}?" + urlencode({"tahun": year, "sudah": done}))


# ---- hours -----------------------------------------------------------------------------------------------------


@pages.get(f"{CALENDAR}/jam", roles=KEEPERS)
def period_page(key: str, by: Caller, at: datetime, refusal: Refusal | None = None) -> str:
    agency, names = _kept(key, by), _weekday_names("wide")
    before = request.values.get("nama", "")
    found = next((period for period in periods_of(agency.id) if period.name == before), None)
    return render_template(
        "calendars/period.html",
        office=agency,
        before=found.name if found else "",
        values=_typed() if refusal else _proposed(found),
        weekdays=list(zip(WEEKDAYS, names, strict=True)),
        examples=STATUTORY,
        address=f"/administrasi/kalender/{agency.key}/jam" + (f"?nama={quote(found.name)}" if found else ""),
        refusal=refusal,
        wrong=_wrong(refusal),
    )


def _typed() -> dict[str, str]:
    return {name: request.form.get(name, "") for name in ("name", "first_day", "last_day", *WEEKDAYS)}


def _proposed(found: CalendarPeriod | None) -> dict[str, str]:
    """What stands in the form at first: the period as it is, or the hours of the law for a new one."""
    example = STATUTORY.get(request.args.get("contoh", ""))
    if found is not None:
        name, week = found.name, read_week(found.hours)
    else:
        rule = example or statutory.NORMAL
        name, week = rule.name if example else "", rule.week
    return {
        "name": name,
        "first_day": str(found.first_day or "") if found else "",
        "last_day": str(found.last_day or "") if found else "",
        **{day: write_line(hours) for day, hours in zip(WEEKDAYS, week, strict=True)},
    }


@pages.post(f"{CALENDAR}/jam", roles=KEEPERS, again=period_page)
def set_period(key: str, by: Caller, at: datetime) -> Response:
    agency, form = _kept(key, by), request.form
    name, before = clean(form.get("name", "")).strip(), clean(form.get("nama", ""))
    if not name:
        message = "Beri masa ini nama, misalnya Ramadan 1448 H."
        raise Invalid(message, errors=[Problem("/name", message)])
    first, last = _day(form.get("first_day", ""), "/first_day"), _day(form.get("last_day", ""), "/last_day")
    hours = _posted_hours(form)
    if before and before != name:
        commands.clear_period(agency.id, before)
    commands.set_period(agency.id, name, first, last, hours)
    return _back_to(agency, (first or last or local(at, agency.zone).date()).year, "jam")


def _posted_hours(form: Mapping[str, str]) -> dict[str, Any]:
    hours: dict[str, Any] = {}
    problems = []
    for day in WEEKDAYS:
        try:
            hours[day] = read_line(form.get(day, ""))
        except Invalid as refusal:
            problems.append(Problem(f"/{day}", refusal.message))
    if problems:
        raise Invalid(problems[0].message, errors=problems)
    return hours


@pages.post(f"{CALENDAR}/jam/hapus", roles=KEEPERS, again=calendar)
def clear_period(key: str, by: Caller, at: datetime) -> Response:
    agency = _kept(key, by)
    commands.clear_period(agency.id, clean(request.form.get("name", "")))
    return _back_to(agency, _asked_year(local(at, agency.zone).year), "jam-hapus")


def _wrong(refusal: Refusal | None) -> dict[str, Any]:
    return {problem.pointer: problem for problem in refusal.errors} if isinstance(refusal, Invalid) else {}
