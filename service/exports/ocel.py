"""Instances as an object-centric event log, OCEL 2.0, as JSON and as an SQLite file.

Objects are instances, complaints, tasks, lanes and papers; an event is a step passed, or the start of an instance, and
refers to all objects that had a part in it.
"""

import sqlite3
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import orjson

from service.exports.events import Event, events_of
from service.exports.records import Record

START = "Mulai"
"""The type of the event that an instance begins with."""

INSTANCE, COMPLAINT, TASK, LANE, PAPER = "instance", "complaint", "task", "lane", "paper"

OBJECT_TYPES: dict[str, dict[str, str]] = {
    INSTANCE: {"diagram": "string", "version": "integer", "state": "string", "end": "string"},
    COMPLAINT: {"channel": "string", "anonymous": "boolean", "secret": "boolean"},
    TASK: {"element": "string", "row": "string", "due_at": "time"},
    LANE: {"name": "string"},
    PAPER: {"media_type": "string", "size": "integer", "sha256": "string"},
}
EVENT_ATTRIBUTES = {"element": "string", "kind": "string"}

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

Records = Callable[[], Iterable[Record]]
"""The records from their beginning; asked for once for the objects and once for the events."""


@dataclass(frozen=True)
class Thing:
    """One object, with what it is linked to."""

    id: str
    type: str
    attributes: dict[str, Any]
    since: datetime
    links: tuple[tuple[str, str], ...] = ()
    """Id of the other object, and what it is to this one."""


@dataclass(frozen=True)
class Happening:
    """One event, with the objects that had a part in it."""

    id: str
    type: str
    at: datetime
    attributes: dict[str, Any]
    links: tuple[tuple[str, str], ...]


def things_of(record: Record, lanes_told: set[str]) -> Iterator[Thing]:
    """The objects of one instance; lanes are told once, by the first instance that has them."""
    instance, complaint = record.instance, record.complaint
    own = str(instance.id)
    tasks = tuple((f"task-{task.id}", "task of") for task in record.tasks)
    papers = tuple((f"paper-{file.id}", "paper of") for file in record.files)
    attributes = {
        "diagram": instance.diagram_key,
        "version": instance.version_n,
        "state": instance.state,
        "end": instance.end or "",
    }
    about = ((f"complaint-{complaint.id}", "handles"),) if complaint else ()
    yield Thing(own, INSTANCE, attributes, instance.started_at, (*about, *tasks, *papers))
    if complaint:
        told = {"channel": complaint.channel, "anonymous": complaint.anonymous, "secret": complaint.secret}
        yield Thing(f"complaint-{complaint.id}", COMPLAINT, told, complaint.received_at)
    for task in record.tasks:
        lane = _lane_id(record, task.lane)
        said: dict[str, Any] = {"element": task.element, "row": task.row or ""}
        if task.due_at:
            said["due_at"] = task.due_at
        yield Thing(f"task-{task.id}", TASK, said, task.created_at, ((lane, "done by"),) if task.lane else ())
        if task.lane and lane not in lanes_told:
            lanes_told.add(lane)
            known = record.version.spec.lane(task.lane)
            yield Thing(lane, LANE, {"name": known.name if known else task.lane}, EPOCH)
    for file in record.files:
        said = {"media_type": file.media_type, "size": file.size, "sha256": file.sha256}
        yield Thing(f"paper-{file.id}", PAPER, said, file.uploaded_at)


def happenings_of(record: Record) -> Iterator[Happening]:
    """The events of one instance."""
    instance = record.instance
    own = (str(instance.id), "instance")
    about = ((f"complaint-{record.complaint.id}", "complaint"),) if record.complaint else ()
    papers = tuple((f"paper-{file.id}", "paper") for file in record.files if file.uploaded_at <= instance.started_at)
    told = {"element": record.version.spec.start.id, "kind": "start"}
    yield Happening(f"{instance.id}-1", START, instance.started_at, told, (own, *about, *papers))
    for event in events_of(record):
        links = (own, *about, *_of_task(record, event))
        told = {"element": event.element, "kind": event.kind}
        yield Happening(f"{instance.id}-{event.seq}", event.name, event.at, told, links)


def _of_task(record: Record, event: Event) -> Iterator[tuple[str, str]]:
    if event.task:
        yield f"task-{event.task.id}", "task"
    if event.lane:
        yield _lane_id(record, event.lane), "lane"


def _lane_id(record: Record, lane: str | None) -> str:
    return f"lane-{record.instance.diagram_key}-{lane}"


def event_types(records: Iterable[Record]) -> list[str]:
    """The types of all events."""
    return sorted({happening.type for record in records for happening in happenings_of(record)})


# ---- JSON ------------------------------------------------------------------------------------------------------


def as_json(records: Records) -> Iterator[bytes]:
    """The log as OCEL 2.0 JSON, piece by piece."""
    objects = [{"name": name, "attributes": _declared(attributes)} for name, attributes in OBJECT_TYPES.items()]
    kinds = [{"name": name, "attributes": _declared(EVENT_ATTRIBUTES)} for name in event_types(records())]
    yield b'{"objectTypes":' + orjson.dumps(objects) + b',"eventTypes":' + orjson.dumps(kinds)
    lanes: set[str] = set()
    yield b',"objects":['
    yield from _listed(_object(thing) for record in records() for thing in things_of(record, lanes))
    yield b'],"events":['
    yield from _listed(_event(happening) for record in records() for happening in happenings_of(record))
    yield b"]}\n"


def _declared(attributes: dict[str, str]) -> list[dict[str, str]]:
    return [{"name": name, "type": type_} for name, type_ in attributes.items()]


def _listed(items: Iterable[dict[str, Any]]) -> Iterator[bytes]:
    before = b"\n"
    for item in items:
        yield before + orjson.dumps(item)
        before = b",\n"


def _object(thing: Thing) -> dict[str, Any]:
    values = [{"name": name, "time": thing.since, "value": value} for name, value in thing.attributes.items()]
    return {"id": thing.id, "type": thing.type, "attributes": values, "relationships": _linked(thing.links)}


def _event(happening: Happening) -> dict[str, Any]:
    values = [{"name": name, "value": value} for name, value in happening.attributes.items()]
    told = {"id": happening.id, "type": happening.type, "time": happening.at, "attributes": values}
    return told | {"relationships": _linked(happening.links)}


def _linked(links: tuple[tuple[str, str], ...]) -> list[dict[str, str]]:
    return [{"objectId": other, "qualifier": qualifier} for other, qualifier in links]


# ---- SQLite ----------------------------------------------------------------------------------------------------

SQL_TYPES = {"string": "TEXT", "integer": "INTEGER", "boolean": "BOOLEAN", "time": "TIMESTAMP"}

TABLES = """
CREATE TABLE event (ocel_id TEXT PRIMARY KEY, ocel_type TEXT NOT NULL);
CREATE TABLE object (ocel_id TEXT PRIMARY KEY, ocel_type TEXT NOT NULL);
CREATE TABLE event_map_type (ocel_type TEXT PRIMARY KEY, ocel_type_map TEXT NOT NULL);
CREATE TABLE object_map_type (ocel_type TEXT PRIMARY KEY, ocel_type_map TEXT NOT NULL);
CREATE TABLE event_object (
    ocel_event_id TEXT, ocel_object_id TEXT, ocel_qualifier TEXT,
    PRIMARY KEY (ocel_event_id, ocel_object_id, ocel_qualifier));
CREATE TABLE object_object (
    ocel_source_id TEXT, ocel_target_id TEXT, ocel_qualifier TEXT,
    PRIMARY KEY (ocel_source_id, ocel_target_id, ocel_qualifier));
"""


def as_sqlite(records: Records, path: Path) -> None:
    """Write the log as an OCEL 2.0 SQLite file."""
    kinds = {name: f"e{n}" for n, name in enumerate(event_types(records()), 1)}
    with sqlite3.connect(path) as file:
        file.executescript("PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF;" + TABLES)
        _declare(file, kinds)
        lanes: set[str] = set()
        for record in records():
            for thing in things_of(record, lanes):
                _keep_thing(file, thing)
            for happening in happenings_of(record):
                _keep_happening(file, happening, kinds[happening.type])
    file.close()


def _declare(file: sqlite3.Connection, kinds: dict[str, str]) -> None:
    """One table for each type; those of events are numbered, for a name of a step can be anything."""
    file.executemany("INSERT INTO event_map_type VALUES (?, ?)", kinds.items())
    file.executemany("INSERT INTO object_map_type VALUES (?, ?)", [(name, name) for name in OBJECT_TYPES])
    for table in kinds.values():
        columns = ", ".join(f"{name} {SQL_TYPES[type_]}" for name, type_ in EVENT_ATTRIBUTES.items())
        file.execute(f"CREATE TABLE event_{table} (ocel_id TEXT PRIMARY KEY, ocel_time TIMESTAMP, {columns})")
    for name, attributes in OBJECT_TYPES.items():
        columns = ", ".join(f'"{column}" {SQL_TYPES[type_]}' for column, type_ in attributes.items())
        file.execute(
            f"CREATE TABLE object_{name} (ocel_id TEXT, ocel_time TIMESTAMP, ocel_changed_field TEXT, {columns})"
        )


def _keep_thing(file: sqlite3.Connection, thing: Thing) -> None:
    file.execute("INSERT INTO object VALUES (?, ?)", (thing.id, thing.type))
    values = [_plain(thing.attributes.get(name)) for name in OBJECT_TYPES[thing.type]]
    marks = ", ".join("?" for _ in values)
    row = (thing.id, _plain(thing.since), None, *values)
    file.execute(f"INSERT INTO object_{thing.type} VALUES (?, ?, ?, {marks})", row)  # noqa: S608 - our own names
    links = [(thing.id, other, qualifier) for other, qualifier in thing.links]
    file.executemany("INSERT INTO object_object VALUES (?, ?, ?)", links)


def _keep_happening(file: sqlite3.Connection, happening: Happening, table: str) -> None:
    file.execute("INSERT INTO event VALUES (?, ?)", (happening.id, happening.type))
    row = (happening.id, _plain(happening.at), *(happening.attributes[name] for name in EVENT_ATTRIBUTES))
    file.execute(f"INSERT INTO event_{table} VALUES (?, ?, ?, ?)", row)  # noqa: S608 - our own names
    links = [(happening.id, other, qualifier) for other, qualifier in happening.links]
    file.executemany("INSERT INTO event_object VALUES (?, ?, ?)", links)


def _plain(value: Any) -> Any:
    return value.isoformat(timespec="milliseconds") if isinstance(value, datetime) else value
