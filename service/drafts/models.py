"""Who has a draft open, when he was last seen at it and when he last kept it."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ForeignKey, select
from sqlalchemy.orm import Mapped, mapped_column

from service.database import Model, UtcDateTime, db
from service.people.models import Person


class Presence(Model):
    """One person at one draft."""

    __tablename__ = "draft_presence"

    version_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("version.id"), primary_key=True)
    person_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("person.id"), primary_key=True)
    seen_at: Mapped[datetime] = mapped_column(UtcDateTime)
    saved_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


@dataclass(frozen=True)
class Present:
    """Somebody at a draft, by name."""

    person_id: uuid.UUID
    name: str
    seen_at: datetime
    saved_at: datetime | None


def presence_of(version_id: uuid.UUID, person_id: uuid.UUID) -> Presence | None:
    """The row of one person at a draft, if he has ever had it open."""
    return db.session.get(Presence, (version_id, person_id))


def present_at(version_id: uuid.UUID) -> Sequence[Present]:
    """Everybody who has ever had this draft open, the one seen last first."""
    query = (
        select(Presence, Person.name)
        .join(Person, Person.id == Presence.person_id)
        .where(Presence.version_id == version_id)
        .order_by(Presence.seen_at.desc(), Presence.person_id)
    )
    return [Present(row.person_id, name, row.seen_at, row.saved_at) for row, name in db.session.execute(query)]
