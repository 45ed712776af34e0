"""Tables of diagrams and their versions, and the questions asked of them."""

import uuid
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String, Text, UniqueConstraint, func, inspect, select
from sqlalchemy.orm import Mapped, defer, mapped_column, validates

from service.database import Model, UtcDateTime, db, id_column
from service.errors import Conflict, NotFound

DRAFT, LIVE, RETIRED = "draft", "live", "retired"
DROPPED = "dropped"
"""A draft that was thrown away: its files are gone, its number stays taken, nobody is shown it any more."""

FOR_APPROVAL, FOR_ITS_DAY = "approval", "day"
"""What a draft that is to go live waits for."""

DRAFTED, CHANGED, ASKED, WITHDRAWN, DECLINED = "drafted", "changed", "asked", "withdrawn", "declined"
APPROVED, SCHEDULED, PUBLISHED, FAILED = "approved", "scheduled", "published", "failed"
WAS_RETIRED, BROUGHT_BACK, RESTORED, WAS_DROPPED = "retired", "brought_back", "restored", "dropped"
TRANSLATED, MENDED = "translated", "mended"
STEPS = (
    DRAFTED, CHANGED, ASKED, WITHDRAWN, DECLINED, APPROVED, SCHEDULED, PUBLISHED, FAILED, WAS_RETIRED, BROUGHT_BACK,
    RESTORED, WAS_DROPPED, TRANSLATED, MENDED,
)  # fmt: skip
"""What can happen to a version."""


class Diagram(Model):
    """One procedure of one agency; its key is the id of its process."""

    __tablename__ = "diagram"

    key: Mapped[str] = mapped_column(String(63), primary_key=True)
    agency_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("agency.id"), index=True)
    title: Mapped[str] = mapped_column(String(300))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)


class Version(Model):
    """BPMN XML as it came in, byte for byte, with its form files; immutable from publication on."""

    __tablename__ = "version"
    __table_args__ = (
        UniqueConstraint("diagram_key", "n"),
        Index(None, "agency_id", "diagram_key", "state"),
        Index(None, "goes_live_at"),
    )

    id: Mapped[uuid.UUID] = id_column()
    agency_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("agency.id"))
    diagram_key: Mapped[str] = mapped_column(ForeignKey("diagram.key"))
    n: Mapped[int]
    """1, 2, 3 ... within its diagram."""
    state: Mapped[str] = mapped_column(String(8), default=DRAFT)
    rev: Mapped[int] = mapped_column(default=1)
    xml: Mapped[bytes]
    forms: Mapped[dict[str, Any]] = mapped_column(JSON)
    """File name to parsed JSON, schemas and UI schemas alike."""
    note: Mapped[str] = mapped_column(Text, default="")
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    created_by: Mapped[str] = mapped_column(String(200))
    published_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    published_by: Mapped[str | None] = mapped_column(String(200))
    retired_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    awaits: Mapped[str | None] = mapped_column(String(8))
    """Of a draft that is to go live: `FOR_APPROVAL` or `FOR_ITS_DAY`."""
    asked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    asked_by: Mapped[str | None] = mapped_column(String(200))
    asked_by_id: Mapped[uuid.UUID | None]
    asked_rev: Mapped[int | None]
    """The revision that was asked for: another one is not approved, and does not go live by itself."""
    approved_by: Mapped[str | None] = mapped_column(String(200))
    goes_live_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    unheld: Mapped[list[str] | None] = mapped_column(JSON)
    """The lanes nobody holds that it is to go live with all the same."""

    __mapper_args__ = {"version_id_col": rev}

    @validates("xml", "forms")
    def _stays_as_it_is(self, _name: str, files: Any) -> Any:
        """Whoever changes its files comes past here: what is published, or waits for that, takes no others."""
        if inspect(self).transient:
            return files
        if self.state not in (None, DRAFT):
            raise Conflict("Versi {n} sudah diterbitkan dan tidak dapat diubah lagi; buat draf baru.", n=self.n)
        if self.awaits is not None:
            message = "Draf ini sedang menunggu diterbitkan. Tarik dahulu permintaan penerbitannya, lalu ubah."
            raise Conflict(message)
        return files


class VersionRecord(Model):
    """One thing that happened to a version; rows are added only."""

    __tablename__ = "version_record"
    __table_args__ = (UniqueConstraint("diagram_key", "n", "seq"),)

    id: Mapped[uuid.UUID] = id_column()
    agency_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("agency.id"))
    diagram_key: Mapped[str] = mapped_column(ForeignKey("diagram.key"))
    n: Mapped[int]
    seq: Mapped[int]
    """1, 2, 3 ... within its version."""
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    by_id: Mapped[uuid.UUID | None]
    by_name: Mapped[str] = mapped_column(String(200))
    what: Mapped[str] = mapped_column(String(16))
    note: Mapped[str] = mapped_column(Text, default="")


def diagram_of(key: str) -> Diagram:
    """The diagram with this key. Raises `NotFound`."""
    found = db.session.get(Diagram, key)
    if found is None:
        raise NotFound("Tidak ada diagram “{key}”.", key=key)
    return found


def diagrams_of(
    agencies: set[uuid.UUID] | None, after: str | None = None, limit: int | None = None
) -> Sequence[Diagram]:
    """Diagrams of these agencies, or of all for None, by key, from the one after `after`."""
    query = select(Diagram).order_by(Diagram.key).limit(limit)
    if agencies is not None:
        query = query.where(Diagram.agency_id.in_(agencies))
    if after is not None:
        query = query.where(Diagram.key > after)
    return db.session.scalars(query).all()


def version_of(key: str, n: int) -> Version:
    """Version n of a diagram. Raises `NotFound`."""
    found = db.session.scalar(select(Version).where(Version.diagram_key == key, Version.n == n))
    if found is None or found.state == DROPPED:
        raise NotFound("Diagram “{key}” tidak memiliki versi {n}.", key=key, n=n)
    return found


def held_version(key: str, n: int) -> Version:
    """Version n of a diagram as it is now, held for this transaction; instances may start meanwhile."""
    query = select(Version).where(Version.diagram_key == key, Version.n == n).with_for_update(key_share=True)
    found = db.session.scalar(query.execution_options(populate_existing=True))
    if found is None or found.state == DROPPED:
        raise NotFound("Diagram “{key}” tidak memiliki versi {n}.", key=key, n=n)
    return found


def held_diagram(key: str) -> Diagram | None:
    """The diagram, held for this transaction so that its versions are numbered one after the other."""
    return db.session.scalar(select(Diagram).where(Diagram.key == key).with_for_update(key_share=True))


def versions_of(key: str, below: int | None = None, limit: int | None = None) -> Sequence[Version]:
    """The versions of a diagram, newest first, from the one below `below`; without their files."""
    query = select(Version).where(Version.diagram_key == key, Version.state != DROPPED)
    query = query.order_by(Version.n.desc()).limit(limit)
    if below is not None:
        query = query.where(Version.n < below)
    return db.session.scalars(query.options(defer(Version.xml), defer(Version.forms))).all()


def newest(key: str) -> Version | None:
    """The version with the highest number, whatever its state."""
    query = select(Version).where(Version.diagram_key == key, Version.state != DROPPED)
    query = query.order_by(Version.n.desc()).limit(1)
    return db.session.scalar(query)


def live_numbers(keys: Sequence[str]) -> dict[str, list[int]]:
    """The numbers of the live versions of each of these diagrams, newest first."""
    query = select(Version.diagram_key, Version.n).where(Version.diagram_key.in_(keys), Version.state == LIVE)
    found: dict[str, list[int]] = {key: [] for key in keys}
    for key, n in db.session.execute(query.order_by(Version.n.desc())):
        found[key].append(n)
    return found


def newest_live(key: str, besides: int | None = None) -> Version | None:
    """The version that new instances take as a rule, or would take without version `besides`."""
    query = select(Version).where(Version.diagram_key == key, Version.state == LIVE, Version.n != (besides or 0))
    return db.session.scalar(query.order_by(Version.n.desc()).limit(1))


def due_to_go_live(now: datetime) -> Version | None:
    """The draft whose day has come first, held for this transaction; one that another worker holds is left to it."""
    query = select(Version).where(Version.goes_live_at <= now, Version.awaits == FOR_ITS_DAY, Version.state == DRAFT)
    query = query.order_by(Version.goes_live_at, Version.id).limit(1).with_for_update(key_share=True, skip_locked=True)
    return db.session.scalar(query.execution_options(populate_existing=True))


def records_of(key: str, n: int) -> Sequence[VersionRecord]:
    """All that happened to a version, the first first; also of one that was thrown away."""
    query = select(VersionRecord).where(VersionRecord.diagram_key == key, VersionRecord.n == n)
    return db.session.scalars(query.order_by(VersionRecord.seq)).all()


def dropped_drafts(key: str) -> Sequence[VersionRecord]:
    """The drafts of a diagram that were thrown away: by whom, when, why."""
    query = select(VersionRecord).where(VersionRecord.diagram_key == key, VersionRecord.what == WAS_DROPPED)
    return db.session.scalars(query.order_by(VersionRecord.n.desc())).all()


def next_number(key: str) -> int:
    """The number a new version of the diagram gets."""
    return (db.session.scalar(select(func.max(Version.n)).where(Version.diagram_key == key)) or 0) + 1
