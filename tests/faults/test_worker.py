"""Workers that die, come twice, or lose their database: every timer fires exactly once all the same."""

import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import UTC, datetime
from pathlib import Path

import psycopg
import pytest
from flask import Flask
from psycopg import sql
from sqlalchemy import TableClause, column, func, insert, select, table
from sqlalchemy.engine import make_url

from service.database import db, transaction
from service.history.models import MoveRow
from service.timers.commands import GRACE
from service.timers.models import ARMED, FIRED, Timer, last_beat
from tests.faults.workplace import Worker, eventually
from tests.timers.waiting import DEADLINE, started

pytestmark = pytest.mark.faults

MANY = 120
"""Timers, more than a worker fires before it is killed; should a machine stall for so long, the rest still holds."""
LONG_AGO = datetime(2026, 3, 2, 1, tzinfo=UTC)


@pytest.fixture
def hire(app: Flask, tmp_path: Path) -> Iterator[Callable[..., Worker]]:
    """Starts workers on the database of the test, and sees to it that none is left."""
    workers: list[Worker] = []

    def start(once: bool = False) -> Worker:
        workers.append(Worker(app.config["ALUR"], tmp_path, once))
        return workers[-1]

    yield start
    for worker in workers:
        if worker.process.poll() is None:
            worker.kill()


Away = Callable[[], AbstractContextManager[None]]


@pytest.fixture
def away(app: Flask) -> Away:
    """Takes the database away from everybody: all are thrown out and nobody is let in."""
    url = make_url(app.config["ALUR"].database_url)
    if url.get_backend_name() == "sqlite":
        pytest.skip("must: a file does not go away")
    server = url.set(database="postgres", drivername="postgresql").render_as_string(hide_password=False)

    def let_in(allowed: bool) -> None:
        with psycopg.connect(server, autocommit=True) as connection:
            name = sql.Identifier(str(url.database))
            connection.execute(sql.SQL("ALTER DATABASE {} ALLOW_CONNECTIONS {}").format(name, sql.Literal(allowed)))
            if not allowed:
                thrown_out = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s"
                connection.execute(thrown_out, [url.database])

    @contextmanager
    def taken() -> Iterator[None]:
        db.session.rollback()
        let_in(False)
        try:
            yield
        finally:
            let_in(True)
            db.session.remove()
            db.engine.dispose()

    return taken


def _waiting(count: int, at: datetime = LONG_AGO) -> None:
    for _ in range(count):
        started(DEADLINE, at)


def _count(state: str) -> int:
    db.session.rollback()
    return db.session.scalar(select(func.count()).select_from(Timer).where(Timer.state == state)) or 0


def _times_fired() -> Counter[int]:
    """How many instances had their timer fired how often."""
    db.session.rollback()
    query = select(func.count()).where(MoveRow.command == "timer").group_by(MoveRow.instance_id)
    return Counter(db.session.scalars(query))


def _let_grace_pass() -> None:
    """The grace of all timers that were handed over is over at once."""
    with transaction():
        for timer in db.session.scalars(select(Timer).where(Timer.state == ARMED, Timer.last_enqueued_at.is_not(None))):
            timer.last_enqueued_at = datetime.now(UTC) - GRACE


def test_a_worker_fires_what_is_due_and_leaves_alone_what_is_not(app: Flask, hire: Callable[..., Worker]) -> None:
    _waiting(20)
    _waiting(3, datetime.now(UTC))
    worker = hire()
    assert eventually(lambda: _count(FIRED) == 20), worker.said()
    assert _count(ARMED) == 3
    assert _times_fired() == {1: 20}
    assert last_beat() is not None
    assert worker.stop() == 0, worker.said()
    assert "WARNING" not in worker.said()
    assert "Traceback" not in worker.said()


def test_asked_to_work_once_a_worker_ends_when_nothing_is_due(app: Flask, hire: Callable[..., Worker]) -> None:
    _waiting(5)
    worker = hire(once=True)
    assert worker.ended() == 0, worker.said()
    assert _times_fired() == {1: 5}


def test_two_workers_fire_each_timer_once(app: Flask, hire: Callable[..., Worker]) -> None:
    _waiting(60)
    hire()
    hire()
    assert eventually(lambda: _count(FIRED) == 60)
    time.sleep(1)
    assert _times_fired() == {1: 60}


def test_workers_killed_in_the_middle_lose_no_timer_and_fire_none_twice(
    app: Flask, hire: Callable[..., Worker]
) -> None:
    _waiting(MANY)
    done = 0
    for _ in range(4):
        worker = hire()
        assert eventually(lambda before=done: _count(FIRED) > before or before == MANY), worker.said()
        worker.kill()
        done = _count(FIRED)
        _let_grace_pass()
    worker = hire()
    assert eventually(lambda: _count(FIRED) == MANY), worker.said()
    assert _times_fired() == {1: MANY}
    assert worker.stop() == 0


def _beat_since(moment: datetime) -> bool:
    db.session.rollback()
    beat = last_beat()
    return beat is not None and beat >= moment


def _of_dbos() -> TableClause:
    columns = (*_claimed_by_a_dead_worker(Timer(id=None, gen=0)),)
    schema = None if db.engine.dialect.name == "sqlite" else "dbos"
    return table("workflow_status", *map(column, columns), schema=schema)


def _claimed_by_a_dead_worker(timer: Timer) -> dict[str, object]:
    return {
        "workflow_uuid": f"{timer.id}:{timer.gen}",
        "status": "PENDING",
        "name": "fire_timer",
        "executor_id": "gone",
        "created_at": 1,
        "updated_at": 1,
        "queue_name": "timers",
        "application_version": "1",
        "application_name": "alur",
        "inputs": f'{{"positionalArgs":["{timer.id}"],"namedArgs":{{}}}}',
        "serialization": "portable_json",
    }


def test_what_a_dead_worker_had_claimed_is_handed_over_again(app: Flask, hire: Callable[..., Worker]) -> None:
    """Rows of DBOS stay behind for an executor that never comes back; they hinder nobody."""
    first = hire(once=True)
    assert first.ended() == 0, first.said()
    _waiting(5)
    with transaction():
        for timer in db.session.scalars(select(Timer)):
            timer.gen, timer.last_enqueued_at = 1, datetime.now(UTC)
            db.session.execute(insert(_of_dbos()).values(_claimed_by_a_dead_worker(timer)))
    hired = datetime.now(UTC)
    worker = hire()
    assert eventually(lambda: _beat_since(hired)), worker.said()
    time.sleep(1)
    assert _count(FIRED) == 0
    _let_grace_pass()
    assert eventually(lambda: _count(FIRED) == 5), worker.said()
    assert _times_fired() == {1: 5}


def test_a_worker_that_is_stopped_finishes_what_it_has_begun(app: Flask, hire: Callable[..., Worker]) -> None:
    _waiting(80)
    worker = hire()
    assert eventually(lambda: _count(FIRED) > 0), worker.said()
    assert worker.stop() == 0, worker.said()
    assert "Traceback" not in worker.said()
    _let_grace_pass()
    worker = hire(once=True)
    assert worker.ended() == 0, worker.said()
    assert _times_fired() == {1: 80}


def test_a_worker_outlives_its_database(away: "Away", app: Flask, hire: Callable[..., Worker]) -> None:
    _waiting(40)
    worker = hire()
    assert eventually(lambda: _count(FIRED) > 0), worker.said()
    with away():
        time.sleep(4)
    assert worker.process.poll() is None, worker.said()
    _let_grace_pass()
    assert eventually(lambda: _count(FIRED) == 40), worker.said()
    assert _times_fired() == {1: 40}
    assert worker.stop() == 0, worker.said()


def test_a_worker_can_be_stopped_while_its_database_is_away(away: "Away", hire: Callable[..., Worker]) -> None:
    _waiting(1)
    worker = hire()
    assert eventually(lambda: _count(FIRED) == 1), worker.said()
    with away():
        time.sleep(2)
        assert worker.stop() == 0, worker.said()


def test_a_worker_that_begins_while_its_database_is_away_waits_for_it(
    away: "Away", hire: Callable[..., Worker]
) -> None:
    _waiting(3)
    with away():
        worker = hire()
        time.sleep(6)
        assert worker.process.poll() is None, worker.said()
    assert eventually(lambda: _count(FIRED) == 3), worker.said()
