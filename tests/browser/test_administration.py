"""Pages of administrators in a real browser: nothing axe finds, small, no sideways scroll, usable without a script."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from service.database import db, transaction
from service.people.commands import enter_person
from service.people.models import person_named
from service.people.passwords import digest_demo_password
from tests.browser.conftest import DESK, NARROW, PHONE, Site, expect, press, scrolls_sideways, sign_in, sign_in_by_hand

OFFICE, SOP = "diskop-malang", "pengaduan_langsung"
ADDRESSES = {
    "administrasi": "/administrasi",
    "orang": "/administrasi/orang",
    "orang-baru": "/administrasi/orang/baru",
    "orang-satu": "/administrasi/orang/{person}",
    "lajur": f"/administrasi/lajur/{OFFICE}",
    "pemegang-lajur": f"/administrasi/lajur/{OFFICE}/{SOP}/resepsionis",
    "kalender": f"/administrasi/kalender/{OFFICE}?tahun=2027",
    "jam-kerja": f"/administrasi/kalender/{OFFICE}/jam?contoh=ramadan",
}
STAFF_BUDGET = 40 * 1024


@pytest.fixture(scope="module")
def newcomer(site: Site) -> Iterator[str]:
    """Somebody who holds nothing yet; the others of the demo are left to other tests."""
    with site.app.app_context():
        with transaction():
            enter_person(f"baru@{OFFICE}", "Orang Baru", digest_demo_password())
        found = str(person_named(f"baru@{OFFICE}").id)
        db.session.remove()
    yield found


@pytest.mark.parametrize("name", ADDRESSES)
@pytest.mark.parametrize("size", [PHONE, DESK], ids=["phone", "desk"])
def test_axe_finds_nothing(
    open_page: Callable[..., Any],
    no_axe_findings: Any,
    screenshot: Any,
    newcomer: str,
    name: str,
    size: dict[str, int],
) -> None:
    page = open_page(size)
    sign_in(page, "admin", "/akun")
    page.goto(ADDRESSES[name].format(person=newcomer))
    screenshot(page, name)
    no_axe_findings(page)


@pytest.mark.parametrize("name", ADDRESSES)
def test_nothing_scrolls_sideways_on_the_smallest_phone(
    open_page: Callable[..., Any], newcomer: str, name: str
) -> None:
    page = open_page(NARROW)
    sign_in(page, "admin")
    page.goto(ADDRESSES[name].format(person=newcomer))
    assert not scrolls_sideways(page)


@pytest.mark.parametrize("name", ["orang", "kalender"])
def test_a_page_is_small_on_the_first_visit(open_page: Callable[..., Any], name: str) -> None:
    before = open_page(PHONE)
    sign_in(before, "admin")
    fresh = open_page(PHONE)
    fresh.context.add_cookies(before.context.cookies())
    received: list[float] = []
    session = fresh.context.new_cdp_session(fresh)
    session.send("Network.enable")
    session.on("Network.loadingFinished", lambda event: received.append(event["encodedDataLength"]))
    fresh.goto(ADDRESSES[name], wait_until="networkidle")
    assert sum(received) <= STAFF_BUDGET


def test_a_lane_is_given_without_a_script_and_its_tasks_are_there_at_the_next_page(
    open_page: Callable[..., Any], newcomer: str
) -> None:
    theirs, admin = open_page(PHONE, javascript=False), open_page(DESK, javascript=False)
    sign_in_by_hand(theirs, f"baru@{OFFICE}")
    theirs.goto("/tugas")
    expect(theirs.get_by_role("heading", name="Tugas", exact=True)).to_have_count(0)
    sign_in_by_hand(admin, "admin")
    admin.goto(f"/administrasi/orang/{newcomer}")
    admin.get_by_label("Resepsionis").check()
    press(admin.get_by_role("button", name="Simpan").first)
    expect(admin.get_by_role("status")).to_contain_text("Peran dan lajur sudah diperbarui")
    theirs.goto("/tugas")
    expect(theirs.get_by_role("heading", name="Tugas", exact=True)).to_have_count(1)


def test_a_day_off_is_set_and_taken_back_without_a_script(open_page: Callable[..., Any]) -> None:
    page = open_page(PHONE, javascript=False)
    sign_in_by_hand(page, f"atasan@{OFFICE}")
    page.goto(f"/administrasi/kalender/{OFFICE}?tahun=2031")
    page.get_by_label("Tanggal").fill("2031-04-01")
    page.get_by_label("Libur", exact=True).check()
    page.get_by_label("Alasan").fill("Hari jadi kota")
    press(page.get_by_role("button", name="Simpan hari"))
    expect(page.get_by_role("row", name="Hari jadi kota")).to_have_count(1)
    press(page.get_by_role("button", name="Hapus Selasa, 1 April"))
    expect(page.get_by_role("row", name="Hari jadi kota")).to_have_count(0)
