"""DBOS as the dispatcher, in this process and with a clock of the test's own."""

import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import column, select, table

from service.database import db
from service.timers.models import ARMED, FIRED
from service.worker.dispatching import Dispatcher, worker_name
from tests.faults.workplace import eventually
from tests.timers.waiting import DEADLINE, days, firings, started, timer_of


class _Clock:
    def __init__(self, now: datetime) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def clock() -> _Clock:
    return _Clock(days(0))


@pytest.fixture
def dispatcher(app: Flask, clock: _Clock) -> Iterator[Dispatcher]:
    running = Dispatcher(app, worker_name(), clock)
    running.start()
    yield running
    running.stop()


def _kept_by_dbos(name: str, *columns: str) -> list[tuple[str, ...]]:
    db.session.rollback()
    schema = None if db.engine.dialect.name == "sqlite" else "dbos"
    kept = table(name, *map(column, columns), schema=schema)
    return [tuple(row) for row in db.session.execute(select(kept))]


def test_a_timer_of_sixty_days_fires_after_sixty_days_and_once(dispatcher: Dispatcher, clock: _Clock) -> None:
    instance = started(DEADLINE, days(50))
    for day, handed, state in ((59, 0, ARMED), (61, 1, FIRED), (61, 0, FIRED), (-1, 0, FIRED), (91, 0, FIRED)):
        clock.now = days(day)
        assert dispatcher.enqueue(clock.now) == handed
        assert eventually(lambda wanted=state: timer_of(instance).state == wanted)
    assert firings(instance.id) == ["batas"]


def test_a_timer_that_reaches_a_worker_too_early_is_not_fired(dispatcher: Dispatcher, clock: _Clock) -> None:
    """A worker whose clock is fast hands it over; the one that fires it knows better."""
    instance = started(DEADLINE)
    clock.now = days(10) - timedelta(minutes=5)
    assert dispatcher.enqueue(days(10)) == 1
    assert not eventually(lambda: timer_of(instance).state == FIRED, within=2)
    clock.now = days(10) + timedelta(minutes=2)
    assert dispatcher.enqueue(clock.now) == 1
    assert eventually(lambda: timer_of(instance).state == FIRED)


def test_dbos_is_told_ids_only_and_keeps_them_for_a_day(dispatcher: Dispatcher, clock: _Clock) -> None:
    instance = started(DEADLINE)
    timer = timer_of(instance)
    clock.now = days(10)
    dispatcher.enqueue(clock.now)
    assert eventually(lambda: timer_of(instance).state == FIRED)
    asked = (f"{timer.id}:1", f'{{"namedArgs":{{}},"positionalArgs":["{timer.id}"]}}')
    assert _kept_by_dbos("workflow_input", "workflow_uuid", "inputs") == [asked]
    assert _kept_by_dbos("workflow_status", "workflow_uuid", "serialization") == [(asked[0], "portable_json")]
    dispatcher.forget(datetime.now(UTC))
    assert len(_kept_by_dbos("workflow_status", "workflow_uuid")) == 1
    dispatcher.forget(datetime.now(UTC) + timedelta(days=1, minutes=1))
    assert _kept_by_dbos("workflow_status", "workflow_uuid") == []
    assert _kept_by_dbos("workflow_input", "workflow_uuid") == []


_NETWORK = {"socket.connect", "socket.bind", "socket.getaddrinfo", "socket.sendto", "socket.sendmsg"}


@pytest.fixture
def network() -> Iterator[list[str]]:
    """What Python code of this process does with the network from here on; the database driver is not Python."""
    seen: list[str] = []
    watching = [True]

    def hook(event: str, arguments: tuple[object, ...]) -> None:
        if watching and event in _NETWORK:
            seen.append(f"{event} {arguments[1:]}")

    sys.addaudithook(hook)  # there is no way to take it away again
    yield seen
    watching.clear()


def test_nothing_listens_or_calls_out(network: list[str], app: Flask, clock: _Clock) -> None:
    instance = started(DEADLINE)
    clock.now = days(10)
    running = Dispatcher(app, worker_name(), clock)
    running.start()
    try:
        running.enqueue(clock.now)
        assert eventually(lambda: timer_of(instance).state == FIRED)
    finally:
        running.stop()
    assert network == []


def test_a_dispatcher_can_be_started_again_in_the_same_process(app: Flask, clock: _Clock) -> None:
    for day in (10, 30):
        instance = started(DEADLINE, days(day - 10))
        clock.now = days(day)
        running = Dispatcher(app, worker_name(), clock)
        running.start()
        try:
            assert running.enqueue(clock.now) == 1
            assert eventually(lambda waiting=instance: timer_of(waiting).state == FIRED)
        finally:
            running.stop()
