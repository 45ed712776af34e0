"""The process that works rehearsals off: started by the worker, killed halfway, its work done by the next."""

import uuid
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask

from service.database import db, transaction
from service.rehearsals import commands
from service.rehearsals.models import DONE, RUNNING, held_rehearsal
from service.worker.rehearsing import Rehearser
from tests.client import Client
from tests.contract.case import DIAGRAM, OWNER, hand_in

pytestmark = pytest.mark.faults


def _run(app: Flask) -> Rehearser:
    """One turn of a worker."""
    with app.app_context():
        rehearser = Rehearser(app)
        rehearser.turn(datetime.now(UTC))
        db.session.remove()
    return rehearser


def test_a_worker_starts_a_process_for_it_and_one_that_was_killed_is_followed_by_another(client: Client) -> None:
    hand_in(client)
    id_ = client.call("POST", f"/diagrams/{DIAGRAM}/versions/1/replay", {}, by=OWNER).json["id"]
    killed = _run(client.app)
    assert killed.child is not None
    killed.child.kill()
    killed.child.wait()
    with client.app.app_context(), transaction():
        row = held_rehearsal(uuid.UUID(id_))
        assert row is not None
        row.state, row.claim, row.tries = RUNNING, "the one that was killed", 1
        row.beat_at = datetime.now(UTC) - commands.SILENCE - timedelta(seconds=1)
    follower = _run(client.app)
    assert follower.child is not None
    assert follower.child.wait(180) == 0
    assert client.get(f"/rehearsals/{id_}", by=OWNER)["state"] == DONE
    assert _run(client.app).child is None


def test_a_worker_that_ends_takes_its_process_with_it(client: Client) -> None:
    hand_in(client)
    client.call("POST", f"/diagrams/{DIAGRAM}/versions/1/replay", {}, by=OWNER)
    rehearser = _run(client.app)
    child = rehearser.child
    assert child is not None
    rehearser.stop()
    assert child.poll() is not None and rehearser.child is None
