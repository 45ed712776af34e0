"""Which step of one diagram is which of another: by id, then by likeness of name, lane, form, row and neighbours.

Ids are what a drawing tool gave; who redraws a step gives it another id although it stays the same work.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache

from service.engine import Element, Spec
from service.engine.spec import GATEWAY_KINDS

ALIKE = 0.6
"""From here on two steps count as one. Another name alone does not part what has the same form, lane and place."""

ROUNDS = 6
"""What was matched tells of its neighbours; so often that is followed on."""

NAME, FORM, NEIGHBOURS, OWN, LANE, ROW = 4, 2, 3, 2, 1, 1
"""How much each sign weighs; a sign that neither step bears is not counted."""


def match(before: Spec, after: Spec) -> dict[str, str]:
    """Step of `before` to step of `after`, for each that has a counterpart: by id, then by likeness.

    Every step stands at most once on either side. The two may be versions of one diagram or diagrams of their own.
    """
    found = {id_: id_ for id_ in before.elements if id_ in after.elements and _same_sort(before, after, id_)}
    lanes = match_lanes(before, after)
    for _ in range(ROUNDS):
        new = dict(_best(before, after, found, lanes))
        if not new:
            break
        found |= new
    return {id_: found[id_] for id_ in before.elements if id_ in found}


def match_lanes(before: Spec, after: Spec) -> dict[str, str]:
    """Lane of `before` to lane of `after`: by id, then by name."""
    there = {lane.id for lane in after.lanes}
    found = {lane.id: lane.id for lane in before.lanes if lane.id in there}
    free = {_plain(lane.name): lane.id for lane in reversed(after.lanes) if lane.id not in found}
    for lane in before.lanes:
        if lane.id not in found and _plain(lane.name) in free:
            found[lane.id] = free.pop(_plain(lane.name))
    return found


def sort_of(element: Element) -> str:
    """What can be told as one step that has changed: work, gateway, sub-process, or an event of one place."""
    if element.kind in GATEWAY_KINDS:
        return "gateway"
    for place in ("start", "end", "boundary", "catch", "throw"):
        if element.kind.startswith(place):
            return place
    return "work"


def _same_sort(before: Spec, after: Spec, id_: str) -> bool:
    return sort_of(before.elements[id_]) == sort_of(after.elements[id_])


def _best(before: Spec, after: Spec, found: Mapping[str, str], lanes: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """The likest pairs of those that have no counterpart yet, the likest first, none twice."""
    taken = set(found.values())
    ours = [_step(before, element) for element in before.elements.values() if element.id not in found]
    theirs = [_step(after, element) for element in after.elements.values() if element.id not in taken]
    pairs = [
        (likeness, one.element.id, other.element.id)
        for one in ours
        for other in theirs
        if one.sort == other.sort and (likeness := _likeness(one, other, found, lanes)) >= ALIKE
    ]
    gone: set[str] = set()
    for _, one_id, other_id in sorted(pairs, key=lambda pair: -pair[0]):
        if f"<{one_id}" not in gone and f">{other_id}" not in gone:
            gone |= {f"<{one_id}", f">{other_id}"}
            yield one_id, other_id


@dataclass(frozen=True)
class _Step:
    """A step with what it is known by."""

    element: Element
    sort: str
    earlier: Mapping[str, str]
    """Neighbours from which it is come to, by id, with their names; what an event sits on counts as one."""
    later: Mapping[str, str]
    own: tuple[str | None, ...]


def _step(spec: Spec, element: Element) -> _Step:
    earlier = [flow.source for flow in spec.flows_to(element.id)]
    earlier += [element.attached_to] if element.attached_to else []
    later = [flow.target for flow in spec.flows_from(element.id)]
    timer = element.timer.expression if element.timer else None
    return _Step(
        element,
        sort_of(element),
        _named(spec, earlier),
        _named(spec, later),
        (element.message, element.signal, timer),
    )


def _named(spec: Spec, ids: Iterable[str]) -> dict[str, str]:
    return {id_: _plain(spec.elements[id_].name or "") for id_ in ids if id_ in spec.elements}


def _likeness(one: _Step, other: _Step, found: Mapping[str, str], lanes: Mapping[str, str]) -> float:
    """From 0, nothing in common, to 1."""
    signs = list(_signs(one, other, found, lanes))
    whole = sum(weight for weight, _ in signs)
    return sum(weight * alike for weight, alike in signs) / whole if whole else 0.0


def _signs(one: _Step, other: _Step, found: Mapping[str, str], lanes: Mapping[str, str]) -> Iterator[tuple[int, float]]:
    a, b = one.element, other.element
    if a.name or b.name:
        yield NAME, words_alike(a.name or "", b.name or "")
    if a.form or b.form:
        yield FORM, float(a.form == b.form)
    if a.row or b.row:
        yield ROW, float((a.row, a.part) == (b.row, b.part))
    if a.lane or b.lane:
        yield LANE, float(a.lane is not None and lanes.get(a.lane) == b.lane)
    if any(one.own) or any(other.own):
        yield OWN, float(one.own == other.own)
    if one.earlier or one.later or other.earlier or other.later:
        earlier = _in_common(one.earlier, other.earlier, found)
        yield NEIGHBOURS, (earlier + _in_common(one.later, other.later, found)) / 2


def _in_common(ours: Mapping[str, str], theirs: Mapping[str, str], found: Mapping[str, str]) -> float:
    """How many neighbours are the same: matched already, or of the same name while not matched."""
    if not ours and not theirs:
        return 1.0
    ours_as_theirs = {found.get(id_) or f"name {name}" for id_, name in ours.items()}
    known = set(found.values())
    as_they_are = {id_ if id_ in known else f"name {name}" for id_, name in theirs.items()}
    return 2 * len(ours_as_theirs & as_they_are) / (len(ours_as_theirs) + len(as_they_are))


def words_alike(one: str, other: str) -> float:
    """How alike two names are, from 0 to 1: by the pairs of letters they share (Dice), whatever case and spaces."""
    a, b = _pairs(_plain(one)), _pairs(_plain(other))
    return 2 * len(a & b) / (len(a) + len(b)) if a and b else float(a == b and one == other)


def _plain(text: str) -> str:
    return " ".join(text.casefold().split())


@lru_cache(maxsize=4096)
def _pairs(text: str) -> frozenset[str]:
    return frozenset(text[place : place + 2] for place in range(max(1, len(text) - 1))) if text else frozenset()
