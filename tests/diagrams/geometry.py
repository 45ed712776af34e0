"""Looks at a drawn BPMN file as a ruler would: what overlaps, what hangs out, what is crooked.

`faults(xml)` gives a list of sentences, empty for a sound drawing. Independent of the code that draws.
"""

from dataclasses import dataclass
from itertools import combinations, pairwise

from lxml import etree

_BPMN = "{http://www.omg.org/spec/BPMN/20100524/MODEL}"
_DI = "{http://www.omg.org/spec/BPMN/20100524/DI}"
_DC = "{http://www.omg.org/spec/DD/20100524/DC}"
_DD = "{http://www.omg.org/spec/DD/20100524/DI}"
_NEAR = 2.5  # lines closer than this look like one

Point = tuple[float, float]


@dataclass(frozen=True)
class Rect:
    """A rectangle by its corners."""

    x: float
    y: float
    right: float
    bottom: float

    def shrunk(self, by: float) -> "Rect":
        return Rect(self.x + by, self.y + by, self.right - by, self.bottom - by)

    def meets(self, other: "Rect") -> bool:
        return self.x < other.right and other.x < self.right and self.y < other.bottom and other.y < self.bottom

    def holds(self, other: "Rect") -> bool:
        return self.x <= other.x and other.right <= self.right and self.y <= other.y and other.bottom <= self.bottom


@dataclass(frozen=True)
class Picture:
    """What is drawn (`shapes`, `labels`, `lines`, by element id) and what it stands for."""

    shapes: dict[str, Rect]
    labels: dict[str, Rect]
    lines: dict[str, list[Point]]
    nodes: dict[str, str]  # id -> tag
    hosts: dict[str, str]
    flows: dict[str, tuple[str, str]]
    lane_of: dict[str, str]
    lanes: list[str]
    named: set[str]


def faults(xml: bytes) -> list[str]:
    """Everything wrong with the drawing of the process (not of its sub-processes)."""
    picture = look(xml)
    found = _missing(picture)
    if found:
        return found
    return [
        *_shapes_on_shapes(picture),
        *_out_of_lane(picture),
        *_crooked(picture),
        *_loose_ends(picture),
        *_through_shapes(picture),
        *_on_top_of_one_another(picture),
        *_covered_labels(picture),
    ]


def look(xml: bytes) -> Picture:
    root = etree.fromstring(xml)
    process = root.find(f"{_BPMN}process")
    flows = {f.get("id"): (f.get("sourceRef"), f.get("targetRef")) for f in process.iterfind(f"{_BPMN}sequenceFlow")}
    kinds = ("Event", "Gateway", "ask", "ubProcess", "callActivity", "transaction")
    nodes = {
        e.get("id"): etree.QName(e).localname
        for e in process.iterchildren(f"{_BPMN}*")
        if any(etree.QName(e).localname.endswith(kind) for kind in kinds)
    }
    hosts = {e.get("id"): e.get("attachedToRef") for e in process.iterfind(f"{_BPMN}boundaryEvent")}
    leaves = [e for e in process.iter(f"{_BPMN}lane") if e.find(f"{_BPMN}childLaneSet") is None]
    lane_of = {r.text.strip(): e.get("id") for e in leaves for r in e.iterfind(f"{_BPMN}flowNodeRef")}
    lane_of |= {event: lane_of[host] for event, host in hosts.items() if host in lane_of}
    outside = ("Event", "Gateway")
    named = {
        e.get("id")
        for e in process.iterchildren(f"{_BPMN}*")
        if (e.get("name") or "").strip() and (e.get("id") in flows or nodes.get(e.get("id"), "").endswith(outside))
    }
    plane = root.find(f"{_DI}BPMNDiagram/{_DI}BPMNPlane")
    shapes, labels, lines = {}, {}, {}
    for drawn in plane:
        id_ = drawn.get("bpmnElement")
        assert id_ not in shapes and id_ not in lines, f"{id_} is drawn twice"
        if drawn.tag == f"{_DI}BPMNShape":
            shapes[id_] = _rect(drawn.find(f"{_DC}Bounds"))
        else:
            lines[id_] = [(float(w.get("x")), float(w.get("y"))) for w in drawn.iterfind(f"{_DD}waypoint")]
        label = drawn.find(f"{_DI}BPMNLabel/{_DC}Bounds")
        if label is not None:
            labels[id_] = _rect(label)
    return Picture(shapes, labels, lines, nodes, hosts, flows, lane_of, [e.get("id") for e in leaves], named)


def _rect(bounds: etree._Element) -> Rect:
    x, y, width, height = (float(bounds.get(key)) for key in ("x", "y", "width", "height"))
    return Rect(x, y, x + width, y + height)


def _missing(p: Picture) -> list[str]:
    found = [f"{id_} has no shape" for id_ in [*p.nodes, *p.lanes] if id_ not in p.shapes]
    found += [f"{id_} has no line" for id_ in p.flows if id_ not in p.lines]
    return found + [f"{id_} has a name but no label" for id_ in p.named if id_ not in p.labels]


def _shapes_on_shapes(p: Picture) -> list[str]:
    return [
        f"{one} lies on {two}"
        for one, two in combinations(p.nodes, 2)
        if p.shapes[one].meets(p.shapes[two]) and p.hosts.get(one) != two and p.hosts.get(two) != one
    ]


def _out_of_lane(p: Picture) -> list[str]:
    found = []
    for id_, lane in p.lane_of.items():
        if not p.shapes[lane].holds(p.shapes[id_].shrunk(-2)):
            found.append(f"{id_} is not within {lane}")
        if id_ in p.labels and not p.shapes[lane].holds(p.labels[id_]):
            found.append(f"the label of {id_} is not within {lane}")
    for id_ in p.flows:
        if id_ in p.labels and p.lanes and not any(p.shapes[lane].holds(p.labels[id_]) for lane in p.lanes):
            found.append(f"the label of {id_} lies over a border of lanes")
    return found


def _segments(p: Picture, flow: str) -> list[tuple[Point, Point]]:
    return list(pairwise(p.lines[flow]))


def _crooked(p: Picture) -> list[str]:
    return [
        f"{flow} is crooked at {one}"
        for flow in p.flows
        for one, two in _segments(p, flow)
        if (abs(one[0] - two[0]) > 0.15) == (abs(one[1] - two[1]) > 0.15)
    ]


def _loose_ends(p: Picture) -> list[str]:
    found = []
    for flow, (source, target) in p.flows.items():
        for node, point in ((source, p.lines[flow][0]), (target, p.lines[flow][-1])):
            if abs(_from_outline(p, node, point)) > 1.5:
                found.append(f"{flow} does not touch {node}")
    return found


def _from_outline(p: Picture, node: str, point: Point) -> float:
    """How far a point lies outside (or, below zero, inside) the outline of a node."""
    rect = p.shapes[node]
    x = abs(point[0] - (rect.x + rect.right) / 2)
    y = abs(point[1] - (rect.y + rect.bottom) / 2)
    broad, high = (rect.right - rect.x) / 2, (rect.bottom - rect.y) / 2
    if p.nodes[node].endswith("Gateway"):
        return x + y - broad
    if p.nodes[node].endswith("Event"):
        return (x * x + y * y) ** 0.5 - broad
    return max(x - broad, y - high)


def _through_shapes(p: Picture) -> list[str]:
    found = []
    for flow, (source, target) in p.flows.items():
        for one, two in _segments(p, flow):
            line = _line_rect(one, two)
            for node in p.nodes:
                if node == p.hosts.get(source):
                    continue  # its boundary event lies half on it
                close = 1.0 if node not in (source, target) else -1.0
                if p.shapes[node].shrunk(-close).meets(line) and not _touches_only(p, node, one, two):
                    found.append(f"{flow} runs through {node}")
    return found


def _line_rect(one: Point, two: Point) -> Rect:
    return Rect(
        min(one[0], two[0]) - 0.1, min(one[1], two[1]) - 0.1, max(one[0], two[0]) + 0.1, max(one[1], two[1]) + 0.1
    )


def _touches_only(p: Picture, node: str, one: Point, two: Point) -> bool:
    """Round and pointed shapes do not fill their rectangle: ask along the line."""
    steps = max(2, int(abs(one[0] - two[0]) + abs(one[1] - two[1])))
    points = [
        (one[0] + (two[0] - one[0]) * i / steps, one[1] + (two[1] - one[1]) * i / steps) for i in range(steps + 1)
    ]
    return all(_from_outline(p, node, point) > -1.5 for point in points)


def _on_top_of_one_another(p: Picture) -> list[str]:
    """Parallel pieces of different flows too close to be told apart; likewise pieces along a lane's border."""
    pieces = [(flow, one, two) for flow in p.flows for one, two in _segments(p, flow)]
    found = []
    for (flow, a, b), (other, c, d) in combinations(pieces, 2):
        if flow != other and _run_together(a, b, c, d):
            found.append(f"{flow} and {other} run together at {a}")
    for flow, one, two in pieces:
        for lane in p.lanes:
            rect = p.shapes[lane]
            if one[1] == two[1] and min(abs(one[1] - rect.y), abs(one[1] - rect.bottom)) < _NEAR:
                found.append(f"{flow} runs along the border of {lane}")
    return found


def _run_together(a: Point, b: Point, c: Point, d: Point) -> bool:
    for along, across in ((0, 1), (1, 0)):
        if abs(a[across] - b[across]) < 0.2 and abs(c[across] - d[across]) < 0.2 and abs(a[across] - c[across]) < _NEAR:
            low = max(min(a[along], b[along]), min(c[along], d[along]))
            high = min(max(a[along], b[along]), max(c[along], d[along]))
            if high - low > -0.5:
                return True
    return False


def _covered_labels(p: Picture) -> list[str]:
    found = []
    for id_, label in p.labels.items():
        found += [
            f"the label of {id_} lies on {node}"
            for node in p.nodes
            if p.shapes[node].meets(label) and _covers(p, node, label)
        ]
        found += [
            f"the labels of {id_} and {other} overlap"
            for other, box in p.labels.items()
            if other < id_ and box.meets(label)
        ]
        for flow in p.flows:
            if any(label.meets(_line_rect(one, two)) for one, two in _segments(p, flow)):
                found.append(f"the label of {id_} lies over {flow}")
    return found


def _covers(p: Picture, node: str, label: Rect) -> bool:
    rect = p.shapes[node]
    x, y = (rect.x + rect.right) / 2, (rect.y + rect.bottom) / 2
    nearest = (min(max(x, label.x), label.right), min(max(y, label.y), label.bottom))
    return _from_outline(p, node, nearest) < 0
