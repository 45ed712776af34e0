"""Calls that move instances by hand: to another version (one or many), to another step, one step back."""

import uuid
from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from flask_babel import gettext
from marshmallow import Schema, fields, validate

from service.diagrams.loading import live, load
from service.diagrams.models import diagram_of
from service.entrance import cursors
from service.entrance.calls import Entrance, seen_revision, tag
from service.entrance.documenting import IF_MATCH
from service.entrance.schemas import PageQuery, StrictBoolean, WholeNumber, page_of, text
from service.entrance.shown import InstanceOut, instance_out
from service.errors import NotFound
from service.instances.commands import UNFINISHED
from service.instances.models import Instance, instance_of
from service.moving_over import batches, commands, models
from service.moving_over.homes import must_make_sense
from service.moving_over.preview import Foreseen, foresee
from service.people import policy
from service.people.caller import Caller
from service.sentences import put_together, say
from service.tasks.commands import must_see_instance

entrance = Entrance("moving", "Instances moved by hand: to another version, another step, one step back")

MOST_NAMED = 1000
MOST_FORESEEN = 100
MOST_STEPS = 500


class Plan(fields.Dict):
    """Element of the version it runs under to element of the other; null for an event to be waited for no more."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            keys=text(100, 1),
            values=text(100, 1, allow_none=True),
            load_default=dict,
            validate=validate.Length(max=MOST_STEPS),
            metadata={"description": "step to step; null drops an event that waits; what is alike needs no word"},
            **kwargs,
        )


class MigrateIn(Schema):
    version = WholeNumber(required=True)
    plan = Plan()
    reason = text(2000, load_default="")
    dry_run = StrictBoolean(load_default=False, metadata={"description": "tell what would become of it; write nothing"})


class MoveIn(Schema):
    from_ = text(100, 1, required=True, data_key="from", attribute="from")
    to = text(100, 1, required=True)
    reason = text(2000, 1, required=True)


class UndoIn(Schema):
    reason = text(2000, load_default="", metadata={"description": "a supervisor has to give one"})


class TaskThenOut(Schema):
    """An open task as it is (`*_before`) and as it would be."""

    element_before = fields.String(required=True, allow_none=True)
    name_before = fields.String(required=True, allow_none=True)
    lane_before = fields.String(required=True)
    due_before = fields.AwareDateTime(required=True, allow_none=True)
    element = fields.String(required=True)
    name = fields.String(required=True)
    lane = fields.String(required=True)
    due_at = fields.AwareDateTime(required=True, allow_none=True)
    assignee = fields.String(required=True, allow_none=True)
    released = fields.Boolean(required=True, metadata={"description": "nobody's then, being another lane's work"})
    asked = fields.List(fields.String(), required=True, metadata={"description": "fields its form asks for besides"})
    unasked = fields.List(fields.String(), required=True, metadata={"description": "fields of its draft without place"})


class TimerThenOut(Schema):
    name = fields.String(required=True)
    due_at = fields.AwareDateTime(required=True, allow_none=True)
    fate = fields.String(required=True, validate=validate.OneOf(["kept", "new", "withdrawn"]))


class MissingOut(Schema):
    field = fields.String(required=True)
    gateway = fields.String(required=True)


class PreviewOut(Schema):
    """What would become of one instance."""

    instance = fields.UUID(required=True)
    number = fields.String(required=True)
    version_before = fields.Integer(required=True)
    version = fields.Integer(required=True)
    can = fields.Boolean(required=True)
    problems = fields.List(fields.String(), required=True, metadata={"description": "why it cannot go"})
    tasks = fields.List(fields.Nested(TaskThenOut), required=True)
    timers = fields.List(fields.Nested(TimerThenOut), required=True)
    missing = fields.List(
        fields.Nested(MissingOut), required=True, metadata={"description": "what a gateway ahead reads and nobody said"}
    )


class MigratedOut(InstanceOut):
    """The instance as it is after the call, and for a dry run what would become of it."""

    preview = fields.Nested(PreviewOut, required=True, allow_none=True)


@entrance.call(
    "POST",
    "/instances/<uuid:instance_id>/migrate",
    gives=MigratedOut,
    takes=MigrateIn,
    refuses=(409,),
    headers=(IF_MATCH,),
    tagged=True,
)
def migrate(body: dict[str, Any], instance_id: uuid.UUID, by: Caller, at: datetime) -> dict[str, Any]:
    """Let an instance go on in another live version of its diagram"""
    instance = _visible(instance_id, by)
    preview = None
    if body["dry_run"]:
        policy.must_move_over(by, instance.agency_id)
        target = live(instance.diagram_key, body["version"])
        must_make_sense(body["plan"], load(instance.version_id), target)
        preview = _preview(foresee(instance, target, body["plan"], at))
    else:
        seen = seen_revision()
        instance = commands.migrate(instance_id, body["version"], body["plan"], body["reason"], by, at, seen)
    return _changed(instance) | {"preview": preview}


@entrance.call(
    "POST",
    "/instances/<uuid:instance_id>/move",
    gives=InstanceOut,
    takes=MoveIn,
    refuses=(409,),
    headers=(IF_MATCH,),
    tagged=True,
)
def move(body: dict[str, Any], instance_id: uuid.UUID, by: Caller, at: datetime) -> dict[str, Any]:
    """Withdraw the open task of one step and open that of another"""
    _visible(instance_id, by)
    return _changed(commands.move(instance_id, body["from"], body["to"], body["reason"], by, at, seen_revision()))


@entrance.call(
    "POST",
    "/instances/<uuid:instance_id>/undo",
    gives=InstanceOut,
    takes=UndoIn,
    refuses=(409,),
    headers=(IF_MATCH,),
    tagged=True,
)
def undo(body: dict[str, Any], instance_id: uuid.UUID, by: Caller, at: datetime) -> dict[str, Any]:
    """Take back one's last completion, until somebody has opened what came after it"""
    _visible(instance_id, by)
    return _changed(commands.undo(instance_id, body["reason"], by, at, seen_revision()))


def _visible(instance_id: uuid.UUID, by: Caller) -> Instance:
    instance = instance_of(instance_id)
    must_see_instance(by, instance)
    return instance


def _changed(instance: Instance) -> dict[str, Any]:
    tag(instance.rev)
    return instance_out(instance)


def _preview(then: Foreseen) -> dict[str, Any]:
    return {
        "instance": then.instance.id,
        "number": then.instance.number,
        "version_before": then.before.n,
        "version": then.after.n,
        "can": then.can,
        "problems": [say(why, gettext) for why in then.problems],
        "tasks": [_task(each) for each in then.tasks],
        "timers": [{"name": each.name, "due_at": each.due, "fate": each.fate} for each in then.timers],
        "missing": [{"field": each.field, "gateway": each.gateway} for each in then.missing],
    }


def _task(then: Any) -> dict[str, Any]:
    return {
        "element_before": then.before.id if then.before else None,
        "name_before": then.before.label if then.before else None,
        "lane_before": then.lane_before,
        "due_before": then.due_before,
        "element": then.after.id,
        "name": then.after.label,
        "lane": then.lane,
        "due_at": then.due,
        "assignee": then.assignee,
        "released": then.released,
        "asked": list(then.asked),
        "unasked": list(then.unasked),
    }


# ---- many ---------------------------------------------------------------------------------------------------


class MigrationIn(MigrateIn):
    """The unfinished instances of a version, narrowed further, or a list of them."""

    from_ = WholeNumber(load_default=None, allow_none=True, data_key="from", attribute="from")
    state = fields.String(load_default=None, allow_none=True, validate=validate.OneOf(UNFINISHED))
    lane = text(63, load_default=None, allow_none=True)
    element = text(
        100, load_default=None, allow_none=True, metadata={"description": "only those that wait at this task"}
    )
    instances = fields.List(fields.UUID(), load_default=list, validate=validate.Length(max=MOST_NAMED))


class ReasonCountOut(Schema):
    reason = fields.String(required=True)
    count = fields.Integer(required=True)


class MigrationPreviewOut(Schema):
    """What would become of many; of more than a hundred the newest hundred are tried."""

    tried = fields.Integer(required=True)
    can = fields.Integer(required=True)
    reasons = fields.List(fields.Nested(ReasonCountOut), required=True, metadata={"description": "why others cannot"})
    items = fields.List(fields.Nested(PreviewOut), required=True)


class MigrationOut(Schema):
    """Many instances on their way to one version; `id` is null for a dry run."""

    id = fields.UUID(required=True, allow_none=True)
    diagram = fields.String(required=True)
    version = fields.Integer(required=True)
    state = fields.String(required=True, validate=validate.OneOf(["preview", "running", "done", "undoing", "undone"]))
    reason = fields.String(required=True)
    total = fields.Integer(required=True)
    waiting = fields.Integer(required=True)
    moved = fields.Integer(required=True)
    refused = fields.Integer(required=True)
    back = fields.Integer(required=True, metadata={"description": "undone: back where they were"})
    kept = fields.Integer(required=True, metadata={"description": "could not be undone, having moved since"})
    created_at = fields.AwareDateTime(required=True)
    by = fields.String(required=True)
    finished_at = fields.AwareDateTime(required=True, allow_none=True)
    preview = fields.Nested(MigrationPreviewOut, required=True, allow_none=True)


class MigrationItemOut(Schema):
    instance = fields.UUID(required=True)
    number = fields.String(required=True)
    state = fields.String(required=True, validate=validate.OneOf(models.ITEM_STATES))
    reasons = fields.List(fields.String(), required=True)


class UndoMigrationIn(Schema):
    reason = text(2000, 1, required=True)


class ItemsQuery(PageQuery):
    state = fields.String(load_default=None, validate=validate.OneOf(models.ITEM_STATES))


@entrance.call(
    "POST",
    "/diagrams/<string:key>/migrations",
    gives=MigrationOut,
    takes=MigrationIn,
    status=201,
    refuses=(409,),
)
def order(body: dict[str, Any], key: str, by: Caller, at: datetime) -> dict[str, Any]:
    """Let many instances go over to one version, one after the other; done by the workers"""
    _visible_diagram(key, by)
    which = batches.Chosen(body["from"], body["state"], body["lane"], body["element"], tuple(body["instances"]))
    if body["dry_run"]:
        return _foreseen(key, body, which, by, at)
    return _batch(batches.order(key, body["version"], which, body["plan"], body["reason"], by, at))


def _visible_diagram(key: str, by: Caller) -> None:
    diagram = diagram_of(key)
    if diagram.agency_id not in by.agencies and not by.everywhere():
        raise NotFound("Tidak ada diagram “{key}”.", key=key)


def _foreseen(key: str, body: dict[str, Any], which: batches.Chosen, by: Caller, at: datetime) -> dict[str, Any]:
    found = batches.chosen(key, body["version"], which, by)
    target = live(key, body["version"])
    told = [foresee(instance, target, body["plan"], at) for instance in found[:MOST_FORESEEN]]
    states = dict.fromkeys(models.ITEM_STATES, 0) | {"waiting": len(found)}
    return states | {
        "id": None,
        "diagram": key,
        "version": target.n,
        "state": "preview",
        "reason": body["reason"],
        "total": len(found),
        "created_at": at,
        "by": by.name,
        "finished_at": None,
        "preview": _summary(told),
    }


def _summary(told: Sequence[Foreseen]) -> dict[str, Any]:
    reasons = Counter(say(why, gettext) for each in told for why in dict.fromkeys(each.problems))
    return {
        "tried": len(told),
        "can": sum(each.can for each in told),
        "reasons": [{"reason": reason, "count": count} for reason, count in reasons.most_common(20)],
        "items": [_preview(each) for each in told],
    }


@entrance.call("GET", "/migrations/<uuid:migration_id>", gives=MigrationOut)
def one_migration(migration_id: uuid.UUID, by: Caller, at: datetime) -> dict[str, Any]:
    """How far it has come"""
    return _batch(batches.seen_by(migration_id, by))


@entrance.call("GET", "/migrations/<uuid:migration_id>/items", gives=page_of(MigrationItemOut), query=ItemsQuery)
def migration_items(query: dict[str, Any], migration_id: uuid.UUID, by: Caller, at: datetime) -> dict[str, Any]:
    """Its instances, each with what became of it"""
    batches.seen_by(migration_id, by)
    limit = query["limit"]
    states = [query["state"]] if query["state"] else models.ITEM_STATES
    found = models.items_of(migration_id, states, cursors.read_id(query["after"]), limit + 1)
    return {
        "items": [_item(each) for each in batches.shown(found[:limit], by)],
        "next": cursors.write(found[limit - 1].instance_id) if len(found) > limit else None,
    }


@entrance.call(
    "POST", "/migrations/<uuid:migration_id>/undo", gives=MigrationOut, takes=UndoMigrationIn, refuses=(409,)
)
def undo_migration(body: dict[str, Any], migration_id: uuid.UUID, by: Caller, at: datetime) -> dict[str, Any]:
    """Let all that went over and has not moved since go back to its former state and version"""
    return _batch(batches.order_undone(migration_id, body["reason"], by, at))


def _batch(batch: models.Batch) -> dict[str, Any]:
    counted = models.counts(batch.id)
    names = ("id", "state", "reason", "created_at", "finished_at")
    return {name: getattr(batch, name) for name in names} | {
        **counted,
        "diagram": batch.diagram_key,
        "version": batch.version_n,
        "total": sum(counted.values()),
        "by": batch.by_name,
        "preview": None,
    }


def _item(item: models.BatchItem) -> dict[str, Any]:
    why = [say(put_together(sentence), gettext) for sentence in item.why or ()]
    return {"instance": item.instance_id, "number": item.number, "state": item.state, "reasons": why}
