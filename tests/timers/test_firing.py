"""Timers fire when their time has come: once, not before, and not while their instance rests."""

from datetime import timedelta

import pytest
from flask import Flask

from service import facts
from service.database import db, new_id, transaction
from service.facts import StepFact
from service.instances import commands as instances
from service.instances.models import COMPLETED, STUCK
from service.instances.moving import Moved
from service.tasks.models import Task
from service.timers import commands
from service.timers.models import ARMED, DEAD, FIRED, RESTING, WITHDRAWN, due, is_any_due, timers_of
from service.worker import fire_due, fire_one
from tests.timers.waiting import (
    DEAD_END,
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


def test_a_timer_fires_once_though_it_is_asked_for_twice(app: Flask) -> None:
    instance = started(DEADLINE)
    timer = timer_of(instance)
    assert fire_one(timer.id, days(11))
    assert not fire_one(timer.id, days(11))
    assert firings(instance.id) == ["batas"]
    assert open_tasks(instance) == ["telaah"]
    assert timer_of(instance).state == FIRED
    assert timer_of(instance).closed_at == days(11)


def test_a_timer_does_not_fire_before_its_time(app: Flask) -> None:
    timer = timer_of(started(DEADLINE))
    assert timer.due_at == days(10)
    assert not fire_one(timer.id, days(10) - timedelta(seconds=1))
    assert fire_one(timer.id, days(10))


def test_a_timer_that_fired_does_not_fire_again_when_the_clock_goes_back(app: Flask) -> None:
    instance = started(DEADLINE)
    timer = timer_of(instance)
    assert fire_one(timer.id, days(61))
    assert not fire_one(timer.id, days(-1))
    assert not fire_one(timer.id, days(91))
    assert firings(instance.id) == ["batas"]


def test_a_completed_task_takes_its_deadline_with_it(app: Flask) -> None:
    instance = started(DEADLINE)
    timer = timer_of(instance)
    with transaction():
        task = db.session.scalars(db.select(Task).where(Task.instance_id == instance.id)).one()
        from_task = instances.moving(instance.id, instances.Move(SUPERVISORS, days(1), "complete", "periksa"))
        with from_task as (_instance, run):
            run.complete(task.step_id, {})
    assert timer_of(instance).state == WITHDRAWN
    assert not fire_one(timer.id, days(11))
    assert state_of(instance) == COMPLETED


def test_the_timers_of_a_suspended_instance_fire_after_it_is_resumed(app: Flask) -> None:
    instance = started(DEADLINE)
    timer = timer_of(instance)
    with transaction():
        instances.suspend(instance.id, "menunggu putusan", SUPERVISORS, days(2))
    assert timer_of(instance).state == RESTING
    assert not is_any_due(days(20))
    assert not fire_one(timer.id, days(20))
    with transaction():
        instances.resume(instance.id, "putusan sudah ada", SUPERVISORS, days(21))
    assert fire_one(timer.id, days(21))
    assert open_tasks(instance) == ["telaah"]


def test_a_cancelled_instance_has_no_timers(app: Flask) -> None:
    instance = started(DEADLINE)
    timer = timer_of(instance)
    with transaction():
        instances.suspend(instance.id, "ragu", SUPERVISORS, days(1))
    with transaction():
        instances.cancel(instance.id, "dicabut", SUPERVISORS, days(2))
    assert timer_of(instance).state == WITHDRAWN
    assert not timers_of(instance.id)
    assert not fire_one(timer.id, days(11))


def test_an_instance_that_finds_no_way_is_stuck_and_the_others_fire(app: Flask) -> None:
    stuck, other = started(DEAD_END), started(DEADLINE)
    fired = fire_due(days(30))
    assert [each.instance_id for each in fired] == [other.id]
    assert state_of(stuck) == STUCK
    assert timer_of(stuck).state == RESTING
    assert "layak" in (instances.instance_of(stuck.id).stuck_reason or "")
    assert not is_any_due(days(30))


def test_a_stuck_instance_that_was_put_right_goes_on(app: Flask) -> None:
    instance = started(DEAD_END)
    fire_due(days(1))
    with transaction():
        instances.resume(instance.id, "diperiksa ulang", SUPERVISORS, days(2), {"layak": True})
    assert [each.element for each in fire_due(days(2))] == ["batas"]
    assert state_of(instance) == COMPLETED


def test_timers_set_by_timers_fire_as_of_a_time_in_their_own_distances(app: Flask) -> None:
    instance = started(REMINDERS)
    assert [each.element for each in fire_due(days(14))] == ["pertama"]
    assert timer_of(instance).due_at == days(15)
    again = started(REMINDERS)
    assert [each.element for each in fire_due(days(60))] == ["pertama", "kedua", "kedua"]
    assert [each.due_at for each in fire_due(days(60))] == []
    assert state_of(instance) == state_of(again) == COMPLETED


def test_a_timer_that_is_sixty_days_late_fires_once_and_as_of_the_time_it_fires(app: Flask) -> None:
    instance = started(REMINDERS)
    timer = timer_of(instance)
    assert fire_one(timer.id, days(70))
    assert timer_of(instance).element == "kedua"
    assert timer_of(instance).due_at == days(75)


# ---- tries that fail ------------------------------------------------------------------------------------------


@pytest.fixture
def broken(app: Flask, monkeypatch: pytest.MonkeyPatch) -> set[object]:
    """Instances whose timers cannot be fired because of a mistake of ours."""
    ids: set[object] = set()
    hearers = facts._hearers

    def fail(moved: Moved, _steps: list[StepFact]) -> None:
        if moved.instance.id in ids and moved.move.command == "timer":
            raise ZeroDivisionError("what somebody wrote")

    monkeypatch.setattr(facts, "_hearers", (*hearers, fail))
    return ids


def test_what_fails_is_tried_again_later_and_the_others_fire(app: Flask, broken: set[object]) -> None:
    bad, good = started(DEADLINE), started(DEADLINE)
    broken.add(bad.id)
    assert [each.instance_id for each in fire_due(days(10))] == [good.id]
    timer = timer_of(bad)
    assert (timer.state, timer.attempts, timer.try_at) == (ARMED, 1, days(10) + commands.FIRST_WAIT)
    assert timer.due_at == days(10)
    assert "ZeroDivisionError" in (timer.last_error or "")
    assert "somebody" not in (timer.last_error or "")
    broken.clear()
    assert fire_one(timer.id, timer.try_at)


def test_what_keeps_failing_is_given_up_and_a_supervisor_sees_it(app: Flask, broken: set[object]) -> None:
    instance = started(DEADLINE)
    broken.add(instance.id)
    waited = []
    while (timer := timer_of(instance)).state == ARMED:
        waited.append(timer.try_at)
        fire_one(timer.id, timer.try_at)
    assert len(waited) == commands.MOST_TRIES
    assert timedelta(hours=2) < waited[-1] - waited[0] < timedelta(hours=3)
    assert timer.state == DEAD
    assert state_of(instance) == STUCK
    assert not due(days(99), 10)


def test_a_timer_that_was_given_up_is_tried_anew_after_its_instance_is_resumed(app: Flask, broken: set[object]) -> None:
    test_what_keeps_failing_is_given_up_and_a_supervisor_sees_it(app, broken)
    broken.clear()
    timer = db.session.scalars(db.select(commands.Timer)).one()
    with transaction():
        instances.resume(timer.instance_id, "sudah diperbaiki", SUPERVISORS, days(12))
    assert fire_one(timer.id, days(12))


def test_a_timer_that_is_not_known_is_no_error(app: Flask) -> None:
    assert not fire_one(new_id(), days(1))
