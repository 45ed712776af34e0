"""A database that cannot be written to: people are told in words, nothing is kept of it, and afterwards all goes on."""

import resource
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from flask import Flask
from sqlalchemy import event, text
from sqlalchemy.engine import make_url

from service.database import db
from tests.client import Client
from tests.races.desk import Case, Desk, assert_whole
from tests.running import Line, Server

pytestmark = pytest.mark.faults

UNREADY = "urn:alur:problem:unready"


@pytest.fixture
def case(client: Client) -> Case:
    return Desk(client, "sp4n_lapor", "diskop-samarinda").handed_in()


def _must_be_sqlite(app: Flask) -> Path:
    url = make_url(app.config["ALUR"].database_url)
    if url.get_backend_name() != "sqlite":
        pytest.skip("must: this breaks a file")
    return Path(str(url.database))


@contextmanager
def _settings_of_connections(app: Flask, *statements: str) -> Iterator[None]:
    """Every connection made meanwhile begins with these statements."""

    def begin(connection: Any, _record: Any) -> None:
        for statement in statements:
            connection.execute(statement)

    with app.app_context():
        engine = db.engine
        engine.dispose()
        event.listen(engine, "connect", begin)
        try:
            yield
        finally:
            event.remove(engine, "connect", begin)
            db.session.remove()
            engine.dispose()


def _assert_refused_in_words(status: int, said: Any) -> None:
    assert (status, said["type"]) == (503, UNREADY)
    assert said["detail"].startswith("Sistem sedang sibuk")


def test_when_nothing_can_be_written_a_completion_is_refused_in_words_and_nothing_is_kept(
    demo_app: Flask, case: Case
) -> None:
    _must_be_sqlite(demo_app)
    task, key = case.task(), str(uuid4())
    body, headers = {"answers": case.answers(task)}, {"Idempotency-Key": key}
    call = case.call("POST", f"/tasks/{task['id']}/complete", body, by=case.desk.by("petugas"), headers=headers)
    with _settings_of_connections(demo_app, "PRAGMA query_only=ON"):
        _assert_refused_in_words(*call())
        assert case.now()["tasks"], "reading still works"
    assert case.said() == ["start"]
    assert [call()[0], call()[0]] == [200, 200]
    _assert_done_once(case)


def test_when_there_is_no_page_left_each_complaint_is_either_kept_whole_or_not_at_all(
    demo_app: Flask, client: Client, case: Case
) -> None:
    _must_be_sqlite(demo_app)
    with demo_app.app_context():
        pages = db.session.execute(text("PRAGMA page_count")).scalar_one()
        db.session.remove()
    body = {"diagram": case.desk.sop, "answers": case.desk.start_answers}
    with _settings_of_connections(demo_app, f"PRAGMA max_page_count={pages}"):
        came = [case.call("POST", "/complaints", body)() for _ in range(20)]
    kept, refused = [a for a in came if a[0] == 201], [a for a in came if a[0] != 201]
    assert refused
    for status, said in refused:
        _assert_refused_in_words(status, said)
    assert len(client.get("/instances", by=case.desk.by("atasan"))["items"]) == 1 + len(kept)
    assert case.call("POST", "/complaints", body)()[0] == 201
    assert_whole(client)


def test_when_the_disk_is_full_at_the_commit_people_are_told_and_nothing_is_kept(
    demo_app: Flask, client: Client, server: Server
) -> None:
    path = _must_be_sqlite(demo_app)
    case = Desk(client, "sp4n_lapor", "diskop-samarinda").handed_in()
    task, key = case.task(), str(uuid4())
    headers = {"Authorization": f"Bearer {client.token(case.desk.by('petugas'))}", "Idempotency-Key": key}
    line, body = Line(server.port), {"answers": case.answers(task)}
    with _no_room_beyond(server.web_workers(), Path(f"{path}-wal").stat().st_size + 5000):
        came = [line.call("POST", f"/tasks/{task['id']}/complete", body, headers) for _ in range(6)]
        assert line.call("GET", f"/instances/{case.id}", headers=headers)[0] == 200, "reading still works"
    for status, said in came:
        _assert_refused_in_words(status, said)
    assert line.call("POST", f"/tasks/{task['id']}/complete", body, headers)[0] == 200
    _assert_done_once(case)


def _assert_done_once(case: Case) -> None:
    assert case.said() == ["start", "complete"]
    assert_whole(case.client)


@contextmanager
def _no_room_beyond(processes: list[int], size: int) -> Iterator[None]:
    """No file of these processes may grow beyond a size, as if the disk were full."""
    before = {pid: resource.prlimit(pid, resource.RLIMIT_FSIZE) for pid in processes}
    for pid, (_, hard) in before.items():
        resource.prlimit(pid, resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        for pid, limits in before.items():
            resource.prlimit(pid, resource.RLIMIT_FSIZE, limits)
