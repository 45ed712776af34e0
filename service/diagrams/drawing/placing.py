"""Where nodes stand on the grid: a column by their order in the process, a row within the band of their lane."""

from dataclasses import dataclass

from service.diagrams.drawing.plan import Flow, Plan


@dataclass(frozen=True)
class Placed:
    """Columns and rows (both from 0; rows run through all bands) and the flows that lead back."""

    column: dict[str, int]
    row: dict[str, int]
    rows_of_band: tuple[int, ...]
    back: frozenset[str]

    @property
    def columns(self) -> int:
        return max(self.column.values(), default=0) + 1


def place(plan: Plan) -> Placed:
    """Columns by longest path over the flows that do not lead back, rows so that chains run straight."""
    back = _back_flows(plan)
    column = _columns(plan, back)
    row_in_band, rows_of_band = _rows(plan, column, back)
    first = [sum(rows_of_band[:i]) for i in range(len(rows_of_band))]
    row = {id_: first[_band(plan, id_)] + row_in_band[id_] for id_ in row_in_band}
    return Placed(column, row, tuple(rows_of_band), back)


def _shapes(plan: Plan) -> list[str]:
    return [id_ for id_, node in plan.nodes.items() if not node.host]


def _leaving(plan: Plan) -> dict[str, list[Flow]]:
    """Flows by the place they leave from; those of boundary events come last, they are the exception."""
    leaving: dict[str, list[Flow]] = {id_: [] for id_ in _shapes(plan)}
    for flow in sorted(plan.flows, key=lambda f: plan.nodes[f.source].host is not None):
        leaving[plan.anchor(flow.source)].append(flow)
    return leaving


def _roots(plan: Plan) -> list[str]:
    """Where walks begin: start events, then what nothing leads to, then whatever is left."""
    reached = {flow.target for flow in plan.flows}
    shapes = _shapes(plan)
    starts = [id_ for id_ in shapes if plan.nodes[id_].tag == "startEvent"]
    return starts + [id_ for id_ in shapes if id_ not in reached] + shapes


def _back_flows(plan: Plan) -> frozenset[str]:
    """Flows that close a circle, met on a walk in depth from the start."""
    leaving, back = _leaving(plan), set()
    done: set[str] = set()
    for root in _roots(plan):
        if root in done:
            continue
        path, walks = {root: None}, [(root, iter(leaving[root]))]
        while walks:
            here, flows = walks[-1]
            flow = next(flows, None)
            if flow is None:
                walks.pop()
                path.pop(here)
                done.add(here)
            elif flow.target in path:
                back.add(flow.id)
            elif flow.target not in done:
                path[flow.target] = None
                walks.append((flow.target, iter(leaving[flow.target])))
    return frozenset(back)


def _columns(plan: Plan, back: frozenset[str]) -> dict[str, int]:
    forward = [flow for flow in plan.flows if flow.id not in back]
    waiting = dict.fromkeys(_shapes(plan), 0)
    for flow in forward:
        waiting[flow.target] += 1
    column = dict.fromkeys(waiting, 0)
    ready, leaving = [id_ for id_, count in waiting.items() if not count], _leaving(plan)
    for here in ready:
        for flow in leaving[here]:
            if flow.id in back:
                continue
            column[flow.target] = max(column[flow.target], column[here] + 1)
            waiting[flow.target] -= 1
            if not waiting[flow.target]:
                ready.append(flow.target)
    return column


def _band(plan: Plan, id_: str) -> int:
    return plan.bands.index(plan.nodes[id_].lane)


def _rows(plan: Plan, column: dict[str, int], back: frozenset[str]) -> tuple[dict[str, int], list[int]]:
    """Rows within each band: beside the node before, or the next free one."""
    entering: dict[str, list[Flow]] = {id_: [] for id_ in column}
    for flow in plan.flows:
        if flow.id not in back:
            entering[flow.target].append(flow)
    row: dict[str, int] = {}
    taken: dict[tuple[int, int, int], str] = {}
    count = [1] * len(plan.bands)
    order = {id_: i for i, id_ in enumerate(column)}

    def aside(id_: str) -> bool:
        return bool(entering[id_]) and all(plan.nodes[f.source].host for f in entering[id_])

    for id_ in sorted(column, key=lambda i: (column[i], aside(i), order[i])):
        band = _band(plan, id_)
        near = [
            row[plan.anchor(f.source)]
            for f in entering[id_]
            if _band(plan, f.source) == band and plan.anchor(f.source) in row
        ]

        def strain(candidate: int, near: list[int] = near, band: int = band) -> tuple[int, int]:
            away = sum(abs(candidate - other) for other in near) if near else candidate
            return (2 * away + 3 * (candidate >= count[band]), candidate)

        free = [r for r in range(count[band] + 1) if (band, column[id_], r) not in taken]
        row[id_] = min(free, key=strain)
        taken[band, column[id_], row[id_]] = id_
        count[band] = max(count[band], row[id_] + 1)
    return row, count
