"""Reading time standards: what is taken, and what is said about the rest."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.calendars import durations
from service.calendars.durations import Duration, check_standard, parse_duration, parse_standard
from service.errors import Invalid


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("P3D", Duration(0, 3, timedelta())),
        ("P2W", Duration(2, 0, timedelta())),
        ("PT90M", Duration(0, 0, timedelta(minutes=90))),
        ("PT1H30M", Duration(0, 0, timedelta(minutes=90))),
        ("P1W2DT3H4M5S", Duration(1, 2, timedelta(hours=3, minutes=4, seconds=5))),
        (" P1D ", Duration(0, 1, timedelta())),
    ],
)
def test_a_duration_is_read(text: str, expected: Duration) -> None:
    assert parse_duration(text) == expected


def test_of_a_range_the_most_is_the_second() -> None:
    standard = parse_standard("P1D/P10D")
    assert (standard.least.days, standard.most.days) == (1, 10)


def test_a_single_duration_is_both_ends_of_its_range() -> None:
    standard = parse_standard("PT2H")
    assert standard.least == standard.most


@pytest.mark.parametrize("text", ["P3D", "PT2H/PT3H", "P1D/P10D", "PT7H/P1D", "P1D/PT12H", "PT24H"])
def test_the_check_finds_nothing_wrong_with_what_can_be_counted(text: str) -> None:
    assert check_standard(text) is None


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", durations.EMPTY),
        ("P1D/", durations.EMPTY),
        ("3 hari", durations.UNREADABLE),
        ("P", durations.UNREADABLE),
        ("PT", durations.UNREADABLE),
        ("P1DT", durations.UNREADABLE),
        ("p3d", durations.UNREADABLE),
        ("-P3D", durations.UNREADABLE),
        ("P0.5D", durations.UNREADABLE),
        ("P1D/P2D/P3D", durations.UNREADABLE),
        ("2026-01-05/P1D", durations.UNREADABLE),
        ("R3/P1D", durations.UNREADABLE),
        ("P\u0663D", durations.UNREADABLE),
        ("P1M", durations.UNEQUAL_UNITS),
        ("P1Y2M3D", durations.UNEQUAL_UNITS),
        ("P3000D", durations.TOO_LONG),
        ("PT99999999M", durations.TOO_LONG),
        ("P0D", durations.ZERO),
        ("P10D/P1D", durations.REVERSED),
        ("PT3H/PT2H", durations.REVERSED),
    ],
)
def test_the_check_says_in_words_what_is_wrong(text: str, words: str) -> None:
    assert check_standard(text) == words


@given(st.text(alphabet="PTWDHMSY0123456789/.- ", max_size=20) | st.text(max_size=20))
def test_any_text_is_either_read_or_refused_in_words(text: str) -> None:
    try:
        parse_standard(text)
    except Invalid as refusal:
        assert refusal.message in vars(durations).values()
