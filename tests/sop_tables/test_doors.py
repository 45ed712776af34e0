"""The calls and pages by which a table becomes a draft: who may, what they give, what they refuse, nothing lost."""

import html
import io
import re
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from openpyxl import Workbook

from service.database import db
from service.diagrams.models import version_of
from tests.client import Client
from tests.entrance.browser import Browser

OFFICE = "diskop-malang"
OWNER, OFFICER, AUDITOR = f"pemilik@{OFFICE}", f"petugas@{OFFICE}", "auditor"
TABLE = (
    "No;Kegiatan;Pelapor;Petugas Loket;Kepala Seksi;Waktu;Output\n"
    "1;Menyampaikan keluhan ke petugas loket;x;;;5 menit;Keluhan\n"
    "2;Menerima dan mencatat keluhan;;x;;10 menit;Catatan\n"
    "3;Menyusun konsep jawaban;;;;2 jam;Konsep\n"
    "4;Memeriksa konsep, jika setuju diparaf, jika tidak setuju dikembalikan ke petugas loket;;;x;1 jam;Diparaf\n"
    "5;Menyampaikan surat jawaban kepada pelapor;;x;;1 hari;Tanda terima\n"
)
SOURCES = sorted((Path(__file__).parent / "sources").glob("*.txt"))


def read(client: Client, text: str = TABLE) -> dict[str, Any]:
    return dict(client.post("/diagrams/sop-table", {"text": text}, by=OWNER)["plan"])


# ---- calls --------------------------------------------------------------------------------------------------


def test_a_table_is_answered_with_a_plan_that_says_why(client: Client) -> None:
    plan = read(client)
    assert [(row["row"], row["lane"], row["time"]) for row in plan["rows"]] == [
        ("1", "pelapor", "PT5M"),
        ("2", "petugas_loket", "PT10M"),
        ("3", "petugas_loket", "PT2H"),
        ("4", "kepala_seksi", "PT1H"),
        ("5", "petugas_loket", "P1D"),
    ]
    assert all(row["lane_reason"] and row["lane_confidence"] for row in plan["rows"])
    assert plan["rows"][2]["lane_basis"] == "judgement"
    assert plan["rows"][3]["decision"]["options"][1]["to"] == "susun_konsep_jawaban"


def test_a_plan_is_kept_as_a_draft_and_can_go_live(client: Client) -> None:
    plan = {**read(client), "key": "keluhan_loket", "title": "Keluhan di loket"}
    answer = client.call("POST", "/diagrams/sop-table/draft", {"plan": plan, "note": "dari dokumen"}, by=OWNER)
    assert answer.status_code == 201 and answer.headers["ETag"]
    kept = answer.json
    assert (kept["key"], kept["version"], kept["state"]) == ("keluhan_loket", 1, "draft")
    assert not [found for found in kept["findings"] if found["blocks"]]
    rows = client.get("/diagrams/keluhan_loket/versions/1", by=OWNER)["rows"]
    assert [row["lane"] for row in rows] == [row["lane"] for row in plan["rows"]]
    unheld = ["petugas_loket", "kepala_seksi"]
    live = client.post("/diagrams/keluhan_loket/versions/1/publish", {"unheld_lanes": unheld}, by=OWNER)
    assert live["state"] == "live"


def test_a_second_draft_of_the_same_key_is_its_next_version(client: Client) -> None:
    plan = {**read(client), "key": "keluhan_loket"}
    for n in (1, 2):
        assert client.post("/diagrams/sop-table/draft", {"plan": plan}, by=OWNER)["version"] == n


def test_a_document_goes_through_the_calls_as_it_was_scanned(client: Client) -> None:
    source = SOURCES[-1]
    sent = {"file": (io.BytesIO(source.read_bytes()), source.name)}
    plan = client.post("/diagrams/sop-table", data=sent, by=OWNER)["plan"]
    plan["key"] = f"{source.stem}_dari_dokumen"
    kept = client.post("/diagrams/sop-table/draft", {"plan": plan}, by=OWNER)
    assert not [found for found in kept["findings"] if found["blocks"]]


def test_a_workbook_can_be_sent(client: Client) -> None:
    book, out = Workbook(), io.BytesIO()
    for line in TABLE.strip().split("\n"):
        book.active.append(line.split(";"))
    book.save(out)
    sent = {"file": (io.BytesIO(out.getvalue()), "sop.xlsx")}
    plan = client.post("/diagrams/sop-table", data=sent, by=OWNER)["plan"]
    assert len(plan["rows"]) == 5


def test_reasons_are_told_in_the_language_of_the_caller(client: Client) -> None:
    answer = client.call("POST", "/diagrams/sop-table", {"text": TABLE}, by=OWNER, headers={"Accept-Language": "en"})
    assert answer.status_code == 200


def test_only_owners_may(client: Client) -> None:
    plan = read(client)
    for by in (OFFICER, AUDITOR, f"atasan@{OFFICE}", "admin"):
        assert client.call("POST", "/diagrams/sop-table", {"text": TABLE}, by=by).status_code == 403
        assert client.call("POST", "/diagrams/sop-table/draft", {"plan": plan}, by=by).status_code == 403


def test_nobody_unknown_may(client: Client) -> None:
    for path in ("/diagrams/sop-table", "/diagrams/sop-table/draft"):
        assert client.call("POST", path, {"text": TABLE}).status_code == 401


def test_a_draft_cannot_be_put_upon_another_agency(client: Client) -> None:
    plan = {**read(client), "key": "sp4n_lapor"}
    assert client.call("POST", "/diagrams/sop-table/draft", {"plan": plan}, by=OWNER).status_code in (403, 404)
    other = {"plan": {**plan, "key": "keluhan_lain"}, "agency": "diskop-samarinda"}
    assert client.call("POST", "/diagrams/sop-table/draft", other, by=OWNER).status_code in (403, 404)


def test_a_plan_that_cannot_be_is_refused_with_the_places(client: Client) -> None:
    plan = read(client)
    for change, pointer in (
        ({"key": "Tidak Boleh"}, "/key"),
        ({"title": ""}, "/title"),
        ({"rows": []}, "/rows"),
        ({"lanes": []}, "/rows/0/lane"),
        ({"ends": []}, "/ends"),
    ):
        answer = client.call("POST", "/diagrams/sop-table/draft", {"plan": {**plan, **change}}, by=OWNER)
        assert answer.status_code == 422
        assert pointer in [error["pointer"] for error in answer.json["errors"]]


def test_neither_and_both_are_refused(client: Client) -> None:
    assert client.call("POST", "/diagrams/sop-table", {}, by=OWNER).status_code == 422
    both = {"text": TABLE, "file": (io.BytesIO(b"a"), "a.csv")}
    assert client.call("POST", "/diagrams/sop-table", data=both, by=OWNER).status_code == 422


# ---- pages --------------------------------------------------------------------------------------------------


@pytest.fixture
def owner(demo_app: Flask) -> Browser:
    browser = Browser(demo_app)
    browser.sign_in(OWNER)
    return browser


def fields(answer: Any) -> dict[str, str]:
    """The fields of the plan's form as a browser would send them back."""
    page = answer.get_data(as_text=True)
    found: dict[str, str] = {}
    for tag in re.findall(r"<input [^>]*>", page):
        name, value = re.search(r'name="([^"]+)"', tag), re.search(r'value="([^"]*)"', tag)
        ticked = "checkbox" not in tag or " checked" in tag
        if name and ticked and name[1] != "alur-token":
            found[name[1]] = html.unescape(value[1]) if value else ""
    for name, body in re.findall(r'<select[^>]* name="([^"]+)"[^>]*>(.*?)</select>', page, re.DOTALL):
        chosen = re.search(r'<option value="([^"]*)" selected', body) or re.search(r'<option value="([^"]*)"', body)
        found[name] = html.unescape(chosen[1]) if chosen else "pelapor"
    return found


def pasted(owner: Browser, text: str = TABLE) -> dict[str, str]:
    owner.open("/sop/dari-dokumen")
    answer = owner.post("/sop/dari-dokumen", {"teks": text})
    assert answer.status_code == 200
    return fields(answer)


def lanes_of(app: Flask, key: str) -> str:
    with app.app_context():
        xml = version_of(key, 1).xml.decode()
        db.session.remove()
    return xml


def test_what_is_corrected_on_the_page_is_in_the_draft(owner: Browser, demo_app: Flask) -> None:
    form = pasted(owner)
    form |= {
        "r2-lane": "kepala_seksi",
        "r2-most": "3",
        "r2-unit": "hari",
        "r2-name": "Tulis konsep",
        "key": "keluhan_loket",
    }
    form |= {"r3-drop": "", "promise": "14", "lakukan": "buat"}
    del form["r3-drop"]
    answer = owner.post("/sop/dari-dokumen/rencana", form)
    assert (answer.status_code, answer.location) == (303, "/sop/keluhan_loket/1")
    xml = lanes_of(demo_app, "keluhan_loket")
    assert (
        'name="Tulis konsep"' in xml
        and 'name="timeStandard" value="P3D"' in xml
        and 'name="promise" value="P14D"' in xml
    )
    assert owner.open("/sop/keluhan_loket/1").status_code == 200


def test_what_was_made_of_a_table_goes_live_by_its_page(owner: Browser) -> None:
    form = {**pasted(owner), "key": "keluhan_loket", "lakukan": "buat"}
    assert owner.post("/sop/dari-dokumen/rencana", form).status_code == 303
    page = owner.open("/sop/keluhan_loket/1/terbitkan").get_data(as_text=True)
    assert page.count('name="unheld"') == 2
    rev = re.search(r'name="rev" value="(\d+)"', page)
    sent = {"rev": rev[1] if rev else "1", "unheld": ["petugas_loket", "kepala_seksi"], "when": "now"}
    answer = owner.post("/sop/keluhan_loket/1/terbitkan", sent)
    assert answer.status_code == 303
    assert "Versi ini sudah berlaku" in owner.open(answer.location).get_data(as_text=True)


def test_what_was_sent_back_unchanged_stays_the_same(owner: Browser) -> None:
    form = pasted(owner)
    again = owner.post("/sop/dari-dokumen/rencana", {**form, "lakukan": "periksa"})
    assert again.status_code == 200
    assert fields(again)["rencana"] == form["rencana"]
    assert "Tidak ada temuan" in again.get_data(as_text=True) or "Hasil pemeriksaan" in again.get_data(as_text=True)


def test_each_of_the_five_documents_is_shown_as_a_table_and_drawn(owner: Browser) -> None:
    for source in SOURCES:
        form = pasted(owner, source.read_text())
        again = owner.post("/sop/dari-dokumen/rencana", form)
        assert fields(again)["rencana"] == form["rencana"]
        assert "<svg" in again.get_data(as_text=True)


def test_a_step_taken_away_leaves_no_way_hanging(owner: Browser) -> None:
    form = pasted(owner)
    answer = owner.post(
        "/sop/dari-dokumen/rencana", {**form, "r1-drop": "1", "r4-drop": "1", "key": "tanpa", "lakukan": "buat"}
    )
    assert (answer.status_code, answer.location) == (303, "/sop/tanpa/1")


def test_a_start_that_is_given_to_the_office_gets_another_start_before_it(owner: Browser) -> None:
    form = pasted(owner)
    answer = owner.post("/sop/dari-dokumen/rencana", {**form, "r0-lane": "petugas_loket"})
    after = fields(answer)
    assert after["r1-name"] == form["r0-name"]
    assert owner.post("/sop/dari-dokumen/rencana", {**after, "lakukan": "buat", "key": "dua_awal"}).status_code == 303


def test_a_lane_and_an_end_can_be_added(owner: Browser) -> None:
    form = pasted(owner)
    answer = owner.post("/sop/dari-dokumen/rencana", {**form, "lane-new": "Arsiparis", "end-new": "Ditolak"})
    page = answer.get_data(as_text=True)
    assert '<option value="arsiparis"' in page and '<option value="ditolak"' in page


def test_all_that_was_typed_is_there_after_a_refusal(owner: Browser) -> None:
    form = pasted(owner)
    form |= {"r1-most": "sepuluh", "r2-name": "Tulis konsep", "key": "Salah Kunci", "lakukan": "buat"}
    answer = owner.post("/sop/dari-dokumen/rencana", form)
    assert answer.status_code == 422
    after = fields(answer)
    assert {name: after[name] for name in ("r1-most", "r2-name", "key", "rencana")} == {
        name: form[name] for name in ("r1-most", "r2-name", "key", "rencana")
    }
    assert 'href="#r1-most"' in answer.get_data(as_text=True) and 'href="#key"' in answer.get_data(as_text=True)


def test_a_key_in_use_is_refused_where_the_sop_is_said_to_be_new(owner: Browser) -> None:
    form = {**pasted(owner), "key": "pengaduan_langsung", "lakukan": "buat"}
    assert owner.post("/sop/dari-dokumen/rencana", form).status_code == 409
    form.pop("baru")
    assert owner.post("/sop/dari-dokumen/rencana", form).location == "/sop/pengaduan_langsung/2"


def test_a_text_without_a_table_comes_back_with_what_was_pasted(owner: Browser) -> None:
    owner.open("/sop/dari-dokumen")
    answer = owner.post("/sop/dari-dokumen", {"teks": "Bukan tabel <b>"})
    assert answer.status_code == 422
    assert "Bukan tabel &lt;b&gt;" in answer.get_data(as_text=True)


def test_a_plan_that_was_tampered_with_is_refused(owner: Browser) -> None:
    owner.open("/sop/dari-dokumen")
    for held in ("", "{", "[]", '{"rows": 5}', "null", '{"rows": [{"time": "P1D"}]}'):
        assert owner.post("/sop/dari-dokumen/rencana", {"rencana": held, "lakukan": "buat"}).status_code == 422


def test_the_pages_are_for_owners_only(demo_app: Flask) -> None:
    browser = Browser(demo_app)
    assert browser.open("/sop/dari-dokumen").status_code == 303
    browser.sign_in(OFFICER)
    assert browser.open("/sop/dari-dokumen").status_code == 403
    assert "Dari dokumen SOP" not in browser.open("/sop").get_data(as_text=True)
