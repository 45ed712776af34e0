"""The drawing of a file that was changed: whether it is whole, room for a new event, or all drawn anew."""

from copy import deepcopy
from dataclasses import dataclass

from lxml import etree

from service.diagrams.layout import draw
from service.dialects.document import DI, Document, Node
from service.engine.reading import BPMN, local
from service.errors import Invalid

DC = "http://www.omg.org/spec/DD/20100524/DC"
DD = "http://www.omg.org/spec/DD/20100524/DI"
_NAMES = {"bpmndi": DI, "dc": DC, "di": DD}
_EVENT, _GAP, _POOL_HIGH = 36, 64, 60
_UNPLACED = ("textAnnotation", "dataObjectReference", "dataStoreReference", "group")


@dataclass(frozen=True)
class Box:
    """Where a shape stands."""

    x: float
    y: float
    width: float
    height: float

    @property
    def middle(self) -> float:
        return self.y + self.height / 2

    @property
    def right(self) -> float:
        return self.x + self.width

    def meets(self, other: "Box", by: float = 0) -> bool:
        across = self.x < other.right + by and other.x < self.right + by
        return across and self.y < other.y + other.height + by and other.y < self.y + self.height + by

    def holds(self, other: "Box") -> bool:
        inside = self.x <= other.x and self.right >= other.right
        return inside and self.y <= other.y and self.y + self.height >= other.y + other.height


def is_whole(document: Document) -> bool:
    """Whether every node, flow and lane of the process has its place."""
    drawn = {each.get("bpmnElement") for each in document.root.iter(f"{{{DI}}}BPMNShape", f"{{{DI}}}BPMNEdge")}
    parts = [*document.nodes(), *document.flows(), *document.process.iter(f"{{{BPMN}}}lane")]
    return bool(parts) and all(each.get("id") in drawn for each in parts)


def unplaced(document: Document) -> list[str]:
    """Kinds of notes that lose their place when it is drawn anew."""
    return sorted({local(each) for each in document.process.iter(*(f"{{{BPMN}}}{tag}" for tag in _UNPLACED))})


def draw_anew(document: Document) -> str | None:
    """Put a new drawing in the place of the old one; gives in words why that cannot be done, where it cannot."""
    bare = deepcopy(document.root)
    _without_others(bare, document.process.get("id"))
    try:
        made = etree.fromstring(draw(etree.tostring(bare, encoding="UTF-8", xml_declaration=True)))
    except Invalid as refusal:
        return refusal.sentence
    except (KeyError, IndexError, ValueError, StopIteration):
        return "Bagian diagram ini saling bertentangan."
    for old in document.root.findall(f"{{{DI}}}BPMNDiagram"):
        document.root.remove(old)
    for diagram in made.findall(f"{{{DI}}}BPMNDiagram"):
        if len(document.root) and document.root[-1].tail:
            document.root[-1].tail = "\n  "
        document.root.append(diagram)
    _draw_others(document)
    return None


def _without_others(root: Node, process: str | None) -> None:
    """Pools without a process, and what is sent to them, have no place in our own way of drawing."""
    for each in root.iterfind(f".//{{{BPMN}}}collaboration"):
        for child in list(each):
            foreign = local(child) == "participant" and child.get("processRef") != process
            if local(child) == "messageFlow" or foreign:
                each.remove(child)


def _draw_others(document: Document) -> None:
    """The pools of others as bands below ours, with what is sent to and from them."""
    boxes = boxes_of(document)
    planes = list(document.root.iter(f"{{{DI}}}BPMNPlane"))
    own = list(boxes.values())
    others = [
        each
        for each in document.root.iterfind(f".//{{{BPMN}}}participant")
        if each.get("id") and each.get("id") not in boxes
    ]
    if not planes or not own or not others:
        return
    left, right = min(box.x for box in own), max(box.right for box in own)
    top = max(box.y + box.height for box in own) + _POOL_HIGH
    for each in others:
        box = Box(left, top, right - left, _POOL_HIGH)
        add_shape(planes[0], each.get("id"), box, isHorizontal="true")
        boxes[each.get("id")] = box
        top += 2 * _POOL_HIGH
    for flow in document.root.iterfind(f".//{{{BPMN}}}messageFlow"):
        ends = [boxes.get(flow.get(end, "")) for end in ("sourceRef", "targetRef")]
        if flow.get("id") and ends[0] and ends[1]:
            add_edge(planes[0], flow.get("id"), _between(ends[0], ends[1]))


def _between(source: Box, target: Box) -> list[tuple[float, float]]:
    """A line straight down or up from the narrower of the two."""
    x = min((source, target), key=lambda box: box.width)
    at = x.x + x.width / 2
    down = source.y < target.y
    return [
        (at, source.y + source.height if down else source.y),
        (at, target.y if down else target.y + target.height),
    ]


# ---- a new event beside what is drawn ---------------------------------------------------------------------------


def place_event(document: Document, event: Node, flow: Node, neighbour: Node, before: bool) -> bool:
    """Draw a new event in front of or behind a node, with its flow; False where there is no room for it."""
    boxes = boxes_of(document)
    beside = boxes.get(neighbour.get("id"))
    shape = _shape_of(document, neighbour.get("id"))
    if beside is None or shape is None:
        return False
    x = beside.x - _GAP - _EVENT if before else beside.right + _GAP
    y = beside.middle - _EVENT / 2
    if local(neighbour) == "boundaryEvent":
        x, y = beside.x + 2 * _EVENT, beside.y + beside.height + _EVENT
    box = Box(x, y, _EVENT, _EVENT)
    if not _is_free(document, boxes, box, beside):
        return False
    plane = shape.getparent()
    add_shape(plane, event.get("id"), box)
    add_edge(plane, flow.get("id"), _way(box, beside, before, local(neighbour) == "boundaryEvent"))
    return True


def _way(box: Box, beside: Box, before: bool, down: bool) -> list[tuple[float, float]]:
    if down:
        foot = (beside.x + beside.width / 2, beside.y + beside.height)
        return [foot, (foot[0], box.middle), (box.x, box.middle)]
    ends = (box.right, beside.x) if before else (beside.right, box.x)
    return [(x, box.middle) for x in ends]


def _is_free(document: Document, boxes: dict[str, Box], box: Box, beside: Box) -> bool:
    frames = {each.get("id") for each in document.root.iter(f"{{{BPMN}}}lane", f"{{{BPMN}}}participant")}
    around = {id_ for id_, one in boxes.items() if id_ in frames or (one != beside and one.holds(beside))}
    return all(one.holds(box) for id_, one in boxes.items() if id_ in around and one.holds(beside)) and not any(
        one.meets(box, 8) for id_, one in boxes.items() if id_ not in around and one != beside
    )


def boxes_of(document: Document) -> dict[str, Box]:
    """Where each shape stands; what is no number has no place."""
    found: dict[str, Box] = {}
    for shape in document.root.iter(f"{{{DI}}}BPMNShape"):
        bounds = shape.find(f"{{{DC}}}Bounds")
        try:
            numbers = [float(bounds.get(side)) for side in ("x", "y", "width", "height")]
        except (AttributeError, TypeError, ValueError):
            continue
        if all(abs(number) < 1e6 for number in numbers):
            found[shape.get("bpmnElement", "")] = Box(*numbers)
    return found


def _shape_of(document: Document, element_id: str) -> Node | None:
    shapes = document.root.iter(f"{{{DI}}}BPMNShape")
    return next((each for each in shapes if each.get("bpmnElement") == element_id), None)


def add_shape(plane: Node, element_id: str, box: Box, **marks: str) -> None:
    """One shape at the end of a plane."""
    shape = etree.SubElement(
        plane, f"{{{DI}}}BPMNShape", {"id": f"{element_id}_di", "bpmnElement": element_id, **marks}, nsmap=_NAMES
    )
    sides = {"x": box.x, "y": box.y, "width": box.width, "height": box.height}
    etree.SubElement(shape, f"{{{DC}}}Bounds", {side: f"{value:.0f}" for side, value in sides.items()})


def add_edge(plane: Node, element_id: str, points: list[tuple[float, float]]) -> None:
    """One line at the end of a plane."""
    names = {"id": f"{element_id}_di", "bpmnElement": element_id}
    edge = etree.SubElement(plane, f"{{{DI}}}BPMNEdge", names, nsmap=_NAMES)
    for x, y in points:
        etree.SubElement(edge, f"{{{DD}}}waypoint", x=f"{x:.0f}", y=f"{y:.0f}")
