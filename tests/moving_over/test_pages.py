"""Pages on which instances are moved: what they show beforehand, what they do, and to whom they are open."""

import re
from datetime import UTC, datetime

import pytest
from flask import Flask

from service.database import db
from service.worker.carrying import carry_on
from tests.client import Client
from tests.instances.surfing import Surfer
from tests.moving_over.desk import (
    HEAD,
    OFFICER,
    OWNER,
    SOP,
    STRANGE_HEAD,
    SUPERVISOR,
    complete,
    elements,
    hand_in,
    second_version,
)


@pytest.fixture
def supervisor(demo_app: Flask) -> Surfer:
    return Surfer(demo_app, SUPERVISOR)


def test_one_instance_goes_over_as_the_preview_said(client: Client, supervisor: Surfer) -> None:
    n, instance = second_version(client), hand_in(client)
    page = f"/berkas/{instance}/pindah"
    assert "Ke versi lain" in supervisor.open(f"/berkas/{instance}/tindakan")
    told = supervisor.open(page)
    assert "Dapat dipindahkan" in told and "Agendakan surat masuk menjadi Catat surat masuk" in told
    answer = supervisor.post(page, page, versi=n)
    assert (answer.status_code, "Sebutkan alasannya." in answer.text) == (422, True)
    answer = supervisor.post(page, page, versi=n, **{"alur-reason": "aturan baru"})
    assert (answer.status_code, answer.location) == (303, f"/berkas/{instance}?sudah=pindah")
    told = supervisor.open(f"/berkas/{instance}?sudah=pindah")
    assert "Berkas sudah dipindahkan ke versi lain." in told
    assert f"Dipindahkan ke versi lain: versi 1 ke versi {n}" in told and "“aturan baru”" in told
    assert "Agendakan surat masuk" in supervisor.open(f"/berkas/{instance}/riwayat/1")
    assert "Tidak ada versi lain" not in supervisor.open(page)


def test_what_cannot_go_is_told_with_its_reason_and_a_choice(client: Client, supervisor: Surfer) -> None:
    n, instance = second_version(client), hand_in(client)
    page = f"/berkas/{instance}/pindah"
    told = supervisor.open(f"{page}?versi={n}&ke.agendakan_surat=mulai")
    assert "Belum dapat dipindahkan" in told and "menunggu hal yang lain jenisnya" in told
    plan = {"versi": n, "ke.agendakan_surat": "mulai", "alur-reason": "coba"}
    answer = supervisor.post(page, page, **plan)
    assert answer.status_code == 422 and "menunggu hal yang lain jenisnya" in answer.text
    told = supervisor.open(f"{page}?versi={n}&ke.agendakan_surat=disposisi_kepala_opd")
    assert "Agendakan surat masuk menjadi Disposisi" in told and "Kepala Bidang" in told


def test_a_task_is_moved_to_another_step(client: Client, supervisor: Surfer) -> None:
    instance = hand_in(client)
    page = f"/berkas/{instance}/langkah"
    asked = f"{page}?dari=agendakan_surat&ke=periksa_lapangan"
    assert "ditarik beserta pewaktunya" in supervisor.open(asked)
    assert "bukan tugas" in supervisor.open(f"{page}?dari=agendakan_surat&ke=mulai")
    fields = {"dari": "agendakan_surat", "ke": "periksa_lapangan", "alur-reason": "sudah diagendakan"}
    assert supervisor.post(page, asked, **fields).status_code == 303
    assert elements(client, instance) == ["periksa_lapangan"]
    answer = supervisor.post(page, f"/berkas/{instance}/tindakan", **fields)
    assert (answer.status_code, "sedang tidak terbuka" in answer.text) == (422, True)


def test_an_officer_takes_back_what_he_has_just_done(client: Client, demo_app: Flask) -> None:
    officer, instance = Surfer(demo_app, OFFICER), hand_in(client)
    (task,) = client.get(f"/instances/{instance}", by=OFFICER)["tasks"]
    complete(client, instance)
    after = officer.page(f"/tugas/{task['id']}/selesai")
    assert f'action="/berkas/{instance}/urungkan"' in after
    assert "Urungkan" in officer.open(f"/berkas/{instance}")
    answer = officer.post(f"/berkas/{instance}/urungkan", f"/tugas/{task['id']}/selesai")
    assert answer.location == f"/tugas/{task['id']}?diurungkan=1"
    assert "Isian Anda ada di bawah sebagai draf." in officer.open(answer.location)
    assert "Urungkan" not in officer.open(f"/berkas/{instance}")
    assert "Diurungkan" in officer.open(f"/berkas/{instance}")


def test_once_the_next_one_has_opened_his_task_the_button_is_gone(client: Client, demo_app: Flask) -> None:
    officer, head, instance = Surfer(demo_app, OFFICER), Surfer(demo_app, HEAD), hand_in(client)
    (task,) = client.get(f"/instances/{instance}", by=OFFICER)["tasks"]
    complete(client, instance)
    (following,) = client.get(f"/instances/{instance}", by=HEAD)["tasks"]
    head.open(f"/tugas/{following['id']}")
    head.open(f"/tugas/{following['id']}")
    assert f'action="/berkas/{instance}/urungkan"' not in officer.page(f"/tugas/{task['id']}/selesai")
    answer = officer.post(f"/berkas/{instance}/urungkan", f"/tugas/{following['id']}")
    assert (answer.status_code, "sudah dibuka" in answer.text) == (409, True)


def test_a_supervisor_takes_back_a_migration(client: Client, supervisor: Surfer) -> None:
    n, instance = second_version(client), hand_in(client)
    client.post(f"/instances/{instance}/migrate", {"version": n}, by=SUPERVISOR)
    page = f"/berkas/{instance}/urungkan"
    assert "Berkas kembali persis seperti sebelumnya, di versi 1." in supervisor.open(page)
    assert supervisor.post(page, page).status_code == 422
    assert supervisor.post(page, page, **{"alur-reason": "keliru"}).location == f"/berkas/{instance}?sudah=urungkan"
    assert client.get(f"/instances/{instance}", by=SUPERVISOR)["version"] == 1


def test_many_are_previewed_ordered_watched_and_taken_back(client: Client, demo_app: Flask, supervisor: Surfer) -> None:
    n, one, other = second_version(client), hand_in(client), hand_in(client)
    complete(client, other)
    page = f"/sop/{SOP}/pindah"
    told = supervisor.open(f"{page}?asal=1&versi={n}")
    assert "2 berkas dipilih" in told and "2 dapat dipindahkan" in told
    assert "1 berkas dipilih" in supervisor.open(f"{page}?asal=1&versi={n}&langkah=agendakan_surat")
    assert supervisor.post(page, f"{page}?asal=1&versi={n}", asal="1", versi=n).status_code == 422
    fields = {"asal": "1", "versi": n, "alur-reason": "aturan baru"}
    going = supervisor.post(page, f"{page}?asal=1&versi={n}", **fields).location
    shown = supervisor.page(going)
    assert 'hx-trigger="every 2s"' in shown and "0 dari 2" in shown
    _work(demo_app)
    assert "2 berkas dipindahkan." in supervisor.open(going)
    assert "hx-trigger" not in re.sub(r"<head.*?</head>", "", supervisor.page(going), flags=re.DOTALL)
    complete(client, one)
    assert supervisor.post(f"{going}/urungkan", going, **{"alur-reason": "keliru"}).status_code == 303
    _work(demo_app)
    told = supervisor.open(going)
    assert "1 berkas kembali seperti semula." in told and "1 tidak dapat diurungkan." in told
    assert "aturan baru" in supervisor.open(page)


def _work(app: Flask) -> None:
    with app.app_context():
        while carry_on(datetime.now(UTC)):
            pass
        db.session.remove()


def test_pages_are_for_those_they_are_for(client: Client, demo_app: Flask, supervisor: Surfer) -> None:
    n, instance = second_version(client), hand_in(client)
    officer, owner, stranger = (Surfer(demo_app, name) for name in (OFFICER, OWNER, STRANGE_HEAD))
    for page in (f"/berkas/{instance}/pindah", f"/sop/{SOP}/pindah"):
        officer.page(page, 403)
        owner.page(page)
        stranger.page(page, 404)
    owner.page(f"/berkas/{instance}/langkah", 403)
    stranger.page(f"/berkas/{instance}/langkah", 404)
    stranger.page(f"/berkas/{instance}/urungkan", 404)
    batch = client.post(f"/diagrams/{SOP}/migrations", {"version": n, "reason": "x"}, by=OWNER)["id"]
    stranger.page(f"/sop/{SOP}/pindah/{batch}", 404)
    supervisor.page(f"/sop/sp4n_lapor/pindah/{batch}", 404)


def test_nonsense_in_the_address_is_not_asked_for(client: Client, supervisor: Surfer) -> None:
    instance = hand_in(client)
    for page in (f"/berkas/{instance}/pindah", f"/sop/{SOP}/pindah", f"/berkas/{instance}/langkah"):
        supervisor.page(f"{page}?versi=9999999999&asal=x&keadaan=y&langkah=%00&ke=%00&dari=zz&ke.%00=a&ke.=b")
        supervisor.page(f"{page}?versi=0&asal=-1&ke.entah=entah&langkah={'x' * 500}")
