"""Lanes for a diagram that has none: one for each group that another tool assigns tasks to, or one for everybody."""

from collections.abc import Iterable, Mapping

from service.dialects.document import FLOW_NODES, PEOPLE, Document, Node, key_from, under
from service.engine.reading import BPMN, local


def make_lanes(document: Document, groups: Mapping[str, str]) -> None:
    """A lane for each group; `groups` are names of groups by task. All else goes along with the tasks before it."""
    homes = _homes(document, groups)
    ids = {group: _lane_id(document, group) for group in dict.fromkeys(groups.values())}
    holder = lane_set(document)
    for group, lane_id in ids.items():
        lane = under(holder, "lane", id=lane_id, name=group)
        for node, home in homes.items():
            if home == group:
                under(lane, "flowNodeRef").text = node


def _lane_id(document: Document, group: str) -> str:
    return document.free_id(key_from(group) or "lajur")


def lane_set(document: Document) -> Node:
    """The lane set of the process, made where there is none, within a pool of its own."""
    found = document.process.find(f"{{{BPMN}}}laneSet")
    if found is not None:
        return found
    _have_pool(document)
    children = list(document.process)
    first = (i for i, child in enumerate(children) if local(child) in FLOW_NODES | {"sequenceFlow"})
    return under(document.process, "laneSet", next(first, len(children)), id=document.free_id("lajur"))


def _have_pool(document: Document) -> None:
    """Editors draw lanes within a pool only."""
    own = document.process.get("id", "")
    pools = document.root.iterfind(f".//{{{BPMN}}}participant")
    if any(pool.get("processRef") == own for pool in pools):
        return
    collaboration = document.root.find(f"{{{BPMN}}}collaboration")
    if collaboration is None:
        at = next(i for i, child in enumerate(document.root) if document.process in child.iter())
        collaboration = under(document.root, "collaboration", at, id=document.free_id("kerja_sama"))
    pool = under(collaboration, "participant", id=document.free_id("kolam"), processRef=own)
    pool.set("name", document.process.get("name") or own)


def _homes(document: Document, groups: Mapping[str, str]) -> dict[str, str]:
    """The group of every node at the top: its own, else that of the nodes before it, else of the first after it."""
    nodes = {node.get("id"): node for node in document.process if local(node) in FLOW_NODES and node.get("id")}
    inner = {task: group for task, group in groups.items() if task not in nodes}
    homes = {node: group for node, group in groups.items() if node in nodes}
    for id_, node in nodes.items():  # a sub-process goes where its first task goes
        within = [inner[each.get("id")] for each in node.iter(f"{{{BPMN}}}*") if each.get("id") in inner]
        if within:
            homes.setdefault(id_, within[0])
    drawn = [each for each in document.process if local(each) == "sequenceFlow"]
    flows = [(flow.get("sourceRef"), flow.get("targetRef")) for flow in drawn]
    hosts = [(node.get("attachedToRef"), id_) for id_, node in nodes.items() if node.get("attachedToRef")]
    open_ = [id_ for id_, node in nodes.items() if id_ not in homes and local(node) not in PEOPLE]
    _follow(homes, open_, [*hosts, *flows])
    _follow(homes, open_, [(target, source) for source, target in flows])
    first = next(iter(groups.values()))
    return dict.fromkeys(open_, first) | homes | inner


def _follow(homes: dict[str, str], open_: Iterable[str], ways: list[tuple[str | None, str | None]]) -> None:
    """Take over what the node at the beginning of a way has, until nothing changes."""
    wanting = set(open_)
    changed = True
    while changed:
        changed = False
        for source, target in ways:
            if source in homes and target in wanting and target not in homes:
                homes[target] = homes[source]
                changed = True
