"""What a browser needs to draw a diagram: the file without all that is not drawn, a fraction of its size."""

import uuid
from functools import lru_cache

from lxml import etree

from service.engine import read_xml

BPMN = "{http://www.omg.org/spec/BPMN/20100524/MODEL}"
UNDRAWN = tuple(f"{BPMN}{name}" for name in ("extensionElements", "documentation", "conditionExpression", "script"))
KEPT = 32


@lru_cache(maxsize=KEPT)
def sketch_of_published(_version_id: uuid.UUID, xml: bytes) -> bytes:
    """The same as `sketch`, kept: what is published does not change."""
    return sketch(xml)


def sketch(xml: bytes) -> bytes:
    """The diagram with its shapes and names, but without marks, forms, conditions and scripts."""
    root = read_xml(xml)
    for element in list(root.iter(*UNDRAWN)):
        parent = element.getparent()
        if parent is not None:
            parent.remove(element)
    etree.cleanup_namespaces(root)
    return bytes(etree.tostring(root, encoding="utf-8", xml_declaration=True))
