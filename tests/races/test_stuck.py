"""A completion that finds no way meets one that does: what went on is not marked as stuck afterwards."""

from typing import Any

import pytest
from flask import Flask

from service.database import db, transaction
from service.diagrams import loading
from service.diagrams.models import LIVE, Diagram, Version
from service.instances import commands as instances
from service.people import commands as people
from service.people.caller import SYSTEM
from service.people.models import OFFICER, agency_of, person_named
from tests.client import Client
from tests.engine.diagrams import end, exclusive, process, task
from tests.races.desk import Answer, assert_whole
from tests.races.meeting import all_meetings
from tests.timers.waiting import MONDAY

pytestmark = pytest.mark.races

FORM = {"type": "object", "properties": {"layak": {"type": "boolean", "title": "Layak"}}}
FORKED = process(
    task("putuskan", lane="petugas", formJsonSchemaFilename="putuskan.schema.json"),
    exclusive("pilih"),
    task("kerjakan", lane="petugas"),
    end(),
    end("tidak"),
    flows="mulai > putuskan > pilih; pilih > kerjakan : layak == True; pilih > tidak : layak == False; "
    "kerjakan > selesai",
    key="bercabang",
)
"""Whoever does not say whether it is `layak` gets it stuck."""

OFFICERS = ("petugas@diskop-samarinda", "admin_opd@diskop-samarinda")


@pytest.fixture
def version(client: Client) -> Any:
    """The diagram is live, and two officers hold its lane."""
    with client.app.app_context(), transaction():
        agency = agency_of("diskop-samarinda")
        db.session.add(Diagram(key="bercabang", agency_id=agency.id, title="Bercabang", created_at=MONDAY))
        db.session.flush()
        known = {"agency_id": agency.id, "diagram_key": "bercabang", "created_at": MONDAY, "created_by": "tes"}
        version = Version(n=1, state=LIVE, xml=FORKED, forms={"putuskan.schema.json": FORM}, **known)
        db.session.add(version)
        for username in OFFICERS:
            people.give(person_named(username), agency, OFFICER, "bercabang", "petugas")
        db.session.flush()
        version_id = version.id
    for username in OFFICERS:
        client.token(username)
    return version_id


def _started(client: Client, version_id: Any) -> Any:
    with client.app.app_context(), transaction():
        return instances.start(loading.load(version_id), {}, SYSTEM, MONDAY).id


def _complete(client: Client, task_id: str, answers: dict[str, Any], by: str) -> Any:
    def go() -> Answer:
        answer = client.call("POST", f"/tasks/{task_id}/complete", {"answers": answers}, by=by)
        return answer.status_code, answer.json

    return go


@pytest.mark.parametrize("astray_first", [True, False])
def test_an_instance_that_has_gone_on_meanwhile_is_not_marked_as_stuck(
    demo_app: Flask, client: Client, version: Any, astray_first: bool
) -> None:
    instance = None

    def prepare() -> tuple[Any, Any]:
        nonlocal instance
        instance = _started(client, version)
        (task,) = client.get(f"/instances/{instance}", by=OFFICERS[0])["tasks"]
        astray = _complete(client, task["id"], {}, OFFICERS[0])
        well = _complete(client, task["id"], {"layak": True}, OFFICERS[1])
        return (astray, well) if astray_first else (well, astray)

    for one, two in all_meetings(demo_app, prepare):
        astray, well = (one, two) if astray_first else (two, one)
        now = client.get(f"/instances/{instance}", by=OFFICERS[0])
        assert astray[0] == 409
        expected = {200: ("running", ["kerjakan"]), 409: ("stuck", ["putuskan"])}
        assert (now["state"], [each["element"] for each in now["tasks"]]) == expected[well[0]]
    assert_whole(client)


def test_what_was_answered_when_it_got_stuck_waits_in_the_form(client: Client, version: Any) -> None:
    instance = _started(client, version)
    (task,) = client.get(f"/instances/{instance}", by=OFFICERS[0])["tasks"]
    assert _complete(client, task["id"], {}, OFFICERS[0])()[1]["code"] == "stuck"
    assert _complete(client, task["id"], {"layak": True}, OFFICERS[1])()[0] == 409
    body = {"reason": "diperiksa ulang", "data": {"layak": False}}
    resumed = client.post(f"/instances/{instance}/resume", body, by="atasan@diskop-samarinda")
    assert resumed["state"] == "running"
    assert _complete(client, task["id"], {"layak": False}, OFFICERS[1])()[0] == 200
    assert_whole(client)
