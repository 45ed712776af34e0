"""Adds what is missing to a drawing: a start, an end, a lane; with its place in the picture."""

from service.dialects import picture
from service.dialects.document import FLOW_NODES, Document, Node, under
from service.dialects.lanes import lane_set
from service.engine.reading import BPMN, local

ALL, UNKNOWN = "Pelaksana", "Belum ditentukan"


def add_start(document: Document, first: Node) -> None:
    """A start event in front of the first node of a scope."""
    event = _event(document, "startEvent", "mulai", "Mulai", first)
    _join(document, event, first, event, before=True)


def add_end(document: Document, last: Node) -> None:
    """An end event behind a node that nothing follows."""
    event = _event(document, "endEvent", "selesai", "Selesai", last)
    _join(document, last, event, event, before=False)


def _event(document: Document, tag: str, wanted: str, name: str, beside: Node) -> Node:
    """A new event in the scope and lane of its neighbour, in front of the start or behind the end of the steps."""
    scope = beside.getparent()
    places = [i for i, child in enumerate(scope) if local(child) in FLOW_NODES | {"sequenceFlow"}]
    place = places[0] if tag == "startEvent" else places[-1] + 1
    event = under(scope, tag, place, id=document.free_id(wanted), name=name)
    homes = document.lane_of()
    home = homes.get(beside.get("id")) or homes.get(beside.get("attachedToRef", ""))
    if home and (lane := document.find(home)) is not None:
        under(lane, "flowNodeRef", _after_references(lane)).text = event.get("id")
    return event


def _after_references(lane: Node) -> int:
    """Nested lanes stand behind the references in a lane."""
    last = [i for i, child in enumerate(lane) if local(child) == "flowNodeRef"]
    return last[-1] + 1 if last else len(lane)


def _join(document: Document, source: Node, target: Node, event: Node, before: bool) -> None:
    scope = source.getparent()
    ends = {"sourceRef": source.get("id"), "targetRef": target.get("id")}
    flow = under(scope, "sequenceFlow", None, id=document.free_id(f"{source.get('id')[:40]}__alur"), **ends)
    if any(True for _ in document.process.iter(f"{{{BPMN}}}incoming", f"{{{BPMN}}}outgoing")):
        _refer(source, "outgoing", flow.get("id"))
        _refer(target, "incoming", flow.get("id"))
    neighbour = target if before else source
    picture.place_event(document, event, flow, neighbour, before)


def _refer(node: Node, tag: str, flow: str) -> None:
    heads = ("documentation", "extensionElements", "incoming", *(("outgoing",) if tag == "outgoing" else ()))
    place = next((i for i, child in enumerate(node) if local(child) not in heads), len(node))
    under(node, tag, place).text = flow


def put_in_lane(document: Document, node: Node) -> None:
    """Into a lane that is there to be named by a person: one for all where there is none, else one of its own."""
    lanes = document.lanes()
    if not lanes:
        _lane(document, ALL, [each.get("id") for each in document.process if local(each) in FLOW_NODES])
        return
    own = next((lane for lane in lanes if lane.get("name") in (UNKNOWN, ALL)), None)
    if own is None:
        _lane(document, UNKNOWN, [node.get("id")])
    else:
        under(own, "flowNodeRef", _after_references(own)).text = node.get("id")


def _lane(document: Document, name: str, nodes: list[str | None]) -> None:
    wanted = "pelaksana" if name == ALL else "belum_ditentukan"
    lane = under(lane_set(document), "lane", id=document.free_id(wanted), name=name)
    for each in nodes:
        if each:
            under(lane, "flowNodeRef").text = each
