"""Moments in the words of an office: its own zone, Indonesian days, and how much time is left."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from flask_babel import force_locale

from service.app import create_app
from service.config import Settings
from service.entrance import words

JAKARTA, MAKASSAR, JAYAPURA = "Asia/Jakarta", "Asia/Makassar", "Asia/Jayapura"
NOW = datetime(2026, 11, 16, 3, 0, tzinfo=UTC)
"""Monday, ten o'clock in Jakarta."""


@pytest.fixture(autouse=True, scope="module")
def in_a_request(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    var = Path(tmp_path_factory.mktemp("var"))
    app = create_app(Settings(f"sqlite:///{var / 'alur.sqlite'}", "secret " * 8, var, var.as_uri(), demo=True))
    with app.test_request_context("/"):
        yield


def test_a_day_is_told_in_words_and_the_year_only_where_it_is_another() -> None:
    assert words.day(datetime(2026, 11, 18, 9, tzinfo=UTC), JAKARTA, NOW) == "Rabu, 18 November"
    assert words.day(date(2027, 1, 4), JAKARTA, NOW) == "Senin, 4 Januari 2027"
    assert words.short_day(date(2026, 8, 3), JAKARTA, NOW) == "3 Agu"


def test_the_day_is_the_one_at_the_office_not_the_one_in_greenwich() -> None:
    late = datetime(2026, 11, 17, 16, 30, tzinfo=UTC)
    assert words.day(late, JAKARTA, NOW) == "Selasa, 17 November"
    assert words.day(late, JAYAPURA, NOW) == "Rabu, 18 November"


@pytest.mark.parametrize(("zone", "said"), [(JAKARTA, "16.00 WIB"), (MAKASSAR, "17.00 WITA"), (JAYAPURA, "18.00 WIT")])
def test_an_hour_names_the_zone_of_the_office(zone: str, said: str) -> None:
    assert words.clock(datetime(2026, 11, 18, 9, tzinfo=UTC), zone) == said


def test_a_moment_is_a_day_and_an_hour() -> None:
    assert words.moment(datetime(2026, 11, 18, 9, tzinfo=UTC), JAKARTA, NOW) == "Rabu, 18 November, 16.00 WIB"
    assert words.short_moment(NOW - timedelta(hours=1), JAKARTA, NOW) == "hari ini, 09.00"
    assert words.short_moment(NOW - timedelta(days=3), JAKARTA, NOW) == "13 Nov, 10.00"


@pytest.mark.parametrize(
    ("ahead", "said", "kind"),
    [
        (timedelta(days=-2), "lewat 2 hari", "late"),
        (timedelta(hours=-2), "lewat 2 jam", "late"),
        (timedelta(seconds=-5), "lewat 1 menit", "late"),
        (timedelta(minutes=20), "20 menit lagi", "soon"),
        (timedelta(hours=2, minutes=40), "2 jam lagi", "soon"),
        (timedelta(hours=6), "hari ini", "soon"),
        (timedelta(days=1), "besok", "calm"),
        (timedelta(days=3), "3 hari lagi", "calm"),
    ],
)
def test_time_left_is_told_in_words(ahead: timedelta, said: str, kind: str) -> None:
    assert words.left(NOW + ahead, JAKARTA, NOW) == words.TimeLeft(said, kind)


def test_what_has_no_due_date_is_not_urgent() -> None:
    assert words.left(None, JAKARTA, NOW) == words.TimeLeft("tanpa batas waktu", "calm")


def test_an_hour_past_midnight_is_already_the_day_before() -> None:
    after_midnight = datetime(2026, 11, 15, 17, 30, tzinfo=UTC)
    assert words.left(after_midnight - timedelta(hours=1), JAKARTA, after_midnight).words == "lewat 1 hari"


def test_how_long_something_waits_is_counted_in_days() -> None:
    assert words.since(NOW, JAKARTA, NOW) == "sejak hari ini"
    assert words.since(NOW - timedelta(days=1), JAKARTA, NOW) == "sejak kemarin"
    assert words.since(NOW - timedelta(days=6), JAKARTA, NOW) == "sudah 6 hari"


def test_sizes_are_told_as_people_know_them() -> None:
    assert [words.size(n) for n in (1, 421_888, 3_984_588)] == ["1 KB", "412 KB", "3,8 MB"]


def test_english_has_its_own_days_and_marks() -> None:
    with force_locale("en"):
        assert words.day(date(2026, 11, 18), JAKARTA, NOW) == "Wednesday, 18 November"
        assert words.clock(datetime(2026, 11, 18, 9, tzinfo=UTC), JAKARTA) == "16:00 WIB"
        assert words.size(3_984_588) == "3.8 MB"


def test_one_greets_by_the_hour_of_the_office() -> None:
    assert [words.greeting(zone, NOW) for zone in (JAKARTA, JAYAPURA)] == ["Selamat pagi", "Selamat siang"]
