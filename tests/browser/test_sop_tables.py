"""An owner pastes the table of an SOP, corrects a lane, looks at the drawing, and has a draft."""

import re
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import DESK, NARROW, PHONE, press, scrolls_sideways, sign_in, sign_in_by_hand

OWNER = "pemilik@diskop-malang"
SOURCES = Path(__file__).parents[1] / "sop_tables" / "sources"
TABLE = """| No | Kegiatan | Pelapor | Petugas Loket | Kepala Seksi | Kelengkapan | Waktu | Output |
|---|---|---|---|---|---|---|---|
| 1 | Menyampaikan keluhan ke petugas loket | x | | | Surat keluhan | 5 menit | Keluhan |
| 2 | Menerima dan mencatat keluhan | | x | | Buku tamu | 10 menit | Catatan keluhan |
| 3 | Menyusun konsep jawaban | | | | Catatan keluhan | 2 jam | Konsep jawaban |
| 4 | Memeriksa, jika setuju diparaf, jika tidak setuju dikembalikan ke petugas loket | | | x | | 1 jam | Diparaf |
| 5 | Mencetak surat jawaban | | x | | Konsep diparaf | 15 menit | Surat jawaban |
| 6 | Menyampaikan surat jawaban kepada pelapor | | x | | Surat jawaban | 1 hari | Tanda terima |
"""


@pytest.fixture
def read_table(open_page: Any) -> Any:
    """A page on which a table was pasted and read."""

    def read(text: str, size: dict[str, int] = DESK, javascript: bool = True) -> Any:
        page = open_page(size, javascript=javascript)
        if javascript:
            sign_in(page, OWNER, "/sop")
        else:
            sign_in_by_hand(page, OWNER)
            page.goto("/sop")
        press(page.get_by_role("link", name="Dari dokumen SOP"))
        page.get_by_label("Tabel SOP").fill(text)
        press(page.get_by_role("button", name="Baca tabel"))
        expect(page.get_by_role("heading", name="Langkah", exact=True)).to_be_visible()
        return page

    return read


@pytest.mark.parametrize("javascript", [True, False], ids=["with script", "without script"])
def test_a_pasted_table_becomes_a_drawn_draft(read_table: Any, javascript: bool) -> None:
    page = read_table(TABLE, javascript=javascript)
    expect(page.locator("tr.soon").first).to_contain_text("Perkiraan")
    lane = page.get_by_label("Pelaksana, langkah 3, Susun konsep jawaban")
    lane.select_option(label="Kepala Seksi")
    page.get_by_label("Nama SOP").fill("Keluhan di loket")
    key = f"keluhan_di_loket_{'js' if javascript else 'polos'}"
    page.get_by_label("Kunci diagram").fill(key)
    press(page.get_by_role("button", name="Periksa dan lihat gambar").last)
    expect(page.locator("#temuan")).to_be_visible()
    expect(page.get_by_label("Pelaksana, langkah 3, Susun konsep jawaban").locator("option:checked")).to_have_text(
        "Kepala Seksi"
    )
    expect(page.locator(".sop-picture svg")).to_contain_text("Susun konsep")
    press(page.get_by_role("button", name="Buat draf"))
    page.wait_for_url(f"**/sop/{key}/1")
    expect(page.get_by_role("heading", name="Keluhan di loket")).to_be_visible()
    row = page.locator("tr", has_text="Susun konsep jawaban")
    expect(row).to_contain_text("Kepala Seksi")
    if javascript:
        expect(page.locator(".djs-element").first).to_be_visible()


@pytest.mark.parametrize("source", ["pengaduan_masyarakat", "sp4n_lapor"])
def test_a_scanned_document_is_drawn(read_table: Any, source: str, screenshot: Any) -> None:
    page = read_table((SOURCES / f"{source}.txt").read_text())
    page.get_by_label("Kunci diagram").fill(f"{source}_dari_dokumen")
    screenshot(page, f"sop_tables_{source}")
    press(page.get_by_role("button", name="Buat draf"))
    page.wait_for_url(f"**/sop/{source}_dari_dokumen/1")
    expect(page.locator(".djs-element").first).to_be_visible()
    screenshot(page, f"sop_tables_{source}_draft")


def test_nothing_typed_is_lost_where_something_is_refused(read_table: Any) -> None:
    page = read_table(TABLE)
    page.get_by_label("Nama, langkah 2").fill("Catat keluhan di buku")
    page.get_by_label("Lama, langkah 2").fill("sepuluh")
    press(page.get_by_role("button", name="Buat draf"))
    expect(page.get_by_role("alert")).to_be_visible()
    expect(page.get_by_label("Nama, langkah 2")).to_have_value("Catat keluhan di buku")
    expect(page.get_by_label("Lama, langkah 2")).to_have_value("sepuluh")


def test_a_step_and_a_branch_can_be_added(read_table: Any) -> None:
    page = read_table(TABLE)
    press(page.get_by_role("button", name=re.compile("^Tambah langkah sesudah langkah 2")))
    added = page.get_by_label(re.compile(r"^Nama, langkah 2, Langkah baru"))
    expect(added).to_be_visible()
    added.fill("Beri nomor agenda")
    press(page.get_by_role("button", name=re.compile("^Jadikan cabang langkah 5")))
    expect(page.get_by_label(re.compile("^Pertanyaan, langkah 5"))).to_be_visible()
    expect(page.get_by_label(re.compile("^Nama, langkah 2, Beri nomor agenda"))).to_have_value("Beri nomor agenda")


@pytest.mark.parametrize("size", [PHONE, DESK], ids=["phone", "desk"])
def test_both_pages_are_fit_for_everybody(
    read_table: Any, size: dict[str, int], no_axe_findings: Any, screenshot: Any
) -> None:
    page = read_table((SOURCES / "layanan_pengaduan.txt").read_text(), size)
    no_axe_findings(page)
    screenshot(page, "sop_tables_plan")
    press(page.get_by_role("button", name="Periksa dan lihat gambar").last)
    expect(page.locator("#temuan")).to_be_visible()
    no_axe_findings(page)
    page.goto("/sop/dari-dokumen")
    no_axe_findings(page)
    screenshot(page, "sop_tables_paste")


def test_a_narrow_window_need_not_be_scrolled_sideways(read_table: Any) -> None:
    page = read_table((SOURCES / "sp4n_lapor.txt").read_text(), NARROW)
    assert not scrolls_sideways(page)
    page.goto("/sop/dari-dokumen")
    assert not scrolls_sideways(page)
