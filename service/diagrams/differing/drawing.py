"""How the diagram is drawn, apart from what it says: places, sizes and lines."""

from collections.abc import Iterator

from lxml import etree

from service.diagrams.differing.difference import DRAWING, Difference
from service.diagrams.differing.side import Pair, Side
from service.engine import read_xml
from service.sentences import Sentence

DI = "http://www.omg.org/spec/BPMN/20100524/DI"


def look(pair: Pair, alone: bool) -> Iterator[Difference]:
    """Whether it is drawn otherwise; `alone` where nothing else has changed."""
    if _drawn(pair.before) == _drawn(pair.after):
        return
    if alone:
        yield Difference("drawing", DRAWING, Sentence("Hanya gambarnya yang ditata ulang; cara kerjanya tetap sama."))
    else:
        text = Sentence("Gambar diagramnya juga ditata ulang; itu sendiri tidak mengubah cara kerja.")
        yield Difference("drawing", DRAWING, text)


def _drawn(side: Side) -> list[bytes]:
    """The shapes and lines, whatever the order, the spaces and the ids of the file."""
    shapes = read_xml(side.xml).getroot().iter(f"{{{DI}}}*")
    return sorted({repr(_places(each)).encode() for each in shapes if each.get("bpmnElement")})


def _places(shape: etree._Element) -> list[object]:
    inside = [sorted(part.attrib.items()) for part in shape.iter() if isinstance(part.tag, str) and part is not shape]
    return [shape.get("bpmnElement"), shape.get("isExpanded"), shape.get("isHorizontal"), inside]
