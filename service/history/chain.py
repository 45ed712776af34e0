"""The hash chain of an instance: how a link is made, and what proves that none was changed."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import groupby
from typing import Any

import orjson
from sqlalchemy import select

from service.database import db
from service.history.models import MoveRow, every_move
from service.instances.models import Instance


def digest(answers: dict[str, Any] | None) -> bytes:
    """SHA-256 over the answers as canonical JSON (keys sorted, UTF-8)."""
    return hashlib.sha256(orjson.dumps(answers or {}, option=orjson.OPT_SORT_KEYS)).digest()


def link(row: MoveRow, before: bytes) -> bytes:
    """The hash of a move: over all that it says, a digest of its answers and its state, and the hash before it."""
    said = [
        str(row.instance_id),
        row.seq,
        str(row.version_id),
        row.at.isoformat(),
        str(row.by_id) if row.by_id else None,
        row.by_name,
        row.command,
        row.element,
        row.on_behalf,
        row.reason,
        row.answers_digest.hex(),
        hashlib.sha256(row.state).hexdigest(),
        before.hex(),
    ]
    return hashlib.sha256(orjson.dumps(said)).digest()


@dataclass(frozen=True)
class Break:
    """Where a chain does not hold, and in which way."""

    instance_id: str
    seq: int
    reason: str


def breaks_in(rows: Iterable[MoveRow], head: bytes | None, count: int) -> list[Break]:
    """The first break of one instance's chain, if any; `head` and `count` are what the instance itself says."""
    before, expected, last = b"", 1, None
    for row in rows:
        last = row
        wrong = _wrong_with(row, before, expected)
        if wrong:
            return [Break(str(row.instance_id), row.seq, wrong)]
        before, expected = row.hash, expected + 1
    if last is not None and (head != before or count != expected - 1):
        return [Break(str(last.instance_id), expected, "rows at the end are missing")]
    return []


def _wrong_with(row: MoveRow, before: bytes, expected: int) -> str | None:
    if row.seq != expected:
        return "a row is missing before it"
    if row.answers is not None and digest(row.answers) != row.answers_digest:
        return "its answers were changed"
    if link(row, before) != row.hash:
        return "the row was changed"
    return None


def verify() -> tuple[int, list[Break]]:
    """Check every chain of the database: how many rows were read, and every break."""
    heads = {
        row.id: (row.head, row.seq) for row in db.session.execute(select(Instance.id, Instance.head, Instance.seq))
    }
    read, broken = 0, []
    for instance_id, rows in groupby(every_move(), key=lambda row: row.instance_id):
        chain = list(rows)
        read += len(chain)
        broken += breaks_in(chain, *heads.pop(instance_id, (None, 0)))
    broken += [Break(str(lost), 1, "the whole history is missing") for lost in heads]
    return read, broken
