"""Pages about instances and SOPs in a real browser: the drawing, its marks and its watermark, phone and desk."""

import re
from collections.abc import Callable
from typing import Any

import pytest

from service.forms.sample import sample
from tests.browser.conftest import DESK, NARROW, PHONE, Site, expect, scrolls_sideways, sign_in, sign_in_by_hand, until
from tests.client import Client

KEY, OFFICE = "penanganan_pengaduan", "dinsos-jambi"
OFFICER, SUPERVISOR = f"petugas@{OFFICE}", f"atasan@{OFFICE}"
BUDGET = 100 * 1024
DRAWN = ".djs-shape[data-element-id]"


@pytest.fixture(scope="session")
def instance(site: Site) -> str:
    """An instance in its second round, for all tests of this file."""
    client = Client(site.app)
    answers = sample(client.get(f"/diagrams/{KEY}/form")["schema"]) | {"judul_pengaduan": "Beras kurang dari 10 kg"}
    number = client.post("/complaints", {"diagram": KEY, "answers": answers})["number"]
    found = str(client.get(f"/instances?q={number}", by=SUPERVISOR)["items"][0]["id"])
    for step in range(7):
        task = client.get(f"/instances/{found}", by=OFFICER)["tasks"][0]
        schema = client.get(f"/tasks/{task['id']}/form", by=OFFICER)["schema"]
        decided = {"keputusan": "koreksi"} if step == 6 else {}
        client.post(f"/tasks/{task['id']}/complete", {"answers": sample(schema, decided)}, by=OFFICER)
    return found


@pytest.fixture
def addresses(instance: str) -> list[str]:
    """Every page of these rooms."""
    one, sop = f"/berkas/{instance}", f"/sop/{KEY}/1"
    rest = ("", "/riwayat/4", "/tindakan", "/identitas")
    return ["/berkas", *(f"{one}{part}" for part in rest), "/sop", sop, f"{sop}/formulir/koreksi_draf_surat"]


def open_drawn(open_page: Callable[..., Any], address: str, size: dict[str, int], by: str = SUPERVISOR) -> Any:
    page = open_page(size)
    sign_in(page, by, address)
    _wait_until_drawn(page)
    return page


def _wait_until_drawn(page: Any) -> None:
    """Drawn, marked and laid at its place: the size of the sheet is the last that is set."""
    page.locator(DRAWN).first.wait_for()
    expect(page.locator(".drawing .sheet")).to_have_attribute("style", re.compile("--high"))


@pytest.mark.parametrize("size", [PHONE, DESK], ids=["phone", "desk"])
def test_axe_finds_nothing(
    open_page: Callable[..., Any], no_axe_findings: Any, addresses: list[str], size: dict[str, int]
) -> None:
    page = open_page(size)
    sign_in(page, SUPERVISOR)
    for address in addresses:
        page.goto(address, wait_until="networkidle")
        no_axe_findings(page)


def test_nothing_scrolls_sideways_on_the_smallest_phone(open_page: Callable[..., Any], addresses: list[str]) -> None:
    page = open_page(NARROW)
    sign_in(page, SUPERVISOR)
    for address in addresses:
        page.goto(address, wait_until="networkidle")
        assert not scrolls_sideways(page), address


@pytest.mark.parametrize("size", [PHONE, DESK], ids=["phone", "desk"])
def test_the_watermark_is_wholly_in_sight_and_uncovered(
    open_page: Callable[..., Any], instance: str, size: dict[str, int]
) -> None:
    for address in (f"/berkas/{instance}", f"/berkas/{instance}/riwayat/4", f"/sop/{KEY}/1"):
        page = open_drawn(open_page, address, size)
        for _ in range(2):
            assert page.evaluate(
                """() => {
                  const mark = document.querySelector('.bjs-powered-by');
                  mark.scrollIntoView({block: 'center', inline: 'nearest'});
                  const box = mark.getBoundingClientRect();
                  const places = [[.1, .1], [.9, .1], [.5, .5], [.1, .9], [.9, .9]];
                  return box.left >= 0 && box.right <= innerWidth && box.width > 40 && places.every(([x, y]) =>
                    mark.contains(document.elementFromPoint(box.left + x * box.width, box.top + y * box.height)));
                }"""
            ), address
            page.evaluate("document.querySelector('.map').scrollTo(9999, 9999)")


@pytest.mark.parametrize("size", [PHONE, DESK], ids=["phone", "desk"])
def test_the_present_step_is_in_sight_and_marked_in_words(
    open_page: Callable[..., Any], instance: str, size: dict[str, int]
) -> None:
    page = open_drawn(open_page, f"/berkas/{instance}", size)
    flag = page.locator('[data-container-id="susun_draf_surat"] .flag')
    expect(flag).to_have_text("Sekarang, putaran 2")
    expect(page.locator('[data-container-id="periksa_lapangan"] .flag')).to_have_text("Selesai")
    expect(page.locator(".is-now[data-element-id='susun_draf_surat']")).to_have_count(1)
    until(
        page,
        """() => {
          const region = document.querySelector('.map').getBoundingClientRect();
          const step = document.querySelector('.is-now').getBoundingClientRect();
          return step.left >= region.left && step.right <= region.right;
        }""",
    )


def test_the_drawing_is_a_named_region_that_the_keyboard_moves(open_page: Callable[..., Any], instance: str) -> None:
    page = open_drawn(open_page, f"/berkas/{instance}", PHONE)
    region = page.get_by_role("region", name="Diagram Penanganan Pengaduan Masyarakat dengan jalannya berkas ini")
    before = region.evaluate("it => it.scrollLeft")
    region.focus()
    page.keyboard.press("ArrowRight")
    until(page, "([before]) => document.activeElement.scrollLeft > before", before)


def test_a_click_on_a_step_leads_to_its_row(open_page: Callable[..., Any], instance: str) -> None:
    page = open_drawn(open_page, f"/berkas/{instance}", DESK)
    page.locator("[data-element-id='susun_draf_surat'] > .djs-hit").first.click()
    page.wait_for_url("**#langkah-susun_draf_surat")


def test_without_a_script_the_table_alone_serves(open_page: Callable[..., Any], instance: str) -> None:
    page = open_page(PHONE, javascript=False)
    sign_in_by_hand(page, SUPERVISOR)
    page.goto(f"/berkas/{instance}")
    expect(page.locator("#langkah-susun_draf_surat")).to_be_visible()
    expect(page.locator(".map")).to_be_hidden()


def test_an_instance_is_small_on_the_first_visit_with_its_drawing(open_page: Callable[..., Any], instance: str) -> None:
    before = open_page(PHONE)
    sign_in(before, SUPERVISOR)
    page = open_page(PHONE)
    page.context.add_cookies(before.context.cookies())
    received: list[int] = []
    session = page.context.new_cdp_session(page)
    session.send("Network.enable")
    session.on("Network.loadingFinished", lambda event: received.append(event["encodedDataLength"]))
    page.goto(f"/berkas/{instance}", wait_until="networkidle")
    _wait_until_drawn(page)
    assert sum(received) <= BUDGET


def test_no_page_breaks_the_content_policy(open_page: Callable[..., Any], addresses: list[str]) -> None:
    page = open_page(DESK)
    told: list[str] = []
    page.on("console", lambda message: told.append(message.text) if message.type == "error" else None)
    sign_in(page, SUPERVISOR)
    for address in addresses:
        page.goto(address, wait_until="networkidle")
    assert not told
