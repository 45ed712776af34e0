"""Rehearsals are worked off in a process of their own, so that no timer waits for them: with less priority than all
else, limited in time and memory, ended with the worker that started it.

The child is `python -m service.worker.rehearsing`. Killed, it leaves its rehearsal to whoever comes next.
"""

import logging
import os
import resource
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from flask import Flask
from sqlalchemy.exc import SQLAlchemyError

from service import config
from service.app import create_app
from service.database import transaction
from service.errors import Refusal
from service.rehearsals import commands
from service.rehearsals.models import is_any_to_do
from service.rehearsals.running import work
from service.worker.dispatching import worker_name

log = logging.getLogger(__name__)

BEAT_EVERY = 1.0
"""Seconds between two signs of life; each looks whether it was cancelled."""
CPU_SECONDS = 900
MEMORY = 3_000_000_000
STOPPING = 5.0
NICE = 10

Clock = Callable[[], datetime]


class Rehearser:
    """The child of a worker, if there is anything to do for one."""

    def __init__(self, app: Flask) -> None:
        self.app = app
        self.child: subprocess.Popen[bytes] | None = None

    def turn(self, now: datetime) -> None:
        """See to it that somebody works on what waits."""
        if self.child is not None and self.child.poll() is None:
            return
        self.child = None
        if is_any_to_do(now - commands.SILENCE):
            self.child = subprocess.Popen(
                [sys.executable, "-m", "service.worker.rehearsing"],
                env=_environment(self.app),
                stdin=subprocess.DEVNULL,
            )

    def stop(self) -> None:
        """Let it give back what it has begun, and be gone."""
        if self.child is None:
            return
        self.child.terminate()
        try:
            self.child.wait(STOPPING)
        except subprocess.TimeoutExpired:
            self.child.kill()
            self.child.wait()
        self.child = None


def _environment(app: Flask) -> dict[str, str]:
    settings: config.Settings = app.config["ALUR"]
    return os.environ | {
        "ALUR_DATABASE_URL": settings.database_url,
        "ALUR_SECRET_KEY": settings.secret_key,
        "ALUR_SECRET_KEY_OLDER": " ".join(settings.older_secrets),
        "ALUR_FILES_URL": settings.files_url,
        "ALUR_VAR": str(settings.var),
        "ALUR_DEMO": "1" if settings.demo else "",
    }


def rehearse_one(name: str, clock: Clock, keep_on: Callable[[], bool] = lambda: True) -> bool:
    """Work off the next rehearsal; False when none waits. It is given back when `keep_on` says no."""
    with transaction():
        taken = commands.claim(name, clock())
    if taken is None:
        return False
    rehearsal_id, job = taken
    try:
        result = _worked(rehearsal_id, job, name, clock, keep_on)
    except Refusal as refusal:
        with transaction():
            commands.fail(rehearsal_id, name, refusal, clock())
    except SQLAlchemyError:
        raise  # the database is away: it is left as it is, and done anew
    except Exception:
        log.exception("rehearsal %s failed", rehearsal_id)
        with transaction():
            commands.fail(rehearsal_id, name, None, clock())
    except BaseException:
        with transaction():
            commands.give_back(rehearsal_id, name)
        raise
    else:
        if result is not None:
            with transaction():
                commands.finish(rehearsal_id, name, result, clock())
    return True


def _worked(rehearsal_id: Any, job: Any, name: str, clock: Clock, keep_on: Callable[[], bool]) -> dict[str, Any] | None:
    """The result; None when it was cancelled meanwhile, or given back."""
    steps, told = work(job, clock()), 0.0
    while True:
        try:
            done, whole = next(steps)
        except StopIteration as stop:
            result: dict[str, Any] = stop.value
            return result
        if time.monotonic() - told < BEAT_EVERY:
            continue
        told = time.monotonic()
        if not keep_on():
            with transaction():
                commands.give_back(rehearsal_id, name)
            return None
        with transaction():
            if not commands.beat(rehearsal_id, name, done, whole, clock()):
                return None


def _limit_oneself() -> None:
    os.nice(NICE)
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _stop(_number: int, _frame: Any) -> None:
    raise SystemExit(0)


def main() -> None:
    """The child: work off whatever waits, as long as the worker lives."""
    parent = os.getppid()
    signal.signal(signal.SIGTERM, _stop)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl+C is for the worker, which then tells us
    _limit_oneself()
    app, name = create_app(config.from_environment()), worker_name()

    def keep_on() -> bool:
        return os.getppid() == parent

    with app.app_context():
        while keep_on() and rehearse_one(name, lambda: datetime.now(UTC), keep_on):
            pass


if __name__ == "__main__":
    main()
