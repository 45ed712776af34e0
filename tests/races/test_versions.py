"""Two owners at one diagram: no draft is lost, no number given twice, nothing published twice."""

import io
from typing import Any

import pytest
from flask import Flask
from werkzeug.datastructures import MultiDict

from service import content
from service.database import db, transaction
from service.people.models import agency_of
from tests.client import Client
from tests.races.desk import Answer
from tests.races.meeting import all_meetings, at_once

pytestmark = pytest.mark.races

SOP, OWNER, HEAD = "sp4n_lapor", "pemilik@diskop-samarinda", "atasan@diskop-samarinda"


def _upload(client: Client, method: str = "POST", path: str = "/diagrams", note: str = "", **headers: str) -> Any:
    xml = content.bpmn(SOP)

    def go() -> Answer:
        data = MultiDict([("bpmn", (io.BytesIO(xml), f"{SOP}.bpmn")), ("note", note)])
        answer = client.call(method, path, by=OWNER, data=data, headers=headers, content_type="multipart/form-data")
        return answer.status_code, answer.json

    return go


def _post(client: Client, path: str, by: str = OWNER) -> Any:
    def go() -> Answer:
        answer = client.call("POST", path, json={}, by=by)
        return answer.status_code, answer.json

    return go


def _versions(client: Client) -> list[tuple[int, str]]:
    items = client.get(f"/diagrams/{SOP}/versions", by=OWNER)["items"]
    return sorted((each["version"], each["state"]) for each in items)


def _draft(client: Client) -> int:
    status, said = _upload(client)()
    assert status == 201
    return int(said["version"])


def test_of_two_publications_of_a_draft_one_is_kept(demo_app: Flask, client: Client) -> None:
    n = 0

    def prepare() -> tuple[Any, Any]:
        nonlocal n
        n = _draft(client)
        publish = _post(client, f"/diagrams/{SOP}/versions/{n}/publish")
        return publish, publish

    for one, two in all_meetings(demo_app, prepare, apart=3):
        assert sorted((one[0], two[0])) == [200, 409]
        assert _versions(client)[-1] == (n, "live")


def test_of_a_change_and_a_publication_what_is_published_is_what_was_checked(demo_app: Flask, client: Client) -> None:
    n = 0

    def prepare() -> tuple[Any, Any]:
        nonlocal n
        n = _draft(client)
        change = _upload(client, "PUT", f"/diagrams/{SOP}/versions/{n}", "diubah")
        return change, _post(client, f"/diagrams/{SOP}/versions/{n}/publish")

    for change, publish in all_meetings(demo_app, prepare, apart=3):
        assert publish[0] == 200
        assert change[0] in (200, 409)
        assert _versions(client)[-1] == (n, "live")


def test_of_two_changes_of_a_draft_the_second_is_told_that_it_has_not_seen_the_first(
    demo_app: Flask, client: Client
) -> None:
    def prepare() -> tuple[Any, Any]:
        n = _draft(client)
        path = f"/diagrams/{SOP}/versions/{n}"
        seen = client.call("GET", path, by=OWNER).headers["ETag"]
        one, two = (_upload(client, "PUT", path, note, **{"If-Match": seen}) for note in ("satu", "dua"))
        return one, two

    for one, two in all_meetings(demo_app, prepare, apart=3):
        assert sorted((one[0], two[0])) == [200, 412]


def test_drafts_sent_at_once_are_all_kept_under_numbers_of_their_own(client: Client) -> None:
    client.token(OWNER)
    came = at_once([_upload(client)] * 8)
    assert [status for status, _ in came] == [201] * 8
    assert sorted(said["version"] for _, said in came) == list(range(2, 10))


def test_one_upload_sent_twice_at_once_under_one_key_makes_one_draft(client: Client) -> None:
    client.token(OWNER)
    came = at_once([_upload(client, **{"Idempotency-Key": "sekali saja"})] * 6)
    assert [status for status, _ in came] == [201] * 6
    assert {said["version"] for _, said in came} == {2}
    assert _versions(client) == [(1, "live"), (2, "draft")]


def test_a_version_is_retired_once(demo_app: Flask, client: Client) -> None:
    def prepare() -> tuple[Any, Any]:
        n = _draft(client)
        assert _post(client, f"/diagrams/{SOP}/versions/{n}/publish")()[0] == 200
        retire = _post(client, f"/diagrams/{SOP}/versions/{n}/retire")
        return retire, retire

    for one, two in all_meetings(demo_app, prepare, apart=4):
        assert sorted((one[0], two[0])) == [200, 409]


def _second_approval(app: Flask) -> None:
    with app.app_context():
        with transaction():
            agency_of("diskop-samarinda").second_approval = True
        db.session.remove()


def _ask(client: Client) -> int:
    n = _draft(client)
    status, said = _post(client, f"/diagrams/{SOP}/versions/{n}/publish")()
    assert (status, said["awaits"]) == (200, "approval")
    return n


def test_of_an_approval_and_a_withdrawal_one_is_kept(demo_app: Flask, client: Client) -> None:
    _second_approval(demo_app)
    n = 0

    def prepare() -> tuple[Any, Any]:
        nonlocal n
        n = _ask(client)
        path = f"/diagrams/{SOP}/versions/{n}"
        return _post(client, f"{path}/approve", HEAD), _post(client, f"{path}/withdraw")

    for approval, withdrawal in all_meetings(demo_app, prepare, apart=3):
        assert sorted((approval[0], withdrawal[0])) == [200, 409]
        assert _versions(client)[-1] == (n, "live" if approval[0] == 200 else "draft")


def test_what_was_asked_for_is_what_is_approved_whoever_edits_meanwhile(demo_app: Flask, client: Client) -> None:
    _second_approval(demo_app)
    n = 0

    def prepare() -> tuple[Any, Any]:
        nonlocal n
        n = _ask(client)
        change = _upload(client, "PUT", f"/diagrams/{SOP}/versions/{n}", "diubah")
        return change, _post(client, f"/diagrams/{SOP}/versions/{n}/approve", HEAD)

    for change, approval in all_meetings(demo_app, prepare, apart=3):
        assert (change[0], approval[0]) == (409, 200)
        assert _versions(client)[-1] == (n, "live")
