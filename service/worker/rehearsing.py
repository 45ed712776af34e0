"""Works rehearsals off, and starts a process of its own for that (`rehearsing_alone`), so that no timer waits for them.

A process that is killed leaves its rehearsal to whoever comes next.
"""

import logging
import os
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from flask import Flask
from sqlalchemy.exc import SQLAlchemyError

from service import config
from service.database import transaction
from service.errors import Refusal
from service.rehearsals import commands
from service.rehearsals.models import is_any_to_do
from service.rehearsals.running import work

log = logging.getLogger(__name__)

BEAT_EVERY = 1.0
"""Seconds between two signs of life; each looks whether it was cancelled."""
STOPPING = 5.0
AGAIN_AFTER = timedelta(seconds=30)

Clock = Callable[[], datetime]


class Rehearser:
    """The child of a worker, if there is anything to do for one."""

    def __init__(self, app: Flask) -> None:
        self.app = app
        self.child: subprocess.Popen[bytes] | None = None
        self.not_before: datetime | None = None

    def turn(self, now: datetime) -> None:
        """See to it that somebody works on what waits; not at once again after one that failed."""
        if self.child is not None and self.child.poll() is None:
            return
        if self.child is not None and self.child.returncode:
            self.not_before = now + AGAIN_AFTER
        self.child = None
        if (self.not_before is None or now >= self.not_before) and is_any_to_do(now - commands.SILENCE):
            self.child = subprocess.Popen(
                [sys.executable, "-m", "service.worker.rehearsing_alone"],
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
