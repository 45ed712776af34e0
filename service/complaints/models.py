"""Tables of complaints, of who handed them in, and of who looked; and the questions asked of them."""

import uuid
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint, Uuid, select
from sqlalchemy.orm import Mapped, mapped_column

from service.database import Model, UtcDateTime, db, id_column
from service.errors import NotFound

WEB, WALK_IN, TELEPHONE, LETTER = "web", "walk_in", "telephone", "letter"
WHATSAPP, LAPOR, BOX = "whatsapp", "lapor", "box"
CHANNELS = (WEB, WALK_IN, TELEPHONE, LETTER, WHATSAPP, LAPOR, BOX)

OPENED, ERASED = "open", "erase"


class Complaint(Model):
    """What a complainant handed in. Nothing here says who he is; `number` is that of its instance."""

    __tablename__ = "complaint"
    __table_args__ = (UniqueConstraint("agency_id", "number"), Index(None, "number"))

    id: Mapped[uuid.UUID] = id_column()
    agency_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("agency.id"))
    instance_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("instance.id"), unique=True)
    number: Mapped[str] = mapped_column(String(20))
    pin_digest: Mapped[bytes]
    channel: Mapped[str] = mapped_column(String(10))
    anonymous: Mapped[bool]
    secret: Mapped[bool]
    received_at: Mapped[datetime] = mapped_column(UtcDateTime)
    promised_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    filed_by: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("person.id"))
    """The officer who took it down; None where the complainant handed it in himself."""
    lapor_tracking_id: Mapped[str | None] = mapped_column(String(40))


class ComplaintIdentity(Model):
    """Who handed a complaint in, sealed under a key of its own, which is sealed under the installation's (`kid`).

    Both are null once the identity was erased: without the key, copies in old backups say nothing either.
    """

    __tablename__ = "complaint_identity"

    complaint_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("complaint.id"), primary_key=True)
    agency_id: Mapped[uuid.UUID]
    kid: Mapped[str] = mapped_column(String(8), index=True)
    wrapped_key: Mapped[bytes | None]
    sealed: Mapped[bytes | None]


class IdentityOpening(Model):
    """Somebody opened an identity, or erased it, and why. Append-only."""

    __tablename__ = "identity_opening"
    __table_args__ = (Index(None, "complaint_id", "at"),)

    id: Mapped[uuid.UUID] = id_column()
    agency_id: Mapped[uuid.UUID]
    complaint_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("complaint.id"))
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    by_id: Mapped[uuid.UUID | None] = mapped_column(Uuid)
    by_name: Mapped[str] = mapped_column(String(200))
    act: Mapped[str] = mapped_column(String(5))
    why: Mapped[str] = mapped_column(Text)


def complaint_on(instance_id: uuid.UUID) -> Complaint | None:
    """The complaint that this instance handles, None where it handles none."""
    return db.session.scalar(select(Complaint).where(Complaint.instance_id == instance_id))


def complaint_of(instance_id: uuid.UUID) -> Complaint:
    """The complaint that this instance handles. Raises `NotFound`."""
    found = complaint_on(instance_id)
    if found is None:
        raise NotFound("Berkas ini tidak berasal dari pengaduan.")
    return found


def complaints_numbered(number: str) -> Sequence[Complaint]:
    """Complaints of this number: one, unless two agencies share a prefix and drew the same."""
    return db.session.scalars(select(Complaint).where(Complaint.number == number)).all()


def identity_of(complaint_id: uuid.UUID) -> ComplaintIdentity | None:
    """Who handed it in, as it is now; None where that was never told."""
    return db.session.get(ComplaintIdentity, complaint_id, populate_existing=True)


def openings_of(complaint_id: uuid.UUID) -> Sequence[IdentityOpening]:
    """Who opened or erased the identity, first to last."""
    query = select(IdentityOpening).where(IdentityOpening.complaint_id == complaint_id)
    return db.session.scalars(query.order_by(IdentityOpening.at, IdentityOpening.id)).all()
