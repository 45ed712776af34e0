"""Cursors of lists: where a page ended, as an opaque text."""

import base64
import binascii
import uuid
from datetime import UTC, datetime

from service.errors import Invalid, Problem


def write(*place: datetime | uuid.UUID | str | int) -> str:
    """A cursor for a place in a list."""
    parts = [p.isoformat() if isinstance(p, datetime) else str(p) for p in place]
    return base64.urlsafe_b64encode("|".join(parts).encode()).decode().rstrip("=")


def read(cursor: str | None, count: int) -> list[str] | None:
    """The `count` parts of a cursor, None where there is none. Raises `Invalid` for one we did not write."""
    if cursor is None:
        return None
    try:
        parts = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)).decode().split("|")
    except (binascii.Error, UnicodeDecodeError, ValueError) as error:
        raise unreadable() from error
    if len(parts) != count or any("\x00" in part for part in parts):
        raise unreadable()
    return parts


def read_moment_and_id(cursor: str | None) -> tuple[datetime, uuid.UUID] | None:
    """A place in a list ordered by a moment and an id."""
    parts = read(cursor, 2)
    if parts is None:
        return None
    try:
        moment = datetime.fromisoformat(parts[0])
        if moment.tzinfo is None:
            raise unreadable()
        return moment.astimezone(UTC), uuid.UUID(parts[1])
    except (ValueError, OverflowError) as error:
        raise unreadable() from error


def read_id(cursor: str | None) -> uuid.UUID | None:
    """A place in a list ordered by id."""
    parts = read(cursor, 1)
    try:
        return uuid.UUID(parts[0]) if parts else None
    except ValueError as error:
        raise unreadable() from error


def read_whole(cursor: str | None) -> int | None:
    """A place in a list ordered by a whole number."""
    parts = read(cursor, 1)
    if parts is None:
        return None
    if not (parts[0].isascii() and parts[0].isdecimal()) or len(parts[0]) > 9:
        raise unreadable()
    return int(parts[0])


def unreadable() -> Invalid:
    """The refusal of a cursor that is not one of ours."""
    message = "Penanda halaman tidak dikenal; mulai lagi dari halaman pertama."
    return Invalid(message, errors=[Problem("/after", message)])
