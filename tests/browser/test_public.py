"""The complainant's pages and the desk in a browser: the whole way on a phone, without a script, on a broken line."""

import re
from collections.abc import Callable
from typing import Any

import pytest

from service.forms.sample import sample
from tests.browser.conftest import (
    DESK,
    NARROW,
    PHONE,
    Site,
    expect,
    kept_on_the_device,
    press,
    scrolls_sideways,
    sign_in,
    until,
)
from tests.browser.test_frames import PUBLIC_BUDGET, _bytes_of_first_visit
from tests.client import Client
from tests.files import contents

DOOR = "/lapor/sp4n_lapor"
DESK_DOOR = "/terima/sp4n_lapor"
OFFICER = "petugas@diskop-samarinda"
STORY = "Halaman pendaftaran pelatihan tidak dapat dibuka sejak pekan lalu.\nMohon dibuka kembali."
PHOTO = {"name": "layar.png", "mimeType": "image/png", "buffer": contents.PNG}
SIZES = pytest.mark.parametrize("size", [PHONE, DESK], ids=["phone", "desk"])
ANSWERS: dict[str, dict[str, Any]] = {
    "teruskan_pengaduan": {},
    "tindak_lanjuti_awal": {"tanggapan_awal": "Kami periksa dahulu.", "laporan_kepada_penghubung": "Bahan laporan."},
    "analisis_dan_jawab": {"hasil_analisis": "Sudah dicoba.", "jawaban": "Konsep jawaban."},
    "sampaikan_jawaban": {"jawaban_untuk_pengadu": "Halaman pendaftaran sudah dibuka kembali sampai 30 November."},
}


def fill_in(page: Any, name: str = "Siti Contoh") -> None:
    """Fill in the form of a complaint."""
    page.get_by_label("Pengaduan / Keluhan / Masalah").check()
    page.locator("#f-judul_pengaduan").fill("Pendaftaran pelatihan tidak dapat dibuka")
    page.locator("#f-isi_pengaduan").fill(STORY)
    page.locator("#f-tanggal_kejadian").fill("2026-11-02")
    if name:
        page.locator("#f-nama_pelapor").fill(name)
    page.locator("#f-pernyataan_kebenaran").check()


def go_on(page: Any) -> None:
    press(page.get_by_role("button", name="Periksa sekali lagi"))


def send(page: Any) -> tuple[str, str]:
    """From the last look to the receipt: number and PIN."""
    press(page.get_by_role("button", name="Kirim pengaduan"))
    page.wait_for_url("**/lapor/terima/*")
    expect(page.locator(".code")).to_have_count(2)
    number, pin = page.locator(".code").all_inner_texts()
    return number, pin


def work(site: Site, number: str) -> None:
    """The office works until it is the complainant's turn."""
    office = Client(site.app)
    for element, answers in ANSWERS.items():
        tasks = office.get("/tasks?limit=100", by=OFFICER)["items"]
        task = next(task for task in tasks if task["element"] == element and number in str(task))
        form = office.get(f"/tasks/{task['id']}/form", by=OFFICER)["schema"]
        demanded = {name: value for name, value in sample(form).items() if name in form["required"]}
        office.post(f"/tasks/{task['id']}/complete", {"answers": demanded | answers}, by=OFFICER)


@SIZES
def test_the_whole_way_from_the_door_to_the_answer_and_axe_finds_nothing_on_it(
    open_page: Callable[..., Any], site: Site, no_axe_findings: Any, screenshot: Any, size: dict[str, int]
) -> None:
    page = open_page(size)

    def look(name: str) -> None:
        assert not scrolls_sideways(page)
        screenshot(page, name)
        no_axe_findings(page)

    page.goto("/lapor")
    look("lapor")
    press(page.locator(f'a[href="{DOOR}"]'))
    page.wait_for_url(f"**{DOOR}")
    look("lapor-isi")
    go_on(page)
    expect(page).to_have_title(re.compile("^Kesalahan:"))
    expect(page.locator(".errors")).to_be_focused()
    look("lapor-salah")
    fill_in(page)
    page.locator("#f-lampiran").set_input_files(PHOTO)
    go_on(page)
    expect(page.get_by_text("Senin, 2 November 2026").first).to_be_visible()
    look("lapor-periksa")
    number, pin = send(page)
    look("terima")
    page.reload()
    expect(page.locator(".code").last).to_have_text(pin)
    work(site, number)
    page.goto(f"/lacak?nomor={number}")
    page.get_by_label("PIN").fill(pin)
    look("lacak-masuk")
    press(page.get_by_role("button", name="Lihat jalannya"))
    page.wait_for_url(f"**/lacak/{number}")
    look("lacak")
    page.get_by_label("Belum selesai").check()
    page.locator("#f-isi_tanggapan").fill("Masih belum dapat dibuka.")
    press(page.get_by_role("button", name="Kirim tanggapan"))
    expect(page.get_by_text("tanggapan Anda sudah kami terima").first).to_be_visible()
    look("lacak-ditanggapi")
    press(page.get_by_role("button", name="Tutup"))
    page.wait_for_url("**/lacak?sudah=tutup")


def test_the_whole_way_works_without_a_script(open_page: Callable[..., Any], site: Site) -> None:
    page = open_page(PHONE, javascript=False)
    page.goto(DOOR)
    fill_in(page, name="")
    page.get_by_label("Anonim: tanpa nama").check()
    page.locator("#f-lampiran").set_input_files(PHOTO)
    go_on(page)
    press(page.get_by_role("button", name="Ubah isian"))
    expect(page.locator("#f-isi_pengaduan")).to_have_value(STORY)
    expect(page.get_by_text("layar.png").first).to_be_visible()
    go_on(page)
    number, pin = send(page)
    expect(page.locator("[data-print]")).to_be_hidden()
    work(site, number)
    page.goto("/lacak")
    page.get_by_label("Nomor pengaduan").fill(number.lower())
    page.get_by_label("PIN").fill(pin.replace("-", ""))
    press(page.get_by_role("button", name="Lihat jalannya"))
    page.locator("input[name='berkas:new']").set_input_files(PHOTO)
    press(page.get_by_role("button", name="Kirim berkas"))
    expect(page.get_by_text("Berkas Anda sudah kami terima.")).to_be_visible()
    page.get_by_label("Selesai, pengaduan boleh ditutup").check()
    press(page.get_by_role("button", name="Kirim tanggapan"))
    expect(page.locator("h1")).to_contain_text("sudah selesai")


def test_whoever_wants_no_name_kept_is_not_asked_for_one(page: Any) -> None:
    page.goto(DOOR)
    expect(page.locator("#f-nama_pelapor")).to_be_visible()
    page.get_by_label("Anonim: tanpa nama").check()
    expect(page.locator("#f-nama_pelapor")).to_be_hidden()
    expect(page.locator("#f-pernyataan_kebenaran")).to_be_visible()


def test_what_was_typed_is_kept_on_the_phone_but_not_who_one_is_nor_what_one_agrees_to(page: Any) -> None:
    page.goto(DOOR)
    fill_in(page)
    kept_on_the_device(page, "pelatihan")
    page.goto("/lapor")
    page.goto(DOOR)
    expect(page.locator("#f-isi_pengaduan")).to_have_value(STORY)
    expect(page.locator("#f-nama_pelapor")).to_have_value("")
    expect(page.locator("#f-pernyataan_kebenaran")).not_to_be_checked()
    assert "Siti" not in page.evaluate("JSON.stringify(localStorage)")


def test_after_sending_nothing_is_left_on_the_phone(page: Any) -> None:
    page.goto(DOOR)
    fill_in(page)
    kept_on_the_device(page, "pelatihan")
    go_on(page)
    send(page)
    until(page, "() => localStorage.length === 0")


def test_on_a_broken_line_a_complaint_waits_and_is_sent_once_when_the_line_is_back(page: Any) -> None:
    page.goto(DOOR)
    fill_in(page)
    go_on(page)
    page.context.set_offline(True)
    button = page.get_by_role("button", name="Kirim pengaduan")
    button.click()
    expect(page.get_by_text("Jaringan sedang terputus").first).to_be_visible()
    button.click()
    sent = []
    page.on("request", lambda request: sent.append(request.url) if request.method == "POST" else None)
    with page.expect_navigation():
        page.context.set_offline(False)
    page.wait_for_url("**/lapor/terima/*")
    assert len(sent) == 1


@pytest.mark.parametrize("address", ["/lapor", DOOR, "/lapor/pengaduan_masyarakat", "/lacak"])
def test_a_public_page_is_small_on_the_first_visit(open_page: Callable[..., Any], address: str) -> None:
    assert _bytes_of_first_visit(open_page(PHONE), address) <= PUBLIC_BUDGET


@pytest.mark.parametrize("address", ["/lapor", DOOR, "/lacak", DESK_DOOR])
def test_no_page_scrolls_sideways_on_the_smallest_phone(open_page: Callable[..., Any], address: str) -> None:
    page = open_page(NARROW)
    if address == DESK_DOOR:
        sign_in(page, OFFICER)
    page.goto(address)
    assert not scrolls_sideways(page)


def test_a_receipt_and_what_follows_fit_the_smallest_phone(open_page: Callable[..., Any]) -> None:
    page = open_page(NARROW)
    page.goto(DOOR)
    fill_in(page)
    go_on(page)
    page.locator("[name=alur-key]").first.wait_for(state="attached")
    assert not scrolls_sideways(page)
    send(page)
    assert not scrolls_sideways(page)
    press(page.get_by_role("button", name="Lihat jalannya"))
    page.wait_for_url(re.compile(r"/lacak/.+"))
    assert not scrolls_sideways(page)


@SIZES
def test_the_desk_takes_a_complaint_down_and_hands_out_the_slip(
    open_page: Callable[..., Any], no_axe_findings: Any, screenshot: Any, size: dict[str, int]
) -> None:
    page = open_page(size)
    told: list[str] = []
    page.on("console", lambda message: told.append(message.text) if "Content Security" in message.text else None)
    sign_in(page, OFFICER, DESK_DOOR)
    screenshot(page, "meja")
    no_axe_findings(page)
    expect(page.locator("#f-alur-lapor")).to_be_hidden()
    page.get_by_label("SP4N-LAPOR!", exact=True).check()
    page.locator("#f-alur-lapor").fill("7654321")
    fill_in(page)
    press(page.get_by_role("button", name="Terima dan buat tanda terima"))
    page.wait_for_url("**/terima/tanda/*")
    expect(page.locator("[data-print]")).to_be_visible()
    screenshot(page, "meja-terima")
    no_axe_findings(page)
    assert not told
