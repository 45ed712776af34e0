"""Lengths of time in the words of an office."""

from datetime import UTC, datetime

import pytest
from flask import Flask

from service.calendars.working_time import Calendar
from service.entrance import lengths

JAKARTA = Calendar("Asia/Jakarta")


@pytest.mark.parametrize(
    ("standard", "clock", "said"),
    [
        ("P3D", None, "3 hari kerja"),
        ("P1D/P10D", "working", "1–10 hari kerja"),
        ("PT24H", "elapsed", "24 jam"),
        ("P2D", "elapsed", "2 hari"),
        ("PT30M", None, "30 menit"),
        ("PT30M/PT1H", None, "30 menit sampai 1 jam"),
        ("P1DT2H", None, "1 hari kerja 2 jam"),
        ("", None, ""),
    ],
)
def test_time_standards_are_told_as_an_office_says_them(
    demo_app: Flask, standard: str, clock: str | None, said: str
) -> None:
    with demo_app.test_request_context():
        assert lengths.standard(standard, clock) == said


@pytest.mark.parametrize(
    ("start", "end", "said"),
    [
        ((3, 2, 0), (3, 2, 53), "53 menit"),
        ((3, 2, 0), (3, 2, 0), "kurang dari 1 menit"),
        ((6, 8, 0), (9, 2, 0), "3 jam"),
        ((2, 2, 0), (5, 2, 0), "3 hari kerja"),
    ],
)
def test_what_it_took_is_told_in_working_time(
    demo_app: Flask, start: tuple[int, int, int], end: tuple[int, int, int], said: str
) -> None:
    began, ended = (datetime(2026, 11, *moment, tzinfo=UTC) for moment in (start, end))
    with demo_app.test_request_context():
        assert lengths.taken(JAKARTA, began, ended) == said
