"""Where runs of one version can stand, as a tree of moves: what was worked out once is not run a second time.

Of an answer only what gateways read changes the way, so thousands of instances share a few hundred positions. Times
are kept out of them: a timer always counts as due, and whoever replays says when it fires.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import orjson

from service.engine import Clock, MessageWaiting, Run, Spec, TaskWaiting, TimerWaiting, Waiting
from service.errors import Refusal, Stuck

MOST_KEPT = 20_000
"""Positions, some kilobytes each; with more of them the tree is grown anew."""

_THEN = datetime(2000, 1, 1, tzinfo=UTC)
_NOW = datetime(9000, 1, 1, tzinfo=UTC)


def _at_once(_start: datetime, _duration: str, _clock: str) -> datetime:
    return _THEN


_CLOCK = Clock(_NOW, _at_once)


@dataclass
class Move:
    """A move that was worked out: where it led, or why nowhere; how often it was made."""

    to: "Position | None"
    element: str | None
    """The step that was left, and where the move got stuck, the element there."""
    stuck_at: str | None = None
    times: int = 0


@dataclass
class Position:
    """Where a run stands: all that it waits for."""

    state: bytes
    waiting: tuple[Waiting, ...]
    ended: bool
    end: str | None
    moves: dict[tuple[str, ...], Move] = field(default_factory=dict)

    def task(self, element: str) -> TaskWaiting | None:
        return next((each for each in self.waiting if isinstance(each, TaskWaiting) and each.element == element), None)

    def timer(self, element: str) -> TimerWaiting | None:
        found = (each for each in self.waiting if isinstance(each, TimerWaiting) and each.element == element)
        return next(found, None)

    def message(self, name: str) -> MessageWaiting | None:
        return next((each for each in self.waiting if isinstance(each, MessageWaiting) and each.name == name), None)

    @property
    def tasks(self) -> tuple[str, ...]:
        """The elements of the open tasks."""
        return tuple(each.element for each in self.waiting if isinstance(each, TaskWaiting))

    @property
    def timers(self) -> tuple[TimerWaiting, ...]:
        return tuple(each for each in self.waiting if isinstance(each, TimerWaiting))


class Positions:
    """The tree of one version. `passed` counts how often a flow was gone."""

    def __init__(self, spec: Spec) -> None:
        self.spec = spec
        self.passed: Counter[str] = Counter()
        self._first: dict[bytes, Move] = {}
        self._kept = 0

    def start(self, answers: Mapping[str, Any]) -> Move:
        """Begin a run with these answers."""
        said = self._said(answers)
        key = _text(said)
        move = self._first.get(key)
        if move is None:
            self._make_room()
            move = self._first[key] = self._made(self.spec.start.id, None, lambda: Run.start(self.spec, said, _CLOCK))
        move.times += 1
        return move

    def complete(self, at: Position, task: TaskWaiting, answers: Mapping[str, Any]) -> Move:
        """Do a task."""
        said = self._said(answers)
        return self._move(
            at,
            ("complete", task.step_id, _text(said).decode()),
            task.element,
            lambda run: run.complete(task.step_id, said),
        )

    def fire(self, at: Position, timer: TimerWaiting) -> Move:
        """Let a timer fire."""
        return self._move(at, ("timer", timer.step_id), timer.element, lambda run: run.fire(timer.step_id))

    def receive(self, at: Position, message: MessageWaiting, payload: Mapping[str, Any]) -> Move:
        """Let a message come in."""
        said = self._said(payload)
        key = ("message", message.name, _text(said).decode())
        return self._move(at, key, message.element, lambda run: run.receive(message.name, said))

    def correct(self, at: Position, data: Mapping[str, Any]) -> Move:
        """Put right what the process knows."""
        said = self._said(data)
        return self._move(at, ("correct", _text(said).decode()), None, lambda run: run.correct(said))

    def count_passed(self) -> Counter[str]:
        """How often each flow was gone so far."""
        self._gather()
        return self.passed

    def _said(self, answers: Mapping[str, Any]) -> dict[str, Any]:
        return {name: value for name, value in answers.items() if name in self.spec.reads}

    def _move(self, at: Position, key: tuple[str, ...], element: str | None, act: Callable[[Run], Any]) -> Move:
        move = at.moves.get(key)
        if move is None:

            def run() -> Run:
                loaded = Run.load(self.spec, at.state, _CLOCK)
                act(loaded)
                return loaded

            move = at.moves[key] = self._made(element, at, run)
        move.times += 1
        return move

    def _made(self, element: str | None, before: Position | None, run: Callable[[], Run]) -> Move:
        try:
            moved = run()
            position = Position(moved.dump(), tuple(moved.waiting), moved.state != "running", moved.end)
        except Stuck as stuck:
            return Move(None, element, stuck.element)
        except Refusal:
            return Move(None, element, element)
        self._kept += 1
        return Move(position, element)

    def _make_room(self) -> None:
        if self._kept > MOST_KEPT:
            self._gather()
            self._first.clear()
            self._kept = 0

    def _gather(self) -> None:
        """Count the flows of all moves made since the last time."""
        ahead: list[tuple[Position | None, Move]] = [(None, move) for move in self._first.values()]
        while ahead:
            before, move = ahead.pop()
            if move.to is not None:
                if move.times and move.element is not None:
                    for flow in gone(self.spec, move.element, _reached(before, move.to)):
                        self.passed[flow] += move.times
                ahead += [(move.to, after) for after in move.to.moves.values()]
            move.times = 0


def _reached(before: Position | None, after: Position) -> set[str]:
    """What is newly waited for, and the end come to."""
    known = {each.step_id for each in before.waiting} if before else set()
    found = {each.element for each in after.waiting if each.step_id not in known}
    return found | ({after.end} if after.end else set())


def gone(spec: Spec, source: str, reached: Iterable[str]) -> set[str]:
    """The flows on the shortest ways from a step that was left to those that are waited at now."""
    ways: dict[str, tuple[str, ...]] = {source: ()}
    border = [source]
    while border:
        here = border.pop(0)
        if here != source and spec.elements[here].is_task:
            continue
        for flow, target in _onward(spec, here):
            if target not in ways:
                ways[target] = (*ways[here], flow) if flow else ways[here]
                border.append(target)
    return {flow for element in reached for flow in ways.get(element, ())}


def _onward(spec: Spec, element_id: str) -> list[tuple[str, str]]:
    """Where an element leads: into a sub-process and out of it again, too."""
    element = spec.elements[element_id]
    if element.kind == "subProcess":
        inside = (each for each in spec.elements.values() if each.scope == element_id)
        return [("", each.id) for each in inside if each.kind.startswith("start")] + [
            ("", event) for event in element.boundary
        ]
    onward = [(flow.id, flow.target) for flow in spec.flows_from(element_id)]
    if not onward and element.scope is not None:
        return [(flow.id, flow.target) for flow in spec.flows_from(element.scope)]
    return onward + [("", event) for event in element.boundary]


def _text(said: Mapping[str, Any]) -> bytes:
    return orjson.dumps(said, option=orjson.OPT_SORT_KEYS)
