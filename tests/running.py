"""A real server of the tests' own on a free port of the loopback, to be killed, and clients that do not give up."""

import contextlib
import ctypes
import http.client
import os
import signal
import socket
import subprocess
import sys
import time
import uuid
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO

import orjson
from flask import Flask

from tests.client import Client

ROOT = Path(__file__).parents[1]
APPLICATION = "alur under test"
"""What the server's own connections are called on PostgreSQL."""

SLOWEST_START = 300.0
PATIENCE = 600.0
"""Seconds after which a client that does not give up does."""


SPAWNER = ThreadPoolExecutor(max_workers=1)
"""The one thread that starts servers: they end with it, so it must not end before the tests do."""


class Server:
    """`alur serve` on the database of an application of the tests, in a process group of its own."""

    def __init__(self, app: Flask, log: Path) -> None:
        self.app = app
        settings = app.config["ALUR"]
        self.port = free_port()
        self.log = log
        self._env = os.environ | {
            "ALUR_DATABASE_URL": settings.database_url,
            "ALUR_SECRET_KEY": settings.secret_key,
            "ALUR_FILES_URL": settings.files_url,
            "ALUR_VAR": str(settings.var),
            "ALUR_PORT": str(self.port),
            "ALUR_WORKERS": "2",
            "ALUR_DEMO": "1",
            "PGAPPNAME": APPLICATION,
        }
        self.process: subprocess.Popen[bytes] | None = None
        self._groups: list[int] = []

    def start(self) -> None:
        """Start it, and let it find the port still in use by one that was killed: it is started until it stays."""
        until = time.monotonic() + SLOWEST_START
        while time.monotonic() < until:
            with self.log.open("ab") as out:
                words = [sys.executable, "-m", "service.cli", "serve"]
                self.process = SPAWNER.submit(_spawn, words, self._env, out).result()
            self._groups.append(self.process.pid)
            if self._answers(until):
                return
        raise TimeoutError(f"the server does not come up: {self.said()}")

    def _answers(self, until: float) -> bool:
        while time.monotonic() < until and self.process and self.process.poll() is None:
            try:
                if Line(self.port, timeout=5).call("GET", "/health")[0] == 200 and self.web_workers():
                    return True
            except (OSError, http.client.HTTPException):
                pass
            time.sleep(0.1)
        return False

    def kill(self) -> None:
        """End it and everything it has started, as a power cut would."""
        assert self.process
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait(SLOWEST_START)

    def kill_parent(self) -> None:
        """End the process that watches over the others, and only it."""
        assert self.process
        self.process.send_signal(signal.SIGKILL)
        self.process.wait(SLOWEST_START)

    def stop(self) -> None:
        """See to it that nothing is left of all that was ever started."""
        for group in self._groups:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(group, signal.SIGKILL)
        if self.process is not None:
            self.process.wait(SLOWEST_START)

    def web_workers(self) -> list[int]:
        """The processes that answer calls."""
        gunicorns = [pid for pid in self._group() if self._is_gunicorn(pid)]
        return [pid for pid in gunicorns if self._parent(pid) in gunicorns]

    def _group(self) -> list[int]:
        assert self.process
        group = []
        for entry in Path("/proc").glob("[0-9]*"):
            try:
                if os.getpgid(int(entry.name)) == self.process.pid:
                    group.append(int(entry.name))
            except ProcessLookupError:
                continue
        return group

    def _is_gunicorn(self, pid: int) -> bool:
        try:
            return b"gunicorn" in Path(f"/proc/{pid}/cmdline").read_bytes()
        except OSError:
            return False

    def _parent(self, pid: int) -> int:
        try:
            return int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])
        except OSError:
            return 0

    def said(self) -> str:
        return self.log.read_text()[-3000:]


def _spawn(words: list[str], env: dict[str, str], out: BinaryIO) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        words,
        cwd=ROOT,
        env=env,
        stdout=out,
        stderr=out,
        start_new_session=True,
        preexec_fn=_end_with_tests,
    )


def _end_with_tests() -> None:
    """However the tests end, kill -9 included, the server ends with them (prctl PR_SET_PDEATHSIG)."""
    ctypes.CDLL(None).prctl(1, signal.SIGKILL)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Line:
    """One call at a time to a server, each on a connection of its own."""

    def __init__(self, port: int, timeout: float = 120) -> None:
        self.port, self.timeout = port, timeout

    def call(self, method: str, path: str, body: Any = None, headers: dict[str, str] | None = None) -> tuple[int, Any]:
        """Status and body."""
        status, said, _headers = self.ask(method, path, body, headers)
        return status, said

    def ask(
        self, method: str, path: str, body: Any = None, headers: dict[str, str] | None = None
    ) -> tuple[int, Any, dict[str, str]]:
        """Status, body and headers."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=self.timeout)
        try:
            content = None if body is None else orjson.dumps(body)
            known = {"Content-Type": "application/json"} | (headers or {})
            connection.request(method, f"/api/v1{path}", content, known)
            answer = connection.getresponse()
            said = answer.read()
            read = orjson.loads(said) if said[:1] in (b"{", b"[") else said
            return answer.status, read, dict(answer.getheaders())
        finally:
            connection.close()


@dataclass(frozen=True)
class Acknowledged:
    """A call that was answered: under which key, how often it was sent until then, and what was answered."""

    method: str
    path: str
    key: str
    sent: int
    body: Any


@dataclass
class Insistent:
    """A client that sends a call again, under the same key, until it is answered; it speaks as `tests.client` does."""

    client: Client
    port: int
    timeout: float = 30
    acknowledged: list[Acknowledged] = field(default_factory=list)

    @property
    def app(self) -> Flask:
        return self.client.app

    def get(self, path: str, by: str | None = None, pin: str | None = None) -> Any:
        return self._until_answered("GET", path, None, self._headers(by, pin)).body

    def post(self, path: str, json: Any = None, by: str | None = None, pin: str | None = None) -> Any:
        headers = self._headers(by, pin) | {"Idempotency-Key": str(uuid.uuid4())}
        done = self._until_answered("POST", path, json, headers)
        self.acknowledged.append(done)
        return done.body

    def _headers(self, by: str | None, pin: str | None) -> dict[str, str]:
        headers = {"Authorization": f"Bearer {self.client.token(by)}"} if by else {}
        return headers | ({"Alur-Pin": pin} if pin else {})

    def _until_answered(self, method: str, path: str, body: Any, headers: dict[str, str]) -> Acknowledged:
        until, sent = time.monotonic() + PATIENCE, 0
        while time.monotonic() < until:
            sent += 1
            try:
                status, said = Line(self.port, self.timeout).call(method, path, body, headers)
            except (OSError, http.client.HTTPException, orjson.JSONDecodeError):
                time.sleep(0.1)
                continue
            if status == 503:
                time.sleep(0.1)
                continue
            assert status in (200, 201), (method, path, status, said)
            return Acknowledged(method, path, headers.get("Idempotency-Key", ""), sent, said)
        raise TimeoutError(f"{method} {path} was never answered")
