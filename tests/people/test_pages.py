"""Pages of administrators, without a screen: who may open them, what their forms do, and that nothing is lost."""

import re
from typing import Any

import pytest
from flask import Flask

from service.database import db, transaction
from service.people.commands import take_away
from service.people.models import ADMIN, OFFICER, agency_of, person_named
from tests.callers import caller_named
from tests.entrance.browser import Browser

OFFICE, SOP, LANE = "dinsos-jambi", "penanganan_pengaduan", "kepala_opd"
PEOPLE, LANES = "/administrasi/orang", f"/administrasi/lajur/{OFFICE}"
OFFICER_NAME, HEAD = f"petugas@{OFFICE}", f"atasan@{OFFICE}"


@pytest.fixture
def admin(demo_app: Flask) -> Browser:
    return _at_desk(demo_app, "admin")


@pytest.fixture
def head(demo_app: Flask) -> Browser:
    return _at_desk(demo_app, HEAD)


def _at_desk(app: Flask, username: str, password: str = "demo") -> Browser:
    browser = Browser(app)
    browser.sign_in(username, password)
    return browser


def _id(app: Flask, username: str) -> str:
    with app.app_context():
        found = str(person_named(username).id)
        db.session.remove()
    return found


def _value(app: Flask, role: str = OFFICER, lane: str = LANE) -> str:
    with app.app_context():
        office = agency_of(OFFICE).id
        db.session.remove()
    return f"{office}|{role}|{SOP if lane else ''}|{lane}"


def _holds(app: Flask, username: str, lane: str = LANE) -> bool:
    with app.app_context():
        found = caller_named(username).holds(agency_of(OFFICE).id, SOP, lane)
        db.session.remove()
    return found


def _let_nobody_hold(app: Flask) -> None:
    with app.app_context():
        with transaction():
            for username in (OFFICER_NAME, f"{LANE}@{OFFICE}"):
                take_away(person_named(username), agency_of(OFFICE), OFFICER, SOP, LANE)
        db.session.remove()


@pytest.mark.parametrize(
    ("username", "seen"),
    [("admin", {"", "/orang", "/orang/baru", "/lajur", "/kalender"}), (HEAD, {"", "/lajur", "/kalender"})],
)
def test_administrators_see_all_and_supervisors_their_office(demo_app: Flask, username: str, seen: set[str]) -> None:
    browser = _at_desk(demo_app, username)
    parts = {"": "", "/orang": "", "/orang/baru": "", "/lajur": f"/{OFFICE}", "/kalender": f"/{OFFICE}"}
    opened = {part for part, rest in parts.items() if browser.open(f"/administrasi{part}{rest}").status_code == 200}
    assert opened == seen


@pytest.mark.parametrize("username", [OFFICER_NAME, f"pemilik@{OFFICE}", "auditor"])
def test_others_see_none_of_it(demo_app: Flask, username: str) -> None:
    browser = _at_desk(demo_app, username)
    for part in ("", "/orang", f"/lajur/{OFFICE}", f"/lajur/{OFFICE}/{SOP}/{LANE}", f"/kalender/{OFFICE}"):
        assert browser.open(f"/administrasi{part}").status_code == 403


def test_a_supervisor_keeps_no_other_office(head: Browser) -> None:
    for address in ("lajur/diskop-malang", "kalender/diskop-malang", "kalender/diskop-malang/jam"):
        assert head.open(f"/administrasi/{address}").status_code == 403
    assert head.post("/administrasi/kalender/diskop-malang/hari", {"day": "2026-01-06"}).status_code == 403
    assert "diskop-malang" not in head.open("/administrasi").text


def test_somebody_new_is_entered_and_signs_in_with_the_password_that_is_shown_once(
    demo_app: Flask, admin: Browser
) -> None:
    answer = admin.post(f"{PEOPLE}/baru", {"name": "Budi Santoso", "username": f"budi@{OFFICE}"})
    shown = re.search(r'class="secret">([^<]+)<', answer.text)
    assert answer.status_code == 201 and shown is not None
    assert shown[1] not in admin.open(f"{PEOPLE}/{_id(demo_app, f'budi@{OFFICE}')}").text
    assert _at_desk(demo_app, f"budi@{OFFICE}", shown[1]).open("/akun").status_code == 200


def test_a_password_set_by_hand_is_not_shown(demo_app: Flask, admin: Browser) -> None:
    typed = {"name": "Budi", "username": "budi", "password": "kalimat yang panjang"}
    answer = admin.post(f"{PEOPLE}/baru", typed)
    assert answer.status_code == 303
    assert "kalimat yang panjang" not in admin.open(answer.headers["Location"]).text
    assert _at_desk(demo_app, "budi", "kalimat yang panjang").open("/akun").status_code == 200


def test_a_refused_form_says_what_is_wrong_where_and_keeps_what_was_typed(admin: Browser) -> None:
    answer = admin.post(f"{PEOPLE}/baru", {"name": "", "username": "Budi Santoso"})
    assert answer.status_code == 422
    assert 'href="#f-name"' in answer.text and 'href="#f-username"' in answer.text
    assert 'value="Budi Santoso"' in answer.text
    taken = admin.post(f"{PEOPLE}/baru", {"name": "Budi", "username": OFFICER_NAME})
    assert taken.status_code == 422 and "sudah dipakai" in taken.text


def test_the_list_is_searched_narrowed_and_paged(admin: Browser) -> None:
    everybody = admin.open(PEOPLE).text
    further = re.search(r'href="(/administrasi/orang\?sesudah=[^"]+)"', everybody)
    assert further is not None
    names = re.compile(r'class="ctx">([^<]+)<')
    first, rest = names.findall(everybody), names.findall(admin.open(further[1]).text)
    assert len(first) == 30 and not set(first) & set(rest) and first + rest == sorted(first + rest)
    assert names.findall(admin.open(f"{PEOPLE}?q=KEPALA_OPD").text) == [f"kepala_opd@{OFFICE}"]
    assert all(OFFICE in name for name in names.findall(admin.open(f"{PEOPLE}?kantor={OFFICE}").text))
    assert "Tidak ada yang cocok" in admin.open(f"{PEOPLE}?keadaan=nonaktif").text
    assert admin.open(f"{PEOPLE}?sesudah=%00%ff").status_code == 422


def test_lanes_and_roles_are_given_and_taken_with_boxes(demo_app: Flask, admin: Browser) -> None:
    address = f"{PEOPLE}/{_id(demo_app, HEAD)}/peran"
    lane, role = _value(demo_app), _value(demo_app, "owner", "")
    assert admin.post(address, {"hold": [lane, role]}).status_code == 303
    assert _holds(demo_app, HEAD)
    assert admin.post(address, {"hold": [role], "shown": [lane, role]}).status_code == 303
    assert not _holds(demo_app, HEAD)
    assert "Pemilik proses, Atasan" in admin.open(address.removesuffix("/peran")).text.replace("\n", "")


def test_of_two_administrators_at_one_person_neither_undoes_the_other(demo_app: Flask, admin: Browser) -> None:
    """Both have opened the page before either sends it."""
    other = _at_desk(demo_app, HEAD)
    mine, theirs = _value(demo_app, lane="kepala_seksi"), _id(demo_app, HEAD)
    assert other.post(f"{LANES}/{SOP}/{LANE}", {"person": [theirs]}).status_code == 303
    assert admin.post(f"{PEOPLE}/{theirs}/peran", {"hold": [mine]}).status_code == 303
    assert _holds(demo_app, HEAD) and _holds(demo_app, HEAD, "kepala_seksi")


def test_what_does_not_exist_cannot_be_given(demo_app: Flask, admin: Browser) -> None:
    address = f"{PEOPLE}/{_id(demo_app, HEAD)}/peran"
    nowhere = _value(demo_app).replace(_value(demo_app).split("|")[0], "0192f0c1-2345-7abc-8def-0123456789ab")
    for value in (_value(demo_app, lane="tidak_ada"), nowhere, "x", "|officer||", "|king||", "a|b|c|d"):
        assert admin.post(address, {"hold": [value]}).status_code in (404, 422), value


def test_the_last_administrator_is_told_that_he_stays(demo_app: Flask, admin: Browser) -> None:
    address = f"{PEOPLE}/{_id(demo_app, 'admin')}/peran"
    answer = admin.post(address, {"shown": [f"|{ADMIN}||"]})
    assert answer.status_code == 409 and "administrator terakhir" in answer.text
    assert admin.open("/administrasi").status_code == 200


def test_who_is_shut_out_is_signed_out_at_the_next_page(demo_app: Flask, admin: Browser) -> None:
    officer = _at_desk(demo_app, OFFICER_NAME)
    person_id = _id(demo_app, OFFICER_NAME)
    assert officer.open("/tugas").status_code == 200
    assert admin.post(f"{PEOPLE}/{person_id}/aktif", {"active": "0"}).status_code == 303
    assert officer.open("/tugas").status_code == 303
    assert officer.sign_in(OFFICER_NAME).status_code == 401
    assert "tidak dapat masuk" in admin.open(f"{PEOPLE}/{person_id}?sudah=nonaktif").text
    admin.post(f"{PEOPLE}/{person_id}/aktif", {"active": "1"})
    assert officer.sign_in(OFFICER_NAME).status_code == 303


def test_a_lane_that_nobody_holds_is_a_warning_until_somebody_does(demo_app: Flask, head: Browser) -> None:
    warning = "Lajur ini belum dipegang siapa pun; tugasnya tidak terlihat."
    assert warning not in head.open(LANES).text
    _let_nobody_hold(demo_app)
    assert warning in head.open(LANES).text
    assert "1 lajur belum dipegang siapa pun" in head.open("/administrasi").text
    officer = _at_desk(demo_app, OFFICER_NAME)
    assert head.post(f"{LANES}/{SOP}/{LANE}", {"username": OFFICER_NAME}).status_code == 303
    assert warning not in head.open(f"{LANES}?sudah={LANE}").text
    assert officer.open("/tugas").status_code == 200 and _holds(demo_app, OFFICER_NAME)


def test_a_lane_is_taken_by_removing_the_tick(demo_app: Flask, head: Browser) -> None:
    holders = [_id(demo_app, name) for name in (OFFICER_NAME, f"{LANE}@{OFFICE}")]
    head.post(f"{LANES}/{SOP}/{LANE}", {"shown": holders, "person": holders[1:]})
    assert not _holds(demo_app, OFFICER_NAME) and _holds(demo_app, f"{LANE}@{OFFICE}")


def test_an_unknown_user_name_is_told_at_its_field_and_the_ticks_stay(demo_app: Flask, head: Browser) -> None:
    holders = [_id(demo_app, name) for name in (OFFICER_NAME, f"{LANE}@{OFFICE}")]
    form: dict[str, Any] = {"shown": holders, "person": holders[1:], "username": "siapa@itu"}
    answer = head.post(f"{LANES}/{SOP}/{LANE}", form)
    assert answer.status_code == 422 and 'href="#f-username"' in answer.text
    assert re.findall(r'name="person" value="([^"]+)" checked', answer.text) == holders[1:]
    assert _holds(demo_app, OFFICER_NAME)


@pytest.mark.parametrize("address", ["x/y", f"{SOP}/tidak_ada", f"sp4n_lapor/{LANE}"])
def test_a_lane_of_another_office_or_none_is_not_there(head: Browser, address: str) -> None:
    assert head.open(f"{LANES}/{address}").status_code == 404
    assert head.post(f"{LANES}/{address}", {"username": OFFICER_NAME}).status_code == 404


def test_an_administrator_sees_how_much_waits_but_no_case(admin: Browser) -> None:
    assert "/tugas/semua" not in admin.open(LANES).text
    for address in ("/berkas", "/tugas", "/tugas/semua", "/ikhtisar"):
        assert admin.open(address).status_code == 403
