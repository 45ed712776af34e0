"""Two versions side by side in a real browser: an owner starts a trial, forty complaints run through, he reads it."""

import io
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine

from service.forms.sample import sample
from tests.browser.conftest import DESK, NARROW, PHONE, Site, expect, press, scrolls_sideways, sign_in, until
from tests.client import Client

KEY, OFFICE = "layanan_pengaduan", "diskop-sulteng"
OWNER, OFFICER = f"pemilik@{OFFICE}", f"petugas@{OFFICE}"
MORNING = datetime(2026, 3, 2, 0, 30, tzinfo=UTC)
"""A Monday, half past eight in the morning in Palu."""


@pytest.fixture
def client(site: Site) -> Client:
    """The demo over its API."""
    return Client(site.app)


@pytest.fixture
def beside(client: Client) -> Iterator[int]:
    """A second version beside the first; all of it is stopped again at the end, as others use the demo too."""
    n = publish_beside(client)
    yield n
    for trial in client.get("/trials?state=running", by=OWNER)["items"]:
        client.post(f"/trials/{trial['id']}/stop", {"reason": "selesai diuji"}, by=OWNER)
    client.post(f"/diagrams/{KEY}/versions/{n}/retire", {"note": "selesai diuji"}, by=OWNER)


def publish_beside(client: Client) -> int:
    """Version 1 with one step called otherwise, live beside it."""
    xml = client.call("GET", f"/diagrams/{KEY}/versions/1/xml", by=OWNER).get_data()
    changed = xml.replace(b'name="Teruskan ke Subbag Umum"', b'name="Sampaikan ke Subbag Umum"')
    made = client.post("/diagrams", by=OWNER, data={"bpmn": (io.BytesIO(changed), "dua.bpmn")})
    n = int(made["version"])
    client.post(f"/diagrams/{KEY}/versions/{n}/publish", {"note": "berdampingan"}, by=OWNER)
    return n


def run_through(client: Client, number: int, traveller: Any) -> int:
    """A complaint from intake to its end, each step taking an hour in version 1 and a quarter of one in the other."""
    at = MORNING + timedelta(days=number % 5, minutes=number)
    traveller.move_to(at)
    form = client.get(f"/diagrams/{KEY}/form")
    handed = client.post("/complaints", {"diagram": KEY, "answers": sample(form["schema"])})
    (found,) = client.get(f"/instances?q={handed['number']}", by=OFFICER)["items"]
    version = int(found["version"])
    for _ in range(12):
        tasks = client.get(f"/tasks?instance={found['id']}", by=OFFICER)["items"]
        if not tasks:
            break
        at += timedelta(minutes=(60 if version == 1 else 15) + number % 7)
        traveller.move_to(at)
        schema = client.get(f"/tasks/{tasks[0]['id']}/form", by=OFFICER)["schema"]
        client.post(f"/tasks/{tasks[0]['id']}/complete", {"answers": sample(schema)}, by=OFFICER)
    return version


def test_an_owner_starts_a_trial_and_reads_which_version_is_quicker(
    beside: int,
    site: Site,
    open_page: Callable[..., Any],
    no_axe_findings: Callable[[Any], None],
    screenshot: Callable[[Any, str], None],
) -> None:
    desk = open_page(DESK)
    sign_in(desk, OWNER, "/uji")
    press(desk.locator('.empty a[href="/uji/baru"], .head a[href="/uji/baru"]'))
    expect(desk.locator(f'a[href="/uji/baru?sop={KEY}"]')).to_be_visible()
    desk.goto(f"/uji/baru?sop={KEY}&versi=1,{beside}")
    desk.get_by_label("Nama uji").fill("Langkah lebih singkat")
    desk.get_by_label("Jenis pengaduan").check()
    desk.get_by_label("Selesai pada tiap versi").fill("20")
    no_axe_findings(desk)
    screenshot(desk, "uji-baru")
    press(desk.get_by_role("button", name="Mulai uji sekarang"))
    expect(desk.get_by_role("heading", level=1)).to_have_text("Langkah lebih singkat")
    expect(desk.get_by_text("Belum ada pengaduan")).to_be_visible()
    address = desk.url.removeprefix(site.address)

    with time_machine.travel(MORNING) as traveller:
        taken = [run_through(Client(site.app), number, traveller) for number in range(40)]
    assert taken.count(1) == 20

    press(desk.locator('nav a[href="/uji"]'))
    press(desk.get_by_role("link", name="Langkah lebih singkat"))
    verdict = desk.locator("#h-putusan")
    expect(verdict).to_contain_text("lebih cepat")
    expect(verdict).to_contain_text("40 pengaduan")
    expect(desk.get_by_text("Aturan penghentian terpenuhi")).to_be_visible()
    until(desk, "() => document.querySelectorAll('.flag-heat-1').length > 3")
    expect(desk.locator(".steps-table")).to_contain_text("Lebih cepat")
    no_axe_findings(desk)
    screenshot(desk, "uji")

    for size in (PHONE, NARROW):
        page = open_page(size)
        sign_in(page, f"atasan@{OFFICE}", address)
        expect(page.locator("#h-putusan")).to_contain_text("lebih cepat")
        assert not scrolls_sideways(page)
        no_axe_findings(page)
        screenshot(page, "uji")

    desk.get_by_label("Alasan").fill("Bedanya sudah terbukti")
    press(desk.get_by_role("button", name="Hentikan uji"))
    expect(desk.get_by_text("“Bedanya sudah terbukti”")).to_be_visible()


def test_versions_are_compared_without_a_script(beside: int, open_page: Callable[..., Any]) -> None:
    page = open_page(PHONE, javascript=False)
    sign_in(page, OWNER, f"/sop/{KEY}/banding")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Banding versi")
    assert not scrolls_sideways(page)
