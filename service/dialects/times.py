"""Due dates and timers of other tools as lengths of time that we know."""

import re
from datetime import datetime

from service.calendars.durations import check_standard

_WRAPPED = re.compile(r"[$#]\{(.*)\}", re.DOTALL)
_PLUS = re.compile(r"\.plus(Weeks|Days|Hours|Minutes)\((\d{1,6})\)")
_JUEL = re.compile(r"(?:now|dateTime)\(\)((?:\.plus[A-Za-z]+\(\d+\))+)(?:\.toDate\(\)|\.toString\(\))?")
_FEEL = re.compile(r"(?:now\(\)\s*\+\s*)?(?:duration\(\s*)?\"(P[0-9A-Z]+)\"\s*\)?")
_UNITS = {"Weeks": "W", "Days": "D", "Hours": "H", "Minutes": "M"}


def duration_from(text: str) -> str | None:
    """`P3D` for `P3D`, `"P3D"`, `${now().plusDays(3)}`, `=duration("P3D")` and the like; None for all else."""
    text = text.strip()
    wrapped = _WRAPPED.fullmatch(text)
    if wrapped:
        found = _of_juel(wrapped.group(1).strip())
    elif text.startswith("="):
        matched = _FEEL.fullmatch(text[1:].strip())
        found = matched.group(1) if matched else None
    else:
        found = text.strip("\"'")
    return found if found is not None and found.startswith("P") and check_standard(found) is None else None


def _of_juel(text: str) -> str | None:
    if text.strip("\"'").startswith("P"):
        return text.strip("\"'")
    found = _JUEL.fullmatch(text)
    if found is None:
        return None
    amounts: dict[str, int] = {}
    for unit, number in _PLUS.findall(found.group(1)):
        amounts[_UNITS[unit]] = amounts.get(_UNITS[unit], 0) + int(number)
    if len(_PLUS.findall(found.group(1))) != found.group(1).count(".plus"):
        return None
    day = "".join(f"{amounts[unit]}{unit}" for unit in ("W", "D") if amounts.get(unit))
    clock = "".join(f"{amounts[unit]}{unit}" for unit in ("H", "M") if amounts.get(unit))
    return f"P{day}{'T' if clock else ''}{clock}" if day or clock else None


def is_date(text: str) -> bool:
    """Whether it is a date or moment that stands fast."""
    try:
        datetime.fromisoformat(text)
    except ValueError:
        return False
    return True
