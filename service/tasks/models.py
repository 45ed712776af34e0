"""The table of tasks, and the questions asked of it."""

import uuid
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    JSON,
    ColumnElement,
    ForeignKey,
    Index,
    Select,
    String,
    Uuid,
    and_,
    func,
    literal,
    or_,
    select,
    tuple_,
    union_all,
)
from sqlalchemy.orm import Mapped, defer, mapped_column

from service.database import Model, UtcDateTime, db, id_column
from service.errors import NotFound

OPEN, COMPLETED, WITHDRAWN = "open", "completed", "withdrawn"
NEVER = datetime(9999, 1, 1, tzinfo=UTC)
"""Sorts tasks without due date behind all others."""


class Task(Model):
    """One step that waits, or waited, for a person. `number` and `name` are copies, so that lists need no join."""

    __tablename__ = "task"

    id: Mapped[uuid.UUID] = id_column()
    agency_id: Mapped[uuid.UUID]
    instance_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("instance.id"))
    step_id: Mapped[str] = mapped_column(String(36))
    diagram_key: Mapped[str] = mapped_column(String(63))
    version_id: Mapped[uuid.UUID]
    version_n: Mapped[int]
    element: Mapped[str] = mapped_column(String(100))
    name: Mapped[str] = mapped_column(String(200))
    row: Mapped[str | None] = mapped_column(String(20))
    lane: Mapped[str | None] = mapped_column(String(63))
    public: Mapped[bool] = mapped_column(default=False)
    number: Mapped[str] = mapped_column(String(20))
    state: Mapped[str] = mapped_column(String(10), default=OPEN)
    assignee_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("person.id"))
    assignee_name: Mapped[str | None] = mapped_column(String(200))
    due_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    sort_at: Mapped[datetime] = mapped_column(UtcDateTime)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    taken_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    """When somebody first took it or began its form: until then it waited, from then on it was handled."""
    seen_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    """When it was first opened by somebody of its lane other than who brought it up, who can then not undo that."""
    seen_by: Mapped[uuid.UUID | None] = mapped_column(Uuid)
    completed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    completed_by: Mapped[uuid.UUID | None] = mapped_column(Uuid)
    completed_name: Mapped[str | None] = mapped_column(String(200))
    draft: Mapped[dict[str, Any] | None] = mapped_column(JSON)
    rev: Mapped[int] = mapped_column(default=1)


_open = Task.state == OPEN
_taken = and_(_open, Task.assignee_id.is_not(None))

Index("ix_task_instance_step", Task.instance_id, Task.step_id)
Index(
    "ix_task_list",
    Task.agency_id,
    Task.diagram_key,
    Task.lane,
    Task.sort_at,
    Task.id,
    Task.assignee_id,  # so that who holds what is counted, and what is free found, in the index alone
    sqlite_where=_open,
    postgresql_where=_open,
)
Index(
    "ix_task_taken",
    Task.agency_id,
    Task.diagram_key,
    Task.lane,
    Task.sort_at,
    Task.id,
    sqlite_where=_taken,
    postgresql_where=_taken,
)
Index("ix_task_mine", Task.assignee_id, Task.sort_at, Task.id, sqlite_where=_open, postgresql_where=_open)

Lane = tuple[uuid.UUID, str, str]
Place = tuple[datetime, uuid.UUID]
Places = Select[datetime, uuid.UUID]

FREE, TAKEN = "free", "taken"


@dataclass(frozen=True)
class Filter:
    """What a task list is narrowed to; None leaves a part open. `held` is `FREE` or `TAKEN`."""

    diagram: str | None = None
    lane: str | None = None
    instance: uuid.UUID | None = None
    assignee: uuid.UUID | None = None
    not_of: uuid.UUID | None = None
    held: str | None = None
    due_from: datetime | None = None
    due_before: datetime | None = None
    text: str | None = None
    also: tuple[ColumnElement[bool], ...] = ()


@dataclass(frozen=True)
class Due:
    """How many tasks are late, and how many have to be done before the day is over."""

    late: int = 0
    today: int = 0


@dataclass(frozen=True)
class Tally:
    """How many tasks of a lane are open in one pair of hands (None: nobody's yet), late, and due until tonight."""

    diagram: str
    lane: str | None
    assignee: uuid.UUID | None
    open: int
    late: int
    today: int


def task_of(task_id: uuid.UUID) -> Task:
    """The task with this id. Raises `NotFound`."""
    found = db.session.get(Task, task_id)
    if found is None:
        raise NotFound("Tugas tidak ditemukan.")
    return found


def tasks_of(instance_id: uuid.UUID, only_open: bool = True) -> Sequence[Task]:
    """The tasks of an instance in the order they came up."""
    query = select(Task).where(Task.instance_id == instance_id).order_by(Task.id)
    return db.session.scalars(query.where(_open) if only_open else query).all()


def lanes_touched(instance_id: uuid.UUID) -> frozenset[str]:
    """The lanes that have, or had, a task in this instance."""
    query = select(Task.lane).where(Task.instance_id == instance_id, Task.lane.is_not(None)).distinct()
    return frozenset(lane for lane in db.session.scalars(query) if lane)


def open_tasks(lanes: Iterable[Lane], wanted: Filter, after: Place | None, limit: int) -> Sequence[Task]:
    """Open tasks of these lanes by due date, then id; at most `limit`, from the place `after`."""
    return listed([open_places(lanes, wanted, after, limit)])[0]


def open_places(lanes: Iterable[Lane], wanted: Filter, after: Place | None, limit: int) -> Places | None:
    """Where those tasks stand, to be `listed`; None where there can be none.

    One short index scan per lane, merged: the cost depends on the page and the number of lanes, never on how many
    tasks are open elsewhere.
    """
    scans = _scans(lanes, wanted, after, limit)
    if not scans:
        return None
    merged = union_all(*(select(scan.subquery()) for scan in scans)).subquery()
    return select(merged.c.sort_at, merged.c.id).order_by(merged.c.sort_at, merged.c.id).limit(limit)


def places_in_hand(
    person_id: uuid.UUID, lanes: Iterable[Lane], wanted: Filter, after: Place | None, limit: int
) -> Places:
    """Where the open tasks stand that a person has taken and may still do, by due date, then id; at most `limit`."""
    query: Places = _narrowed(_in_hand(person_id, lanes, wanted), wanted, after)
    return query.order_by(Task.sort_at, Task.id).limit(limit)


def listed(lists: Sequence[Places | None]) -> list[list[Task]]:
    """The tasks of several lists, each in its order, by one statement. Drafts may be long, and no list shows them."""
    found: list[list[Task]] = [[] for _ in lists]
    numbered = [
        select(literal(number).label("list"), places.subquery())
        for number, places in enumerate(lists)
        if places is not None
    ]
    if numbered:
        place = union_all(*numbered).subquery()
        query = select(place.c.list, Task).join(Task, Task.id == place.c.id).options(defer(Task.draft))
        for number, task in db.session.execute(query.order_by(place.c.list, Task.sort_at, Task.id)):
            found[number].append(task)
    return found


def count_due(person_id: uuid.UUID, lanes: Iterable[Lane], now: datetime, tonight: datetime, most: int) -> Due:
    """How many tasks in a person's hands are late, and how many due until tonight; looks at no more than `most`."""
    first = _in_hand(person_id, lanes, Filter()).where(Task.sort_at < tonight).order_by(Task.sort_at).limit(most)
    due = first.subquery()
    late = func.count().filter(due.c.sort_at < now)
    counted = db.session.execute(select(late, func.count()).select_from(due)).one()
    return Due(late=counted[0], today=counted[1] - counted[0])


def tallies(agency_id: uuid.UUID, now: datetime, tonight: datetime) -> Sequence[Tally]:
    """What is open in an agency, by lane and pair of hands; read from one index alone."""
    late = func.count().filter(Task.sort_at < now)
    today = func.count().filter(Task.sort_at >= now, Task.sort_at < tonight)
    key = (Task.diagram_key, Task.lane, Task.assignee_id)
    query = select(*key, func.count(), late, today).where(_open, Task.agency_id == agency_id).group_by(*key)
    return [Tally(*row) for row in db.session.execute(query)]


def _in_hand(person_id: uuid.UUID, lanes: Iterable[Lane], wanted: Filter) -> Places:
    his = [lane for lane in lanes if _is_wanted(lane, wanted)]
    place = tuple_(Task.agency_id, Task.diagram_key, Task.lane)
    return select(Task.sort_at, Task.id).where(_open, Task.assignee_id == person_id, place.in_(his))


def _scans(lanes: Iterable[Lane], wanted: Filter, after: Place | None, limit: int) -> list[Places]:
    return [_scan(lane, wanted, after, limit) for lane in sorted(lanes, key=str) if _is_wanted(lane, wanted)]


def _is_wanted(lane: Lane, wanted: Filter) -> bool:
    return wanted.diagram in (None, lane[1]) and wanted.lane in (None, lane[2])


def _scan(lane: Lane, wanted: Filter, after: Place | None, limit: int) -> Places:
    agency_id, diagram, lane_id = lane
    query = select(Task.sort_at, Task.id).where(
        _open, Task.agency_id == agency_id, Task.diagram_key == diagram, Task.lane == lane_id
    )
    narrowed: Places = _narrowed(query, wanted, after)
    return narrowed.order_by(Task.sort_at, Task.id).limit(limit)


def _narrowed(query: Any, wanted: Filter, after: Place | None) -> Any:
    query = query.where(*_conditions(wanted))
    if after is not None:  # the first condition says the same less exactly, so that the index is entered there
        later = or_(Task.sort_at > after[0], Task.id > after[1])
        query = query.where(Task.sort_at >= after[0], later)
    return query


def _conditions(wanted: Filter) -> list[ColumnElement[bool]]:
    asked: tuple[tuple[Any, Callable[[Any], ColumnElement[bool]]], ...] = (
        (wanted.instance, lambda it: Task.instance_id == it),
        (wanted.assignee, lambda it: Task.assignee_id == it),
        (wanted.held, lambda it: Task.assignee_id.is_(None) if it == FREE else Task.assignee_id.is_not(None)),
        (wanted.not_of, lambda it: Task.assignee_id != it),
        (wanted.due_from, lambda it: Task.sort_at >= it),
        (wanted.due_before, lambda it: Task.sort_at < it),
        (wanted.text, _matches),
    )
    return [*(condition(value) for value, condition in asked if value), *wanted.also]


def _matches(text: str) -> ColumnElement[bool]:
    like = f"%{_escaped(text)}%"
    return or_(Task.number.ilike(like, escape="\\"), Task.name.ilike(like, escape="\\"))


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
