"""Pages from which files are taken along."""

import csv
import io

import pytest
from flask import Flask

from service.database import db
from service.exports.models import ExportRecord
from tests.client import Client
from tests.entrance.browser import Browser
from tests.exports.cases import PATHS, run

SUPERVISOR = "atasan@diskop-sulteng"
PATH = next(path for path in PATHS if path.sop == "layanan_pengaduan")


@pytest.fixture
def browser(demo_app: Flask) -> Browser:
    found = Browser(demo_app)
    found.sign_in(SUPERVISOR)
    return found


def taken(app: Flask) -> list[tuple[str, str]]:
    with app.app_context():
        found = [(row.format, row.why) for row in db.session.query(ExportRecord).order_by(ExportRecord.id)]
        db.session.remove()
    return found


def test_an_instance_is_taken_along_for_a_reason_and_the_page_tells_who_did(client: Client, browser: Browser) -> None:
    page = f"/berkas/{run(client, PATH, 2)['id']}/ekspor"
    assert browser.open(page).status_code == 200
    refused = browser.post(page, {"alur-format": "xes"})
    assert refused.status_code == 422 and "Sebutkan untuk apa" in refused.text
    assert taken(client.app) == []
    answer = browser.post(page, {"alur-format": "xes", "alur-why": "Permintaan Ombudsman"})
    assert answer.status_code == 200 and answer.get_data().startswith(b"<?xml")
    assert taken(client.app) == [("xes", "Permintaan Ombudsman")]
    assert "Permintaan Ombudsman" in browser.open(page).text


@pytest.mark.parametrize("kind", ["csv", "xlsx", "json", "xes", "ocel", "ocel_sqlite"])
def test_the_list_is_taken_along_as_it_is_narrowed(client: Client, browser: Browser, kind: str) -> None:
    numbers = [run(client, PATH, steps)["number"] for steps in (1, None)]
    answer = browser.post("/berkas/ekspor?keadaan=running", {"alur-format": kind, "alur-why": "Rapat"})
    assert answer.status_code == 200 and answer.headers["Content-Disposition"].startswith("attachment")
    content = answer.get_data()
    assert taken(client.app) == [(kind, "Rapat")]
    if kind == "csv":
        rows = list(csv.reader(io.StringIO(content.decode("utf-8-sig")), delimiter=";"))
        assert [row[0] for row in rows[1:]] == numbers[:1]
    elif kind in ("json", "xes"):
        assert (numbers[0].encode() in content, numbers[1].encode() in content) == (True, False)


def test_the_sop_document_is_a_page_with_its_files(demo_app: Flask, browser: Browser) -> None:
    page = browser.open("/sop/layanan_pengaduan/1/dokumen")
    assert page.status_code == 200 and page.text.count("<svg xmlns") == 12
    for kind, begins in (("pdf", b"%PDF"), ("xlsx", b"PK")):
        assert browser.client.get(f"/sop/layanan_pengaduan/1/dokumen/unduh.{kind}").get_data().startswith(begins)
    assert browser.open("/sop/layanan_pengaduan/1/dokumen/unduh.doc").status_code == 404
    assert browser.open("/sop/sp4n_lapor/1/dokumen").status_code == 404


def test_what_another_office_has_is_not_there(client: Client, browser: Browser) -> None:
    other = next(path for path in PATHS if path.sop == "sp4n_lapor")
    page = f"/berkas/{run(client, other, 1)['id']}/ekspor"
    assert browser.open(page).status_code == 404
    assert browser.post(page, {"alur-format": "json", "alur-why": "Ingin tahu"}).status_code == 404
