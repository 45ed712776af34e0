"""Which steps of a diagram can be open together: its tokens played through without data, one (sub)process at a time.

A marking is what a scope waits at: `(element, None)` for a step that waits, `(gateway, source)` for what has arrived at
a join by the flow from `source`. One that no run from the start can come to would wait at some join for ever, or do the
work of a branch twice; so nothing is moved into it.
"""

from collections import Counter, deque
from collections.abc import Iterable, Iterator
from itertools import chain, combinations

from service.engine.spec import Element, Spec
from service.sentences import Sentence, both

Place = tuple[str, str | None]
Marking = tuple[Place, ...]

MOST_MARKINGS = 4000
MOST_ALIKE = 2
"""So many tokens may stand at one place; beyond that the diagram makes ever more of them."""

UNSURE = Sentence(
    "Diagram tujuan bercabang terlalu luas untuk dipastikan; coba lagi setelah lebih sedikit langkah yang terbuka."
)
"""Said where the search ended before it could tell: what cannot be shown to be sound is refused, not called wrong."""

_JOINS = ("parallelGateway", "inclusiveGateway")


def marking(places: Iterable[Place]) -> Marking:
    """These places as one marking, in whatever order they come."""
    return tuple(sorted(places, key=lambda place: (place[0], place[1] or "")))


def objection(spec: Spec, scope: str | None, wanted: Marking) -> Sentence | None:
    """Why a run of this scope can never stand so, or why that cannot be told, in words; None if it can."""
    game = _Game(spec, scope)
    if _comes_to(game, wanted):
        return None
    known = list(_all_from_start(game))
    if wanted in known:
        return None
    return UNSURE if len(known) >= MOST_MARKINGS else _why(spec, wanted, known)


def _comes_to(game: "_Game", wanted: Marking) -> bool:
    """Whether it is reached; a token that stands where none is wanted has to go on anyway, so it does so first."""
    goal = Counter(wanted)
    seen = {game.start}
    ahead = [game.start]
    while ahead and len(seen) < MOST_MARKINGS:
        here = ahead.pop()
        if here == wanted:
            return True
        excess = [place for place in Counter(here) - goal if place[1] is None]
        for after in game.after(here, excess[:1] or None):
            if after not in seen:
                seen.add(after)
                ahead.append(after)
    return False


def _all_from_start(game: "_Game") -> Iterator[Marking]:
    seen = {game.start}
    ahead = deque([game.start])
    while ahead:
        here = ahead.popleft()
        yield here
        for after in game.after(here):
            if after not in seen and len(seen) < MOST_MARKINGS:
                seen.add(after)
                ahead.append(after)


# ---- the game -----------------------------------------------------------------------------------------------


class _Game:
    """The moves of one scope."""

    def __init__(self, spec: Spec, scope: str | None) -> None:
        self.spec = spec
        inside = [element for element in spec.elements.values() if element.scope == scope]
        first = spec.start if scope is None else next(each for each in inside if each.kind.startswith("start"))
        self.start: Marking = ((first.id, None),)
        self.inclusive = [each for each in inside if each.kind == "inclusiveGateway" and len(self.sources(each)) > 1]

    def sources(self, gateway: Element) -> frozenset[str]:
        return frozenset(flow.source for flow in self.spec.flows_to(gateway.id))

    def after(self, here: Marking, places: list[Place] | None = None) -> Iterator[Marking]:
        """What one step can make of a marking; only by a token at one of `places`, where they are given."""
        for place in places if places is not None else dict.fromkeys(here):
            if place[1] is None:
                for after in self._moved(here, self.spec.elements[place[0]]):
                    if max(Counter(after).values(), default=0) <= MOST_ALIKE:
                        yield after

    def _moved(self, here: Marking, element: Element) -> Iterator[Marking]:
        without = _less(here, (element.id, None))
        done = [element]
        if element.kind == "eventBasedGateway":
            done = [self.spec.elements[flow.target] for flow in self.spec.flows_from(element.id)]
        for one in done:
            yield from self._gone_on(without, one)
        for event in self.spec.on(element.id):
            yield from self._gone_on(without if event.interrupting else here, event)

    def _gone_on(self, here: Marking, element: Element) -> Iterator[Marking]:
        for after in self._out_by_all(here, element, frozenset()):
            yield from self._settled(after)

    def _out_by_all(self, here: Marking, element: Element, passed: frozenset[str]) -> set[Marking]:
        """A token on each flow out of an element."""
        return self._along(here, element, [flow.target for flow in self.spec.flows_from(element.id)], passed)

    def _along(self, here: Marking, source: Element, targets: Iterable[str], passed: frozenset[str]) -> set[Marking]:
        markings = {here}
        for target in targets:
            markings = {
                after for each in markings for after in self._arrived(each, source, self.spec.elements[target], passed)
            }
        return markings

    def _arrived(self, here: Marking, source: Element, target: Element, passed: frozenset[str]) -> set[Marking]:
        """A token comes to an element, and goes on as far as nobody is waited for."""
        if target.kind in ("endTerminate", "endError"):
            return {()}
        if target.kind.startswith("end"):
            return {here}
        if _waits(target):
            return {marking((*here, (target.id, None)))}
        if target.id in passed:
            return set()
        passed |= {target.id}
        if target.kind in _JOINS and len(self.sources(target)) > 1:
            return self._joined(marking((*here, (target.id, source.id))), target, passed)
        return self._on_from(here, target, passed)

    def _joined(self, here: Marking, gateway: Element, passed: frozenset[str]) -> set[Marking]:
        arrived = {place for place in here if place[0] == gateway.id}
        if gateway.kind == "inclusiveGateway" or {source for _, source in arrived} != self.sources(gateway):
            return {here}
        return self._out_by_all(_less(here, *arrived), gateway, passed)

    def _on_from(self, here: Marking, element: Element, passed: frozenset[str]) -> set[Marking]:
        targets = [flow.target for flow in self.spec.flows_from(element.id)]
        if element.kind == "exclusiveGateway":
            ways: Iterable[tuple[str, ...]] = [(target,) for target in targets]
        elif element.kind == "inclusiveGateway":
            ways = chain.from_iterable(combinations(targets, count) for count in range(1, len(targets) + 1))
        else:
            ways = [tuple(targets)]
        return {after for way in ways for after in self._along(here, element, way, passed)}

    def _settled(self, here: Marking) -> Iterator[Marking]:
        """Nothing moves: an inclusive join goes on that nothing more can come to."""
        for gateway in self.inclusive:
            arrived = {place for place in here if place[0] == gateway.id}
            if arrived and not self._more_may_come(here, gateway, {str(source) for _, source in arrived}):
                for after in self._on_from(_less(here, *arrived), gateway, frozenset({gateway.id})):
                    yield from self._settled(after)
                return
        yield here

    def _more_may_come(self, here: Marking, gateway: Element, filled: set[str]) -> bool:
        """As `nodes.InclusiveGateway` has it: a token that can reach an empty way in, but none with an arrival."""
        places = {element for element, _ in here} - {gateway.id}
        empty = [self._upstream(gateway, each) for each in self.sources(gateway) - filled]
        full = [self._upstream(gateway, each) for each in filled]
        return any(
            any(place in names for names in empty) and not any(place in names for names in full) for place in places
        )

    def _upstream(self, gateway: Element, way_in: str) -> set[str]:
        """From where a way into a gateway can be reached without passing it."""
        found, border = {way_in}, [way_in]
        while border:
            element = self.spec.elements[border.pop()]
            before = [flow.source for flow in self.spec.flows_to(element.id)]
            before += [element.attached_to] if element.attached_to else []
            fresh = [each for each in before if each not in found and each != gateway.id]
            found.update(fresh)
            border += fresh
        return found


def _waits(element: Element) -> bool:
    """Does a token rest there?"""
    return element.is_task or element.kind.startswith("catch") or element.kind in _RESTS


_RESTS = ("receiveTask", "subProcess", "eventBasedGateway")


def _less(here: Marking, *places: Place) -> Marking:
    return marking((Counter(here) - Counter(places)).elements())


# ---- why not ------------------------------------------------------------------------------------------------


def _why(spec: Spec, wanted: Marking, known: list[Marking]) -> Sentence:
    """What is lacking, or what never stands together."""
    fuller = [each for each in known if not Counter(wanted) - Counter(each)]
    if fuller:
        least = min(fuller, key=len)
        return Sentence(
            "Di sana {here} berjalan bersama {others}, yang tidak dimiliki berkas ini, sehingga langkah yang "
            "menggabungkan keduanya akan menunggu selamanya.",
            here=_named(spec, wanted),
            others=_named(spec, marking((Counter(least) - Counter(wanted)).elements())),
        )
    for one, other in combinations(wanted, 2):
        if not any(not Counter((one, other)) - Counter(each) for each in known):
            message = "Di sana {one} dan {other} tidak pernah terbuka bersamaan."
            return Sentence(message, one=_place(spec, one), other=_place(spec, other))
    return Sentence("Di sana {here} tidak pernah terbuka bersamaan.", here=_named(spec, wanted))


def _named(spec: Spec, places: Marking) -> str:
    return both(_place(spec, place) for place in places)


def _place(spec: Spec, place: Place) -> str:
    element, source = place
    if source is None:
        return Sentence("“{name}”", name=spec.elements[element].label)
    name = spec.elements[source].label if source in spec.elements else source
    return Sentence("cabang yang sudah lewat “{name}”", name=name)
