"""PostgreSQL breaks down under load and comes back: what was acknowledged is there, all else can be asked again."""

import gc
import os
import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from itertools import count
from pathlib import Path
from typing import Any

import psycopg
import pytest
from flask import Flask
from flask_migrate import upgrade
from sqlalchemy import event

from service import demo
from service.app import create_app
from service.config import Settings
from service.database import db
from tests import postgres
from tests.client import Client
from tests.faults.walking import Walker, moves, people
from tests.invariants import broken_invariants
from tests.races.desk import Desk, assert_whole
from tests.running import APPLICATION, Insistent, Line, Server
from tests.sops.test_paths import PATHS

pytestmark = pytest.mark.faults

WALKED = [path for path in PATHS if path.sop in ("layanan_pengaduan", "pengaduan_langsung")]
CRASHES = 3
LONGEST = 600.0


@pytest.fixture(scope="module")
def cluster() -> Iterator[postgres.Cluster]:
    """A PostgreSQL of this file's own, which keeps what it commits."""
    programs = postgres.usable()
    if programs is None:
        pytest.skip(postgres.MISSING)
    cluster = postgres.start(programs, postgres.DURABLE)
    yield cluster
    postgres.stop(cluster)


@pytest.fixture
def office(cluster: postgres.Cluster, tmp_path: Path) -> Iterator[Server]:
    """A server on a demo of its own there."""
    url = postgres.create_database(cluster.url, "alur_away")
    app = create_app(Settings(url, "a secret for tests " * 3, tmp_path, tmp_path.as_uri(), demo=True))
    with app.app_context():
        upgrade()
        demo.prepare()
        db.session.remove()
    server = Server(app, tmp_path / "server.log")
    try:
        server.start()
        yield server
        with app.app_context():
            db.engine.dispose()
            assert broken_invariants(db.session()) == []
            db.session.remove()
            db.engine.dispose()
    finally:
        server.stop()
        _connected(cluster).close()
        postgres.drop_database(cluster.url, "alur_away")


def test_what_was_acknowledged_is_there_after_the_database_broke_down(
    cluster: postgres.Cluster, office: Server
) -> None:
    client, over = Client(office.app), threading.Event()
    for person in people(WALKED):
        client.token(person)
    walkers = [Walker(Insistent(client, office.port), path, over) for path in WALKED]
    for walker in walkers:
        walker.start()
    for _ in range(CRASHES):
        time.sleep(1.5)
        _crash(cluster)
    _connected(cluster).close()
    over.set()
    for walker in walkers:
        walker.join(LONGEST)
        assert not walker.is_alive(), office.said()
        assert walker.failed is None, walker.failed
        for going in walker.walks:
            assert moves(walker.office, going) == going.done


def _connected(cluster: postgres.Cluster) -> psycopg.Connection[Any]:
    """A connection, as soon as it has recovered."""
    until = time.monotonic() + LONGEST
    while time.monotonic() < until:
        with suppress(psycopg.OperationalError):
            return psycopg.connect(cluster.url, autocommit=True)
        time.sleep(0.1)
    raise TimeoutError("the database does not recover")


def _crash(cluster: postgres.Cluster) -> None:
    """One of its processes dies; the server throws everybody out and recovers from its log, as after a power cut."""
    with _connected(cluster) as connection:
        busy = "SELECT pid FROM pg_stat_activity WHERE application_name = %s LIMIT 1"
        row = connection.execute(busy, [APPLICATION]).fetchone()
        os.kill(row[0] if row else connection.info.backend_pid, signal.SIGKILL)


def test_while_the_database_is_away_people_are_told_in_words_and_then_all_goes_on(
    cluster: postgres.Cluster, office: Server
) -> None:
    line = Line(office.port)
    assert line.call("GET", "/diagrams/sp4n_lapor/form")[0] == 200
    with psycopg.connect(cluster.url, autocommit=True) as connection:
        connection.execute("ALTER DATABASE alur_away ALLOW_CONNECTIONS false")
        connection.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = 'alur_away'")
        for method, path, body in (("GET", "/diagrams/sp4n_lapor/form", None), ("POST", "/complaints", {})):
            for _ in range(6):
                status, said, headers = line.ask(method, path, body)
                assert (status, said["code"]) == (503, "unready")
                assert said["detail"].startswith("Sistem sedang sibuk")
                assert headers["Retry-After"]
        connection.execute("ALTER DATABASE alur_away ALLOW_CONNECTIONS true")
    assert [line.call("GET", "/diagrams/sp4n_lapor/form")[0] for _ in range(6)] == [200] * 6


@pytest.mark.parametrize("verb", ["read", "write"])
def test_a_connection_that_dies_after_any_statement_is_answered_in_words(demo_app: Flask, verb: str) -> None:
    """Also after the last one, when the answer is there already and only the connection has to be given back."""
    if demo_app.config["ALUR"].database_url.startswith("sqlite"):
        pytest.skip("must: a file does not go away")
    client, came = Client(demo_app), []
    desk = Desk(client, "sp4n_lapor", "diskop-samarinda")
    for statement in range(1, 60):
        case = desk.handed_in()
        task = case.task()
        read = case.call("GET", f"/instances/{case.id}", by=desk.by("petugas"))
        call = read if verb == "read" else case.complete(task, "petugas")
        with _dying_after(demo_app, statement) as died:
            status, said = call()
        assert (status, said.get("code")) in ((200, None), (503, "unready"))
        assert len(case.moves()) == 1 + (status == 200 and verb == "write")
        came.append(status)
        if not died:
            break
    assert 200 in came
    assert 503 in came
    with demo_app.app_context():
        gc.collect()
        assert db.engine.pool.checkedout() == 0  # type: ignore[attr-defined]
    assert_whole(client)


@contextmanager
def _dying_after(app: Flask, number: int) -> Iterator[list[int]]:
    """The connection dies after so many statements; the list says whether there were as many."""
    died: list[int] = []
    sent = count(1)

    def after(connection: Any, *_: Any) -> None:
        if not died and next(sent) == number:
            pid = connection.connection.driver_connection.info.backend_pid
            died.append(pid)
            with psycopg.connect(url, autocommit=True) as other:
                other.execute("SELECT pg_terminate_backend(%s, 5000)", [pid])

    with app.app_context():
        url = db.engine.url.set(drivername="postgresql").render_as_string(hide_password=False)
        event.listen(db.engine, "after_cursor_execute", after)
        try:
            yield died
        finally:
            event.remove(db.engine, "after_cursor_execute", after)
