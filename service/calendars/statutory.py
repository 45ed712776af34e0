"""What the law gives every agency: office hours (Perpres 21/2023) and the national days off, from `statutory.toml`."""

import tomllib
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any

import holidays

from service.calendars.hours import Week, read_week

RULES: dict[str, Any] = tomllib.loads(Path(__file__).with_name("statutory.toml").read_text(encoding="utf-8"))


@dataclass(frozen=True)
class OfficeHours:
    """Hours of a week and the rule they follow; `weekly_minutes` and `break_minutes` are the rule's own numbers."""

    name: str
    week: Week
    weekly_minutes: int
    break_minutes: dict[str, int]
    opens: str
    source: str


def _office_hours(key: str) -> OfficeHours:
    rule = RULES[key]
    return OfficeHours(
        name=rule["name"],
        week=read_week(rule["hours"]),
        weekly_minutes=rule["weekly_minutes"],
        break_minutes=rule["break_minutes"],
        opens=rule["opens"],
        source=rule["source"],
    )


NORMAL = _office_hours("normal")
"""37 h 30 min a week from 07.30, breaks of 60 minutes, 90 on Fridays (Perpres 21/2023, article 4)."""
RAMADAN = _office_hours("ramadan")
"""32 h 30 min a week from 08.00, breaks of 30 minutes, 60 on Fridays (Perpres 21/2023, article 4)."""


@lru_cache(maxsize=128)
def national_days(year: int) -> dict[date, str]:
    """National holidays and joint leave (cuti bersama) of a year with their Indonesian names.

    Source: the yearly joint decree of three ministers, as the `holidays` package has it; days whose
    date is only reckoned so far carry "(perkiraan)" in their name.
    """
    found = holidays.country_holidays(
        "ID", years=year, categories=tuple(RULES["holidays"]["categories"]), language="id", expand=False
    )
    return dict(sorted(found.items()))
