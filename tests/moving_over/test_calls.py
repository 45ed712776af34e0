"""The calls of the API: migrate, move, undo, many at once; dry runs, who may, what is refused."""

import uuid
from datetime import UTC, datetime

import pytest
from flask import Flask

from service.database import db
from service.worker.carrying import carry_on
from tests.client import Client
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
from tests.races.desk import assert_whole


@pytest.fixture
def version(client: Client) -> int:
    return second_version(client)


def _work(app: Flask) -> None:
    """What a worker does at its next turns."""
    with app.app_context():
        while carry_on(datetime.now(UTC)):
            pass
        db.session.remove()


def test_a_dry_run_tells_and_a_run_does(client: Client, version: int) -> None:
    instance = hand_in(client)
    told = client.post(f"/instances/{instance}/migrate", {"version": version, "dry_run": True}, by=SUPERVISOR)
    assert (told["version"], told["preview"]["can"]) == (1, True)
    (task,) = told["preview"]["tasks"]
    assert (task["name_before"], task["name"]) == ("Agendakan surat masuk", "Catat surat masuk")
    done = client.post(f"/instances/{instance}/migrate", {"version": version}, by=SUPERVISOR)
    assert (done["version"], done["preview"]) == (version, None)
    assert [each["name"] for each in done["tasks"]] == ["Catat surat masuk"]
    history = client.get(f"/instances/{instance}/history", by=SUPERVISOR)["items"]
    assert [move["command"] for move in history] == ["start", "migrate"]
    then = client.get(f"/instances/{instance}/history/1", by=SUPERVISOR)
    assert [each["name"] for each in then["waiting"]] == ["Agendakan surat masuk"]
    assert_whole(client)


def test_a_dry_run_says_why_not(client: Client, version: int) -> None:
    instance = hand_in(client)
    plan = {"agendakan_surat": "mulai"}
    told = client.post(f"/instances/{instance}/migrate", {"version": version, "plan": plan, "dry_run": True}, by=OWNER)
    assert not told["preview"]["can"]
    assert "menunggu hal yang lain jenisnya" in told["preview"]["problems"][0]
    refused = client.call("POST", f"/instances/{instance}/migrate", {"version": version, "plan": plan}, by=SUPERVISOR)
    assert (refused.status_code, refused.json["errors"][0]["pointer"]) == (422, "/plan/agendakan_surat")
    ill = client.call("POST", f"/instances/{instance}/migrate", {"version": version, "plan": {"x": "y"}}, by=SUPERVISOR)
    assert (ill.status_code, len(ill.json["errors"])) == (422, 2)


def test_a_stale_revision_is_told_so(client: Client, version: int) -> None:
    instance = hand_in(client)
    for call, body in (("migrate", {"version": version}), ("undo", {"reason": "x"})):
        said = client.call("POST", f"/instances/{instance}/{call}", body, by=SUPERVISOR, headers={"If-Match": '"99"'})
        assert said.status_code == (412 if call == "migrate" else 409)


def test_an_officer_takes_back_his_completion_and_does_it_again(client: Client) -> None:
    instance = hand_in(client)
    complete(client, instance)
    client.post(f"/instances/{instance}/undo", by=OFFICER)
    assert elements(client, instance) == ["agendakan_surat"]
    (task,) = client.get(f"/instances/{instance}", by=OFFICER)["tasks"]
    assert task["assignee"] is not None
    assert client.get(f"/tasks/{task['id']}/form", by=OFFICER)["answers"]
    complete(client, instance)
    assert_whole(client)


def test_reading_the_form_of_the_next_step_makes_it_too_late(client: Client) -> None:
    instance = hand_in(client)
    complete(client, instance)
    (task,) = client.get(f"/instances/{instance}", by=HEAD)["tasks"]
    client.get(f"/tasks/{task['id']}/form", by=SUPERVISOR)  # it is not his task
    client.get(f"/tasks/{task['id']}/form", by=OFFICER)  # and he brought it up himself
    assert client.call("POST", f"/instances/{instance}/undo", by=OFFICER).status_code == 200
    complete(client, instance)
    (task,) = client.get(f"/instances/{instance}", by=HEAD)["tasks"]
    client.get(f"/tasks/{task['id']}/form", by=HEAD)
    said = client.call("POST", f"/instances/{instance}/undo", by=OFFICER)
    assert (said.status_code, "sudah dibuka" in said.json["detail"]) == (409, True)


def test_a_supervisor_moves_it_to_another_step_and_back(client: Client) -> None:
    instance = hand_in(client)
    body = {"from": "agendakan_surat", "to": "periksa_lapangan", "reason": "surat sudah lama diagendakan"}
    client.post(f"/instances/{instance}/move", body, by=SUPERVISOR)
    assert elements(client, instance) == ["periksa_lapangan"]
    assert client.call("POST", f"/instances/{instance}/move", body, by=SUPERVISOR).status_code == 422
    client.post(f"/instances/{instance}/undo", {"reason": "ternyata belum"}, by=SUPERVISOR)
    assert elements(client, instance) == ["agendakan_surat"]
    assert_whole(client)


def test_many_go_over_and_back_except_those_that_moved(client: Client, demo_app: Flask, version: int) -> None:
    stays, goes, fails = hand_in(client), hand_in(client), hand_in(client)
    body = {"version": version, "from": 1, "reason": "aturan baru"}
    dry = client.post(f"/diagrams/{SOP}/migrations", body | {"dry_run": True}, by=SUPERVISOR)
    assert (dry["id"], dry["total"], dry["preview"]["can"]) == (None, 3, 3)
    batch = client.post(f"/diagrams/{SOP}/migrations", body, by=OWNER)
    assert (batch["state"], batch["waiting"]) == ("running", 3)
    client.post(f"/instances/{fails}/cancel", {"reason": "ganda"}, by=SUPERVISOR)
    _work(demo_app)
    now = client.get(f"/migrations/{batch['id']}", by=SUPERVISOR)
    assert (now["state"], now["moved"], now["refused"]) == ("done", 2, 1)
    (failed,) = client.get(f"/migrations/{batch['id']}/items?state=refused", by=SUPERVISOR)["items"]
    assert (failed["instance"], failed["reasons"]) == (fails, ["Berkas ini sudah dibatalkan."])
    complete(client, goes)
    client.post(f"/migrations/{batch['id']}/undo", {"reason": "keliru"}, by=SUPERVISOR)
    assert client.call("POST", f"/migrations/{batch['id']}/undo", {"reason": "lagi"}, by=SUPERVISOR).status_code == 409
    _work(demo_app)
    now = client.get(f"/migrations/{batch['id']}", by=SUPERVISOR)
    assert (now["state"], now["back"], now["kept"]) == ("undone", 1, 1)
    versions = [client.get(f"/instances/{each}", by=SUPERVISOR)["version"] for each in (stays, goes, fails)]
    assert versions == [1, version, 1]
    said = [move["command"] for move in client.get(f"/instances/{stays}/history", by=SUPERVISOR)["items"]]
    assert said == ["start", "migrate", "undo"]
    assert_whole(client)


def test_only_those_named_go(client: Client, demo_app: Flask, version: int) -> None:
    one, other = hand_in(client), hand_in(client)
    body = {"version": version, "instances": [one], "reason": "hanya ini"}
    client.post(f"/diagrams/{SOP}/migrations", body, by=SUPERVISOR)
    _work(demo_app)
    assert [client.get(f"/instances/{each}", by=SUPERVISOR)["version"] for each in (one, other)] == [version, 1]
    unknown = body | {"instances": [str(uuid.uuid4())]}
    assert client.call("POST", f"/diagrams/{SOP}/migrations", unknown, by=SUPERVISOR).status_code == 404


@pytest.mark.parametrize(("by", "status"), [(OFFICER, 403), (STRANGE_HEAD, 404), ("auditor", 403)])
def test_who_may_not_order_is_told_so(client: Client, version: int, by: str, status: int) -> None:
    instance = hand_in(client)
    body = {"version": version, "reason": "x"}
    assert client.call("POST", f"/diagrams/{SOP}/migrations", body, by=by).status_code == status
    assert client.call("POST", f"/instances/{instance}/migrate", body, by=by).status_code == status
    batch = client.post(f"/diagrams/{SOP}/migrations", body, by=SUPERVISOR)["id"]
    assert client.call("GET", f"/migrations/{batch}", by=by).status_code == 404
    assert client.call("POST", f"/migrations/{batch}/undo", {"reason": "x"}, by=by).status_code == 404


def test_a_batch_needs_a_reason_and_instances(client: Client, version: int) -> None:
    body = {"version": version, "from": 1, "reason": "aturan baru"}
    said = client.call("POST", f"/diagrams/{SOP}/migrations", body, by=SUPERVISOR)
    assert (said.status_code, "Tidak ada berkas" in said.json["detail"]) == (422, True)
    hand_in(client)
    said = client.call("POST", f"/diagrams/{SOP}/migrations", body | {"reason": " "}, by=SUPERVISOR)
    assert said.json["errors"][0]["pointer"] == "/reason"
    said = client.call("POST", f"/diagrams/{SOP}/migrations", body | {"plan": {"a": "entah"}}, by=SUPERVISOR)
    assert said.status_code == 422
