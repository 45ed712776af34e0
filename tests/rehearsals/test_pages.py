"""The pages of rehearsals without a screen: who may, what is filled in, how wrong figures are named, what comes out."""

from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from flask import Flask

from service.database import db
from service.worker.rehearsing import rehearse_one
from tests.client import Client
from tests.contract.case import DIAGRAM, HEAD, OFFICER, OWNER, hand_in
from tests.entrance.browser import Browser

BASE = f"/sop/{DIAGRAM}/1/coba"


@pytest.fixture
def owner(demo_app: Flask) -> Browser:
    browser = Browser(demo_app)
    browser.sign_in(OWNER)
    return browser


@pytest.fixture
def work(demo_app: Flask) -> Callable[[], None]:
    def work_off() -> None:
        with demo_app.app_context():
            assert rehearse_one("a worker", lambda: datetime.now(UTC))
            db.session.remove()

    return work_off


def _text(browser: Browser, address: str) -> str:
    answer = browser.open(address)
    assert answer.status_code == 200, answer.status
    return answer.get_data(as_text=True)


def test_without_history_the_page_says_so_and_offers_the_simulation(owner: Browser) -> None:
    page = _text(owner, BASE)
    assert "Belum ada berkas" in page
    assert f'href="{BASE}/andai"' in page
    assert "Belum ada riwayat" in _text(owner, f"{BASE}/andai")


def test_a_replay_is_asked_for_watched_and_read(owner: Browser, client: Client, work: Callable[[], None]) -> None:
    case = hand_in(client).go_on(1)
    _text(owner, BASE)
    asked = owner.post(BASE, {"versions": "1", "most": "50", "from": "", "until": ""})
    assert asked.status_code == 303
    waiting = _text(owner, asked.location)
    assert "Menunggu giliran" in waiting and 'hx-trigger="every 2s"' in waiting
    work()
    done = _text(owner, asked.location)
    assert "Berkas itu akan menempuh jalan yang sama." in done and "hx-trigger" not in done
    assert case.number not in done
    assert asked.location in _text(owner, BASE)


def test_a_simulation_goes_by_the_figures_that_were_changed(owner: Browser, work: Callable[[], None]) -> None:
    _text(owner, f"{BASE}/andai")
    form = {"cases": "60", "rounds": "2", "seed": "1", "per_day": "2", "was.per_day": "2"}
    form |= {"officers.admin_opd": "3", "was.officers.admin_opd": "2"}
    form |= {"work.tindak_lanjuti_awal": "12,5", "was.work.tindak_lanjuti_awal": "9"}
    asked = owner.post(f"{BASE}/andai", form)
    assert asked.status_code == 303
    work()
    done = _text(owner, asked.location)
    assert "separuh pengaduan selesai dalam" in done
    seen = Client(owner.client.application).get(f"/rehearsals/{asked.location.rsplit('/')[-1]}", by=HEAD)
    assert seen["wanted"]["work"] == {"tindak_lanjuti_awal": {"usual": 12.5}}
    assert seen["wanted"]["officers"] == {"admin_opd": 3} and "per_day" not in seen["wanted"]


def test_a_wrong_figure_is_named_at_its_field_and_what_was_typed_stays(owner: Browser) -> None:
    _text(owner, f"{BASE}/andai")
    wrong = owner.post(f"{BASE}/andai", {"cases": "60", "rounds": "2", "per_day": "banyak", "was.per_day": "2"})
    page = wrong.get_data(as_text=True)
    assert wrong.status_code == 422
    assert 'href="#f-per_day"' in page and 'value="banyak"' in page and 'aria-invalid="true"' in page


def test_one_can_be_called_off_on_its_page(owner: Browser, client: Client) -> None:
    hand_in(client)
    _text(owner, BASE)
    address = owner.post(BASE, {"most": "50"}).location
    assert owner.post(f"{address}/batal").status_code == 303
    assert "dibatalkan; tidak ada hasil" in _text(owner, address)
    assert owner.post(f"{address}/batal").status_code == 409


def test_the_version_page_leads_here_for_those_who_may(owner: Browser, demo_app: Flask) -> None:
    assert f'href="{BASE}"' in _text(owner, f"/sop/{DIAGRAM}/1")
    officer = Browser(demo_app)
    officer.sign_in(OFFICER)
    assert f'href="{BASE}"' not in _text(officer, f"/sop/{DIAGRAM}/1")
    assert officer.open(BASE).status_code == 403
    stranger = Browser(demo_app)
    stranger.sign_in("pemilik@diskop-malang")
    assert stranger.open(BASE).status_code == 404
