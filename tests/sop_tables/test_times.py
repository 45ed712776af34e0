"""Time standards as offices write them."""

import pytest

from service.calendars.durations import check_standard
from service.sop_tables import times


@pytest.mark.parametrize(
    ("printed", "iso", "clock", "confidence"),
    [
        ("30 Menit", "PT30M", "working", "sure"),
        ("1-2 jam", "PT1H/PT2H", "working", "sure"),
        ("2 – 3 Hari", "P2D/P3D", "working", "sure"),
        ("3 s/d 5 hari kerja", "P3D/P5D", "working", "sure"),
        ("maks. 14 hari kerja", "P14D", "working", "sure"),
        ("5 (lima) menit", "PT5M", "working", "sure"),
        ("setengah jam", "PT30M", "working", "sure"),
        ("1,5 jam", "PT90M", "working", "sure"),
        ("1 jam 30 menit", "PT90M", "working", "likely"),
        ("24 Jam", "PT24H", "elapsed", "likely"),
        ("3 x 24 jam", "PT72H", "elapsed", "likely"),
        ("7-70 Jam", "P1D/P10D", "working", "unsure"),
        ("10 hari kalender", "P10D", "elapsed", "sure"),
        ("2 minggu", "P10D", "working", "unsure"),
        ("1 bulan", "P30D", "elapsed", "unsure"),
        ("-", "", "working", "sure"),
        ("", "", "working", "sure"),
        ("secepatnya", "", "working", "unsure"),
        ("0 menit", "", "working", "sure"),
        ("99999 hari", "P9999D", "working", "sure"),
    ],
)
def test_a_time_is_read(printed: str, iso: str, clock: str, confidence: str) -> None:
    found = times.read(printed)
    assert (found.iso, found.clock, found.confidence) == (iso, clock, confidence)
    assert found.reason or confidence == "sure"


def test_bare_numbers_take_the_unit_of_the_heading() -> None:
    assert times.read("15", "menit").iso == "PT15M"
    assert times.read("1-2", "hari").iso == "P1D/P2D"
    assert times.read("15").iso == ""


@pytest.mark.parametrize("text", ["1 hari", "15 menit", "1-2 jam", "3 hari kerja"])
def test_a_cell_that_holds_a_time_is_known_as_one(text: str) -> None:
    assert times.is_time(text)
    assert check_standard(times.read(text).iso) is None


@pytest.mark.parametrize("text", ["", "Surat 1 hari setelah rapat", "Laporan 2 jam kerja pegawai", "SPT", "2 lembar"])
def test_a_cell_that_tells_of_something_else_is_not(text: str) -> None:
    assert not times.is_time(text)
