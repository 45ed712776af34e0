"""The loop of a worker: hands over due timers each second, gives signs of life, does the chores, stops cleanly."""

import logging
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

from flask import Flask, has_app_context
from sqlalchemy import func, select

from service.database import db, transaction
from service.moving_over.models import open_batches
from service.timers import commands
from service.timers.models import is_any_due
from service.worker.carrying import carry_on
from service.worker.chores import CHORES, Chore
from service.worker.dispatching import BATCH, Dispatcher, worker_name
from service.worker.rehearsing import Rehearser

log = logging.getLogger(__name__)

EVERY = 1.0
LONGEST_WAIT = 30.0
BEAT_EVERY = timedelta(seconds=10)
FORGET_EVERY = timedelta(hours=1)


def time_of_database() -> datetime:
    """What time it is: by the clock of the database server, where there is one, so that all workers agree."""
    if db.engine.dialect.name == "sqlite":
        return datetime.now(UTC)
    now: datetime = db.session.execute(select(func.clock_timestamp())).scalar_one()
    return now.astimezone(UTC)


def run(app: Flask, once: bool = False, chores: tuple[Chore, ...] = CHORES) -> None:
    """Work until told to stop (SIGTERM, SIGINT), or until nothing is due where `once` is set.

    A database that is away is waited for, with longer and longer pauses up to half a minute.
    """
    worker = _Worker(app, chores)
    if has_app_context():
        db.session.remove()  # what the caller has read must not stay open as long as the worker lives
    with _stopped_by_signals() as stop:
        try:
            wait = EVERY
            while not stop.is_set():
                wait = worker.turn(wait)
                if once and not worker.is_busy():
                    break
                stop.wait(wait)
        finally:
            worker.stop()


class _Worker:
    def __init__(self, app: Flask, chores: tuple[Chore, ...]) -> None:
        self.app = app
        self.name = worker_name()
        self.chores = chores
        self.next_at: dict[str, datetime] = {}
        self.dispatcher: Dispatcher | None = None
        self.rehearser = Rehearser(app)

    def turn(self, waited: float) -> float:
        """Do what is to be done now; how many seconds to wait before the next turn."""
        try:
            if self.dispatcher is None:
                self.dispatcher = _started(Dispatcher(self.app, self.name, time_of_database))
                log.info("worker %s has begun", self.name)
            with self.app.app_context():
                return self._work(self.dispatcher, time_of_database())
        except Exception as error:  # whatever it is, a worker that ends helps nobody
            wait = min(LONGEST_WAIT, max(EVERY, waited * 2))
            log.warning("worker %s cannot work (%s); trying again in %.0f s", self.name, type(error).__name__, wait)
            log.debug("the reason", exc_info=True)
            return wait

    def _work(self, dispatcher: Dispatcher, now: datetime) -> float:
        handed = dispatcher.enqueue(now) if is_any_due(now) else 0
        if self._is_time("beat", BEAT_EVERY, now):
            with transaction():
                commands.beat(self.name, now)
        for chore in self.chores:
            if self._is_time(chore.name, chore.every, now):
                with transaction():
                    chore.do(now)
        if self._is_time("forget", FORGET_EVERY, now):
            db.session.rollback()
            dispatcher.forget(now)
        self.rehearser.turn(now)
        more = carry_on(now)
        return 0.0 if more or handed == BATCH else EVERY

    def _is_time(self, name: str, every: timedelta, now: datetime) -> bool:
        """Whether it is time for something done every so often; a clock set back must not stop it for long."""
        at = self.next_at.get(name, now)
        if at > now and at - now <= every:
            return False
        self.next_at[name] = now + every
        return True

    def is_busy(self) -> bool:
        with self.app.app_context():
            return is_any_due(time_of_database()) or bool(open_batches())

    def stop(self) -> None:
        self.rehearser.stop()
        if self.dispatcher is not None:
            self.dispatcher.stop()
            log.info("worker %s has stopped", self.name)


def _started(dispatcher: Dispatcher) -> Dispatcher:
    try:
        dispatcher.start()
    except BaseException:
        dispatcher.stop()
        raise
    return dispatcher


@contextmanager
def _stopped_by_signals() -> Iterator[threading.Event]:
    """An event that SIGTERM and SIGINT set, where this is the main thread, which alone may hear them."""
    stop = threading.Event()
    if threading.current_thread() is not threading.main_thread():
        yield stop
        return
    before = {number: signal.signal(number, lambda *_: stop.set()) for number in (signal.SIGTERM, signal.SIGINT)}
    try:
        yield stop
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
