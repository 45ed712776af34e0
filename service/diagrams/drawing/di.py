"""Writes a drawing into BPMN as diagram interchange (BPMN DI), and takes an older drawing out."""

from lxml import etree

from service.diagrams.drawing.cells import Box
from service.diagrams.drawing.plan import BPMN
from service.diagrams.drawing.plotting import Drawing

DI = "http://www.omg.org/spec/BPMN/20100524/DI"
_DC = "http://www.omg.org/spec/DD/20100524/DC"
_DD = "http://www.omg.org/spec/DD/20100524/DI"
_LEFT, _TOP = 160, 80
_NAMES = {"bpmndi": DI, "dc": _DC, "di": _DD}


def erase(root: etree._Element) -> None:
    """Take every drawing out of the file."""
    for old in root.findall(f"{{{DI}}}BPMNDiagram"):
        root.remove(old)


def write(root: etree._Element, plane_of: str, pool: str | None, scope: etree._Element, drawing: Drawing) -> None:
    """Append one diagram: `plane_of` is the id of collaboration, process or sub-process it shows."""
    diagram = etree.SubElement(root, f"{{{DI}}}BPMNDiagram", id=f"diagram_{plane_of}", nsmap=_NAMES)
    plane = etree.SubElement(diagram, f"{{{DI}}}BPMNPlane", id=f"plane_{plane_of}", bpmnElement=plane_of)
    if pool:
        _shape(plane, pool, drawing.size, {"isHorizontal": "true"})
    for id_, box in drawing.lanes.items():
        _shape(plane, id_, box, {"isHorizontal": "true"})
    tags = {element.get("id"): etree.QName(element).localname for element in scope.iterchildren(f"{{{BPMN}}}*")}
    for id_, box in drawing.shapes.items():
        marks = {"exclusiveGateway": {"isMarkerVisible": "true"}, "subProcess": {"isExpanded": "false"}}
        _label(_shape(plane, id_, box, marks.get(tags[id_], {})), drawing.labels.get(id_))
    for id_, points in drawing.lines.items():
        edge = etree.SubElement(plane, f"{{{DI}}}BPMNEdge", id=f"{id_}_di", bpmnElement=id_)
        for x, y in points:
            etree.SubElement(edge, f"{{{_DD}}}waypoint", x=_number(x + _LEFT), y=_number(y + _TOP))
        _label(edge, drawing.labels.get(id_))
    root[-2].tail = "\n  "
    etree.indent(diagram, level=1)
    diagram.tail = "\n"


def _shape(plane: etree._Element, id_: str, box: Box, marks: dict[str, str]) -> etree._Element:
    shape = etree.SubElement(plane, f"{{{DI}}}BPMNShape", {"id": f"{id_}_di", "bpmnElement": id_, **marks})
    _bounds(shape, box)
    return shape


def _label(of: etree._Element, box: Box | None) -> None:
    if box:
        _bounds(etree.SubElement(of, f"{{{DI}}}BPMNLabel"), box)


def _bounds(of: etree._Element, box: Box) -> None:
    numbers = {"x": box.x + _LEFT, "y": box.y + _TOP, "width": box.width, "height": box.height}
    etree.SubElement(of, f"{{{_DC}}}Bounds", {key: _number(value) for key, value in numbers.items()})


def _number(value: float) -> str:
    return str(round(value))
