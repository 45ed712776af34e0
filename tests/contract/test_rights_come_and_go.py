"""Rights and secrets as time goes by: what lists show, when a secret case comes to a lane's eyes, tokens that end."""

import uuid
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import update

from service.database import db, transaction
from service.people import commands as people
from service.people.models import OFFICER as LANE_HOLDER
from service.people.models import Person, Token, agency_of, person_named
from tests.client import Client
from tests.contract.case import DIAGRAM, HEAD, OFFICE, OFFICER, OWNER, PUBLIC_LANE, bpmn, hand_in

OWN, OTHER, THIRD = (f"{lane}@{OFFICE}" for lane in ("admin_instansi", "admin_opd", "pejabat_penghubung"))
STRANGER, STRANGE_HEAD, STRANGE_OWNER = "petugas@diskop-malang", "atasan@diskop-malang", "pemilik@diskop-malang"
STRANGERS = (STRANGER, STRANGE_HEAD, STRANGE_OWNER)
WHO = (None, *STRANGERS, "admin", "auditor", THIRD, OTHER, OWNER, OWN, HEAD)
MULTIPART = "multipart/form-data"


def test_only_its_owner_drafts_and_retires(client: Client) -> None:
    for who in WHO:
        made = client.call("POST", "/diagrams", by=who, data={"bpmn": bpmn()})
        assert made.status_code == {None: 401, OWNER: 201}.get(who, 403), who

    for who in WHO:
        change = client.call(
            "PUT", f"/diagrams/{DIAGRAM}/versions/2", by=who, data={"note": "x"}, content_type=MULTIPART
        )
        expected = {OWNER: 200, None: 401, STRANGER: 404, STRANGE_HEAD: 404, STRANGE_OWNER: 404}
        assert change.status_code == expected.get(who, 403), who
    for who in (*(who for who in WHO if who != OWNER), OWNER):
        retired = client.call("POST", f"/diagrams/{DIAGRAM}/versions/1/retire", {}, by=who)
        assert retired.status_code == expected.get(who, 403), who


def test_a_draft_at_a_strange_agency_is_not_made(client: Client) -> None:
    data = {"bpmn": bpmn("sp4n_lapor_dua"), "agency": "diskop-malang"}
    assert client.call("POST", "/diagrams", by=OWNER, data=data).status_code == 403


def test_an_officer_records_for_a_complainant_only_what_he_may_see(client: Client) -> None:
    case = hand_in(client).wait_for_complainant()
    task = case.task()["id"]
    path, body = f"/tasks/{task}/complete", {"answers": case.answers()}
    hidden = {None: 401, **dict.fromkeys((*STRANGERS, "admin"), 404)}
    plain = {who: client.call("POST", path, body, by=who).status_code for who in WHO}
    assert plain == {**dict.fromkeys(WHO, 403), **hidden}
    behalf = {**body, "on_behalf": True}
    others = [who for who in WHO if who not in (OWN, THIRD, OTHER)]
    recorded = {who: client.call("POST", path, behalf, by=who).status_code for who in others}
    assert recorded == {**dict.fromkeys(others, 403), **hidden}
    client.post(path, behalf, by=OTHER)
    (move,) = [m for m in client.get(f"/instances/{case.instance}/history", by=HEAD)["items"] if m["on_behalf"]]
    assert (move["lane"], move["command"]) == (PUBLIC_LANE, "complete")


def test_tasks_that_may_be_recorded_are_found_by_their_lane(client: Client) -> None:
    open_, secret = hand_in(client).wait_for_complainant(), hand_in(client, secret=True).wait_for_complainant()
    hand_in(client)

    def found(who: str, query: str = f"lane={PUBLIC_LANE}") -> set[str]:
        return {task["number"] for task in client.get(f"/tasks?{query}", by=who)["items"]}

    assert found(OTHER) == found(OFFICER) == {open_.number, secret.number}
    assert found(STRANGER) == found(OWNER) == found("auditor") == set()
    assert not found(OTHER, "") & {open_.number, secret.number}
    assert found(OTHER, f"lane={PUBLIC_LANE}&q={secret.number}") == {secret.number}
    with client.app.app_context():
        with transaction():
            newcomer = people.enter_person("baru", "Orang baru", None)
            people.give(newcomer, agency_of(OFFICE), LANE_HOLDER, DIAGRAM, "lain")
        db.session.remove()
    assert found("baru") == {open_.number}


def test_lists_show_exactly_what_may_be_opened(client: Client) -> None:
    cases = [
        hand_in(client),
        hand_in(client, secret=True),
        hand_in(client, secret=True).go_on(),
        hand_in(client).go_on(2),
    ]
    everybody = [*filter(None, WHO), OFFICER, "petugas@dinsos-jambi"]
    for who in everybody:
        listed = {row["id"] for row in client.get("/instances", by=who)["items"]}
        opened = {
            c.instance for c in cases if client.call("GET", f"/instances/{c.instance}", by=who).status_code == 200
        }
        assert listed == opened, who
        tasks = {row["id"] for row in client.get("/tasks", by=who)["items"]}
        for case in cases:
            task = case.task()
            mine = who in (OFFICER, f"{task['lane']}@{OFFICE}")
            assert (task["id"] in tasks) == mine, who


def test_of_a_secret_complaint_nothing_leaks(client: Client) -> None:
    case = hand_in(client, secret=True)
    words = [case.number, case.instance, case.task()["id"]]
    for who in (OTHER, THIRD, OWNER, STRANGER, "admin"):
        for path in (
            "/instances", f"/instances?q={case.number}", f"/instances?diagram={DIAGRAM}&state=running",
            "/instances?lane=admin_instansi", "/instances?overdue=true", "/tasks", f"/tasks?q={case.number}",
            "/tasks?lane=admin_instansi", f"/tasks?instance={case.instance}", "/diagrams", f"/diagrams/{DIAGRAM}",
            "/me", "/metrics", f"/instances/{case.instance}", f"/instances/{case.instance}/history",
        ):  # fmt: skip
            said = client.call("GET", path, by=who).get_data(as_text=True)
            if path.startswith("/instances/"):
                assert case.number not in said
            else:
                assert not [word for word in words if word in said], (who, path)
    assert case.number not in client.call("GET", "/metrics", by="auditor").get_data(as_text=True)


def test_a_secret_complaint_comes_to_the_eyes_of_a_lane_with_its_first_task(client: Client) -> None:
    case = hand_in(client, secret=True)
    assert client.call("GET", f"/instances/{case.instance}", by=OTHER).status_code == 404
    case.go_on()
    assert client.call("GET", f"/instances/{case.instance}", by=OTHER).status_code == 200
    assert client.call("GET", f"/instances/{case.instance}", by=THIRD).status_code == 404
    case.go_on()
    assert client.call("GET", f"/instances/{case.instance}", by=OTHER).status_code == 200


def test_what_a_lane_may_not_see_looks_like_what_does_not_exist(client: Client) -> None:
    case, nothing = hand_in(client, secret=True), uuid.uuid4()
    for path, id_ in (("/instances/{}", case.instance), ("/tasks/{}", case.task()["id"])):
        hidden, unknown = (client.call("GET", path.format(i), by=OTHER).json for i in (id_, nothing))
        if path.startswith("/instances"):
            assert hidden == unknown
        assert hidden is not None and unknown is not None and hidden["status"] == unknown["status"] == 404


def _change(client: Client, statement: Any) -> None:
    with client.app.app_context():
        with transaction():
            db.session.execute(statement)
        db.session.remove()


def test_a_token_that_has_run_out_is_not_known(client: Client) -> None:
    client.get("/me", by=OWN)
    _change(client, update(Token).values(expires_at=datetime.now(UTC) - timedelta(seconds=1)))
    assert client.call("GET", "/me", by=OWN).status_code == 401


def test_a_token_that_was_given_back_is_not_known_and_others_are(client: Client) -> None:
    body = {"username": OWN, "password": "demo"}
    one, two = (client.post("/session", body)["token"] for _ in range(2))
    assert client.call("DELETE", "/session", headers={"Authorization": f"Bearer {one}"}).status_code == 204
    assert client.call("GET", "/me", headers={"Authorization": f"Bearer {one}"}).status_code == 401
    assert client.call("GET", "/me", headers={"Authorization": f"Bearer {two}"}).status_code == 200


def test_whoever_has_left_is_not_known(client: Client) -> None:
    client.get("/me", by=OWN)
    _change(client, update(Person).where(Person.username == OWN).values(active=False))
    assert client.call("GET", "/me", by=OWN).status_code == 401
    assert client.call("POST", "/session", {"username": OWN, "password": "demo"}).status_code == 401


def test_a_lane_that_was_taken_away_is_gone_with_the_next_call(client: Client) -> None:
    case = hand_in(client)
    task = case.task()["id"]
    client.post(f"/tasks/{task}/claim", by=OWN)
    with client.app.app_context():
        with transaction():
            people.take_away(person_named(OWN), agency_of(OFFICE), LANE_HOLDER, DIAGRAM, "admin_instansi")
        db.session.remove()
    assert client.call("POST", f"/tasks/{task}/complete", {"answers": case.answers()}, by=OWN).status_code == 404
    assert client.get("/tasks", by=OWN)["items"] == []
