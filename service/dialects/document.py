"""A BPMN file to be changed in few places: read with its comments, written again as near to its own bytes as may be."""

import re
import unicodedata
from collections.abc import Iterator
from typing import Any

from lxml import etree

from service.engine import read_xml
from service.engine.heading import process_in
from service.engine.limits import MOST_ELEMENTS
from service.engine.reading import BPMN, SPIFF, local

DI = "http://www.omg.org/spec/BPMN/20100524/DI"
ACTIVITIES = frozenset(
    {
        "task", "userTask", "manualTask", "scriptTask", "serviceTask", "sendTask", "receiveTask", "businessRuleTask",
        "callActivity", "subProcess", "adHocSubProcess", "transaction",
    }
)  # fmt: skip
GATEWAYS = frozenset({"exclusiveGateway", "parallelGateway", "inclusiveGateway", "eventBasedGateway", "complexGateway"})
EVENTS = frozenset({"startEvent", "endEvent", "intermediateCatchEvent", "intermediateThrowEvent", "boundaryEvent"})
FLOW_NODES = ACTIVITIES | GATEWAYS | EVENTS
PEOPLE = frozenset({"userTask", "manualTask", "task"})

_BOM = b"\xef\xbb\xbf"
_PROLOG = re.compile(rb"(?:\s+|<\?.*?\?>|<!--.*?-->)*", re.DOTALL)
_CLOSED = re.compile(rb"(<!--.*?-->|<!\[CDATA\[.*?\]\]>|<\?.*?\?>)|/>", re.DOTALL)

Node = Any
"""An lxml element."""


class Document:
    """The file and what is often asked of it. `process` is the one whose id is the key of the diagram."""

    def __init__(self, xml: bytes) -> None:
        """Raises `Invalid` for what is no BPMN, not safe to read, or without one process to speak of."""
        read_xml(xml)
        self._original = xml
        self.root: Node = _parsed(xml)
        self.process: Node = process_in(self.root)

    def written(self) -> bytes:
        """The file: its declaration, byte order mark and line ends as they came."""
        tree = self.root.getroottree()
        encoding = (tree.docinfo.encoding or "UTF-8").upper()
        try:
            made: bytes = etree.tostring(tree, encoding=encoding, xml_declaration=True)
        except (LookupError, ValueError):
            return bytes(etree.tostring(tree, encoding="UTF-8", xml_declaration=True))
        return made if encoding.startswith(("UTF-16", "UTF-32", "UCS")) else self._as_it_came(made)

    def _as_it_came(self, made: bytes) -> bytes:
        """What stands before and behind the root, line ends and the way empty elements are closed, as they came."""
        original = self._original.removeprefix(_BOM)
        body = made[_length(_PROLOG, made) :].rstrip()
        if original.count(b" />") * 2 > original.count(b"/>"):
            body = _CLOSED.sub(lambda found: found.group(1) or b" />", body)
        head, foot = original[: _length(_PROLOG, original)], original[len(original.rstrip()) :]
        returns = original.count(b"\r\n")
        if returns and returns == original.count(b"\n"):
            body = body.replace(b"\n", b"\r\n")
        mark = self._original[: len(self._original) - len(original)]
        return mark + head + body + foot

    def nodes(self) -> Iterator[Node]:
        """The flow nodes of the process, those within sub-processes included, in the order of the file."""
        return (node for node in self.process.iter(f"{{{BPMN}}}*") if local(node) in FLOW_NODES and node.get("id"))

    def is_too_large(self) -> bool:
        """More steps than a diagram that runs can have; nothing is done to it one by one."""
        return sum(1 for _ in self.nodes()) > MOST_ELEMENTS or sum(1 for _ in self.flows()) > 4 * MOST_ELEMENTS

    def flows(self) -> Iterator[Node]:
        return (node for node in self.process.iter(f"{{{BPMN}}}sequenceFlow"))

    def find(self, element_id: str | None) -> Node | None:
        """The BPMN element with this id, if there is exactly one."""
        found = [node for node in self.root.iter(f"{{{BPMN}}}*") if node.get("id") == element_id]
        return found[0] if element_id and len(found) == 1 else None

    def ids(self) -> set[str]:
        """Every id of the file, the drawing's included."""
        return {node.get("id") for node in self.root.iter("*") if node.get("id")}

    def free_id(self, wanted: str) -> str:
        """The id, with a number where it is taken."""
        taken, found, number = self.ids(), wanted, 2
        while found in taken:
            found, number = f"{wanted}_{number}", number + 1
        return found

    def lanes(self) -> list[Node]:
        """The innermost lanes of the process."""
        lanes = self.process.iterfind(f"{{{BPMN}}}laneSet//{{{BPMN}}}lane")
        return [lane for lane in lanes if lane.get("id") and lane.find(f"{{{BPMN}}}childLaneSet") is None]

    def lane_of(self) -> dict[str, str]:
        """The lane of each node that is named in one."""
        found: dict[str, str] = {}
        for lane in self.process.iterfind(f"{{{BPMN}}}laneSet//{{{BPMN}}}lane"):
            for reference in lane.findall(f"{{{BPMN}}}flowNodeRef"):
                found[(reference.text or "").strip()] = lane.get("id", "")
        return found


def _length(part: re.Pattern[bytes], of: bytes) -> int:
    found = part.match(of)
    return found.end() if found else 0


def _parsed(xml: bytes) -> Node:
    """As `read_xml` has found it safe, but with all that a person may have written beside the elements."""
    parser = etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        dtd_validation=False,
        attribute_defaults=False,
        huge_tree=False,
        strip_cdata=False,
    )
    return etree.fromstring(xml, parser)


# ---- what stands in an element ----------------------------------------------------------------------------------


def name_of(node: Node) -> str:
    """How to name it to people."""
    return " ".join((node.get("name") or "").split())[:200] or node.get("id") or local(node)


def text_of(node: Node | None) -> str:
    """What is written in it, comments left out."""
    if node is None:
        return ""
    parts = [node.text or "", *(child.tail or "" for child in node)]
    return "".join(parts).strip()


def under(parent: Node, tag: str, place: int | None = None, **attributes: str) -> Node:
    """A new BPMN element in `parent`, on a line of its own."""
    child = etree.Element(f"{{{BPMN}}}{tag}", attributes, nsmap=_prefixes(parent))
    put(parent, child, len(parent) if place is None else place)
    return child


def _prefixes(node: Node) -> dict[str | None, str]:
    """So that the new element is written with the prefix the file already uses."""
    return {prefix: uri for prefix, uri in node.nsmap.items() if uri == BPMN}


def put(parent: Node, child: Node, place: int) -> None:
    """Insert it, with the white space of its neighbours around it."""
    if len(parent) == 0:
        outer = _indent(parent)
        if not (parent.text or "").strip() and outer is not None:
            parent.text, child.tail = f"{outer}{_step(outer)}", outer
        parent.insert(0, child)
        return
    if place == 0:
        child.tail = parent.text if not (parent.text or "").strip() else None
    else:
        before = parent[place - 1]
        child.tail = before.tail
        if place >= len(parent) and not (parent.text or "").strip():
            before.tail = parent.text
    parent.insert(place, child)


def _indent(node: Node) -> str | None:
    """Line break and white space before an element; None where it does not begin a line."""
    before = node.getprevious()
    space = before.tail if before is not None else node.getparent().text if node.getparent() is not None else "\n"
    if not space or space.strip() or "\n" not in space:
        return None
    return "\n" + str(space).rpartition("\n")[2]


def _step(indent: str) -> str:
    return "\t" if "\t" in indent else "  "


def extension_of(node: Node) -> Node:
    """Its `extensionElements`, made after the documentation where there are none."""
    found = node.find(f"{{{BPMN}}}extensionElements")
    if found is not None:
        return found
    children = list(node)
    place = next((i + 1 for i in reversed(range(len(children))) if local(children[i]) == "documentation"), 0)
    return under(node, "extensionElements", place)


def mark(node: Node, name: str) -> str | None:
    """What our property of this name says."""
    for each in node.iterfind(f"{{{BPMN}}}extensionElements/{{{SPIFF}}}properties/{{{SPIFF}}}property"):
        if each.get("name") == name:
            return str(each.get("value", ""))
    return None


def set_mark(node: Node, name: str, value: str) -> None:
    """Write our property of this name; the others stay as they are."""
    extension = extension_of(node)
    properties = extension.find(f"{{{SPIFF}}}properties")
    if properties is None:
        properties = etree.Element(f"{{{SPIFF}}}properties", nsmap=_spiff(node))
        put(extension, properties, len(extension))
    for each in properties.findall(f"{{{SPIFF}}}property"):
        if each.get("name") == name:
            each.set("value", value)
            return
    put(properties, etree.Element(f"{{{SPIFF}}}property", name=name, value=value, nsmap=_spiff(node)), len(properties))


def _spiff(node: Node) -> dict[str | None, str]:
    known: dict[str | None, str] = {prefix: uri for prefix, uri in node.nsmap.items() if uri == SPIFF and prefix}
    return known or {"spiffworkflow": SPIFF}


def set_text(node: Node, text: str) -> None:
    """Write a text in place of all that stands in an element."""
    for child in list(node):
        node.remove(child)
    node.text = text


# ---- ids and keys -----------------------------------------------------------------------------------------------

_REFERRING = frozenset(
    {"sourceRef", "targetRef", "attachedToRef", "default", "bpmnElement", "processRef", "dataObjectRef", "dataStoreRef"}
)
_REFERRING_TEXTS = frozenset({"incoming", "outgoing", "flowNodeRef", "sourceRef", "targetRef"})
_MADE_UP = re.compile(r"(?:process|sid|proc|bpmn|definitions)[-_][0-9a-z-]{5,}", re.IGNORECASE)
_LED_BY = re.compile(r"process_(.+?)(?:_(?=[a-z0-9]*[0-9])[a-z0-9]{7})?", re.IGNORECASE)
"""How Spiff Arena makes an id of a name."""
LONGEST_KEY = 60
FIT_ID = re.compile(r"[A-Za-z_][A-Za-z0-9_-]{0,79}")
"""What can be the name of a file and a part of an address."""
_KEY = re.compile(r"[a-z][a-z0-9_]{0,62}")


def key_from(text: str) -> str:
    """`Cuti Pegawai (2)` is `cuti_pegawai_2`; empty where no letter is left."""
    apart = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", text)  # suratMasuk is two words
    plain = unicodedata.normalize("NFKD", apart).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "_", plain).strip("_").lstrip("0123456789_")[:LONGEST_KEY].rstrip("_")


def good_key(document: Document) -> str:
    """A key for the diagram: from the id of its process, or from its name where a tool has made the id up."""
    own = document.process.get("id", "")
    pools = document.root.iterfind(f".//{{{BPMN}}}participant")
    pool = next((each.get("name") for each in pools if each.get("processRef") == own), None)
    made_up = bool(_MADE_UP.fullmatch(own)) and any(sign.isdigit() for sign in own)
    if led := _LED_BY.fullmatch(own):
        own = led.group(1)
    words = [document.process.get("name"), pool, own] if made_up else [own, document.process.get("name"), pool]
    return next((key for key in map(key_from, filter(None, words)) if key), "diagram")


def rename(document: Document, node: Node, new: str) -> None:
    """Give an element another id, wherever the file refers to it."""
    old = node.get("id")
    for each in document.root.iter("*"):
        for name in _REFERRING & set(each.attrib):
            if each.get(name) == old:
                each.set(name, new)
        if local(each) in _REFERRING_TEXTS and (each.text or "").strip() == old:
            each.text = new
    node.set("id", new)


def is_key(text: str) -> bool:
    """Whether a process id can be the key of a diagram."""
    return bool(_KEY.fullmatch(text))


def good_id(text: str) -> str:
    """An id like this one that is fit for files and addresses."""
    fit = re.sub(r"[^A-Za-z0-9_-]+", "_", text)[:60]
    return fit if FIT_ID.fullmatch(fit) else f"unsur_{fit}".rstrip("_-")
