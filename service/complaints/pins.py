"""The PIN that lets a complainant follow his complaint: eight digits, shown once, kept as a keyed digest."""

import secrets as chance
import uuid

from service import secrets

DIGITS = 8
NOBODY, NOTHING = uuid.UUID(int=0), bytes(36)


def new_pin() -> str:
    """A PIN as it is shown: `1234-5678`."""
    digits = f"{chance.randbelow(10**DIGITS):0{DIGITS}}"
    return f"{digits[:4]}-{digits[4:]}"


def digest(pin: str, complaint_id: uuid.UUID) -> bytes:
    """What is kept of a PIN."""
    return secrets.digest(secrets.PIN, _plain(pin).encode(), complaint_id.bytes)


def fits(pin: str, complaint_id: uuid.UUID, known: bytes) -> bool:
    """Whether it is the PIN of that complaint; dashes and spaces do not count."""
    return secrets.is_digest(secrets.PIN, _plain(pin).encode(), complaint_id.bytes, known)


def fits_nothing(pin: str) -> bool:
    """The work of `fits` where there is no complaint, so that the time taken does not tell."""
    return fits(pin, NOBODY, NOTHING)


def _plain(pin: str) -> str:
    return "".join(letter for letter in pin if letter not in "- \u00a0\u2010\u2011\u2012\u2013")
