"""A real server and eight clients that do nothing but wait for it: starts and completions, with their times."""

import http.client
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import orjson

SLOWEST_START = 120.0
SETTLED = 0.5
"""Every one of many calls at once is answered within so many seconds: all workers are up."""


@dataclass
class Figures:
    """What clients saw: seconds per call, and how long they went on."""

    seconds: list[float] = field(default_factory=list)
    elapsed: float = 0.0
    refused: int = 0

    @property
    def per_second(self) -> float:
        return len(self.seconds) / self.elapsed if self.elapsed else 0.0

    def percentile(self, share: float) -> float:
        """In milliseconds."""
        ordered = sorted(self.seconds) or [0.0]
        return 1000 * ordered[min(len(ordered) - 1, int(share * len(ordered)))]


@dataclass
class Server:
    """A running server of ours."""

    port: int
    process: subprocess.Popen[bytes]

    def memory(self) -> list[int]:
        """Resident kilobytes of each of its gunicorn workers."""
        found = []
        for status in Path("/proc").glob("[0-9]*/status"):
            try:
                text, command = status.read_text(), (status.parent / "cmdline").read_text()
            except OSError:
                continue
            said = dict(line.split(":\t", 1) for line in text.splitlines() if ":\t" in line)
            if "gunicorn" in command and said.get("VmRSS") and self._is_worker(said["PPid"].strip()):
                found.append(int(said["VmRSS"].split()[0]))
        return found

    def _is_worker(self, parent: str) -> bool:
        """Children of the gunicorn master, which is our process or its child."""
        if parent == str(self.process.pid):
            return "gunicorn" in " ".join(map(str, self.process.args))  # type: ignore[arg-type]
        try:
            said = Path(f"/proc/{parent}/status").read_text()
        except OSError:
            return False
        return f"PPid:\t{self.process.pid}\n" in said


@contextmanager
def serving(command: Callable[[int], list[str]], env: dict[str, str]) -> Iterator[Server]:
    """Start a server on a free port of the loopback; end it, and only it, afterwards."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    known = {**os.environ, **env, "ALUR_PORT": str(port)}
    process = subprocess.Popen(command(port), env=known, stdout=subprocess.DEVNULL)
    try:
        _wait(port, process)
        _settle(port)
        yield Server(port, process)
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()


def _wait(port: int, process: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + SLOWEST_START
    while time.monotonic() < until and process.poll() is None:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
            return
        except OSError:
            time.sleep(0.1)
    raise RuntimeError("the server did not come up")


def _settle(port: int) -> None:
    """Wait until all workers have read the application."""
    until, good = time.monotonic() + SLOWEST_START, 0
    while good < 3 and time.monotonic() < until:

        def ask(_number: int, _is_time_up: Callable[[], bool]) -> Iterator[tuple[float, bool]]:
            began = time.perf_counter()
            Line(port).call("GET", "/health")
            yield time.perf_counter() - began, True

        good = good + 1 if max(drive(16, 0.0, ask).seconds) < SETTLED else 0


def gunicorn(app: str) -> Callable[[int], list[str]]:
    """The same gunicorn as `alur serve` runs, for another application."""
    words = [sys.executable, "-m", "gunicorn", app, "--workers", "2", "--worker-class", "gthread", "--threads", "4"]
    return lambda port: [*words, "--bind", f"127.0.0.1:{port}", "--log-level", "warning", "--keep-alive", "15"]


class Line:
    """One connection that is kept open."""

    def __init__(self, port: int, token: str | None = None) -> None:
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        self._headers = {"Content-Type": "application/json"}
        if token:
            self._headers["Authorization"] = f"Bearer {token}"

    def call(self, method: str, path: str, body: Any = None) -> tuple[int, Any]:
        """Status and body."""
        content = None if body is None else orjson.dumps(body)
        self._connection.request(method, f"/api/v1{path}", content, self._headers)
        answer = self._connection.getresponse()
        said = answer.read()
        return answer.status, orjson.loads(said) if said[:1] in (b"{", b"[") else said


def drive(
    clients: int, seconds: float, work: Callable[[int, Callable[[], bool]], Iterator[tuple[float, bool]]]
) -> Figures:
    """Let clients work side by side; each yields (seconds, went well) per call until `is_time_up()`."""
    figures, lock = Figures(), threading.Lock()
    start = time.perf_counter()

    def is_time_up() -> bool:
        return time.perf_counter() - start >= seconds

    def client(number: int) -> None:
        for took, good in work(number, is_time_up):
            with lock:
                figures.seconds.append(took)
                figures.refused += not good

    threads = [threading.Thread(target=client, args=(number,)) for number in range(clients)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    figures.elapsed = time.perf_counter() - start
    return figures
