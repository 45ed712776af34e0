"""What happened in an instance, as event logs tell it: one event for each step that was passed.

An activity is called as its step is in the drawing, so that a log can be held against the BPMN file. A completion that
was undone did not happen; what was moved by hand is told as such, for such a case need not fit the drawing.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from service.diagrams.loading import load
from service.exports.records import Record
from service.history.models import MoveRow
from service.tasks.models import Task

BY_HAND = ("move", "migrate", "undo", "resume")
PASSING = ("complete", "timer", "message")


@dataclass(frozen=True)
class Event:
    """One step passed. `kind` is complete (by a person), timer or message; times are those of its task."""

    seq: int
    at: datetime
    kind: str
    element: str
    name: str
    lane: str | None
    lane_name: str | None
    by: str
    task: Task | None


def events_of(record: Record) -> list[Event]:
    """The events of an instance in the order of its moves."""
    tasks = {(task.element, task.completed_at): task for task in record.tasks if task.completed_at}
    found: list[Event] = []
    for move in record.moves:
        if move.command == "undo" and found:
            found.pop()
        elif move.command in PASSING and move.element:
            found += _event(move, tasks.get((move.element, move.at)))
    return found


def changed_by_hand(record: Record) -> bool:
    """Whether somebody took it another way than the drawing has."""
    return any(move.command in BY_HAND for move in record.moves)


def _event(move: MoveRow, task: Task | None) -> Iterator[Event]:
    spec = load(move.version_id).spec
    element = spec.elements.get(move.element or "")
    if element is None and move.command == "message":  # the move names the message, not the event that waited for it
        element = next((event for event in spec.messages if event.message == move.element), None)
    if element is None:
        return
    lane = spec.lane(element.lane)
    yield Event(
        seq=move.seq,
        at=move.at,
        kind=move.command,
        element=element.id,
        name=element.label,
        lane=lane.id if lane else None,
        lane_name=lane.name if lane else None,
        by=move.by_name,
        task=task,
    )
