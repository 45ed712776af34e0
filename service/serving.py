"""Runs the web server and, on SQLite, one worker beside it, until told to stop."""

import ctypes
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass, field

from service.config import Settings

PR_SET_PDEATHSIG = 1
THREADS = 4
SLOWEST_START = 60.0
PATIENCE = 15.0


@dataclass
class Child:
    """A process of ours: how it is started, and the running one."""

    command: list[str]
    process: subprocess.Popen[bytes] | None = None
    started: float = field(default=0.0)

    def start(self) -> None:
        self.started = time.monotonic()
        self.process = subprocess.Popen(self.command, preexec_fn=_die_with_parent)

    def has_ended(self) -> bool:
        return self.process is not None and self.process.poll() is not None


def _die_with_parent() -> None:
    """Whatever ends the parent, even kill -9, ends the child too."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


def serve(settings: Settings, with_worker: bool, ready: Callable[[], None]) -> int:
    """Serve until SIGTERM or SIGINT; `ready` is called once the port answers. Gives the exit status."""
    web = Child(_gunicorn(settings))
    children = [web, Child([sys.executable, "-m", "service.cli", "work"])] if with_worker else [web]
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, _stop)
    try:
        for child in children:
            child.start()
        _wait_for(settings, web)
        ready()
        return _watch(web, children)
    except KeyboardInterrupt:
        return 0
    finally:
        _end(children)


def _gunicorn(settings: Settings) -> list[str]:
    return [
        *(sys.executable, "-m", "gunicorn", "service.app:create_app()"),
        *("--bind", f"{settings.host}:{settings.port}"),
        *("--workers", str(settings.workers), "--worker-class", "gthread", "--threads", str(THREADS)),
        *("--timeout", "60", "--graceful-timeout", "10", "--keep-alive", "15"),
        *("--max-requests", "100000", "--max-requests-jitter", "10000"),
        *("--log-level", "warning", "--worker-tmp-dir", "/dev/shm"),
    ]


def _stop(_number: int, _frame: object) -> None:
    raise KeyboardInterrupt


def _wait_for(settings: Settings, web: Child) -> None:
    """Until it answers: the port is open before the first worker has read the application."""
    until = time.monotonic() + SLOWEST_START
    address = f"http://{settings.host}:{settings.port}/api/v1/health"
    while time.monotonic() < until and not web.has_ended():
        try:
            with urllib.request.urlopen(address, timeout=SLOWEST_START):
                return
        except OSError:
            time.sleep(0.1)


def _watch(web: Child, children: list[Child]) -> int:
    """Bring back a worker that dies; end when the web server does."""
    while not web.has_ended():
        for child in children:
            if child is not web and child.has_ended() and time.monotonic() - child.started > 1:
                child.start()
        time.sleep(0.5)
    return web.process.returncode if web.process else 1


def _end(children: list[Child]) -> None:
    running = [child.process for child in children if child.process and not child.has_ended()]
    for process in running:
        process.terminate()
    for process in running:
        try:
            process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            process.kill()
