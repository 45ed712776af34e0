"""The table of files, and the questions asked of it."""

import uuid
from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, select
from sqlalchemy.orm import Mapped, mapped_column

from service.database import Model, UtcDateTime, db, id_column
from service.errors import NotFound

LONGEST_NAME = 120


class File(Model):
    """One file that was handed in. It belongs to no instance until answers naming it are taken."""

    __tablename__ = "file"

    id: Mapped[uuid.UUID] = id_column()
    agency_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("agency.id"))
    instance_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("instance.id"), index=True)
    name: Mapped[str] = mapped_column(String(LONGEST_NAME))
    size: Mapped[int]
    sha256: Mapped[str] = mapped_column(String(64))
    media_type: Mapped[str] = mapped_column(String(100))
    uploaded_at: Mapped[datetime] = mapped_column(UtcDateTime)
    uploaded_by: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("person.id"))
    """None for a complainant, who is nobody here."""
    key: Mapped[str] = mapped_column(String(120), unique=True)
    """Where its content lies; made of ids and dates only."""


_unattached = File.instance_id.is_(None)
Index("ix_file_unattached", File.uploaded_at, sqlite_where=_unattached, postgresql_where=_unattached)


def file_of(file_id: uuid.UUID) -> File:
    """The file with this id. Raises `NotFound`."""
    found = db.session.get(File, file_id)
    if found is None:
        raise NotFound("Berkas unggahan tidak ditemukan.")
    return found


def files_of(instance_id: uuid.UUID) -> Sequence[File]:
    """The files of an instance, in the order they came."""
    return db.session.scalars(select(File).where(File.instance_id == instance_id).order_by(File.id)).all()


def files_with(ids: Iterable[uuid.UUID]) -> Sequence[File]:
    """Those of these files that exist."""
    return db.session.scalars(select(File).where(File.id.in_(ids))).all()


def held(ids: Iterable[uuid.UUID]) -> dict[uuid.UUID, File]:
    """Those of these files that exist, held for this transaction so that no other instance takes them meanwhile."""
    query = select(File).where(File.id.in_(ids)).with_for_update().execution_options(populate_existing=True)
    return {file.id: file for file in db.session.scalars(query)}


def unattached(before: datetime, limit: int) -> Sequence[File]:
    """Files from before a moment that belong to no instance, oldest first."""
    query = select(File).where(_unattached, File.uploaded_at < before).order_by(File.uploaded_at).limit(limit)
    return db.session.scalars(query.with_for_update(skip_locked=True)).all()


def known_keys(keys: Sequence[str]) -> set[str]:
    """Those of these keys that a file has."""
    return set(db.session.scalars(select(File.key).where(File.key.in_(keys))))
