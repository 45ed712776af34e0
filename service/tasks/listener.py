"""Keeps the table of tasks in step with what the engine says."""

from sqlalchemy import select

from service.database import db
from service.facts import StepFact, TaskCompleted, TaskOpened, TaskWithdrawn
from service.instances.models import STUCK
from service.instances.moving import Moved
from service.tasks.models import COMPLETED, NEVER, OPEN, WITHDRAWN, Task


def hear(moved: Moved, steps: list[StepFact]) -> None:
    """Open a row for each task that came up; close those completed or withdrawn."""
    for fact in steps:
        if isinstance(fact, TaskOpened):
            _open(moved, fact)
        elif isinstance(fact, TaskCompleted | TaskWithdrawn):
            _close(moved, fact)
    if moved.move.command == STUCK and moved.move.step_id:
        _keep_as_draft(moved)


def _open(moved: Moved, fact: TaskOpened) -> None:
    instance, element = moved.instance, moved.version.element(fact.element)
    standard = element.properties.get("timeStandard")
    clock = element.properties.get("timeClock", "working")
    due_at = moved.clock.due(moved.move.at, standard, clock) if standard else None
    lane = moved.version.spec.lane(fact.lane)
    db.session.add(
        Task(
            agency_id=instance.agency_id,
            instance_id=instance.id,
            step_id=fact.step_id,
            diagram_key=instance.diagram_key,
            version_id=instance.version_id,
            version_n=instance.version_n,
            element=fact.element,
            name=element.label,
            row=element.row,
            lane=fact.lane,
            public=bool(lane and lane.public),
            number=instance.number,
            due_at=due_at,
            sort_at=due_at or NEVER,
            created_at=moved.move.at,
        )
    )


def _close(moved: Moved, fact: TaskCompleted | TaskWithdrawn) -> None:
    task = _task(moved, fact.step_id)
    done = isinstance(fact, TaskCompleted)
    task.state = COMPLETED if done else WITHDRAWN
    task.completed_at = moved.move.at
    if done:
        task.completed_by, task.completed_name = moved.move.by.person_id, moved.move.by.name
    task.draft = None
    task.rev += 1


def _keep_as_draft(moved: Moved) -> None:
    """What was answered when the instance got stuck is not lost: it waits in the form."""
    query = select(Task).where(
        Task.instance_id == moved.instance.id, Task.step_id == moved.move.step_id, Task.state == OPEN
    )
    task = db.session.scalars(query).one_or_none()
    if task is not None:
        task.draft = moved.move.answers
        task.rev += 1


def _task(moved: Moved, step_id: str) -> Task:
    known = [t for t in db.session.identity_map.values() if isinstance(t, Task) and t.step_id == step_id]
    if known:
        return known[0]
    query = select(Task).where(Task.instance_id == moved.instance.id, Task.step_id == step_id, Task.state == OPEN)
    return db.session.scalars(query).one()
