"""The ways through a drawing: what can come after what, sub-processes opened up and boundary events included."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property

from service.engine.reading import Drawing
from service.engine.spec import Element

_ENDS_ABNORMALLY = ("endError", "endEscalation")


@dataclass(frozen=True)
class Ways:
    """`after` and `before` hold node ids; the way out of a sub-process is a node of its own, see `way_out`."""

    after: Mapping[str, tuple[str, ...]]
    before: Mapping[str, tuple[str, ...]]

    def reach(self, sources: Iterable[str], around: Collection[str] = ()) -> set[str]:
        """All nodes on the ways from `sources`, themselves included, that lead around some nodes."""
        return _reach(self.after, sources, around)

    def lead_to(self, targets: Iterable[str]) -> set[str]:
        """All nodes from which a way leads to one of `targets`."""
        return _reach(self.before, targets, ())

    @cached_property
    def cycles(self) -> list[frozenset[str]]:
        """The groups of nodes that lie on circles together, each as large as can be."""
        found: list[frozenset[str]] = []
        placed: set[str] = set()
        for node in self.after:
            if node in placed:
                continue
            circle = self.reach(self.after[node]) & self.lead_to([node])
            if node in circle:
                found.append(frozenset(circle))
                placed |= circle
        return found


def way_out(subprocess: str) -> str:
    """The node at which a sub-process is left."""
    return f"{subprocess}/"


def ways_of(drawing: Drawing) -> Ways:
    """The ways through a drawing, as far as its flows hang together."""
    after: dict[str, list[str]] = {}
    for element in drawing.elements.values():
        after.setdefault(element.id, [])
        if element.kind == "subProcess":
            after[element.id] += _starts_in(drawing, element)
            after.setdefault(way_out(element.id), [])
    for element in drawing.elements.values():
        after[element.id] += [event for event in element.boundary if event in drawing.elements]
        leaves_at = way_out(element.id) if element.kind == "subProcess" else element.id
        after[leaves_at] += _targets(drawing, element)
        if element.scope and element.kind.startswith("end") and element.kind not in _ENDS_ABNORMALLY:
            after[element.id].append(way_out(element.scope))
    before: dict[str, list[str]] = {node: [] for node in after}
    for node, nexts in after.items():
        for each in nexts:
            before[each].append(node)
    return Ways({k: tuple(v) for k, v in after.items()}, {k: tuple(v) for k, v in before.items()})


def _starts_in(drawing: Drawing, subprocess: Element) -> list[str]:
    inside = (each for each in drawing.elements.values() if each.scope == subprocess.id)
    return [each.id for each in inside if each.kind.startswith("start")]


def _targets(drawing: Drawing, element: Element) -> list[str]:
    targets = (drawing.flows[flow].target for flow in element.outgoing)
    return [target for target in targets if target in drawing.elements]


def _reach(nexts: Mapping[str, tuple[str, ...]], sources: Iterable[str], around: Collection[str]) -> set[str]:
    border = [each for each in sources if each not in around]
    reached = set(border)
    while border:
        fresh = [each for each in nexts.get(border.pop(), ()) if each not in reached and each not in around]
        reached.update(fresh)
        border += fresh
    return reached
