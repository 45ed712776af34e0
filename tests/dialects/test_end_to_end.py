"""Diagrams of other tools on their whole way: sent in, translated, mended, published, run to an end."""

from typing import Any

import pytest

from tests.client import Client
from tests.dialects import foreign
from tests.dialects.foreign import ALL, CAMUNDA_7, CAMUNDA_8, FLOWABLE, OWNER, PLAIN, SPIFF

KEYS = {
    CAMUNDA_7: "izin_cuti_pegawai",
    CAMUNDA_8: "bantuan_sosial",
    FLOWABLE: "surat_keterangan",
    SPIFF: "izin_reklame",
    PLAIN: "surat_masuk",
}
ENDS: dict[str, dict[str, Any]] = {
    CAMUNDA_7: {"lama": 5, "sisa_cukup": True},
    CAMUNDA_8: {"hasil": "layak", "jumlah": 100},
    FLOWABLE: {"keputusan": "setuju"},
    SPIFF: {"panjang": 2, "lebar": 2},
    PLAIN: {"pilihan_penting": "ya"},
}


@pytest.mark.parametrize(
    "place, name", [("postgresql", CAMUNDA_7), *(("sqlite", name) for name in ALL)], indirect=["place"]
)
def test_a_diagram_of_another_tool_is_translated_mended_published_and_runs_to_its_end(
    client: Client, name: str
) -> None:
    sent = foreign.upload(client, foreign.xml_of(name), foreign.forms_of(name))
    made = client.post(f"{foreign.at(sent)}/translate", {}, by=OWNER)
    assert made["key"] == KEYS[name] and made["state"] == "draft"
    draft = foreign.mend_all(client, made)
    assert foreign.blocking(draft) == []
    foreign.publish(client, draft)
    foreign.hold_lanes(client, draft["key"], foreign.lanes_of(client, draft))
    instance = foreign.start(client, draft["key"])
    done = foreign.work(client, instance["id"], ENDS[name])
    assert done["state"] == "completed"
    assert foreign.fetched(client, sent) == foreign.xml_of(name)


on_sqlite = pytest.mark.parametrize("place", ["sqlite"], indirect=True)
"""Where the database makes no difference."""


@on_sqlite
def test_what_camunda_7_has_said_is_said_here(client: Client) -> None:
    sent = foreign.upload(client, foreign.xml_of(CAMUNDA_7))
    made = client.post(f"{foreign.at(sent)}/translate", {}, by=OWNER)
    rows = {each["element"]: each for each in client.get(foreign.at(made), by=OWNER)["rows"]}
    assert rows["Activity_0periksa"]["time_standard"] == "P3D"
    assert rows["Activity_0periksa"]["time_clock"] == "elapsed"
    assert rows["Activity_0periksa"]["lane"] == "kepegawaian"
    form = client.get(f"{foreign.at(made)}/forms", by=OWNER)["StartEvent_1"]["schema"]
    assert form["properties"]["lama"] == {
        "title": "Lama cuti (hari)", "type": "integer", "minimum": 1, "maximum": 90, "default": 3,
    }  # fmt: skip
    assert form["required"] == ["lama", "jenis"]
    kept = foreign.fetched(client, made)
    for said in (b'camunda:asyncBefore="true"', b"CatatTugas", b"do not touch without asking Rina", b"kepala-dinas"):
        assert said in kept


@on_sqlite
def test_a_form_within_a_camunda_8_diagram_becomes_one_of_ours(client: Client) -> None:
    sent = foreign.upload(client, foreign.xml_of(CAMUNDA_8), foreign.forms_of(CAMUNDA_8))
    made = client.post(f"{foreign.at(sent)}/translate", {}, by=OWNER)
    forms = client.get(f"{foreign.at(made)}/forms", by=OWNER)
    assert list(forms["tinjau"]["schema"]["properties"]) == ["hasil", "jumlah"]
    assert forms["terima"]["schema"]["properties"]["nik"]["minLength"] == 16
    assert forms["tinjau"]["ui_schema"]["hasil"] == {"ui:widget": "radio"}


@on_sqlite
def test_everything_another_tool_has_written_is_told_once_under_one_of_three_headings(client: Client) -> None:
    sent = foreign.upload(client, foreign.xml_of(CAMUNDA_7))
    before = client.get(f"{foreign.at(sent)}/translation", by=OWNER)
    assert before["dialect"] == "camunda_7" and before["changes"]
    made = client.post(f"{foreign.at(sent)}/translate", {}, by=OWNER)
    assert {each["kind"] for each in made["told"]} == {"translated", "kept", "needs_person"}
    assert all(each["sentence"] and "{" not in each["sentence"].replace("${", "") for each in made["told"])
    after = client.get(f"{foreign.at(made)}/translation", by=OWNER)
    assert [each["sentence"] for each in after["told"]] == [each["sentence"] for each in made["told"]]
    assert not after["changes"]


@on_sqlite
def test_a_translation_says_from_which_version_it_was_made(client: Client) -> None:
    sent = foreign.upload(client, foreign.xml_of(FLOWABLE))
    made = client.post(f"{foreign.at(sent)}/translate", {"key": "surat_usaha"}, by=OWNER)
    assert made["key"] == "surat_usaha"
    (row,) = client.get("/diagrams/surat_usaha/versions", by=OWNER)["items"]
    assert row["note"] == "Diterjemahkan dari versi 1 diagram suratKeterangan (Flowable)."


@on_sqlite
def test_what_is_ours_already_is_not_translated(client: Client) -> None:
    answer = client.call("POST", "/diagrams/sp4n_lapor/versions/1/translate", json={}, by=OWNER)
    assert answer.status_code == 409


def test_a_mend_leaves_a_file_that_was_sent_in_as_it_is(client: Client) -> None:
    sent = foreign.upload(client, foreign.xml_of(PLAIN))
    first = client.post(f"{foreign.at(sent)}/mends", {"code": "process_off"}, by=OWNER)
    assert first["version"] == sent["version"] + 1 and foreign.fetched(client, sent) == foreign.xml_of(PLAIN)
    second = client.post(f"{foreign.at(first)}/mends", {"code": "start_missing", "element": "catat"}, by=OWNER)
    assert second["version"] == first["version"], "what was mended here is mended in its place"


def test_of_two_mends_of_one_draft_seen_alike_only_one_is_kept(client: Client) -> None:
    sent = foreign.upload(client, foreign.xml_of(PLAIN))
    draft = client.post(f"{foreign.at(sent)}/mends", {"code": "process_off"}, by=OWNER)
    tag = client.call("GET", f"{foreign.at(draft)}/mends", by=OWNER).headers["ETag"]
    mends = [{"code": "task_kind", "element": "catat"}, {"code": "task_kind", "element": "lapor"}]
    answers = [
        client.call("POST", f"{foreign.at(draft)}/mends", json=each, by=OWNER, headers={"If-Match": tag})
        for each in mends
    ]
    assert [each.status_code for each in answers] == [200, 412]


@on_sqlite
def test_a_mend_that_is_not_needed_is_refused(client: Client) -> None:
    sent = foreign.upload(client, foreign.xml_of(CAMUNDA_7))
    for body in ({"code": "process_off"}, {"code": "nonsense"}, {"code": "form_missing", "element": "nobody"}):
        assert client.call("POST", f"{foreign.at(sent)}/mends", json=body, by=OWNER).status_code == 409


@on_sqlite
@pytest.mark.parametrize("who, status", [("petugas@diskop-samarinda", 403), (foreign.STRANGER, 404)])
def test_only_owners_of_the_office_translate_and_mend(client: Client, who: str, status: int) -> None:
    sent = foreign.upload(client, foreign.xml_of(PLAIN))
    for method, path, body in (
        ("GET", "translation", None),
        ("GET", "mends", None),
        ("POST", "translate", {}),
        ("POST", "mends", {"code": "process_off"}),
    ):
        assert client.call(method, f"{foreign.at(sent)}/{path}", json=body, by=who).status_code == status
