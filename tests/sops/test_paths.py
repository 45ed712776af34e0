"""Every path of the five SOPs runs over HTTP exactly as listed, step by step, from intake to its end."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
import yaml

from service import worker
from service.demo import OFFICES
from service.forms.sample import sample
from tests.client import Client

FACTS = Path(__file__).parent / "facts"
AGENCY = {office.diagram: office.key for office in OFFICES}


@dataclass(frozen=True)
class SopPath:
    """One listed run of one SOP."""

    sop: str
    name: str
    choose: dict[str, Any]
    steps: list[str]
    end: str


def _paths() -> Iterator[SopPath]:
    for file in sorted(FACTS.glob("*.yaml")):
        facts = yaml.safe_load(file.read_text())
        for name, path in facts["paths"].items():
            yield SopPath(file.stem, name, path.get("choose", {}), path["steps"], path["end"])


PATHS = list(_paths())


class Choices:
    """The values to choose: one for a field, or a list used up in order as the field comes round again."""

    def __init__(self, choose: dict[str, Any]) -> None:
        self._left = {name: list(v) if isinstance(v, list) else [v] for name, v in choose.items()}

    def for_form(self, schema: dict[str, Any]) -> dict[str, Any]:
        chosen = {}
        for name, values in self._left.items():
            if name in schema["properties"]:
                chosen[name] = values.pop(0) if len(values) > 1 else values[0]
        return chosen


def hand_in(client: Client, sop: str) -> dict[str, Any]:
    form = client.get(f"/diagrams/{sop}/form")
    return dict(client.post("/complaints", {"diagram": sop, "answers": sample(form["schema"])}))


def the_instance(client: Client, number: str, by: str) -> dict[str, Any]:
    found = client.get(f"/instances?q={number}", by=by)["items"]
    assert len(found) == 1
    return dict(client.get(f"/instances/{found[0]['id']}", by=by))


def test_there_are_thirteen_paths() -> None:
    assert len(PATHS) == 13


@pytest.mark.parametrize("path", PATHS, ids=lambda p: f"{p.sop}-{p.name}")
def test_a_path_of_an_sop_runs_from_intake_to_end_as_it_is_listed(client: Client, path: SopPath) -> None:
    handed = hand_in(client, path.sop)
    agency, choices = AGENCY[path.sop], Choices(path.choose)
    instance = the_instance(client, handed["number"], f"petugas@{agency}")
    for step in path.steps:
        instance = take_step(client, step, instance, choices, agency, handed)
    assert (instance["state"], instance["end"]) == ("completed", path.end)
    assert instance["tasks"] == [] and instance["timers"] == []
    moves = client.get(f"/instances/{instance['id']}/history", by=f"atasan@{agency}")["items"]
    assert len(moves) == 1 + len(path.steps)


def take_step(
    client: Client, step: str, instance: dict[str, Any], choices: Choices, agency: str, handed: dict[str, Any]
) -> dict[str, Any]:
    if step.startswith("message "):
        return _send(client, step.removeprefix("message "), instance, agency)
    if step.startswith("wait "):
        return _wait(client, instance, agency)
    row, lane = step.split("@")
    assert [(task["row"], task["lane"]) for task in instance["tasks"]] == [(row, lane)]
    return _complete(client, instance["tasks"][0], choices, agency, handed)


def _complete(
    client: Client, task: dict[str, Any], choices: Choices, agency: str, handed: dict[str, Any]
) -> dict[str, Any]:
    form = client.get(f"/tasks/{task['id']}/form", by=f"petugas@{agency}")
    answers = sample(form["schema"], choices.for_form(form["schema"]))
    progress = client.get(f"/complaints/{handed['number']}", pin=handed["pin"])
    if any(mine["id"] == task["id"] for mine in progress["tasks"]):
        url = f"/complaints/{handed['number']}/tasks/{task['id']}/complete"
        client.post(url, {"answers": answers}, pin=handed["pin"])
        return the_instance(client, handed["number"], f"petugas@{agency}")
    by = f"{task['lane']}@{agency}"
    assert task["id"] in [mine["id"] for mine in client.get("/tasks", by=by)["items"]]
    done = client.post(f"/tasks/{task['id']}/complete", {"answers": answers}, by=by)
    assert done["task"]["state"] == "completed"
    return dict(done["instance"])


def _send(client: Client, name: str, instance: dict[str, Any], agency: str) -> dict[str, Any]:
    assert name in instance["messages"]
    body = {"name": name, "payload": {}}
    return dict(client.post(f"/instances/{instance['id']}/messages", body, by=f"petugas@{agency}"))


def _wait(client: Client, instance: dict[str, Any], agency: str) -> dict[str, Any]:
    due_at = datetime.fromisoformat(instance["timers"][0]["due_at"])
    with client.app.app_context():
        assert [str(fired.instance_id) for fired in worker.fire_due(due_at)].count(instance["id"]) == 1
    return dict(client.get(f"/instances/{instance['id']}", by=f"petugas@{agency}"))
