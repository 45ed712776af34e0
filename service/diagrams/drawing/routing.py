"""Which way each flow takes over the grid: short flows first, then all look for a better way among the others."""

from itertools import permutations
from math import factorial

from service.diagrams.drawing.grid import Grid, Route
from service.diagrams.drawing.paths import Paths
from service.diagrams.drawing.placing import Placed
from service.diagrams.drawing.plan import Flow, Plan

_BROADEST_FAN = 3
_MOST_SEARCHES = 250


def route(plan: Plan, placed: Placed, grid: Grid) -> dict[str, Route]:
    """A route for every flow, by flow id."""
    paths = Paths(plan, placed, grid)
    order = sorted(plan.flows, key=lambda flow: _length(flow, plan, placed))
    routes = {flow.id: paths.add(flow) for flow in order}
    for flow in order:
        paths.remove(routes[flow.id])
        routes[flow.id] = paths.add(flow)
    searches = 0
    for fan in _fans(plan):
        searches += len(fan) * factorial(len(fan))
        if searches <= _MOST_SEARCHES:
            routes |= _spread(paths, [routes[flow.id] for flow in fan])
    return {flow.id: routes[flow.id] for flow in plan.flows}


def _length(flow: Flow, plan: Plan, placed: Placed) -> tuple[bool, int, int]:
    source = plan.anchor(flow.source)
    across = abs(placed.column[flow.target] - placed.column[source])
    down = abs(placed.row[flow.target] - placed.row[source])
    return (flow.id in placed.back, 2 * across + down, down)


def _fans(plan: Plan) -> list[list[Flow]]:
    """Flows that share a node and so stand in one another's way: those leaving it, those entering it."""
    leaving: dict[str, list[Flow]] = {}
    entering: dict[str, list[Flow]] = {}
    for flow in plan.flows:
        leaving.setdefault(plan.anchor(flow.source), []).append(flow)
        entering.setdefault(flow.target, []).append(flow)
    return [fan for fan in [*leaving.values(), *entering.values()] if 1 < len(fan) <= _BROADEST_FAN]


def _spread(paths: Paths, fan: list[Route]) -> dict[str, Route]:
    """Route a fan anew in every order and keep the cheapest outcome."""
    for old in fan:
        paths.remove(old)
    outcomes = []
    for order in permutations(fan):
        found = [paths.add(old.flow) for old in order]
        outcomes.append(found)
        for new in found:
            paths.remove(new)
    best = min(outcomes, key=lambda found: sum(new.cost for new in found))
    for new in best:
        paths.keep(new)
    return {new.flow.id: new for new in best}
