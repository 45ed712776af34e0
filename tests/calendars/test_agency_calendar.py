"""An agency's own days and hours, kept in the database and laid over the national calendar."""

import uuid
from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest
from flask import Flask
from sqlalchemy import event

from service.calendars import commands, reading, statutory
from service.calendars.hours import write_week
from service.calendars.reading import calendar_of
from service.database import db, transaction
from service.errors import Conflict, Invalid, NotFound
from service.people.commands import found_agency

RAMADAN = write_week(statutory.RAMADAN.week)
SHORT = {"monday": [["08:00", "12:00"]], "tuesday": [["08:00", "12:00"]]}
MONDAY = datetime(2026, 1, 5, 9, tzinfo=ZoneInfo("Asia/Makassar"))


@pytest.fixture
def agency(app: Flask) -> uuid.UUID:
    """One office in Central Sulawesi."""
    with transaction():
        return found_agency("diskop-sulteng", "Dinas Koperasi", "Asia/Makassar", "DKS").id


def due(agency: uuid.UUID, standard: str) -> str:
    return calendar_of(agency).due(MONDAY, standard).astimezone(MONDAY.tzinfo).strftime("%m-%d %H:%M")


def test_an_agency_that_has_set_nothing_has_the_national_calendar_in_its_own_zone(agency: uuid.UUID) -> None:
    assert due(agency, "P10D") == "01-20 16:00"


def test_the_calendar_is_read_in_two_statements_and_then_is_the_same_object(agency: uuid.UUID) -> None:
    with transaction():
        commands.set_period(agency, "Ramadan 1447 H", date(2026, 2, 19), date(2026, 3, 19), RAMADAN)
        commands.set_day(agency, date(2026, 1, 6), working=False, name="Hari jadi")
    first = calendar_of(agency)
    statements: list[str] = []
    event.listen(db.engine, "before_cursor_execute", _gather := lambda *words: statements.append(words[2]))
    assert calendar_of(agency) is first
    event.remove(db.engine, "before_cursor_execute", _gather)
    assert len(statements) == 2


def test_a_day_off_of_its_own_moves_the_due_date_until_it_is_cleared(agency: uuid.UUID) -> None:
    with transaction():
        commands.set_day(agency, date(2026, 1, 6), working=False, name="Hari jadi provinsi")
    assert due(agency, "P1D") == "01-07 16:00"
    with transaction():
        commands.clear_day(agency, date(2026, 1, 6))
    assert due(agency, "P1D") == "01-06 16:00"


def test_what_is_said_of_a_day_twice_holds_as_said_last(agency: uuid.UUID) -> None:
    for working in (False, True):
        with transaction():
            commands.set_day(agency, date(2026, 1, 16), working=working, name="Tetap masuk")
    assert calendar_of(agency).hours_on(date(2026, 1, 16)) != ()


def test_ramadan_holds_where_the_agency_has_set_it(agency: uuid.UUID) -> None:
    with transaction():
        commands.set_period(agency, "Ramadan 1447 H", date(2026, 2, 19), date(2026, 3, 19), RAMADAN)
    assert calendar_of(agency).hours_on(date(2026, 2, 23)) == ((480, 720), (750, 900))
    with transaction():
        commands.clear_period(agency, "Ramadan 1447 H")
    assert calendar_of(agency).hours_on(date(2026, 2, 23)) == ((450, 720), (780, 960))


def test_hours_without_ends_are_the_usual_ones_of_the_agency(agency: uuid.UUID) -> None:
    with transaction():
        commands.set_period(agency, "Jam kerja kami", None, None, SHORT)
    assert due(agency, "PT5H") == "01-06 10:00"


def test_setting_a_period_again_replaces_it(agency: uuid.UUID) -> None:
    for last in (date(2026, 3, 18), date(2026, 3, 19)):
        with transaction():
            commands.set_period(agency, " Ramadan ", date(2026, 2, 19), last, RAMADAN)
    assert [(period.name, period.last_day) for period in reading.periods_of(agency)] == [("Ramadan", last)]


def test_two_periods_cannot_begin_on_the_same_day(agency: uuid.UUID) -> None:
    with transaction():
        commands.set_period(agency, "Ramadan", date(2026, 2, 19), date(2026, 3, 19), RAMADAN)
    with pytest.raises(Conflict, match="Ramadan"), transaction():
        commands.set_period(agency, "Puasa", date(2026, 2, 19), None, RAMADAN)


@pytest.mark.parametrize(
    ("name", "first", "last", "hours"),
    [
        ("", None, None, SHORT),
        ("x" * 121, None, None, SHORT),
        ("kosong", None, None, {}),
        ("rusak", None, None, {"monday": [["08:00"]]}),
        ("terbalik", date(2026, 2, 2), date(2026, 2, 1), SHORT),
    ],
)
def test_a_period_that_makes_no_sense_is_refused(
    agency: uuid.UUID, name: str, first: date | None, last: date | None, hours: object
) -> None:
    with pytest.raises(Invalid), transaction():
        commands.set_period(agency, name, first, last, hours)
    assert not reading.periods_of(agency)


def test_what_was_never_set_cannot_be_cleared(agency: uuid.UUID) -> None:
    with pytest.raises(NotFound):
        commands.clear_day(agency, date(2026, 1, 6))
    with pytest.raises(NotFound):
        commands.clear_period(agency, "Ramadan")


def test_an_agency_that_does_not_exist_has_no_calendar(agency: uuid.UUID) -> None:
    with pytest.raises(NotFound):
        calendar_of(uuid.uuid4())


def test_one_agencys_days_are_not_anothers(agency: uuid.UUID) -> None:
    with transaction():
        other = found_agency("dinsos-jambi", "Dinas Sosial", "Asia/Jakarta", "DSJ").id
        commands.set_day(other, date(2026, 1, 6), working=False, name="Hari jadi")
    assert due(agency, "P1D") == "01-06 16:00"
    assert calendar_of(other).zone == "Asia/Jakarta"


def test_the_special_days_of_a_year_name_national_days_and_own_ones(agency: uuid.UUID) -> None:
    with transaction():
        commands.set_day(agency, date(2026, 1, 16), working=True, name="Tetap melayani")
        commands.set_day(agency, date(2026, 4, 13), working=False, name="Hari jadi Sulawesi Tengah")
        commands.set_day(agency, date(2027, 4, 13), working=False, name="Hari jadi Sulawesi Tengah")
    days = {special.day: special for special in reading.special_days_of(agency, 2026)}
    assert len(days) == 26
    assert (days[date(2026, 1, 16)].working, days[date(2026, 1, 16)].own) == (True, True)
    assert days[date(2026, 4, 13)].name == "Hari jadi Sulawesi Tengah"
    assert (days[date(2026, 1, 1)].working, days[date(2026, 1, 1)].own) == (False, False)
