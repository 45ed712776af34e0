"""Verbs of the tasks room: complete, claim, release, assign, keep a draft."""

import uuid
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import update

from service.database import db
from service.diagrams.loading import Form, load
from service.errors import Conflict, Invalid, NotAllowed, Problem, must_be_current
from service.files.commands import attach_all
from service.forms.check import check
from service.forms.fields import all_fields, inline
from service.instances.commands import UNFINISHED
from service.instances.models import Instance, instance_of
from service.instances.moving import Move, moving
from service.people import policy
from service.people.caller import Caller
from service.people.models import Person, holds_lane, person_named
from service.tasks.models import OPEN, Task, lanes_touched, task_of

ASSIGN = "assign"
MOST_AT_ONCE = 200

NOT_HIS_LANE = "{name} tidak memegang lajur tugas “{task}” ({number})."
NOBODY_CHOSEN = "Pilih kepada siapa tugas ini dialihkan."
NONE_CHOSEN = "Pilih dahulu tugas yang akan dialihkan."
TOO_MANY = "Terlalu banyak tugas sekaligus; paling banyak {most}."


def visible(task_id: uuid.UUID, by: Caller) -> Task:
    """The task, if its instance is for the caller's eyes. Raises `NotFound`."""
    task = task_of(task_id)
    if not by.holds(task.agency_id, task.diagram_key, task.lane):
        must_see_instance(by, instance_of(task.instance_id))
    return task


def must_see_instance(by: Caller, instance: Instance) -> None:
    """Ordinary instances are seen by all lanes of their diagram, secret ones by those that had a task in them."""
    lanes = lanes_touched(instance.id) if instance.secret else None
    policy.must_see(by, instance.agency_id, instance.diagram_key, lanes)


def form_of(task: Task) -> Form:
    """The form of a task."""
    return load(task.version_id).form(task.element)


def complete(
    task_id: uuid.UUID,
    answers: dict[str, Any],
    by: Caller,
    at: datetime,
    on_behalf: bool = False,
    seen: int | None = None,
) -> tuple[Task, Instance]:
    """Complete a task with the answers of its form; the instance goes on until it waits again.

    `on_behalf` records a task of the complainant's lane for him; `seen` is the revision of the task he looked at.
    Raises `Conflict` when somebody was faster, `Stale` when the task has changed since, `Invalid` naming the fields
    that are wrong, `NotAllowed` for another lane's task.
    """
    task = visible(task_id, by)
    _must_be_his(task, by, on_behalf)
    _must_be_open(task, by)
    return finish(task, answers, Move(by, at, "complete", task.element, task.step_id, answers, on_behalf), seen)


def finish(task: Task, answers: dict[str, Any], move: Move, seen: int | None = None) -> tuple[Task, Instance]:
    """Complete a task for whoever was let in."""
    form = form_of(task)
    check(form.schema, answers)
    attach_all(form.schema, answers, task.agency_id, task.instance_id)
    try:
        with moving(task.instance_id, move) as (instance, run):
            _hold(task, move.by, seen)
            run.complete(task.step_id, answers)
    except Conflict:  # also of an instance that has ended: who was faster is told all the same
        db.session.refresh(task)
        _must_be_open(task, move.by)
        raise
    return task, instance


def _hold(task: Task, by: Caller, seen: int | None = None) -> None:
    """Hold the task for this transaction, as it is now: whoever was read as its assignee may be another by now."""
    version_id = task.version_id
    db.session.refresh(task, with_for_update=True)
    _must_be_open(task, by)
    must_be_current(task.rev, seen)
    if task.version_id != version_id:  # its lane and form may be others now
        raise Conflict("Berkas ini baru saja dipindahkan ke versi lain. Muat ulang, lalu coba lagi.")


def _must_be_his(task: Task, by: Caller, on_behalf: bool) -> None:
    if not task.public:
        if on_behalf:
            raise Invalid("Hanya tugas pelapor yang dapat dicatat atas namanya.")
        policy.must_hold_lane(by, task.agency_id, task.diagram_key, task.lane)
    elif on_behalf:
        policy.must_work_at(by, task.agency_id)
    else:
        raise NotAllowed("Tugas ini milik pelapor; catat atas namanya bila ia yang menyampaikannya.")


def _must_be_open(task: Task, by: Caller) -> None:
    if task.state != OPEN:
        if task.completed_name is None:
            raise Conflict("Tugas ini sudah tidak perlu dikerjakan lagi.")
        raise Conflict("Tugas ini sudah selesai dikerjakan oleh {who}.", who=task.completed_name)
    if task.assignee_id not in (None, by.person_id):
        raise Conflict("Tugas ini sedang dikerjakan oleh {who}.", who=task.assignee_name or "")


def _mine(task_id: uuid.UUID, by: Caller, seen: int | None = None) -> Task:
    task = visible(task_id, by)
    policy.must_hold_lane(by, task.agency_id, task.diagram_key, task.lane)
    _hold(task, by, seen)
    return task


def claim(task_id: uuid.UUID, by: Caller, at: datetime, seen: int | None = None) -> Task:
    """Take a task for oneself. Raises `Conflict` when it is somebody else's."""
    task = _mine(task_id, by, seen)
    task.assignee_id, task.assignee_name = by.person_id, by.name
    task.taken_at = task.taken_at or at
    task.rev += 1
    return task


def release(task_id: uuid.UUID, by: Caller, seen: int | None = None) -> Task:
    """Give a task back to its lane."""
    task = _mine(task_id, by, seen)
    task.assignee_id = task.assignee_name = None
    task.rev += 1
    return task


def assign(
    task_id: uuid.UUID, username: str | None, by: Caller, at: datetime, why: str = "", seen: int | None = None
) -> Task:
    """Give a task to a person who holds its lane, or back to the lane for None; for supervisors.

    Where he says why, that stands in the history of the instance.
    """
    task = visible(task_id, by)
    policy.must_supervise(by, task.agency_id)
    if why.strip():
        move = Move(by, at, ASSIGN, task.element, task.step_id, reason=why.strip())
        with moving(task.instance_id, move, UNFINISHED):
            _hand_over(task, username, by, seen)
    else:
        _hand_over(task, username, by, seen)
    return task


def assign_all(task_ids: Iterable[uuid.UUID], username: str | None, by: Caller, at: datetime, why: str) -> list[Task]:
    """Give several tasks to one person at once, or none of them. Raises `Invalid` without tasks or without a reason."""
    wanted = sorted(set(task_ids))
    problems = [] if wanted else [Problem("/task", NONE_CHOSEN)]
    problems += [Problem("/task", TOO_MANY, (("most", MOST_AT_ONCE),))] if len(wanted) > MOST_AT_ONCE else []
    problems += [] if username != "" else [Problem("/person", NOBODY_CHOSEN)]
    problems += [] if why.strip() else [Problem("/why", "Sebutkan alasannya.")]
    if problems:
        raise Invalid(problems[0].message, errors=problems, most=MOST_AT_ONCE)
    tasks = sorted((task_of(task_id) for task_id in wanted), key=lambda task: task.instance_id)
    return [assign(task.id, username, by, at, why) for task in tasks]  # in one order, so that nobody waits in a ring


def _hand_over(task: Task, username: str | None, by: Caller, seen: int | None) -> None:
    db.session.refresh(task, with_for_update=True)
    if task.state != OPEN:
        _must_be_open(task, by)
    must_be_current(task.rev, seen)
    person = _holder(username, task) if username else None
    task.assignee_id = person.id if person else None
    task.assignee_name = person.name if person else None
    task.rev += 1


def _holder(username: str, task: Task) -> Person:
    person = person_named(username)
    if not holds_lane(person.id, task.agency_id, task.diagram_key, task.lane or ""):
        told = {"name": person.name, "task": task.name, "number": task.number}
        raise Invalid(NOT_HIS_LANE, errors=[Problem("/person", NOT_HIS_LANE, tuple(told.items()))], **told)
    return person


def keep_draft(task_id: uuid.UUID, answers: dict[str, Any], by: Caller, at: datetime, seen: int | None = None) -> Task:
    """Keep half a form. Only fields the form knows are kept; nothing else is asked of them yet.

    Raises `Stale` when the task is no longer at the revision `seen`.
    """
    task = _mine(task_id, by, seen)
    known = all_fields(inline(form_of(task).schema))
    unknown = [
        Problem(f"/answers/{name}", "Bidang ini tidak ada dalam formulir.") for name in answers if name not in known
    ]
    if unknown:
        raise Invalid("Ada bidang yang tidak dikenal.", errors=unknown)
    attach_all(form_of(task).schema, answers, task.agency_id, task.instance_id)
    task.draft = answers
    task.taken_at = task.taken_at or at
    task.rev += 1
    return task


def draft_of(task: Task) -> dict[str, Any] | None:
    """Its draft, as far as its form has the fields; the rest is kept for the version that it was written in."""
    if task.draft is None:
        return None
    known = all_fields(inline(form_of(task).schema))
    return {name: value for name, value in task.draft.items() if name in known}


def note_opening(task_id: uuid.UUID, by: Caller, brought_up_by: uuid.UUID | None, at: datetime) -> None:
    """Remember who of its lane, other than who brought it up, opened it first: what led to it can be undone no more."""
    task = task_of(task_id)
    his = by.holds(task.agency_id, task.diagram_key, task.lane)
    if his and by.person_id != brought_up_by and task.state == OPEN and task.seen_at is None:
        first = update(Task).where(Task.id == task_id, Task.seen_at.is_(None), Task.state == OPEN)
        db.session.execute(first.values(seen_at=at, seen_by=by.person_id))


def begin(task_id: uuid.UUID, answers: dict[str, Any], by: Caller, at: datetime, seen: int | None = None) -> Task:
    """Keep half a form, and take the task where it is nobody's yet: who fills it in has begun it.

    Raises `Conflict` when somebody else has it or was faster, `Stale` like `keep_draft`.
    """
    task = keep_draft(task_id, answers, by, at, seen)
    if task.assignee_id is None:
        task.assignee_id, task.assignee_name = by.person_id, by.name
    return task
