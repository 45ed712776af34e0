"""A diagram of another tool on the screen: what is told of it, one button to translate, one click for each mend."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.browser.conftest import DESK, NARROW, PHONE, Site, expect, press, scrolls_sideways, sign_in, sign_in_by_hand
from tests.client import Client
from tests.dialects import foreign
from tests.dialects.foreign import CAMUNDA_7, OWNER, PLAIN


def sent_in(site: Site, name: str, key: str) -> str:
    """A draft of it under a key of its own, and the address of its page."""
    own = {CAMUNDA_7: b"Process_1k2cuti", PLAIN: b"Surat_Masuk"}[name]
    draft = foreign.upload(Client(site.app), foreign.xml_of(name).replace(own, key.encode()))
    return f"/sop/{draft['key']}/{draft['version']}/asal"


@pytest.mark.parametrize("size", [PHONE, DESK], ids=["phone", "desk"])
def test_an_owner_translates_a_diagram_and_mends_what_it_lacks(
    site: Site,
    open_page: Callable[..., Any],
    size: dict[str, int],
    no_axe_findings: Callable[[Any], None],
    screenshot: Callable[[Any, str], None],
) -> None:
    key = f"Cuti-{size['width']}"
    here = sent_in(site, CAMUNDA_7, key)
    page = open_page(size)
    sign_in(page, OWNER, here)
    expect(page.get_by_role("heading", name="Perlu diputuskan orang")).to_be_visible()
    no_axe_findings(page)
    screenshot(page, "asal-asing")
    page.get_by_label("Kunci diagram").fill(f"cuti_{size['width']}")
    press(page.get_by_role("button", name="Terjemahkan menjadi draf baru"))
    page.wait_for_url(f"**/sop/cuti_{size['width']}/1/asal")
    expect(page.get_by_text("Draf ini diterjemahkan dari")).to_be_visible()
    no_axe_findings(page)
    screenshot(page, "asal-terjemahan")
    press(page.get_by_role("button", name="Lakukan Beri “Tanda tangani izin” formulir dengan satu isian catatan."))
    expect(page.get_by_text("Tidak ada yang dapat dibetulkan dengan satu klik.")).to_be_visible()


def test_a_plain_drawing_is_made_ready_by_clicks_without_a_script(
    site: Site,
    open_page: Callable[..., Any],
    no_axe_findings: Callable[[Any], None],
    screenshot: Callable[[Any, str], None],
) -> None:
    here = sent_in(site, PLAIN, "surat_klik")
    page = open_page(DESK, javascript=False)
    sign_in_by_hand(page, OWNER)
    page.goto(here)
    screenshot(page, "asal-gambar")
    press(page.get_by_role("button", name="Lakukan Nyatakan “Surat masuk” dapat dijalankan."))
    press(page.get_by_role("button", name="Lakukan semuanya Tambahkan kejadian akhir"))
    screenshot(page, "asal-perbaikan")
    press(page.get_by_role("link", name="Hasil pemeriksaan"))
    page.wait_for_url("**/temuan")


def test_the_page_fits_a_narrow_screen(
    site: Site, open_page: Callable[..., Any], no_axe_findings: Callable[[Any], None]
) -> None:
    here = sent_in(site, PLAIN, "surat_sempit")
    page = open_page(NARROW)
    sign_in(page, OWNER, here)
    assert not scrolls_sideways(page)
    no_axe_findings(page)
