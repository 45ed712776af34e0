"""Instances and tasks as answers, put together from the rooms that know a part of them."""

from typing import Any

from marshmallow import Schema, fields, validate

from service.diagrams.loading import load
from service.diagrams.routing import KINDS
from service.engine import MessageWaiting
from service.entrance.compared import reason
from service.instances.models import STATES, Instance
from service.instances.moving import look
from service.tasks.models import Task, tasks_of
from service.timers.models import timers_of


class TaskOut(Schema):
    """A task."""

    id = fields.UUID(required=True)
    instance = fields.UUID(required=True)
    number = fields.String(required=True)
    diagram = fields.String(required=True)
    version = fields.Integer(required=True)
    element = fields.String(required=True)
    row = fields.String(required=True, allow_none=True)
    name = fields.String(required=True)
    lane = fields.String(required=True, allow_none=True)
    state = fields.String(required=True)
    assignee = fields.String(required=True, allow_none=True)
    due_at = fields.AwareDateTime(required=True, allow_none=True)
    created_at = fields.AwareDateTime(required=True)


class TimerOut(Schema):
    """A timer that waits."""

    element = fields.String(required=True)
    name = fields.String(required=True)
    due_at = fields.AwareDateTime(required=True)


class InstanceRowOut(Schema):
    """An instance in a list."""

    id = fields.UUID(required=True)
    diagram = fields.String(required=True)
    version = fields.Integer(required=True)
    number = fields.String(required=True)
    state = fields.String(required=True, validate=validate.OneOf(STATES))
    end = fields.String(required=True, allow_none=True)
    started_at = fields.AwareDateTime(required=True)
    ended_at = fields.AwareDateTime(required=True, allow_none=True)


class RouteOut(Schema):
    """How an instance came to its version."""

    kind = fields.String(required=True, validate=validate.OneOf(KINDS))
    trial = fields.UUID(required=True, allow_none=True)
    arm = fields.Integer(required=True, allow_none=True, metadata={"description": "its place among the arms"})
    why = fields.String(required=True)


class InstanceOut(InstanceRowOut):
    """An instance with what it waits for."""

    stuck_reason = fields.String(required=True, allow_none=True)
    secret = fields.Boolean(required=True)
    tasks = fields.List(fields.Nested(TaskOut), required=True)
    timers = fields.List(fields.Nested(TimerOut), required=True)
    messages = fields.List(fields.String(), required=True, metadata={"description": "messages it waits for"})
    data = fields.Dict(required=True, metadata={"description": "what the process knows and decides by"})
    route = fields.Nested(RouteOut, required=True, metadata={"description": "how it came to its version"})


def task_out(task: Task) -> dict[str, Any]:
    """A task as an answer."""
    names = ("id", "number", "element", "row", "name", "lane", "state", "due_at", "created_at")
    return {name: getattr(task, name) for name in names} | {
        "instance": task.instance_id,
        "diagram": task.diagram_key,
        "version": task.version_n,
        "assignee": task.assignee_name,
    }


def instance_row(instance: Instance) -> dict[str, Any]:
    """An instance as one row of a list."""
    names = ("id", "number", "state", "end", "started_at", "ended_at")
    row = {name: getattr(instance, name) for name in names}
    return row | {"diagram": instance.diagram_key, "version": instance.version_n}


def _route(instance: Instance) -> dict[str, Any]:
    kind = (instance.route or {}).get("kind", KINDS[0])
    return {"kind": kind, "trial": instance.trial_id, "arm": instance.arm, "why": reason(instance)}


def instance_out(instance: Instance) -> dict[str, Any]:
    """An instance as an answer, with its open tasks and armed timers."""
    version = load(instance.version_id)
    run = look(version.spec, instance.engine_state, instance.started_at)
    return instance_row(instance) | {
        "stuck_reason": instance.stuck_reason,
        "secret": instance.secret,
        "tasks": [task_out(task) for task in tasks_of(instance.id)],
        "timers": [
            {"element": t.element, "name": version.element(t.element).label, "due_at": t.due_at}
            for t in timers_of(instance.id)
        ],
        "messages": sorted({w.name for w in run.waiting if isinstance(w, MessageWaiting)}),
        "data": run.data,
        "route": _route(instance),
    }
