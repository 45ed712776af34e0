"""Moments, days, time left and sizes in the words of the reader, in the zone of the office.

`18 November` rather than `18/11`, `16.00 WIB` rather than `09:00Z`, `lewat 2 hari` rather than a date to work out.
"""

from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from babel.dates import format_date
from flask_babel import get_locale, gettext, ngettext

from service.calendars.working_time import Calendar

ZONES = {
    "Asia/Jakarta": "WIB",
    "Asia/Pontianak": "WIB",
    "Asia/Makassar": "WITA",
    "Asia/Jayapura": "WIT",
}
USUAL_ZONE = "Asia/Jakarta"

MINUTE, HOUR = 60, 3600
KIBIBYTE = 1024


@dataclass(frozen=True)
class TimeLeft:
    """How much time is left, in words, and how bad that is: `late`, `soon` or `calm`."""

    words: str
    kind: str


def N_(text: str) -> str:
    """Marks a text for the catalogue that is translated only where it is shown."""
    return text


def local(moment: datetime, zone: str) -> datetime:
    """The moment on the clock of the office."""
    return moment.astimezone(ZoneInfo(zone))


def day(moment: datetime | date, zone: str, now: datetime) -> str:
    """`Rabu, 18 November`; the year stands there only when it is another one."""
    there = local(moment, zone).date() if isinstance(moment, datetime) else moment
    form = "EEEE, d MMMM" if there.year == local(now, zone).year else "EEEE, d MMMM y"
    return _formatted(there, form, _locale())


def short_day(moment: datetime | date, zone: str, now: datetime) -> str:
    """`18 Nov`, for tables."""
    there = local(moment, zone).date() if isinstance(moment, datetime) else moment
    form = "d MMM" if there.year == local(now, zone).year else "d MMM y"
    return _formatted(there, form, _locale())


@lru_cache(maxsize=2000)
def _formatted(day: date, form: str, locale: str) -> str:
    """Kept, because a list tells the same few days again and again."""
    return str(format_date(day, form, locale=locale))


def clock(moment: datetime, zone: str) -> str:
    """`16.00 WIB`."""
    return f"{_hours(moment, zone)} {ZONES.get(zone, local(moment, zone).tzname())}"


def moment(at: datetime, zone: str, now: datetime) -> str:
    """`Rabu, 18 November, 16.00 WIB`."""
    return f"{day(at, zone, now)}, {clock(at, zone)}"


def short_moment(at: datetime, zone: str, now: datetime) -> str:
    """`18 Nov, 16.00`, for histories; of today the hour is enough."""
    if local(at, zone).date() == local(now, zone).date():
        return gettext("hari ini, %(time)s", time=_hours(at, zone))
    return f"{short_day(at, zone, now)}, {_hours(at, zone)}"


def left(due: datetime | None, zone: str, now: datetime) -> TimeLeft:
    """`lewat 2 hari`, `2 jam lagi`, `hari ini`, `besok`, `3 hari lagi`; days are counted on the calendar."""
    if due is None:
        return TimeLeft(gettext("tanpa batas waktu"), "calm")
    seconds = (due - now).total_seconds()
    days = (local(due, zone).date() - local(now, zone).date()).days
    if seconds < 0:
        return TimeLeft(_overdue(-seconds, -days), "late")
    if days == 0:
        return TimeLeft(_today(seconds), "soon")
    if days == 1:
        return TimeLeft(gettext("besok"), "calm")
    return TimeLeft(ngettext("%(num)d hari lagi", "%(num)d hari lagi", days), "calm")


def left_at_work(due: datetime | None, calendar: Calendar, now: datetime) -> TimeLeft:
    """As `left`, with days counted as the office works: `lewat 2 hari kerja`, `3 hari kerja lagi`."""
    if due is None or local(due, calendar.zone).date() == local(now, calendar.zone).date():
        return left(due, calendar.zone, now)
    days = calendar.working_days_between(now, due)
    if due < now and days:
        return TimeLeft(ngettext("lewat %(num)d hari kerja", "lewat %(num)d hari kerja", -days), "late")
    if due > now and days and (local(due, calendar.zone).date() - local(now, calendar.zone).date()).days > 1:
        return TimeLeft(ngettext("%(num)d hari kerja lagi", "%(num)d hari kerja lagi", days), "calm")
    return left(due, calendar.zone, now)


def _overdue(seconds: float, days: int) -> str:
    if days >= 1:
        return ngettext("lewat %(num)d hari", "lewat %(num)d hari", days)
    if seconds >= HOUR:
        return ngettext("lewat %(num)d jam", "lewat %(num)d jam", int(seconds // HOUR))
    return ngettext("lewat %(num)d menit", "lewat %(num)d menit", max(1, int(seconds // MINUTE)))


def _today(seconds: float) -> str:
    hours = int(seconds // HOUR)
    if hours > 3:
        return gettext("hari ini")
    if hours >= 1:
        return ngettext("%(num)d jam lagi", "%(num)d jam lagi", hours)
    return ngettext("%(num)d menit lagi", "%(num)d menit lagi", max(1, int(seconds // MINUTE)))


def since(began: datetime, zone: str, now: datetime) -> str:
    """`sejak hari ini`, `sejak kemarin`, `sudah 6 hari`."""
    days = (local(now, zone).date() - local(began, zone).date()).days
    if days <= 0:
        return gettext("sejak hari ini")
    if days == 1:
        return gettext("sejak kemarin")
    return ngettext("sudah %(num)d hari", "sudah %(num)d hari", days)


def size(bytes_: int) -> str:
    """`412 KB`, `3,8 MB`."""
    if bytes_ < KIBIBYTE * KIBIBYTE:
        return f"{max(1, round(bytes_ / KIBIBYTE))} KB"
    return _decimal(f"{bytes_ / KIBIBYTE / KIBIBYTE:.1f} MB")


def who(row: Any) -> str:
    """Who did it, of a row with `by_id` and `by_name`; whoever is no officer is called by a word of ours."""
    name: str = row.by_name
    return name if row.by_id else gettext(name)


def initials(name: str) -> str:
    """`Dewi Anggraini` is DA."""
    return "".join(word[0] for word in name.split()[:2] if word).upper()


def greeting(zone: str, now: datetime) -> str:
    """What one says at this hour."""
    hour = local(now, zone).hour
    if hour < 11:
        return gettext("Selamat pagi")
    if hour < 15:
        return gettext("Selamat siang")
    return gettext("Selamat sore") if hour < 18 else gettext("Selamat malam")


def _hours(moment: datetime, zone: str) -> str:
    return local(moment, zone).strftime("%H.%M" if _locale() == "id" else "%H:%M")


def _decimal(text: str) -> str:
    return text.replace(".", ",") if _locale() == "id" else text


def _locale() -> str:
    return str(get_locale() or "id")
