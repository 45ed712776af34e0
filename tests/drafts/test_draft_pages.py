"""Pages about drafts: the modeler's, a new diagram, files from elsewhere, and what the check finds."""

import io
import re
import zipfile
from typing import Any

import orjson
import pytest
from flask import Flask

from service import content
from service.database import db
from service.diagrams.models import version_of, versions_of
from tests.entrance.browser import Browser

OFFICE, KEY = "diskop-sulteng", "layanan_pengaduan"
OWNER = f"pemilik@{OFFICE}"
CAMUNDA = (
    b'<bpmn:userTask id="terima_tamu" name="Terima pemohon" camunda:assignee="budi" '
    b'xmlns:camunda="http://camunda.org/schema/1.0/bpmn">'
)


@pytest.fixture
def owner(demo_app: Flask) -> Browser:
    browser = Browser(demo_app)
    browser.sign_in(OWNER)
    return browser


def sop(key: str = KEY, xml: bytes | None = None) -> tuple[io.BytesIO, str]:
    return io.BytesIO(xml if xml is not None else content.bpmn(key)), f"{key}.bpmn"


def kept(app: Flask, key: str, n: int) -> Any:
    with app.app_context():
        version = version_of(key, n)
        db.session.remove()
    return version


def count(app: Flask, key: str = KEY) -> int:
    with app.app_context():
        found = len(versions_of(key))
        db.session.remove()
    return found


def test_a_live_version_offers_a_draft_that_opens_in_the_modeler(owner: Browser) -> None:
    assert "Buat draf baru dari versi ini" in owner.open(f"/sop/{KEY}/1").text
    made = owner.post(f"/sop/{KEY}/1/draf-baru")
    assert made.status_code == 303 and made.headers["Location"] == f"/sop/{KEY}/2/gambar"
    page = owner.open(f"/sop/{KEY}/2/gambar")
    assert "style-src-attr 'unsafe-inline'" in page.headers["Content-Security-Policy"]
    assert "modeler" in page.text and "unsafe-eval" not in page.headers["Content-Security-Policy"]
    assert f"/sop/{KEY}/2/gambar" in owner.open(f"/sop/{KEY}/2").text


def test_a_live_version_is_looked_at_and_not_drawn(owner: Browser) -> None:
    assert owner.open(f"/sop/{KEY}/1/gambar").headers["Location"] == f"/sop/{KEY}/1"


@pytest.mark.parametrize("who, status", [(f"petugas@{OFFICE}", 403), ("pemilik@diskop-malang", 404)])
def test_the_modeler_is_for_owners_of_the_office(demo_app: Flask, who: str, status: int) -> None:
    browser = Browser(demo_app)
    browser.sign_in(who)
    for address in (f"/sop/{KEY}/1/gambar", f"/sop/{KEY}/1/unggah", f"/sop/{KEY}/1/temuan"):
        assert browser.open(address).status_code == status
    assert browser.post(f"/sop/{KEY}/1/draf-baru").status_code == status
    assert count(demo_app) == 1


@pytest.mark.parametrize("address", ["/sop/%00/1/gambar", f"/sop/{KEY}/99999999999999/gambar", f"/sop/{KEY}/-1/temuan"])
def test_a_draft_that_cannot_be_is_not_found(owner: Browser, address: str) -> None:
    assert owner.open(address).status_code == 404
    assert owner.post(address.replace("gambar", "draf-baru")).status_code in (404, 405)


# ---- a new diagram ---------------------------------------------------------------------------------------------


def test_a_new_diagram_is_drawn_and_ready_to_be_checked(owner: Browser, demo_app: Flask) -> None:
    made = owner.post(
        "/sop/baru", {"title": "Surat Masuk & Keluar", "lanes": "Pemohon\nLoket <1>\n\nKepala", "public": "ya"}
    )
    assert made.headers["Location"] == "/sop/surat_masuk_keluar/1/gambar"
    found = owner.open("/sop/surat_masuk_keluar/1/temuan").text
    assert "Harus dibetulkan" not in found
    assert kept(demo_app, "surat_masuk_keluar", 1).forms["mulai.schema.json"]["title"] == "Pengajuan"
    assert owner.open("/sop/surat_masuk_keluar/1").status_code == 200


@pytest.mark.parametrize(
    "typed",
    [
        {"title": "", "lanes": "Loket"},
        {"title": "123 !!", "lanes": "Loket"},
        {"title": "Surat", "lanes": ""},
        {"title": "Surat", "lanes": "Pemohon", "public": "ya"},
        {"title": "Surat", "lanes": "Loket\nloket"},
        {"title": "Surat", "lanes": "\n".join(f"Lajur {n}" for n in range(41))},
        {"title": "x" * 300, "lanes": "Loket"},
        {"title": "Layanan Pengaduan", "lanes": "Loket"},
    ],
)
def test_a_diagram_that_cannot_begin_is_refused_with_what_was_typed(owner: Browser, typed: dict[str, str]) -> None:
    answer = owner.post("/sop/baru", typed)
    assert answer.status_code == 422
    assert 'class="errors"' in answer.text and "Kesalahan:" in answer.text


# ---- files from elsewhere --------------------------------------------------------------------------------------


def test_a_file_made_elsewhere_comes_back_byte_for_byte(owner: Browser, demo_app: Flask) -> None:
    foreign = content.bpmn(KEY).replace(b'<bpmn:userTask id="terima_tamu" name="Terima pemohon">', CAMUNDA)
    foreign = b"\xef\xbb\xbf" + foreign.replace(b"\n", b"\r\n") + b"<!-- kept -->"
    made = owner.post("/sop/unggah", {"bpmn": sop(xml=foreign)})
    assert made.headers["Location"] == f"/sop/{KEY}/2/temuan", made.text
    assert owner.open(f"/sop/{KEY}/2/temuan").status_code == 200
    assert owner.client.get(f"/sop/{KEY}/2/unduh").get_data() == foreign


def test_a_new_diagram_comes_with_its_forms_in_a_zip(owner: Browser, demo_app: Flask) -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for name, form in content.forms(KEY).items():
            archive.writestr(f"forms/{name}", orjson.dumps(form))
    packed.seek(0)
    xml = content.bpmn(KEY).replace(b'"layanan_pengaduan"', b'"layanan_baru"')
    made = owner.post("/sop/unggah", {"bpmn": sop(xml=xml), "forms": (packed, "forms.zip")})
    assert made.headers["Location"] == "/sop/layanan_baru/1/temuan", made.text
    assert kept(demo_app, "layanan_baru", 1).forms == content.forms(KEY)


def test_a_file_goes_into_a_draft_and_what_is_not_sent_stays(owner: Browser, demo_app: Flask) -> None:
    owner.post(f"/sop/{KEY}/1/draf-baru")
    form = {**content.forms(KEY)["mulai.schema.json"], "title": "Pengaduan baru"}
    sent = {"forms": (io.BytesIO(orjson.dumps(form)), "mulai.schema.json")}
    rev = re.search(r'name="rev" value="(\d+)"', owner.open(f"/sop/{KEY}/2/unggah").text)
    assert rev
    assert owner.post(f"/sop/{KEY}/2/unggah", {**sent, "rev": rev[1]}).headers["Location"] == f"/sop/{KEY}/2/temuan"
    version = kept(demo_app, KEY, 2)
    assert version.forms["mulai.schema.json"]["title"] == "Pengaduan baru" and version.xml == content.bpmn(KEY)
    again = {"forms": (io.BytesIO(orjson.dumps(form)), "mulai.schema.json"), "rev": rev[1]}
    assert owner.post(f"/sop/{KEY}/2/unggah", again).status_code == 412


BROKEN = {
    "nothing": None,
    "no xml": b"hello",
    "not bpmn": b"<html/>",
    "an entity": b'<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>',
    "too large": b"<a>" + b" " * 1_000_001 + b"</a>",
}


@pytest.mark.parametrize("xml", BROKEN.values(), ids=BROKEN.keys())
def test_a_file_that_cannot_be_read_is_refused_in_words(owner: Browser, demo_app: Flask, xml: bytes | None) -> None:
    answer = owner.post("/sop/unggah", {"bpmn": sop(xml=xml)} if xml is not None else {})
    assert answer.status_code in (413, 422)
    assert 'class="errors"' in answer.text
    assert count(demo_app) == 1


def test_form_files_that_are_none_are_refused(owner: Browser, demo_app: Flask) -> None:
    for name, text in (("a.json", b"{"), ("a.json", b"[]"), ("a.zip", b"PK"), ("a.json", b"[" * 100_000)):
        answer = owner.post("/sop/unggah", {"bpmn": sop(), "forms": (io.BytesIO(text), name)})
        assert answer.status_code == 422
    assert count(demo_app) == 1


def test_another_offices_diagram_cannot_be_uploaded(owner: Browser, demo_app: Flask) -> None:
    assert owner.post("/sop/unggah", {"bpmn": sop("sp4n_lapor")}).status_code in (403, 404)
    assert count(demo_app, "sp4n_lapor") == 1


def test_findings_lead_to_the_element_in_the_drawing(owner: Browser) -> None:
    wrong = content.bpmn(KEY).replace(b'keputusan == "setuju"', b'keputusan == "ya"')
    owner.post("/sop/unggah", {"bpmn": sop(xml=wrong)})
    page = owner.open(f"/sop/{KEY}/2/temuan").text
    assert "Harus dibetulkan" in page
    assert f"/sop/{KEY}/2/gambar?unsur=apakah_draf_disetujui" in page


def test_a_draft_that_cannot_run_at_all_can_still_be_drawn(owner: Browser) -> None:
    headless = re.sub(rb"<bpmn:startEvent.*?</bpmn:startEvent>", b"", content.bpmn(KEY), flags=re.DOTALL)
    owner.post("/sop/unggah", {"bpmn": sop(xml=headless)})
    assert owner.open(f"/sop/{KEY}/2/gambar").status_code == 200
    assert "Harus dibetulkan" in owner.open(f"/sop/{KEY}/2/temuan").text
