"""Pages of tasks without a browser: what they show and to whom, drafts, two at one form, and handing over."""

import re
import uuid
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from sqlalchemy import event, select
from werkzeug.test import Client as Browser
from werkzeug.test import TestResponse

from service.database import db
from service.entrance import overview
from service.forms.sample import sample
from service.history.models import MoveRow
from service.tasks.models import COMPLETED, OPEN, Task
from tests.client import Client
from tests.sops.test_paths import hand_in

OFFICE = "dinsos-jambi"
HERE = {"Origin": "http://localhost"}
HTMX = HERE | {"HX-Request": "true"}


class Desk:
    """Somebody of the demo at his browser."""

    def __init__(self, client: Client, username: str) -> None:
        self.browser: Browser = client.app.test_client()
        self.browser.post("/masuk/contoh", data={"username": f"{username}@{OFFICE}"}, headers=HERE)

    def get(self, address: str) -> TestResponse:
        return self.browser.get(address)

    def post(self, address: str, data: dict[str, Any] | None = None, htmx: bool = False) -> TestResponse:
        token = re.search(r'alur-token" (?:content|value)="([^"]+)', self.get("/akun").text)
        assert token
        return self.browser.post(address, data={"alur-token": token[1], **(data or {})}, headers=HTMX if htmx else HERE)


@pytest.fixture
def task(client: Client) -> uuid.UUID:
    """The first task of a complaint, at the desk of Tata Usaha."""
    hand_in(client, "penanganan_pengaduan")
    with client.app.app_context():
        return db.session.scalars(select(Task.id).where(Task.state == OPEN)).one()


def _task(client: Client, task_id: uuid.UUID) -> Task:
    with client.app.app_context():
        found = db.session.get_one(Task, task_id)
        db.session.expunge(found)
        return found


def _answers(client: Client, task_id: uuid.UUID) -> dict[str, Any]:
    form = client.get(f"/tasks/{task_id}/form", by=f"tata_usaha@{OFFICE}")
    return {name: value for name, value in sample(form["schema"]).items() if isinstance(value, str)}


def _rev(page: TestResponse) -> str:
    found = re.search(r'name="alur-rev" value="(\d+)"', page.text)
    assert found
    return found[1]


def test_a_task_is_taken_and_given_back_with_plain_forms(client: Client, task: uuid.UUID) -> None:
    desk = Desk(client, "tata_usaha")
    assert desk.post(f"/tugas/{task}/ambil", {"ke": "/tugas?batas=minggu"}).location == "/tugas?batas=minggu"
    assert _task(client, task).assignee_name is not None
    desk.post(f"/tugas/{task}/lepas")
    assert _task(client, task).assignee_name is None


def test_a_script_gets_the_row_as_it_is_now(client: Client, task: uuid.UUID) -> None:
    row = Desk(client, "tata_usaha").post(f"/tugas/{task}/ambil", htmx=True)
    assert row.text.strip().startswith("<tr") and "Sekarang di tangan Anda" in row.text
    late = Desk(client, "petugas").post(f"/tugas/{task}/ambil", htmx=True)
    assert late.status_code == 409 and "sedang dikerjakan oleh" in late.text and late.text.strip().startswith("<tr")


def test_nobody_sees_the_list_without_a_lane(client: Client) -> None:
    assert Desk(client, "atasan").get("/tugas").status_code == 403
    assert Desk(client, "tata_usaha").get("/ikhtisar").status_code == 403
    assert Desk(client, "tata_usaha").get("/tugas/semua").status_code == 403


def test_a_draft_is_kept_and_takes_the_task(client: Client, task: uuid.UUID) -> None:
    desk = Desk(client, "tata_usaha")
    name, value = next(iter(_answers(client, task).items()))
    kept = desk.post(f"/tugas/{task}/draf", {name: value, "alur-rev": "1"}, htmx=True)
    assert "Draf tersimpan" in kept.text and "di tangan Anda" in kept.text
    found = _task(client, task)
    assert found.draft == {name: value} and found.assignee_name is not None
    assert _rev(kept) == str(found.rev)
    again = desk.post(f"/tugas/{task}/draf", {name: value, "alur-rev": _rev(kept)}, htmx=True)
    assert again.status_code == 200


def test_a_draft_over_an_older_form_is_refused_in_words_beside_the_buttons(client: Client, task: uuid.UUID) -> None:
    desk = Desk(client, "tata_usaha")
    desk.post(f"/tugas/{task}/draf", {"alur-rev": "1"}, htmx=True)
    refused = desk.post(f"/tugas/{task}/draf", {"alur-rev": "1"}, htmx=True)
    assert refused.status_code == 412 and "isian Anda masih ada" in refused.text


def test_a_form_opened_by_two_is_completed_by_one_and_the_other_loses_nothing(client: Client, task: uuid.UUID) -> None:
    first, second = Desk(client, "tata_usaha"), Desk(client, "petugas")
    answers = _answers(client, task)
    forms = [desk.get(f"/tugas/{task}") for desk in (first, second)]
    done = first.post(f"/tugas/{task}", {**answers, "alur-rev": _rev(forms[0])})
    assert (done.status_code, done.location) == (303, f"/tugas/{task}/selesai")
    name = next(name for name, value in answers.items() if not re.match(r"\d{4}-", value))
    late = second.post(f"/tugas/{task}", {**answers, name: "Tulisan saya sendiri", "alur-rev": _rev(forms[1])})
    assert late.status_code == 409
    assert "lebih dahulu menyelesaikan tugas ini" in late.text and _task(client, task).completed_name in late.text
    assert "Tulisan saya sendiri" in late.text and answers[name] in late.text


def test_what_is_missing_is_said_above_and_at_the_field(client: Client, task: uuid.UUID) -> None:
    page = Desk(client, "tata_usaha").post(f"/tugas/{task}", {"alur-rev": "1"})
    assert page.status_code == 422
    linked = re.findall(r'<li><a href="#(f-[\w.]+)">', page.text)
    assert linked and all(f'id="{field}"' in page.text and f'id="{field}-e"' in page.text for field in linked)
    assert "<title>Kesalahan:" in page.text


def test_after_a_task_it_is_said_what_happened_and_what_comes_next(client: Client, task: uuid.UUID) -> None:
    desk = Desk(client, "petugas")
    desk.post(f"/tugas/{task}", {**_answers(client, task), "alur-rev": "1"})
    page = desk.get(f"/tugas/{task}/selesai")
    assert "Berkas berlanjut ke Disposisi ke Kepala Bidang" in page.text and "berkas yang sama" in page.text


def test_an_identity_is_opened_with_a_reason_only_and_that_is_recorded(client: Client, task: uuid.UUID) -> None:
    desk = Desk(client, "tata_usaha")
    assert "Siti Contoh" not in desk.get(f"/tugas/{task}").text
    assert desk.post(f"/tugas/{task}/identitas", {"why": " "}, htmx=True).status_code == 422
    told = desk.post(f"/tugas/{task}/identitas", {"why": "Menelepon pelapor"}, htmx=True)
    assert "Siti Contoh" in told.text and "tercatat" in told.text
    assert Desk(client, "kepala_opd").post(f"/tugas/{task}/identitas", {"why": "Ingin tahu"}).status_code == 403


def test_who_does_not_hold_the_lane_reads_and_finds_no_form(client: Client, task: uuid.UUID) -> None:
    page = Desk(client, "kepala_opd").get(f"/tugas/{task}")
    assert page.status_code == 200 and "Tugas ini milik lajur" in page.text and "Selesaikan tugas" not in page.text


def test_a_task_in_a_colleagues_hands_says_so(client: Client, task: uuid.UUID) -> None:
    Desk(client, "tata_usaha").post(f"/tugas/{task}/ambil")
    page = Desk(client, "petugas").get(f"/tugas/{task}")
    assert "sedang mengerjakan tugas ini" in page.text and "Selesaikan tugas" not in page.text


# ---- supervisors -----------------------------------------------------------------------------------------------


def test_every_number_of_the_overview_leads_to_its_list(client: Client, task: uuid.UUID) -> None:
    desk = Desk(client, "atasan")
    page = desk.get("/ikhtisar")
    addresses = {found.replace("&amp;", "&") for found in re.findall(r'href="(/tugas/semua[^"]*)"', page.text)}
    assert len(addresses) >= 4
    assert all(desk.get(address).status_code == 200 for address in addresses)


def test_tasks_are_handed_over_with_a_reason_that_stands_in_the_history(client: Client, task: uuid.UUID) -> None:
    desk = Desk(client, "atasan")
    data = {"task": str(task), "person": f"petugas@{OFFICE}", "why": "Cuti bersama"}
    assert desk.post("/tugas/semua/alihkan?batas=minggu", data).location == "/tugas/semua?batas=minggu&sudah=1"
    assert _task(client, task).assignee_name == "Petugas serba bisa"
    with client.app.app_context():
        move = db.session.scalars(select(MoveRow).where(MoveRow.command == "assign")).one()
        assert (move.reason, move.element, move.by_name) == ("Cuti bersama", "agendakan_surat", "Atasan")


@pytest.mark.parametrize(
    ("data", "told"),
    [
        ({"person": f"petugas@{OFFICE}", "why": "Cuti"}, "Pilih dahulu tugas"),
        ({"task": "T", "why": "Cuti"}, "Pilih kepada siapa"),
        ({"task": "T", "person": f"petugas@{OFFICE}", "why": " "}, "Sebutkan alasannya."),
        ({"task": "T", "person": f"kepala_opd@{OFFICE}", "why": "Cuti"}, "tidak memegang lajur"),
    ],
)
def test_handing_over_wants_tasks_a_holder_and_a_reason(
    client: Client, task: uuid.UUID, data: dict[str, str], told: str
) -> None:
    sent = {name: str(task) if value == "T" else value for name, value in data.items()}
    page = Desk(client, "atasan").post("/tugas/semua/alihkan", sent)
    assert page.status_code == 422 and told in page.text
    assert _task(client, task).assignee_name is None


def test_an_auditor_looks_and_cannot_hand_over(client: Client, task: uuid.UUID) -> None:
    browser = client.app.test_client()
    browser.post("/masuk/contoh", data={"username": "auditor"}, headers=HERE)
    page = browser.get(f"/tugas/semua?kantor={OFFICE}")
    assert page.status_code == 200 and str(task) in page.text and "Alihkan yang dicentang" not in page.text
    assert _task(client, task).state != COMPLETED


def test_the_lists_of_an_officer_are_found_by_few_statements(client: Client, task: uuid.UUID) -> None:
    desk, sent = Desk(client, "tata_usaha"), []
    desk.get("/tugas")
    with client.app.app_context():
        engine = db.engine
    note = partial(_note, sent)
    event.listen(engine, "before_cursor_execute", note)
    page = desk.get("/tugas")
    event.remove(engine, "before_cursor_execute", note)
    assert str(task) in page.text
    assert len(sent) <= 8, sent


def _note(sent: list[str], _connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
    if not statement.startswith(("BEGIN", "PRAGMA")):
        sent.append(statement)


def test_a_large_office_is_counted_once_for_a_while_and_a_small_one_at_every_look(
    client: Client, task: uuid.UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(client.app.extensions, "alur.standing", {})
    chief = Desk(client, "atasan")
    assert _counted(chief) == "1"
    monkeypatch.setattr(overview, "LARGE", 1)
    hand_in(client, "penanganan_pengaduan")
    assert _counted(chief) == "2"
    hand_in(client, "penanganan_pengaduan")
    assert _counted(chief) == "2"
    monkeypatch.setattr(overview, "KEPT_FOR", timedelta(0))
    assert _counted(chief) == "3"


def _counted(chief: Desk) -> str:
    found = re.search(r'<a class="figure" href="[^"]*"><b>(\d+)</b>', chief.get("/ikhtisar").text)
    assert found
    return found[1]
