"""Keeps the table of tasks in step with what the engine says."""

from sqlalchemy import select

from service.database import db
from service.facts import StepFact, TaskCarried, TaskCompleted, TaskOpened, TaskReturned, TaskWithdrawn
from service.instances.models import STUCK
from service.instances.moving import Moved
from service.tasks.models import COMPLETED, NEVER, OPEN, WITHDRAWN, Task


def hear(moved: Moved, steps: list[StepFact]) -> None:
    """Open a row for each task that came up; close those completed or withdrawn; renew those that go on or return."""
    for fact in steps:
        if isinstance(fact, TaskOpened):
            _open(moved, fact)
        elif isinstance(fact, TaskCarried):
            _carry(moved, fact)
        elif isinstance(fact, TaskReturned):
            _reopen(moved, fact)
        elif isinstance(fact, TaskCompleted | TaskWithdrawn):
            _close(moved, fact)
    if moved.move.command == STUCK and moved.move.step_id:
        _keep_as_draft(moved)


def _open(moved: Moved, fact: TaskOpened) -> None:
    instance = moved.instance
    task = Task(
        agency_id=instance.agency_id,
        instance_id=instance.id,
        step_id=fact.step_id,
        diagram_key=instance.diagram_key,
        number=instance.number,
        created_at=moved.move.at,
    )
    _describe(task, moved, fact)
    db.session.add(task)


def _carry(moved: Moved, fact: TaskCarried) -> None:
    """It stays the same task with the same draft; of another lane it is nobody's yet."""
    task = _task(moved, fact.step_id)
    db.session.refresh(task, with_for_update=True)  # somebody may just have taken it
    if task.lane != fact.lane:
        task.assignee_id = task.assignee_name = None
    _describe(task, moved, fact)
    task.rev += 1


def _describe(task: Task, moved: Moved, fact: TaskOpened | TaskCarried) -> None:
    """As its version has it; what has to be done by when counts from when it came up."""
    element = moved.version.element(fact.element)
    standard = element.properties.get("timeStandard")
    clock = element.properties.get("timeClock", "working")
    due_at = moved.clock.due(task.created_at, standard, clock) if standard else None
    lane = moved.version.spec.lane(fact.lane)
    task.version_id, task.version_n = moved.instance.version_id, moved.instance.version_n
    task.element, task.name, task.row = fact.element, element.label, element.row
    task.lane, task.public = fact.lane, bool(lane and lane.public)
    task.due_at, task.sort_at = due_at, due_at or NEVER


def _reopen(moved: Moved, fact: TaskReturned) -> None:
    """A step that waits again has its old row back, with the due date it had."""
    query = select(Task).where(Task.instance_id == moved.instance.id, Task.step_id == fact.step_id)
    task = db.session.scalars(query).one()
    task.state = OPEN
    task.completed_at = task.completed_by = task.completed_name = None
    task.rev += 1


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
    seen = db.session.identity_map.values()
    known = [t for t in seen if isinstance(t, Task) and t.step_id == step_id and t.instance_id == moved.instance.id]
    if known:
        return known[0]
    query = select(Task).where(Task.instance_id == moved.instance.id, Task.step_id == step_id, Task.state == OPEN)
    return db.session.scalars(query).one()
