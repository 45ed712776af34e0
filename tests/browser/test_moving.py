"""Moving instances by hand in a real browser: undo right after completing, over to another version, many at once."""

import os
import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from service.database import db
from service.worker.carrying import carry_on
from tests.browser.conftest import DESK, NARROW, PHONE, Site, expect, press, scrolls_sideways, sign_in, sign_in_by_hand
from tests.client import Client
from tests.moving_over.desk import OFFICER, OWNER, SOP, SUPERVISOR, complete, hand_in, second_version

SCREENSHOTS = os.environ.get("ALUR_SCREENSHOTS")


@pytest.fixture(scope="module")
def version(site: Site) -> Iterator[int]:
    """A second version beside the first; retired at the end, so that other tests find what they expect."""
    client = Client(site.app)
    n = second_version(client)
    yield n
    client.post(f"/diagrams/{SOP}/versions/{n}/retire", {"note": "diuji"}, by=OWNER)


@pytest.fixture
def instance(site: Site) -> str:
    return hand_in(Client(site.app))


def _work(site: Site) -> None:
    """What a worker does."""
    with site.app.app_context():
        while carry_on(datetime.now(UTC)):
            pass
        db.session.remove()


def _picture(page: Any, name: str) -> None:
    if SCREENSHOTS:
        page.screenshot(path=Path(SCREENSHOTS) / f"{name}-{page.viewport_size['width']}.png", full_page=True)


def _addresses(client: Client, instance: str, n: int) -> list[tuple[str, str]]:
    done = hand_in(client)
    complete(client, done)
    batch = client.post(f"/diagrams/{SOP}/migrations", {"version": n, "instances": [done], "reason": "x"}, by=OWNER)
    return [
        ("over", f"/berkas/{instance}/pindah?versi={n}&ke.agendakan_surat=disposisi_kepala_opd"),
        ("over-not", f"/berkas/{instance}/pindah?versi={n}&ke.agendakan_surat=mulai"),
        ("step", f"/berkas/{instance}/langkah?dari=agendakan_surat&ke=periksa_lapangan"),
        ("back", f"/berkas/{done}/urungkan"),
        ("many", f"/sop/{SOP}/pindah?asal=1&versi={n}"),
        ("progress", f"/sop/{SOP}/pindah/{batch['id']}"),
    ]


def test_every_page_is_for_everybody_on_every_screen(
    open_page: Callable[..., Any], no_axe_findings: Any, site: Site, version: int, instance: str
) -> None:
    addresses = _addresses(Client(site.app), instance, version)
    for size in (PHONE, DESK, NARROW):
        page = open_page(size)
        sign_in(page, SUPERVISOR)
        for name, address in addresses:
            page.goto(address)
            assert not scrolls_sideways(page), address
            if size is not NARROW:
                no_axe_findings(page)
                _picture(page, name)
    _work(site)


@pytest.mark.parametrize("javascript", [True, False], ids=["with a script", "without"])
def test_an_officer_undoes_what_he_has_just_done(
    open_page: Callable[..., Any], site: Site, instance: str, javascript: bool
) -> None:
    client = Client(site.app)
    (task,) = client.get(f"/instances/{instance}", by=OFFICER)["tasks"]
    complete(client, instance)
    page = open_page(PHONE, javascript=javascript)
    sign_in_by_hand(page, OFFICER)
    page.goto(f"/tugas/{task['id']}/selesai")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Tugas selesai")
    _picture(page, "after")
    press(page.get_by_role("button", name="Urungkan"))
    expect(page.get_by_text("Penyelesaian Anda sudah diurungkan.")).to_be_visible()
    _picture(page, "undone")
    press(page.get_by_role("button", name="Selesaikan tugas"))
    expect(page.get_by_role("heading", level=1)).to_contain_text("Tugas selesai")


def test_a_supervisor_sees_what_will_be_and_lets_it_go_over(desk: Any, site: Site, version: int, instance: str) -> None:
    sign_in(desk, SUPERVISOR, f"/berkas/{instance}/tindakan")
    press(desk.get_by_role("link", name="Ke versi lain"))
    press(desk.get_by_role("button", name="Lihat pratinjau"))
    expect(desk.get_by_text("Dapat dipindahkan", exact=True)).to_be_visible()
    press(desk.get_by_role("button", name=f"Pindahkan ke versi {version}"))
    expect(desk.get_by_role("alert").or_(desk.locator("#f-alasan-e"))).to_be_visible()
    desk.get_by_label("Alasan").fill("aturan baru")
    press(desk.get_by_role("button", name=f"Pindahkan ke versi {version}"))
    expect(desk.get_by_text("Berkas sudah dipindahkan ke versi lain.")).to_be_visible()
    _picture(desk, "moved")
    assert Client(site.app).get(f"/instances/{instance}", by=SUPERVISOR)["version"] == version


def test_many_go_over_and_the_page_tells_when_they_have(desk: Any, site: Site, version: int, instance: str) -> None:
    sign_in(desk, SUPERVISOR)
    desk.goto(f"/sop/{SOP}/pindah?asal=1&versi={version}")
    desk.get_by_label("Alasan").fill("aturan baru")
    press(desk.get_by_role("button", name=re.compile(r"Pindahkan \d+ berkas")))
    expect(desk.get_by_text("sudah dikerjakan")).to_be_visible()
    _work(site)
    expect(desk.get_by_text("berkas dipindahkan.")).to_be_visible()  # the page asks by itself
    desk.get_by_label("Alasan").fill("keliru")
    press(desk.get_by_role("button", name="Urungkan pemindahan"))
    _work(site)
    expect(desk.get_by_text("kembali seperti semula.")).to_be_visible()
    assert Client(site.app).get(f"/instances/{instance}", by=SUPERVISOR)["version"] == 1
