"""Who a complainant is: taken off what he hands in, sealed, and opened again.

One key per complaint seals the identity; that key is sealed under the installation's. What is sealed says which
complaint of which agency it is about, so that it does not open on another row.
"""

import logging
from collections.abc import Mapping
from typing import Any

import orjson
from sqlalchemy import select

from service import secrets
from service.complaints.models import Complaint, ComplaintIdentity
from service.database import db
from service.errors import Conflict
from service.forms.check import standing_form

NOT_OPENED = (
    "Identitas pelapor tidak dapat dibuka: catatannya tidak utuh atau kuncinya tidak tersedia. Hubungi administrator."
)

log = logging.getLogger(__name__)


def without_identity(schema: Mapping[str, Any], marked: frozenset[str], answers: Mapping[str, Any]) -> dict[str, Any]:
    """The form as these answers make it stand, without the fields that say who somebody is.

    What a condition on an identity field asks for stays asked, though the field itself is gone.
    """
    form = dict(standing_form(schema, answers))
    form["properties"] = {name: field for name, field in form["properties"].items() if name not in marked}
    form["required"] = [name for name in form["required"] if name not in marked]
    form["dependentRequired"] = {
        name: [other for other in others if other not in marked]
        for name, others in form.get("dependentRequired", {}).items()
        if name not in marked
    }
    return form


def tells(identity: Mapping[str, Any]) -> dict[str, Any]:
    """The fields of an identity that say something."""
    return {name: value for name, value in identity.items() if _says_something(value)}


def _says_something(value: Any) -> bool:
    return bool(value.strip()) if isinstance(value, str) else value not in (None, [], {})


def seal(complaint: Complaint, identity: Mapping[str, Any]) -> ComplaintIdentity:
    """The row that keeps an identity."""
    key, about = secrets.new_key(), _about(complaint)
    return ComplaintIdentity(
        complaint_id=complaint.id,
        agency_id=complaint.agency_id,
        kid=secrets.kid(),
        wrapped_key=secrets.seal(secrets.IDENTITY, key, about),
        sealed=secrets.seal_with(key, orjson.dumps(identity), about),
    )


def open_(complaint: Complaint, row: ComplaintIdentity) -> dict[str, Any]:
    """The identity again. Raises `Conflict` once it was erased, or when the row does not belong to the complaint."""
    if row.wrapped_key is None or row.sealed is None:
        raise Conflict("Identitas pelapor pada berkas ini sudah dihapus.")
    about = _about(complaint)
    try:
        key = secrets.open_(secrets.IDENTITY, row.wrapped_key, about)
        return dict(orjson.loads(secrets.open_with(key, row.sealed, about)))
    except secrets.Unopenable as error:
        log.critical("the sealed identity of complaint %s does not open: %s", complaint.id, error)
        raise Conflict(NOT_OPENED) from error


def erase(row: ComplaintIdentity) -> None:
    """Destroy the key; the identity is gone for good, everywhere."""
    row.wrapped_key = row.sealed = None


def renew_keys(limit: int = 500) -> int:
    """Seal keys anew that are still sealed under an older master secret, a batch at a time; says how many."""
    outdated = (ComplaintIdentity.kid != secrets.kid(), ComplaintIdentity.wrapped_key.is_not(None))
    query = select(ComplaintIdentity, Complaint).join(Complaint, Complaint.id == ComplaintIdentity.complaint_id)
    rows = db.session.execute(query.where(*outdated).limit(limit).with_for_update(of=ComplaintIdentity)).all()
    for row, complaint in rows:
        key = secrets.open_(secrets.IDENTITY, row.wrapped_key or b"", _about(complaint))
        row.wrapped_key, row.kid = secrets.seal(secrets.IDENTITY, key, _about(complaint)), secrets.kid()
    db.session.flush()
    return len(rows)


def _about(complaint: Complaint) -> bytes:
    return f"{complaint.agency_id}|{complaint.id}".encode()
