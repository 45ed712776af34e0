"""What was done to trials, by whom and why; and how many instances they hold. The trial itself: `diagrams/routing`."""

import uuid
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, Text, Uuid, func, select
from sqlalchemy.orm import Mapped, mapped_column

from service.database import Model, UtcDateTime, db, id_column
from service.instances.models import Instance

MADE, STARTED, STOPPED = "made", "started", "stopped"


class TrialAct(Model):
    """Somebody made, started or stopped a trial. Append-only."""

    __tablename__ = "trial_act"
    __table_args__ = (Index(None, "trial_id", "id"),)

    id: Mapped[uuid.UUID] = id_column()
    trial_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("trial.id"))
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    by_id: Mapped[uuid.UUID | None] = mapped_column(Uuid)
    by_name: Mapped[str] = mapped_column(String(200))
    act: Mapped[str] = mapped_column(String(8))
    why: Mapped[str] = mapped_column(Text, default="")


def acts_of(trial_id: uuid.UUID) -> Sequence[TrialAct]:
    """What was done to a trial, first to last."""
    return db.session.scalars(select(TrialAct).where(TrialAct.trial_id == trial_id).order_by(TrialAct.id)).all()


def counts_by_arm(trial_ids: Sequence[uuid.UUID]) -> dict[tuple[uuid.UUID, int], int]:
    """How many instances each arm of these trials was given."""
    query = select(Instance.trial_id, Instance.arm, func.count()).where(Instance.trial_id.in_(trial_ids))
    rows = db.session.execute(query.group_by(Instance.trial_id, Instance.arm))
    return {(trial_id, arm): count for trial_id, arm, count in rows if trial_id is not None and arm is not None}
