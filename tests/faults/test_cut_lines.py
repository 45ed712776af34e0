"""A line that breaks after the work was done and before the answer came: asked again, the server only tells."""

import http.client
import socket
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any
from uuid import uuid4

import pytest
from flask import Flask
from sqlalchemy import func, select
from werkzeug.serving import make_server

from service.database import db
from service.instances.models import Instance
from tests.client import Client
from tests.invariants import broken_invariants
from tests.races.desk import Desk
from tests.running import Line

pytestmark = pytest.mark.faults

LIMIT = 120.0
RESET_ON_CLOSE = struct.pack("ii", 1, 0)


class Cutter:
    """Stands between client and server, and lets so many bytes of each answer through before it cuts the line."""

    def __init__(self, port: int) -> None:
        self.server = port
        self.lets_through: int | None = 0
        self.answered = 0
        self._door = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._door.getsockname()[1])
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                client, _ = self._door.accept()
                threading.Thread(target=self._serve, args=(client,), daemon=True).start()

    def _serve(self, client: socket.socket) -> None:
        with socket.create_connection(("127.0.0.1", self.server), timeout=LIMIT) as upstream:
            pump = threading.Thread(target=_pump, args=(client, upstream), daemon=True)
            pump.start()
            answer = b""
            while piece := upstream.recv(1 << 16):
                answer += piece
            self.answered += 1
        with suppress(OSError):
            client.shutdown(socket.SHUT_RD)
            pump.join(LIMIT)
            client.sendall(answer if self.lets_through is None else answer[: self.lets_through])
            if self.lets_through is not None:
                client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET_ON_CLOSE)
            client.close()

    def close(self) -> None:
        self._door.close()


def _pump(source: socket.socket, target: socket.socket) -> None:
    with suppress(OSError):
        while piece := source.recv(1 << 16):
            target.sendall(piece)


@pytest.fixture
def cutter(demo_app: Flask) -> Iterator[Cutter]:
    """A line to the application in this process, over TCP, that is cut."""
    server = make_server("127.0.0.1", 0, demo_app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    cutter = Cutter(server.port)
    yield cutter
    cutter.close()
    server.shutdown()
    thread.join(LIMIT)


@contextmanager
def _whole(app: Flask) -> Iterator[None]:
    yield
    with app.app_context():
        assert broken_invariants(db.session()) == []
        db.session.remove()


def _cut_then_asked_again(cutter: Cutter, path: str, body: Any, headers: dict[str, str]) -> tuple[int, Any, Any]:
    known = headers | {"Idempotency-Key": str(uuid4()), "Connection": "close"}
    for lets_through in (0, 40):
        cutter.lets_through = lets_through
        with pytest.raises((OSError, http.client.HTTPException)):
            Line(cutter.port, LIMIT).ask("POST", path, body, known)
    assert cutter.answered == 2
    cutter.lets_through = None
    return Line(cutter.port, LIMIT).ask("POST", path, body, known)


def test_a_complaint_whose_answer_was_cut_off_is_there_once_and_its_pin_is_told_again(
    demo_app: Flask, client: Client, cutter: Cutter
) -> None:
    desk = Desk(client, "sp4n_lapor", "diskop-samarinda")
    body = {"diagram": desk.sop, "answers": desk.start_answers}
    with _whole(demo_app):
        status, said, headers = _cut_then_asked_again(cutter, "/complaints", body, {})
        assert (status, headers["Idempotency-Replayed"]) == (201, "true")
        assert client.get(f"/complaints/{said['number']}", pin=said["pin"])["number"] == said["number"]
        with demo_app.app_context():
            assert db.session.scalar(select(func.count()).select_from(Instance)) == 1
            db.session.remove()


def test_a_completion_whose_answer_was_cut_off_is_kept_once_and_told_again(
    demo_app: Flask, client: Client, cutter: Cutter
) -> None:
    desk = Desk(client, "sp4n_lapor", "diskop-samarinda")
    case = desk.handed_in()
    task = case.task()
    headers = {"Authorization": f"Bearer {client.token(desk.by('petugas'))}"}
    with _whole(demo_app):
        body = {"answers": case.answers(task)}
        status, said, told = _cut_then_asked_again(cutter, f"/tasks/{task['id']}/complete", body, headers)
        assert (status, said["task"]["state"], told["Idempotency-Replayed"]) == (200, "completed", "true")
        assert case.said() == ["start", "complete"]


def test_without_a_key_whoever_asks_again_is_told_that_it_is_done_and_by_whom(
    demo_app: Flask, client: Client, cutter: Cutter
) -> None:
    desk = Desk(client, "sp4n_lapor", "diskop-samarinda")
    case = desk.handed_in()
    task = case.task()
    headers = {"Authorization": f"Bearer {client.token(desk.by('petugas'))}", "Connection": "close"}
    path, body = f"/tasks/{task['id']}/complete", {"answers": case.answers(task)}
    with _whole(demo_app):
        with pytest.raises((OSError, http.client.HTTPException)):
            Line(cutter.port, LIMIT).ask("POST", path, body, headers)
        cutter.lets_through = None
        status, said, _ = Line(cutter.port, LIMIT).ask("POST", path, body, headers)
        assert status == 409
        assert "Petugas serba bisa" in said["detail"]
        assert case.said() == ["start", "complete"]
