"""The table of what went out: who took which instances along, in which form, and why. Append-only."""

import uuid
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String, Text, select
from sqlalchemy.orm import Mapped, mapped_column

from service.database import Model, UtcDateTime, db, id_column


class ExportRecord(Model):
    """One export. `instance_id` where it was one instance, else `scope` says which were asked for."""

    __tablename__ = "export_record"
    __table_args__ = (Index(None, "instance_id", "at"), Index(None, "by_id", "at"))

    id: Mapped[uuid.UUID] = id_column()
    agency_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("agency.id"))
    """None where instances of several agencies may be in it."""
    instance_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("instance.id"))
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    by_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("person.id"))
    by_name: Mapped[str] = mapped_column(String(200))
    format: Mapped[str] = mapped_column(String(20))
    scope: Mapped[dict[str, Any]] = mapped_column(JSON)
    identity: Mapped[bool]
    """Whether it says who the complainant is."""
    why: Mapped[str] = mapped_column(Text)


def exports_of(instance_id: uuid.UUID) -> Sequence[ExportRecord]:
    """Who took this instance along by itself, first to last."""
    query = select(ExportRecord).where(ExportRecord.instance_id == instance_id)
    return db.session.scalars(query.order_by(ExportRecord.at, ExportRecord.id)).all()
