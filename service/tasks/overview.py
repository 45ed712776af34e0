"""Which instances there are, seen through their tasks: by lane, by lateness, and for whose eyes."""

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, exists, false, or_, select, true, tuple_
from sqlalchemy.orm import aliased, defer

from service.database import db
from service.instances.models import RUNNING, STUCK, SUSPENDED, Instance
from service.people.caller import Caller
from service.people.models import AUDITOR, OWNER, SUPERVISOR
from service.tasks.models import OPEN, Filter, Place, Task, open_tasks


@dataclass(frozen=True)
class InstanceFilter:
    """What a list of instances is narrowed to; None leaves a part open."""

    diagram: str | None = None
    version: int | None = None
    state: str | None = None
    lane: str | None = None
    overdue_at: datetime | None = None
    text: str | None = None
    unfinished: bool = False
    """Only what runs, rests or is stuck."""
    started_from: datetime | None = None
    started_before: datetime | None = None
    also: tuple[ColumnElement[bool], ...] = ()


def instances(by: Caller, wanted: InstanceFilter, after: uuid.UUID | None, limit: int) -> Sequence[Instance]:
    """Instances for the caller's eyes, newest first, from the one after `after`."""
    query = select(Instance).where(_is_for(by), *_conditions(wanted))
    if after is not None:
        query = query.where(Instance.id < after)
    return db.session.scalars(query.order_by(Instance.id.desc()).limit(limit)).all()


def tasks(by: Caller, wanted: Filter, after: Place | None, limit: int) -> Sequence[Task]:
    """Open tasks that the caller may work on, by due date, then id; at most `limit`, from the place `after`.

    Where `wanted` names a complainant's lane, these are the tasks that he may record on behalf of a complainant.
    """
    his = open_tasks(by.lanes, wanted, after, limit)
    if wanted.lane is None:
        return his
    places = {(agency, diagram, wanted.lane) for agency, diagram, _ in by.lanes} - by.lanes
    shared = open_tasks(places, replace(wanted, also=(Task.public.is_(True), _seen_by(by))), after, limit)
    return sorted([*his, *shared], key=lambda task: (task.sort_at, task.id))[:limit]


def _seen_by(by: Caller) -> ColumnElement[bool]:
    """Of tasks at a diagram of his: all but those of secret instances that never came to a lane of his."""
    other = aliased(Task)
    secret = exists().where(Instance.id == Task.instance_id, Instance.secret)
    came = tuple_(other.agency_id, other.diagram_key, other.lane).in_(by.lanes)
    whole = [agency for agency, role in by.roles if role in (SUPERVISOR, AUDITOR) and agency]
    return or_(~secret, exists().where(other.instance_id == Task.instance_id, came), Task.agency_id.in_(whole))


def open_tasks_in(instance_ids: Iterable[uuid.UUID]) -> dict[uuid.UUID, list[Task]]:
    """The open tasks of each of these instances, the first due first."""
    query = select(Task).where(Task.instance_id.in_(instance_ids), Task.state == OPEN)
    found: dict[uuid.UUID, list[Task]] = {}
    for task in db.session.scalars(query.order_by(Task.sort_at, Task.id).options(defer(Task.draft))):
        found.setdefault(task.instance_id, []).append(task)
    return found


def _conditions(wanted: InstanceFilter) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = list(wanted.also)
    for column, value in (
        (Instance.diagram_key, wanted.diagram),
        (Instance.version_n, wanted.version),
        (Instance.state, wanted.state),
    ):
        if value is not None:
            found.append(column == value)
    if wanted.unfinished:
        found.append(Instance.state.in_((RUNNING, SUSPENDED, STUCK)))
    if wanted.text:
        found.append(Instance.number.startswith(wanted.text.strip().upper(), autoescape=True))
    if wanted.started_from is not None:
        found.append(Instance.started_at >= wanted.started_from)
    if wanted.started_before is not None:
        found.append(Instance.started_at < wanted.started_before)
    if wanted.lane is not None:
        found.append(_has_task(Task.state == OPEN, Task.lane == wanted.lane))
    if wanted.overdue_at is not None:
        found.append(_has_task(Task.state == OPEN, Task.due_at < wanted.overdue_at))
    return found


def _has_task(*conditions: ColumnElement[bool]) -> ColumnElement[bool]:
    return exists().where(Task.instance_id == Instance.id, *conditions)


def _is_for(by: Caller) -> ColumnElement[bool]:
    """The same rule as `people.policy.may_see`, as a condition."""
    if (None, AUDITOR) in by.roles or (None, SUPERVISOR) in by.roles:
        return true()
    whole = [agency for agency, role in by.roles if role in (SUPERVISOR, AUDITOR) and agency]
    owned = [agency for agency, role in by.roles if role == OWNER and agency]
    allowed: list[Any] = [_works_on(by, agency, diagram) for agency, diagram, _ in _one_each(by)]
    if whole:
        allowed.append(Instance.agency_id.in_(whole))
    if owned:
        allowed.append(and_(Instance.agency_id.in_(owned), ~Instance.secret))
    if (None, OWNER) in by.roles:
        allowed.append(~Instance.secret)
    return or_(*allowed) if allowed else false()


def _one_each(by: Caller) -> list[tuple[uuid.UUID, str, str]]:
    """One lane for each diagram the caller has a part in."""
    return list({(agency, diagram): (agency, diagram, lane) for agency, diagram, lane in by.lanes}.values())


def _works_on(by: Caller, agency: uuid.UUID, diagram: str) -> ColumnElement[bool]:
    lanes = [lane for a, d, lane in by.lanes if (a, d) == (agency, diagram)]
    open_to_him = or_(~Instance.secret, _has_task(Task.lane.in_(lanes)))
    return and_(Instance.agency_id == agency, Instance.diagram_key == diagram, open_to_him)
