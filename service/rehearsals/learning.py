"""What is recorded, as the figures of a simulation: arrivals, officers, lengths, replies, shares.

Each figure says where it comes from, so that whoever reads a result knows how far to trust it.
"""

import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import func, select

from service.calendars.durations import Duration, parse_standard
from service.calendars.working_time import ELAPSED
from service.database import db
from service.diagrams.loading import Loaded
from service.diagrams.matching import match
from service.engine import Element
from service.instances.models import Instance
from service.people.models import lane_holders
from service.rehearsals import net as nets
from service.rehearsals.hours import Hours
from service.rehearsals.net import Net
from service.rehearsals.plan import (
    BY_HAND,
    HISTORY,
    STANDARD,
    USUAL,
    Length,
    Plan,
    Reply,
    exponential,
    recorded,
    triangular,
)
from service.rehearsals.settings import What
from service.tasks.models import COMPLETED, Task

ENOUGH = 5
"""So many recorded lengths of a step are taken for what is usual there; with fewer the time standard counts."""
MOST_LENGTHS = 2_000
LOOKS_BACK = timedelta(days=182)
USUAL_PER_DAY = 2.0
USUAL_WORK = 15 * 60.0
USUAL_REPLY = 2 * 86_400.0
SHORTEST = 1.0
BUSY_OF_DAYS = 0.15
"""A time standard in days says how long a step may lie in somebody's hands; an hour a day of it is taken for work."""
KEPT_UP = 0.85
"""An office that keeps up with its work is busy so much at most: its officers have several tasks in hand at once."""


@dataclass(frozen=True)
class Past:
    """What is recorded of a diagram: lengths by step of the version to be simulated, and counts."""

    per_day: float | None
    work: Mapping[str, Sequence[float]]
    replies: Mapping[str, Sequence[float]]
    officers: Mapping[str, int]
    instances: int
    came: Mapping[str, float] = field(default_factory=dict)
    """Of replies and messages: of how many they came, as far as replays have shown."""


def past_of(loaded: Loaded, versions: Iterable[Loaded], hours: Hours, at: datetime) -> Past:
    """Read it; `versions` are those that instances of the diagram ran on. `hours` must begin `LOOKS_BACK` ago."""
    public = {lane.id for lane in loaded.spec.lanes if lane.public}
    work: dict[str, list[float]] = {}
    replies: dict[str, list[float]] = {}
    for before in versions:
        steps = match(before.spec, loaded.spec)
        for element, came_up, taken, done in _lengths_of(before.id, at - LOOKS_BACK):
            step = steps.get(element)
            if step is None:
                continue
            if loaded.element(step).lane in public:
                replies.setdefault(step, []).append(max(SHORTEST, done - came_up))
            elif taken is not None:
                work.setdefault(step, []).append(max(SHORTEST, hours.to_work(done) - hours.to_work(taken)))
    number, per_day = _arrivals(loaded, hours, at)
    return Past(per_day, work, replies, _officers(loaded), number)


def _lengths_of(version_id: uuid.UUID, since: datetime) -> list[tuple[str, float, float | None, float]]:
    """Of the newest completed tasks: element, when it came up, was taken and was done, in seconds of the epoch."""
    columns = (Task.element, Task.created_at, Task.taken_at, Task.completed_at)
    query = select(*columns).where(Task.version_id == version_id, Task.state == COMPLETED, Task.created_at >= since)
    rows = db.session.execute(query.order_by(Task.id.desc()).limit(MOST_LENGTHS * 10))
    return [
        (element, came_up.timestamp(), taken.timestamp() if taken else None, done.timestamp())
        for element, came_up, taken, done in rows
        if done is not None
    ]


def _arrivals(loaded: Loaded, hours: Hours, at: datetime) -> tuple[int, float | None]:
    """How many instances began in the time looked back at, and how many that is per working day."""
    since = at - LOOKS_BACK
    query = select(func.count(), func.min(Instance.started_at)).where(
        Instance.agency_id == loaded.agency_id, Instance.diagram_key == loaded.key, Instance.started_at >= since
    )
    number, first = db.session.execute(query).one()
    if not number:
        return 0, None
    first = first if first.tzinfo else first.replace(tzinfo=UTC)
    days = hours.to_days(at.timestamp()) - hours.to_days(max(first, since).timestamp())
    return number, max(0.02, number / max(1.0, days))


def _officers(loaded: Loaded) -> dict[str, int]:
    """How many people hold each lane; one who holds several counts in each."""
    found: dict[str, int] = {}
    for _, _, lane in lane_holders(loaded.agency_id, {loaded.key}):
        found[lane] = found.get(lane, 0) + 1
    return found


def plan_of(loaded: Loaded, net: Net, past: Past, shares: Mapping[str, float], what: What, hours: Hours) -> Plan:
    """The figures of a version: what was set by hand, else what is recorded, else the standard, else what is usual.

    `shares` are those of flows that were gone in replays, 0 to 1 within each gateway, as far as anything was.
    """
    work = {node.id: _work(node.element, past, what, hours.a_day) for node in net.of_kind(nets.WORK)}
    outside = [*net.of_kind(nets.ASK), *net.of_kind(nets.MESSAGE)]
    given, sources = _shares(loaded, shares, what)
    officers = {node.element.lane or "" for node in net.of_kind(nets.WORK)}
    busy = _busy(net, past, work, hours.a_day)
    by_hand = {id_: length.busy for id_, length in what.work.items() if length.busy is not None}
    return Plan(
        per_day=what.per_day or past.per_day or USUAL_PER_DAY,
        per_day_source=BY_HAND if what.per_day else HISTORY if past.per_day else USUAL,
        officers={lane: what.officers.get(lane) or past.officers.get(lane) or 1 for lane in officers},
        officers_source={
            lane: BY_HAND if what.officers.get(lane) else HISTORY if past.officers.get(lane) else USUAL
            for lane in officers
        },
        work=work,
        replies={node.id: _reply(node.element, past, what) for node in outside},
        shares=given,
        shares_source=sources,
        busy=busy | by_hand,
        learned_from=past.instances,
    )


def _busy(net: Net, past: Past, work: Mapping[str, Length], a_day: float) -> dict[str, float]:
    """Of the time in hand, how much keeps an officer from anything else."""
    found: dict[str, float] = {}
    for node in net.of_kind(nets.WORK):
        standard = node.element.properties.get("timeStandard")
        if node.id in past.work and len(past.work[node.id]) >= ENOUGH:
            found[node.id] = min(1.0, KEPT_UP / max(KEPT_UP, _in_hand(net, past, node.element.lane, a_day)))
        elif standard and _is_in_days(parse_standard(standard).most):
            found[node.id] = BUSY_OF_DAYS
    return found


def _is_in_days(duration: Duration) -> bool:
    return bool(duration.days or duration.weeks)


def _in_hand(net: Net, past: Past, lane: str | None, a_day: float) -> float:
    """How many tasks each officer of a lane had in his hands at once, on average."""
    days = past.instances / past.per_day if past.per_day else 0.0
    held = sum(sum(past.work.get(node.id, ())) for node in net.of_kind(nets.WORK) if node.element.lane == lane)
    return held / (max(1.0, days) * a_day * past.officers.get(lane or "", 1))


def _work(element: Element, past: Past, what: What, a_day: float) -> Length:
    if element.id in what.work:
        return what.work[element.id].length()
    seen = past.work.get(element.id, ())
    if len(seen) >= ENOUGH:
        return recorded(list(seen[:MOST_LENGTHS]))
    standard = element.properties.get("timeStandard")
    if not standard:
        return triangular(USUAL_WORK / 3, USUAL_WORK, USUAL_WORK * 2, USUAL)
    read = parse_standard(standard)
    clock = element.properties.get("timeClock", "working")
    least, most = _seconds(read.least, clock, a_day), _seconds(read.most, clock, a_day)
    if least >= most:  # a single time is the most it may take; that it is mostly used up nobody has said
        least = most / 4
    return triangular(least, (least + most) / 2, most, STANDARD)


def _seconds(duration: Duration, clock: str, a_day: float) -> float:
    if clock == ELAPSED:
        return max(SHORTEST, duration.elapsed().total_seconds() * a_day / 86_400)
    days = duration.days + duration.weeks * 5
    return max(SHORTEST, days * a_day + duration.time.total_seconds())


def _reply(element: Element, past: Past, what: What) -> Reply:
    if element.id in what.replies:
        days, share = what.replies[element.id]
        return Reply(exponential(days * 86_400, BY_HAND), share, BY_HAND)
    seen = past.replies.get(element.id) or past.replies.get(element.attached_to or "", ())
    share = past.came.get(element.id, 1.0 if element.attached_to is None else 0.0)
    if len(seen) >= ENOUGH:
        return Reply(recorded(list(seen[:MOST_LENGTHS])), share, HISTORY)
    return Reply(exponential(USUAL_REPLY, USUAL), share, HISTORY if element.id in past.came else USUAL)


def came_of(loaded: Loaded, passed: Mapping[str, int]) -> dict[str, float]:
    """Of how many a reply came, or a message, where something else may happen in its place."""
    found: dict[str, float] = {}
    for host in loaded.spec.elements.values():
        rivals = [event for event in host.boundary if loaded.element(event).interrupting]
        ways = {id_: _times(loaded, id_, passed) for id_ in (host.id, *rivals)}
        whole = sum(ways.values())
        if rivals and whole:
            found |= {id_: times / whole for id_, times in ways.items()}
    return found


def _times(loaded: Loaded, element: str, passed: Mapping[str, int]) -> int:
    return sum(passed.get(flow, 0) for flow in loaded.element(element).outgoing)


def _shares(loaded: Loaded, seen: Mapping[str, float], what: What) -> tuple[dict[str, float], dict[str, str]]:
    found: dict[str, float] = {}
    sources: dict[str, str] = {}
    for gate in loaded.spec.elements.values():
        if gate.kind not in ("exclusiveGateway", "inclusiveGateway") or len(gate.outgoing) < 2:
            continue
        by_hand = any(flow in what.shares for flow in gate.outgoing)
        recorded_ = any(flow in seen for flow in gate.outgoing)
        sources[gate.id] = BY_HAND if by_hand else HISTORY if recorded_ else USUAL
        given = _given(gate, seen, what) if by_hand else {flow: seen.get(flow, 0.0) for flow in gate.outgoing}
        if not by_hand and not recorded_:
            given = dict.fromkeys(gate.outgoing, 1 / len(gate.outgoing))
        found |= given
    return found, sources


def _given(gate: Element, seen: Mapping[str, float], what: What) -> dict[str, float]:
    """Shares set by hand; what is left of the whole goes to the flows of which nothing was said."""
    said = {flow: what.shares[flow] for flow in gate.outgoing if flow in what.shares}
    silent = [flow for flow in gate.outgoing if flow not in said]
    left = max(0.0, 1.0 - sum(said.values()))
    known = sum(seen.get(flow, 0.0) for flow in silent)
    for flow in silent:
        said[flow] = left * (seen.get(flow, 0.0) / known if known else 1 / len(silent))
    return said


def shares_within(loaded: Loaded, passed: Mapping[str, int]) -> dict[str, float]:
    """How many of those that came to a gateway went each way, for gateways that anything came to."""
    found: dict[str, float] = {}
    for gate in loaded.spec.elements.values():
        if gate.kind not in ("exclusiveGateway", "inclusiveGateway") or len(gate.outgoing) < 2:
            continue
        counts = {flow: passed.get(flow, 0) for flow in gate.outgoing}
        whole = sum(counts.values()) if gate.kind == "exclusiveGateway" else max(counts.values())
        if whole:
            found |= {flow: count / whole for flow, count in counts.items()}
    return found


def for_live(plan: Plan, candidate: Plan) -> Plan:
    """The live version gets the same arrivals, so that both are compared under the same load."""
    return replace(plan, per_day=candidate.per_day, per_day_source=candidate.per_day_source)


def translated(what: What, before: Any, after: Any) -> What:
    """What was set by hand for the steps of one version, for those of another that correspond to them."""
    steps = match(before, after)
    flows = {}
    for flow in before.flows.values():
        source, target = steps.get(flow.source), steps.get(flow.target)
        same = [each.id for each in after.flows.values() if (each.source, each.target) == (source, target)]
        if len(same) == 1:
            flows[flow.id] = same[0]
    return replace(
        what,
        work={steps[id_]: length for id_, length in what.work.items() if id_ in steps},
        replies={steps[id_]: reply for id_, reply in what.replies.items() if id_ in steps},
        shares={flows[id_]: share for id_, share in what.shares.items() if id_ in flows},
    )
