"""Somebody works on an instance while another moves it by hand: one of them is first, and the other is told so."""

from typing import Any
from uuid import UUID

import pytest
from flask import Flask

from service.database import db
from service.forms.sample import sample
from service.timers.models import timers_of
from service.worker.carrying import carry_one
from tests.client import Client
from tests.moving_over.desk import HEAD, OFFICER, SOP, SUPERVISOR, hand_in, second_version
from tests.races.desk import Answer, Call, assert_whole
from tests.races.meeting import all_meetings, at_once
from tests.timers.waiting import days

pytestmark = pytest.mark.races

APART = 4


@pytest.fixture
def version(client: Client) -> int:
    for name in (OFFICER, HEAD, SUPERVISOR):
        client.token(name)
    return second_version(client)


def _call(client: Client, path: str, by: str, body: Any = None) -> Call:
    def go() -> Answer:
        answer = client.call("POST", path, json=body, by=by)
        return answer.status_code, answer.json

    return go


def _task(client: Client, instance: str) -> str:
    return str(client.get(f"/instances/{instance}", by=SUPERVISOR)["tasks"][0]["id"])


def _complete(client: Client, task: str, by: str = OFFICER) -> Call:
    schema = client.get(f"/tasks/{task}/form", by=SUPERVISOR)["schema"]
    return _call(client, f"/tasks/{task}/complete", by, {"answers": sample(schema)})


@pytest.mark.parametrize("migration_first", [True, False])
def test_a_migration_meets_a_completion(demo_app: Flask, client: Client, version: int, migration_first: bool) -> None:
    instance = ""

    def prepare() -> tuple[Call, Call]:
        nonlocal instance
        instance = hand_in(client)
        migrate = _call(client, f"/instances/{instance}/migrate", SUPERVISOR, {"version": version})
        complete = _complete(client, _task(client, instance))
        return (migrate, complete) if migration_first else (complete, migrate)

    for one, two in all_meetings(demo_app, prepare, apart=APART):
        migrate, complete = (one, two) if migration_first else (two, one)
        assert migrate[0] == 200
        assert complete[0] in (200, 409)
        now = client.get(f"/instances/{instance}", by=SUPERVISOR)
        assert now["version"] == version
        expected = "disposisi_kepala_opd" if complete[0] == 200 else "agendakan_surat"
        assert [task["element"] for task in now["tasks"]] == [expected]
    assert_whole(client)


def test_of_two_migrations_at_once_one_is_told_that_it_is_there_already(
    demo_app: Flask, client: Client, version: int
) -> None:
    instance = ""

    def prepare() -> tuple[Call, Call]:
        nonlocal instance
        instance = hand_in(client)
        migrate = _call(client, f"/instances/{instance}/migrate", SUPERVISOR, {"version": version})
        return migrate, migrate

    for one, two in all_meetings(demo_app, prepare, apart=APART):
        assert sorted((one[0], two[0])) == [200, 409]
        said = [move["command"] for move in client.get(f"/instances/{instance}/history", by=SUPERVISOR)["items"]]
        assert said == ["start", "migrate"]
    assert_whole(client)


@pytest.mark.parametrize("undo_first", [True, False])
@pytest.mark.parametrize("what", ["claim", "form"])
def test_an_undo_meets_whoever_takes_or_opens_the_next_step(
    demo_app: Flask, client: Client, version: int, undo_first: bool, what: str
) -> None:
    instance = ""

    def prepare() -> tuple[Call, Call]:
        nonlocal instance
        instance = hand_in(client)
        assert _complete(client, _task(client, instance))()[0] == 200
        undo = _call(client, f"/instances/{instance}/undo", OFFICER)
        task = _task(client, instance)
        touch = _call(client, f"/tasks/{task}/claim", HEAD) if what == "claim" else _read(client, task)
        return (undo, touch) if undo_first else (touch, undo)

    for one, two in all_meetings(demo_app, prepare, apart=APART):
        undo, touch = (one, two) if undo_first else (two, one)
        now = client.get(f"/instances/{instance}", by=SUPERVISOR)
        assert [task["element"] for task in now["tasks"]] == [
            "agendakan_surat" if undo[0] == 200 else "disposisi_kepala_opd"
        ]
        if what == "claim":
            assert (undo[0], touch[0]) in ((200, 409), (409, 200))
        else:
            assert undo[0] in (200, 409) and touch[0] == 200
    assert_whole(client)


def _read(client: Client, task: str) -> Call:
    def go() -> Answer:
        answer = client.call("GET", f"/tasks/{task}/form", by=HEAD)
        return answer.status_code, answer.json

    return go


def test_an_undo_meets_the_completion_of_the_next_step(demo_app: Flask, client: Client, version: int) -> None:
    instance = ""

    def prepare() -> tuple[Call, Call]:
        nonlocal instance
        instance = hand_in(client)
        assert _complete(client, _task(client, instance))()[0] == 200
        undo = _call(client, f"/instances/{instance}/undo", OFFICER)
        return undo, _complete(client, _task(client, instance), HEAD)

    for undo, complete in all_meetings(demo_app, prepare, apart=APART):
        assert (undo[0], complete[0]) in ((200, 409), (403, 200), (409, 200))
    assert_whole(client)


def test_many_workers_carry_each_instance_over_once(demo_app: Flask, client: Client, version: int) -> None:
    ids = [hand_in(client) for _ in range(6)]
    batch = client.post(f"/diagrams/{SOP}/migrations", {"version": version, "reason": "uji"}, by=SUPERVISOR)["id"]

    def work() -> int:
        with demo_app.app_context():
            try:
                return sum(1 for _ in iter(lambda: carry_one(days(300)), False))
            finally:
                db.session.remove()

    at_once([work] * 4)
    now = client.get(f"/migrations/{batch}", by=SUPERVISOR)
    assert (now["moved"], now["waiting"]) == (6, 0)
    for each in ids:
        said = [move["command"] for move in client.get(f"/instances/{each}/history", by=SUPERVISOR)["items"]]
        assert said == ["start", "migrate"]
        with demo_app.app_context():
            assert timers_of(UUID(each)) == []
            db.session.remove()
    work()
    assert client.get(f"/migrations/{batch}", by=SUPERVISOR)["state"] == "done"
    assert_whole(client)
