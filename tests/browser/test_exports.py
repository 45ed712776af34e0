"""Files are taken along in a browser: the SOP document, one instance, a list."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.browser.conftest import DESK, NARROW, PHONE, Site, scrolls_sideways, sign_in
from tests.client import Client
from tests.exports.cases import PATHS, run

PATH = next(path for path in PATHS if path.sop == "layanan_pengaduan")
SIZES = pytest.mark.parametrize("size", [NARROW, PHONE, DESK], ids=["narrow", "phone", "desk"])


@SIZES
def test_axe_finds_nothing_on_what_is_taken_along_and_nothing_scrolls_sideways(
    open_page: Callable[..., Any], site: Site, no_axe_findings: Any, screenshot: Any, size: dict[str, int]
) -> None:
    instance = run(Client(site.app), PATH, 2)
    page = open_page(size)
    sign_in(page, "atasan@diskop-sulteng")
    addresses = {
        "dokumen-sop": "/sop/layanan_pengaduan/1/dokumen",
        "ambil-berkas": f"/berkas/{instance['id']}/ekspor",
        "ambil-daftar": "/berkas/ekspor?keadaan=running",
    }
    for name, address in addresses.items():
        page.goto(address)
        assert not scrolls_sideways(page), address
        screenshot(page, name)
        no_axe_findings(page)


def test_a_list_is_downloaded_and_a_missing_reason_is_asked_for(desk: Any, site: Site) -> None:
    sign_in(desk, "atasan@diskop-sulteng", "/berkas/ekspor")
    desk.get_by_role("button", name="Ambil berkas").click()
    desk.wait_for_selector(".errors")
    desk.get_by_label("Untuk apa").fill("Rapat bulanan")
    with desk.expect_download() as download:
        desk.get_by_role("button", name="Ambil berkas").click()
    assert download.value.suggested_filename == "alur-berkas.xlsx"
