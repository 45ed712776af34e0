"""A version as a net for a simulation: its elements as nodes that know what comes next."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime

from service.calendars.durations import Duration, parse_duration, parse_standard
from service.engine import Element, Spec
from service.errors import Invalid

END, TERMINATE, WORK, ASK, PASS, CHOOSE, SPLIT, INCLUSIVE, RACE, TIMER, MESSAGE, SUB = range(12)

_AUTOMATIC = frozenset({"startEvent", "scriptTask", "sendTask", "throwEvent", "throwMessage", "endMessage"})
_BEYOND = "Perkiraan belum dapat menghitung “{name}” ({kind}); hilangkan dahulu dari rancangan, atau coba ulang saja."
MOST_REPEATS = 200
REPEATS = 2
"""How often a repeated activity is taken to be done, where the diagram does not say a number."""


@dataclass(eq=False)
class Node:
    """One element. `outs` are (flow id, node), `ways_in` the flows that lead here."""

    element: Element
    kind: int
    outs: list[tuple[str, "Node"]] = field(default_factory=list)
    ways_in: list[str] = field(default_factory=list)
    boundary: list["Node"] = field(default_factory=list)
    inner: "Node | None" = None
    times: int = 1
    in_turn: bool = False
    after: "tuple[Duration, str] | None" = None
    on_day: float | None = None
    """When a timer fires: after a duration by a clock, or at a moment."""
    standard: "tuple[Duration, str] | None" = None
    upstream: dict[str, frozenset[str]] = field(default_factory=dict)
    """Of a joining gateway: from where each way in can be reached without passing it."""

    @property
    def id(self) -> str:
        return self.element.id


@dataclass(frozen=True)
class Net:
    """All nodes of a version, and where it starts."""

    spec: Spec
    nodes: Mapping[str, Node]
    start: Node

    def of_kind(self, kind: int) -> Iterator[Node]:
        return (node for node in self.nodes.values() if node.kind == kind)


def net_of(spec: Spec) -> Net:
    """The net of a version. Raises `Invalid` naming what a simulation cannot reckon with."""
    public = {lane.id for lane in spec.lanes if lane.public}
    nodes = {element.id: _node(element, public) for element in spec.elements.values()}
    for node in nodes.values():
        node.outs = [(flow.id, nodes[flow.target]) for flow in spec.flows_from(node.id)]
        node.ways_in = [flow.id for flow in spec.flows_to(node.id)]
        node.boundary = [nodes[id_] for id_ in node.element.boundary]
        if node.kind == SUB:
            inside = (each for each in nodes.values() if each.element.scope == node.id)
            node.inner = next(each for each in inside if each.element.kind.startswith("start"))
    for node in nodes.values():
        if node.kind == INCLUSIVE and len(node.ways_in) > 1:
            node.upstream = {flow: _reaching(spec, flow, node.id) for flow in node.ways_in}
    return Net(spec, nodes, nodes[spec.start.id])


def _node(element: Element, public: set[str]) -> Node:
    node = Node(element, _kind(element, public))
    if element.loop is not None:
        if element.loop.kind == "standard" or element.loop.until:
            raise _beyond(element)
        count = element.loop.count or ""
        known = count.strip().isdecimal() and len(count) < 6
        node.times = min(max(1, int(count)), MOST_REPEATS) if known else REPEATS
        node.in_turn = element.loop.kind == "sequential"
    if element.timer is not None:
        if element.timer.kind == "duration":
            node.after = parse_duration(element.timer.expression), element.timer.clock
        else:
            moment = datetime.fromisoformat(element.timer.expression)
            node.on_day = (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()
    if element.is_task and (standard := element.properties.get("timeStandard")):
        node.standard = parse_standard(standard).most, element.properties.get("timeClock", "working")
    return node


def _kind(element: Element, public: set[str]) -> int:
    kind = element.kind
    if element.is_task:
        return ASK if element.lane in public else WORK
    if kind in _AUTOMATIC:
        return END if kind.startswith("end") else PASS
    known = {
        "endEvent": END,
        "endTerminate": TERMINATE,
        "exclusiveGateway": CHOOSE,
        "parallelGateway": SPLIT,
        "inclusiveGateway": INCLUSIVE,
        "eventBasedGateway": RACE,
        "subProcess": SUB,
        "receiveTask": MESSAGE,
        "catchTimer": TIMER,
        "boundaryTimer": TIMER,
        "catchMessage": MESSAGE,
        "boundaryMessage": MESSAGE,
    }
    if kind not in known:
        raise _beyond(element)
    return known[kind]


def _beyond(element: Element) -> Invalid:
    return Invalid(_BEYOND, name=element.label, kind=element.kind)


def _reaching(spec: Spec, flow: str, join: str) -> frozenset[str]:
    found = {spec.flows[flow].source}
    border = list(found)
    while border:
        here = border.pop()
        before = [each.source for each in spec.flows_to(here)]
        if spec.elements[here].attached_to:
            before.append(str(spec.elements[here].attached_to))
        fresh = [each for each in before if each not in found and each != join]
        found.update(fresh)
        border += fresh
    return frozenset(found)
