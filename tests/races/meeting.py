"""Lets two calls meet on purpose: the first is stopped at one point of its transaction while the second goes its way.

A point is a statement that the first is about to send, or its commit. Going through all of them tries every order in
which the two can meet, on SQLite as far as its one writer lets them.
"""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import chain
from typing import Any

import psycopg
from flask import Flask
from sqlalchemy import event
from sqlalchemy.engine import make_url

from service.database import db

LIMIT = 120.0
"""Seconds after which a test gives up on a thread."""

MOMENT = 0.05
"""Seconds that the second is given on SQLite, where nobody can tell whether it waits."""

MOST_POINTS = 80
COMMIT = 0
STRIDE_ON_SQLITE = 7

Call = Callable[[], Any]


@dataclass
class Stop:
    """Stops the thread named `first` at its n-th statement, or at its first commit; then lets everything pass."""

    point: int
    passed: int = 0
    reached: threading.Event = field(default_factory=threading.Event)
    released: threading.Event = field(default_factory=threading.Event)

    def at_statement(self, *_: Any) -> None:
        if self._is_first():
            self.passed += 1
            self._stop_at(self.passed)

    def at_commit(self, session: Any) -> None:
        if self._is_first():
            session.flush()
            self._stop_at(COMMIT)

    def _is_first(self) -> bool:
        return threading.current_thread().name == "first" and not self.reached.is_set()

    def _stop_at(self, point: int) -> None:
        if point == self.point:
            self.reached.set()
            if not self.released.wait(LIMIT):
                raise TimeoutError("nobody released the first")


class Doing(threading.Thread):
    """A call in a thread of its own, and what came of it."""

    def __init__(self, name: str, call: Call) -> None:
        super().__init__(name=name, daemon=True)
        self._call = call
        self._came: Any = None
        self._error: BaseException | None = None
        self.start()

    def run(self) -> None:
        try:
            self._came = self._call()
        except BaseException as error:  # told to the test
            self._error = error

    def outcome(self) -> Any:
        self.join(LIMIT)
        if self.is_alive():
            raise TimeoutError(f"the {self.name} does not come to an end")
        if self._error is not None:
            raise self._error
        return self._came


def all_meetings(app: Flask, prepare: Callable[[], tuple[Call, Call]], apart: int = 1) -> Iterator[tuple[Any, Any]]:
    """What came of the two calls, for every point at which the first can be stopped, or every n-th where they are slow.

    `prepare` sets the scene anew for each meeting. On SQLite, where one writer waits for the other from its first
    statement on, a few points tell as much as all.
    """
    apart = STRIDE_ON_SQLITE if app.config["ALUR"].database_url.startswith("sqlite") else apart
    for point in chain([COMMIT], range(1, MOST_POINTS, apart)):
        first, second = prepare()
        stop = Stop(point)
        with _stopping(app, stop):
            one = Doing("first", first)
            if not _comes_to(stop, one):
                one.outcome()
                return
            two = Doing("second", second)
            _let_it_end_or_wait(app, two)
            stop.released.set()
            yield one.outcome(), two.outcome()
    raise AssertionError("there are more statements than points")


def _comes_to(stop: Stop, one: Doing) -> bool:
    until = time.monotonic() + LIMIT
    while time.monotonic() < until and not stop.reached.wait(0.005):
        if not one.is_alive():
            return stop.reached.is_set()
    return stop.reached.is_set()


def _let_it_end_or_wait(app: Flask, two: Doing) -> None:
    url = make_url(app.config["ALUR"].database_url)
    if url.get_backend_name() == "sqlite":
        two.join(MOMENT)
        return
    server = url.set(drivername="postgresql").render_as_string(hide_password=False)
    waits = "SELECT 1 FROM pg_stat_activity WHERE datname = %s AND wait_event_type = 'Lock'"
    with psycopg.connect(server, autocommit=True) as watcher:
        until = time.monotonic() + LIMIT
        while two.is_alive() and time.monotonic() < until:
            if watcher.execute(waits, [url.database]).fetchone():
                return
            two.join(0.002)


@contextmanager
def _stopping(app: Flask, stop: Stop) -> Iterator[None]:
    with app.app_context():
        engine = db.engine
        sessions = db.session.session_factory
        event.listen(engine, "before_cursor_execute", stop.at_statement)
        event.listen(sessions, "before_commit", stop.at_commit)
        try:
            yield
        finally:
            stop.released.set()
            event.remove(engine, "before_cursor_execute", stop.at_statement)
            event.remove(sessions, "before_commit", stop.at_commit)


def at_once(calls: list[Call]) -> list[Any]:
    """What came of calls that all begin at the same moment."""
    gate = threading.Barrier(len(calls))

    def after_all_are_there(call: Call) -> Call:
        def go() -> Any:
            gate.wait(LIMIT)
            return call()

        return go

    doing = [Doing(f"call {number}", after_all_are_there(call)) for number, call in enumerate(calls)]
    return [each.outcome() for each in doing]
