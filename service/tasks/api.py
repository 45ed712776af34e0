"""Calls about tasks: find them, take them, fill them, complete them."""

import uuid
from dataclasses import replace
from datetime import datetime
from typing import Any

from marshmallow import Schema, fields, validate

from service.diagrams.loading import load
from service.entrance import cursors
from service.entrance.calls import Entrance, seen_revision, tag
from service.entrance.documenting import IF_MATCH
from service.entrance.openings import note_opening
from service.entrance.schemas import Answers, Moment, PageQuery, StrictBoolean, page_of, text
from service.entrance.shown import InstanceOut, TaskOut, instance_out, task_out
from service.history.models import last_answers
from service.people.caller import Caller
from service.tasks import commands
from service.tasks.models import Filter, Task
from service.tasks.overview import tasks

entrance = Entrance("tasks", "Steps that wait for a person")


class TasksQuery(PageQuery):
    lane = text(63, load_default=None)
    diagram = text(63, load_default=None)
    instance = fields.UUID(load_default=None)
    mine = fields.Boolean(load_default=False)
    due_before = Moment(load_default=None)
    overdue = fields.Boolean(load_default=False)
    q = text(100, load_default=None)
    sort = fields.String(load_default="due", validate=validate.OneOf(("due",)))


class TaskFormOut(Schema):
    schema = fields.Dict(required=True)
    ui_schema = fields.Dict(required=True)
    answers = fields.Dict(required=True, metadata={"description": "draft, or what was answered here last time"})
    instructions = fields.String(required=True)


class AnswersIn(Schema):
    answers = Answers(required=True)


class CompleteIn(AnswersIn):
    on_behalf = StrictBoolean(load_default=False)


class CompletedOut(Schema):
    task = fields.Nested(TaskOut, required=True)
    instance = fields.Nested(InstanceOut, required=True)


class AssignIn(Schema):
    person = text(120, required=True, allow_none=True, metadata={"description": "user name, or null for the lane"})
    reason = text(1000, load_default="", metadata={"description": "where given, it stands in the history"})


@entrance.call("GET", "/tasks", gives=page_of(TaskOut), query=TasksQuery)
def list_tasks(query: dict[str, Any], by: Caller, at: datetime) -> dict[str, Any]:
    """Open tasks the caller may work on, the most urgent first

    Where `lane` names the complainant's lane, these are tasks to be recorded on behalf of a complainant (`on_behalf`).
    """
    wanted = Filter(
        diagram=query["diagram"],
        lane=query["lane"],
        instance=query["instance"],
        assignee=by.person_id if query["mine"] else None,
        due_before=query["due_before"],
        text=query["q"],
    )
    if query["overdue"]:
        wanted = replace(wanted, due_before=min(at, query["due_before"] or at))
    limit = query["limit"]
    after = cursors.read_moment_and_id(query["after"])
    found = tasks(by, wanted, after, limit + 1)
    last = found[limit - 1] if len(found) > limit else None
    return {
        "items": [task_out(task) for task in found[:limit]],
        "next": cursors.write(last.sort_at, last.id) if last else None,
    }


@entrance.call("GET", "/tasks/<uuid:task_id>", gives=TaskOut, tagged=True)
def one_task(task_id: uuid.UUID, by: Caller, at: datetime) -> dict[str, Any]:
    """One task"""
    return _answer(commands.visible(task_id, by))


def _answer(task: Task) -> dict[str, Any]:
    tag(task.rev)
    return task_out(task)


@entrance.call("GET", "/tasks/<uuid:task_id>/form", gives=TaskFormOut)
def task_form(task_id: uuid.UUID, by: Caller, at: datetime) -> dict[str, Any]:
    """The form of a task with what is already known"""
    note_opening(task_id, by, at)
    task = commands.visible(task_id, by)
    form = commands.form_of(task)
    element = load(task.version_id).element(task.element)
    draft = commands.draft_of(task)
    known = draft if draft is not None else last_answers(task.instance_id, task.element)
    return {
        "schema": form.schema,
        "ui_schema": form.ui_schema,
        "answers": known,
        "instructions": element.instructions or "",
    }


@entrance.call("POST", "/tasks/<uuid:task_id>/claim", gives=TaskOut, refuses=(409,), headers=(IF_MATCH,), tagged=True)
def claim(task_id: uuid.UUID, by: Caller, at: datetime) -> dict[str, Any]:
    """Take a task for oneself"""
    return _answer(commands.claim(task_id, by, at, seen_revision()))


@entrance.call("POST", "/tasks/<uuid:task_id>/release", gives=TaskOut, refuses=(409,), headers=(IF_MATCH,), tagged=True)
def release(task_id: uuid.UUID, by: Caller, at: datetime) -> dict[str, Any]:
    """Give a task back to its lane"""
    return _answer(commands.release(task_id, by, seen_revision()))


@entrance.call(
    "POST",
    "/tasks/<uuid:task_id>/assign",
    gives=TaskOut,
    takes=AssignIn,
    refuses=(409,),
    headers=(IF_MATCH,),
    tagged=True,
)
def assign(body: dict[str, Any], task_id: uuid.UUID, by: Caller, at: datetime) -> dict[str, Any]:
    """Give a task to a person of its lane"""
    return _answer(commands.assign(task_id, body["person"], by, at, body["reason"], seen_revision()))


@entrance.call(
    "PUT",
    "/tasks/<uuid:task_id>/draft",
    gives=TaskOut,
    takes=AnswersIn,
    refuses=(409,),
    headers=(IF_MATCH,),
    tagged=True,
)
def keep_draft(body: dict[str, Any], task_id: uuid.UUID, by: Caller, at: datetime) -> dict[str, Any]:
    """Keep half a form"""
    return _answer(commands.keep_draft(task_id, body["answers"], by, at, seen_revision()))


@entrance.call(
    "POST",
    "/tasks/<uuid:task_id>/complete",
    gives=CompletedOut,
    takes=CompleteIn,
    refuses=(409,),
    headers=(IF_MATCH,),
    tagged=True,
)
def complete(body: dict[str, Any], task_id: uuid.UUID, by: Caller, at: datetime) -> dict[str, Any]:
    """Complete a task with the answers of its form"""
    task, instance = commands.complete(task_id, body["answers"], by, at, body["on_behalf"], seen_revision())
    tag(task.rev)
    return {"task": task_out(task), "instance": instance_out(instance)}
