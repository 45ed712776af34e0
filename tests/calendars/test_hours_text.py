"""Hours as an office writes them on a line."""

import pytest

from service.calendars.hours_text import read_line, write_line
from service.errors import Invalid


@pytest.mark.parametrize(
    "line",
    [
        "07.30-12.00, 13.00-16.00",
        "7:30 – 12:00; 13.00 s/d 16.00",
        " 07.30 sampai 12.00 ,13.00—16.00, ",
    ],
)
def test_hours_are_read_as_people_write_them(line: str) -> None:
    assert read_line(line) == [["07:30", "12:00"], ["13:00", "16:00"]]


def test_an_empty_line_is_a_day_off() -> None:
    assert read_line(" ") == []
    assert write_line(()) == ""


def test_what_is_written_is_read_the_same() -> None:
    assert read_line(write_line(((450, 720), (780, 1440)))) == [["07:30", "12:00"], ["13:00", "24:00"]]


@pytest.mark.parametrize("line", ["pagi", "07.30", "07.30-", "0730-1200", "07.30-12.00 13.00-16.00", "-", "7-12"])
def test_what_is_no_hours_is_refused(line: str) -> None:
    with pytest.raises(Invalid):
        read_line(line)
