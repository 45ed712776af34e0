"""The form of a step changed on the screen: settings, buttons, and beside them the form as officers see it."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.browser.conftest import DESK, NARROW, PHONE, Site, expect, press, scrolls_sideways, sign_in_by_hand
from tests.entrance.browser import Browser

OWNER = "pemilik@diskop-sulteng"


def begun(site: Site, key: str) -> str:
    """A new draft, and the address at which the form of its task is changed."""
    browser = Browser(site.app)
    browser.sign_in(OWNER)
    browser.post("/sop/baru", {"title": key, "lanes": "Pemohon\nLoket", "public": "ya"})
    return f"/sop/{key}/1/formulir/kerjakan_loket/ubah"


@pytest.mark.parametrize("size", [NARROW, PHONE, DESK], ids=["narrow", "phone", "desk"])
def test_an_owner_builds_a_form_by_clicks_and_sees_it_as_officers_do(
    site: Site,
    open_page: Callable[..., Any],
    size: dict[str, int],
    no_axe_findings: Callable[[Any], None],
    screenshot: Callable[[Any, str], None],
) -> None:
    here = begun(site, f"borang_{'abc'[(NARROW, PHONE, DESK).index(size)]}")
    page = open_page(size)
    sign_in_by_hand(page, OWNER)
    page.goto(here)
    page.get_by_label("Judul isian baru").fill("Hasil pemeriksaan")
    page.get_by_label("Jenis").select_option("one")
    press(page.get_by_role("button", name="Tambah isian"))
    page.wait_for_url("**?buka=hasil_pemeriksaan*")
    shown = page.get_by_role("region", name="Begini petugas melihatnya")
    expect(shown.get_by_text("Hasil pemeriksaan")).to_be_visible()
    page.get_by_label("Pilihan, satu per baris").fill("Lengkap\nBelum lengkap\nPerlu diperiksa ulang")
    screenshot(page, "formulir-ubah")
    assert not scrolls_sideways(page)
    no_axe_findings(page)
    press(page.get_by_role("button", name="Naikkan Hasil pemeriksaan"))
    page.wait_for_url("**?buka=hasil_pemeriksaan*")
    expect(shown.get_by_text("Perlu diperiksa ulang")).to_be_visible()
    page.locator("#set-hasil_pemeriksaan-title").fill("")
    press(page.get_by_role("button", name="Simpan semua"))
    expect(page.get_by_text("Tulis judul isian; petugas membacanya.")).to_be_visible()
    screenshot(page, "formulir-ditolak")
    assert not scrolls_sideways(page)
    no_axe_findings(page)
