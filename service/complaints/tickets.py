"""What a browser is lent for a while: a receipt with its PIN, or the right to look at one complaint.

A ticket is sealed under the installation's key and bound to its use and to the number of the complaint, so that it
opens for nothing else; it says itself until when it counts. Nothing of it is kept here.
"""

import base64
import uuid
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import orjson

from service import secrets

RECEIPT, VISIT = "receipt", "visit"
LASTS = {RECEIPT: timedelta(minutes=60), VISIT: timedelta(minutes=30)}


@dataclass(frozen=True)
class Ticket:
    """What was sealed: which complaint it is about, and for a receipt the PIN and what the complainant is told."""

    complaint_id: uuid.UUID
    pin: str = ""
    words: str = ""


def issue(use: str, number: str, ticket: Ticket, at: datetime) -> str:
    """The ticket as a text for a cookie."""
    said = [str(ticket.complaint_id), ticket.pin, ticket.words, int((at + LASTS[use]).timestamp())]
    return base64.urlsafe_b64encode(secrets.seal(f"{use} ticket", orjson.dumps(said), number.encode())).decode()


def honour(use: str, number: str, text: str, at: datetime) -> Ticket | None:
    """The ticket again; None where it does not count (any more), or was not issued by us for this."""
    try:
        sealed = base64.urlsafe_b64decode(text)
        said = orjson.loads(secrets.open_(f"{use} ticket", sealed, number.encode()))
    except (ValueError, secrets.Unopenable):
        return None
    complaint_id, pin, words, until = said
    if datetime.fromtimestamp(until, UTC) <= at:
        return None
    return Ticket(uuid.UUID(complaint_id), pin, words)
