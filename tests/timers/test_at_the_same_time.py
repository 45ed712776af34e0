"""A timer and somebody's command meet at the same instance: whoever holds it first wins, and nothing happens twice."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import pytest
from flask import Flask

from service import facts
from service.database import db, new_id, transaction
from service.errors import Conflict
from service.facts import StepFact
from service.instances import commands as instances
from service.instances.models import CANCELLED, COMPLETED, RUNNING, STUCK
from service.instances.moving import Moved
from service.people.caller import Caller
from service.tasks import commands as tasks
from service.tasks.models import tasks_of
from service.timers import commands as timers
from service.timers.models import FIRED, WITHDRAWN
from service.worker import fire_one, firing
from tests.engine.diagrams import end, process, task, timer
from tests.races.meeting import all_meetings
from tests.timers.waiting import (
    DEADLINE,
    REMINDERS,
    SUPERVISORS,
    days,
    firings,
    open_tasks,
    started,
    state_of,
    timer_of,
)

MOMENT = 120.0
GOES_ON = process(
    task("periksa", lane="petugas"),
    timer("batas", "P10D", on="periksa", timeClock="elapsed"),
    task("telaah", lane="petugas"),
    end("lewat"),
    end(),
    flows="mulai > periksa > telaah > selesai; batas > lewat",
    key="berlanjut",
)
"""After the task with the deadline there is another."""

OFFICER = Caller("petugas", new_id(), "petugas", lanes=frozenset())


class _Halt:
    """Stops the move of one command between its effect and its commit."""

    def __init__(self, command: str) -> None:
        self.command = command
        self.reached, self.released = threading.Event(), threading.Event()

    def hear(self, moved: Moved, _steps: list[StepFact]) -> None:
        if moved.move.command == self.command:
            db.session.flush()
            self.reached.set()
            assert self.released.wait(MOMENT)


@pytest.fixture
def halted(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], _Halt]:
    def halt(command: str) -> _Halt:
        stop = _Halt(command)
        monkeypatch.setattr(facts, "_hearers", (*facts._hearers, stop.hear))
        return stop

    return halt


@contextmanager
def _beside(app: Flask, do: Callable[[], Any]) -> Iterator[list[Any]]:
    """Does something in another thread; its answer, or its refusal, is in the list afterwards."""
    answers: list[Any] = []

    def work() -> None:
        with app.app_context():
            try:
                answers.append(do())
            except Conflict as refusal:
                answers.append(refusal)

    thread = threading.Thread(target=work)
    thread.start()
    yield answers
    thread.join(MOMENT)
    assert not thread.is_alive()


def _cancel(instance_id: Any) -> Callable[[], None]:
    def do() -> None:
        with transaction():
            instances.cancel(instance_id, "dicabut", SUPERVISORS, days(20))

    return do


def _complete(task_id: Any, by: Caller) -> Callable[[], Any]:
    """The office completes the task; 409 when it may not."""

    def do() -> int:
        try:
            with transaction():
                tasks.complete(task_id, {}, by, days(11))
        except Conflict:
            return 409
        return 200

    return do


def _in_context(app: Flask, do: Callable[[], Any]) -> Callable[[], Any]:
    def go() -> Any:
        with app.app_context():
            try:
                return do()
            finally:
                db.session.remove()

    return go


def _met(app: Flask, halt: _Halt, first: Callable[[], Any], second: Callable[[], Any]) -> tuple[Any, Any]:
    """Lets the second begin while the first has done its work and not yet committed."""
    db.session.rollback()
    with _beside(app, first) as one:
        assert halt.reached.wait(MOMENT)
        with _beside(app, second) as two:
            threading.Event().wait(0.3)
            assert not two, "the second did not wait for the first"
            halt.released.set()
    return one[0], two[0]


def test_of_a_timer_and_a_cancellation_the_timer_is_first(app: Flask, halted: Callable[[str], _Halt]) -> None:
    instance = started(DEADLINE)
    timer = timer_of(instance)
    fired, cancelled = _met(app, halted("timer"), lambda: fire_one(timer.id, days(11)), _cancel(instance.id))
    assert (fired, cancelled) == (True, None)
    assert timer_of(instance).state == FIRED
    assert (state_of(instance), open_tasks(instance)) == (CANCELLED, [])


def test_of_a_timer_and_a_cancellation_the_cancellation_is_first(app: Flask, halted: Callable[[str], _Halt]) -> None:
    instance = started(DEADLINE)
    timer = timer_of(instance)
    cancelled, fired = _met(app, halted("cancel"), _cancel(instance.id), lambda: fire_one(timer.id, days(11)))
    assert (cancelled, fired) == (None, False)
    assert timer_of(instance).state == WITHDRAWN
    assert (state_of(instance), firings(instance.id)) == (CANCELLED, [])


def test_what_a_timer_has_completed_cannot_be_cancelled_any_more(app: Flask, halted: Callable[[str], _Halt]) -> None:
    instance = started(REMINDERS)
    assert fire_one(timer_of(instance).id, days(10))
    last = timer_of(instance)
    fired, refusal = _met(app, halted("timer"), lambda: fire_one(last.id, days(15)), _cancel(instance.id))
    assert fired
    assert isinstance(refusal, Conflict)
    assert state_of(instance) == COMPLETED


def test_of_two_workers_that_fire_one_timer_only_one_does(app: Flask, halted: Callable[[str], _Halt]) -> None:
    instance = started(DEADLINE)
    timer = timer_of(instance)

    def fire() -> bool:
        return fire_one(timer.id, days(11))

    assert _met(app, halted("timer"), fire, fire) == (True, False)
    assert firings(instance.id) == ["batas"]


def test_a_timer_given_up_while_somebody_completes_its_task_does_not_stop_what_went_on(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(timers, "MOST_TRIES", 1)
    instance: Any = None

    def prepare() -> tuple[Any, Any]:
        nonlocal instance
        instance = started(GOES_ON)
        timer, task = timer_of(instance).id, tasks_of(instance.id)[0]
        by = replace(OFFICER, lanes=frozenset({(task.agency_id, task.diagram_key, "petugas")}))
        db.session.remove()
        give_up = _in_context(app, lambda: firing._count(timer, ZeroDivisionError(), days(11)))
        return give_up, _in_context(app, _complete(task.id, by))

    for _, completed in all_meetings(app, prepare):
        assert state_of(instance) == {200: RUNNING, 409: STUCK}[completed]
