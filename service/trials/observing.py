"""What is read for a comparison: the instances of one arm and their tasks, as columns, in two statements and chunks."""

import uuid
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import ColumnElement, func, select

from service.database import db
from service.diagrams.routing import DRAWN, KINDS
from service.history.models import MoveRow
from service.instances.models import CANCELLED, COMPLETED, Instance
from service.tasks.models import COMPLETED as DONE
from service.tasks.models import OPEN, Task

Numbers = NDArray[np.float64]
Flags = NDArray[np.bool_]
Codes = NDArray[np.int64]

CHUNK = 5000
MIGRATE = "migrate"
AT_ONCE = 500
"""How many ids are named in one statement."""


@dataclass(frozen=True)
class Runs:
    """Instances. An instance is seen from `started` to `until`: its end, its migration to another version, or now.

    Each is exactly one of finished, cancelled, migrated and open. `end` is a place in `Observed.ends`, -1 for none.
    """

    started: Numbers
    until: Numbers
    finished: Flags
    cancelled: Flags
    migrated: Flags
    open: Flags
    drawn: Flags
    end: Codes

    def __len__(self) -> int:
        return len(self.started)


@dataclass(frozen=True)
class Tasks:
    """Tasks of these instances while they were at the version. Moments are NaN where there are none."""

    run: Codes
    element: Codes
    lane: Codes
    opened: Numbers
    taken: Numbers
    closed: Numbers
    due: Numbers
    done: Flags
    open: Flags


@dataclass(frozen=True)
class Observed:
    """Everything that is measured of one arm; codes are places in the lists of names."""

    runs: Runs
    tasks: Tasks
    elements: tuple[str, ...]
    lanes: tuple[str | None, ...]
    ends: tuple[str | None, ...]
    kinds: dict[str, int]
    """How many came by which kind of route."""


def of_arm(trial_id: uuid.UUID, arm: int) -> ColumnElement[bool]:
    """The instances that a trial gave to one of its arms."""
    return (Instance.trial_id == trial_id) & (Instance.arm == arm)


def of_version(version_id: uuid.UUID) -> ColumnElement[bool]:
    """The instances that started with a version, whatever sent them there."""
    return Instance.first_version_id == version_id


def fingerprint(arms: Sequence[ColumnElement[bool]]) -> tuple[tuple[int, int], ...]:
    """Changes whenever one of these instances moves or another one comes to them."""
    found = []
    for arm in arms:
        row = db.session.execute(select(func.count(), func.coalesce(func.sum(Instance.seq), 0)).where(arm)).one()
        found.append((int(row[0]), int(row[1])))
    return tuple(found)


def observe(arm: ColumnElement[bool], at: datetime, only_drawn: bool = False) -> Observed:
    """Read the instances of an arm and their tasks, as they stand at `at`; with `only_drawn`, those left to chance."""
    ids, runs, ends, kinds = _runs(arm, at, only_drawn)
    tasks, elements, lanes = _tasks(arm, ids, runs)
    return Observed(runs, tasks, elements, lanes, ends, kinds)


class _Names:
    """Gives each name a number, in the order they come up."""

    def __init__(self) -> None:
        self.known: dict[Any, int] = {}

    def code(self, name: Any) -> int:
        return self.known.setdefault(name, len(self.known))

    def all(self) -> tuple[Any, ...]:
        return tuple(self.known)


# ---- instances -------------------------------------------------------------------------------------------------


def _runs(
    arm: ColumnElement[bool], at: datetime, only_drawn: bool
) -> tuple[dict[uuid.UUID, int], Runs, tuple[str | None, ...], dict[str, int]]:
    columns = (
        Instance.id,
        Instance.started_at,
        Instance.ended_at,
        Instance.state,
        Instance.end,
        Instance.version_id != Instance.first_version_id,
        Instance.route,
    )
    ids: dict[uuid.UUID, int] = {}
    ends, kinds, moved = _Names(), dict.fromkeys(KINDS, 0), []
    rows: list[tuple[float, ...]] = []
    for id_, started, ended, state, end, elsewhere, route in _read(select(*columns).where(arm).order_by(Instance.id)):
        kind = (route or {}).get("kind", KINDS[0])
        kinds[kind] += 1
        if only_drawn and kind != DRAWN:
            continue
        if elsewhere:
            moved.append(id_)
        ids[id_] = len(rows)
        code = ends.code(end) if state == COMPLETED else -1
        rows.append((*_seen(started, ended or at), state == COMPLETED, state == CANCELLED, kind == DRAWN, code))
    table = np.array(rows, float).reshape(-1, 6)
    return ids, _as_runs(table, {ids[id_]: when for id_, when in _migrations(moved)}), ends.all(), kinds


def _seen(started: datetime, until: datetime) -> tuple[float, float]:
    return started.timestamp(), until.timestamp()


def _as_runs(table: Numbers, migrated_at: dict[int, float]) -> Runs:
    started, until, done, given_up, drawn, end = table.T
    migrated = np.zeros(len(table), bool)
    until = until.copy()
    for place, when in migrated_at.items():
        migrated[place], until[place] = True, when
    finished, cancelled = (done > 0) & ~migrated, (given_up > 0) & ~migrated
    still = ~(finished | cancelled | migrated)
    return Runs(
        started, until, finished, cancelled, migrated, still, drawn > 0, np.where(finished, end, -1).astype(int)
    )


def _migrations(ids: Sequence[uuid.UUID]) -> Iterator[tuple[uuid.UUID, float]]:
    """When each of these instances first left its version."""
    first = func.min(MoveRow.at)
    for start in range(0, len(ids), AT_ONCE):
        some = MoveRow.instance_id.in_(ids[start : start + AT_ONCE])
        query = select(MoveRow.instance_id, first).where(some, MoveRow.command == MIGRATE)
        for id_, when in db.session.execute(query.group_by(MoveRow.instance_id)):
            yield id_, when.timestamp()


# ---- tasks -----------------------------------------------------------------------------------------------------


def _tasks(
    arm: ColumnElement[bool], ids: dict[uuid.UUID, int], runs: Runs
) -> tuple[Tasks, tuple[str, ...], tuple[str | None, ...]]:
    columns = (
        Task.instance_id,
        Task.element,
        Task.lane,
        Task.created_at,
        Task.taken_at,
        Task.completed_at,
        Task.due_at,
        Task.state,
    )
    elements, lanes, chunks = _Names(), _Names(), []
    query = select(*columns).join(Instance, Instance.id == Task.instance_id).where(arm).order_by(Task.id)
    for rows in _chunks(query):
        chunks.append(
            np.array(
                [
                    (
                        ids[id_],
                        elements.code(element),
                        lanes.code(lane),
                        opened.timestamp(),
                        _or_nan(taken),
                        _or_nan(closed),
                        _or_nan(due),
                        state == DONE,
                        state == OPEN,
                    )
                    for id_, element, lane, opened, taken, closed, due, state in rows
                    if id_ in ids
                ],
                float,
            ).reshape(-1, 9)
        )
    table = np.concatenate([np.empty((0, 9)), *chunks])
    return _as_tasks(table, runs), elements.all(), lanes.all()


def _or_nan(moment: datetime | None) -> float:
    return moment.timestamp() if moment else np.nan


def _as_tasks(table: Numbers, runs: Runs) -> Tasks:
    """Only what happened while the instance was at the version: after a migration it is another arm's time."""
    run, opened = table[:, 0].astype(int), table[:, 3]
    here = ~runs.migrated[run] | (opened < runs.until[run])
    table, run = table[here], run[here]
    _, element, lane, opened, taken, closed, due, done, still = table.T
    later = runs.migrated[run] & ~(closed <= runs.until[run])
    return Tasks(
        run,
        element.astype(int),
        lane.astype(int),
        opened,
        taken,
        np.where(later, np.nan, closed),
        due,
        (done > 0) & ~later,
        (still > 0) & ~later,
    )


def _read(query: Any) -> Iterable[Any]:
    return db.session.execute(query.execution_options(yield_per=CHUNK))


def _chunks(query: Any) -> Iterable[Sequence[Any]]:
    result: Iterable[Sequence[Any]] = db.session.execute(query.execution_options(yield_per=CHUNK)).partitions()
    return result
