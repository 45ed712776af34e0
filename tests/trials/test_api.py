"""Trials over the API: made, started, filled by complaints, read, stopped; for whom, and what bad input meets."""

from collections import Counter
from datetime import UTC, datetime
from typing import Any

import pytest

from service.database import db, transaction
from service.diagrams.models import LIVE, Version, version_of
from service.forms.sample import sample
from tests.client import Client

KEY, OFFICE = "layanan_pengaduan", "diskop-sulteng"
OWNER, HEAD, DESK = f"pemilik@{OFFICE}", f"atasan@{OFFICE}", f"petugas@{OFFICE}"
STRANGER = "pemilik@diskop-malang"


@pytest.fixture
def two_live(client: Client) -> Client:
    """The demo with a second version of one SOP live beside the first."""
    second_version(client)
    return client


def second_version(client: Client) -> None:
    """The first version once more, live beside it as version 2."""
    with client.app.app_context():
        with transaction():
            first, now = version_of(KEY, 1), datetime.now(UTC)
            second = Version(xml=first.xml, forms=first.forms, agency_id=first.agency_id, diagram_key=KEY, n=2)
            second.state, second.created_at, second.created_by, second.published_at = LIVE, now, "tes", now
            db.session.add(second)
        db.session.remove()


def plan(**more: Any) -> dict[str, Any]:
    return {
        "name": "Dua cara",
        "diagram": KEY,
        "arms": [{"version": 1}, {"version": 2}],
        "rules": [{"shares": [50, 50]}],
        "stopping": {"per_arm": 30, "looks": 2},
        "strata": {"channel": True, "fields": ["jenis_pengaduan"]},
    } | more


def running(client: Client, **more: Any) -> str:
    made = client.post("/trials", plan(**more), by=OWNER)
    client.post(f"/trials/{made['id']}/start", by=OWNER)
    return str(made["id"])


def hand_in(client: Client, **more: Any) -> dict[str, Any]:
    """A complaint, as the instance that officers see."""
    form = client.get(f"/diagrams/{KEY}/form")
    number = client.post("/complaints", {"diagram": KEY, "answers": sample(form["schema"])} | more)["number"]
    (found,) = client.get(f"/instances?q={number}", by=HEAD)["items"]
    return dict(client.get(f"/instances/{found['id']}", by=HEAD))


def test_complaints_are_shared_out_and_say_why(two_live: Client) -> None:
    trial = running(two_live)
    handed = [hand_in(two_live) for _ in range(8)]
    assert Counter(one["version"] for one in handed) == {1: 4, 2: 4}
    assert {one["route"]["kind"] for one in handed} == {"drawn"}
    assert {one["route"]["trial"] for one in handed} == {trial}
    assert "diundi dengan pembagian 50 : 50" in handed[0]["route"]["why"]
    seen = two_live.get(f"/trials/{trial}", by=OWNER)
    assert [arm["instances"] for arm in seen["arms"]] == [4, 4]
    assert [act["act"] for act in seen["acts"]] == ["made", "started"]


def test_who_names_a_version_keeps_it(two_live: Client) -> None:
    running(two_live)
    handed = [hand_in(two_live, version=1) for _ in range(3)]
    assert {(one["version"], one["route"]["kind"], one["route"]["trial"]) for one in handed} == {(1, "asked", None)}


def test_without_a_trial_the_newest_version_is_taken(two_live: Client) -> None:
    one = hand_in(two_live)
    assert (one["version"], one["route"]["kind"]) == (2, "default")


def test_a_stopped_trial_takes_nothing_new_and_its_result_stays(two_live: Client) -> None:
    trial = running(two_live)
    hand_in(two_live)
    two_live.post(f"/trials/{trial}/stop", {"reason": "cukup"}, by=OWNER)
    assert hand_in(two_live)["route"]["kind"] == "default"
    result = two_live.get(f"/trials/{trial}/result", by=OWNER)
    assert sum(arm["count"] for arm in result["arms"]) == 1
    (listed,) = two_live.get("/trials?state=stopped", by=OWNER)["items"]
    assert listed["id"] == trial
    assert two_live.get("/trials?state=running", by=OWNER)["items"] == []


def test_a_result_says_its_figures_and_that_there_are_too_few(two_live: Client) -> None:
    trial = running(two_live)
    for _ in range(4):
        hand_in(two_live)
    result = two_live.get(f"/trials/{trial}/result", by=OWNER)
    assert result["drawn"] and result["differences"][0]["verdict"] == "few"
    assert "perlu sedikitnya 20" in result["sentence"]
    assert result["differences"][0]["days"]["value"] is None
    assert result["advice"]["code"] == "wait"
    assert [look["size"] for look in result["advice"]["looks"]] == [15, 30]
    assert {arm["open"] for arm in result["arms"]} == {2}
    first = result["steps"][0]
    assert [figures["count"] for figures in first["figures"]] == [2, 2]


def test_versions_compare_without_a_trial(two_live: Client) -> None:
    hand_in(two_live)
    hand_in(two_live, version=1)
    result = two_live.get(f"/diagrams/{KEY}/figures?versions=1,2", by=OWNER)
    assert not result["drawn"] and result["advice"] is None
    assert [arm["count"] for arm in result["arms"]] == [1, 1]
    for wrong in ("1", "1,1", "a,b", "1,2,", "1,2,3,4,5,6", "99999999999,1"):
        assert two_live.call("GET", f"/diagrams/{KEY}/figures?versions={wrong}", by=OWNER).status_code == 422, wrong
    assert two_live.call("GET", f"/diagrams/{KEY}/figures?versions=1,9", by=OWNER).status_code == 404


def test_trials_are_for_those_they_are_for(two_live: Client) -> None:
    trial = running(two_live)
    calls = [
        ("GET", f"/trials/{trial}", None),
        ("GET", f"/trials/{trial}/result", None),
        ("GET", f"/diagrams/{KEY}/figures?versions=1,2", None),
    ]
    for method, path, body in calls:
        seen = {
            who: two_live.call(method, path, body, by=who).status_code
            for who in (None, STRANGER, DESK, OWNER, HEAD, "auditor")
        }
        assert seen == {None: 401, STRANGER: 404, DESK: 403, OWNER: 200, HEAD: 200, "auditor": 200}, path
    for path, body in (
        ("/trials", plan()),
        (f"/trials/{trial}/start", None),
        (f"/trials/{trial}/stop", {"reason": "x"}),
    ):
        refused = {who: two_live.call("POST", path, body, by=who).status_code for who in (None, STRANGER, DESK, HEAD)}
        assert refused == {None: 401, STRANGER: 404, DESK: 403, HEAD: 403}, path
    listed = {who: len(two_live.get("/trials", by=who)["items"]) for who in (STRANGER, DESK, OWNER, HEAD, "auditor")}
    assert listed == {STRANGER: 0, DESK: 0, OWNER: 1, HEAD: 1, "auditor": 1}


@pytest.mark.parametrize(
    "more",
    [
        {"rules": []},
        {"rules": [{"shares": ["a", 1]}]},
        {"rules": [{"shares": [1, 1], "values": {"jenis_pengaduan": [{"x": 1}]}}]},
        {"rules": [{"shares": [1, 1], "values": {"jenis_pengaduan": ["\x00"]}}]},
        {"rules": [{"shares": [1, 1], "values": {"nama_pelapor": ["Budi"]}}]},
        {"rules": [{"shares": [1, 1], "first_day": "kemarin"}]},
        {"strata": {"channel": "ya"}},
        {"strata": {"fields": ["jenis_kelamin"]}},
        {"stopping": {"per_arm": 10**12}},
        {"arms": [{"version": True}, {"version": 2}]},
        {"arms": [{"version": 1}, {"version": 77}]},
        {"name": ""},
    ],
)
def test_bad_plans_are_refused(two_live: Client, more: dict[str, Any]) -> None:
    answer = two_live.call("POST", "/trials", plan(**more), by=OWNER)
    assert answer.status_code == 422
    assert answer.json["errors"]


def test_a_trial_seen_at_another_revision_is_not_stopped(two_live: Client) -> None:
    trial = running(two_live)
    tag = two_live.call("GET", f"/trials/{trial}", by=OWNER).headers["ETag"]
    stale = {"If-Match": '"99"'}
    path, body = f"/trials/{trial}/stop", {"reason": "cukup"}
    assert two_live.call("POST", path, body, by=OWNER, headers=stale).status_code == 412
    assert two_live.call("POST", path, body, by=OWNER, headers={"If-Match": tag}).status_code == 200
