"""What there is to draw, read from BPMN: nodes, flows and lanes, without any place yet."""

from dataclasses import dataclass, replace
from typing import Literal

from lxml import etree

from service.diagrams.drawing import lettering
from service.errors import Invalid

BPMN = "http://www.omg.org/spec/BPMN/20100524/MODEL"

Kind = Literal["task", "event", "gateway", "boundary"]

_EVENTS = {"startEvent", "endEvent", "intermediateCatchEvent", "intermediateThrowEvent"}
_GATEWAYS = {
    "exclusiveGateway",
    "parallelGateway",
    "inclusiveGateway",
    "eventBasedGateway",
    "complexGateway",
}
_TASKS = {"task", "userTask", "manualTask", "scriptTask", "serviceTask", "businessRuleTask", "sendTask"}
_TASKS |= {"receiveTask", "callActivity", "subProcess", "adHocSubProcess", "transaction"}
_LONGEST_NAME = 300
SUBPROCESSES = ("subProcess", "adHocSubProcess", "transaction")


@dataclass(frozen=True)
class Node:
    """A shape to be placed; `host` is the activity a boundary event sits on."""

    id: str
    tag: str
    kind: Kind
    name: str
    lane: str | None
    host: str | None
    width: float
    height: float


@dataclass(frozen=True)
class Flow:
    """A sequence flow between two nodes of the plan."""

    id: str
    source: str
    target: str
    name: str


@dataclass(frozen=True)
class Lane:
    """A lane; `inner` are its nested lanes, drawn as bands within it."""

    id: str
    name: str
    inner: tuple["Lane", ...] = ()

    def leaves(self) -> list["Lane"]:
        return [leaf for lane in self.inner for leaf in lane.leaves()] if self.inner else [self]

    def depth(self) -> int:
        return 1 + max((lane.depth() for lane in self.inner), default=0)


@dataclass(frozen=True)
class Plan:
    """One process or sub-process; `bands` are the keys of its bands from top to bottom (None: no lane)."""

    nodes: dict[str, Node]
    flows: tuple[Flow, ...]
    lanes: tuple[Lane, ...]
    bands: tuple[str | None, ...]
    boundaries: dict[str, list[Node]]  # by host
    offsets: dict[str, float]  # of boundary events from the middle of their host

    def anchor(self, node_id: str) -> str:
        """The node whose place counts: the host of a boundary event, otherwise the node itself."""
        return self.nodes[node_id].host or node_id


def tag_of(element: etree._Element) -> str:
    """The name of an element without its namespace; nothing for comments."""
    return etree.QName(element).localname if isinstance(element.tag, str) else ""


def read(scope: etree._Element) -> Plan:
    """The plan of a process or sub-process element. Raises Invalid where a flow leads nowhere."""
    lanes = tuple(_lane(lane) for lane in scope.findall(f"{{{BPMN}}}laneSet/{{{BPMN}}}lane"))
    owner = _owners(scope, {leaf.id for lane in lanes for leaf in lane.leaves()})
    nodes = {node.id: node for node in (_node(element, owner) for element in scope) if node is not None}
    nodes = _sized(_hosted(nodes))
    flows = _flows(scope, nodes)
    bands: list[str | None] = [leaf.id for lane in lanes for leaf in lane.leaves()]
    if not bands or any(node.lane is None for node in nodes.values()):
        bands.append(None)
    boundaries: dict[str, list[Node]] = {}
    for node in nodes.values():
        if node.host:
            boundaries.setdefault(node.host, []).append(node)
    offsets: dict[str, float] = {}
    for host, events in boundaries.items():
        standing = _standing(events, flows)
        offsets |= {event.id: at for event, at in zip(events, standing, strict=True)}
        nodes[host] = replace(nodes[host], width=max(nodes[host].width, 2 * standing[-1] + 60))
    return Plan(nodes, flows, lanes, tuple(bands), boundaries, offsets)


def _lane(element: etree._Element) -> Lane:
    inner = element.findall(f"{{{BPMN}}}childLaneSet/{{{BPMN}}}lane")
    return Lane(element.get("id", ""), name_of(element), tuple(_lane(lane) for lane in inner))


def _owners(scope: etree._Element, leaves: set[str]) -> dict[str, str]:
    owner: dict[str, str] = {}
    for reference in scope.iterfind(f"{{{BPMN}}}laneSet//{{{BPMN}}}flowNodeRef"):
        parent = reference.getparent()
        lane = parent.get("id", "") if parent is not None else ""
        if lane in leaves:
            owner[(reference.text or "").strip()] = lane
    return owner


def _node(element: etree._Element, owner: dict[str, str]) -> Node | None:
    tag, id_, name = tag_of(element), element.get("id", ""), name_of(element)
    if tag in _TASKS:
        return Node(id_, tag, "task", name, owner.get(id_), None, 120, 80)
    if tag in _GATEWAYS:
        return Node(id_, tag, "gateway", name, owner.get(id_), None, 50, 50)
    if tag in _EVENTS:
        return Node(id_, tag, "event", name, owner.get(id_), None, 36, 36)
    if tag == "boundaryEvent":
        return Node(id_, tag, "boundary", name, owner.get(id_), element.get("attachedToRef"), 36, 36)
    return None


def name_of(element: etree._Element) -> str:
    """The name on one line; of an endless one only so much as anybody would read."""
    return " ".join(element.get("name", "").split())[:_LONGEST_NAME]


def _hosted(nodes: dict[str, Node]) -> dict[str, Node]:
    """Boundary events take the lane of their host."""
    for node in [node for node in nodes.values() if node.kind == "boundary"]:
        host = nodes.get(node.host or "")
        if host is None or host.kind != "task":
            raise Invalid("Kejadian tepi {event} tidak menempel pada tugas mana pun.", event=node.id)
        nodes[node.id] = replace(node, lane=host.lane)
    return nodes


def _sized(nodes: dict[str, Node]) -> dict[str, Node]:
    """Give all tasks one size in which every name fits; only a name far too long gets a box of its own."""
    tasks = [node for node in nodes.values() if node.kind == "task"]
    broad = max((_breadth(node.name) for node in tasks), default=120.0)
    for node in tasks:
        high = 80.0
        while not _fits(node.name, broad, high):
            high += 10
        nodes[node.id] = replace(node, width=broad, height=high)
    return nodes


def _breadth(name: str) -> float:
    return next((broad for broad in (110.0, 120.0, 130.0, 150.0) if _fits(name, broad, 80)), 160.0)


def _fits(name: str, broad: float, high: float) -> bool:
    wide, tall = lettering.block(name, broad - 16, lettering.NAME_SIZE)
    return (wide <= broad - 16 or broad >= 160) and tall <= high - 34


def _standing(events: list[Node], flows: tuple[Flow, ...]) -> list[float]:
    """How far from the middle of their host boundary events stand, each with room for its words."""
    if len(events) == 1:
        return [20.0]
    if len(events) == 2:
        return [-24.0, 24.0]
    at = [0.0]
    for event in events[:-1]:
        words = [event.name, *(flow.name for flow in flows if flow.source == event.id)]
        broad = max(lettering.label(text)[0] for text in words)
        at.append(at[-1] + max(44.0, broad + 24))
    return [x - at[-1] / 2 for x in at]


def _flows(scope: etree._Element, nodes: dict[str, Node]) -> tuple[Flow, ...]:
    flows = []
    for element in scope.iterfind(f"{{{BPMN}}}sequenceFlow"):
        source, target = element.get("sourceRef", ""), element.get("targetRef", "")
        if source not in nodes or target not in nodes or nodes[target].kind == "boundary":
            raise Invalid("Alur {flow} tidak menghubungkan dua langkah.", flow=element.get("id", ""))
        flows.append(Flow(element.get("id", ""), source, target, name_of(element)))
    return tuple(flows)
