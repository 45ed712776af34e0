"""Pages and who may see them: sessions, where a form comes from, what is refused in words, what a page may load."""

import gzip
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from flask import Flask

from service.database import db, transaction
from service.people.commands import enter_person
from service.people.passwords import digest_password
from service.people.sessions import BrowserSession
from tests.entrance.browser import HERE, Browser

OFFICER = "petugas@dinsos-jambi"


@pytest.fixture
def browser(demo_app: Flask) -> Browser:
    return Browser(demo_app)


@pytest.fixture
def signed_in(browser: Browser) -> Browser:
    browser.sign_in(OFFICER)
    return browser


def _cookie(browser: Browser, name: str = "alur") -> str:
    cookie = browser.client.get_cookie(name)
    assert cookie is not None
    return cookie.value


def test_a_private_page_leads_to_signing_in_and_back(browser: Browser) -> None:
    answer = browser.open("/akun?sudah=token")
    assert answer.headers["Location"] == "/masuk?ke=%2Fakun%3Fsudah%3Dtoken"
    assert browser.sign_in(OFFICER).headers["Location"] == "/beranda"
    back = browser.post("/masuk", {"username": OFFICER, "password": "demo", "ke": "/akun"})
    assert back.headers["Location"] == "/akun"


@pytest.mark.parametrize("elsewhere", ["https://elsewhere.example", "//elsewhere.example", "/\\elsewhere.example", "x"])
def test_signing_in_leads_nowhere_else(browser: Browser, elsewhere: str) -> None:
    answer = browser.post("/masuk", {"username": OFFICER, "password": "demo", "ke": elsewhere})
    assert answer.headers["Location"] == "/beranda"


def test_a_wrong_password_is_told_in_words_and_opens_nothing(browser: Browser) -> None:
    answer = browser.sign_in(OFFICER, "wrong")
    assert answer.status_code == 401
    assert "tidak cocok" in answer.text
    assert "Location" in browser.open("/akun").headers


def test_signing_in_gives_a_fresh_session_and_ends_the_one_before(signed_in: Browser) -> None:
    before = _cookie(signed_in)
    signed_in.sign_in(OFFICER)
    assert _cookie(signed_in) != before
    signed_in.client.set_cookie("alur", before)
    assert signed_in.open("/akun").status_code == 303


def test_the_cookie_is_out_of_reach_for_scripts_and_bound_to_https(browser: Browser) -> None:
    plain = browser.sign_in(OFFICER).headers["Set-Cookie"]
    assert plain.startswith("alur=") and "HttpOnly" in plain and "SameSite=Lax" in plain
    secure = browser.sign_in(OFFICER, headers={**HERE, "X-Forwarded-Proto": "https"}).headers["Set-Cookie"]
    assert secure.startswith("__Host-alur=") and "Secure" in secure and "Path=/" in secure


def test_only_the_digest_of_a_session_is_kept(signed_in: Browser, demo_app: Flask) -> None:
    with demo_app.app_context():
        kept = db.session.query(BrowserSession).one()
        assert _cookie(signed_in).encode() not in kept.digest
        db.session.remove()


def test_signing_out_ends_the_session_on_the_server(signed_in: Browser) -> None:
    secret = _cookie(signed_in)
    assert signed_in.post("/keluar").status_code == 303
    signed_in.client.set_cookie("alur", secret)
    assert signed_in.open("/akun").status_code == 303


def test_a_session_ends_when_nobody_uses_it_and_after_half_a_day_in_any_case(browser: Browser) -> None:
    with time_machine.travel(datetime(2026, 3, 2, 1, tzinfo=UTC), tick=False) as clock:
        browser.sign_in(OFFICER)
        for _ in range(3):
            clock.shift(timedelta(hours=3, minutes=50))
            assert browser.open("/akun").status_code == 200
        clock.shift(timedelta(minutes=40))
        assert browser.open("/akun").status_code == 303
        browser.sign_in(OFFICER)
        clock.shift(timedelta(hours=4, minutes=1))
        assert browser.open("/akun").status_code == 303


@pytest.mark.parametrize(
    "headers",
    [{"Sec-Fetch-Site": "cross-site"}, {"Sec-Fetch-Site": "same-site"}, {"Origin": "http://elsewhere.example"}, {}],
)
def test_a_form_of_another_site_does_nothing(signed_in: Browser, headers: dict[str, str]) -> None:
    assert signed_in.post("/keluar", headers=headers).status_code == 403
    assert signed_in.open("/akun").status_code == 200


def test_a_form_without_the_token_of_its_page_does_nothing(signed_in: Browser) -> None:
    for token in ("", "x", "A" * 43, signed_in.token[:-4] + "AAAA"):
        assert signed_in.post("/keluar", {"alur-token": token}).status_code == 403


def test_the_token_of_a_page_looks_different_each_time(signed_in: Browser) -> None:
    first = signed_in.token
    signed_in.open("/akun")
    assert signed_in.token != first
    assert signed_in.post("/akun/bahasa", {"alur-token": first, "language": "id"}).status_code == 303


def test_the_session_signs_in_calls_of_programs_on_our_pages(signed_in: Browser) -> None:
    assert signed_in.client.get("/api/v1/me").json["person"]["username"] == OFFICER
    assert signed_in.client.delete("/api/v1/session", headers={"Origin": "http://elsewhere.example"}).status_code == 403
    assert signed_in.client.delete("/api/v1/session", headers=HERE).status_code == 204


def test_what_is_refused_is_a_page_for_people_and_a_problem_for_programs(browser: Browser) -> None:
    page, problem = browser.open("/tidak-ada"), browser.open("/api/v1/tidak-ada")
    assert (page.status_code, page.mimetype) == (404, "text/html")
    assert "Alamat ini tidak ada." in page.text
    assert (problem.status_code, problem.mimetype) == (404, "application/problem+json")


def test_what_is_refused_within_a_page_is_a_note_for_it(signed_in: Browser) -> None:
    answer = signed_in.open("/tidak-ada", **{"HX-Request": "true"})
    assert answer.headers["HX-Retarget"] == "#kabar"
    assert "<html" not in answer.text


def test_no_page_is_kept_by_anybody_or_loads_from_elsewhere(signed_in: Browser) -> None:
    for address in ("/", "/akun", "/masuk", "/tidak-ada"):
        headers = signed_in.open(address).headers
        assert headers["Cache-Control"] == "no-store"
        assert "unsafe" not in headers["Content-Security-Policy"]
        assert "default-src 'none'" in headers["Content-Security-Policy"]


def test_pages_travel_compressed(browser: Browser) -> None:
    answer = browser.client.get("/", headers={"Accept-Encoding": "gzip"})
    assert answer.headers["Content-Encoding"] == "gzip"
    assert b"Pengaduan" in gzip.decompress(answer.data)
    assert "Content-Encoding" not in browser.open("/").headers


def test_the_language_is_chosen_in_the_address_and_remembered(browser: Browser) -> None:
    assert '<html lang="id">' in browser.open("/", **{"Accept-Language": "en"}).text
    assert '<html lang="en">' in browser.open("/?bahasa=en").text
    assert '<html lang="en">' in browser.open("/").text


def test_another_password_signs_out_other_browsers(browser: Browser, demo_app: Flask) -> None:
    with demo_app.app_context():
        with transaction():
            enter_person("dewi", "Dewi Anggraini", digest_password("kata sandi lama"))
        db.session.remove()
    other = Browser(demo_app)
    for each in (browser, other):
        each.sign_in("dewi", "kata sandi lama")
    refused = browser.post("/akun/sandi", {"before": "bukan ini", "password": "kata sandi baru"})
    assert refused.status_code == 422 and 'id="f-before-e"' in refused.text
    assert browser.post("/akun/sandi", {"before": "kata sandi lama", "password": "pendek"}).status_code == 422
    assert browser.post("/akun/sandi", {"before": "kata sandi lama", "password": "kata sandi baru"}).status_code == 303
    assert (browser.open("/akun").status_code, other.open("/akun").status_code) == (200, 303)


def test_people_of_the_demo_keep_their_password(signed_in: Browser) -> None:
    answer = signed_in.post("/akun/sandi", {"before": "demo", "password": "kalimat yang panjang"})
    assert answer.status_code == 409


def test_a_token_is_shown_once(signed_in: Browser) -> None:
    answer = signed_in.post("/akun/token", {"label": "laporan bulanan"})
    assert answer.status_code == 201 and "alur_" in answer.text
    assert "laporan bulanan" in signed_in.open("/akun").text
    assert "alur_" not in signed_in.open("/akun").text.replace("alur-token", "")


def test_a_token_without_a_name_is_refused_at_its_field(signed_in: Browser) -> None:
    answer = signed_in.post("/akun/token", {"label": "  "})
    assert answer.status_code == 422
    assert 'id="f-label-e"' in answer.text
