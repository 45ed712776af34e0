"""What is recorded of instances, as a replay needs it: the deeds in order, and where each stands now.

Read in small parts, each in a transaction of its own, so that nobody who writes is kept waiting.
"""

import uuid
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, func, select

from service.database import db
from service.history.models import MoveRow
from service.instances.models import Instance
from service.tasks.models import OPEN, Task

AT_ONCE = 200
"""Instances read together."""


@dataclass(frozen=True)
class Deed:
    """One move as it was recorded. `answers` is None where they were destroyed by rule."""

    at: datetime
    version_id: uuid.UUID
    command: str
    element: str | None
    answers: dict[str, Any] | None


@dataclass(frozen=True)
class Recorded:
    """One instance; `open` are the elements of its open tasks."""

    id: uuid.UUID
    version_n: int
    state: str
    end: str | None
    deeds: tuple[Deed, ...]
    open: tuple[str, ...]


@dataclass(frozen=True)
class Choice:
    """Which instances: of which versions (all for None), begun when, and at most how many of the newest."""

    agency_id: uuid.UUID
    diagram_key: str
    versions: tuple[int, ...] | None = None
    begun_from: datetime | None = None
    begun_before: datetime | None = None
    most: int = 1000

    def conditions(self) -> list[ColumnElement[bool]]:
        found = [Instance.agency_id == self.agency_id, Instance.diagram_key == self.diagram_key]
        if self.versions is not None:
            found.append(Instance.version_n.in_(self.versions))
        if self.begun_from is not None:
            found.append(Instance.started_at >= self.begun_from)
        if self.begun_before is not None:
            found.append(Instance.started_at < self.begun_before)
        return found


def chosen(choice: Choice) -> list[uuid.UUID]:
    """The ids of these instances, newest first."""
    query = select(Instance.id).where(*choice.conditions()).order_by(Instance.id.desc()).limit(choice.most)
    return list(db.session.scalars(query))


def counts_by_version(agency_id: uuid.UUID, diagram_key: str) -> dict[int, int]:
    """How many instances of a diagram there are, by version."""
    query = select(Instance.version_n, func.count()).where(*Choice(agency_id, diagram_key).conditions())
    rows = db.session.execute(query.group_by(Instance.version_n).order_by(Instance.version_n))
    return {n: count for n, count in rows}  # noqa: C416 - a row is no pair to mypy


def recorded(ids: Sequence[uuid.UUID]) -> Iterator[Recorded]:
    """What is recorded of these instances, in their order, read a few hundred at a time."""
    for first in range(0, len(ids), AT_ONCE):
        part = ids[first : first + AT_ONCE]
        found = _read(part)
        db.session.rollback()  # nothing is held open while they are worked on
        yield from (found[id_] for id_ in part if id_ in found)


def _read(ids: Sequence[uuid.UUID]) -> dict[uuid.UUID, Recorded]:
    deeds, standing = _deeds(ids), _open_elements(ids)
    query = select(Instance.id, Instance.version_n, Instance.state, Instance.end).where(Instance.id.in_(ids))
    return {
        row.id: Recorded(row.id, row.version_n, row.state, row.end, deeds.get(row.id, ()), standing.get(row.id, ()))
        for row in db.session.execute(query)
    }


def _deeds(ids: Iterable[uuid.UUID]) -> dict[uuid.UUID, tuple[Deed, ...]]:
    columns = (MoveRow.instance_id, MoveRow.at, MoveRow.version_id, MoveRow.command, MoveRow.element, MoveRow.answers)
    query = select(*columns).where(MoveRow.instance_id.in_(ids)).order_by(MoveRow.instance_id, MoveRow.seq)
    found: dict[uuid.UUID, list[Deed]] = {}
    for instance_id, at, version_id, command, element, answers in db.session.execute(query):
        found.setdefault(instance_id, []).append(Deed(at, version_id, command, element, answers))
    return {instance_id: tuple(deeds) for instance_id, deeds in found.items()}


def _open_elements(ids: Iterable[uuid.UUID]) -> dict[uuid.UUID, tuple[str, ...]]:
    query = select(Task.instance_id, Task.element).where(Task.instance_id.in_(ids), Task.state == OPEN)
    found: dict[uuid.UUID, list[str]] = {}
    for instance_id, element in db.session.execute(query.order_by(Task.id)):
        found.setdefault(instance_id, []).append(element)
    return {instance_id: tuple(elements) for instance_id, elements in found.items()}
