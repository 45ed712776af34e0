"""What the dispatcher is handed: due timers, once, and again when it may have lost them."""

from datetime import timedelta

from flask import Flask
from sqlalchemy import select

from service.database import db, transaction
from service.timers import commands
from service.timers.models import Timer, last_beat
from service.worker import fire_one
from tests.timers.waiting import DEADLINE, days, started, timer_of

SOON = timedelta(seconds=30)


def _taken(day: float, after: timedelta = timedelta()) -> list[int]:
    with transaction():
        return [gen for _, gen in commands.take_due(days(day) + after, 100)]


def test_only_what_is_due_is_handed_over_and_only_once(app: Flask) -> None:
    started(DEADLINE)
    assert _taken(9) == []
    assert _taken(10) == [1]
    assert _taken(10, SOON) == []


def test_what_has_not_fired_after_the_grace_is_handed_over_again_under_a_new_number(app: Flask) -> None:
    started(DEADLINE)
    assert _taken(10) == [1]
    assert _taken(10, commands.GRACE) == [2]
    assert _taken(10, commands.GRACE + SOON) == []


def test_what_has_fired_is_not_handed_over_again(app: Flask) -> None:
    timer = timer_of(started(DEADLINE))
    assert _taken(10) == [1]
    assert fire_one(timer.id, days(10))
    assert _taken(10, commands.GRACE) == []


def test_a_clock_that_was_set_back_and_forth_does_not_hand_over_for_ever(app: Flask) -> None:
    started(DEADLINE)
    assert _taken(10.1) == [1]
    assert _taken(10) == []
    assert _taken(10.1, SOON) == []


def test_a_backlog_is_handed_over_no_faster_than_it_can_be_fired(app: Flask, monkeypatch) -> None:
    monkeypatch.setattr(commands, "MOST_IN_FLIGHT", 3)
    for _ in range(5):
        started(DEADLINE)
    assert len(_taken(10)) == 3
    assert _taken(10, SOON) == []
    with transaction():
        done = db.session.scalars(select(Timer).where(Timer.gen == 1)).first()
    assert done and fire_one(done.id, days(10))
    assert _taken(10, SOON) == [1]


def test_the_last_sign_of_life_is_known_and_old_ones_are_forgotten(app: Flask) -> None:
    assert last_beat() is None
    with transaction():
        commands.beat("a", days(0))
        commands.beat("b", days(1))
    with transaction():
        commands.beat("b", days(3))
        commands.forget_beats(days(3))
    assert last_beat() == days(3)
    assert db.session.scalars(select(commands.WorkerBeat.worker)).all() == ["b"]
