"""The hours of a week, and how they are written down: `{"monday": [["07:30", "12:00"], ["13:00", "16:00"]]}`."""

import re
from collections.abc import Mapping
from typing import Any

from service.errors import Invalid, Problem

Interval = tuple[int, int]
"""Opening and closing in minutes from the local midnight; 1440 is the end of the day."""
Week = tuple[tuple[Interval, ...], ...]
"""Seven days from Monday on, each with its intervals in order; a day off has none."""

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
DAY_END = 24 * 60
MOST_INTERVALS = 12

_TIME = re.compile(r"(?P<hour>[0-9]{2})[:.](?P<minute>[0-5][0-9])")

UNREADABLE = "Jam kerja tidak terbaca. Isi pasangan jam buka dan jam tutup untuk tiap hari."
UNKNOWN_DAY = "Nama hari ini tidak dikenal."
BAD_TIME = "Tulis jam sebagai empat angka, misalnya 07:30."
BAD_ORDER = "Jam tutup harus sesudah jam buka, dan jam berikutnya tidak boleh mendahului jam tutup sebelumnya."


def read_week(written: Any) -> Week:
    """Read the hours of a week from data; a weekday left out is a day off.

    Raises `Invalid`, each of its errors pointing at the weekday that is wrong.
    """
    if not isinstance(written, Mapping):
        raise Invalid(UNREADABLE)
    problems = [Problem(f"/{_escaped(name)}", UNKNOWN_DAY) for name in written if name not in WEEKDAYS]
    week = []
    for name in WEEKDAYS:
        try:
            week.append(_read_day(written.get(name) or []))
        except Invalid as refusal:
            problems.append(Problem(f"/{name}", refusal.message))
    if problems:
        raise Invalid(UNREADABLE, errors=problems)
    return tuple(week)


def write_week(week: Week) -> dict[str, list[list[str]]]:
    """The same hours as data, days off left out."""
    return {
        name: [[_write_time(opens), _write_time(closes)] for opens, closes in day]
        for name, day in zip(WEEKDAYS, week, strict=True)
        if day
    }


def minutes_of(week: Week) -> int:
    """Working minutes in the week, breaks not counted."""
    return sum(closes - opens for day in week for opens, closes in day)


def _read_day(written: Any) -> tuple[Interval, ...]:
    if not isinstance(written, list) or len(written) > MOST_INTERVALS:
        raise Invalid(UNREADABLE)
    day = tuple(_read_interval(pair) for pair in written)
    bounds = [minute for interval in day for minute in interval]
    if any(opens >= closes for opens, closes in day) or bounds != sorted(bounds):
        raise Invalid(BAD_ORDER)
    return day


def _read_interval(pair: Any) -> Interval:
    if not isinstance(pair, list | tuple) or len(pair) != 2:
        raise Invalid(UNREADABLE)
    return _read_time(pair[0]), _read_time(pair[1])


def _read_time(text: Any) -> int:
    found = _TIME.fullmatch(text) if isinstance(text, str) else None
    if found is None:
        raise Invalid(BAD_TIME)
    minutes = int(found["hour"]) * 60 + int(found["minute"])
    if minutes > DAY_END:
        raise Invalid(BAD_TIME)
    return minutes


def _write_time(minutes: int) -> str:
    return f"{minutes // 60:02}:{minutes % 60:02}"


def _escaped(name: Any) -> str:
    """As a JSON pointer wants it (RFC 6901)."""
    return str(name).replace("~", "~0").replace("/", "~1")
