"""Working time of many moments at once is the working time that calendars tell one by one."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import numpy as np
import pytest

from service.calendars.working_time import Calendar
from service.trials.working import clock

OFFICE = Calendar("Asia/Makassar", days_off=frozenset({date(2026, 3, 5)}))
MONDAY = datetime(2026, 3, 1, 23, 30, tzinfo=UTC)
"""Half past seven in Makassar, when the office opens."""


def test_hours_are_those_of_the_calendar() -> None:
    random = np.random.default_rng(2)
    starts = [MONDAY + timedelta(minutes=int(m)) for m in random.integers(0, 60 * 24 * 40, 60)]
    ends = [
        start + timedelta(minutes=int(m)) for start, m in zip(starts, random.integers(0, 60 * 24 * 20, 60), strict=True)
    ]
    hours = clock(OFFICE, min(starts), max(ends)).hours(
        np.array([start.timestamp() for start in starts]), np.array([end.timestamp() for end in ends])
    )
    expected = [
        OFFICE.working_time_between(start, end).total_seconds() / 3600 for start, end in zip(starts, ends, strict=True)
    ]
    assert hours == pytest.approx(expected)


def test_a_working_day_counts_one_however_long_it_is() -> None:
    ticking = clock(OFFICE, MONDAY, MONDAY + timedelta(days=14))
    since = np.array([MONDAY.timestamp()] * 3)
    until = np.array([(MONDAY + timedelta(days=days)).timestamp() for days in (1, 7, 14)])
    assert ticking.working_days(since, until) == pytest.approx([1, 4, 9])  # Thursday the 5th is a day off
    half = np.array([(MONDAY + timedelta(hours=2)).timestamp()])
    assert 0 < ticking.working_days(since[:1], half)[0] < 0.5


def test_what_has_no_end_has_no_length() -> None:
    ticking = clock(OFFICE, MONDAY, MONDAY + timedelta(days=3))
    assert np.isnan(ticking.hours(np.array([MONDAY.timestamp()]), np.array([np.nan]))).all()


def test_in_an_office_that_never_opens_nothing_is_worked() -> None:
    shut = replace(OFFICE, periods=())
    ticking = clock(shut, MONDAY, MONDAY + timedelta(days=3))
    moments = np.array([MONDAY.timestamp()]), np.array([(MONDAY + timedelta(days=2)).timestamp()])
    assert ticking.hours(*moments)[0] == 0
    assert ticking.working_days(*moments)[0] == 0
