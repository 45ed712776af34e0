"""Complaints at the point of an SOP where two people can meet over them, and the calls they make there."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from service.database import db
from service.forms.sample import sample
from service.timers.models import timers_of
from service.worker import fire_one
from tests.client import Client
from tests.invariants import broken_invariants

Answer = tuple[int, Any]
Call = Callable[[], Answer]


class Desk:
    """One agency of the demo, over its API."""

    def __init__(self, client: Client, sop: str, agency: str) -> None:
        self.client, self.sop, self.agency = client, sop, agency
        form = client.get(f"/diagrams/{sop}/form")
        self.start_answers = sample(form["schema"])
        self._forms: dict[str, Any] = {}

    def by(self, name: str) -> str:
        """The user name of somebody here, whose token is made now so that no race has to."""
        username = f"{name}@{self.agency}"
        self.client.token(username)
        return username

    def form(self, task: dict[str, Any]) -> dict[str, Any]:
        """The schema of a task's form, asked for once."""
        if task["element"] not in self._forms:
            answer = self.client.get(f"/tasks/{task['id']}/form", by=self.by("atasan"))
            self._forms[task["element"]] = answer["schema"]
        return dict(self._forms[task["element"]])

    def handed_in(self) -> "Case":
        handed = self.client.post("/complaints", {"diagram": self.sop, "answers": self.start_answers})
        found = self.client.get(f"/instances?q={handed['number']}", by=self.by("petugas"))["items"]
        return Case(self, found[0]["id"], handed["number"], handed["pin"])


class Case:
    """One complaint and its instance."""

    def __init__(self, desk: Desk, instance: str, number: str, pin: str) -> None:
        self.desk, self.client = desk, desk.client
        self.id, self.number, self.pin = instance, number, pin

    def now(self) -> dict[str, Any]:
        return dict(self.client.get(f"/instances/{self.id}", by=self.desk.by("atasan")))

    def moves(self) -> list[dict[str, Any]]:
        return list(self.client.get(f"/instances/{self.id}/history", by=self.desk.by("atasan"))["items"])

    def said(self) -> list[str]:
        """The commands of its history."""
        return [move["command"] for move in self.moves()]

    def task(self) -> dict[str, Any]:
        return dict(self.now()["tasks"][0])

    def answers(self, task: dict[str, Any], choose: dict[str, Any] | None = None) -> dict[str, Any]:
        schema = self.desk.form(task)
        return sample(schema, {name: value for name, value in (choose or {}).items() if name in schema["properties"]})

    def until(self, is_there: Callable[[dict[str, Any]], bool], choose: dict[str, Any] | None = None) -> "Case":
        """Go on until the instance stands where it should."""
        now = self.now()
        for _ in range(40):
            if is_there(now):
                return self
            status, body = self.complete(now["tasks"][0], "petugas", choose)()
            assert status == 200, body
            now = body["instance"]
        raise AssertionError("it never gets there")

    # ---- calls, to be made later --------------------------------------------------------------------------------

    def call(self, method: str, path: str, body: Any = None, **options: Any) -> Call:
        def go() -> Answer:
            answer = self.client.call(method, path, json=body, **options)
            return answer.status_code, answer.json

        return go

    def complete(self, task: dict[str, Any], name: str, choose: dict[str, Any] | None = None) -> Call:
        body = {"answers": self.answers(task, choose)}
        return self.call("POST", f"/tasks/{task['id']}/complete", body, by=self.desk.by(name))

    def complete_publicly(self, task: dict[str, Any], choose: dict[str, Any] | None = None) -> Call:
        path = f"/complaints/{self.number}/tasks/{task['id']}/complete"
        return self.call("POST", path, {"answers": self.answers(task, choose)}, pin=self.pin)

    def claim(self, task: dict[str, Any], name: str) -> Call:
        return self.call("POST", f"/tasks/{task['id']}/claim", by=self.desk.by(name))

    def supervise(self, verb: str, **headers: str) -> Call:
        path = f"/instances/{self.id}/{verb}"
        return self.call("POST", path, {"reason": "demi ujian"}, by=self.desk.by("atasan"), headers=headers)

    def send(self, name: str) -> Call:
        body = {"name": name, "payload": {}}
        return self.call("POST", f"/instances/{self.id}/messages", body, by=self.desk.by("petugas"))

    def fire(self) -> Call:
        """The worker fires the one timer the instance waits for; 200 if it fired, 409 if it came too late."""
        with self.client.app.app_context():
            (timer,) = timers_of(UUID(self.id))
            db.session.remove()

        def go() -> Answer:
            with self.client.app.app_context():
                try:
                    fired = fire_one(timer.id, timer.due_at)
                finally:
                    db.session.remove()
            return (200 if fired else 409), {"fired": fired}

        return go


def assert_whole(client: Client) -> None:
    """Nothing in the database contradicts anything else."""
    with client.app.app_context():
        assert broken_invariants(db.session()) == []
        db.session.remove()
