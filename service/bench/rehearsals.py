"""Rehearsals measured: 10,000 instances replayed through a draft, 10,000 cases simulated, each beside a floor."""

import heapq
import random
import time
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from flask import Flask
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn
from rich.table import Table
from sqlalchemy import func, insert, select

from service import content
from service.calendars.reading import calendar_of
from service.database import Model, db, new_id, transaction
from service.demo import DEPLOYER, OFFICES
from service.diagrams import commands as diagrams
from service.diagrams.loading import Loaded, default_of
from service.engine import Run, TaskWaiting
from service.forms.sample import sample
from service.history.models import MoveRow
from service.instances.commands import start
from service.instances.models import Instance, new_number
from service.instances.moving import Move, moving
from service.people.caller import SYSTEM
from service.rehearsals.models import REPLAY, SIMULATION
from service.rehearsals.recorded import Choice, chosen, recorded
from service.rehearsals.running import Job, work
from service.tasks.models import Task

SOP = "layanan_pengaduan"
MANY = 10_000
MODELS = 40
EVENTS_A_CASE = 20
TO_REACH = 60


def measure(app: Flask) -> Table:
    """A table of seconds; the database gets 10,000 instances and a draft of the SOP."""
    table = Table("", "seconds", "floor", "ratio", "to reach", title=f"rehearsals of {MANY} in one process")
    with app.app_context():
        loaded = _prepare()
        n = _draft()
        for kind, name, floor in (
            (REPLAY, "replay through a draft", _read_all(loaded)),
            (SIMULATION, "simulate beside the live version", _bare_events(2 * MANY * EVENTS_A_CASE)),
        ):
            wanted = {"most": MANY} if kind == REPLAY else {"cases": MANY // 10, "rounds": 10}
            took, result = _timed(Job(kind, loaded.agency_id, SOP, n, wanted), name)
            ratio = f"{took / floor:.1f}"
            table.add_row(name, f"{took:.1f}", f"{floor:.2f}", ratio, str(TO_REACH))
            if kind == REPLAY:
                table.add_row("  outcomes", ", ".join(f"{word} {count}" for word, count in result["counts"].items()))
        db.session.remove()
    return table


def _timed(job: Job, name: str) -> tuple[float, dict[str, Any]]:
    """With its progress on the screen."""
    began, steps = time.perf_counter(), work(job, datetime.now(UTC))
    columns = TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn()
    with Progress(*columns, transient=True) as progress:
        bar = progress.add_task(name, total=None)
        while True:
            try:
                done, whole = next(steps)
            except StopIteration as stop:
                return time.perf_counter() - began, stop.value
            progress.update(bar, completed=done, total=whole)


# ---- something to replay -----------------------------------------------------------------------------------


def _prepare() -> Loaded:
    """Walk some instances to their end, then copy them until there are enough."""
    loaded = default_of(SOP)
    have = db.session.scalar(select(func.count(Instance.id)).where(Instance.diagram_key == SOP)) or 0
    models = [_walked(loaded, random.Random(number)) for number in range(MODELS)]
    for first in range(0, max(0, MANY - have - MODELS), 500):
        _copy(models, min(500, MANY - have - MODELS - first))
    db.session.remove()
    return loaded


def _walked(loaded: Loaded, chance: random.Random) -> Any:
    with transaction():
        instance = start(loaded, _answers(loaded, loaded.spec.start.id, chance), SYSTEM, datetime.now(UTC))
        id_ = instance.id
    while step := _open_step(loaded, id_):
        element, answers = step[1], _answers(loaded, step[1], chance)
        move = Move(SYSTEM, datetime.now(UTC), "complete", element, step[0], answers)
        with transaction(), moving(id_, move) as (_, run):
            run.complete(step[0], answers)
    return id_


def _open_step(loaded: Loaded, id_: Any) -> tuple[str, str] | None:
    row = db.session.get_one(Instance, id_, populate_existing=True)
    run = Run.load(loaded.spec, row.engine_state, None)  # type: ignore[arg-type]
    return next(((each.step_id, each.element) for each in run.waiting if isinstance(each, TaskWaiting)), None)


def _answers(loaded: Loaded, element: str, chance: random.Random) -> dict[str, Any]:
    choices = {
        "bentuk_pengaduan": chance.choice(("tertulis", "lisan")),
        "keputusan": chance.choice(("setuju", "tidak_setuju")),
    }
    return sample(loaded.form(element).schema, choices)


def _copy(models: list[Any], count: int) -> None:
    with transaction():
        for model, times in _shares(models, count):
            fresh = [new_id() for _ in range(times)]
            for table, key in ((Instance, "id"), (MoveRow, "instance_id"), (Task, "instance_id")):
                rows = [
                    dict(row._mapping)
                    for row in db.session.execute(select(table.__table__).where(table.__table__.c[key] == model))
                ]
                copies = [_fresh(table, row, key, id_) for id_ in fresh for row in rows]
                if copies:
                    db.session.execute(insert(table), copies)


def _shares(models: list[Any], count: int) -> Iterator[tuple[Any, int]]:
    for place, model in enumerate(models):
        times = count // len(models) + (place < count % len(models))
        if times:
            yield model, times


def _fresh(table: type[Model], row: Mapping[str, Any], key: str, id_: Any) -> dict[str, Any]:
    copy = {**row, key: id_}
    if table is Instance:
        copy["number"] = new_number(OFFICES[1].prefix)
    if table is Task:
        copy["id"] = new_id()
    return copy


def _draft() -> int:
    """A version whose review asks a field more, so that every answer to it is checked against the new form."""
    forms = dict(content.forms(SOP))
    name = "telaah_draf_jawaban.schema.json"
    form = forms[name]
    forms[name] = {**form, "properties": {**form["properties"], "paraf": {"type": "string", "title": "Paraf"}}}
    with transaction():
        version, _ = diagrams.draft(content.bpmn(SOP), forms, DEPLOYER, datetime.now(UTC), note="bench")
        return int(version.n)


# ---- floors ------------------------------------------------------------------------------------------------


def _read_all(loaded: Loaded) -> float:
    """Seconds for only reading what a replay reads."""
    calendar_of(loaded.agency_id)
    began = time.perf_counter()
    for _ in recorded(chosen(Choice(loaded.agency_id, SOP, most=MANY))):
        pass
    return time.perf_counter() - began


def _bare_events(count: int) -> float:
    """Seconds for a queue of as many events as a simulation has, with nothing to them."""
    chance, ahead = random.Random(1), [(0.0, 0)]
    began = time.perf_counter()
    for number in range(1, count):
        moment, _ = heapq.heappop(ahead)
        heapq.heappush(ahead, (moment + chance.expovariate(1.0), number))
    return time.perf_counter() - began
