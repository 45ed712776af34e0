"""Instances as an event log in XES (IEEE 1849-2023): one trace an instance, one event a step passed."""

import re
from collections.abc import Iterable, Iterator
from datetime import datetime
from xml.sax.saxutils import quoteattr

from service.exports.events import Event, changed_by_hand, events_of
from service.exports.records import Record

HEAD = """<?xml version="1.0" encoding="UTF-8"?>
<log xes.version="1849-2023" xes.features="nested-attributes" xmlns="http://www.xes-standard.org/">
<extension name="Concept" prefix="concept" uri="http://www.xes-standard.org/concept.xesext"/>
<extension name="Time" prefix="time" uri="http://www.xes-standard.org/time.xesext"/>
<extension name="Lifecycle" prefix="lifecycle" uri="http://www.xes-standard.org/lifecycle.xesext"/>
<extension name="Organizational" prefix="org" uri="http://www.xes-standard.org/org.xesext"/>
<global scope="trace"><string key="concept:name" value=""/></global>
<global scope="event"><string key="concept:name" value=""/>
<date key="time:timestamp" value="1970-01-01T00:00:00.000+00:00"/>
<string key="lifecycle:transition" value="complete"/></global>
<classifier name="Activity" keys="concept:name"/>
<classifier name="Step" keys="alur:element"/>
<string key="concept:name" value="Alur"/>
"""

_FORBIDDEN = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What XML cannot hold, not even escaped."""


def log(records: Iterable[Record]) -> Iterator[bytes]:
    """The log, a trace at a time."""
    yield HEAD.encode()
    for record in records:
        yield "".join(_trace(record)).encode()
    yield b"</log>\n"


def _trace(record: Record) -> Iterator[str]:
    instance, complaint = record.instance, record.complaint
    yield "<trace>"
    yield _text("concept:name", instance.number)
    yield _text("alur:id", str(instance.id))
    yield _text("alur:diagram", instance.diagram_key)
    yield f'<int key="alur:version" value="{instance.version_n}"/>'
    yield _text("alur:state", instance.state)
    if instance.end:
        yield _text("alur:end", instance.end)
    if complaint:
        yield _text("alur:channel", complaint.channel)
    yield f'<boolean key="alur:by_hand" value="{str(changed_by_hand(record)).lower()}"/>'
    yield _date("alur:started_at", instance.started_at)
    if instance.ended_at:
        yield _date("alur:ended_at", instance.ended_at)
    for event in events_of(record):
        yield from _event(event)
    yield "</trace>\n"


def _event(event: Event) -> Iterator[str]:
    yield "<event>"
    yield _text("concept:name", event.name)
    yield _date("time:timestamp", event.at)
    yield _text("lifecycle:transition", "complete")
    yield _text("org:resource", event.by)
    if event.lane:
        yield _text("org:role", event.lane)
        yield _text("org:group", event.lane_name or event.lane)
    yield _text("alur:element", event.element)
    yield _text("alur:kind", event.kind)
    if event.task:
        yield _date("alur:opened_at", event.task.created_at)
        if event.task.taken_at:
            yield _date("alur:taken_at", event.task.taken_at)
        if event.task.due_at:
            yield _date("alur:due_at", event.task.due_at)
    yield "</event>"


def _text(key: str, value: str) -> str:
    return f"<string key={quoteattr(key)} value={quoteattr(_FORBIDDEN.sub(' ', value))}/>"


def _date(key: str, value: datetime) -> str:
    return f'<date key={quoteattr(key)} value="{value.isoformat(timespec="milliseconds")}"/>'
