"""Verbs about batches: order one, do it instance by instance, order it undone.

What is done to an instance and what its row says are one transaction, so a worker that is killed does nothing twice.
"""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import exists

from service.database import db
from service.diagrams.loading import live, load
from service.diagrams.models import diagram_of
from service.errors import Conflict, Invalid, NotFound, Problem, Refusal
from service.history.models import move_of
from service.instances.models import Instance
from service.instances.moving import Move
from service.moving_over.commands import MIGRATE, UNDO, carry_over, reason_given, reasons, take_back
from service.moving_over.homes import Plan
from service.moving_over.models import (
    BACK,
    DONE,
    KEPT,
    MOVED,
    REFUSED,
    RUNNING,
    UNDOING,
    UNDONE,
    WAITING,
    Batch,
    BatchItem,
    batch_of,
    next_item,
    open_batches,
)
from service.people import policy
from service.people.caller import Caller
from service.sentences import Sentence, taken_apart
from service.tasks.models import OPEN, Task
from service.tasks.overview import InstanceFilter, instances

MOST_IN_BATCH = 5000

_NEXT = {RUNNING: WAITING, UNDOING: MOVED}
_END = {RUNNING: DONE, UNDOING: UNDONE}


@dataclass(frozen=True)
class Chosen:
    """Which instances are meant: the unfinished ones of a version, narrowed further, or a list of their ids."""

    version: int | None = None
    state: str | None = None
    lane: str | None = None
    element: str | None = None
    ids: tuple[uuid.UUID, ...] = ()


def chosen(key: str, to: int, which: Chosen, by: Caller, limit: int = MOST_IN_BATCH) -> Sequence[Instance]:
    """The instances meant, as far as they are for his eyes; none that is over or runs in that version already.

    Raises `NotFound` where one that is named by its id is not among them.
    """
    policy.must_move_over(by, diagram_of(key).agency_id)
    also = [Instance.version_n != to]
    also += [Instance.id.in_(which.ids)] if which.ids else []
    also += (
        [exists().where(Task.instance_id == Instance.id, Task.state == OPEN, Task.element == which.element)]
        if (which.element)
        else []
    )
    wanted = InstanceFilter(key, which.version, which.state, which.lane, unfinished=True, also=tuple(also))
    found = instances(by, wanted, None, limit)
    if which.ids and len(found) != len(set(which.ids)):
        raise NotFound("Ada berkas yang tidak ditemukan, sudah berakhir, atau sudah berjalan di versi itu.")
    return found


def order(key: str, to: int, which: Chosen, plan: Plan, reason: str, by: Caller, at: datetime) -> Batch:
    """Let many instances go over to one version, one after the other. Raises `Invalid` where none is meant."""
    found = chosen(key, to, which, by, MOST_IN_BATCH + 1)
    target = live(key, to)
    _must_name_steps_of(target.spec.elements, plan)
    if not found:
        raise Invalid("Tidak ada berkas yang dapat dipindahkan dengan pilihan ini.")
    if len(found) > MOST_IN_BATCH:
        raise Invalid("Terlalu banyak berkas sekaligus; paling banyak {most}.", most=MOST_IN_BATCH)
    batch = Batch(
        agency_id=target.agency_id,
        diagram_key=key,
        version_id=target.id,
        version_n=target.n,
        plan=dict(plan),
        reason=reason_given(reason),
        state=RUNNING,
        created_at=at,
        by_id=by.person_id,
        by_name=by.name,
    )
    db.session.add(batch)
    db.session.flush()
    db.session.add_all(BatchItem(batch_id=batch.id, instance_id=one.id, number=one.number) for one in found)
    db.session.flush()
    return batch


def order_undone(batch_id: uuid.UUID, reason: str, by: Caller, at: datetime) -> Batch:
    """Let all that went over and has not moved since go back to where it was. Raises `Conflict` if that was ordered."""
    batch = seen_by(batch_id, by)
    batch = batch_of(batch_id, held=True)
    if batch.state == RUNNING:
        raise Conflict("Pemindahan ini masih berjalan; tunggu sampai selesai.")
    if batch.state != DONE:
        raise Conflict("Pemindahan ini sudah diurungkan.")
    batch.state, batch.finished_at = UNDOING, None
    batch.undone_by_id, batch.undone_by_name, batch.undo_reason = by.person_id, by.name, reason_given(reason)
    return batch


def seen_by(batch_id: uuid.UUID, by: Caller) -> Batch:
    """The batch, if he may order such. Raises `NotFound`."""
    batch = batch_of(batch_id)
    if not policy.moves_over(by, batch.agency_id):
        raise NotFound("Pemindahan ini tidak ditemukan.")
    return batch


def shown(items: Sequence[BatchItem], by: Caller) -> list[BatchItem]:
    """Those whose instance is for his eyes: somebody else may have ordered more than he sees."""
    ids = [item.instance_id for item in items]
    seen = {one.id for one in instances(by, InstanceFilter(also=(Instance.id.in_(ids),)), None, len(ids))}
    return [item for item in items if item.instance_id in seen]


# ---- doing it -----------------------------------------------------------------------------------------------


def go_on(at: datetime) -> bool:
    """Do the next instance of any open batch; False when there is nothing left that no other worker has in hand."""
    for batch_id in open_batches():
        batch = batch_of(batch_id)
        item = next_item(batch_id, _NEXT.get(batch.state, ""))
        if item is not None:
            _do(batch, item, at)
            return True
        _finish(batch_id, at)
    return False


def _do(batch: Batch, item: BatchItem, at: datetime) -> None:
    """One instance; what is refused is undone by itself and written down."""
    try:
        with db.session.begin_nested():
            _over(batch, item, at) if batch.state == RUNNING else _back(batch, item, at)
    except Refusal as refusal:
        item.state = REFUSED if batch.state == RUNNING else KEPT
        item.why = [taken_apart(sentence) for sentence in reasons(refusal)]
    item.at = at


def _over(batch: Batch, item: BatchItem, at: datetime) -> None:
    by = Caller(batch.by_name, batch.by_id)
    move = Move(by, at, MIGRATE, reason=batch.reason)
    instance = carry_over(item.instance_id, load(batch.version_id), batch.plan, move)
    item.state, item.seq = MOVED, instance.seq


def _back(batch: Batch, item: BatchItem, at: datetime) -> None:
    by = Caller(batch.undone_by_name or "", batch.undone_by_id)
    last = move_of(item.instance_id, item.seq or 0)
    take_back(last, Move(by, at, UNDO, reason=batch.undo_reason))
    item.state = BACK


def put_aside(at: datetime) -> None:
    """The next instance failed by a fault of ours: it stays where it is, and the others go on."""
    for batch_id in open_batches():
        batch = batch_of(batch_id)
        item = next_item(batch_id, _NEXT.get(batch.state, ""))
        if item is not None:
            item.state = REFUSED if batch.state == RUNNING else KEPT
            item.why, item.at = [taken_apart(Sentence("Kesalahan sistem; silakan laporkan kepada administrator."))], at
            return


def _finish(batch_id: uuid.UUID, at: datetime) -> None:
    """Nothing of it is left to take; while another worker still has some in hand, it is not over."""
    batch = batch_of(batch_id, held=True)
    if batch.state in _END and not _left(batch):
        batch.state, batch.finished_at = _END[batch.state], at


def _left(batch: Batch) -> bool:
    wanted = BatchItem.__table__.c
    query = db.select(wanted.instance_id).where(wanted.batch_id == batch.id, wanted.state == _NEXT[batch.state])
    return db.session.scalar(query.limit(1)) is not None


def _must_name_steps_of(elements: object, plan: Plan) -> None:
    wrong = [home for home in plan.values() if home is not None and home not in elements]  # type: ignore[operator]
    if wrong:
        message = "Rencana pemindahan menyebut langkah yang tidak ada."
        raise Invalid(message, errors=[Problem("/plan", message)])
