"""Calls about rehearsals: ask for a replay or a simulation of a version, see how far it is and what came out."""

import uuid
from datetime import datetime
from typing import Any

from marshmallow import Schema, fields, validate

from service.entrance.calls import Entrance
from service.entrance.problems import said
from service.entrance.schemas import WholeNumber, text
from service.instances.models import Instance
from service.people.caller import Caller
from service.rehearsals import commands
from service.rehearsals.models import REPLAY, Rehearsal
from service.rehearsals.seen import numbers_for
from service.rehearsals.settings import (
    LEAST_CASES,
    MOST_CASES,
    MOST_INSTANCES,
    MOST_ROUNDS,
    SHAPES,
    USUAL_CASES,
    USUAL_ROUNDS,
    USUAL_SEED,
)

entrance = Entrance("rehearsals", "A version tried out before it goes live")


class ReplayIn(Schema):
    versions = fields.List(
        WholeNumber(),
        load_default=None,
        allow_none=True,
        validate=validate.Length(max=200),
        metadata={"description": "only instances of these versions"},
    )
    since = fields.Date(load_default=None, allow_none=True, metadata={"description": "begun on this day or later"})
    until = fields.Date(load_default=None, allow_none=True, metadata={"description": "begun on this day or before"})
    most = fields.Integer(
        strict=True,
        load_default=1000,
        validate=validate.Range(1, MOST_INSTANCES),
        metadata={"description": "so many of the newest"},
    )


class WorkIn(Schema):
    shape = fields.String(load_default="triangular", validate=validate.OneOf(SHAPES))
    least = fields.Float(metadata={"description": "minutes of working time"})
    usual = fields.Float(required=True, metadata={"description": "minutes of working time"})
    most = fields.Float(metadata={"description": "minutes of working time"})
    busy = fields.Float(metadata={"description": "percent of it in which the officer can do nothing else"})


class ReplyIn(Schema):
    days = fields.Float(required=True, metadata={"description": "calendar days until it comes, on average"})
    share = fields.Float(load_default=100, metadata={"description": "of how many hundred it comes at all"})


def _by_name(of: Any, words: str) -> fields.Dict:
    return fields.Dict(keys=text(100), values=of, load_default=dict, metadata={"description": words})


class SimulateIn(Schema):
    cases = fields.Integer(strict=True, load_default=USUAL_CASES, validate=validate.Range(LEAST_CASES, MOST_CASES))
    rounds = fields.Integer(strict=True, load_default=USUAL_ROUNDS, validate=validate.Range(1, MOST_ROUNDS))
    seed = WholeNumber(load_default=USUAL_SEED, metadata={"description": "the same seed gives the same result"})
    per_day = fields.Float(
        load_default=None, allow_none=True, metadata={"description": "arrivals per working day; from history if null"}
    )
    officers = _by_name(fields.Integer(strict=True), "number of officers by lane id")
    work = _by_name(fields.Nested(WorkIn), "working time by element id of a task")
    replies = _by_name(fields.Nested(ReplyIn), "by element id of a complainant's task or a message")
    shares = _by_name(fields.Float(), "percent by id of a flow out of a gateway")


class AskedOut(Schema):
    id = fields.UUID(required=True)
    state = fields.String(required=True)


class RehearsalOut(AskedOut):
    kind = fields.String(required=True)
    diagram = fields.String(required=True)
    version = fields.Integer(required=True)
    done = fields.Integer(required=True, metadata={"description": "instances replayed, or cases simulated, so far"})
    whole = fields.Integer(required=True)
    asked_at = fields.AwareDateTime(required=True)
    asked_by = fields.String(required=True)
    ended_at = fields.AwareDateTime(required=True, allow_none=True)
    wanted = fields.Dict(required=True)
    result = fields.Dict(
        required=True, allow_none=True, metadata={"description": "once it is done; examples only for the caller's eyes"}
    )
    problem = fields.String(required=True, allow_none=True)


@entrance.call(
    "POST",
    "/diagrams/<string:key>/versions/<int:n>/replay",
    gives=AskedOut,
    takes=ReplayIn,
    status=202,
    refuses=(409,),
)
def replay(body: dict[str, Any], key: str, n: int, by: Caller, at: datetime) -> Rehearsal:
    """Replay recorded instances of a diagram through one of its versions; a worker does it"""
    days = {name: body[field].isoformat() for name, field in (("from", "since"), ("until", "until")) if body[field]}
    wanted = {"versions": body["versions"], "most": body["most"], **days}
    return commands.ask_replay(key, n, wanted, by, at)


@entrance.call(
    "POST",
    "/diagrams/<string:key>/versions/<int:n>/simulate",
    gives=AskedOut,
    takes=SimulateIn,
    status=202,
    refuses=(409,),
)
def simulate(body: dict[str, Any], key: str, n: int, by: Caller, at: datetime) -> Rehearsal:
    """Simulate a version with made-up cases, beside the live one; a worker does it"""
    return commands.ask_simulation(key, n, body, by, at)


@entrance.call("GET", "/rehearsals/<uuid:rehearsal_id>", gives=RehearsalOut, refuses=(403,))
def see(rehearsal_id: uuid.UUID, by: Caller, at: datetime) -> dict[str, Any]:
    """How far a rehearsal is, and what came out"""
    return _told(commands.visible(rehearsal_id, by), by)


@entrance.call("POST", "/rehearsals/<uuid:rehearsal_id>/cancel", gives=RehearsalOut, refuses=(409,))
def cancel_rehearsal(rehearsal_id: uuid.UUID, by: Caller, at: datetime) -> dict[str, Any]:
    """Stop a rehearsal that waits or runs"""
    return _told(commands.cancel(rehearsal_id, by, at), by)


def _told(row: Rehearsal, by: Caller) -> dict[str, Any]:
    return {
        "id": row.id,
        "state": row.state,
        "kind": row.kind,
        "diagram": row.diagram_key,
        "version": row.n,
        "done": row.done,
        "whole": row.whole,
        "asked_at": row.asked_at,
        "asked_by": row.asked_by,
        "ended_at": row.ended_at,
        "wanted": row.wanted,
        "result": _result(row, by),
        "problem": said(row.problem["message"], row.problem["params"]) if row.problem else None,
    }


def _result(row: Rehearsal, by: Caller) -> dict[str, Any] | None:
    """Examples by their numbers, as far as they are for his eyes."""
    if row.result is None or row.kind != REPLAY:
        return row.result
    known = numbers_for([id_ for group in row.result["groups"] for id_ in group["examples"]], by)
    groups = [
        {**group, "examples": [_example(known[id_]) for id_ in group["examples"] if id_ in known]}
        for group in row.result["groups"]
    ]
    return {**row.result, "groups": groups}


def _example(instance: Instance) -> dict[str, str]:
    return {"id": str(instance.id), "number": instance.number}
