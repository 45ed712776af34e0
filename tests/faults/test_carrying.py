"""A worker is killed while it carries a batch over, and while it takes it back: nothing is done twice or left."""

from collections.abc import Callable, Iterator
from pathlib import Path
from uuid import UUID

import pytest
from flask import Flask

from service.database import db, transaction
from service.moving_over import batches
from service.moving_over.batches import Chosen
from service.moving_over.models import batch_of, counts
from tests.faults.workplace import Worker, eventually
from tests.invariants import broken_invariants
from tests.moving_over.office import BRANCHED, KEY, Office

pytestmark = pytest.mark.faults

MANY = 60
"""More than a worker does before it is killed; should it be quicker, the rest still holds."""


@pytest.fixture
def hire(app: Flask, tmp_path: Path) -> Iterator[Callable[[], Worker]]:
    """Starts workers on the database of the test, and sees to it that none is left."""
    workers: list[Worker] = []

    def start() -> Worker:
        workers.append(Worker(app.config["ALUR"], tmp_path))
        return workers[-1]

    yield start
    for worker in workers:
        if worker.process.poll() is None:
            worker.kill()


def _done(batch: UUID, *states: str) -> int:
    db.session.rollback()
    db.session.expire_all()
    counted = counts(batch)
    return sum(counted[state] for state in states)


def _killed_on_the_way(hire: Callable[[], Worker], batch: UUID, *states: str) -> None:
    worker = hire()
    assert eventually(lambda: _done(batch, *states) >= MANY / 5), worker.said()
    worker.kill()
    assert broken_invariants(db.session()) == []
    worker = hire()
    assert eventually(lambda: _state(batch) in ("done", "undone")), worker.said()
    worker.stop()


def _state(batch: UUID) -> str:
    db.session.rollback()
    db.session.expire_all()
    return batch_of(batch).state


def test_a_batch_outlives_its_workers(app: Flask, hire: Callable[[], Worker]) -> None:
    desk = Office(BRANCHED, BRANCHED.replace(b'id="urusan"', b'id="urusan" name="Baru"'))
    ids = [desk.started() for _ in range(MANY)]
    with transaction():
        batch = batches.order(KEY, 2, Chosen(1), {}, "aturan baru", desk.supervisor, desk.at).id
    _killed_on_the_way(hire, batch, "moved")
    assert _done(batch, "moved") == MANY
    with transaction():
        batches.order_undone(batch, "keliru", desk.supervisor, desk.at)
    _killed_on_the_way(hire, batch, "back")
    assert _done(batch, "back") == MANY
    assert {tuple(desk.said(instance)) for instance in ids} == {("start", "migrate", "undo")}
    assert {desk.instance(instance).version_n for instance in ids} == {1}
    assert broken_invariants(db.session()) == []
