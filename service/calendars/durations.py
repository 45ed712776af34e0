"""Time standards as an SOP states them: ISO 8601 durations, alone or as a range `least/most`."""

import re
from dataclasses import dataclass
from datetime import timedelta
from functools import lru_cache

from service.errors import Invalid

LONGEST_DAYS = 2500
LONGEST_TIME = timedelta(hours=20_000)

_DURATION = re.compile(
    r"P(?:(?P<weeks>[0-9]{1,6})W)?(?:(?P<days>[0-9]{1,6})D)?"
    r"(?:T(?=[0-9])(?:(?P<hours>[0-9]{1,6})H)?(?:(?P<minutes>[0-9]{1,8})M)?(?:(?P<seconds>[0-9]{1,10})S)?)?"
)
_CALENDAR_UNITS = re.compile(r"P[0-9YMWD]*[0-9](?:Y|M)")

EMPTY = "Lama waktu belum diisi."
UNREADABLE = "Lama waktu tidak terbaca. Tulis misalnya P3D (tiga hari), PT2H (dua jam), PT30M, atau P1D/P10D."
UNEQUAL_UNITS = "Tahun dan bulan tidak sama panjangnya. Tulis lama waktu dalam hari, misalnya P30D."
TOO_LONG = "Lama waktu terlalu panjang: paling lama 2500 hari atau 20000 jam."
ZERO = "Lama waktu tidak boleh nol. Kosongkan bila langkah ini memang tidak berbatas waktu."
REVERSED = "Batas bawah lebih lama daripada batas atasnya. Tulis yang paling singkat lebih dahulu, misalnya P1D/P10D."


@dataclass(frozen=True)
class Duration:
    """Weeks and days are counted as working days by the working clock; `time` is hours, minutes, seconds."""

    weeks: int
    days: int
    time: timedelta

    def elapsed(self) -> timedelta:
        """The same length in plain time, a day being 24 hours."""
        return timedelta(weeks=self.weeks, days=self.days) + self.time


@dataclass(frozen=True)
class Standard:
    """A time standard; one that is no range has the same duration twice. The most is what counts."""

    least: Duration
    most: Duration


@lru_cache(maxsize=1024)
def parse_duration(text: str) -> Duration:
    """Read one duration such as `P3D`, `PT90M` or `P1DT2H`. Raises `Invalid` with words for a process owner."""
    text = text.strip()
    found = _DURATION.fullmatch(text)
    if not text:
        raise Invalid(EMPTY)
    if found is None or text == "P":
        raise Invalid(UNEQUAL_UNITS if _CALENDAR_UNITS.match(text) else UNREADABLE)
    parts = {name: int(number or 0) for name, number in found.groupdict().items()}
    duration = Duration(
        parts["weeks"],
        parts["days"],
        timedelta(hours=parts["hours"], minutes=parts["minutes"], seconds=parts["seconds"]),
    )
    if duration.weeks * 7 + duration.days > LONGEST_DAYS or duration.time > LONGEST_TIME:
        raise Invalid(TOO_LONG)
    return duration


@lru_cache(maxsize=1024)
def parse_standard(text: str) -> Standard:
    """Read a duration or a range `least/most`. Raises `Invalid`."""
    if text.count("/") > 1:
        raise Invalid(UNREADABLE)
    least, _, most = text.partition("/")
    return Standard(parse_duration(least), parse_duration(most if "/" in text else least))


def check_standard(text: str) -> str | None:
    """What is wrong with a time standard drawn in a diagram, in words, or None."""
    try:
        standard = parse_standard(text)
    except Invalid as refusal:
        return refusal.message
    if not standard.most.elapsed():
        return ZERO
    return REVERSED if _reversed(standard) else None


def _reversed(standard: Standard) -> bool:
    """Only like is compared with like: whether a day is more than twelve hours depends on the clock."""
    least, most = standard.least, standard.most
    if least.time or most.time:
        return not (least.weeks or least.days or most.weeks or most.days) and least.time > most.time
    return least.elapsed() > most.elapsed()
