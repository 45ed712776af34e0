"""Forms in a real browser, with a script and without one: the same answers arrive."""

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.browser.conftest import (
    DESK,
    NARROW,
    PHONE,
    expect,
    find_nothing_with_axe,
    kept_on_the_device,
    press,
    scrolls_sideways,
    sign_in,
)

ALL = "/coba/public/semua"
FORMS = Path(__file__).parents[2] / "forms"
EVERY = sorted(
    path.relative_to(FORMS).as_posix().removesuffix(".schema.json") for path in FORMS.glob("*/*.schema.json")
)


def click(locator: Any) -> None:
    """Do what a script answers within the page."""
    locator.click()


def _sent(page: Any) -> dict[str, Any]:
    answers: dict[str, Any] = json.loads(page.locator("#sent").inner_text())
    return answers


def _send(page: Any) -> None:
    press(page.locator(".send button"))


def test_axe_finds_nothing_on_any_form_even_where_all_is_wrong(page: Any, screenshot: Any) -> None:
    for name in [*EVERY, "semua"]:
        page.goto(f"/coba/public/{name}")
        screenshot(page, f"form-{name.replace('/', '-')}")
        _send(page)
        page.locator(".errors, #sent").wait_for()
        screenshot(page, f"form-{name.replace('/', '-')}-wrong")
        find_nothing_with_axe(page)


def test_axe_finds_nothing_on_a_form_at_the_desk(desk: Any, screenshot: Any) -> None:
    for name in ("penanganan_pengaduan/mulai", "semua"):
        desk.goto(f"/coba/public/{name}")
        screenshot(desk, f"form-{name.replace('/', '-')}")
        find_nothing_with_axe(desk)


def test_no_form_scrolls_sideways_on_the_smallest_phone(open_page: Callable[..., Any]) -> None:
    page = open_page(NARROW)
    for name in [*EVERY, "semua"]:
        page.goto(f"/coba/public/{name}")
        assert not scrolls_sideways(page), name


def test_a_form_stands_on_a_staff_page_too(open_page: Callable[..., Any], screenshot: Any) -> None:
    page = open_page(DESK)
    sign_in(page, "petugas@dinsos-jambi")
    page.goto("/coba/staff/penanganan_pengaduan/periksa_lapangan")
    screenshot(page, "form-staff")
    find_nothing_with_axe(page)


def test_a_refused_form_leads_to_what_is_wrong_and_keeps_what_was_typed(page: Any) -> None:
    page.goto(ALL)
    page.get_by_label("Jumlah").fill("dua")
    _send(page)
    expect(page).to_have_title(re.compile("^Kesalahan:"))
    expect(page.locator(".errors")).to_be_focused()
    page.get_by_role("link", name="Jumlah harus berupa bilangan bulat.").click()
    expect(page.locator("[name=jumlah]")).to_be_focused()
    expect(page.get_by_label("Jumlah")).to_have_value("dua")


def test_a_condition_shows_its_fields_at_once(page: Any) -> None:
    page.goto(ALL)
    number, amount = page.get_by_label("Nomor surat"), page.locator('[data-field="jumlah"] .opt')
    expect(number).to_be_hidden()
    expect(amount).to_be_visible()
    page.get_by_label("tertulis").check()
    expect(number).to_be_visible()
    expect(amount).to_be_hidden()
    number.fill("12/B")
    page.get_by_label("lisan").check()
    expect(number).to_be_hidden()
    page.get_by_label("Judul").fill("Satu")
    _send(page)
    assert _sent(page) == {"judul": "Satu", "jenis": "lisan"}


def _fill_rows(page: Any, do: Callable[[Any], None] = click) -> None:
    page.get_by_label("Judul").fill("Satu")
    for number, name in enumerate(("Dewi", "Rudi", "Sri")):
        do(page.get_by_role("button", name="Tambah baris Tim"))
        page.get_by_label("Nama").nth(number).fill(name)
    page.get_by_label("Rabu").nth(2).check()


def test_rows_are_added_and_removed_at_once(page: Any) -> None:
    page.goto(ALL)
    _fill_rows(page)
    expect(page.get_by_role("button", name="Tambah baris Tim")).to_be_hidden()
    page.get_by_role("button", name="Hapus baris 2").click()
    expect(page.locator("[data-row] > legend").last).to_have_text(re.compile("^Baris 2"))
    _send(page)
    assert _sent(page) == {"judul": "Satu", "tim": [{"nama": "Dewi"}, {"nama": "Sri", "hari": ["Rabu"]}]}


def test_without_a_script_the_server_adds_rows_and_opens_conditions(open_page: Callable[..., Any]) -> None:
    page = open_page(PHONE, javascript=False)
    page.goto(ALL)
    page.get_by_label("tertulis").check()
    press(page.get_by_role("button", name="Tampilkan isian lanjutan"))
    page.get_by_label("Nomor surat").fill("12/B")
    page.get_by_label("Jumlah").fill("3")
    _fill_rows(page, press)
    press(page.get_by_role("button", name="Hapus baris 2"))
    _send(page)
    assert _sent(page) == {
        "judul": "Satu",
        "jumlah": 3,
        "jenis": "tertulis",
        "nomor_surat": "12/B",
        "tim": [{"nama": "Dewi"}, {"nama": "Sri", "hari": ["Rabu"]}],
    }


def test_enter_sends_the_form_rather_than_adding_a_row(page: Any) -> None:
    page.goto(ALL)
    page.get_by_label("Judul").fill("Satu")
    with page.expect_navigation():
        page.get_by_label("Judul").press("Enter")
    assert _sent(page) == {"judul": "Satu"}


@pytest.mark.parametrize("javascript", [True, False], ids=["script", "no-script"])
def test_an_upload_survives_a_refused_form(open_page: Callable[..., Any], tmp_path: Path, javascript: bool) -> None:
    page = open_page(PHONE, javascript=javascript)
    paper = tmp_path / "surat pengantar.pdf"
    paper.write_bytes(b"%PDF-1.4\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF\n")
    page.goto(ALL)
    page.locator("#f-surat").set_input_files(paper)
    _send(page)
    expect(page.get_by_text("surat pengantar.pdf").first).to_be_visible()
    page.get_by_label("Judul").fill("Satu")
    _send(page)
    assert set(_sent(page)) == {"judul", "surat"}


def test_a_file_of_another_kind_is_refused_at_its_field(page: Any, tmp_path: Path) -> None:
    program = tmp_path / "program.exe"
    program.write_bytes(b"MZ\x00\x00")
    page.goto(ALL)
    page.get_by_label("Judul").fill("Satu")
    page.locator("#f-surat").set_input_files(program)
    _send(page)
    expect(page.locator(".errors a")).to_have_attribute("href", "#f-surat")
    find_nothing_with_axe(page)


def test_a_kept_file_can_be_dropped(page: Any, tmp_path: Path) -> None:
    paper = tmp_path / "surat.pdf"
    paper.write_bytes(b"%PDF-1.4\n%%EOF\n")
    page.goto(ALL)
    page.locator("#f-surat").set_input_files(paper)
    _send(page)
    page.get_by_role("button", name="Hapus surat.pdf").click()
    page.get_by_label("Judul").fill("Satu")
    _send(page)
    assert _sent(page) == {"judul": "Satu"}


def test_what_was_typed_is_there_again_after_the_page_was_closed(open_page: Callable[..., Any]) -> None:
    page = open_page(PHONE)
    page.goto(ALL)
    _fill_rows(page)
    kept_on_the_device(page, "Sri")
    page.goto("/")
    page.goto(ALL)
    expect(page.get_by_label("Judul")).to_have_value("Satu")
    expect(page.get_by_label("Nama").last).to_have_value("Sri")
    page.get_by_role("button", name="Hapus isian").click()
    expect(page.get_by_label("Judul")).to_have_value("")
    page.reload()
    expect(page.get_by_label("Judul")).to_have_value("")


def test_a_date_is_repeated_in_words(page: Any) -> None:
    page.goto("/coba/public/penanganan_pengaduan/mulai")
    page.get_by_label("Tanggal kejadian").fill("2026-11-02")
    expect(page.get_by_text("Senin, 2 November 2026")).to_be_visible()
