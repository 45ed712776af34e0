"""Verbs of the exports room: write down that something went out, before it does."""

import uuid
from datetime import datetime
from typing import Any

from service.database import db
from service.errors import Invalid, NotAllowed, Problem
from service.exports.models import ExportRecord
from service.instances.models import Instance
from service.people.caller import Caller

LONGEST_REASON = 500


def record_one(
    instance: Instance, kind: str, by: Caller, at: datetime, why: str = "", identity: bool = False
) -> ExportRecord:
    """One instance goes out; with the identity only for a reason."""
    if identity and not why.strip():
        message = "Sebutkan alasan membuka identitas pelapor."
        raise Invalid(message, errors=[Problem("/why", message)])
    record = ExportRecord(agency_id=instance.agency_id, instance_id=instance.id, identity=identity)
    return _record(record, kind, by, at, why, {})


def record_many(
    agency_id: uuid.UUID | None, scope: dict[str, Any], kind: str, by: Caller, at: datetime, why: str = ""
) -> ExportRecord:
    """Many instances go out; `scope` is what they were narrowed to. Identities never do in such a number."""
    return _record(ExportRecord(agency_id=agency_id, identity=False), kind, by, at, why, scope)


def _record(record: ExportRecord, kind: str, by: Caller, at: datetime, why: str, scope: dict[str, Any]) -> ExportRecord:
    if by.person_id is None:
        raise NotAllowed("Hanya orang yang masuk dengan akunnya yang boleh mengekspor.")
    record.at, record.by_id, record.by_name = at, by.person_id, by.name
    record.format, record.scope, record.why = kind, scope, why.strip()[:LONGEST_REASON]
    db.session.add(record)
    db.session.flush()
    return record
