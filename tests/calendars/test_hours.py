"""The hours of a week as data, and the statutory hours an agency starts with."""

from datetime import date

import pytest

from service.calendars import hours, statutory
from service.calendars.hours import read_week, write_week
from service.errors import Invalid


@pytest.mark.parametrize("rule", [statutory.NORMAL, statutory.RAMADAN])
def test_the_default_hours_meet_the_rule_they_cite(rule: statutory.OfficeHours) -> None:
    assert hours.minutes_of(rule.week) == rule.weekly_minutes
    assert "Peraturan Presiden Nomor 21 Tahun 2023" in rule.source
    written = write_week(rule.week)
    assert list(written) == ["monday", "tuesday", "wednesday", "thursday", "friday"]
    for weekday, ((opens, noon), (afternoon, _)) in zip(written, rule.week, strict=False):
        assert written[weekday][0][0] == rule.opens
        assert afternoon - noon == rule.break_minutes.get(weekday, rule.break_minutes["daily"])
        assert opens < noon


def test_hours_written_down_are_read_back_the_same() -> None:
    assert read_week(write_week(statutory.NORMAL.week)) == statutory.NORMAL.week


def test_a_day_round_the_clock_can_be_written() -> None:
    assert read_week({"sunday": [["00:00", "24:00"]]})[6] == ((0, 1440),)


@pytest.mark.parametrize(
    ("written", "pointer", "words"),
    [
        ({"senin": []}, "/senin", hours.UNKNOWN_DAY),
        ({"a/b": []}, "/a~1b", hours.UNKNOWN_DAY),
        ({"monday": [["7:30", "12:00"]]}, "/monday", hours.BAD_TIME),
        ({"monday": [["07:30", "24:30"]]}, "/monday", hours.BAD_TIME),
        ({"monday": [[450, 720]]}, "/monday", hours.BAD_TIME),
        ({"monday": [["12:00", "07:30"]]}, "/monday", hours.BAD_ORDER),
        ({"monday": [["07:30", "12:00"], ["11:00", "16:00"]]}, "/monday", hours.BAD_ORDER),
        ({"monday": "07:30-16:00"}, "/monday", hours.UNREADABLE),
        ({"monday": ["07:30", "16:00"]}, "/monday", hours.UNREADABLE),
        ({"monday": [["07:30"]]}, "/monday", hours.UNREADABLE),
    ],
)
def test_wrong_hours_are_refused_at_their_weekday(written: object, pointer: str, words: str) -> None:
    with pytest.raises(Invalid) as refusal:
        read_week(written)
    assert [(problem.pointer, problem.message) for problem in refusal.value.errors] == [(pointer, words)]


@pytest.mark.parametrize("written", [None, [], "x", 3])
def test_what_is_no_week_at_all_is_refused(written: object) -> None:
    with pytest.raises(Invalid):
        read_week(written)


def test_2026_has_seventeen_national_holidays_and_eight_days_of_joint_leave() -> None:
    names = list(statutory.national_days(2026).values())
    joint = [name for name in names if name.startswith("Cuti Bersama")]
    assert (len(names) - len(joint), len(joint)) == (17, 8)


def test_a_date_that_is_only_reckoned_says_so() -> None:
    assert "(perkiraan)" in statutory.national_days(2027)[date(2027, 3, 10)]
