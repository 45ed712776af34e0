"""The REST contract, sentence by sentence: what programs have been told holds."""

import io
import uuid
import zipfile
from datetime import UTC, datetime, timedelta
from html.parser import HTMLParser
from typing import Any

import orjson
import pytest
from sqlalchemy import select, text

from service import content
from service.database import db, transaction
from service.demo import OFFICES
from service.entrance import idempotency
from service.entrance.idempotency import KeptAnswer
from service.people import commands as people
from service.people.models import agency_of
from tests.client import Client
from tests.contract.case import (
    DIAGRAM,
    HEAD,
    OFFICE,
    OFFICER,
    OWNER,
    PUBLIC_LANE,
    bpmn,
    file_fields,
    filled,
    hand_in,
    hand_in_with_file,
    multipart,
    pdf,
    start_form,
)

OWN = f"admin_instansi@{OFFICE}"
VERSIONS = f"/diagrams/{DIAGRAM}/versions"
INSTANCE = {"id", "diagram", "version", "state", "end", "number", "started_at", "ended_at", "tasks", "timers", "data"}
TASK = {
    "id", "instance", "diagram", "version", "element", "row", "name", "lane", "state", "assignee", "due_at",
    "created_at", "number",
}  # fmt: skip
MOVE = {"seq", "at", "by", "command", "element", "row", "lane", "answers", "hash"}

KEEPS_NOTHING = ("/versions/{n}/check", "/versions/{n}/layout")
"""Calls that may be made as often as one likes: nothing is there to be done twice."""


def moment(said: str) -> datetime:
    """A moment as answers write it: ISO 8601 with offset."""
    at = datetime.fromisoformat(said)
    assert at.tzinfo is not None
    return at


class Page(HTMLParser):
    """What of a page can be checked without a browser: ids, links, and whether each element is closed."""

    def __init__(self) -> None:
        super().__init__()
        self.ids: list[str] = []
        self.links: list[str] = []
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        known = dict(attrs)
        self.ids += [known["id"] or ""] if "id" in known else []
        self.links += [known["href"] or ""] if "href" in known else []
        if tag not in ("meta", "link", "br"):
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


# ---- who calls, refusals, language -----------------------------------------------------------------------------


def test_the_document_and_its_readable_form_lie_where_they_are_said_to(client: Client) -> None:
    document = client.get("/openapi.json")
    assert document["openapi"].startswith("3.")
    readable = client.call("GET", "/docs")
    assert readable.status_code == 200 and readable.mimetype == "text/html"
    page = Page()
    page.feed(readable.get_data(as_text=True))
    calls = [call for ops in document["paths"].values() for name, call in ops.items() if name != "parameters"]
    assert {call["operationId"] for call in calls} | set(document["components"]["schemas"]) <= {
        id_.removeprefix("schema-") for id_ in page.ids
    }
    assert len(page.ids) == len(set(page.ids)) and not page.open
    assert {link[1:] for link in page.links if link.startswith("#")} <= set(page.ids)


def test_a_script_signs_in_with_name_and_password(client: Client) -> None:
    token = client.post("/session", {"username": OFFICER, "password": "demo"})["token"]
    me = client.call("GET", "/me", headers={"Authorization": f"Bearer {token}"})
    assert me.json is not None and me.json["person"]["username"] == OFFICER
    assert me.json["agencies"][0]["key"] == OFFICE
    assert {"diagram": DIAGRAM, "agency": OFFICE}.items() <= me.json["lanes"][0].items()


@pytest.mark.parametrize(
    ("status", "call"),
    [
        (401, ("GET", "/me", None, None)),
        (403, ("POST", f"{VERSIONS}/1/retire", {}, OFFICER)),
        (404, ("GET", f"/instances/{uuid.uuid4()}", None, OFFICER)),
        (405, ("DELETE", "/me", None, OFFICER)),
        (409, ("POST", f"{VERSIONS}/1/publish", {}, OWNER)),
        (422, ("POST", "/instances", {}, OFFICER)),
    ],
)
def test_a_refusal_is_a_problem_of_rfc_9457(
    client: Client, status: int, call: tuple[str, str, Any, str | None]
) -> None:
    method, path, body, by = call
    answer = client.call(method, path, body, by=by)
    assert answer.status_code == status
    assert answer.content_type == "application/problem+json"
    assert answer.json is not None and answer.json["status"] == status
    assert {"type", "title", "detail", "code"} <= set(answer.json)
    assert ("errors" in answer.json) == (status == 422)
    assert (answer.headers.get("WWW-Authenticate") == "Bearer") == (status == 401)
    assert answer.headers["Cache-Control"] == "no-store"


def test_each_error_points_into_what_was_sent(client: Client) -> None:
    answer = client.call("POST", "/complaints", {"version": "x", "answers": [], "a/b": 1})
    assert answer.json is not None
    assert {error["pointer"] for error in answer.json["errors"]} == {"/diagram", "/version", "/answers", "/a~1b"}
    missing = client.call("POST", "/complaints", {"diagram": DIAGRAM, "answers": {}})
    assert missing.json is not None
    required = start_form(client)["required"]
    assert {f"/{name}" for name in required} <= {error["pointer"] for error in missing.json["errors"]}


def test_words_are_in_the_language_of_the_caller(client: Client) -> None:
    said = {
        language: client.call("GET", "/me", headers={"Accept-Language": language}).json["detail"]  # type: ignore[index]
        for language in ("id", "en", "fr", "*")
    }
    assert said["id"] == said["fr"] == said["*"] == "Silakan masuk dahulu."
    assert said["en"]


# ---- lists -----------------------------------------------------------------------------------------------------


def walk(client: Client, path: str, by: str, limit: int, between: Any = None) -> list[Any]:
    """All items of a list, page by page; `between` is done before each further page."""
    found: list[Any] = []
    after = ""
    while True:
        page = client.get(f"{path}{'&' if '?' in path else '?'}limit={limit}{after}", by=by)
        assert set(page) == {"items", "next"} and len(page["items"]) <= limit
        found += page["items"]
        if page["next"] is None:
            return found
        after = f"&after={page['next']}"
        if between:
            between()


def test_walking_a_list_sees_what_stays_exactly_once_while_rows_come_and_go(client: Client) -> None:
    cases = [hand_in(client) for _ in range(9)]
    leaving = iter(cases[::2])

    def come_and_go() -> None:
        hand_in(client)
        case = next(leaving, None)
        if case:
            case.go_on()

    staying = {case.instance for case in cases[1::2]}
    seen = [task["instance"] for task in walk(client, "/tasks?lane=admin_instansi", OFFICER, 2, come_and_go)]
    assert len(seen) == len(set(seen)) and staying <= set(seen)
    seen = [row["id"] for row in walk(client, "/instances", OFFICER, 2, lambda: hand_in(client))]
    assert len(seen) == len(set(seen)) and {case.instance for case in cases} <= set(seen)


def test_every_list_comes_in_pages(client: Client) -> None:
    for _ in range(3):
        client.post("/diagrams", by=OWNER, data={"bpmn": bpmn()})
    case = hand_in(client).go_on(2)
    assert [v["version"] for v in walk(client, VERSIONS, OWNER, 1)] == [4, 3, 2, 1]
    assert len(walk(client, "/diagrams", "auditor", 2)) == len(OFFICES)
    assert [m["seq"] for m in walk(client, f"/instances/{case.instance}/history", HEAD, 1)] == [1, 2, 3]


def test_tasks_come_with_the_most_urgent_first(client: Client) -> None:
    for steps in (0, 2, 1):
        hand_in(client).go_on(steps)
    due = [task["due_at"] for task in client.get("/tasks", by=OFFICER)["items"]]
    assert len(due) == 3 and due == sorted(due, key=moment)


def test_lists_are_narrowed(client: Client) -> None:
    first, second = hand_in(client), hand_in(client).go_on()

    def tasks(query: str, by: str = OFFICER) -> set[str]:
        return {task["number"] for task in client.get(f"/tasks?{query}", by=by)["items"]}

    def instances(query: str) -> set[str]:
        return {row["number"] for row in client.get(f"/instances?{query}", by=OFFICER)["items"]}

    both = {first.number, second.number}
    soon, late = ((datetime.now(UTC) + timedelta(days=n)).isoformat().replace("+", "%2B") for n in (-1, 60))
    assert tasks("lane=admin_instansi") == {first.number}
    assert tasks(f"instance={second.instance}") == tasks(f"q={second.number.lower()}") == {second.number}
    assert tasks(f"diagram={DIAGRAM}") == both and tasks("diagram=another") == set()
    assert tasks(f"due_before={late}") == both and tasks(f"due_before={soon}") == set()
    assert tasks("overdue=true") == set() and tasks("sort=due") == both
    client.post(f"/tasks/{first.task()['id']}/claim", by=OFFICER)
    assert tasks("mine=true") == {first.number} and tasks("mine=true", OWN) == set()
    assert instances("lane=admin_instansi") == {first.number} and instances("state=running&version=1") == both
    assert instances("version=2") == instances("state=completed") == instances("overdue=true") == set()
    assert instances(f"q={second.number.lower()}") == {second.number}
    with client.app.app_context():
        with transaction():
            db.session.execute(text("UPDATE task SET due_at = :at, sort_at = :at").bindparams(at=_long_ago(client)))
        db.session.remove()
    assert instances("overdue=true") == tasks("overdue=true") == both


def _long_ago(client: Client) -> Any:
    at = datetime(2026, 1, 5, tzinfo=UTC)
    sqlite = client.app.config["ALUR"].database_url.startswith("sqlite")
    return at.replace(tzinfo=None).isoformat(" ") + ".000000" if sqlite else at


# ---- writing twice ---------------------------------------------------------------------------------------------


def count(client: Client) -> int:
    with client.app.app_context():
        found = db.session.scalar(text("SELECT count(*) FROM instance"))
        db.session.remove()
    return int(found or 0)


def test_the_same_key_and_body_replay_the_first_answer(client: Client) -> None:
    body = {"diagram": DIAGRAM, "answers": filled(client)}
    key = {"Idempotency-Key": "a1"}
    first, again = (client.call("POST", "/complaints", body, headers=key) for _ in range(2))
    assert first.status_code == again.status_code == 201
    assert first.get_data() == again.get_data() and count(client) == 1
    other = client.call("POST", "/complaints", {**body, "anonymous": True}, headers=key)
    elsewhere = client.call("POST", "/instances", body, headers=key)
    assert (other.status_code, elsewhere.status_code, count(client)) == (422, 401, 1)
    assert client.call("POST", "/complaints", body, headers={"Idempotency-Key": "a2"}).status_code == 201
    assert client.call("POST", "/complaints", body, by=OFFICER, headers=key).status_code == 201
    assert count(client) == 3


def test_an_upload_sent_twice_is_one_draft(client: Client) -> None:
    key = {"Idempotency-Key": "draft"}
    answers = [client.call("POST", "/diagrams", by=OWNER, headers=key, data={"bpmn": bpmn()}) for _ in range(2)]
    assert answers[0].json == answers[1].json and answers[0].headers["ETag"] == answers[1].headers["ETag"]
    assert len(client.get(VERSIONS, by=OWNER)["items"]) == 2
    other = client.call("POST", "/diagrams", by=OWNER, headers=key, data={"bpmn": bpmn(mark="<!-- other -->")})
    assert other.status_code == 422


def test_a_refused_call_leaves_its_key_free(client: Client) -> None:
    key = {"Idempotency-Key": "b"}
    assert client.call("POST", "/complaints", {"diagram": DIAGRAM, "answers": {}}, headers=key).status_code == 422
    body = {"diagram": DIAGRAM, "answers": filled(client)}
    assert client.call("POST", "/complaints", body, headers=key).status_code == 201


def test_signing_in_twice_gives_two_tokens(client: Client) -> None:
    body, key = {"username": OFFICER, "password": "demo"}, {"Idempotency-Key": "c"}
    first, again = (client.post("/session", body, headers=key)["token"] for _ in range(2))
    assert first != again


def test_kept_answers_are_sealed_and_forgotten_after_a_day(client: Client) -> None:
    body, key = {"diagram": DIAGRAM, "answers": filled(client)}, {"Idempotency-Key": "d"}
    told = client.post("/complaints", body, headers=key)
    with client.app.app_context():
        kept = db.session.scalars(select(KeptAnswer)).one()
        assert kept.sealed and told["pin"].encode() not in kept.sealed and told["number"].encode() not in kept.sealed
        with transaction():
            idempotency.forget(datetime.now(UTC) + timedelta(hours=23))
        assert db.session.scalars(select(KeptAnswer)).all()
        with transaction():
            idempotency.forget(datetime.now(UTC) + timedelta(hours=25))
        assert not db.session.scalars(select(KeptAnswer)).all()
        db.session.remove()
    assert client.post("/complaints", body, headers=key)["number"] != told["number"]


# ---- ETag and If-Match -----------------------------------------------------------------------------------------


def test_single_instances_tasks_and_versions_bear_an_etag_that_changes_with_them(client: Client) -> None:
    case = hand_in(client)
    paths = (f"/instances/{case.instance}", f"/tasks/{case.task()['id']}", f"{VERSIONS}/1")
    before = [client.call("GET", path, by=HEAD).headers["ETag"] for path in paths]
    assert before == [client.call("GET", path, by=HEAD).headers["ETag"] for path in paths]
    client.post(f"/tasks/{case.task()['id']}/claim", by=OWN)
    client.post(f"/instances/{case.instance}/suspend", {"reason": "diuji"}, by=HEAD)
    client.post(f"{VERSIONS}/1/retire", {}, by=OWNER)
    after = [client.call("GET", path, by=HEAD).headers["ETag"] for path in paths]
    assert all(one != other for one, other in zip(before, after, strict=True))


def test_whoever_has_seen_another_revision_changes_nothing(client: Client) -> None:
    case = hand_in(client)
    task = f"/tasks/{case.task()['id']}"
    stale = {"If-Match": '"999"'}
    calls: list[tuple[str, str, Any, str]] = [
        ("POST", f"{task}/claim", None, OWN),
        ("POST", f"{task}/release", None, OWN),
        ("POST", f"{task}/assign", {"person": OWN}, HEAD),
        ("PUT", f"{task}/draft", {"answers": {}}, OWN),
        ("POST", f"{task}/complete", {"answers": case.answers()}, OWN),
        ("POST", f"/instances/{case.instance}/suspend", {"reason": "diuji"}, HEAD),
        ("POST", f"/instances/{case.instance}/cancel", {"reason": "diuji"}, HEAD),
        ("POST", f"{VERSIONS}/1/retire", {}, OWNER),
    ]
    before = case.now(), client.get(task, by=OWN), client.get(f"{VERSIONS}/1", by=OWNER)
    for method, path, body, by in calls:
        assert client.call(method, path, body, by=by, headers=stale).status_code == 412, path
    assert before == (case.now(), client.get(task, by=OWN), client.get(f"{VERSIONS}/1", by=OWNER))
    seen = {"If-Match": client.call("GET", task, by=OWN).headers["ETag"]}
    claimed = client.call("POST", f"{task}/claim", by=OWN, headers=seen)
    assert claimed.status_code == 200 and claimed.headers["ETag"] != seen["If-Match"]
    assert client.call("POST", f"{task}/release", by=OWN, headers=seen).status_code == 412
    assert client.call("POST", f"{task}/release", by=OWN, headers={"If-Match": "*"}).status_code == 200


# ---- diagrams --------------------------------------------------------------------------------------------------


def test_diagrams_and_versions_are_described(client: Client) -> None:
    hand_in(client)
    (diagram,) = client.get("/diagrams", by=OFFICER)["items"]
    assert diagram == client.get(f"/diagrams/{DIAGRAM}", by=OFFICER)
    assert (diagram["key"], diagram["agency"], diagram["live"], diagram["open_instances"]) == (DIAGRAM, OFFICE, [1], 1)
    version = client.get(f"{VERSIONS}/1", by=OFFICER)
    assert version["state"] == "live" and version["identity"]["sopNumber"]
    assert [lane["id"] for lane in version["lanes"] if lane["public"]] == [PUBLIC_LANE]
    assert {row["row"] for row in version["rows"]} >= {"1", "2", "3", "4", "5"}


def test_the_bpmn_file_comes_back_byte_for_byte(client: Client) -> None:
    odd = b"<?xml version='1.0'   encoding='ISO-8859-1'?>\r\n"
    xml = odd + content.bpmn(DIAGRAM).partition(b"?>")[2].replace(b"\n", b"\r\n") + b"\r\n<!-- \xe9 -->\r\n\r\n"
    made = client.post("/diagrams", by=OWNER, data={"bpmn": (io.BytesIO(xml), "x.bpmn")})
    answer = client.call("GET", f"{VERSIONS}/{made['version']}/xml", by=OWNER)
    assert answer.get_data() == xml and answer.mimetype == "application/xml"
    assert client.call("GET", f"{VERSIONS}/1/xml", by=OWNER).get_data() == content.bpmn(DIAGRAM)


def test_forms_are_named_by_element_and_the_start_form_is_for_everybody(client: Client) -> None:
    forms = client.get(f"{VERSIONS}/1/forms", by=OFFICER)
    assert "teruskan_pengaduan" in forms and all(set(form) == {"schema", "ui_schema"} for form in forms.values())
    public = client.get(f"/diagrams/{DIAGRAM}/form")
    assert public == {**forms["mulai"], "version": 1}


def zipped(files: dict[str, Any]) -> io.BytesIO:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for name, form in files.items():
            archive.writestr(f"forms/{name}", orjson.dumps(form))
    packed.seek(0)
    return packed


def test_forms_come_as_files_or_as_one_zip_and_those_not_sent_come_from_the_newest_version(client: Client) -> None:
    before = client.get(f"{VERSIONS}/1/forms", by=OWNER)
    name, form = "teruskan_pengaduan.schema.json", dict(content.forms(DIAGRAM)["teruskan_pengaduan.schema.json"])
    for title, sent in (
        ("Satu", [(io.BytesIO(orjson.dumps({**form, "title": "Satu"})), name)]),
        ("Dua", [(zipped({name: {**form, "title": "Dua"}}), "forms.zip")]),
    ):
        made = client.post("/diagrams", by=OWNER, data={"bpmn": bpmn(), "forms": sent, "note": title})
        after = client.get(f"{VERSIONS}/{made['version']}/forms", by=OWNER)
        assert after["teruskan_pengaduan"]["schema"]["title"] == title
        assert {**after, "teruskan_pengaduan": None} == {**before, "teruskan_pengaduan": None}
        assert client.get(f"{VERSIONS}/{made['version']}", by=OWNER)["note"] == title


def test_a_draft_is_changed_published_and_retired(client: Client) -> None:
    made = client.call("POST", "/diagrams", by=OWNER, data={"bpmn": bpmn(), "agency": OFFICE, "note": "baru"})
    assert made.status_code == 201 and made.json is not None
    assert {"key": DIAGRAM, "version": 2, "state": "draft"}.items() <= made.json.items()
    path, seen = f"{VERSIONS}/2", {"If-Match": made.headers["ETag"]}
    changed = {"bpmn": bpmn(mark="<!-- diubah -->"), "note": "diubah"}
    again = client.call("PUT", path, by=OWNER, headers=seen, data=changed)
    assert again.status_code == 200 and again.headers["ETag"] != seen["If-Match"]
    late = client.call("PUT", path, by=OWNER, headers=seen, data={"bpmn": bpmn(mark="<!-- terlambat -->")})
    assert late.status_code == 412
    assert client.call("GET", f"{path}/xml", by=OWNER).get_data().endswith(b"<!-- diubah -->")
    assert client.post(f"{path}/publish", {"note": "berlaku"}, by=OWNER)["state"] == "live"
    assert client.get(f"/diagrams/{DIAGRAM}", by=OWNER)["live"] == [2, 1]
    assert client.call("PUT", path, by=OWNER, data={"bpmn": bpmn()}).status_code == 409
    assert client.post(f"{path}/retire", {"note": "cukup"}, by=OWNER)["state"] == "retired"
    assert client.call("POST", f"{path}/retire", {}, by=OWNER).status_code == 409
    body = {"diagram": DIAGRAM, "version": 2, "answers": filled(client)}
    assert client.call("POST", "/complaints", body).status_code == 409
    assert client.post("/complaints", {**body, "version": 1})["number"]


def broken() -> tuple[io.BytesIO, str]:
    xml = content.bpmn(DIAGRAM)
    return io.BytesIO(
        xml.replace(b'name="formJsonSchemaFilename" value="', b'name="formJsonSchemaFilename" value="x')
    ), "x"


def test_blocking_findings_still_make_a_draft_and_publishing_it_is_refused(client: Client) -> None:
    made = client.post("/diagrams", by=OWNER, data={"bpmn": broken()})
    assert made["state"] == "draft" and any(finding["blocks"] for finding in made["findings"])
    assert set(made["findings"][0]) == {"code", "element", "name", "what", "why", "mend", "blocks"}
    answer = client.call("POST", f"{VERSIONS}/{made['version']}/publish", {}, by=OWNER)
    assert answer.status_code == 422 and answer.json is not None
    assert all(finding["blocks"] for finding in answer.json["findings"])
    assert client.get(f"/diagrams/{DIAGRAM}", by=OWNER)["live"] == [1]


def test_a_lane_nobody_holds_is_published_only_by_name(client: Client) -> None:
    with client.app.app_context():
        with transaction():
            for name in (OWN, OFFICER):
                people.take_away(people.person_named(name), agency_of(OFFICE), "officer", DIAGRAM, "admin_instansi")
        db.session.remove()
    made = client.post("/diagrams", by=OWNER, data={"bpmn": bpmn()})
    assert [f["element"] for f in made["findings"] if f["code"] == "lane_unheld"] == ["admin_instansi"]
    path = f"{VERSIONS}/{made['version']}/publish"
    for body in ({}, {"unheld_lanes": ["admin_opd"]}):
        assert client.call("POST", path, body, by=OWNER).status_code == 422
    assert client.post(path, {"unheld_lanes": ["admin_instansi"]}, by=OWNER)["state"] == "live"


def test_a_check_says_what_it_finds_and_stores_nothing(client: Client) -> None:
    findings = client.post("/diagrams/check", by=OWNER, data={"bpmn": broken()})["findings"]
    assert any(finding["blocks"] for finding in findings)
    new = client.post("/diagrams/check", by=OWNER, data={"bpmn": bpmn("sop_baru")})
    assert isinstance(new["findings"], list)
    assert len(client.get(VERSIONS, by=OWNER)["items"]) == 1
    assert client.call("GET", "/diagrams/sop_baru", by="auditor").status_code == 404


def test_a_new_diagram_belongs_to_the_agency_that_is_named_or_the_only_one_there_is(client: Client) -> None:
    made = client.post("/diagrams", by=OWNER, data={"bpmn": bpmn("sop_baru")})
    assert (made["key"], made["version"]) == ("sop_baru", 1)
    assert client.get("/diagrams/sop_baru", by=OWNER)["agency"] == OFFICE


# ---- instances -------------------------------------------------------------------------------------------------


def plain(client: Client) -> str:
    """A diagram whose start form asks for nobody's identity, live."""
    form = {"type": "object", "properties": {"isi": {"type": "string", "title": "Isi", "maxLength": 200}}}
    sent = [(io.BytesIO(orjson.dumps(form)), "mulai.schema.json"), (io.BytesIO(b"{}"), "mulai.ui.json")]
    made = client.post("/diagrams", by=OWNER, data={"bpmn": bpmn(), "forms": sent})
    client.post(f"{VERSIONS}/{made['version']}/publish", {}, by=OWNER)
    return DIAGRAM


def test_an_instance_is_started_by_an_officer_unless_it_is_a_complaint(client: Client) -> None:
    complaint = client.call("POST", "/instances", {"diagram": DIAGRAM, "answers": filled(client)}, by=OFFICER)
    assert complaint.status_code == 422
    started = client.call("POST", "/instances", {"diagram": plain(client), "answers": {"isi": "x"}}, by=OFFICER)
    assert started.status_code == 201 and started.json is not None and started.headers["ETag"]
    assert started.json["version"] == 2 and started.json == client.get(f"/instances/{started.json['id']}", by=OFFICER)
    wrong = client.call("POST", "/instances", {"diagram": DIAGRAM, "answers": {"isi": 1}}, by=OFFICER)
    assert wrong.json is not None and [error["pointer"] for error in wrong.json["errors"]] == ["/isi"]


def test_an_instance_has_the_fields_it_is_said_to_have(client: Client) -> None:
    case = hand_in(client)
    instance = case.now()
    assert set(instance) >= INSTANCE and set(instance["tasks"][0]) >= TASK
    assert instance["state"] == "running" and instance["end"] is None and instance["ended_at"] is None
    moment(instance["started_at"])
    moment(instance["tasks"][0]["due_at"])
    case.wait_for_complainant()
    assert [timer["element"] for timer in case.now()["timers"]]


def test_cancelling_ends_an_instance_and_suspending_lets_it_rest(client: Client) -> None:
    case, why = hand_in(client), {"reason": "diuji"}
    task, body = case.task()["id"], {"answers": case.answers()}
    path = f"/instances/{case.instance}"
    assert client.post(f"{path}/suspend", why, by=HEAD)["state"] == "suspended"
    assert client.call("POST", f"/tasks/{task}/complete", body, by=OWN).status_code == 409
    assert client.post(f"{path}/resume", why, by=HEAD)["state"] == "running"
    ended = client.post(f"{path}/cancel", why, by=HEAD)
    assert ended["state"] == "cancelled" and ended["tasks"] == ended["timers"] == [] and ended["ended_at"]
    for verb in ("cancel", "suspend", "resume"):
        assert client.call("POST", f"{path}/{verb}", why, by=HEAD).status_code == 409
    assert client.call("POST", f"/tasks/{task}/complete", body, by=OWN).status_code == 409
    reasons = [move["reason"] for move in client.get(f"{path}/history", by=HEAD)["items"][1:]]
    assert reasons == ["diuji"] * 3


def test_a_message_that_is_not_waited_for_is_a_conflict(client: Client) -> None:
    case, message = hand_in(client), {"name": "pengaduan_ditutup_admin"}
    path = f"/instances/{case.instance}/messages"
    for name in ("pengaduan_ditutup_admin", "nothing_of_that_name"):
        assert client.call("POST", path, {"name": name}, by=OFFICER).status_code == 409
    case.wait_for_complainant()
    assert client.post(path, {**message, "payload": {}}, by=OFFICER)["state"] == "completed"
    assert client.call("POST", path, message, by=OFFICER).status_code == 409


def test_history_is_in_order_chained_and_shows_the_instance_as_it_was(client: Client) -> None:
    case = hand_in(client).go_on(3)
    path = f"/instances/{case.instance}/history"
    moves = client.get(path, by=HEAD)["items"]
    assert [move["seq"] for move in moves] == [1, 2, 3, 4] and all(set(move) >= MOVE for move in moves)
    assert [move["command"] for move in moves] == ["start", "complete", "complete", "complete"]
    assert [move["row"] for move in moves] == ["1", "1", "2", "3"]
    assert len({move["hash"] for move in moves}) == 4
    then = client.get(f"{path}/2", by=HEAD)
    assert {**moves[1], "waiting": then["waiting"], "data": then["data"]} == then
    assert [waiting["lane"] for waiting in then["waiting"]] == [moves[2]["lane"]]
    assert client.call("GET", f"{path}/5", by=HEAD).status_code == 404
    assert client.call("GET", f"{path}/0", by=HEAD).status_code == 404


# ---- tasks -----------------------------------------------------------------------------------------------------


def test_a_task_is_claimed_released_and_assigned(client: Client) -> None:
    case = hand_in(client)
    task = f"/tasks/{case.task()['id']}"
    assert client.post(f"{task}/claim", by=OWN)["assignee"]
    body = {"answers": case.answers()}
    for verb, sent in (("claim", None), ("release", None), ("complete", body)):
        assert client.call("POST", f"{task}/{verb}", sent, by=OFFICER).status_code == 409
    assert client.post(f"{task}/release", by=OWN)["assignee"] is None
    wrong = client.call("POST", f"{task}/assign", {"person": f"admin_opd@{OFFICE}"}, by=HEAD)
    assert wrong.status_code == 422
    assert client.post(f"{task}/assign", {"person": OFFICER}, by=HEAD)["assignee"]
    assert client.call("POST", f"{task}/complete", body, by=OWN).status_code == 409
    done = client.post(f"{task}/complete", body, by=OFFICER)
    assert set(done) == {"task", "instance"} and done["task"]["state"] == "completed"
    assert client.call("POST", f"{task}/complete", body, by=OFFICER).status_code == 409


def test_half_a_form_is_kept_and_comes_back_with_it(client: Client) -> None:
    case = hand_in(client)
    task = f"/tasks/{case.task()['id']}"
    form = client.get(f"{task}/form", by=OWN)
    assert set(form) == {"schema", "ui_schema", "answers", "instructions"}
    half = dict([next(iter(case.answers().items()))])
    assert client.call("PUT", f"{task}/draft", {"answers": half}, by=OWN).status_code == 200
    assert client.get(f"{task}/form", by=OWN)["answers"] == half
    unknown = client.call("PUT", f"{task}/draft", {"answers": {"tidak_ada": 1}}, by=OWN)
    assert unknown.status_code == 422 and client.get(f"{task}/form", by=OWN)["answers"] == half


def test_an_officer_of_the_agency_records_for_a_complainant(client: Client) -> None:
    case = hand_in(client).wait_for_complainant()
    task, body = f"/tasks/{case.task()['id']}", {"answers": case.answers(), "on_behalf": True}
    assert client.post(f"{task}/complete", body, by=OFFICER)["task"]["lane"] == PUBLIC_LANE
    other = hand_in(client)
    body = {"answers": other.answers(), "on_behalf": True}
    assert client.call("POST", f"/tasks/{other.task()['id']}/complete", body, by=OFFICER).status_code == 422


# ---- complaints ------------------------------------------------------------------------------------------------


def test_a_complaint_is_taken_and_followed(client: Client) -> None:
    case = hand_in(client)
    assert set(case.told) >= {"number", "pin", "received_at", "what_next", "promised_at"}
    prefix = next(office.prefix for office in OFFICES if office.key == OFFICE)
    assert case.number.startswith(f"{prefix}-") and case.number.replace("-", "").isalnum()
    told = client.get(f"/complaints/{case.number.lower()}", pin=case.pin)
    assert set(told) >= {"number", "status", "sentence", "milestones", "promised_at", "tasks"}
    assert told["tasks"] == []
    case.wait_for_complainant()
    (task,) = client.get(f"/complaints/{case.number}", pin=case.pin)["tasks"]
    assert set(task) >= {"id", "name", "schema", "ui_schema"}
    path = f"/complaints/{case.number}/tasks/{task['id']}/complete"
    body = {"answers": case.answers()}
    assert client.post(path, body, pin=case.pin)["tasks"] == []
    assert client.call("POST", path, body, pin=case.pin).status_code == 409


def test_a_wrong_pin_answers_like_an_unknown_number(client: Client) -> None:
    case = hand_in(client)
    wrong = client.call("GET", f"/complaints/{case.number}", pin="0000-0000")
    unknown = client.call("GET", "/complaints/DKR-2222-2222", pin=case.pin)
    without = client.call("GET", f"/complaints/{case.number}")
    assert wrong.status_code == unknown.status_code == without.status_code == 404
    assert wrong.json == unknown.json == without.json
    assert dict(wrong.headers) == dict(unknown.headers)


def test_a_complaint_comes_as_multipart_with_each_file_named_by_its_field(client: Client) -> None:
    name = file_fields(start_form(client))[0]
    case = hand_in_with_file(client, name, secret="true")
    assert case.now()["secret"] is True
    move = client.get(f"/instances/{case.instance}/history/1", by=HEAD)
    ids = move["answers"][name]
    file_id = ids[0] if isinstance(ids, list) else ids
    fetched = client.call("GET", f"/files/{file_id}", by=OWN)
    assert fetched.get_data() == pdf()[0].read()
    assert fetched.headers["Content-Disposition"].startswith("attachment")
    wrong = client.call("POST", "/complaints", data={**multipart(client), "/tidak_ada": pdf()})
    assert wrong.status_code == 422


def test_a_file_goes_ahead_of_the_form_that_names_it(client: Client) -> None:
    sent = client.call("POST", "/files", by=OWN, data={"file": pdf()})
    assert sent.status_code == 201 and sent.json is not None and set(sent.json) == {"id", "name", "size", "sha256"}
    case = hand_in(client)
    data = {"file": pdf(), "number": case.number}
    assert client.call("POST", "/files", pin=case.pin, data=data).status_code == 201
    assert client.call("POST", "/files", pin=case.pin, data={"file": pdf()}).status_code == 422
    assert client.call("POST", "/files", pin="0000-0000", data={**data, "file": pdf()}).status_code == 404
    assert client.call("POST", "/files", data={"file": pdf()}).status_code == 401


def test_an_officer_files_for_somebody_by_another_channel(client: Client) -> None:
    body = {"diagram": DIAGRAM, "answers": filled(client), "channel": "telephone"}
    told = client.post("/complaints", body, by=OFFICER)
    row = client.get(f"/instances?q={told['number']}", by=OFFICER)["items"][0]
    (move,) = client.get(f"/instances/{row['id']}/history", by=HEAD)["items"]
    assert move["by"] == "Petugas serba bisa"


def test_an_anonymous_complaint_keeps_no_identity(client: Client) -> None:
    case = hand_in(client, anonymous=True)
    answer = client.call("POST", f"/instances/{case.instance}/identity", {"why": "diuji untuk uji"}, by=HEAD)
    assert answer.status_code == 409


# ---- the service itself ----------------------------------------------------------------------------------------


def test_health_is_for_everybody_and_metrics_are_text_for_prometheus(client: Client) -> None:
    assert set(client.get("/health")) == {"ok", "database", "migrations", "worker"}
    hand_in(client)
    answer = client.call("GET", "/metrics", by="admin")
    assert answer.mimetype == "text/plain" and f'alur_open_tasks{{diagram_key="{DIAGRAM}"' in answer.get_data(
        as_text=True
    )


def test_every_call_of_the_contract_is_in_the_document(client: Client) -> None:
    paths = client.get("/openapi.json")["paths"]
    documented = {f"{method.upper()} {path.removeprefix('/api/v1')}" for path, ops in paths.items() for method in ops}
    task, instance, version = "/tasks/{task_id}", "/instances/{instance_id}", "/diagrams/{key}/versions/{n}"
    assert {
        "GET /health", "GET /metrics", "GET /me", "POST /session", "DELETE /session", "GET /diagrams", "POST /diagrams",
        "POST /diagrams/check", "GET /diagrams/{key}", "GET /diagrams/{key}/versions", f"GET {version}",
        f"PUT {version}", f"GET {version}/xml", f"GET {version}/forms", "GET /diagrams/{key}/form",
        f"POST {version}/publish", f"POST {version}/retire", "GET /instances", "POST /instances", f"GET {instance}",
        f"GET {instance}/history", f"GET {instance}/history/{{seq}}", f"POST {instance}/cancel",
        f"POST {instance}/suspend", f"POST {instance}/resume", f"POST {instance}/messages", "GET /tasks", f"GET {task}",
        f"POST {instance}/migrate", f"POST {instance}/move", f"POST {instance}/undo",
        f"GET {task}/form", f"POST {task}/claim", f"POST {task}/release", f"POST {task}/assign", f"PUT {task}/draft",
        f"POST {task}/complete", "POST /complaints", "GET /complaints/{number}",
        "POST /complaints/{number}/tasks/{task_id}/complete", "POST /files", "GET /files/{file_id}",
    } <= documented  # fmt: skip


def test_the_document_says_of_every_call_what_a_program_has_to_know(client: Client) -> None:
    document = client.get("/openapi.json")
    names = []
    for path, operations in document["paths"].items():
        shared = operations.get("parameters", [])
        for method, call in operations.items():
            if method == "parameters":
                continue
            names.append(call["operationId"])
            parameters = shared + call.get("parameters", [])
            assert call["summary"] and call["tags"] and call["security"], path
            assert all(p["in"] != "formData" for p in parameters), path
            assert all(p.get("description") for p in parameters if p["in"] in ("path", "header")), path
            assert {p["name"] for p in parameters if p["in"] == "path"} == {
                part[1:-1] for part in path.split("/") if part.startswith("{")
            }
            refusals = [answer for status, answer in call["responses"].items() if status >= "400"]
            assert all("application/problem+json" in answer["content"] for answer in refusals), path
            heads = {p["name"] for p in parameters if p["in"] == "header"}
            assert ("412" in call["responses"]) == ("If-Match" in heads), path
            once = method == "post" and not path.endswith(("/session", *KEEPS_NOTHING))
            assert ("Idempotency-Key" in heads) == once, path
    assert len(names) == len(set(names))
