"""Walks a listed path of an SOP on a server that may go away at any moment, and tells what was acknowledged."""

import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from service.database import db
from service.forms.sample import sample
from service.timers.models import timers_of
from service.worker import fire_one
from tests.client import Client
from tests.races.meeting import at_once
from tests.running import Insistent
from tests.sops.test_paths import AGENCY, Choices, SopPath

Office = Insistent | Client
COMPLAINANTS = ("pelapor", "pengadu", "pemohon")


@dataclass
class Walk:
    """One complaint on its way: what the server has said was done, in order."""

    path: SopPath
    number: str
    instance: str
    done: list[tuple[str, str]] = field(default_factory=list)
    """Command and element of each move that was acknowledged."""

    @property
    def officer(self) -> str:
        return f"petugas@{AGENCY[self.path.sop]}"


def walk(office: Office, path: SopPath, fill: Callable[[dict[str, Any]], dict[str, Any]] = sample) -> Walk:
    """Hand in a complaint and take it along the path; must come to the end that is listed."""
    form = office.get(f"/diagrams/{path.sop}/form")
    handed = office.post("/complaints", {"diagram": path.sop, "answers": fill(form["schema"])})
    officer = f"petugas@{AGENCY[path.sop]}"
    (found,) = office.get(f"/instances?q={handed['number']}", by=officer)["items"]
    going = Walk(path, handed["number"], found["id"], [("start", "mulai")])
    choices = Choices(path.choose)
    for step in path.steps:
        now = office.get(f"/instances/{going.instance}", by=officer)
        going.done.append(_take(office, going, step, now, choices, handed["pin"]))
    now = office.get(f"/instances/{going.instance}", by=officer)
    assert (now["state"], now["end"], now["tasks"], now["timers"]) == ("completed", path.end, [], [])
    return going


def people(paths: Iterable[SopPath]) -> set[str]:
    """The user names of all who act on these paths, so that their tokens can be made before anything breaks."""
    acting = {f"{role}@{AGENCY[path.sop]}" for path in paths for role in ("petugas", "atasan")}
    acting |= {f"{step.split('@')[1]}@{AGENCY[path.sop]}" for path in paths for step in path.steps if "@" in step}
    return {name for name in acting if name.split("@")[0] not in COMPLAINANTS}


class Walker(threading.Thread):
    """Walks one path over and over, at least once, until whatever breaks things is done with it."""

    def __init__(self, office: Insistent, path: SopPath, over: threading.Event) -> None:
        super().__init__(daemon=True)
        self.office, self.path, self.over = office, path, over
        self.walks: list[Walk] = []
        self.failed: BaseException | None = None

    def run(self) -> None:
        try:
            while not self.walks or not self.over.is_set():
                self.walks.append(walk(self.office, self.path))
        except BaseException as error:  # told to the test
            self.failed = error


def _take(office: Office, going: Walk, step: str, now: dict[str, Any], choices: Choices, pin: str) -> tuple[str, str]:
    if step.startswith("message "):
        name = step.removeprefix("message ")
        office.post(f"/instances/{going.instance}/messages", {"name": name, "payload": {}}, by=going.officer)
        return "message", name
    if step.startswith("wait "):
        return "timer", _wait(office, going)
    row, lane = step.split("@")
    (task,) = now["tasks"]
    assert (task["row"], task["lane"]) == (row, lane)
    schema = office.get(f"/tasks/{task['id']}/form", by=going.officer)["schema"]
    body = {"answers": sample(schema, choices.for_form(schema))}
    if any(mine["id"] == task["id"] for mine in office.get(f"/complaints/{going.number}", pin=pin)["tasks"]):
        office.post(f"/complaints/{going.number}/tasks/{task['id']}/complete", body, pin=pin)
    else:
        office.post(f"/tasks/{task['id']}/complete", body, by=f"{lane}@{AGENCY[going.path.sop]}")
    return "complete", task["element"]


def _wait(office: Office, going: Walk) -> str:
    """The time passes, and two workers notice at once."""
    with office.app.app_context():
        (timer,) = timers_of(UUID(going.instance))
        db.session.remove()

    def fire() -> bool:
        with office.app.app_context():
            try:
                return fire_one(timer.id, timer.due_at)
            finally:
                db.session.remove()

    assert sorted(at_once([fire, fire])) == [False, True]
    return str(timer.element)


def moves(office: Office, going: Walk) -> list[tuple[str, str]]:
    """Command and element of each move, as the history has them."""
    supervisor = f"atasan@{AGENCY[going.path.sop]}"
    items = office.get(f"/instances/{going.instance}/history", by=supervisor)["items"]
    return [(move["command"], move["element"]) for move in items]
