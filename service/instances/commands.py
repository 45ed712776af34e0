"""Verbs of the instances room: start, cancel, suspend, resume, send a message, mark as stuck."""

import uuid
from datetime import datetime
from typing import Any

from service.database import db, new_id
from service.diagrams.loading import Loaded, load
from service.diagrams.routing import Route, why
from service.engine import Run
from service.errors import Conflict, Invalid, Problem, Stuck
from service.forms.check import check
from service.instances.models import RUNNING, STUCK, SUSPENDED, Instance, instance_of, locked, new_number
from service.instances.moving import Move, Moved, clock_of, keep, moving
from service.people import policy
from service.people.caller import SYSTEM, Caller
from service.people.models import Agency

UNFINISHED = (RUNNING, SUSPENDED, STUCK)


def start(
    version: Loaded,
    answers: dict[str, Any],
    by: Caller,
    at: datetime,
    secret: bool = False,
    route: Route | None = None,
) -> Instance:
    """Start an instance with the answers of its start form. Raises `Invalid` naming the fields that are wrong.

    `route` is how it came to this version; where a trial gave it, that stands in its history.
    """
    check(version.form(version.spec.start.id).schema, answers)
    clock = clock_of(version.agency_id, at)
    run = Run.start(version.spec, answers, clock)
    instance = Instance(
        id=new_id(),
        agency_id=version.agency_id,
        diagram_key=version.key,
        version_id=version.id,
        version_n=version.n,
        number=new_number(db.session.get_one(Agency, version.agency_id).prefix),
        state=RUNNING,
        secret=secret,
        seq=0,
        head=b"",
        engine_state=run.dump(),
        started_at=at,
        trial_id=route.trial_id if route else None,
        arm=route.arm if route else None,
        route=route.kept if route else None,
    )
    db.session.add(instance)
    db.session.flush()  # the hearers' rows refer to it
    reason = str(why(route.kept)) if route and route.trial_id else None
    move = Move(by, at, "start", version.spec.start.id, answers=answers, reason=reason)
    keep(instance, run, Moved(instance, version, move, clock))
    return instance


def cancel(instance_id: uuid.UUID, reason: str, by: Caller, at: datetime, seen: int | None = None) -> Instance:
    """End an instance for good; its tasks and timers are withdrawn."""
    move = _supervised(instance_id, "cancel", reason, by, at, seen=seen)
    with moving(instance_id, move, UNFINISHED) as (instance, run):
        run.cancel()
    return instance


def suspend(instance_id: uuid.UUID, reason: str, by: Caller, at: datetime, seen: int | None = None) -> Instance:
    """Let an instance rest: nothing can be completed and no timer fires until it is resumed."""
    move = _supervised(instance_id, "suspend", reason, by, at, seen=seen)
    with moving(instance_id, move) as (instance, _run):
        instance.state = SUSPENDED
    return instance


def resume(
    instance_id: uuid.UUID,
    reason: str,
    by: Caller,
    at: datetime,
    data: dict[str, Any] | None = None,
    seen: int | None = None,
) -> Instance:
    """Let a suspended or stuck instance go on. `data` puts right what gateways read, where that is what it lacked."""
    _must_be_read(instance_of(instance_id), data or {})
    move = _supervised(instance_id, "resume", reason, by, at, data, seen)
    with moving(instance_id, move, (SUSPENDED, STUCK)) as (instance, run):
        instance.state, instance.stuck_reason = RUNNING, None
        if data:
            run.correct(data)
    return instance


def _supervised(
    instance_id: uuid.UUID,
    command: str,
    reason: str,
    by: Caller,
    at: datetime,
    data: dict[str, Any] | None = None,
    seen: int | None = None,
) -> Move:
    instance = instance_of(instance_id)
    policy.must_see(by, instance.agency_id, instance.diagram_key, None)
    policy.must_supervise(by, instance.agency_id)
    if not reason.strip():
        message = "Sebutkan alasannya."
        raise Invalid(message, errors=[Problem("/reason", message)])
    return Move(by, at, command, answers=data or {}, reason=reason.strip(), seen=seen)


def _must_be_read(instance: Instance, data: dict[str, Any]) -> None:
    """Only what the diagram's own conditions read can be put right; the answers themselves stay as they were given."""
    unknown = sorted(set(data) - load(instance.version_id).spec.reads)
    if unknown:
        message = "Bidang ini tidak dibaca oleh diagram, jadi tidak dapat diperbaiki di sini."
        raise Invalid(message, errors=[Problem(f"/data/{name}", message) for name in unknown])


def send_message(
    instance_id: uuid.UUID, name: str, payload: dict[str, Any], by: Caller, at: datetime, seen: int | None = None
) -> Instance:
    """Deliver a message that the instance waits for. Raises `Conflict` when it does not wait for it."""
    instance = instance_of(instance_id)
    policy.must_see(by, instance.agency_id, instance.diagram_key, None)
    catches = [event for event in load(instance.version_id).spec.messages if event.message == name]
    if not catches:
        raise Conflict("Diagram berkas ini tidak mengenal pesan “{name}”.", name=name)
    lanes = {lane for event in catches for lane in event.properties.get("messageLanes", "").split()}
    policy.must_hold_one_of(by, instance.agency_id, instance.diagram_key, lanes)
    with moving(instance_id, Move(by, at, "message", name, answers=payload, seen=seen)) as (instance, run):
        run.receive(name, payload)
    return instance


def mark_stuck(stuck: Stuck, at: datetime) -> None:
    """Remember that a move found no way, and why, after it was rolled back; what was answered is not lost.

    An instance that somebody else has moved since then found its way, and is left alone.
    """
    instance = locked(stuck.instance_id)
    if instance.state != RUNNING or stuck.seq not in (None, instance.seq):
        return
    tried: Move = stuck.move
    move = Move(SYSTEM, at, "stuck", stuck.element, tried.step_id, tried.answers, reason=str(stuck))
    with moving(stuck.instance_id, move) as (instance, _run):
        instance.state, instance.stuck_reason = STUCK, str(stuck)
