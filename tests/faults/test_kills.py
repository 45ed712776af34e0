"""All listed paths go on side by side while the server is killed time and again: nothing is lost or done twice."""

import os
import random
import signal
import threading
import time
from collections import Counter
from collections.abc import Callable
from contextlib import suppress

import psycopg
import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.engine import make_url

from service.complaints.models import Complaint
from service.database import db
from service.instances.models import Instance
from tests.client import Client
from tests.faults.walking import Walker, moves, people
from tests.invariants import broken_invariants
from tests.running import APPLICATION, Insistent, Server
from tests.sops.test_paths import PATHS

pytestmark = pytest.mark.faults

LONGEST = 1200.0
"""Seconds after which it is given up; on an idle machine it takes half a minute."""


class Killer(threading.Thread):
    """Strikes in random order at random moments, and brings the server back."""

    def __init__(self, server: Server, app: Flask, chance: random.Random) -> None:
        super().__init__(daemon=True)
        self.server, self.app, self.chance = server, app, chance
        self.struck: list[str] = []
        self.done = threading.Event()
        self.failed: BaseException | None = None
        self.ways: list[Callable[[], None]] = [self._everything, self._everything, self._parent]
        self.ways += [self._web_worker, self._web_worker]
        if not app.config["ALUR"].database_url.startswith("sqlite"):
            self.ways += [self._connections, self._connections]

    def run(self) -> None:
        try:
            for way in self.chance.sample(self.ways, len(self.ways)):
                time.sleep(self.chance.uniform(0.1, 2))
                way()
                self.struck.append(way.__name__.strip("_"))
        except BaseException as error:  # told to the test
            self.failed = error
        finally:
            self.done.set()

    def _everything(self) -> None:
        self.server.kill()
        self.server.start()

    def _parent(self) -> None:
        self.server.kill_parent()
        self.server.start()

    def _web_worker(self) -> None:
        for pid in self.chance.sample(self.server.web_workers() or [0], 1):
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL) if pid else None

    def _connections(self) -> None:
        """The database throws out whoever is connected."""
        url = make_url(self.app.config["ALUR"].database_url).set(drivername="postgresql")
        ended = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s AND application_name = %s"
        with psycopg.connect(url.render_as_string(hide_password=False), autocommit=True) as connection:
            connection.execute(ended, [url.database, APPLICATION])


def test_every_path_comes_to_its_end_whatever_is_killed_on_the_way(demo_app: Flask, server: Server) -> None:
    seed = int(os.environ.get("ALUR_TEST_SEED", random.randrange(10**6)))
    print(f"ALUR_TEST_SEED={seed}")  # noqa: T201 - shown when it fails
    client = Client(demo_app)
    for person in people(PATHS):
        client.token(person)
    killer = Killer(server, demo_app, random.Random(seed))
    walkers = [Walker(Insistent(client, server.port), path, killer.done) for path in PATHS]
    for thread in (killer, *walkers):
        thread.start()
    until = time.monotonic() + LONGEST
    for thread in (killer, *walkers):
        thread.join(max(0.0, until - time.monotonic()))
        assert not thread.is_alive(), (killer.struck, server.said())
    for each in (killer, *walkers):
        if each.failed is not None:
            raise AssertionError(f"after {killer.struck}: {each.failed!r}") from each.failed
    _assert_nothing_lost_and_nothing_doubled(walkers)
    sent_again = Counter(min(done.sent, 2) for walker in walkers for done in walker.office.acknowledged)
    assert sent_again[2] > 0, "no call was hit by a kill"
    with demo_app.app_context():
        assert broken_invariants(db.session()) == []
        db.session.remove()


def _assert_nothing_lost_and_nothing_doubled(walkers: list[Walker]) -> None:
    walks = [(walker, going) for walker in walkers for going in walker.walks]
    for walker, going in walks:
        assert moves(walker.office, going) == going.done
    numbers = sorted(going.number for _, going in walks)
    with walkers[0].office.app.app_context():
        assert sorted(db.session.scalars(select(Complaint.number))) == numbers
        assert db.session.scalar(select(func.count()).select_from(Instance)) == len(numbers)
        db.session.remove()
