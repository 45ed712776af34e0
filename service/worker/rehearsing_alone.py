"""The process that works rehearsals off: after everything else, limited in time and memory, ended with its worker.

Started by `rehearsing` as `python -m service.worker.rehearsing_alone`; it ends when nothing waits.
"""

import os
import resource
import signal
from datetime import UTC, datetime
from typing import Any

from service import config
from service.app import create_app
from service.worker.dispatching import worker_name
from service.worker.rehearsing import rehearse_one

CPU_SECONDS = 900
MEMORY = 3_000_000_000
NICE = 10


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
