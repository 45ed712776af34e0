"""Instances as JSON: complete, for another program to read."""

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import orjson

from service.diagrams.models import Version
from service.exports.records import Record

FORMAT = "alur-instance/1"

INSTANCE = (
    "id",
    "number",
    "diagram_key",
    "version_n",
    "state",
    "end",
    "secret",
    "started_at",
    "ended_at",
    "stuck_reason",
)
COMPLAINT = ("channel", "anonymous", "secret", "received_at", "promised_at", "lapor_tracking_id")
MOVE = ("seq", "at", "by_name", "command", "element", "on_behalf", "reason", "answers")
TASK = (
    "id", "element", "name", "row", "lane", "state", "version_n", "assignee_name", "created_at", "taken_at", "due_at",
    "completed_at", "completed_name",
)  # fmt: skip
FILE = ("id", "name", "size", "sha256", "media_type", "uploaded_at")


def lines(records: Iterable[Record]) -> Iterator[bytes]:
    """One instance a line."""
    for record in records:
        yield orjson.dumps(told(record)) + b"\n"


def whole(record: Record, version: Version, identity: Mapping[str, Any] | None) -> bytes:
    """One instance with its version: the BPMN file as text, and the forms. `identity` where it may go out."""
    more: dict[str, Any] = {
        "version": {
            "n": version.n,
            "sha256": hashlib.sha256(version.xml).hexdigest(),
            "bpmn": version.xml.decode("utf-8", "replace"),
            "forms": version.forms,
        }
    }
    if identity is not None:
        more["identity"] = dict(identity)
    return orjson.dumps(told(record) | more, option=orjson.OPT_INDENT_2)


def told(record: Record) -> dict[str, Any]:
    """Everything that is kept of an instance but its engine state and who the complainant is."""
    return {
        "format": FORMAT,
        "instance": _taken(record.instance, INSTANCE),
        "complaint": _taken(record.complaint, COMPLAINT) if record.complaint else None,
        "moves": [_taken(move, MOVE) | _proof(move) for move in record.moves],
        "tasks": [_taken(task, TASK) for task in record.tasks],
        "files": [_taken(file, FILE) for file in record.files],
    }


def _taken(row: Any, names: tuple[str, ...]) -> dict[str, Any]:
    return {name: getattr(row, name) for name in names}


def _proof(move: Any) -> dict[str, str]:
    return {"answers_digest": move.answers_digest.hex(), "hash": move.hash.hex()}
