"""The page about where a diagram comes from, without a script: what is told, the button to translate, the mends."""

import pytest
from flask import Flask

from tests.client import Client
from tests.dialects import foreign
from tests.dialects.foreign import CAMUNDA_7, CLERK, FLOWABLE, OWNER, PLAIN, STRANGER
from tests.entrance.browser import Browser

pytestmark = pytest.mark.parametrize("place", ["sqlite"], indirect=True)


@pytest.fixture
def owner(demo_app: Flask) -> Browser:
    browser = Browser(demo_app)
    browser.sign_in(OWNER)
    return browser


def test_an_owner_reads_what_is_told_and_translates_by_one_button(owner: Browser, client: Client) -> None:
    sent = foreign.upload(client, foreign.xml_of(CAMUNDA_7))
    here = f"/sop/{sent['key']}/1"
    page = owner.open(f"{here}/asal").text
    for words in ("Camunda 7", "Terjemahkan menjadi draf baru", "Perlu diputuskan orang", 'value="izin_cuti_pegawai"'):
        assert words in page
    made = owner.post(f"{here}/terjemahkan", {"key": "izin_cuti"})
    assert made.status_code == 303 and made.headers["Location"] == "/sop/izin_cuti/1/asal"
    after = owner.open("/sop/izin_cuti/1/asal").text
    assert "Draf ini diterjemahkan dari" in after and f"{here}/unduh" in after
    assert "Terjemahkan menjadi draf baru" not in after
    assert owner.open(f"{here}/unduh").get_data() == foreign.xml_of(CAMUNDA_7)


def test_a_key_that_is_none_is_asked_again_with_what_was_typed(owner: Browser, client: Client) -> None:
    sent = foreign.upload(client, foreign.xml_of(CAMUNDA_7))
    refused = owner.post(f"/sop/{sent['key']}/1/terjemahkan", {"key": "Izin Cuti!"})
    assert refused.status_code == 422 and 'value="Izin Cuti!"' in refused.text


def test_mends_are_done_one_by_one_and_all_of_a_kind(owner: Browser, client: Client) -> None:
    foreign.upload(client, foreign.xml_of(PLAIN))
    page = owner.open("/sop/Surat_Masuk/1/asal").text
    assert "Nyatakan “Surat masuk” dapat dijalankan." in page and "Lakukan semuanya" in page
    done = owner.post("/sop/Surat_Masuk/1/perbaiki", {"code": "process_off", "element": "Surat_Masuk", "rev": "1"})
    assert done.headers["Location"] == "/sop/Surat_Masuk/2/asal"
    owner.open("/sop/Surat_Masuk/2/asal")
    done = owner.post("/sop/Surat_Masuk/2/perbaiki", {"code": "task_kind", "rev": "1"})
    assert done.headers["Location"] == "/sop/Surat_Masuk/2/asal"
    stale = owner.post("/sop/Surat_Masuk/2/perbaiki", {"code": "end_missing", "rev": "1"})
    assert stale.status_code == 412
    again = owner.post("/sop/Surat_Masuk/2/perbaiki", {"code": "task_kind", "rev": ""})
    assert again.status_code == 409


def test_a_draft_and_its_findings_lead_to_where_it_comes_from(owner: Browser, client: Client) -> None:
    sent = foreign.upload(client, foreign.xml_of(PLAIN))
    assert f"/sop/{sent['key']}/1/asal" in owner.open(f"/sop/{sent['key']}/1/temuan").text
    runs = foreign.upload(client, foreign.xml_of(FLOWABLE))
    assert f"/sop/{runs['key']}/1/asal" in owner.open(f"/sop/{runs['key']}/1").text


@pytest.mark.parametrize("who, status", [(CLERK, 403), (STRANGER, 404)])
def test_the_page_is_for_owners_of_the_office(demo_app: Flask, client: Client, who: str, status: int) -> None:
    foreign.upload(client, foreign.xml_of(PLAIN))
    browser = Browser(demo_app)
    browser.sign_in(who)
    assert browser.open("/sop/Surat_Masuk/1/asal").status_code == status
    for address in ("terjemahkan", "perbaiki"):
        assert browser.post(f"/sop/Surat_Masuk/1/{address}", {"code": "process_off"}).status_code == status


def test_what_a_hostile_drawing_is_called_is_shown_as_text(owner: Browser, client: Client) -> None:
    xml = foreign.xml_of(PLAIN).replace(b"Catat surat", b"&lt;script>alert(1)&lt;/script>")
    foreign.upload(client, xml)
    page = owner.open("/sop/Surat_Masuk/1/asal").text
    assert "<script>alert" not in page and "&lt;script&gt;alert" in page
