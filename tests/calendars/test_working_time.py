"""Due dates in working time: the reckoned anchors, the edges of the day, and the laws that hold for all of them."""

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.calendars import statutory, working_time
from service.calendars.hours import WEEKDAYS, read_week
from service.calendars.working_time import ELAPSED, NORMAL, Calendar, Period
from service.errors import Invalid

JAKARTA, MAKASSAR, JAYAPURA = "Asia/Jakarta", "Asia/Makassar", "Asia/Jayapura"
WIB = ZoneInfo(JAKARTA)
OFFICE = Calendar(JAKARTA)
RAMADAN_2026 = Period("Ramadan 1447 H", statutory.RAMADAN.week, date(2026, 2, 19), date(2026, 3, 19))
IN_RAMADAN = Calendar(JAKARTA, periods=(NORMAL, RAMADAN_2026))


def local(text: str, zone: str = JAKARTA) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone))


# ---- days ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("zone", [JAKARTA, MAKASSAR, JAYAPURA])
@pytest.mark.parametrize(
    ("received", "after_days"),
    [
        ("2026-01-05", {3: "01-08", 5: "01-12", 10: "01-20", 14: "01-26", 60: "04-10"}),
        ("2026-02-13", {3: "02-20", 5: "02-24", 10: "03-03", 14: "03-09", 60: "05-25"}),
        ("2026-03-13", {3: "03-25", 5: "03-27", 10: "04-06", 14: "04-10", 60: "06-24"}),
        ("2026-05-08", {3: "05-13", 5: "05-19", 10: "05-26", 14: "06-04", 60: "08-10"}),
    ],
)
def test_working_days_leave_out_weekends_holidays_and_joint_leave(
    zone: str, received: str, after_days: dict[int, str]
) -> None:
    start = local(f"{received}T10:15", zone)
    for days, expected in after_days.items():
        due = Calendar(zone).due(start, f"P{days}D").astimezone(ZoneInfo(zone))
        closing = "16:30" if due.weekday() == 4 else "16:00"
        assert due == local(f"2026-{expected}T{closing}", zone)
        assert Calendar(zone).working_days_between(start, due) == days


def test_2026_has_240_working_days() -> None:
    assert OFFICE.working_days_between(local("2025-12-31T12:00"), local("2026-12-31T12:00")) == 240


def test_the_day_it_began_does_not_count_whatever_the_hour() -> None:
    for moment in ("2026-05-04T00:01", "2026-05-04T07:30", "2026-05-04T15:59", "2026-05-04T23:59"):
        assert OFFICE.due(local(moment), "P1D") == local("2026-05-05T16:00")


def test_what_came_in_on_a_sunday_is_due_one_working_day_later_on_monday() -> None:
    assert OFFICE.due(local("2026-05-03T12:00"), "P1D") == local("2026-05-04T16:00")


def test_the_day_is_that_of_the_office_not_of_greenwich() -> None:
    sunday_evening_in_london = datetime(2026, 5, 3, 18, 0, tzinfo=UTC)
    assert OFFICE.due(sunday_evening_in_london, "P1D") == local("2026-05-05T16:00")


def test_one_and_the_same_moment_falls_due_earlier_further_east() -> None:
    moment = local("2026-05-04T09:00")
    dues = [Calendar(zone).due(moment, "P1D") for zone in (JAYAPURA, MAKASSAR, JAKARTA)]
    assert [later - earlier for earlier, later in pairwise(dues)] == [timedelta(hours=1)] * 2


def test_a_week_is_as_many_days_as_the_office_works_in_one() -> None:
    start = local("2026-01-05T09:00")
    six_days = read_week({day: [["08:00", "14:00"]] for day in WEEKDAYS[:6]})
    assert OFFICE.due(start, "P1W") == OFFICE.due(start, "P5D")
    office = Calendar(JAKARTA, periods=(Period("enam hari", six_days),))
    assert office.due(start, "P1W") == office.due(start, "P6D") == local("2026-01-12T14:00")


def test_of_a_range_the_most_counts() -> None:
    start = local("2026-01-05T09:00")
    assert OFFICE.due(start, "P1D/P10D") == OFFICE.due(start, "P10D")


def test_hours_after_days_go_on_from_the_close_of_the_last_day() -> None:
    assert OFFICE.due(local("2026-05-04T09:00"), "P1DT2H") == local("2026-05-06T09:30")


# ---- hours ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("zone", [JAKARTA, MAKASSAR, JAYAPURA])
@pytest.mark.parametrize(
    ("start", "standard", "expected"),
    [
        ("2026-05-07T15:00", "PT2H", "2026-05-08T08:30"),
        ("2026-05-08T11:00", "PT1H", "2026-05-08T13:30"),
        ("2026-05-08T16:00", "PT2H", "2026-05-11T09:00"),
        ("2026-05-04T20:00", "PT2H", "2026-05-05T09:30"),
        ("2026-05-04T09:00", "PT70H", "2026-05-19T11:30"),
        ("2026-05-04T07:30", "PT4H30M", "2026-05-04T12:00"),
        ("2026-05-04T12:00", "PT1M", "2026-05-04T13:01"),
        ("2026-05-04T05:00", "PT30M", "2026-05-04T08:00"),
    ],
)
def test_hours_count_exactly_and_only_while_the_office_works(
    zone: str, start: str, standard: str, expected: str
) -> None:
    assert Calendar(zone).due(local(start, zone), standard) == local(expected, zone)


def test_elapsed_time_does_not_ask_the_calendar() -> None:
    saturday = local("2026-05-09T22:00")
    assert OFFICE.due(saturday, "PT24H", ELAPSED) == local("2026-05-10T22:00")
    assert OFFICE.due(saturday, "P1D", ELAPSED) == local("2026-05-10T22:00")
    assert Calendar(JAKARTA, periods=()).due(saturday, "P1W", ELAPSED) == local("2026-05-16T22:00")


def test_nothing_to_wait_for_is_due_at_once_even_at_night() -> None:
    assert OFFICE.due(local("2026-05-09T22:00"), "PT0S") == local("2026-05-09T22:00")


def test_the_answer_is_in_utc() -> None:
    for clock in working_time.CLOCKS:
        assert OFFICE.due(local("2026-05-07T15:00"), "PT2H", clock).tzinfo is UTC


def test_the_office_is_open_from_the_opening_moment_until_the_closing_one() -> None:
    states = {"07:29": False, "07:30": True, "11:59": True, "12:00": False, "13:00": True, "16:00": False}
    assert {hour: OFFICE.is_open(local(f"2026-05-04T{hour}")) for hour in states} == states
    assert not OFFICE.is_open(local("2026-05-14T10:00"))


# ---- Ramadan, Lebaran, the office's own word -------------------------------------------------------------------


@pytest.mark.parametrize(
    ("start", "standard", "expected"),
    [
        ("2026-02-18T14:00", "PT3H", "2026-02-19T09:00"),
        ("2026-02-19T08:00", "PT6H30M", "2026-02-19T15:00"),
        ("2026-02-20T11:00", "PT1H", "2026-02-20T13:00"),
        ("2026-02-23T12:00", "PT10M", "2026-02-23T12:40"),
        ("2026-02-23T09:00", "P1D", "2026-02-24T15:00"),
        ("2026-02-26T09:00", "P1D", "2026-02-27T15:30"),
        ("2026-03-17T14:00", "PT2H", "2026-03-25T08:30"),
    ],
)
def test_in_ramadan_its_hours_hold_and_after_lebaran_the_usual_ones(start: str, standard: str, expected: str) -> None:
    assert IN_RAMADAN.due(local(start), standard) == local(expected)


def test_of_two_periods_the_one_that_began_last_gives_the_hours() -> None:
    for periods in ((NORMAL, RAMADAN_2026), (RAMADAN_2026, NORMAL)):
        assert Calendar(JAKARTA, periods=periods).hours_on(date(2026, 2, 23)) == ((480, 720), (750, 900))


def test_a_day_off_of_the_office_itself_is_left_out() -> None:
    anniversary = Calendar(JAKARTA, days_off=frozenset({date(2026, 1, 6)}))
    assert anniversary.due(local("2026-01-05T09:00"), "P1D") == local("2026-01-07T16:00")


def test_the_office_may_work_on_a_national_holiday() -> None:
    office = Calendar(JAKARTA, days_on=frozenset({date(2026, 5, 15)}))
    assert office.due(local("2026-05-13T09:00"), "P1D") == local("2026-05-15T16:30")


def test_a_saturday_made_a_working_day_has_the_hours_of_monday() -> None:
    office = Calendar(JAKARTA, days_on=frozenset({date(2026, 5, 9)}))
    assert office.due(local("2026-05-08T09:00"), "P1D") == local("2026-05-09T16:00")


def test_days_without_any_period_are_days_off() -> None:
    office = Calendar(JAKARTA, periods=(RAMADAN_2026,))
    assert office.due(local("2026-01-05T09:00"), "PT1H") == local("2026-02-19T09:00")


# ---- calendars that cannot be reckoned with ----------------------------------------------------------------------


NEVER_OPEN = [
    Calendar(JAKARTA, periods=()),
    Calendar(JAKARTA, periods=(Period("kosong", ((),) * 7),)),
    Calendar(JAKARTA, periods=(Period("lewat", statutory.NORMAL.week, None, date(2020, 1, 1)),)),
    Calendar(JAKARTA, periods=(Period("kosong", ((),) * 7),), days_on=frozenset({date(2026, 5, 5)})),
]


@pytest.mark.parametrize("office", NEVER_OPEN)
@pytest.mark.parametrize("standard", ["P2D", "P1W", "PT9H", "P1DT9H", "P2500D", "PT20000H"])
def test_an_office_that_never_opens_is_refused_instead_of_searched_for_ever(office: Calendar, standard: str) -> None:
    with pytest.raises(Invalid) as refusal:
        office.due(local("2026-05-06T09:00"), standard)
    assert refusal.value.message == working_time.NO_HOURS


def test_time_between_in_an_office_that_never_opens_is_none() -> None:
    office = NEVER_OPEN[0]
    assert office.working_time_between(local("2026-01-01T00:00"), local("2027-01-01T00:00")) == timedelta()


def test_the_longest_standard_is_reckoned_even_where_one_day_a_week_is_worked() -> None:
    mondays = Calendar(JAKARTA, periods=(Period("Senin saja", read_week({"monday": [["08:00", "12:00"]]})),))
    assert mondays.due(local("2026-05-06T09:00"), "P2500D").year == 2075


def test_at_the_end_of_all_dates_it_is_refused() -> None:
    with pytest.raises(Invalid):
        OFFICE.due(datetime(9999, 12, 1, tzinfo=UTC), "P60D")


def test_a_clock_that_is_not_known_is_refused() -> None:
    with pytest.raises(Invalid) as refusal:
        OFFICE.due(local("2026-05-06T09:00"), "P1D", "lunar")
    assert refusal.value.message == working_time.UNKNOWN_CLOCK


@pytest.mark.parametrize("zone", ["Asia/Atlantis", "", "../etc/passwd", "/etc/localtime", "Asia"])
def test_a_zone_that_is_not_known_is_refused(zone: str) -> None:
    with pytest.raises(Invalid):
        Calendar(zone).due(local("2026-05-06T09:00"), "P1D")


def test_a_moment_without_zone_is_a_mistake() -> None:
    with pytest.raises(ValueError, match="without time zone"):
        OFFICE.due(datetime(2026, 5, 6, 9), "P1D")  # noqa: DTZ001 - the naive moment is the point


# ---- laws that hold for all ---------------------------------------------------------------------------------------

FIRST, LAST = datetime.fromisoformat("2020-01-01"), datetime.fromisoformat("2035-12-31")
moments = st.datetimes(FIRST, LAST, timezones=st.just(UTC))
minutes = st.integers(1, 60 * 200)
calendars = st.sampled_from(
    [
        OFFICE,
        IN_RAMADAN,
        Calendar(JAYAPURA),
        Calendar("Europe/Berlin"),
        Calendar(MAKASSAR, days_on=frozenset({date(2026, 5, 9)})),
    ]
)


@given(calendars, moments, minutes)
def test_what_is_due_after_hours_is_due_in_working_time_and_exactly_so_much_later(
    office: Calendar, start: datetime, length: int
) -> None:
    due = office.due(start, f"PT{length}M")
    assert office.is_open(due - timedelta(microseconds=1))
    assert office.working_time_between(start, due) == timedelta(minutes=length)


@given(calendars, moments, st.integers(1, 120))
def test_what_is_due_after_days_is_due_at_a_closing_and_exactly_so_many_days_later(
    office: Calendar, start: datetime, days: int
) -> None:
    due = office.due(start, f"P{days}D")
    assert office.is_open(due - timedelta(microseconds=1))
    assert not office.is_open(due)
    assert office.working_days_between(start, due) == days


@given(calendars, moments, moments, st.sampled_from(["P1D", "P3D", "P2W", "PT1H", "PT70H", "P1DT2H", "PT2H/PT3H"]))
def test_what_began_later_is_not_due_earlier(office: Calendar, one: datetime, other: datetime, standard: str) -> None:
    earlier, later = sorted((one, other))
    assert office.due(earlier, standard) <= office.due(later, standard)


@given(calendars, moments, minutes, minutes)
def test_hours_add_up(office: Calendar, start: datetime, first: int, second: int) -> None:
    in_two = office.due(office.due(start, f"PT{first}M"), f"PT{second}M")
    assert in_two == office.due(start, f"PT{first + second}M")


@given(calendars, moments, st.integers(1, 20), st.integers(1, 20))
def test_days_add_up(office: Calendar, start: datetime, first: int, second: int) -> None:
    assert office.due(office.due(start, f"P{first}D"), f"P{second}D") == office.due(start, f"P{first + second}D")


@given(calendars, moments, moments, moments)
def test_working_time_between_adds_up_and_turns_round(
    office: Calendar, one: datetime, two: datetime, three: datetime
) -> None:
    first, middle, last = sorted((one, two, three))
    between = office.working_time_between
    days = office.working_days_between
    assert between(first, middle) + between(middle, last) == between(first, last) == -between(last, first)
    assert days(first, middle) + days(middle, last) == days(first, last) == -days(last, first)
