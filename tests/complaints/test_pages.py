"""The complainant's pages and the desk, without a browser: what is asked, kept, shown once, and to whom."""

import io
import re
from html import unescape
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select, update

from service.complaints.models import Complaint, ComplaintIdentity
from service.database import db
from service.files.models import File
from service.forms.sample import sample
from tests.client import Client
from tests.files import contents

HERE = {"Origin": "http://localhost"}
DOOR = "/lapor/sp4n_lapor"
STORY = "Halaman pendaftaran pelatihan tidak dapat dibuka sejak pekan lalu."
NAME = "Zebulon Kenari Rahasia"
FILLED = {
    "jenis_pengaduan": "pengaduan_keluhan_masalah",
    "judul_pengaduan": "Pendaftaran tidak dapat dibuka",
    "isi_pengaduan": STORY,
    "tanggal_kejadian": "2026-11-02",
    "pernyataan_kebenaran": "true",
}
PNG = contents.PNG


@pytest.fixture
def visitor(demo_app: Flask) -> FlaskClient:
    """A browser without an account."""
    return demo_app.test_client()


def post(visitor: FlaskClient, address: str, data: dict[str, Any]) -> Any:
    return visitor.post(address, data=data, headers=HERE)


def hidden(page: str) -> dict[str, list[str]]:
    """The hidden controls of a page: what its form carries along."""
    found: dict[str, list[str]] = {}
    for name, value in re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', page):
        found.setdefault(unescape(name), []).append(unescape(value))
    return found


def looked_at(visitor: FlaskClient, **more: Any) -> dict[str, list[str]]:
    """What the page of the last look would send."""
    answer = post(visitor, DOOR, FILLED | more)
    assert answer.status_code == 200, answer.text
    return hidden(answer.text) | {"alur-step": ["send"]}


def handed_in(visitor: FlaskClient, **more: Any) -> tuple[str, str]:
    """Number and PIN of a complaint handed in through the pages."""
    answer = post(visitor, DOOR, looked_at(visitor, **more))
    assert answer.status_code == 303, answer.text
    return number_and_pin(visitor.get(answer.location).text)


def number_and_pin(page: str) -> tuple[str, str]:
    number, pin = re.findall(r'class="code">([^<]+)<', page)
    return number, pin


def followed(visitor: FlaskClient, number: str, pin: str) -> str:
    answer = post(visitor, "/lacak", {"number": number, "pin": pin})
    assert answer.location == f"/lacak/{number}", answer.text
    return str(visitor.get(answer.location).text)


def count(app: Flask, table: Any) -> int:
    with app.app_context():
        return db.session.scalar(select(func.count()).select_from(table)) or 0


# ---- hand in ---------------------------------------------------------------------------------------------------


def test_every_office_with_a_complaint_form_has_its_door(visitor: FlaskClient) -> None:
    page = visitor.get("/lapor").text
    assert page.count('href="/lapor/') == 5
    assert "Dijawab paling lama 14 hari kerja." in page


def test_a_link_of_an_office_shows_its_own_door_only(visitor: FlaskClient) -> None:
    assert visitor.get("/lapor?kantor=diskop-malang").text.count('href="/lapor/') == 1


def test_nothing_is_ticked_beforehand(visitor: FlaskClient) -> None:
    assert " checked" not in visitor.get(DOOR).text


def test_the_last_look_tells_all_answers_in_words_and_keeps_nothing(visitor: FlaskClient, demo_app: Flask) -> None:
    page = post(visitor, DOOR, FILLED | {"nama_pelapor": NAME}).text
    assert "Senin, 2 November 2026" in page
    assert "Pengaduan / Keluhan / Masalah" in page
    assert STORY in page
    assert NAME in page
    assert count(demo_app, Complaint) == 0


def test_a_wrong_form_comes_back_with_what_was_typed_and_its_files(visitor: FlaskClient) -> None:
    data = FILLED | {"isi_pengaduan": "pendek", "lampiran:new": (io.BytesIO(PNG), "layar.png")}
    answer = post(visitor, DOOR, data)
    assert answer.status_code == 422
    assert "<title>Kesalahan:" in answer.text
    assert 'value="Pendaftaran tidak dapat dibuka"' in answer.text
    assert "layar.png" in answer.text
    kept = hidden(answer.text)["lampiran"]
    looked = post(visitor, DOOR, FILLED | {"lampiran": kept})
    assert "layar.png" in looked.text
    assert hidden(looked.text)["lampiran"] == kept


def test_back_from_the_last_look_the_form_still_holds_everything(visitor: FlaskClient) -> None:
    page = post(visitor, DOOR, looked_at(visitor) | {"alur-do": "show"}).text
    assert STORY in page
    assert 'value="2026-11-02"' in page


def test_of_an_anonymous_complaint_the_name_goes_no_further_than_the_first_page(
    visitor: FlaskClient, demo_app: Flask
) -> None:
    page = post(visitor, DOOR, FILLED | {"nama_pelapor": NAME, "alur-anonymous": "1"}).text
    assert NAME not in page
    assert "Nama dan kontak tidak kami simpan." in page
    handed_in(visitor, nama_pelapor=NAME, **{"alur-anonymous": "1"})
    assert count(demo_app, ComplaintIdentity) == 0


def test_anonymous_and_secret_are_two_things(visitor: FlaskClient, demo_app: Flask) -> None:
    handed_in(visitor, nama_pelapor=NAME, **{"alur-secret": "1"})
    with demo_app.app_context():
        complaint = db.session.scalars(select(Complaint)).one()
        assert (complaint.anonymous, complaint.secret) == (False, True)


def test_a_form_sent_twice_hands_in_one_complaint_and_shows_the_same_receipt(
    visitor: FlaskClient, demo_app: Flask
) -> None:
    form = looked_at(visitor)
    first = number_and_pin(visitor.get(post(visitor, DOOR, form).location).text)
    again = number_and_pin(visitor.get(post(visitor, DOOR, form).location).text)
    assert first == again
    assert count(demo_app, Complaint) == 1


def test_another_site_cannot_make_a_browser_hand_in(visitor: FlaskClient, demo_app: Flask) -> None:
    form = looked_at(visitor)
    answer = visitor.post(DOOR, data=form, headers={"Origin": "https://elsewhere.example"})
    assert answer.status_code == 403
    assert count(demo_app, Complaint) == 0


# ---- the receipt -----------------------------------------------------------------------------------------------


def test_the_receipt_can_be_reloaded_but_its_address_alone_shows_no_pin(visitor: FlaskClient, demo_app: Flask) -> None:
    sent = post(visitor, DOOR, looked_at(visitor))
    page, again = visitor.get(sent.location), visitor.get(sent.location)
    number, pin = number_and_pin(page.text)
    assert number_and_pin(again.text) == (number, pin)
    assert page.headers["Cache-Control"] == "no-store"
    assert pin not in sent.location
    stranger = demo_app.test_client().get(sent.location)
    assert stranger.location == f"/lacak?nomor={number}"


def test_the_ticket_of_a_receipt_is_sealed_short_lived_and_bound_to_its_address(visitor: FlaskClient) -> None:
    sent = post(visitor, DOOR, looked_at(visitor))
    _number, pin = number_and_pin(visitor.get(sent.location).text)
    cookie = sent.headers["Set-Cookie"]
    assert pin not in cookie and pin.replace("-", "") not in cookie
    assert "HttpOnly" in cookie and "Max-Age=3600" in cookie and f"Path={sent.location}" in cookie
    ticket = cookie.split(";")[0].split("=", 1)[1]
    other = "/lapor/terima/DKR-2222-2222"
    visitor.set_cookie("alur-receipt", ticket, path=other)
    assert visitor.get(other).status_code == 303


def test_the_receipt_says_what_comes_next_and_by_when(visitor: FlaskClient) -> None:
    page = visitor.get(post(visitor, DOOR, looked_at(visitor)).location).text
    assert "Jawaban kami janjikan paling lambat" in page
    assert "<ol" in page
    assert '<svg class="qr"' in page or 'class="qr"' in page


# ---- follow ----------------------------------------------------------------------------------------------------


def test_with_number_and_pin_one_sees_where_it_stands(visitor: FlaskClient) -> None:
    page = followed(visitor, *handed_in(visitor))
    assert "Pengaduan Anda sebagai pengadu sudah kami terima" in page
    assert 'aria-current="step"' in page


def test_a_wrong_pin_is_refused_in_the_same_words_as_a_wrong_number(visitor: FlaskClient) -> None:
    number, _pin = handed_in(visitor)
    wrong_pin = post(visitor, "/lacak", {"number": number, "pin": "0000-0000"})
    wrong_number = post(visitor, "/lacak", {"number": "DKR-2222-2222", "pin": "0000-0000"})
    assert wrong_pin.status_code == wrong_number.status_code == 404
    assert "Nomor pengaduan atau PIN tidak cocok." in wrong_pin.text
    assert wrong_pin.text.replace(number, "") == wrong_number.text.replace("DKR-2222-2222", "")


def test_guesses_at_a_pin_are_limited(visitor: FlaskClient) -> None:
    form = {"number": "DKR-3333-3333", "pin": "0000-0000"}
    assert {post(visitor, "/lacak", form).status_code for _ in range(20)} == {404}
    assert post(visitor, "/lacak", form).status_code == 429


def test_the_pin_opens_one_complaint_only(visitor: FlaskClient) -> None:
    one, other = handed_in(visitor), handed_in(visitor)
    followed(visitor, *one)
    assert visitor.get(f"/lacak/{other[0]}").location == f"/lacak?nomor={other[0]}"


def test_after_closing_the_browser_no_longer_shows_it(visitor: FlaskClient) -> None:
    number, pin = handed_in(visitor)
    followed(visitor, number, pin)
    assert post(visitor, f"/lacak/{number}/tutup", {}).location == "/lacak?sudah=tutup"
    assert visitor.get(f"/lacak/{number}").location == f"/lacak?nomor={number}"


def answered(client: Client) -> None:
    """The office works until it is the complainant's turn."""
    texts: dict[str, dict[str, Any]] = {
        "teruskan_pengaduan": {},
        "tindak_lanjuti_awal": {
            "tanggapan_awal": "Kami periksa dahulu.",
            "laporan_kepada_penghubung": "Bahan laporan.",
        },
        "analisis_dan_jawab": {"hasil_analisis": "Catatan dapur kantor.", "jawaban": "Konsep jawaban."},
        "sampaikan_jawaban": {"jawaban_untuk_pengadu": "Halaman sudah dibuka kembali."},
    }
    who = "petugas@diskop-samarinda"
    for element, answers in texts.items():
        task = next(task for task in client.get("/tasks", by=who)["items"] if task["element"] == element)
        form = client.get(f"/tasks/{task['id']}/form", by=who)["schema"]
        demanded = {name: value for name, value in sample(form).items() if name in form["required"]}
        client.post(f"/tasks/{task['id']}/complete", {"answers": demanded | answers}, by=who)


def test_he_reads_the_offices_answers_and_nothing_else_of_its_work(visitor: FlaskClient, client: Client) -> None:
    number, pin = handed_in(visitor)
    answered(client)
    page = followed(visitor, number, pin)
    assert "Kami periksa dahulu." in page and "Halaman sudah dibuka kembali." in page
    assert "dapur kantor" not in page and "Konsep jawaban" not in page
    assert "Petugas serba bisa" not in page and "Analisis dan siapkan" not in page
    letters = client.get(f"/complaints/{number}", pin=pin)["letters"]
    assert [part["text"] for letter in letters for part in letter["parts"]] == [
        "Kami periksa dahulu.",
        "Halaman sudah dibuka kembali.",
    ]
    assert {letter["by"] for letter in letters} == {"office"}


def test_he_answers_back_and_closes(visitor: FlaskClient, client: Client) -> None:
    number, pin = handed_in(visitor)
    answered(client)
    address = re.search(r'action="(/lacak/[^"]+/tugas/[^"]+)"', followed(visitor, number, pin))
    assert address is not None
    refused = post(visitor, address[1], {"tanggapan": ""})
    assert refused.status_code == 422 and "Kesalahan:" in refused.text
    done = post(visitor, address[1], {"tanggapan": "selesai", "isi_tanggapan": "Sudah beres."})
    assert done.location == f"/lacak/{number}?sudah=tanggapan"
    page = visitor.get(done.location).text
    assert "sudah selesai" in page and "Sudah beres." in page
    assert post(visitor, address[1], {"tanggapan": "selesai"}).status_code == 409


def test_he_adds_a_paper_and_only_he_fetches_it(visitor: FlaskClient, demo_app: Flask) -> None:
    number, pin = handed_in(visitor)
    followed(visitor, number, pin)
    sent = post(visitor, f"/lacak/{number}/berkas", {"berkas:new": (io.BytesIO(PNG), "bukti.png")})
    assert sent.location == f"/lacak/{number}?sudah=berkas"
    page = visitor.get(sent.location).text
    address = re.search(rf'href="(/lacak/{number}/berkas/[^"]+)">bukti.png', page)
    assert address is not None
    fetched = visitor.get(address[1])
    assert fetched.data.startswith(PNG[:8])
    assert "attachment" in fetched.headers["Content-Disposition"]
    assert demo_app.test_client().get(address[1]).status_code == 404
    with demo_app.app_context():
        assert db.session.scalars(select(File)).one().instance_id is not None


def test_a_paper_of_a_wrong_kind_is_refused_in_words(visitor: FlaskClient) -> None:
    number, pin = handed_in(visitor)
    followed(visitor, number, pin)
    refused = post(visitor, f"/lacak/{number}/berkas", {"berkas:new": (io.BytesIO(b"MZ program"), "virus.exe")})
    assert refused.status_code == 422
    assert "tidak dapat diterima" in refused.text
    assert post(visitor, f"/lacak/{number}/berkas", {}).status_code == 422


def test_lateness_is_told_honestly_but_not_while_the_office_waits_for_him(
    visitor: FlaskClient, client: Client, demo_app: Flask
) -> None:
    number, pin = handed_in(visitor)
    with demo_app.app_context():
        received = db.session.scalars(select(Complaint.received_at)).one()
        db.session.execute(update(Complaint).values(promised_at=received))
        db.session.commit()
    assert "Kami terlambat" in followed(visitor, number, pin)
    answered(client)
    assert "Kami terlambat" not in visitor.get(f"/lacak/{number}").text


# ---- the desk --------------------------------------------------------------------------------------------------


def at_the_desk(app: Flask, username: str = "petugas@diskop-samarinda") -> tuple[FlaskClient, str]:
    """The browser of an officer, and the token of its pages."""
    officer = app.test_client()
    post(officer, "/masuk/contoh", {"username": username})
    token = re.search(r'name="alur-token" value="([^"]+)"', officer.get("/terima/sp4n_lapor").text)
    return officer, token[1] if token else ""


def test_with_one_sop_the_desk_goes_straight_to_its_form(demo_app: Flask) -> None:
    officer, _token = at_the_desk(demo_app)
    assert officer.get("/terima").location == "/terima/sp4n_lapor"


def test_the_desk_takes_down_what_came_by_lapor_days_ago(demo_app: Flask) -> None:
    officer, token = at_the_desk(demo_app)
    form = FILLED | {
        "alur-token": token,
        "alur-channel": "lapor",
        "alur-lapor": "7654321",
        "alur-received": "2026-03-02T09:15",
        "nama_pelapor": NAME,
    }
    sent = post(officer, "/terima/sp4n_lapor", form)
    assert sent.status_code == 303, sent.text
    assert "Serahkan tanda terima ini kepada pengadu." in officer.get(sent.location).text
    with demo_app.app_context():
        complaint = db.session.scalars(select(Complaint)).one()
        assert (complaint.channel, complaint.lapor_tracking_id) == ("lapor", "7654321")
        assert complaint.received_at.isoformat() == "2026-03-02T01:15:00+00:00"  # a quarter past nine in Samarinda
        assert complaint.filed_by is not None


def test_what_is_wrong_at_the_desk_is_said_at_its_place(demo_app: Flask) -> None:
    officer, token = at_the_desk(demo_app)
    wrong = FILLED | {"alur-token": token, "alur-channel": "letter", "alur-received": "2199-01-01T09:00"}
    answer = post(officer, "/terima/sp4n_lapor", wrong)
    assert answer.status_code == 422
    assert '<a href="#f-alur-received">Waktu terima tidak boleh di masa depan.</a>' in answer.text
    assert STORY in answer.text
    no_channel = post(officer, "/terima/sp4n_lapor", FILLED | {"alur-token": token})
    assert '<a href="#f-alur-channel">' in no_channel.text


def test_the_desk_is_for_officers_of_that_office(demo_app: Flask) -> None:
    assert demo_app.test_client().get("/terima/sp4n_lapor").location.startswith("/masuk?ke=")
    stranger = demo_app.test_client()
    post(stranger, "/masuk/contoh", {"username": "petugas@dinsos-jambi"})
    assert stranger.get("/terima/sp4n_lapor").status_code == 403


# ---- all of them -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("address", ["/lapor", DOOR, "/lacak"])
def test_public_pages_hold_nothing_that_a_strict_content_policy_forbids(visitor: FlaskClient, address: str) -> None:
    answer = visitor.get(address)
    assert "script-src 'self'" in answer.headers["Content-Security-Policy"]
    assert not re.search(r"<script(?![^>]*\bsrc=)|\sstyle=|\son\w+=|javascript:", answer.text)
