"""Calls about instances: start, see, cancel, suspend, resume, send a message, read the history."""

import uuid
from datetime import datetime
from typing import Any

from marshmallow import Schema, fields, validate

from service.complaints.commands import asks_identity
from service.diagrams.loading import load, start_version
from service.diagrams.routing import Case, asked_for, route
from service.entrance import cursors
from service.entrance.calls import Entrance, seen_revision, tag
from service.entrance.documenting import IF_MATCH
from service.entrance.schemas import Answers, PageQuery, WholeNumber, page_of, text
from service.entrance.shown import InstanceOut, InstanceRowOut, instance_out, instance_row
from service.errors import Invalid
from service.history import models as history
from service.instances import commands
from service.instances.models import STATES, Instance, instance_of
from service.instances.moving import look
from service.people import policy
from service.people.caller import Caller
from service.tasks.commands import must_see_instance
from service.tasks.overview import InstanceFilter, instances

entrance = Entrance("instances", "Runs of a version")


class StartIn(Schema):
    diagram = text(63, 1, required=True)
    version = WholeNumber(load_default=None, allow_none=True)
    answers = Answers(required=True)


class ReasonIn(Schema):
    reason = text(2000, 1, required=True)


class ResumeIn(ReasonIn):
    data = Answers(load_default=None, allow_none=True, metadata={"description": "what gateways read, put right"})


class MessageIn(Schema):
    name = text(100, 1, required=True)
    payload = Answers(load_default=dict)


class InstancesQuery(PageQuery):
    diagram = text(63, load_default=None)
    version = fields.Integer(load_default=None, validate=validate.Range(0, 2**31 - 1))
    state = fields.String(load_default=None, validate=validate.OneOf(STATES))
    lane = text(63, load_default=None)
    overdue = fields.Boolean(load_default=False)
    q = text(100, load_default=None)


class MoveOut(Schema):
    seq = fields.Integer(required=True)
    at = fields.AwareDateTime(required=True)
    by = fields.String(required=True)
    command = fields.String(required=True)
    element = fields.String(required=True, allow_none=True)
    row = fields.String(required=True, allow_none=True)
    lane = fields.String(required=True, allow_none=True)
    on_behalf = fields.Boolean(required=True)
    reason = fields.String(required=True, allow_none=True)
    answers = fields.Dict(required=True, allow_none=True, metadata={"description": "null once destroyed by rule"})
    hash = fields.String(required=True)


class HistoryQuery(Schema):
    limit = fields.Integer(load_default=200, validate=validate.Range(1, 200))
    after = text(400, load_default=None)


class WaitingOut(Schema):
    element = fields.String(required=True)
    name = fields.String(required=True)
    row = fields.String(required=True, allow_none=True)
    lane = fields.String(required=True, allow_none=True)


class ThenOut(MoveOut):
    waiting = fields.List(fields.Nested(WaitingOut), required=True)
    data = fields.Dict(required=True)


@entrance.call("POST", "/instances", gives=InstanceOut, takes=StartIn, status=201, refuses=(404, 409), tagged=True)
def start(body: dict[str, Any], by: Caller, at: datetime) -> dict[str, Any]:
    """Start an instance with the answers of its start form"""
    version = start_version(body["diagram"], body["version"])
    policy.must_have_part_in(by, version.agency_id, version.key)
    if asks_identity(version):
        raise Invalid("Formulir ini menanyakan identitas pelapor; sampaikan sebagai pengaduan (POST /complaints).")
    way = route(version, Case(body["answers"], at)) if body["version"] is None else asked_for(version)
    instance = commands.start(way.version, body["answers"], by, at, route=way)
    tag(instance.rev)
    return instance_out(instance)


@entrance.call("GET", "/instances", gives=page_of(InstanceRowOut), query=InstancesQuery)
def list_instances(query: dict[str, Any], by: Caller, at: datetime) -> dict[str, Any]:
    """Instances for the caller's eyes, newest first"""
    wanted = InstanceFilter(
        query["diagram"],
        query["version"],
        query["state"],
        query["lane"],
        at if query["overdue"] else None,
        query["q"],
    )
    limit = query["limit"]
    found = instances(by, wanted, cursors.read_id(query["after"]), limit + 1)
    return {
        "items": [instance_row(i) for i in found[:limit]],
        "next": cursors.write(found[limit - 1].id) if len(found) > limit else None,
    }


@entrance.call("GET", "/instances/<uuid:instance_id>", gives=InstanceOut, tagged=True)
def one_instance(instance_id: uuid.UUID, by: Caller, at: datetime) -> dict[str, Any]:
    """One instance with its open tasks and timers"""
    instance = visible(instance_id, by)
    tag(instance.rev)
    return instance_out(instance)


def visible(instance_id: uuid.UUID, by: Caller) -> Instance:
    """The instance, if it is for the caller's eyes."""
    instance = instance_of(instance_id)
    must_see_instance(by, instance)
    return instance


def _changed(instance: Instance) -> dict[str, Any]:
    tag(instance.rev)
    return instance_out(instance)


@entrance.call(
    "POST",
    "/instances/<uuid:instance_id>/cancel",
    gives=InstanceOut,
    takes=ReasonIn,
    refuses=(409,),
    headers=(IF_MATCH,),
    tagged=True,
)
def cancel(body: dict[str, Any], instance_id: uuid.UUID, by: Caller, at: datetime) -> dict[str, Any]:
    """End an instance for good"""
    visible(instance_id, by)
    return _changed(commands.cancel(instance_id, body["reason"], by, at, seen_revision()))


@entrance.call(
    "POST",
    "/instances/<uuid:instance_id>/suspend",
    gives=InstanceOut,
    takes=ReasonIn,
    refuses=(409,),
    headers=(IF_MATCH,),
    tagged=True,
)
def suspend(body: dict[str, Any], instance_id: uuid.UUID, by: Caller, at: datetime) -> dict[str, Any]:
    """Let an instance rest until it is resumed"""
    visible(instance_id, by)
    return _changed(commands.suspend(instance_id, body["reason"], by, at, seen_revision()))


@entrance.call(
    "POST",
    "/instances/<uuid:instance_id>/resume",
    gives=InstanceOut,
    takes=ResumeIn,
    refuses=(409,),
    headers=(IF_MATCH,),
    tagged=True,
)
def resume(body: dict[str, Any], instance_id: uuid.UUID, by: Caller, at: datetime) -> dict[str, Any]:
    """Let a suspended or stuck instance go on, with what gateways read put right"""
    visible(instance_id, by)
    return _changed(commands.resume(instance_id, body["reason"], by, at, body["data"], seen_revision()))


@entrance.call(
    "POST",
    "/instances/<uuid:instance_id>/messages",
    gives=InstanceOut,
    takes=MessageIn,
    refuses=(409,),
    headers=(IF_MATCH,),
    tagged=True,
)
def send_message(body: dict[str, Any], instance_id: uuid.UUID, by: Caller, at: datetime) -> dict[str, Any]:
    """Deliver a message the instance waits for"""
    visible(instance_id, by)
    return _changed(commands.send_message(instance_id, body["name"], body["payload"], by, at, seen_revision()))


@entrance.call("GET", "/instances/<uuid:instance_id>/history", gives=page_of(MoveOut), query=HistoryQuery)
def instance_history(query: dict[str, Any], instance_id: uuid.UUID, by: Caller, at: datetime) -> dict[str, Any]:
    """The moves of an instance in order"""
    visible(instance_id, by)
    limit = query["limit"]
    found = history.moves_of(instance_id, cursors.read_whole(query["after"]) or 0, limit + 1)
    items = [_move(row) for row in found[:limit]]
    return {"items": items, "next": cursors.write(found[limit - 1].seq) if len(found) > limit else None}


def _move(row: history.MoveRow) -> dict[str, Any]:
    element = load(row.version_id).spec.elements.get(row.element or "")
    names = ("seq", "at", "command", "element", "on_behalf", "reason", "answers")
    return {name: getattr(row, name) for name in names} | {
        "by": row.by_name,
        "row": element.row if element else None,
        "lane": element.lane if element else None,
        "hash": row.hash.hex(),
    }


@entrance.call("GET", "/instances/<uuid:instance_id>/history/<int:seq>", gives=ThenOut)
def instance_then(instance_id: uuid.UUID, seq: int, by: Caller, at: datetime) -> dict[str, Any]:
    """The instance as it was after that move"""
    visible(instance_id, by)
    row = history.move_of(instance_id, seq)
    spec = load(row.version_id).spec
    run = look(spec, row.state, row.at)
    elements = [spec.elements[waiting.element] for waiting in run.waiting]
    waiting = [{"element": e.id, "name": e.label, "row": e.row, "lane": e.lane} for e in elements]
    return _move(row) | {"waiting": waiting, "data": run.data}
