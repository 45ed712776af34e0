"""Tables of diagrams and their versions, and the questions asked of them."""

import uuid
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String, Text, UniqueConstraint, func, select
from sqlalchemy.orm import Mapped, defer, mapped_column

from service.database import Model, UtcDateTime, db, id_column
from service.errors import NotFound

DRAFT, LIVE, RETIRED = "draft", "live", "retired"


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

    __mapper_args__ = {"version_id_col": rev}


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
    if found is None:
        raise NotFound("Diagram “{key}” tidak memiliki versi {n}.", key=key, n=n)
    return found


def held_version(key: str, n: int) -> Version:
    """Version n of a diagram as it is now, held for this transaction; instances may start meanwhile."""
    query = select(Version).where(Version.diagram_key == key, Version.n == n).with_for_update(key_share=True)
    found = db.session.scalar(query.execution_options(populate_existing=True))
    if found is None:
        raise NotFound("Diagram “{key}” tidak memiliki versi {n}.", key=key, n=n)
    return found


def held_diagram(key: str) -> Diagram | None:
    """The diagram, held for this transaction so that its versions are numbered one after the other."""
    return db.session.scalar(select(Diagram).where(Diagram.key == key).with_for_update(key_share=True))


def versions_of(key: str, below: int | None = None, limit: int | None = None) -> Sequence[Version]:
    """The versions of a diagram, newest first, from the one below `below`; without their files."""
    query = select(Version).where(Version.diagram_key == key).order_by(Version.n.desc()).limit(limit)
    if below is not None:
        query = query.where(Version.n < below)
    return db.session.scalars(query.options(defer(Version.xml), defer(Version.forms))).all()


def newest(key: str) -> Version | None:
    """The version with the highest number, whatever its state."""
    query = select(Version).where(Version.diagram_key == key).order_by(Version.n.desc()).limit(1)
    return db.session.scalar(query)


def live_numbers(keys: Sequence[str]) -> dict[str, list[int]]:
    """The numbers of the live versions of each of these diagrams, newest first."""
    query = select(Version.diagram_key, Version.n).where(Version.diagram_key.in_(keys), Version.state == LIVE)
    found: dict[str, list[int]] = {key: [] for key in keys}
    for key, n in db.session.execute(query.order_by(Version.n.desc())):
        found[key].append(n)
    return found


def next_number(key: str) -> int:
    """The number a new version of the diagram gets."""
    return (db.session.scalar(select(func.max(Version.n)).where(Version.diagram_key == key)) or 0) + 1
