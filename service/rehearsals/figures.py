"""What the rounds of a simulation have shown, as figures with their range from round to round."""

from collections.abc import Callable, Iterable, Sequence
from statistics import fmean, median, quantiles
from typing import Any

from service.engine import Spec
from service.rehearsals.hours import Hours
from service.rehearsals.plan import Plan
from service.rehearsals.simulating import Seen, StepFigures

Figure = dict[str, float]
OVERLOADED = 0.98
"""From here on a queue grows as long as cases come in."""


def told(spec: Spec, plan: Plan, rounds: Sequence[Seen], hours: Hours) -> dict[str, Any]:
    """The result of one version, as JSON can carry it."""
    return {
        "plan": plan.told(),
        "cases": sum(len(seen.days) for seen in rounds),
        "days": {"median": _ranged(rounds, _median_days), "p90": _ranged(rounds, _p90_days)},
        "in_time": _ranged(rounds, _share_in_time) if spec.properties.get("promise") else None,
        "ends": _ends(spec, rounds),
        "lanes": _lanes(spec, plan, rounds),
        "steps": _steps(spec, rounds, hours.a_day),
        "gates": _gates(spec, rounds),
        "histogram": _histogram([day for seen in rounds for day in seen.days]),
    }


def _ranged(rounds: Iterable[Seen], of: Callable[[Seen], float | None]) -> Figure | None:
    """The median over the rounds, with the least and the most of them."""
    values = [value for seen in rounds if (value := of(seen)) is not None]
    if not values:
        return None
    return {"usual": round(median(values), 4), "least": round(min(values), 4), "most": round(max(values), 4)}


def _median_days(seen: Seen) -> float | None:
    return median(seen.days) if seen.days else None


def _p90_days(seen: Seen) -> float | None:
    return p90(seen.days)


def p90(values: Sequence[float]) -> float | None:
    """The 90th percentile."""
    if len(values) < 2:
        return values[0] if values else None
    return quantiles(values, n=10, method="inclusive")[8]


def _share_in_time(seen: Seen) -> float | None:
    return seen.in_time / len(seen.days) if seen.days else None


def _ends(spec: Spec, rounds: Sequence[Seen]) -> list[dict[str, Any]]:
    counts: dict[str, int] = {}
    for seen in rounds:
        for end, number in seen.ends.items():
            counts[end] = counts.get(end, 0) + number
    whole = sum(counts.values()) or 1
    return [
        {"element": end, "name": spec.elements[end].label if end in spec.elements else end, "share": number / whole}
        for end, number in sorted(counts.items(), key=lambda pair: -pair[1])
    ]


def _lanes(spec: Spec, plan: Plan, rounds: Sequence[Seen]) -> list[dict[str, Any]]:
    found = []
    for lane in rounds[0].load:
        known = spec.lane(lane)
        load = _ranged(rounds, lambda seen, lane=lane: seen.load[lane])  # type: ignore[misc]
        found.append(
            {
                "lane": lane,
                "name": known.name if known else lane,
                "officers": plan.officers.get(lane, 1),
                "load": load,
                "queue": _ranged(rounds, lambda seen, lane=lane: seen.queue[lane]),  # type: ignore[misc]
                "longest": max(seen.longest[lane] for seen in rounds),
                "overloaded": bool(load and load["usual"] >= OVERLOADED),
            }
        )
    return found


def _steps(spec: Spec, rounds: Sequence[Seen], a_day: float) -> list[dict[str, Any]]:
    return [_step(spec, element.id, [seen.steps[element.id] for seen in rounds], a_day) for element in spec.tasks()]


def _step(spec: Spec, element_id: str, rounds: Sequence[StepFigures], a_day: float) -> dict[str, Any]:
    element, waits = spec.elements[element_id], [wait for each in rounds for wait in each.waits]
    handled = [length for each in rounds for length in each.handled]
    in_time, late = sum(each.in_time for each in rounds), sum(each.late for each in rounds)
    return {
        "element": element_id,
        "name": element.label,
        "row": element.row,
        "lane": element.lane,
        "times": len(waits),
        "waited": {"mean": fmean(waits) / a_day, "p90": (p90(waits) or 0.0) / a_day} if waits else None,
        "handled": fmean(handled) / a_day if handled else None,
        "in_time": in_time / (in_time + late) if in_time + late else None,
        "again": sum(each.again for each in rounds) / len(waits) if waits else 0.0,
    }


def _gates(spec: Spec, rounds: Sequence[Seen]) -> list[dict[str, Any]]:
    """Which way cases went at each gateway."""
    found = []
    for gate in spec.elements.values():
        if gate.kind not in ("exclusiveGateway", "inclusiveGateway") or len(gate.outgoing) < 2:
            continue
        counts = {flow.id: sum(seen.flows.get(flow.id, 0) for seen in rounds) for flow in spec.flows_from(gate.id)}
        whole = sum(counts.values()) or 1
        ways = [
            {"flow": flow.id, "name": flow_name(spec, flow.id), "share": counts[flow.id] / whole}
            for flow in spec.flows_from(gate.id)
        ]
        found.append({"element": gate.id, "name": gate.label, "ways": ways})
    return found


def flow_name(spec: Spec, flow_id: str) -> str:
    """What a flow says, else where it leads."""
    flow = spec.flows[flow_id]
    return flow.name or spec.elements[flow.target].label


BARS = 20


def _histogram(days: Sequence[float]) -> dict[str, Any] | None:
    """How many cases took how long, in bars of equal width up to the 99th percentile."""
    if not days:
        return None
    ordered = sorted(days)
    top = max(1.0, ordered[min(len(ordered) - 1, int(0.99 * len(ordered)))])
    width = max(1.0, top / BARS)
    bars = [0] * (int(top / width) + 1)
    for day in days:
        bars[min(len(bars) - 1, int(day / width))] += 1
    return {"width": width, "shares": [round(bar / len(days), 5) for bar in bars]}
