"""Which tool a diagram comes from."""

from dataclasses import dataclass

from service.dialects.document import Document, Node, mark
from service.engine.reading import BPMN, SPIFF
from service.sentences import Sentence

CAMUNDA = "http://camunda.org/schema/1.0/bpmn"
ZEEBE = "http://camunda.org/schema/zeebe/1.0"
FLOWABLE = "http://flowable.org/bpmn"
ACTIVITI = "http://activiti.org/bpmn"
_MODELER = "http://camunda.org/schema/modeler/1.0"

ORIGIN = "translatedFrom"
"""The mark on the process of a diagram that was translated: `key/version` of the diagram it was made from."""

_OURS = frozenset(
    {
        "sopRow", "sopPart", "timeStandard", "timeClock", "requiredInputs", "laneBasis", "milestone", "messageLanes",
        "sopTitle", "sopNumber", "sopPhase", "promise", "public", "identity", ORIGIN,
    }
)  # fmt: skip


@dataclass(frozen=True)
class Dialect:
    """One tool's way of writing BPMN; `name` is for people."""

    code: str
    name: Sentence


OURS = Dialect("alur", Sentence("Alur"))
SPIFF_ARENA = Dialect("spiff_arena", Sentence("Spiff Arena"))
CAMUNDA_7 = Dialect("camunda_7", Sentence("Camunda 7"))
CAMUNDA_8 = Dialect("camunda_8", Sentence("Camunda 8"))
FLOWABLE_ = Dialect("flowable", Sentence("Flowable"))
PLAIN = Dialect("plain", Sentence("gambar BPMN biasa"))
DIALECTS = (OURS, SPIFF_ARENA, CAMUNDA_7, CAMUNDA_8, FLOWABLE_, PLAIN)


def recognise(xml: bytes) -> Dialect:
    """The tool that wrote the diagram, by the marks in it. Raises `Invalid` for what is no BPMN."""
    return recognised(Document(xml))


def recognised(document: Document) -> Dialect:
    """The same of a file that is read already. What is used counts, a namespace alone only where nothing is."""
    if any(mark(node, name) is not None for node in document.root.iter(f"{{{BPMN}}}*") for name in _named(node)):
        return OURS
    used = _used(document)
    for uri, dialect in _BY_NAMESPACE:
        if uri in used:
            return dialect
    platform = document.root.get(f"{{{_MODELER}}}executionPlatform", "")
    if platform:
        return CAMUNDA_8 if "Cloud" in platform else CAMUNDA_7
    declared = set(document.root.nsmap.values())
    return next((dialect for uri, dialect in _BY_NAMESPACE if uri in declared), PLAIN)


_BY_NAMESPACE = (
    (ZEEBE, CAMUNDA_8),
    (CAMUNDA, CAMUNDA_7),
    (FLOWABLE, FLOWABLE_),
    (ACTIVITI, FLOWABLE_),
    (SPIFF, SPIFF_ARENA),
)


def _named(node: Node) -> set[str]:
    path = f"{{{BPMN}}}extensionElements/{{{SPIFF}}}properties/{{{SPIFF}}}property"
    return {each.get("name", "") for each in node.iterfind(path)} & _OURS


def _used(document: Document) -> set[str]:
    """The namespaces of all elements and attributes."""
    found: set[str] = set()
    for node in document.root.iter("*"):
        for name in (node.tag, *node.attrib):
            if name.startswith("{"):
                found.add(name[1:].partition("}")[0])
    return found
