"""In a real browser: what a draft changes is read, asked for, approved by a second person and live; axe is content."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from service.database import db, transaction
from service.diagrams import commands
from service.diagrams.layout import draw
from service.people.commands import enter_person, found_agency, give
from service.people.models import OFFICER, OWNER, SUPERVISOR
from service.people.passwords import digest_demo_password
from tests.browser.conftest import DESK, NARROW, PHONE, Site, expect, press, scrolls_sideways, sign_in_by_hand
from tests.callers import caller_named
from tests.diagrams.checked import good

KEY, OFFICE = "uji_terbit", "dinas-terbit"
MINE, HEAD = f"pemilik@{OFFICE}", f"atasan@{OFFICE}"
PAGE = f"/sop/{KEY}"


@pytest.fixture(scope="module")
def two_versions(site: Site) -> Iterator[None]:
    """A small procedure of an office of its own that wants a second person: version 1 live, version 2 a draft."""
    xml, files = good()
    xml = xml.replace(b'id="kecil"', f'id="{KEY}" name="Uji terbit"'.encode())
    newer = xml.replace(b'value="P1D/P3D"', b'value="P5D"').replace(b'id="tulis"', b'id="tulis" name="Tulis jawaban"')
    at = datetime.now(UTC)
    with site.app.app_context():
        with transaction():
            agency = found_agency(OFFICE, "Dinas Terbit", "Asia/Jakarta", "DT")
            for username, role in ((MINE, OWNER), (HEAD, SUPERVISOR)):
                give(enter_person(username, username.partition("@")[0].title(), digest_demo_password()), agency, role)
            give(enter_person(f"staf@{OFFICE}", "Staf", digest_demo_password()), agency, OFFICER, KEY, "staf")
            commands.draft(draw(xml), files, caller_named(MINE), at, OFFICE)
            commands.publish(KEY, 1, caller_named(MINE), at)
            commands.draft(draw(newer), files, caller_named(MINE), at)
            agency.second_approval = True
        db.session.remove()
    yield


@pytest.fixture
def owner(open_page: Callable[..., Any], two_versions: None) -> Callable[..., Any]:
    def open_(size: dict[str, int] = DESK, who: str = MINE, **more: Any) -> Any:
        page = open_page(size, **more)
        sign_in_by_hand(page, who)
        return page

    return open_


@pytest.mark.parametrize("size", [PHONE, DESK], ids=["phone", "desk"])
def test_axe_finds_nothing(
    owner: Callable[..., Any], no_axe_findings: Any, screenshot: Any, size: dict[str, int]
) -> None:
    page = owner(size)
    pages = {
        "beda": f"{PAGE}/beda/1/2",
        "terbitkan": f"{PAGE}/2/terbitkan",
        "hentikan": f"{PAGE}/1/hentikan",
        "versi": f"{PAGE}/2",
    }
    for name, address in pages.items():
        page.goto(address)
        if name == "beda":
            expect(page.locator(".flag").first).to_be_visible()
        screenshot(page, f"publisher-{name}")
        no_axe_findings(page)


def test_nothing_scrolls_sideways_on_the_smallest_phone(owner: Callable[..., Any]) -> None:
    page = owner(NARROW)
    for address in (f"{PAGE}/beda/1/2", f"{PAGE}/2/terbitkan", f"{PAGE}/2", f"{PAGE}/1/hentikan"):
        page.goto(address)
        assert not scrolls_sideways(page), address


def test_a_difference_in_words_points_at_its_step_in_both_drawings(owner: Callable[..., Any]) -> None:
    page = owner()
    page.goto(f"{PAGE}/beda/1/2")
    expect(page.locator("[data-side] .flag", has_text="Berubah").first).to_be_visible()
    line = page.locator(".diffs li", has_text="menjadi 5 hari kerja")
    line.locator(".show-it").click()
    for side in ("sebelum", "sesudah"):
        expect(page.locator(f'[data-side="{side}"] .is-picked[data-element-id="periksa"]')).to_have_count(1)
    page.locator(".diffs li", has_text="kini bernama").locator(".show-it").click()
    expect(page.locator('[data-side="sesudah"] g.is-picked')).to_have_attribute("data-element-id", "tulis")


def test_without_a_script_everything_stands_in_the_list(owner: Callable[..., Any]) -> None:
    page = owner(PHONE, javascript=False)
    page.goto(f"{PAGE}/beda/1/2")
    expect(page.get_by_text("menjadi 5 hari kerja")).to_be_visible()
    page.locator("#f-ke").select_option("1")
    press(page.get_by_role("button", name="Bandingkan"))
    expect(page.get_by_text("Anda membandingkan versi ini dengan dirinya sendiri")).to_be_visible()


def test_one_person_asks_and_another_lets_it_go_live(owner: Callable[..., Any]) -> None:
    page = owner()
    page.goto(f"{PAGE}/2")
    press(page.get_by_role("link", name="Terbitkan…"))
    expect(page.get_by_text("berubah dari 1 hari kerja sampai 3 hari kerja menjadi 5 hari kerja")).to_be_visible()
    page.locator("#f-catatan").fill("Lebih banyak waktu untuk memeriksa")
    press(page.get_by_role("button", name="Minta persetujuan"))
    expect(page.get_by_text("Menunggu persetujuan orang kedua.")).to_be_visible()
    head = owner(PHONE, who=HEAD)
    head.goto(f"{PAGE}/2")
    press(head.get_by_role("link", name="Periksa dan putuskan"))
    expect(head.get_by_text("Lebih banyak waktu untuk memeriksa").first).to_be_visible()
    press(head.get_by_role("button", name="Setujui"))
    expect(head.get_by_text("Versi ini sudah berlaku")).to_be_visible()
    press(page.get_by_role("link", name="Lihat permintaan penerbitan"))
    expect(page.get_by_text("sudah pernah diterbitkan").first).to_be_visible()
