"""Which way it goes: flows added, removed and led elsewhere, their conditions, and the way when nothing else holds."""

from collections.abc import Iterator
from dataclasses import dataclass

from service.diagrams.differing.difference import CONDITION, FLOW, OTHER, Difference, at
from service.diagrams.differing.side import Pair, Side
from service.diagrams.differing.wording import called, condition, expression
from service.engine import Element, Flow
from service.sentences import Sentence


@dataclass(frozen=True)
class _Left:
    """The flows that have no counterpart yet."""

    before: list[Flow]
    after: list[Flow]


def look(pair: Pair) -> Iterator[Difference]:
    """All differences about flows and conditions."""
    left = _Left(list(_drawn(pair.before)), list(_drawn(pair.after)))
    for was, now in _same(pair, left):
        yield from _changed(pair, was, now)
    for was, now in _led_elsewhere(pair, left):
        yield _rerouted(pair, was, now)
        yield from _changed(pair, was, now)
    yield from (_removed(pair, flow) for flow in left.before if _tells(flow, pair.steps))
    yield from (_added(pair, flow) for flow in left.after if _tells(flow, pair.steps_back))
    yield from _events(pair)


def _drawn(side: Side) -> Iterator[Flow]:
    known = side.spec.elements
    return (flow for flow in side.spec.flows.values() if flow.source in known and flow.target in known)


def _same(pair: Pair, left: _Left) -> list[tuple[Flow, Flow]]:
    """Flows between the same two steps; of several between them those with the same id, then the same condition."""
    found: list[tuple[Flow, Flow]] = []
    for sign in (lambda flow: flow.id, lambda flow: flow.condition, lambda _flow: None):
        for was in list(left.before):
            ends = pair.steps.get(was.source), pair.steps.get(was.target)
            alike = [f for f in left.after if (f.source, f.target) == ends and sign(f) == sign(was)]
            if alike:
                found.append((was, alike[0]))
                left.before.remove(was)
                left.after.remove(alike[0])
    return found


def _led_elsewhere(pair: Pair, left: _Left) -> list[tuple[Flow, Flow]]:
    """Flows out of the same step that now lead to another one: of the same id, condition, or the only ones there."""
    found: list[tuple[Flow, Flow]] = []
    for was in list(left.before):
        source = pair.steps.get(was.source)
        choice = [flow for flow in left.after if source is not None and flow.source == source]
        rivals = [flow for flow in left.before if flow.source == was.source]
        same = [flow for flow in choice if flow.id == was.id] or [
            flow for flow in choice if flow.condition == was.condition and flow.default == was.default
        ]
        if not same and len(choice) == len(rivals) == 1:
            same = choice
        if same:
            found.append((was, same[0]))
            left.before.remove(was)
            left.after.remove(same[0])
    return found


def _tells(flow: Flow, known: dict[str, str]) -> bool:
    """A flow to or from a step that is itself told of tells nothing more, unless it has a condition."""
    return (flow.source in known and flow.target in known) or bool(flow.condition) or flow.default


def _ends(side: Side, flow: Flow) -> tuple[Element, Element]:
    return side.spec.elements[flow.source], side.spec.elements[flow.target]


def _changed(pair: Pair, was: Flow, now: Flow) -> Iterator[Difference]:
    source, target = _ends(pair.after, now)
    old = pair.before.spec.elements[was.source]
    names = {"source": called(pair.after, source), "target": called(pair.after, target)}
    if (was.condition or None) != (now.condition or None) and not now.default and not was.default:
        before, after = condition(pair.before, was), condition(pair.after, now)
        message = "Syarat dari “{source}” ke “{target}” berubah: dahulu {before}, kini {after}."
        text = Sentence(message, **names, before=before, after=after)
        yield at("condition", CONDITION, old, source, text, was.condition, now.condition)
    if now.default and not was.default:
        message = "Bila tidak ada syarat yang terpenuhi, “{source}” kini ke “{target}”."
        yield at("default_flow", CONDITION, old, source, Sentence(message, **names), None, names["target"])
    if was.default and not now.default:
        message = (
            "Jalan dari “{source}” ke “{target}” bukan lagi jalan bila tidak ada syarat yang terpenuhi; kini {after}."
        )
        text = Sentence(message, **names, after=condition(pair.after, now))
        yield at("default_flow", CONDITION, old, source, text, names["target"], None)
    if (was.name or "") != (now.name or ""):
        message = "Tulisan pada jalan dari “{source}” ke “{target}” berubah."
        yield at("flow_name", OTHER, old, source, Sentence(message, **names), was.name, now.name)


def _rerouted(pair: Pair, was: Flow, now: Flow) -> Difference:
    source, target = _ends(pair.after, now)
    before, after = called(pair.before, _ends(pair.before, was)[1]), called(pair.after, target)
    text = Sentence(
        "Sesudah “{source}” kini ke “{after}”, dahulu ke “{before}”.",
        source=called(pair.after, source),
        before=before,
        after=after,
    )
    return at("flow_rerouted", FLOW, pair.before.spec.elements[was.source], source, text, before, after)


def _added(pair: Pair, flow: Flow) -> Difference:
    source, target = _ends(pair.after, flow)
    was = pair.before.spec.elements.get(pair.steps_back.get(source.id, ""))
    text = _told(
        pair.after,
        flow,
        "Jalan baru dari “{source}” ke “{target}”.",
        "Jalan baru dari “{source}” ke “{target}”, {when}.",
    )
    return at("flow_added", FLOW, was, source, text, None, called(pair.after, target))


def _removed(pair: Pair, flow: Flow) -> Difference:
    source, target = _ends(pair.before, flow)
    now = pair.after.spec.elements.get(pair.steps.get(source.id, ""))
    text = _told(
        pair.before,
        flow,
        "Jalan dari “{source}” ke “{target}” dihapus.",
        "Jalan dari “{source}” ke “{target}” ({when}) dihapus.",
    )
    return at("flow_removed", FLOW, source, now, text, called(pair.before, target), None)


def _told(side: Side, flow: Flow, plain: str, conditional: str) -> Sentence:
    source, target = _ends(side, flow)
    names = {"source": called(side, source), "target": called(side, target)}
    if not flow.condition and not flow.default:
        return Sentence(plain, **names)
    when = condition(side, flow) if flow.default else Sentence("bila {condition}", condition=condition(side, flow))
    return Sentence(conditional, **names, when=when)


def _events(pair: Pair) -> Iterator[Difference]:
    """Events that wait for a condition."""
    for was, now in pair.both():
        if was.condition != now.condition:
            before, after = expression(pair.before, was.condition or ""), expression(pair.after, now.condition or "")
            message = "Syarat yang ditunggu “{step}” berubah: dahulu {before}, kini {after}."
            text = Sentence(message, step=called(pair.after, now), before=before, after=after)
            yield at("condition", CONDITION, was, now, text, was.condition, now.condition)
