"""Which way a diagram leads from one step to another, through the nodes that nobody waits at."""

from collections import deque
from collections.abc import Iterator

from service.engine import Element, Spec


def next_steps(spec: Spec, element_id: str) -> tuple[Element, ...]:
    """The tasks and ends that may come right after a step, in the order of the drawing's flows."""
    return tuple(spec.elements[found] for found in _ways(spec, element_id))


def flows_between(spec: Spec, source: str, target: str) -> tuple[str, ...]:
    """The flows of the shortest way from one step to another; empty where none leads there directly."""
    return _ways(spec, source).get(target, ())


def _ways(spec: Spec, source: str) -> dict[str, tuple[str, ...]]:
    """Step reached -> the flows that lead to it, the shortest ways first."""
    found: dict[str, tuple[str, ...]] = {}
    seen = {source}
    ahead: deque[tuple[str, tuple[str, ...]]] = deque([(source, ())])
    while ahead:
        here, way = ahead.popleft()
        for flow_id, target in _out_of(spec, here):
            element = spec.elements[target]
            if element.is_task or not element.outgoing:
                found.setdefault(target, (*way, flow_id))
            elif target not in seen:
                seen.add(target)
                ahead.append((target, (*way, flow_id)))
    return found


def _out_of(spec: Spec, element_id: str) -> Iterator[tuple[str, str]]:
    for flow in spec.flows_from(element_id):
        if flow.target in spec.elements:
            yield flow.id, flow.target
