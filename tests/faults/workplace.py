"""Runs a worker in a process of its own, as `alur work` does, and tells the test when it stops."""

import logging
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

from service import worker
from service.app import create_app
from service.config import Settings, from_environment

ROOT = Path(__file__).parents[2]


PATIENCE = 180.0
"""Seconds after which something is given up that takes a few: a machine that tests may stall."""


class Worker:
    """A worker process that the test may kill."""

    def __init__(self, settings: Settings, folder: Path, once: bool = False) -> None:
        env = os.environ | {
            "ALUR_DATABASE_URL": settings.database_url,
            "ALUR_VAR": str(settings.var),
            "ALUR_SECRET_KEY": settings.secret_key,
        }
        words = [sys.executable, "-m", "tests.faults.workplace", *(["once"] if once else [])]
        self.log = folder / f"worker-{time.monotonic_ns()}.log"
        with self.log.open("wb") as out:
            self.process = subprocess.Popen(words, cwd=ROOT, env=env, stdout=out, stderr=subprocess.STDOUT)

    def kill(self) -> None:
        """End it as a power cut would."""
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()

    def stop(self, within: float = PATIENCE) -> int:
        """Ask it to stop; its exit code."""
        self.process.send_signal(signal.SIGTERM)
        try:
            return self.process.wait(within)
        except subprocess.TimeoutExpired:
            self.kill()
            raise

    def ended(self) -> int:
        """Its exit code, when it has come to its end by itself."""
        return self.process.wait(PATIENCE)

    def said(self) -> str:
        return self.log.read_text()


def eventually(holds: Callable[[], bool], within: float = PATIENCE) -> bool:
    """Whether something comes true within so many seconds."""
    end = time.monotonic() + within
    while time.monotonic() < end:
        if holds():
            return True
        time.sleep(0.1)
    return holds()


if __name__ == "__main__":
    logging.basicConfig()
    logging.getLogger("service").setLevel(logging.INFO)
    worker.run(create_app(from_environment()), once="once" in sys.argv)
