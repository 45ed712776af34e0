"""The hours of a day as one line of text, as an office writes them: `07.30-12.00, 13.00-16.00`; a day off is empty."""

import re

from service.calendars.hours import Interval
from service.errors import Invalid

_INTERVAL = re.compile(r"(\d{1,2})[.:](\d{2})\s*(?:-|–|—|s/d|sampai)\s*(\d{1,2})[.:](\d{2})")
LONGEST = 200

UNREADABLE_LINE = "Tulis jamnya seperti 07.30-12.00, 13.00-16.00; kosongkan bila libur."


def write_line(day: tuple[Interval, ...], dash: str = "-") -> str:
    """The hours of a day as a line."""
    return ", ".join(f"{_clock(opens)}{dash}{_clock(closes)}" for opens, closes in day)


def read_line(line: str) -> list[list[str]]:
    """Pairs of opening and closing as `hours.read_week` takes them. Raises `Invalid` for what is no hours."""
    parts = [part.strip() for part in line[:LONGEST].replace(";", ",").split(",") if part.strip()]
    return [_pair(part) for part in parts]


def _pair(text: str) -> list[str]:
    found = _INTERVAL.fullmatch(text)
    if found is None:
        raise Invalid(UNREADABLE_LINE)
    return [f"{int(found[1]):02}:{found[2]}", f"{int(found[3]):02}:{found[4]}"]


def _clock(minutes: int) -> str:
    return f"{minutes // 60:02}.{minutes % 60:02}"
