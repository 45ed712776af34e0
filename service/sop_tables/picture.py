"""A drawn diagram as an SVG picture, so that a plan can be looked at before anything is kept, without a script."""

import html
import textwrap
from collections.abc import Iterator
from dataclasses import dataclass

from lxml import etree

from service.engine import read_xml

_BPMN = "{http://www.omg.org/spec/BPMN/20100524/MODEL}"
_BPMNDI = "{http://www.omg.org/spec/BPMN/20100524/DI}"
_DC = "{http://www.omg.org/spec/DD/20100524/DC}"
_DI = "{http://www.omg.org/spec/DD/20100524/DI}"
_LETTER, _LINE = 6.6, 14


@dataclass(frozen=True)
class _Box:
    x: float
    y: float
    width: float
    height: float


def picture(xml: bytes, title: str) -> str:
    """The SVG of a diagram that has its drawing."""
    root = read_xml(xml).getroot()
    elements = {each.get("id"): each for each in root.iter(f"{_BPMN}*") if each.get("id")}
    shapes = list(root.iter(f"{_BPMNDI}BPMNShape"))
    shapes.sort(key=lambda shape: _on_another(elements.get(shape.get("bpmnElement"))))
    boxes = [box for shape in shapes if (box := _box(shape)) is not None]
    width = max((box.x + box.width for box in boxes), default=100) + 12
    height = max((box.y + box.height for box in boxes), default=100) + 12
    left, top = min((box.x for box in boxes), default=0) - 12, min((box.y for box in boxes), default=0) - 12
    parts = [part for shape in shapes for part in _shape(shape, elements.get(shape.get("bpmnElement")))]
    parts += [
        part for edge in root.iter(f"{_BPMNDI}BPMNEdge") for part in _edge(edge, elements.get(edge.get("bpmnElement")))
    ]
    wide, high = width - left, height - top
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" role="img" aria-label="{html.escape(title)}" '
        f'viewBox="{left:g} {top:g} {wide:g} {high:g}" width="{wide:g}" height="{high:g}" '
        'fill="none" stroke="currentColor" font-size="12">'
    )
    arrow = (
        '<defs><marker id="panah" viewBox="0 0 8 8" refX="7.5" refY="4" markerWidth="8" markerHeight="8" orient="auto">'
        '<path d="M0 0 8 4 0 8z" fill="currentColor" stroke="none"/></marker></defs>'
    )
    return "".join((head, arrow, *parts, "</svg>"))


def _on_another(element: etree._Element | None) -> bool:
    """Events that sit on a task are drawn after it."""
    return element is not None and element.get("attachedToRef") is not None


def _box(shape: etree._Element) -> _Box | None:
    bounds = shape.find(f"{_DC}Bounds")
    return _bounds(bounds) if bounds is not None else None


def _bounds(bounds: etree._Element) -> _Box:
    return _Box(*(float(bounds.get(name, "0")) for name in ("x", "y", "width", "height")))


def _shape(shape: etree._Element, element: etree._Element | None) -> Iterator[str]:
    box = _box(shape)
    if box is None or element is None:
        return
    kind, name = etree.QName(element).localname, element.get("name") or ""
    x, y = box.x + box.width / 2, box.y + box.height / 2
    if kind in ("participant", "lane"):
        yield _rect(box)
        yield _written(name, box.x + 15, y, box.height - 8, turned=True)
    elif kind.endswith("Gateway"):
        points = f"{x:g},{box.y:g} {box.x + box.width:g},{y:g} {x:g},{box.y + box.height:g} {box.x:g},{y:g}"
        yield f'<polygon points="{points}"/>'
        yield from _label(shape, name)
    elif kind.endswith("Event"):
        thick = "3" if kind == "endEvent" else "1.3"
        yield f'<circle cx="{x:g}" cy="{y:g}" r="{box.width / 2:g}" stroke-width="{thick}"/>'
        if kind == "boundaryEvent":
            yield f'<circle cx="{x:g}" cy="{y:g}" r="{box.width / 2 - 3:g}"/>'
            yield from _cause(element, x, y)
        yield from _label(shape, name)
    else:
        yield _rect(box, ' rx="8" stroke-width="1.5"')
        yield _written(name, x, y, box.width - 10)


def _cause(element: etree._Element, x: float, y: float) -> Iterator[str]:
    """What an event waits for: an envelope, or the hands of a clock."""
    if element.find(f"{_BPMN}messageEventDefinition") is not None:
        yield f'<path d="M{x - 8:g} {y - 5:g}h16v10h-16zl8 6 8-6"/>'
    elif element.find(f"{_BPMN}timerEventDefinition") is not None:
        yield f'<path d="M{x:g} {y - 8:g}v8l5 3"/>'


def _rect(box: _Box, more: str = "") -> str:
    return f'<rect x="{box.x:g}" y="{box.y:g}" width="{box.width:g}" height="{box.height:g}"{more}/>'


def _label(shape: etree._Element, name: str) -> Iterator[str]:
    bounds = shape.find(f"{_BPMNDI}BPMNLabel/{_DC}Bounds")
    if name and bounds is not None:
        box = _bounds(bounds)
        yield _written(name, box.x + box.width / 2, box.y + box.height / 2, max(box.width + 20, 66))


def _edge(edge: etree._Element, element: etree._Element | None) -> Iterator[str]:
    points = [(float(point.get("x", "0")), float(point.get("y", "0"))) for point in edge.iter(f"{_DI}waypoint")]
    if len(points) > 1:
        line = " ".join(f"{x:g},{y:g}" for x, y in points)
        yield f'<polyline points="{line}" marker-end="url(#panah)"/>'
    if element is not None:
        yield from _label(edge, element.get("name") or "")


def _written(text: str, x: float, y: float, room: float, turned: bool = False) -> str:
    """A text over as many lines as it takes, in the middle of its room."""
    lines = textwrap.wrap(text, max(4, int(room / _LETTER)))[:5]
    spin = f' transform="rotate(-90 {x:g} {y:g})"' if turned else ""
    first = y - (len(lines) - 1) * _LINE / 2 + 4
    spans = "".join(
        f'<tspan x="{x:g}" y="{first + n * _LINE:g}">{html.escape(line)}</tspan>' for n, line in enumerate(lines)
    )
    return f'<text text-anchor="middle" fill="currentColor" stroke="none"{spin}>{spans}</text>'
