"""Writes down what happens to a version: rows are added, never changed."""

from datetime import datetime

from sqlalchemy import func, select

from service.database import db
from service.diagrams.models import CHANGED, Version, VersionRecord
from service.people.caller import Caller


def record(version: Version, what: str, by: Caller, at: datetime, note: str = "") -> None:
    """One more row. Whoever calls holds the version, so that rows are numbered one after the other."""
    last = _last(version)
    if what == CHANGED and last is not None and last.what == CHANGED and last.by_id == by.person_id:
        return  # keeping every few seconds is one piece of work, not a hundred
    row = VersionRecord(
        agency_id=version.agency_id,
        diagram_key=version.diagram_key,
        n=version.n,
        seq=last.seq + 1 if last else 1,
        at=at,
        by_id=by.person_id,
        by_name=by.name,
        what=what,
        note=note,
    )
    db.session.add(row)
    db.session.flush()


def _last(version: Version) -> VersionRecord | None:
    of_it = (VersionRecord.diagram_key == version.diagram_key, VersionRecord.n == version.n)
    newest = select(func.max(VersionRecord.seq)).where(*of_it).scalar_subquery()
    return db.session.scalar(select(VersionRecord).where(*of_it, VersionRecord.seq == newest))
