"""The table of instances, and the questions asked of it."""

import secrets
import uuid
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String, Text, UniqueConstraint, func, select
from sqlalchemy.orm import Mapped, mapped_column

from service.database import Model, UtcDateTime, db, id_column
from service.errors import NotFound

RUNNING, COMPLETED, CANCELLED, SUSPENDED, STUCK = "running", "completed", "cancelled", "suspended", "stuck"
STATES = (RUNNING, COMPLETED, CANCELLED, SUSPENDED, STUCK)

NUMBER_LETTERS = "23456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Letters and digits that nobody mistakes for another when reading a number aloud."""


def _version_it_starts_with(context: Any) -> Any:
    return context.get_current_parameters()["version_id"]


class Instance(Model):
    """One run of one version. `seq` and `head` are number and hash of the last row of its history."""

    __tablename__ = "instance"
    __table_args__ = (
        UniqueConstraint("agency_id", "number"),
        Index(None, "agency_id", "diagram_key", "state", "id"),
        Index(None, "agency_id", "state", "id"),
    )

    id: Mapped[uuid.UUID] = id_column()
    agency_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("agency.id"))
    diagram_key: Mapped[str] = mapped_column(ForeignKey("diagram.key"))
    version_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("version.id"), index=True)
    version_n: Mapped[int]
    number: Mapped[str] = mapped_column(String(20))
    state: Mapped[str] = mapped_column(String(10), default=RUNNING)
    end: Mapped[str | None] = mapped_column(String(100))
    """Id of the end event reached."""
    secret: Mapped[bool] = mapped_column(default=False)
    rev: Mapped[int] = mapped_column(default=1)
    wake_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    engine_state: Mapped[bytes]
    seq: Mapped[int] = mapped_column(default=0)
    head: Mapped[bytes] = mapped_column(default=b"")
    stuck_reason: Mapped[str | None] = mapped_column(Text)
    started_at: Mapped[datetime] = mapped_column(UtcDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    first_version_id: Mapped[uuid.UUID | None] = mapped_column(index=True, default=_version_it_starts_with)
    """The version it started with, whatever it was migrated to since: comparisons count it there."""
    trial_id: Mapped[uuid.UUID | None] = mapped_column(index=True)
    arm: Mapped[int | None]
    """Its place among the arms of the trial."""
    route: Mapped[dict[str, Any] | None] = mapped_column(JSON)
    """How it came to its version, as `diagrams.routing` told it."""

    __mapper_args__ = {"version_id_col": rev}


def new_number(prefix: str) -> str:
    """A number that is safe in addresses and cannot be guessed from another: 30^8 of them."""
    letters = "".join(secrets.choice(NUMBER_LETTERS) for _ in range(8))
    return f"{prefix}-{letters[:4]}-{letters[4:]}"


def instance_of(instance_id: uuid.UUID) -> Instance:
    """The instance with this id. Raises `NotFound`."""
    found = db.session.get(Instance, instance_id)
    if found is None:
        raise NotFound("Berkas tidak ditemukan.")
    return found


def locked(instance_id: uuid.UUID) -> Instance:
    """The instance, held for this transaction, as it is now and not as this session may have seen it."""
    query = select(Instance).where(Instance.id == instance_id).with_for_update()
    found = db.session.scalar(query.execution_options(populate_existing=True))
    if found is None:
        raise NotFound("Berkas tidak ditemukan.")
    return found


def count_open(diagrams: Sequence[str]) -> dict[str, int]:
    """How many instances of each of these diagrams have not ended."""
    query = select(Instance.diagram_key, func.count()).where(Instance.diagram_key.in_(diagrams))
    query = query.where(Instance.state.in_((RUNNING, SUSPENDED, STUCK))).group_by(Instance.diagram_key)
    return dict(iter(db.session.execute(query)))


def count_open_by_version(agency_id: uuid.UUID, diagram: str) -> dict[int, int]:
    """How many instances of each version of a diagram have not ended."""
    mine = (Instance.agency_id == agency_id, Instance.diagram_key == diagram)
    query = select(Instance.version_n, func.count()).where(*mine)
    query = query.where(Instance.state.in_((RUNNING, SUSPENDED, STUCK))).group_by(Instance.version_n)
    return dict(iter(db.session.execute(query)))


def numbered(agencies: Iterable[uuid.UUID], number: str) -> uuid.UUID | None:
    """The id of the instance with this number in one of these agencies, if there is one."""
    query = select(Instance.id).where(Instance.agency_id.in_(agencies), Instance.number == number)
    return db.session.scalar(query.limit(1))


def in_state(agency_id: uuid.UUID, state: str, limit: int) -> Sequence[Instance]:
    """The newest instances of an agency in this state; at most `limit`."""
    query = select(Instance).where(Instance.agency_id == agency_id, Instance.state == state)
    return db.session.scalars(query.order_by(Instance.id.desc()).limit(limit)).all()
