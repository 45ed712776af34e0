"""The pages of tasks in a real browser: for eyes and ears, by keyboard, with and without a script, on slow lines."""

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
    press,
    scrolls_sideways,
    sign_in,
    sign_in_by_hand,
)
from tests.client import Client
from tests.sops.test_paths import hand_in

OFFICER, COLLEAGUE, SUPERVISOR = "tata_usaha@dinsos-jambi", "petugas@dinsos-jambi", "atasan@dinsos-jambi"
STAFF_BUDGET = 40 * 1024
ONE_TASK = re.compile(r"/tugas/[0-9a-f-]{36}$")


@pytest.fixture
def number(site: Site) -> str:
    """The number of a fresh complaint; lists are narrowed to it, since other tests fill them too."""
    return str(hand_in(Client(site.app), "penanganan_pengaduan")["number"])


@pytest.fixture
def task(site: Site, number: str) -> str:
    """The address of its task at the first desk."""
    found = Client(site.app).get(f"/tasks?q={number}", by=OFFICER)["items"]
    return f"/tugas/{found[0]['id']}"


def _no_findings(page: Any, no_axe_findings: Any) -> None:
    no_axe_findings(page)
    assert not scrolls_sideways(page)


@pytest.mark.parametrize("size", [NARROW, PHONE, DESK], ids=["narrow", "phone", "desk"])
def test_axe_finds_nothing_and_nothing_scrolls_sideways(
    open_page: Callable[..., Any], no_axe_findings: Any, screenshot: Any, task: str, size: dict[str, int]
) -> None:
    page = open_page(size)
    told: list[str] = []
    sign_in(page, OFFICER, "/tugas")
    page.on("console", lambda message: told.append(message.text) if "Content Security" in message.text else None)
    for address in ("/tugas", task, "/tugas?q=tidak-ada"):
        page.goto(address)
        screenshot(page, "staff" + re.sub(r"\W+", "-", address[:20]))
        _no_findings(page, no_axe_findings)
    page.goto(task)
    press(page.get_by_role("button", name="Selesaikan tugas"))
    expect(page.locator(".errors")).to_be_visible()
    _no_findings(page, no_axe_findings)
    chief = open_page(size)
    sign_in(chief, SUPERVISOR, "/ikhtisar")
    for address in ("/ikhtisar", "/tugas/semua"):
        chief.goto(address)
        _no_findings(chief, no_axe_findings)
    assert not told


def test_a_row_changes_in_place_when_a_task_is_taken_and_the_focus_stays_there(
    desk: Any, number: str, task: str
) -> None:
    sign_in(desk, OFFICER, f"/tugas?q={number}")
    row = desk.locator("tr", has=desk.locator(f'a[href="{task}"]'))
    row.get_by_role("button", name="Ambil").focus()
    desk.keyboard.press("Enter")
    expect(row.get_by_text("Sekarang di tangan Anda")).to_be_visible()
    expect(row.get_by_role("link", name="Kerjakan")).to_be_focused()
    expect(desk).to_have_url(re.compile(r"/tugas\?q="))


def test_a_draft_is_kept_while_one_types_and_is_there_again(desk: Any, task: str) -> None:
    sign_in(desk, OFFICER, task)
    field = desk.locator("form.card input[type=text]").first
    field.fill("Setengah jadi")
    desk.get_by_text("Draf tersimpan").wait_for()
    desk.reload()
    expect(field).to_have_value("Setengah jadi")


def test_a_task_is_done_without_a_script(open_page: Callable[..., Any], site: Site, task: str) -> None:
    page = open_page(PHONE, javascript=False)
    sign_in_by_hand(page, OFFICER)
    page.goto(task)
    _fill(page, site, task)
    press(page.get_by_role("button", name="Simpan draf"))
    page.get_by_text("Draf tersimpan").wait_for()
    press(page.get_by_role("button", name="Selesaikan tugas"))
    page.get_by_role("heading", name="Tugas selesai").wait_for()
    expect(page).to_have_url(re.compile("/selesai$"))


def _fill(page: Any, site: Site, task: str) -> None:
    """Fill what is typed, with what the form itself gives for an example."""
    schema = Client(site.app).get(f"/tasks/{task.rpartition('/')[2]}/form", by=OFFICER)["schema"]
    for name, value in sample(schema).items():
        field = page.locator(f'[name="{name}"]')
        kind = field.first.get_attribute("type")
        if kind in ("radio", "checkbox"):
            page.locator(f'[name="{name}"][value="{value}"]').check()
        elif isinstance(value, str) and field.count():
            field.first.fill(value)


def test_who_comes_second_is_told_and_finds_what_he_typed(
    open_page: Callable[..., Any], no_axe_findings: Any, site: Site, task: str
) -> None:
    first, second = open_page(DESK), open_page(PHONE)
    sign_in(second, COLLEAGUE, task)
    client = Client(site.app)
    form = client.get(f"{task.replace('/tugas', '/tasks')}/form", by=OFFICER)
    sign_in(first, OFFICER, task)
    client.post(f"{task.replace('/tugas', '/tasks')}/complete", {"answers": sample(form["schema"])}, by=OFFICER)
    second.locator("form.card input[type=text]").first.fill("Tulisan saya sendiri")
    press(second.get_by_role("button", name="Selesaikan tugas"))
    second.get_by_text("lebih dahulu menyelesaikan tugas ini").wait_for()
    second.get_by_text("Tulisan saya sendiri").first.wait_for(state="attached")
    _no_findings(second, no_axe_findings)


def test_an_identity_is_opened_beside_the_form_without_losing_what_was_typed(desk: Any, task: str) -> None:
    sign_in(desk, OFFICER, task)
    field = desk.locator("form.card input[type=text]").first
    field.fill("Belum tersimpan")
    desk.get_by_text("Buka identitas").first.click()
    desk.get_by_label("Untuk apa Anda membutuhkannya?").fill("Menelepon pelapor")
    desk.get_by_role("button", name="Buka identitas").click()
    desk.get_by_text("Identitas terbuka").wait_for()
    expect(field).to_have_value("Belum tersimpan")


def test_a_supervisor_hands_a_task_over(desk: Any, number: str, task: str) -> None:
    sign_in(desk, SUPERVISOR, f"/tugas/semua?q={number}")
    row = desk.locator("tr", has=desk.locator(f'a[href="{task}"]'))
    row.get_by_role("checkbox").check()
    desk.get_by_label("Kepada").select_option(value=COLLEAGUE)
    desk.get_by_label("Alasan").fill("Cuti bersama")
    press(desk.get_by_role("button", name="Alihkan"))
    desk.get_by_text("1 tugas sudah dialihkan").wait_for()


@pytest.mark.parametrize("address", ["/tugas", "task"])
def test_a_first_visit_is_small_on_the_wire(open_page: Callable[..., Any], task: str, address: str) -> None:
    before = open_page(PHONE)
    sign_in(before, OFFICER)
    fresh = open_page(PHONE)
    fresh.context.add_cookies(before.context.cookies())
    received: list[float] = []
    session = fresh.context.new_cdp_session(fresh)
    session.send("Network.enable")
    session.on("Network.loadingFinished", lambda event: received.append(event["encodedDataLength"]))
    fresh.goto(task if address == "task" else address, wait_until="networkidle")
    assert 0 < sum(received) <= STAFF_BUDGET
