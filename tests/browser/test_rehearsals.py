"""Trying a version out in the browser: from the version's page to a replay and a simulation, watched to the end."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from service.database import db
from service.worker.rehearsing import rehearse_one
from tests.browser.conftest import NARROW, PHONE, Site, expect, press, scrolls_sideways, sign_in, sign_in_by_hand
from tests.client import Client
from tests.sops.test_paths import hand_in

KEY, OFFICE = "layanan_pengaduan", "diskop-sulteng"
OWNER = f"pemilik@{OFFICE}"
BASE = f"/sop/{KEY}/1/coba"


def _now() -> datetime:
    return datetime.now(UTC)


@pytest.fixture
def work(site: Site) -> Callable[[], None]:
    """What the worker does beside the server."""

    def work_off() -> None:
        with site.app.app_context():
            while rehearse_one("the worker of this test", _now):
                pass
            db.session.remove()

    return work_off


@pytest.fixture
def instances(site: Site) -> None:
    """Some complaints to replay."""
    client = Client(site.app)
    for _ in range(3):
        hand_in(client, KEY)


def _looks_good(page: Any, no_axe_findings: Callable[[Any], None]) -> None:
    no_axe_findings(page)
    size = page.viewport_size
    page.set_viewport_size(NARROW)
    assert not scrolls_sideways(page), page.url
    page.set_viewport_size(size)


def test_a_replay_is_asked_for_watched_and_read(
    open_page: Callable[..., Any], no_axe_findings: Any, instances: None, work: Any, screenshot: Any
) -> None:
    for size in ({"width": 1440, "height": 900}, PHONE):
        page = open_page(size)
        sign_in(page, OWNER, f"/sop/{KEY}/1")
        press(page.get_by_role("link", name="Coba dulu"))
        page.wait_for_url(f"**{BASE}")
        expect(page.get_by_role("heading", name="Ulang berkas lama")).to_be_visible()
        _looks_good(page, no_axe_findings)
        screenshot(page, "coba")
        press(page.get_by_role("button", name="Ulang berkas lama"))
        page.wait_for_url("**/coba/*")
        expect(page.get_by_text("Menunggu giliran").first).to_be_visible()
        _looks_good(page, no_axe_findings)
        screenshot(page, "coba-jalan")
        work()
        expect(page.get_by_role("heading", name="akan menempuh jalan yang sama")).to_be_visible()
        _looks_good(page, no_axe_findings)
        screenshot(page, "coba-ulang")


def test_figures_are_changed_and_a_simulation_is_read_beside_the_live_version(
    open_page: Callable[..., Any], no_axe_findings: Any, work: Any, screenshot: Any
) -> None:
    for size in ({"width": 1440, "height": 900}, PHONE):
        page = open_page(size)
        sign_in(page, OWNER, f"{BASE}/andai")
        expect(page.get_by_role("heading", name="Lama kerja tiap langkah")).to_be_visible()
        _looks_good(page, no_axe_findings)
        screenshot(page, "andai")
        page.get_by_label("Tiap hari kerja").fill("-4")
        press(page.get_by_role("button", name="Jalankan"))
        expect(page.get_by_role("alert")).to_contain_text("Isi dengan angka")
        page.get_by_label("Tiap hari kerja").fill("4,5")
        page.get_by_label("Berkas andaian").fill("100")
        press(page.get_by_role("button", name="Jalankan"))
        page.wait_for_url("**/coba/*")
        work()
        expect(page.get_by_role("heading", name="separuh pengaduan selesai")).to_be_visible()
        _looks_good(page, no_axe_findings)
        screenshot(page, "andai-hasil")


def test_it_works_without_a_script_and_is_called_off(open_page: Callable[..., Any], instances: None) -> None:
    page = open_page(javascript=False)
    sign_in_by_hand(page, OWNER)
    page.goto(BASE)
    press(page.get_by_role("button", name="Ulang berkas lama"))
    page.wait_for_url("**/coba/*")
    press(page.get_by_role("link", name="Muat ulang"))
    press(page.get_by_role("button", name="Batalkan"))
    expect(page.get_by_role("heading", name="dibatalkan")).to_be_visible()
