"""Lengths of time in words: the time standards of an SOP, and how long something has taken."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from flask_babel import gettext, ngettext

from service.calendars.durations import Duration, parse_standard
from service.calendars.working_time import ELAPSED, WORKING, Calendar

SHORT = timedelta(hours=8)
"""Working time below this is told in hours, above in working days."""


def standard(text: str | None, clock: str | None = None) -> str:
    """`3 hari kerja`, `1–10 hari kerja`, `24 jam`; empty where the SOP sets no time."""
    if not text:
        return ""
    found = parse_standard(text)
    working = (clock or WORKING) == WORKING
    most = _duration(found.most, working)
    least = _duration(found.least, working)
    if least == most:
        return most
    number, _, unit = least.partition(" ")
    return f"{number}–{most}" if most.endswith(f" {unit}") else gettext("%(a)s sampai %(b)s", a=least, b=most)


def _duration(duration: Duration, working: bool) -> str:
    parts: list[str] = []
    if duration.weeks:
        parts.append(ngettext("%(num)d minggu", "%(num)d minggu", duration.weeks))
    if duration.days:
        parts.append(_days(duration.days, working))
    parts += _hours(duration.time)
    return " ".join(parts)


def _days(count: int, working: bool) -> str:
    if working:
        return ngettext("%(num)d hari kerja", "%(num)d hari kerja", count)
    return ngettext("%(num)d hari", "%(num)d hari", count)


def taken(calendar: Calendar, start: datetime, end: datetime, clock: str | None = None) -> str:
    """How long it took in the office's time: `2 jam 10 menit`, `3 hari kerja`; plain time where that clock counts."""
    if clock == ELAPSED:
        return _plain(end - start)
    worked = calendar.working_time_between(start, end)
    days = calendar.working_days_between(start, end)
    return _days(days, True) if worked >= SHORT and days else _short(worked)


def _plain(length: timedelta) -> str:
    return _days(length.days, False) if length.days else _short(length)


def _short(length: timedelta) -> str:
    return " ".join(_hours(length)) or gettext("kurang dari 1 menit")


def _hours(length: timedelta) -> Iterator[str]:
    hours, minutes = divmod(round(length.total_seconds() / 60), 60)
    if hours:
        yield ngettext("%(num)d jam", "%(num)d jam", hours)
    if minutes:
        yield ngettext("%(num)d menit", "%(num)d menit", minutes)
