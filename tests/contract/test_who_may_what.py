"""Who may do what, call by call: 401 who are you, 403 not yours, 404 not for your eyes."""

import uuid
from typing import Any

import pytest
from sqlalchemy import text

from service.database import db
from service.demo import OFFICES
from tests.client import Client
from tests.conftest import Place
from tests.contract.case import (
    DIAGRAM,
    HEAD,
    OFFICE,
    OWNER,
    Case,
    file_fields,
    filled,
    hand_in,
    hand_in_with_file,
    pdf,
    start_form,
)

OWN, OTHER, THIRD = (f"{lane}@{OFFICE}" for lane in ("admin_instansi", "admin_opd", "pejabat_penghubung"))
STRANGER, STRANGE_HEAD, STRANGE_OWNER = "petugas@diskop-malang", "atasan@diskop-malang", "pemilik@diskop-malang"
WHO = (None, STRANGER, STRANGE_HEAD, STRANGE_OWNER, "admin", "auditor", THIRD, OTHER, OWNER, OWN, HEAD)
"""Whoever may do it comes last, so that the others find it as it was."""

Expected = dict[str | None, int]


def of(*codes: int) -> Expected:
    """Statuses in the order of `WHO`."""
    return dict(zip(WHO, codes, strict=True))


#          nobody stranger head' owner' admin auditor third other owner own head
SEE = of(401, 404, 404, 404, 404, 200, 200, 200, 200, 200, 200)
WORK = of(401, 404, 404, 404, 404, 403, 403, 403, 403, 200, 403)
WORK_ILL = of(401, 404, 404, 404, 404, 403, 403, 403, 403, 422, 403)
SUPERVISE = of(401, 404, 404, 404, 404, 403, 403, 403, 403, 403, 200)
SUPERVISE_EMPTY = {**SUPERVISE, HEAD: 204}
IDENTITY = of(401, 404, 404, 404, 404, 403, 403, 200, 403, 200, 200)
MESSAGE = of(401, 404, 404, 404, 404, 403, 403, 409, 403, 409, 403)
DIAGRAMS = of(401, 404, 404, 404, 200, 200, 200, 200, 200, 200, 200)
PUBLISH = of(401, 404, 404, 404, 403, 403, 403, 403, 409, 403, 403)
APPROVE = of(401, 404, 404, 404, 403, 403, 403, 403, 409, 403, 409)
RULES = of(401, 404, 404, 404, 200, 403, 403, 403, 403, 403, 403)
CALENDAR = of(401, 404, 404, 404, 204, 403, 403, 403, 403, 403, 204)
WATCH = of(401, 403, 403, 403, 200, 200, 403, 403, 403, 403, 403)
MOVE_OVER = of(401, 404, 404, 404, 404, 403, 403, 403, 409, 403, 409)
ORDER = {**MOVE_OVER, "admin": 403, OWNER: 201, HEAD: 201}
UNDO = of(401, 404, 404, 404, 404, 409, 409, 409, 409, 409, 409)
ANYBODY = dict.fromkeys(WHO, 200)
KNOWN = {**ANYBODY, None: 401}
COUNTER = of(403, 403, 403, 403, 403, 403, 201, 201, 403, 201, 403)
COMPARE = of(401, 404, 404, 404, 403, 404, 403, 403, 404, 403, 404)
MAKE_TRIAL = of(401, 404, 404, 404, 403, 403, 403, 403, 422, 403, 403)
START = of(401, 403, 403, 403, 403, 403, 422, 422, 403, 422, 403)
REHEARSE = of(401, 404, 404, 404, 403, 403, 403, 403, 202, 403, 202)

#                 nobody stranger head' owner' admin auditor third other owner own head
SECRET_SEE = of(401, 404, 404, 404, 404, 200, 404, 404, 404, 200, 200)
SECRET_WORK = of(401, 404, 404, 404, 404, 403, 404, 404, 404, 200, 403)
SECRET_SUPERVISE = of(401, 404, 404, 404, 404, 403, 404, 404, 404, 403, 200)
SECRET_MESSAGE = of(401, 404, 404, 404, 404, 403, 404, 404, 404, 409, 403)
SECRET_IDENTITY = of(401, 404, 404, 404, 404, 403, 404, 404, 404, 200, 200)

PLAN = {
    "name": "Uji",
    "diagram": DIAGRAM,
    "arms": [{"version": 1}, {"version": 1}],
    "rules": [{"shares": [1, 1]}],
    "stopping": {"per_arm": 30},
}
REASON = {"reason": "diuji"}
WHY = {"why": "diuji untuk uji"}
CLOSED = {"name": "pengaduan_ditutup_admin"}

ORDINARY: list[tuple[str, str, Any, Expected]] = [
    ("GET", "/instances/{instance}", None, SEE),
    ("GET", "/instances/{instance}/history", None, SEE),
    ("GET", "/instances/{instance}/history/1", None, SEE),
    ("GET", "/tasks/{task}", None, SEE),
    ("GET", "/tasks/{task}/form", None, SEE),
    ("GET", "/files/{file}", None, SEE),
    ("POST", "/tasks/{task}/claim", None, WORK),
    ("POST", "/tasks/{task}/release", None, WORK),
    ("PUT", "/tasks/{task}/draft", {"answers": {}}, WORK),
    ("POST", "/tasks/{task}/complete", {"answers": {"nothing": 1}}, WORK_ILL),
    ("POST", "/tasks/{task}/assign", {"person": None}, SUPERVISE),
    ("POST", "/instances/{instance}/messages", CLOSED, MESSAGE),
    ("POST", "/instances/{instance}/identity", WHY, IDENTITY),
    ("POST", "/instances/{instance}/identity/erase", WHY, SUPERVISE_EMPTY),
    ("POST", "/instances/{instance}/migrate", {"version": 1}, MOVE_OVER),
    ("POST", f"/diagrams/{DIAGRAM}/migrations", {"version": 1, "dry_run": True}, ORDER),
    ("POST", "/instances/{instance}/move", {"from": "x", "to": "y", **REASON}, {**SUPERVISE, HEAD: 422}),
    ("POST", "/instances/{instance}/undo", REASON, UNDO),
    ("POST", "/instances/{instance}/suspend", REASON, SUPERVISE),
    ("POST", "/instances/{instance}/resume", REASON, SUPERVISE),
    ("POST", "/instances/{instance}/cancel", REASON, SUPERVISE),
    ("GET", f"/diagrams/{DIAGRAM}", None, DIAGRAMS),
    ("GET", f"/diagrams/{DIAGRAM}/versions", None, DIAGRAMS),
    ("GET", f"/diagrams/{DIAGRAM}/versions/1", None, DIAGRAMS),
    ("GET", f"/diagrams/{DIAGRAM}/versions/1/xml", None, DIAGRAMS),
    ("GET", f"/diagrams/{DIAGRAM}/versions/1/forms", None, DIAGRAMS),
    ("GET", f"/diagrams/{DIAGRAM}/form", None, ANYBODY),
    ("GET", f"/diagrams/{DIAGRAM}/versions/1/records", None, DIAGRAMS),
    ("GET", f"/diagrams/{DIAGRAM}/compare?from=1&to=1", None, DIAGRAMS),
    ("POST", f"/diagrams/{DIAGRAM}/versions/1/publish", {}, PUBLISH),
    ("POST", f"/diagrams/{DIAGRAM}/versions/1/approve", {}, APPROVE),
    ("POST", f"/diagrams/{DIAGRAM}/versions/1/withdraw", {}, APPROVE),
    ("POST", f"/diagrams/{DIAGRAM}/versions/1/bring-back", {}, PUBLISH),
    ("POST", f"/diagrams/{DIAGRAM}/versions/1/restore", {}, {**PUBLISH, OWNER: 201}),
    ("DELETE", f"/diagrams/{DIAGRAM}/versions/1", None, PUBLISH),
    ("GET", f"/agencies/{OFFICE}/publishing", None, DIAGRAMS),
    ("PUT", f"/agencies/{OFFICE}/publishing", {"second_approval": False}, RULES),
    ("POST", f"/diagrams/{DIAGRAM}/versions/1/replay", {"most": 1}, REHEARSE),
    ("POST", f"/diagrams/{DIAGRAM}/versions/1/simulate", {"per_day": 0}, {**REHEARSE, OWNER: 422, HEAD: 422}),
    ("GET", f"/agencies/{OFFICE}/calendar?year=2026", None, DIAGRAMS),
    ("PUT", f"/agencies/{OFFICE}/calendar/days/2026-12-28", {"working": False, "name": "Cuti"}, CALENDAR),
    ("DELETE", f"/agencies/{OFFICE}/calendar/days/2026-12-28", None, {**CALENDAR, HEAD: 404}),
    ("GET", "/metrics", None, WATCH),
    ("GET", "/health", None, ANYBODY),
    ("GET", "/me", None, KNOWN),
    ("GET", "/trials", None, KNOWN),
    ("GET", f"/diagrams/{DIAGRAM}/figures?versions=1,9", None, COMPARE),
    ("POST", "/trials", PLAN, MAKE_TRIAL),
    ("GET", "/diagrams", None, KNOWN),
    ("GET", "/instances", None, KNOWN),
    ("GET", "/tasks", None, KNOWN),
    ("POST", "/instances", {"diagram": DIAGRAM, "answers": {}}, START),
]

SECRET: list[tuple[str, str, Any, Expected]] = [
    ("GET", "/instances/{instance}", None, SECRET_SEE),
    ("GET", "/instances/{instance}/history", None, SECRET_SEE),
    ("GET", "/instances/{instance}/history/1", None, SECRET_SEE),
    ("GET", "/tasks/{task}", None, SECRET_SEE),
    ("GET", "/tasks/{task}/form", None, SECRET_SEE),
    ("GET", "/files/{file}", None, SECRET_SEE),
    ("POST", "/tasks/{task}/claim", None, SECRET_WORK),
    ("POST", "/tasks/{task}/release", None, SECRET_WORK),
    ("PUT", "/tasks/{task}/draft", {"answers": {}}, SECRET_WORK),
    ("POST", "/tasks/{task}/assign", {"person": None}, SECRET_SUPERVISE),
    ("POST", "/instances/{instance}/messages", CLOSED, SECRET_MESSAGE),
    ("POST", "/instances/{instance}/identity", WHY, SECRET_IDENTITY),
    ("POST", "/instances/{instance}/suspend", REASON, SECRET_SUPERVISE),
    ("POST", "/instances/{instance}/resume", REASON, SECRET_SUPERVISE),
    ("POST", "/instances/{instance}/cancel", REASON, SECRET_SUPERVISE),
]


@pytest.fixture(scope="module")
def demo(place: Place) -> Client:
    place.put_back("demo")
    return Client(place.app)


def of_case(case: Case) -> dict[str, str]:
    """The ids of a complaint, its task and its file."""
    with case.client.app.app_context():
        query = text("SELECT id FROM file WHERE instance_id IS NOT NULL ORDER BY id DESC LIMIT 1")
        file_id = uuid.UUID(str(db.session.scalar(query)))
        db.session.remove()
    return {"instance": case.instance, "task": case.task()["id"], "file": str(file_id)}


def handed_in(client: Client, **more: Any) -> Case:
    name = file_fields(start_form(client))[0]
    return hand_in_with_file(client, name, **more)


@pytest.fixture(scope="module")
def ordinary(demo: Client) -> dict[str, str]:
    return of_case(handed_in(demo))


@pytest.fixture(scope="module")
def secret(demo: Client) -> dict[str, str]:
    return of_case(handed_in(demo, secret="true"))


def tried(client: Client, method: str, path: str, body: Any, expected: Expected) -> None:
    got = {who: client.call(method, path, body, by=who) for who in expected}
    assert {who: answer.status_code for who, answer in got.items()} == expected
    for answer in got.values():
        if answer.status_code >= 400:
            assert answer.content_type == "application/problem+json"


@pytest.mark.parametrize(("method", "path", "body", "expected"), ORDINARY, ids=[f"{m} {p}" for m, p, _, _ in ORDINARY])
def test_a_call_is_for_those_it_is_for(
    demo: Client, ordinary: dict[str, str], method: str, path: str, body: Any, expected: Expected
) -> None:
    tried(demo, method, path.format(**ordinary), body, expected)


@pytest.mark.parametrize(("method", "path", "body", "expected"), SECRET, ids=[f"{m} {p}" for m, p, _, _ in SECRET])
def test_a_secret_complaint_does_not_exist_for_lanes_it_has_not_come_to(
    demo: Client, secret: dict[str, str], method: str, path: str, body: Any, expected: Expected
) -> None:
    tried(demo, method, path.format(**secret), body, expected)


def test_only_officers_of_the_agency_take_complaints_down_at_the_counter(demo: Client) -> None:
    body = {"diagram": DIAGRAM, "channel": "walk_in"}
    for who, status in COUNTER.items():
        assert demo.call("POST", "/complaints", {**body, "answers": filled(demo)}, by=who).status_code == status, who


# ---- complainants ----------------------------------------------------------------------------------------------


def test_a_pin_opens_its_own_complaint_only(demo: Client) -> None:
    mine, his = hand_in(demo), hand_in(demo).wait_for_complainant()
    path, task = f"/complaints/{his.number}", his.task()["id"]
    body = {"answers": his.answers()}
    for pin in (mine.pin, "", "0000-0000", his.pin[:-1], f"{his.pin} {mine.pin}"):
        assert demo.call("GET", path, pin=pin).status_code == 404
        assert demo.call("POST", f"{path}/tasks/{task}/complete", body, pin=pin).status_code == 404
    strange = f"/complaints/{mine.number}/tasks/{task}/complete"
    assert demo.call("POST", strange, body, pin=mine.pin).status_code == 404
    assert his.task()["id"] == task


def test_a_complainant_reaches_only_tasks_of_his_own_lane(demo: Client) -> None:
    case = hand_in(demo)
    task = case.task()["id"]
    answer = demo.call(
        "POST", f"/complaints/{case.number}/tasks/{task}/complete", {"answers": case.answers()}, pin=case.pin
    )
    assert answer.status_code == 404
    assert demo.get(f"/complaints/{case.number}", pin=case.pin)["tasks"] == []


def test_a_pin_opens_nothing_that_is_for_officers(demo: Client) -> None:
    case = hand_in(demo)
    for path in (f"/instances/{case.instance}", f"/instances/{case.instance}/history", "/tasks", "/instances", "/me"):
        assert demo.call("GET", path, pin=case.pin).status_code == 401


def test_a_file_of_another_complaint_cannot_be_taken_along(demo: Client) -> None:
    with_file = of_case(handed_in(demo))
    name = file_fields(start_form(demo))[0]
    several = start_form(demo)["properties"][name]["type"] == "array"
    answers = {**filled(demo), name: [with_file["file"]] if several else with_file["file"]}
    answer = demo.call("POST", "/complaints", {"diagram": DIAGRAM, "answers": answers})
    unknown = {**answers, name: [str(uuid.uuid4())] if several else str(uuid.uuid4())}
    assert answer.status_code == 422
    assert answer.json == demo.call("POST", "/complaints", {"diagram": DIAGRAM, "answers": unknown}).json


def test_a_file_nobody_has_named_yet_is_for_whoever_sent_it(demo: Client) -> None:
    sent = demo.post("/files", by=OWN, data={"file": pdf()})["id"]
    seen = {who: demo.call("GET", f"/files/{sent}", by=who).status_code for who in WHO}
    assert seen == {**dict.fromkeys(WHO, 404), None: 401, OWN: 200}


def test_the_right_to_one_agency_is_no_right_to_another(demo: Client) -> None:
    for office in OFFICES:
        seen = {d["agency"] for d in demo.get("/diagrams", by=f"petugas@{office.key}")["items"]}
        assert seen == {office.key}


def test_a_broken_token_is_not_taken_for_nobody(demo: Client) -> None:
    headers = {"Authorization": "Bearer nothing"}
    assert demo.call("GET", f"/diagrams/{DIAGRAM}/form", headers=headers).status_code == 401
