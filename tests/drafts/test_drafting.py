"""Drafts: kept while they are drawn, two people at one, begun anew, branched off, and checked before they are kept."""

from typing import Any

import pytest
from werkzeug.test import TestResponse

from service import content
from service.database import db, transaction
from service.diagrams.models import version_of
from service.people.commands import enter_person, give
from service.people.models import OWNER as OWNS
from service.people.models import agency_of
from service.people.passwords import digest_demo_password
from tests.client import Client

OFFICE, KEY = "diskop-sulteng", "layanan_pengaduan"
OWNER, SECOND = f"pemilik@{OFFICE}", f"perancang@{OFFICE}"
STRANGER, OFFICER = "pemilik@diskop-malang", f"petugas@{OFFICE}"
SOP = content.bpmn(KEY).decode()
LIVE = f"/diagrams/{KEY}/versions/1"
DRAFT = f"/diagrams/{KEY}/versions/2"
FASTER = SOP.replace('value="PT60M"', 'value="PT45M"')
SLOWER = SOP.replace('value="PT60M"', 'value="PT90M"')


@pytest.fixture
def draft(client: Client) -> dict[str, Any]:
    """A draft as the live version is, and a second owner in its office."""
    with client.app.app_context():
        with transaction():
            give(enter_person(SECOND, "Perancang", digest_demo_password()), agency_of(OFFICE), OWNS)
        db.session.remove()
    made = client.post(f"{LIVE}/branch", {}, by=OWNER)
    assert made == {"key": KEY, "version": 2}
    return made


def put(client: Client, xml: str, by: str, rev: int) -> TestResponse:
    return client.call("PUT", f"{DRAFT}/drawing", {"xml": xml}, by=by, headers={"If-Match": f'"{rev}"'})


def kept(client: Client, n: int = 2) -> bytes:
    with client.app.app_context():
        xml = version_of(KEY, n).xml
        db.session.remove()
    return xml


def rev(client: Client, by: str = OWNER) -> int:
    return int(client.post(f"{DRAFT}/presence", by=by)["rev"])


def test_a_draft_from_a_version_has_its_files_byte_for_byte(client: Client, draft: Any) -> None:
    assert kept(client) == content.bpmn(KEY)
    assert client.get(f"{DRAFT}/forms", by=OWNER) == client.get(f"{LIVE}/forms", by=OWNER)


def test_what_is_drawn_is_kept_as_it_is(client: Client, draft: Any) -> None:
    answer = put(client, FASTER, OWNER, rev(client))
    assert answer.status_code == 200 and answer.json
    assert answer.json["rev"] == rev(client) and answer.json["saved_by"] == "Pemilik proses"
    assert kept(client).decode() == FASTER


def test_two_owners_are_told_of_each_other(client: Client, draft: Any) -> None:
    assert client.post(f"{DRAFT}/presence", by=OWNER)["others"] == []
    assert [each["name"] for each in client.post(f"{DRAFT}/presence", by=SECOND)["others"]] == ["Pemilik proses"]
    assert [each["name"] for each in client.post(f"{DRAFT}/presence", by=OWNER)["others"]] == ["Perancang"]


def test_of_two_who_saw_the_same_the_second_overwrites_nothing(client: Client, draft: Any) -> None:
    seen = rev(client)
    assert put(client, FASTER, OWNER, seen).status_code == 200
    refused = put(client, SLOWER, SECOND, seen)
    assert refused.status_code == 412
    assert kept(client).decode() == FASTER
    standing = client.post(f"{DRAFT}/presence", by=SECOND)
    assert standing["rev"] != seen and standing["saved_by"] == "Pemilik proses"


def test_whoever_was_second_keeps_his_work_as_a_draft_of_its_own(client: Client, draft: Any) -> None:
    made = client.post(f"{DRAFT}/branch", {"xml": SLOWER}, by=SECOND)
    assert made["version"] == 3
    assert kept(client, 3).decode() == SLOWER
    assert kept(client, 2) == content.bpmn(KEY)


def test_an_owner_who_keeps_drawing_is_recorded_once_for_the_sitting(client: Client, draft: Any) -> None:
    for xml in (FASTER, SLOWER, FASTER):
        assert put(client, xml, OWNER, rev(client)).status_code == 200
    with client.app.app_context():
        rows = db.session.execute(
            db.text("SELECT count(*) FROM version_record WHERE diagram_key = :key AND n = 2 AND what = 'changed'"),
            {"key": KEY},
        )
        assert rows.scalar_one() == 1
        db.session.remove()


@pytest.mark.parametrize("xml", ["", "<a/>", "no xml", '<!DOCTYPE a [<!ENTITY x "y">]><a>&x;</a>', SOP[:-40]])
def test_what_cannot_be_read_is_not_kept(client: Client, draft: Any, xml: str) -> None:
    assert put(client, xml, OWNER, rev(client)).status_code == 422
    assert kept(client) == content.bpmn(KEY)


def test_a_file_that_came_as_text_is_kept_as_utf_8_whatever_it_says_of_itself(client: Client, draft: Any) -> None:
    said = FASTER.replace("encoding='UTF-8'", "encoding='ISO-8859-1'").replace("Terima pemohon", "Terima pemohön")
    assert put(client, said, OWNER, rev(client)).status_code == 200
    assert b"encoding='UTF-8'" in kept(client)[:60] and "Terima pemohön" in kept(client).decode()


def test_another_procedure_is_not_kept_in_this_draft(client: Client, draft: Any) -> None:
    other = content.bpmn("sp4n_lapor").decode()
    assert put(client, other, OWNER, rev(client)).status_code == 422
    assert client.call("POST", f"{DRAFT}/branch", {"xml": other}, by=OWNER).status_code == 422


def test_a_drawing_in_the_middle_of_the_work_is_kept_though_the_check_is_against_it(client: Client, draft: Any) -> None:
    broken = SOP.replace(' targetRef="selesai"/>', ' targetRef="selesai_lisan"/>')
    assert put(client, broken, OWNER, rev(client)).status_code == 200
    found = client.post(f"{DRAFT}/check", {"xml": broken}, by=OWNER)["findings"]
    assert any(each["blocks"] and each["element"] == "selesai" for each in found)


@pytest.mark.parametrize("who, status", [(OFFICER, 403), ("auditor", 403), (STRANGER, 404), (None, 401)])
def test_drafts_are_for_owners_of_the_office(client: Client, draft: Any, who: str | None, status: int) -> None:
    for method, path, body in (
        ("PUT", "drawing", {"xml": SOP}),
        ("POST", "presence", None),
        ("POST", "branch", {}),
        ("POST", "check", {"xml": SOP}),
        ("POST", "layout", {"xml": SOP}),
    ):
        assert client.call(method, f"{DRAFT}/{path}", body, by=who).status_code == status, path
    assert kept(client) == content.bpmn(KEY)


def test_a_published_version_is_neither_changed_nor_checked_as_a_draft(client: Client) -> None:
    for method, path in (("PUT", "drawing"), ("POST", "check"), ("POST", "layout")):
        assert client.call(method, f"{LIVE}/{path}", {"xml": SOP}, by=OWNER).status_code == 409
    assert client.post(f"{LIVE}/presence", by=OWNER)["state"] == "live"


# ---- checking what is not kept ---------------------------------------------------------------------------------


def look(client: Client, xml: str, **more: Any) -> Any:
    return client.post(f"{DRAFT}/check", {"xml": xml, **more}, by=OWNER)


def test_the_check_finds_in_what_is_not_kept_yet_and_keeps_nothing(client: Client, draft: Any) -> None:
    wrong = SOP.replace('keputusan == "setuju"', 'keputusan == "ya"')
    found = look(client, wrong)["findings"]
    assert [(each["code"], each["element"]) for each in found] == [("value_unknown", "apakah_draf_disetujui")] or any(
        each["code"] == "value_unknown" for each in found
    )
    assert look(client, SOP, dry_run=True)["findings"] == []
    assert kept(client) == content.bpmn(KEY)


def test_a_gateway_is_told_the_fields_of_earlier_forms_with_their_values(client: Client, draft: Any) -> None:
    told = look(client, SOP)
    fields = {field["name"]: field for field in told["fields"]}
    assert fields["keputusan"]["kind"] == "choice" and not fields["keputusan"]["optional"]
    assert [choice["value"] for choice in fields["keputusan"]["choices"]] == ["setuju", "tidak_setuju"]
    early, late = told["known"]["apa_bentuk_pengaduan"], told["known"]["apakah_draf_disetujui"]
    assert "bentuk_pengaduan" in early["surely"] and "keputusan" not in early["surely"] + early["perhaps"]
    assert "keputusan" in late["surely"]


def test_who_somebody_is_cannot_be_asked_by_a_gateway(client: Client, draft: Any) -> None:
    start = content.forms(KEY)["mulai.schema.json"]["properties"]
    sealed = {name for name, field in start.items() if field.get("x-alur-identity")}
    assert sealed
    assert not sealed & {field["name"] for field in look(client, SOP)["fields"]}


@pytest.mark.parametrize("xml", ["", "<a/>", "no xml", '<!DOCTYPE a [<!ENTITY x "y">]><a>&x;</a>', SOP[:2000]])
def test_checking_what_cannot_be_read_says_so(client: Client, draft: Any, xml: str) -> None:
    told = look(client, xml)
    assert told["findings"] and told["findings"][0]["blocks"]
    assert told["fields"] == [] and told["known"] == {}


def test_a_drawing_put_in_order_says_the_same(client: Client, draft: Any) -> None:
    bare = SOP[: SOP.index("<bpmndi:BPMNDiagram")] + "</bpmn:definitions>"
    drawn = client.post(f"{DRAFT}/layout", {"xml": bare}, by=OWNER)["xml"]
    assert "BPMNShape" in drawn
    assert look(client, drawn)["findings"] == []
