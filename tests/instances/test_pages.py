"""Pages about instances and SOPs: what they say, to whom, and what can be done on them."""

import gzip
import io
import re
import uuid
from typing import Any

import pytest
from flask import Flask

from service.database import db
from service.engine import load_spec
from service.forms.sample import sample
from service.instances.models import STUCK, instance_of
from tests.client import Client
from tests.instances.surfing import Surfer, plain

KEY, OFFICE = "penanganan_pengaduan", "dinsos-jambi"
OFFICER, SUPERVISOR = f"petugas@{OFFICE}", f"atasan@{OFFICE}"
STRANGER = "petugas@diskop-malang"
FIRST = "Agendakan surat masuk"


@pytest.fixture
def officer(demo_app: Flask) -> Surfer:
    return Surfer(demo_app, OFFICER)


@pytest.fixture
def supervisor(demo_app: Flask) -> Surfer:
    return Surfer(demo_app, SUPERVISOR)


def hand_in(client: Client, key: str = KEY, by: str = SUPERVISOR, **more: Any) -> str:
    """A complaint with a title of its own; the id of its instance."""
    answers = sample(client.get(f"/diagrams/{key}/form")["schema"]) | {"judul_pengaduan": "Beras kurang dari 10 kg"}
    number = client.post("/complaints", {"diagram": key, "answers": answers, **more})["number"]
    return str(client.get(f"/instances?q={number}", by=by)["items"][0]["id"])


def go_on(client: Client, instance: str, steps: int = 1, officer: str = OFFICER, **decided: Any) -> None:
    """Complete the first open task so many times."""
    for _ in range(steps):
        task = client.get(f"/instances/{instance}", by=officer)["tasks"][0]
        schema = client.get(f"/tasks/{task['id']}/form", by=officer)["schema"]
        known = {name: value for name, value in decided.items() if name in schema["properties"]}
        client.post(f"/tasks/{task['id']}/complete", {"answers": sample(schema, known)}, by=officer)


# ---- the list --------------------------------------------------------------------------------------------------


def test_the_list_says_of_each_instance_what_it_is_called_and_where_it_stands(client: Client, officer: Surfer) -> None:
    hand_in(client)
    page = officer.open("/berkas")
    assert "Beras kurang dari 10 kg" in page
    assert f"{FIRST} Bag. Tata Usaha" in page


def test_the_list_can_be_narrowed_and_says_so_when_nothing_is_left(client: Client, officer: Surfer) -> None:
    hand_in(client)
    assert "Beras" in officer.open("/berkas?keadaan=running&lajur=tata_usaha&versi=1")
    assert "Beras" in officer.open("/berkas?keadaan=open")
    assert "Tidak ada berkas yang cocok" in officer.open("/berkas?lajur=kepala_opd")
    assert "Tidak ada berkas yang cocok" in officer.open("/berkas?keadaan=completed")
    assert "Tidak ada berkas yang cocok" in officer.open("/berkas?lewat=1")
    assert "Tidak ada berkas yang cocok" in officer.open("/berkas?nomor=XXX")


def test_a_long_list_goes_on_on_the_next_page(client: Client, officer: Surfer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("service.instances.pages.A_PAGE", 2)
    for _ in range(3):
        hand_in(client)
    first = officer.page("/berkas")
    onward = re.search(r'href="(/berkas\?setelah=[^"]+)"', first)
    assert onward
    second = officer.page(onward[1])
    assert (first.count('class="title"'), second.count('class="title"')) == (2, 1)
    assert "Kembali ke awal daftar" in second


def test_nonsense_in_the_address_is_no_error(officer: Surfer) -> None:
    officer.open("/berkas?keadaan=apa&versi=x&sop=%00&lajur=';--&lewat=&nomor=%25")
    officer.open("/berkas?setelah=rusak", status=422)


# ---- one instance ----------------------------------------------------------------------------------------------


def test_it_opens_with_a_sentence_that_says_where_it_stands(client: Client, officer: Surfer) -> None:
    instance = hand_in(client)
    assert re.search(rf"Saat ini: {FIRST} , Bag\. Tata Usaha, sejak ", officer.open(f"/berkas/{instance}"))


def test_the_table_tells_each_step_with_who_did_it_and_the_rounds_of_rework(client: Client, officer: Surfer) -> None:
    instance = hand_in(client)
    go_on(client, instance, 6)
    go_on(client, instance, keputusan="koreksi")
    page = officer.page(f"/berkas/{instance}")
    row = plain(page[page.index('id="langkah-susun_draf_surat"') :].split("</tr>")[0])
    assert "2 putaran" in row and "Petugas serba bisa" in row and "Sekarang" in row
    assert "Ada 1 putaran perbaikan" in plain(page)


def test_marks_and_passed_lines_of_the_drawing_follow_the_course(client: Client, officer: Surfer) -> None:
    instance = hand_in(client)
    go_on(client, instance)
    page = officer.page(f"/berkas/{instance}").replace("&#34;", '"')
    assert '"element":"agendakan_surat","kind":"done"' in page
    assert '"element":"disposisi_kepala_opd","kind":"now"' in page
    assert "mulai__agendakan_surat" in page


def test_history_tells_answers_in_words_and_vouches_for_itself(client: Client, officer: Surfer) -> None:
    instance = hand_in(client)
    go_on(client, instance)
    page = officer.open(f"/berkas/{instance}")
    assert "Rantai 2 catatan utuh" in page
    assert "Petugas serba bisa" in page and "isian" in page


def test_no_page_about_an_instance_says_who_handed_it_in(client: Client, supervisor: Surfer) -> None:
    instance = hand_in(client)
    who = sample(client.get(f"/diagrams/{KEY}/form")["schema"])["nama_pelapor"]
    for address in ("/berkas", f"/berkas/{instance}", f"/berkas/{instance}/riwayat/1", f"/berkas/{instance}/tindakan"):
        assert who not in supervisor.open(address)


def test_what_is_not_for_his_eyes_does_not_exist_for_him(client: Client, demo_app: Flask) -> None:
    instance = hand_in(client)
    stranger = Surfer(demo_app, STRANGER)
    for rest in ("", "/riwayat/1", "/identitas", "/tindakan"):
        stranger.open(f"/berkas/{instance}{rest}", status=404)
    assert "Beras" not in stranger.open("/berkas")


def test_a_secret_instance_is_seen_by_the_lanes_that_had_a_task_in_it_only(client: Client, demo_app: Flask) -> None:
    instance = hand_in(client, secret=True)
    Surfer(demo_app, f"tata_usaha@{OFFICE}").open(f"/berkas/{instance}")
    Surfer(demo_app, f"kepala_opd@{OFFICE}").open(f"/berkas/{instance}", status=404)


def test_private_pages_are_kept_by_nobody(client: Client, officer: Surfer) -> None:
    answer = officer.get(f"/berkas/{hand_in(client)}")
    assert answer.headers["Cache-Control"] == "no-store"
    assert "unsafe" not in answer.headers["Content-Security-Policy"]


def test_who_has_not_signed_in_is_asked_to(demo_app: Flask) -> None:
    for address in ("/berkas", f"/berkas/{uuid.uuid4()}", "/sop", f"/sop/{KEY}/1"):
        answer = demo_app.test_client().get(address)
        assert (answer.status_code, answer.headers["Location"][:7]) == (303, "/masuk?")


# ---- as it was then --------------------------------------------------------------------------------------------


def test_it_can_be_seen_as_it_was_after_any_move(client: Client, officer: Surfer) -> None:
    instance = hand_in(client)
    go_on(client, instance, 3)
    page = officer.open(f"/berkas/{instance}/riwayat/2")
    assert "Yang terbuka: Disposisi ke Kepala Bidang" in page
    assert officer.page(f"/berkas/{instance}/riwayat/2").count('aria-current="step"') == 1
    officer.open(f"/berkas/{instance}/riwayat/99", status=404)


# ---- who handed it in ------------------------------------------------------------------------------------------


def test_an_identity_is_opened_with_a_reason_and_the_opening_is_written_down(client: Client, demo_app: Flask) -> None:
    instance = hand_in(client)
    address, clerk = f"/berkas/{instance}/identitas", Surfer(demo_app, f"tata_usaha@{OFFICE}")
    who = sample(client.get(f"/diagrams/{KEY}/form")["schema"])["nama_pelapor"]
    assert who not in clerk.open(address)
    refused = clerk.post(address, address, why=" ")
    assert refused.status_code == 422 and "Sebutkan alasannya" in refused.text and who not in refused.text
    opened = clerk.post(address, address, why="Mengantar surat jawaban.")
    assert opened.status_code == 200 and who in plain(opened.text)
    later = clerk.open(address)
    assert who not in later and "Mengantar surat jawaban." in later


def test_an_identity_is_not_offered_to_lanes_that_do_not_need_it(client: Client, demo_app: Flask) -> None:
    instance = hand_in(client)
    surfer = Surfer(demo_app, f"kepala_seksi@{OFFICE}")
    assert "Identitas pelapor" not in surfer.open(f"/berkas/{instance}")
    surfer.open(f"/berkas/{instance}/identitas", status=403)


def test_only_a_supervisor_erases_an_identity(client: Client, demo_app: Flask, supervisor: Surfer) -> None:
    instance = hand_in(client)
    address = f"/berkas/{instance}/identitas"
    clerk = Surfer(demo_app, f"tata_usaha@{OFFICE}")
    assert clerk.post(f"{address}/hapus", address, why="x").status_code == 403
    assert supervisor.post(f"{address}/hapus", address, why="Permintaan pelapor.").status_code == 303
    assert "sudah dihapus" in supervisor.open(address)


# ---- what can be done ------------------------------------------------------------------------------------------


def test_a_supervisor_suspends_resumes_and_cancels_each_with_a_reason(client: Client, supervisor: Surfer) -> None:
    instance = hand_in(client)
    page = f"/berkas/{instance}/tindakan"
    refused = supervisor.post(f"{page}/tangguhkan", page, **{"alur-reason": ""})
    assert refused.status_code == 422 and "Sebutkan alasannya" in refused.text
    for verb, told in (("tangguhkan", "Ditangguhkan"), ("lanjutkan", "Berjalan"), ("batalkan", "Dibatalkan")):
        answer = supervisor.post(f"{page}/{verb}", page, **{"alur-reason": f"Alasan {verb}."})
        assert answer.status_code == 303, plain(answer.text)
        after = supervisor.open(answer.headers["Location"])
        assert told in after and f"Alasan {verb}." in after


def test_what_has_changed_since_it_was_seen_is_not_acted_on(client: Client, supervisor: Surfer) -> None:
    instance = hand_in(client)
    page = f"/berkas/{instance}/tindakan"
    answer = supervisor.post(f"{page}/batalkan", page, **{"alur-reason": "Salah.", "alur-seen": "0"})
    assert answer.status_code == 412 and "Salah." in answer.text


def test_actions_are_shown_only_to_those_who_may(client: Client, officer: Surfer) -> None:
    instance = hand_in(client)
    assert "Tindakan atasan" not in officer.open(f"/berkas/{instance}")
    officer.open(f"/berkas/{instance}/tindakan", status=403)


def test_resuming_puts_right_what_the_gateways_read(client: Client, supervisor: Surfer) -> None:
    instance = hand_in(client)
    go_on(client, instance, 6)
    go_on(client, instance, keputusan="koreksi")
    page = f"/berkas/{instance}/tindakan"
    supervisor.post(f"{page}/tangguhkan", page, **{"alur-reason": "Periksa."})
    assert "Setuju" in supervisor.open(page)
    supervisor.post(f"{page}/lanjutkan", page, **{"alur-reason": "Salah pilih.", "keputusan": "setuju"})
    assert client.get(f"/instances/{instance}", by=SUPERVISOR)["data"]["keputusan"] == "setuju"


def test_a_stuck_instance_says_why_and_offers_what_its_gateways_read(
    client: Client, demo_app: Flask, supervisor: Surfer
) -> None:
    instance = hand_in(client)
    with demo_app.app_context():
        found = instance_of(uuid.UUID(instance))
        found.state, found.stuck_reason = STUCK, "Tidak ada jalan yang cocok di “Draf disetujui?”."
        db.session.commit()
        db.session.remove()
    assert "Tidak ada jalan yang cocok" in supervisor.open(f"/berkas/{instance}")
    page = f"/berkas/{instance}/tindakan"
    assert "Mengapa macet: Tidak ada jalan" in supervisor.open(page)
    answer = supervisor.post(
        f"{page}/lanjutkan", page, **{"alur-reason": "Diperbaiki sesuai surat.", "keputusan": "setuju"}
    )
    assert answer.status_code == 303, plain(answer.text)
    assert client.get(f"/instances/{instance}", by=SUPERVISOR)["data"]["keputusan"] == "setuju"


def test_a_message_is_sent_by_the_lanes_that_the_diagram_names(client: Client, demo_app: Flask) -> None:
    office = "diskop-samarinda"
    instance = hand_in(client, "sp4n_lapor", by=f"atasan@{office}")
    surfer = Surfer(demo_app, f"petugas@{office}")
    go_on(client, instance, 4, officer=f"petugas@{office}")
    page = f"/berkas/{instance}/tindakan"
    assert "Kirim pesan" in surfer.open(page)
    sent = surfer.post(f"{page}/pesan", page, name="pengaduan_ditutup_admin")
    assert sent.status_code == 303, plain(sent.text)
    assert client.get(f"/instances/{instance}", by=f"atasan@{office}")["state"] == "completed"


# ---- SOPs ------------------------------------------------------------------------------------------------------


def test_officers_read_the_sops_of_their_office_only(officer: Surfer) -> None:
    page = officer.open("/sop")
    assert "Penanganan Pengaduan Masyarakat" in page and "SP4N" not in page
    officer.open("/sop/sp4n_lapor/1", status=404)
    officer.open(f"/sop/{KEY}/9", status=404)


def test_a_version_shows_its_rows_lanes_holders_and_where_a_lane_is_judgement(officer: Surfer) -> None:
    page = officer.open(f"/sop/{KEY}/1")
    for words in ("3 hari kerja", "Agenda surat masuk", "Bag. Tata Usaha", "masih perkiraan", "14 hari kerja"):
        assert words in page
    assert officer.get(f"/sop/{KEY}").headers["Location"] == f"/sop/{KEY}/1"


@pytest.mark.parametrize("key", ["pengaduan_masyarakat", "layanan_pengaduan", "sp4n_lapor", "pengaduan_langsung"])
def test_every_sop_and_every_form_of_it_can_be_read(demo_app: Flask, key: str) -> None:
    auditor = Surfer(demo_app, "auditor")
    page = auditor.page(f"/sop/{key}/1")
    forms = re.findall(rf'href="(/sop/{key}/1/formulir/\w+)"', page)
    assert forms
    for address in forms:
        assert "tidak dikirim" in auditor.open(address)


def test_drafts_are_for_those_who_draw(demo_app: Flask, client: Client) -> None:
    xml = client.call("GET", f"/diagrams/{KEY}/versions/1/xml", by=OFFICER).data
    sent = client.call("POST", "/diagrams", by=f"pemilik@{OFFICE}", data={"bpmn": (_file(xml), f"{KEY}.bpmn")})
    assert sent.status_code == 201, sent.text
    assert "Draf" in Surfer(demo_app, f"pemilik@{OFFICE}").open("/sop")
    Surfer(demo_app, f"pemilik@{OFFICE}").open(f"/sop/{KEY}/2")
    assert "Draf" not in Surfer(demo_app, OFFICER).open("/sop")
    Surfer(demo_app, OFFICER).open(f"/sop/{KEY}/2", status=404)


def _file(content: bytes) -> Any:
    return io.BytesIO(content)


def test_the_drawing_travels_small_and_holds_nothing_that_is_not_drawn(officer: Surfer) -> None:
    answer = officer.get(f"/sop/{KEY}/1/gambar.xml", **{"Accept-Encoding": "gzip"})
    assert answer.headers["Content-Encoding"] == "gzip" and len(answer.data) < 6_000
    assert "private" in answer.headers["Cache-Control"]
    xml = gzip.decompress(answer.data)
    assert b"extensionElements" not in xml and b"conditionExpression" not in xml
    assert "agendakan_surat" in load_spec(officer.get(f"/sop/{KEY}/1/unduh").data).elements


def test_the_file_is_given_as_it_came_in(client: Client, officer: Surfer) -> None:
    answer = officer.get(f"/sop/{KEY}/1/unduh")
    assert answer.data == client.call("GET", f"/diagrams/{KEY}/versions/1/xml", by=OFFICER).data
    assert f"{KEY}-1.bpmn" in answer.headers["Content-Disposition"]
