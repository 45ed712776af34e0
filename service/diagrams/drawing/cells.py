"""One node with all that belongs to it: its shape, boundary events, names and the labels at its ports.

Places are relative to the middle of the node; what a cell needs on each side is kept free by the grid.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from math import ceil, hypot, sqrt

from service.diagrams.drawing import lettering
from service.diagrams.drawing.grid import DOWN, LEFT, RIGHT, UP
from service.diagrams.drawing.plan import Node, Plan

_MARGIN = 4.0
_LEAST = 30.0
_FAR = 1000.0


@dataclass(frozen=True)
class Box:
    """A rectangle by its upper left corner."""

    x: float
    y: float
    width: float
    height: float

    def moved(self, x: float, y: float) -> "Box":
        return Box(self.x + x, self.y + y, self.width, self.height)

    def meets(self, other: "Box", apart: float = 0.0) -> bool:
        return (
            self.x < other.x + other.width + apart
            and other.x < self.x + self.width + apart
            and self.y < other.y + other.height + apart
            and other.y < self.y + self.height + apart
        )


@dataclass(frozen=True)
class Port:
    """Where a flow touches its node; `label` is the (id, text) to be written here, if any."""

    side: int
    offset: float
    label: tuple[str, str] | None = None
    event: str | None = None  # the boundary event the flow leaves from


@dataclass(frozen=True)
class Cell:
    """Labels by element id, and how far the cell reaches to each side of its middle.

    `homeless` are labels of flows for which there was no free place beside their line.
    """

    labels: dict[str, Box]
    homeless: tuple[str, ...]
    left: float
    right: float
    up: float
    down: float


@dataclass(frozen=True)
class _Try:
    """A place for a label, and where to push it while it is not free."""

    box: Box
    push: tuple[float, float]


def cell(plan: Plan, node: Node, ports: list[Port]) -> Cell:
    """Find free places for all words of a node: labels of flows first, then names."""
    events = plan.boundaries.get(node.id, [])
    offsets = {event.id: plan.offsets[event.id] for event in events}
    circles = [Box(x - 18, node.height / 2 - 18, 36, 36) for x in offsets.values()]
    taken = [_ray(node, port) for port in ports] + circles
    labels: dict[str, Box] = {}
    homeless: list[str] = []

    def put(id_: str, tries: list[_Try]) -> None:
        box = _first_free(node, tries, [*taken, *labels.values()])
        if box is None:
            homeless.append(id_)
        labels[id_] = box or tries[0].box

    for event in events:
        if event.name:
            put(event.id, _beside_event(event.name, node, offsets[event.id], list(offsets.values())))
    for port in ports:
        if port.label:
            put(port.label[0], list(_beside_port(port, port.label[1], node, len(events) > 2)))
    if node.name and node.kind != "task":
        put(node.id, list(_around(node)))
    return _bounded(node, labels, circles, tuple(homeless))


def port_point(node: Node, side: int, offset: float) -> tuple[float, float]:
    """The point on the outline of a node, relative to its middle."""
    reach = (node.height if side in (UP, DOWN) else node.width) / 2
    if node.kind == "gateway":
        reach -= abs(offset)
    elif node.kind in ("event", "boundary"):
        reach = sqrt(max(reach * reach - offset * offset, 1.0))
    return {RIGHT: (reach, offset), LEFT: (-reach, offset), DOWN: (offset, reach), UP: (offset, -reach)}[side]


def _bounded(node: Node, labels: dict[str, Box], circles: list[Box], homeless: tuple[str, ...]) -> Cell:
    boxes = [*labels.values(), *circles]
    broad, high = node.width / 2, node.height / 2
    return Cell(
        labels,
        homeless,
        left=ceil(max([_LEAST, broad, *(_MARGIN - box.x for box in boxes)])),
        right=ceil(max([_LEAST, broad, *(_MARGIN + box.x + box.width for box in boxes)])),
        up=ceil(max([_LEAST, high, *(_MARGIN - box.y for box in boxes)])),
        down=ceil(max([_LEAST, high, *(_MARGIN + box.y + box.height for box in boxes)])),
    )


def _ray(node: Node, port: Port) -> Box:
    """The line that leaves a port, out to where the cell ends and beyond."""
    x, y = port_point(node, port.side, port.offset)
    if port.side in (UP, DOWN):
        return Box(x - 2, y if port.side == DOWN else y - _FAR, 4, _FAR)
    return Box(x if port.side == RIGHT else x - _FAR, y - 2, _FAR, 4)


def _beside_event(text: str, host: Node, at: float, all_at: list[float]) -> list[_Try]:
    """Below the event, on the outer side of its line; of many events always on the right."""
    wide, high = lettering.label(text)
    left = at - 7 - wide if len(all_at) == 2 and at < 0 else at + 7
    return [_Try(Box(left, host.height / 2 + 20, wide, high), (0, 1))]


def _beside_port(port: Port, text: str, node: Node, crowded: bool) -> Iterator[_Try]:
    wide, high = lettering.label(text)
    x, y = port_point(node, port.side, port.offset)
    broad, tall = node.width / 2, node.height / 2 + (38 if port.event else 0)
    if port.side in (LEFT, RIGHT):
        left, push = (broad + 5, 1.0) if port.side == RIGHT else (-broad - 5 - wide, -1.0)
        yield _Try(Box(left, y - 6 - high, wide, high), (push, 0))
        yield _Try(Box(left, y + 6, wide, high), (push, 0))
    else:
        top, push = (tall + 3, 1.0) if port.side == DOWN else (-tall - 3 - high, -1.0)
        on_left = port.offset < 0 and not (port.event and crowded)
        for left in sorted((x + 8, x - 8 - wide), reverse=not on_left):
            yield _Try(Box(left, top, wide, high), (0, push))


def _around(node: Node) -> Iterator[_Try]:
    """Above or below the node, then at its corners; names of gateways stand above by choice."""
    wide, high = lettering.label(node.name)
    half = node.height / 2
    below = _Try(Box(-wide / 2, half + 4, wide, high), (0, 1))
    above = _Try(Box(-wide / 2, -half - 4 - high, wide, high), (0, -1))
    yield from (above, below) if node.kind == "gateway" else (below, above)
    for vertical in (-1, 1):
        for horizontal in (-1, 1):
            left = 6 if horizontal > 0 else -6 - wide
            top = half - 6 if vertical > 0 else 6 - half - high
            yield _Try(Box(left, top, wide, high), (0.3 * horizontal, float(vertical)))


def _first_free(node: Node, tries: list[_Try], taken: list[Box]) -> Box | None:
    for push in range(0, 160, 3):
        for one in tries:
            box = one.box.moved(one.push[0] * push, one.push[1] * push)
            if not _on_shape(node, box) and not any(box.meets(other, 2) for other in taken):
                return box
    return None


def _on_shape(node: Node, box: Box) -> bool:
    x = max(box.x, -box.x - box.width, 0.0)
    y = max(box.y, -box.y - box.height, 0.0)
    if node.kind == "gateway":
        return x + y < node.width / 2 + 4
    if node.kind == "event":
        return hypot(x, y) < node.width / 2 + 3
    return x < node.width / 2 + 2 and y < node.height / 2 + 2
