"""The pages of an office's calendar: what they say of a year, and what their forms change."""

import re
from datetime import UTC, date, datetime
from typing import Any

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from service.calendars.reading import calendar_of
from service.calendars.year import NATIONAL, OWN_OFF, OWN_WORK, REST, WORK, year_of
from service.database import db
from service.forms.sample import sample
from service.people.models import agency_of
from service.tasks.models import Task
from tests.client import Client
from tests.entrance.browser import Browser

OFFICE = "dinsos-jambi"
CALENDAR = f"/administrasi/kalender/{OFFICE}"
WEEK = {"monday": "08.00-12.00", "tuesday": "08.00-12.00"}


@pytest.fixture
def head(demo_app: Flask) -> Browser:
    browser = Browser(demo_app)
    browser.sign_in(f"atasan@{OFFICE}")
    return browser


def _set_day(browser: Browser, day: str, working: str, name: str = "Hari jadi") -> TestResponse:
    return browser.post(f"{CALENDAR}/hari", {"day": day, "working": working, "name": name})


def _works(app: Flask, day: date) -> bool:
    with app.app_context():
        hours = calendar_of(agency_of(OFFICE).id).hours_on(day)
        db.session.remove()
    return bool(hours)


def _kinds(app: Flask, *days: date) -> list[str]:
    with app.app_context():
        known = {line.day: line.kind for line in year_of(agency_of(OFFICE).id, days[0].year).days}
        db.session.remove()
    return [known[day] for day in days]


def test_every_day_of_a_year_is_one_kind_of_day(demo_app: Flask, head: Browser) -> None:
    _set_day(head, "2026-01-06", "0")
    _set_day(head, "2026-12-24", "1")
    days = (date(2026, 1, n) for n in (1, 5, 6, 10))
    assert _kinds(demo_app, *days, date(2026, 12, 24)) == [NATIONAL, WORK, OWN_OFF, REST, OWN_WORK]


def test_a_year_has_all_its_days_in_twelve_months(demo_app: Flask) -> None:
    with demo_app.app_context():
        year = year_of(agency_of(OFFICE).id, 2028)
        drawn = [line for month in year.months for week in month for line in week if line]
        assert len(drawn) == 366 and drawn == list(year.days)
        assert year.working_days == sum(1 for line in year.days if line.kind in (WORK, OWN_WORK))
        db.session.remove()


def test_days_that_are_only_reckoned_are_marked_as_guessed(head: Browser) -> None:
    page = head.open(f"{CALENDAR}?tahun=2027").text
    guessed = re.findall(r"<b>([^<]+)</b> <span class=\"badge soon\">\s*perkiraan", page)
    assert "Hari Raya Idul Fitri" in guessed and "Tahun Baru Masehi" not in guessed
    assert "(perkiraan)" not in page


def test_a_year_without_joint_leave_says_that_it_is_not_known_yet(head: Browser) -> None:
    words = "Cuti bersama tahun ini belum kami ketahui"
    assert words in head.open(f"{CALENDAR}?tahun=2035").text
    assert words not in head.open(f"{CALENDAR}?tahun=2026").text


@pytest.mark.parametrize("year", ["", "0", "1999", "2101", "x", "99999999999999999999", "²"])
def test_a_year_that_makes_no_sense_is_this_year(head: Browser, year: str) -> None:
    answer = head.open(f"{CALENDAR}?tahun={year}")
    assert answer.status_code == 200 and f"Kalender {datetime.now(UTC).year}" in answer.text


def test_a_day_off_and_an_extra_day_are_set_and_taken_back(demo_app: Flask, head: Browser) -> None:
    tuesday, saturday = date(2026, 1, 6), date(2026, 1, 10)
    assert _set_day(head, "2026-01-06", "0").headers["Location"].endswith("?tahun=2026&sudah=hari")
    _set_day(head, "2026-01-10", "1", "Pelayanan Sabtu")
    assert not _works(demo_app, tuesday) and _works(demo_app, saturday)
    for day in (tuesday, saturday):
        assert head.post(f"{CALENDAR}/hari/hapus", {"day": str(day)}).status_code == 303
    assert _works(demo_app, tuesday) and not _works(demo_app, saturday)


def test_working_on_a_national_day_off_says_what_the_day_would_be(head: Browser) -> None:
    _set_day(head, "2026-12-24", "1", "Pelayanan akhir tahun")
    assert "sebenarnya Cuti Bersama Hari Raya Natal" in head.open(f"{CALENDAR}?tahun=2026").text


def test_an_unfinished_day_is_told_at_its_fields(head: Browser) -> None:
    answer = head.post(f"{CALENDAR}/hari", {"name": "Hari jadi kota", "day": ""})
    assert answer.status_code == 422
    assert 'href="#f-day"' in answer.text and 'href="#w-0"' in answer.text and 'href="#f-name"' not in answer.text
    assert 'value="Hari jadi kota"' in answer.text


@pytest.mark.parametrize("day", ["31-12-2026", "2026-02-30", "0001-01-01", "9999-12-31", "besok"])
def test_what_is_no_date_is_refused(head: Browser, day: str) -> None:
    assert _set_day(head, day, "0").status_code == 422


def test_due_dates_already_set_do_not_move_and_the_page_says_so(demo_app: Flask, head: Browser) -> None:
    client = Client(demo_app)
    schema = client.get("/diagrams/penanganan_pengaduan/form")["schema"]
    client.post("/complaints", {"diagram": "penanganan_pengaduan", "answers": sample(schema)})
    before = _due(demo_app)
    _set_day(head, str(max(before).date()), "0")
    assert _due(demo_app) == before
    assert "Batas waktu yang sudah ditetapkan tidak bergeser." in head.open(CALENDAR).text


def _due(app: Flask) -> list[datetime]:
    with app.app_context():
        found = [task.due_at for task in db.session.query(Task) if task.due_at]
        db.session.remove()
    assert found
    return found


def _period(**more: Any) -> dict[str, Any]:
    return {"name": "Ramadan 1449 H", "first_day": "2028-01-28", "last_day": "2028-02-25", **WEEK, **more}


def test_a_period_is_set_renamed_and_taken_back(demo_app: Flask, head: Browser) -> None:
    thursday = date(2028, 2, 3)
    assert head.post(f"{CALENDAR}/jam", _period()).headers["Location"].endswith("?tahun=2028&sudah=jam")
    assert not _works(demo_app, thursday)
    renamed = head.post(f"{CALENDAR}/jam?nama=Ramadan+1449+H", _period(nama="Ramadan 1449 H", name="Puasa"))
    assert renamed.status_code == 303
    page = head.open(f"{CALENDAR}?tahun=2028").text
    assert "Puasa" in page and "Ramadan 1449 H" not in page
    assert head.post(f"{CALENDAR}/jam/hapus", {"name": "Puasa", "tahun": "2028"}).status_code == 303
    assert _works(demo_app, thursday)


def test_the_hours_of_ramadan_are_proposed_as_the_law_has_them(head: Browser) -> None:
    page = head.open(f"{CALENDAR}/jam?contoh=ramadan").text
    assert 'value="Bulan Ramadan"' in page and 'value="08.00-11.30, 12.30-15.30"' in page


def test_a_period_that_is_there_is_shown_for_changing(head: Browser) -> None:
    page = head.open(f"{CALENDAR}/jam?nama=Ramadan+(contoh)").text
    assert 'value="2026-02-18"' in page and 'value="08.00-12.00, 12.30-15.00"' in page


@pytest.mark.parametrize(
    ("more", "status", "told"),
    [
        ({"monday": "pagi"}, 422, 'href="#f-monday"'),
        ({"monday": "12.00-08.00"}, 422, 'href="#f-monday"'),
        ({"name": " "}, 422, 'href="#f-name"'),
        ({"first_day": "kapan"}, 422, 'href="#f-first_day"'),
        ({"last_day": "2027-12-31"}, 422, "Hari terakhir tidak boleh mendahului"),
        ({"monday": "", "tuesday": ""}, 422, "sedikitnya satu hari"),
        ({"first_day": "2026-02-18", "last_day": ""}, 409, "sudah mulai berlaku pada hari yang sama"),
    ],
)
def test_a_period_that_makes_no_sense_is_told_in_words(
    head: Browser, more: dict[str, str], status: int, told: str
) -> None:
    answer = head.post(f"{CALENDAR}/jam", _period(**more))
    assert answer.status_code == status and told in answer.text
    assert 'value="08.00-12.00"' in answer.text or "sedikitnya" in told


def test_hours_without_ends_take_the_place_of_those_of_the_law(head: Browser) -> None:
    assert "menurut Perpres 21/2023" in head.open(CALENDAR).text
    head.post(f"{CALENDAR}/jam", _period(name="Jam kerja kami", first_day="", last_day=""))
    page = head.open(CALENDAR).text
    assert "menurut Perpres 21/2023" not in page and "Jam kerja kami" in page
