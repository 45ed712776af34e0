"""The tables of batches: many instances that go over to one version together; and the questions asked of them."""

import uuid
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String, Text, Uuid, func, select
from sqlalchemy.orm import Mapped, mapped_column

from service.database import Model, UtcDateTime, db, id_column
from service.errors import NotFound

RUNNING, DONE, UNDOING, UNDONE = "running", "done", "undoing", "undone"
WAITING, MOVED, REFUSED, BACK, KEPT = "waiting", "moved", "refused", "back", "kept"
ITEM_STATES = (WAITING, MOVED, REFUSED, BACK, KEPT)
"""Of one instance: not yet tried; in the new version; could not go; back in the old one; could not go back."""


class Batch(Model):
    """What somebody ordered: these instances to that version. Done one by one, by whichever worker."""

    __tablename__ = "batch"
    __table_args__ = (Index(None, "agency_id", "diagram_key", "id"), Index(None, "state"))

    id: Mapped[uuid.UUID] = id_column()
    agency_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("agency.id"))
    diagram_key: Mapped[str] = mapped_column(ForeignKey("diagram.key"))
    version_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("version.id"))
    version_n: Mapped[int]
    plan: Mapped[dict[str, str | None]] = mapped_column(JSON)
    reason: Mapped[str] = mapped_column(Text)
    state: Mapped[str] = mapped_column(String(8), default=RUNNING)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    by_id: Mapped[uuid.UUID | None] = mapped_column(Uuid)
    by_name: Mapped[str] = mapped_column(String(200))
    finished_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    undone_by_id: Mapped[uuid.UUID | None] = mapped_column(Uuid)
    undone_by_name: Mapped[str | None] = mapped_column(String(200))
    undo_reason: Mapped[str | None] = mapped_column(Text)


class BatchItem(Model):
    """One instance of a batch. `seq` is the move by which it went over, `why` what kept it where it is."""

    __tablename__ = "batch_item"
    __table_args__ = (Index(None, "batch_id", "state", "instance_id"),)

    batch_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("batch.id"), primary_key=True)
    instance_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("instance.id"), primary_key=True)
    number: Mapped[str] = mapped_column(String(20))
    state: Mapped[str] = mapped_column(String(8), default=WAITING)
    seq: Mapped[int | None]
    at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    why: Mapped[list[Any] | None] = mapped_column(JSON)
    """Sentences, taken apart."""


def batch_of(batch_id: uuid.UUID, held: bool = False) -> Batch:
    """The batch with this id; `held` for this transaction, as it is now. Raises `NotFound`."""
    found = db.session.get(Batch, batch_id, with_for_update=held or None, populate_existing=held)
    if found is None:
        raise NotFound("Pemindahan ini tidak ditemukan.")
    return found


def batches_of(key: str, limit: int) -> Sequence[Batch]:
    """The newest batches of a diagram."""
    query = select(Batch).where(Batch.diagram_key == key).order_by(Batch.id.desc())
    return db.session.scalars(query.limit(limit)).all()


def open_batches() -> Sequence[uuid.UUID]:
    """Those with something left to do, the oldest first."""
    return db.session.scalars(select(Batch.id).where(Batch.state.in_((RUNNING, UNDOING))).order_by(Batch.id)).all()


def next_item(batch_id: uuid.UUID, state: str) -> BatchItem | None:
    """The next instance in this state, held for this transaction; one that another worker holds is left to it."""
    query = select(BatchItem).where(BatchItem.batch_id == batch_id, BatchItem.state == state)
    query = query.order_by(BatchItem.instance_id).limit(1).with_for_update(skip_locked=True)
    return db.session.scalar(query.execution_options(populate_existing=True))


def counts(batch_id: uuid.UUID) -> Mapping[str, int]:
    """How many of its instances are in each state."""
    query = select(BatchItem.state, func.count()).where(BatchItem.batch_id == batch_id).group_by(BatchItem.state)
    found = dict.fromkeys(ITEM_STATES, 0)
    for state, count in db.session.execute(query):
        found[state] = count
    return found


def items_of(
    batch_id: uuid.UUID, states: Sequence[str], after: uuid.UUID | None = None, limit: int = 50
) -> Sequence[BatchItem]:
    """Its instances in these states, from the one after `after`."""
    query = select(BatchItem).where(BatchItem.batch_id == batch_id, BatchItem.state.in_(states))
    if after is not None:
        query = query.where(BatchItem.instance_id > after)
    return db.session.scalars(query.order_by(BatchItem.instance_id).limit(limit)).all()
