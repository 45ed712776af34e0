"""The formats a text field may have, and what counts as one.

Stricter than JSON Schema where a clerk would be surprised (a date must exist in the calendar), and kinder
where a browser differs from the RFC (a time may lack seconds and zone).
"""

import re
from datetime import date, datetime, time
from urllib.parse import urlsplit

from jsonschema import FormatChecker

FILE = "alur-file"
EARLIEST_YEAR = 1900

_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_TIME = re.compile(r"[0-9]{2}:[0-9]{2}(:[0-9]{2})?")
_DATE_TIME = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]{1,6})?)?(Z|[+\-][0-9]{2}:[0-9]{2})?"
)
_MAILBOX = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~.\-]{1,64}")
_HOST_PART = re.compile(r"[A-Za-z0-9]([A-Za-z0-9\-]{0,61}[A-Za-z0-9])?")
_UUID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_LONGEST_EMAIL = 254

FORMATS = FormatChecker(formats=())


@FORMATS.checks("date", raises=ValueError)
def is_date(text: object) -> bool:
    """`2026-03-31`: a day that exists, not before 1900 (a year like 0026 is a slip of the keyboard)."""
    if not isinstance(text, str):
        return True
    return bool(_DATE.fullmatch(text)) and date.fromisoformat(text).year >= EARLIEST_YEAR


@FORMATS.checks("time", raises=ValueError)
def is_time(text: object) -> bool:
    """`09:30` or `09:30:00`, in the office's own time."""
    if not isinstance(text, str):
        return True
    return bool(_TIME.fullmatch(text)) and time.fromisoformat(text) >= time.min


@FORMATS.checks("date-time", raises=ValueError)
def is_date_time(text: object) -> bool:
    """`2026-03-31T09:30`, with or without seconds and zone."""
    if not isinstance(text, str):
        return True
    return bool(_DATE_TIME.fullmatch(text)) and datetime.fromisoformat(text).year >= EARLIEST_YEAR


@FORMATS.checks("email")
def is_email(text: object) -> bool:
    """One plain address. No names, no quotes, no literal addresses: nobody types those on purpose."""
    if not isinstance(text, str):
        return True
    mailbox, at, host = text.rpartition("@")
    parts = host.split(".")
    return (
        bool(at)
        and len(text) <= _LONGEST_EMAIL
        and bool(_MAILBOX.fullmatch(mailbox))
        and not (mailbox.startswith(".") or mailbox.endswith(".") or ".." in mailbox)
        and len(parts) > 1
        and all(_HOST_PART.fullmatch(part) for part in parts)
        and not parts[-1].isdigit()
    )


@FORMATS.checks("uri", raises=ValueError)
def is_web_address(text: object) -> bool:
    """A web address; other schemes (`javascript:`) would become dangerous links on a page."""
    if not isinstance(text, str):
        return True
    split = urlsplit(text)
    return split.scheme in ("http", "https") and bool(split.hostname) and not re.search(r"[\s<>\"\\]", text)


@FORMATS.checks(FILE)
def is_file_id(text: object) -> bool:
    """The id of a file handed in before: a UUID as we write it."""
    return not isinstance(text, str) or bool(_UUID.fullmatch(text))


KNOWN = frozenset(FORMATS.checkers)
