"""Gives every open step of a state a home in another diagram: the same steps, under other names and rules.

Works on the stored form that `codec` tells of. Steps keep their ids, timers their due time; timers that only the other
diagram has begin to count now. What has no home, or could not go on from there, is told in words, all of it at once.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

import orjson
from SpiffWorkflow.util.task import TaskState

from service.engine.clock import Clock, due_of
from service.engine.markings import Marking, marking, objection
from service.engine.nodes import CAME_FROM, DUE
from service.engine.spec import TASK_KINDS, Element, Spec
from service.errors import Invalid, Problem
from service.sentences import Sentence

Homes = Mapping[str, str | None]
"""Element here to element there; None for an event that is to wait no more."""

CHILD = " [child]"
"""What SpiffWorkflow adds to the name of an element for one of its repetitions."""

CANNOT_GO = "Berkas ini tidak dapat dipindahkan."

_MESSAGE_KINDS = frozenset({"receiveTask", "catchMessage"})


def rehoused(state: bytes, old: Spec, new: Spec, homes: Homes, clock: Clock) -> bytes:
    """The state as the other diagram has it. Raises `Invalid` naming each step that cannot go, and why."""
    stored = orjson.loads(state)
    house = _House(old, new, homes, clock)
    rows = house.scope(stored["t"], None)
    if not house.problems:
        house.problems += [
            Problem("/plan", str(why.message), tuple(why.params.items())) for why in objections(new, rows)
        ]
    if house.problems:
        raise Invalid(CANNOT_GO, errors=house.problems)
    return orjson.dumps(stored | {"t": rows})


def objections(spec: Spec, rows: list[Any], scope: str | None = None) -> Iterator[Sentence]:
    """Where these rows of a scope, or of a sub-process in it, stand as no run ever could."""
    why = objection(spec, scope, standing(rows))
    if why is not None:
        yield why
    for inner, inside in _insides(rows):
        yield from objections(spec, inside, inner)


def standing(rows: list[Any]) -> Marking:
    """What the rows of a scope wait at."""
    return marking((_element(row), _more(row).get("i", {}).get(CAME_FROM)) for row in rows)


def _insides(rows: Iterable[Any]) -> Iterator[tuple[str, list[Any]]]:
    """The sub-processes that run among these rows, repeated ones too."""
    for row in rows:
        more = _more(row)
        if "p" in more:
            yield _element(row), more["p"]
        yield from _insides(more.get("c", ()))


def _element(row: list[Any]) -> str:
    return str(row[0]).removesuffix(CHILD)


def _more(row: list[Any]) -> dict[str, Any]:
    return row[3] if len(row) > 3 else {}


@dataclass
class _House:
    """Moves rows over and gathers what is wrong."""

    old: Spec
    new: Spec
    homes: Homes
    clock: Clock
    problems: list[Problem] = field(default_factory=list)

    def scope(self, rows: Iterable[Any], home: str | None) -> list[Any]:
        """The rows of one (sub)process; `home` is the sub-process there."""
        return [self._row(row, home) for row in rows]

    def _row(self, row: list[Any], scope: str | None) -> list[Any]:
        element = self.old.elements[_element(row)]
        home = self._home(element, scope)
        if home is None:
            return row
        name = home.id + (CHILD if row[0].endswith(CHILD) else "")
        more = self._changed(dict(_more(row)), element, home, repeated=row[0] != element.id)
        return [name, *row[1:3], more] if more else [name, *row[1:3]]

    def _changed(self, more: dict[str, Any], element: Element, home: Element, repeated: bool) -> dict[str, Any]:
        if internal := self._internal(more.get("i", {}), element, home):
            more["i"] = internal
        if not repeated and (events := self._events(more.get("b", []), element, home)):
            more["b"] = events
        else:
            more.pop("b", None)
        if "c" in more:
            more["c"] = [self._row(each, home.scope) for each in more["c"]]
        if "p" in more:
            more["p"] = self.scope(more["p"], home.id)
        return more

    # ---- a home ---------------------------------------------------------------------------------------------

    def _home(self, element: Element, scope: str | None) -> Element | None:
        """Where a step goes; None, and a problem noted, if nowhere."""
        home = self.new.elements.get(self.homes.get(element.id) or "")
        if home is None:
            self._no(element, "“{name}” tidak ada padanannya di sana.")
        elif _family(home) != _family(element):
            self._no(element, "“{name}” menunggu hal yang lain jenisnya di sana (“{home}”).", home=home.label)
        elif home.scope != scope:
            self._no(element, "“{name}” berada di dalam subproses yang lain di sana.")
        elif (element.loop and element.loop.kind) != (home.loop and home.loop.kind):
            self._no(element, "“{name}” di sana dikerjakan dengan pengulangan yang lain.")
        else:
            return home
        return None

    def _no(self, element: Element, message: str, **params: Any) -> None:
        """Once for each step, however often it is repeated."""
        problem = Problem(f"/plan/{element.id}", message, tuple({"name": element.label, **params}.items()))
        if problem not in self.problems:
            self.problems.append(problem)

    # ---- what a step waits for ------------------------------------------------------------------------------

    def _internal(self, internal: Mapping[str, Any], element: Element, home: Element) -> dict[str, Any]:
        changed = dict(internal)
        if CAME_FROM in changed:
            changed[CAME_FROM] = self._way_in(changed[CAME_FROM], element, home)
        if element.kind == "eventBasedGateway":
            changed[DUE] = self._choices(internal.get(DUE, {}), element, home)
        elif DUE in changed:
            changed[DUE] = dict.fromkeys([home.id], next(iter(internal[DUE].values())))
        return {key: value for key, value in changed.items() if value is not None and value != {}}

    def _way_in(self, source: str, gateway: Element, home: Element) -> str | None:
        """By which flow of the join there something arrived that has arrived here."""
        there = self.homes.get(source)
        ways = {flow.source for flow in self.new.flows_to(home.id)}
        if there in ways:
            return there
        ahead = _reached(self.new, there, home.id) & ways if there in self.new.elements else set()
        if len(ahead) == 1:
            return ahead.pop()
        name = self.old.elements[source].label if source in self.old.elements else source
        message = "Cabang yang sudah lewat “{branch}” tidak dikenal oleh gabungan “{name}” di sana."
        self._no(gateway, message, branch=name)
        return None

    def _choices(self, due: Mapping[str, str], element: Element, home: Element) -> dict[str, str]:
        """The due times of a gateway that waits for the first of several events."""
        there = {flow.target for flow in self.new.flows_from(home.id)}
        kept = self._counterparts([flow.target for flow in self.old.flows_from(element.id)], there)
        new = [event for event in there if event not in kept.values() and self.new.elements[event].timer]
        known = {kept[event]: due[event] for event in due if event in kept}
        return known | {event: self._from_now(event) for event in new}

    def _events(self, rows: list[Any], element: Element, home: Element) -> list[Any]:
        """The events on a step: those that still wait here, and those that are only there, from now on."""
        there = set(home.boundary)
        kept = self._counterparts([_element(row) for row in rows], there)
        known = {self.homes.get(event) for event in element.boundary}
        moved = [self._event(row, kept[row[0]]) for row in rows if row[0] in kept]
        return moved + [self._new_event(event) for event in home.boundary if event not in known]

    def _counterparts(self, events: Iterable[str], there: set[str]) -> dict[str, str]:
        found: dict[str, str] = {}
        for event in events:
            element, home = self.old.elements[event], self.homes.get(event)
            if home in there and _family(self.new.elements[str(home)]) == _family(element):
                found[event] = str(home)
            elif event not in self.homes or home is not None:
                self._no(element, "“{name}” masih ditunggu di sini, tetapi tidak di tempat yang sama di sana.")
        return found

    def _event(self, row: list[Any], home: str) -> list[Any]:
        more = dict(_more(row))
        if DUE in more.get("i", {}):
            more["i"] = more["i"] | {DUE: {home: next(iter(more["i"][DUE].values()))}}
        return [home, *row[1:3], more] if more else [home, *row[1:3]]

    def _new_event(self, event: str) -> list[Any]:
        row: list[Any] = [event, TaskState.WAITING, str(uuid4())]
        return [*row, {"i": {DUE: {event: self._from_now(event)}}}] if self.new.elements[event].timer else row

    def _from_now(self, event: str) -> str:
        timer = self.new.elements[event].timer
        assert timer is not None
        return due_of(timer, self.clock).isoformat()


def _family(element: Element) -> str:
    """Kinds that wait in the same way may stand for each other."""
    if element.kind in TASK_KINDS:
        return "task"
    return "message" if element.kind in _MESSAGE_KINDS else element.kind


def _reached(spec: Spec, source: str | None, gateway: str) -> set[str]:
    """What lies ahead of an element, as far as a gateway."""
    found, border = set(), [source]
    while border:
        element = border.pop()
        ahead = [flow.target for flow in spec.flows_from(str(element))] + list(spec.elements[str(element)].boundary)
        fresh = [each for each in ahead if each not in found and each != gateway]
        found.update(fresh)
        border += fresh
    return found


# ---- from one step to another -------------------------------------------------------------------------------


def check_leap(state: bytes, spec: Spec, source: str, target: str, repeated: bool) -> None:
    """Whether a task may be left for another that is then open in its place. Raises `Invalid` with the reason."""
    here, there = spec.elements[source], spec.elements.get(target)
    names = {"here": here.label, "there": there.label if there else target}
    if there is None or not there.is_task:
        raise _refused("“{there}” bukan tugas di diagram ini.", names)
    if there.id == here.id:
        raise _refused("“{there}” sudah terbuka.", names)
    if repeated:
        raise _refused("“{here}” dikerjakan berulang sekaligus; satu saja tidak dapat dipindahkan.", names)
    if there.scope != here.scope:
        raise _refused("“{there}” berada di dalam subproses yang lain daripada “{here}”.", names)
    rows = next(rows for rows in _scopes(orjson.loads(state)["t"]) if any(row[0] == source for row in rows))
    places = list(standing(rows))
    places.remove((source, None))
    why = objection(spec, here.scope, marking([*places, (target, None)]))
    if why is not None:
        raise _refused(why.message, dict(why.params))


def _refused(message: str, params: dict[str, Any]) -> Invalid:
    return Invalid(message, errors=[Problem("/to", message, tuple(params.items()))], **params)


def _scopes(rows: list[Any]) -> Iterator[list[Any]]:
    yield rows
    for _, inside in _insides(rows):
        yield from _scopes(inside)
