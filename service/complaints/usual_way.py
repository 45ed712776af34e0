"""The most usual way through a diagram, as far as a complainant is told of it: which milestones lie ahead of a step.

Where a diagram decides, the way with the most milestones is taken for the usual one; ways that lead back are rework
and never ahead. The work grows with the size of the diagram only.
"""

from collections.abc import Iterator

from service.engine import Element, Spec

Texts = tuple[str, ...]

_DECIDING = ("exclusiveGateway", "eventBasedGateway", "inclusiveGateway", "complexGateway")


def milestone(element: Element) -> str | None:
    """What the complainant is told when the diagram gets here, None where he is told nothing."""
    if element.is_task or element.kind.startswith(("startEvent", "end")):
        return element.properties.get("milestone") or None
    return None


def milestones_ahead(spec: Spec) -> dict[str, Texts]:
    """For every element, the milestones that lie between it and the end on the usual way, nearest first."""
    way: dict[str, Texts | None] = {}
    for element_id, onward in _last_first(spec):
        ways = [_with_own(spec, other, way.get(other)) for other in onward]
        open_ways = [texts for texts in ways if texts is not None]
        if not onward:
            way[element_id] = () if _ends(spec.elements[element_id]) else None
        elif not open_ways:
            way[element_id] = None
        elif spec.elements[element_id].kind in _DECIDING:
            way[element_id] = max(open_ways, key=len)
        else:
            way[element_id] = _unique(text for texts in open_ways for text in texts)
    return {element_id: texts or () for element_id, texts in way.items()}


def _with_own(spec: Spec, element_id: str, ahead: Texts | None) -> Texts | None:
    if ahead is None:
        return None
    own = milestone(spec.elements[element_id])
    return _unique((own, *ahead)) if own else ahead


def _unique(texts: Iterator[str] | Texts) -> Texts:
    return tuple(dict.fromkeys(texts))


def _ends(element: Element) -> bool:
    return element.kind.startswith("end")


def _last_first(spec: Spec) -> Iterator[tuple[str, list[str]]]:
    """Every element after all that lies ahead of it, with what it leads on to; flows that lead back are left out."""
    inside: set[str] = set()
    done: set[str] = set()
    for root in (spec.start.id, *spec.elements):
        stack = [] if root in done else [(root, _onward(spec, root), 0)]
        inside.update(element_id for element_id, _, _ in stack)
        while stack:
            element_id, onward, place = stack.pop()
            if place == len(onward):
                inside.discard(element_id)
                done.add(element_id)
                yield element_id, [other for other in onward if other in done and other != element_id]
                continue
            stack.append((element_id, onward, place + 1))
            other = onward[place]
            if other not in done and other not in inside:
                inside.add(other)
                stack.append((other, _onward(spec, other), 0))


def _onward(spec: Spec, element_id: str) -> list[str]:
    """What comes next: into a sub-process and out of it again, but not by the events on its edge."""
    element = spec.elements[element_id]
    within = [e.id for e in spec.elements.values() if e.scope == element_id and e.kind.startswith("startEvent")]
    if within:
        return within
    targets = [flow.target for flow in spec.flows_from(element_id)]
    if not targets and element.scope is not None:
        return [flow.target for flow in spec.flows_from(element.scope)]
    return targets
