"""From grid to pixels: how broad columns, rows and channels become, and with that all shapes, lines and labels."""

from dataclasses import dataclass
from itertools import pairwise
from math import ceil

from service.diagrams.drawing import lettering
from service.diagrams.drawing.cells import Box, Cell, Port, cell, port_point
from service.diagrams.drawing.grid import Grid, Route, grid_of
from service.diagrams.drawing.placing import Placed, place
from service.diagrams.drawing.plan import Lane, Plan
from service.diagrams.drawing.routing import route
from service.diagrams.drawing.tracks import Piece, assign, pieces_of

_TRACK = 12.0
_BESIDE_TRACKS = 20.0
_EMPTY_COLUMN_CHANNEL = 36.0
_ABOVE_TRACKS = 16.0
_EMPTY_ROW_CHANNEL = 14.0
_ONE_LINE = 150.0
HEADER = 30.0


@dataclass(frozen=True)
class Drawing:
    """All places in pixels: shapes and labels by element id, lanes with their nested ones, lines by flow id."""

    shapes: dict[str, Box]
    lanes: dict[str, Box]
    labels: dict[str, Box]
    lines: dict[str, list[tuple[float, float]]]
    size: Box


def plot(plan: Plan, pool: str | None) -> Drawing:
    """Draw a plan; `pool` is the name of its pool, None where the process has none."""
    placed = place(plan)
    grid = grid_of(placed)
    routes = route(plan, placed, grid)
    pieces = {id_: pieces_of(plan, grid, found) for id_, found in routes.items()}
    assign([piece for of_route in pieces.values() for piece in of_route])
    cells = _cells(plan, routes, pieces)
    return _Plotter(plan, placed, grid, pieces, cells, pool).drawing(routes)


def _cells(plan: Plan, routes: dict[str, Route], pieces: dict[str, list[Piece]]) -> dict[str, Cell]:
    """All nodes with their words; a label that finds no place where its flow begins stands where it ends."""
    cells = {id_: cell(plan, plan.nodes[id_], at) for id_, at in _ports(plan, routes, pieces, set()).items()}
    homeless = {id_ for one in cells.values() for id_ in one.homeless if id_ in routes}
    if not homeless:
        return cells
    return {id_: cell(plan, plan.nodes[id_], at) for id_, at in _ports(plan, routes, pieces, homeless).items()}


def _ports(
    plan: Plan, routes: dict[str, Route], pieces: dict[str, list[Piece]], at_end: set[str]
) -> dict[str, list[Port]]:
    ports: dict[str, list[Port]] = {id_: [] for id_, node in plan.nodes.items() if not node.host}
    for id_, found in routes.items():
        flow, first, last = found.flow, pieces[id_][0], pieces[id_][-1]
        label = (id_, flow.name) if flow.name else None
        event = flow.source if plan.nodes[flow.source].host else None
        start = Port(found.leaves(), first.track, None if id_ in at_end else label, event)
        ports[plan.anchor(flow.source)].append(start)
        ports[flow.target].append(Port(found.enters(), last.track, label if id_ in at_end else None))
    return ports


class _Plotter:
    """Knows where every grid line lies."""

    def __init__(
        self,
        plan: Plan,
        placed: Placed,
        grid: Grid,
        pieces: dict[str, list[Piece]],
        cells: dict[str, Cell],
        pool: str | None,
    ) -> None:
        self.plan, self.placed, self.grid, self.pieces, self.cells = plan, placed, grid, pieces, cells
        self.pool = pool
        self.header = HEADER * ((pool is not None) + max((lane.depth() for lane in plan.lanes), default=0))
        self.tracks: dict[tuple[bool, int], int] = {}
        for of_route in pieces.values():
            for piece in of_route:
                if not piece.middle:
                    key = (piece.level, piece.line)
                    self.tracks[key] = max(self.tracks.get(key, 0), int(piece.track) + 1)
        self.x = self._across()
        self.y, self.band_top = self._down()

    def _across(self) -> list[tuple[float, float]]:
        """Start and breadth of each channel, middle and nothing of each column."""
        left = [0.0] * self.placed.columns
        right = [0.0] * self.placed.columns
        for id_, one in self.cells.items():
            column = self.placed.column[id_]
            left[column], right[column] = max(left[column], one.left), max(right[column], one.right)
        lines, at = [], self.header
        for line in range(self.grid.width):
            if line % 2:
                lines.append((at + left[line // 2], 0.0))
                at += left[line // 2] + right[line // 2]
            else:
                lines.append((at, self._channel(False, line, line in (0, self.grid.width - 1))))
                at += lines[-1][1]
        return lines

    def _channel(self, level: bool, line: int, outer: bool = False) -> float:
        tracks = self.tracks.get((level, line), 0)
        if level:
            return 2 * _ABOVE_TRACKS + (tracks - 1) * _TRACK if tracks else _EMPTY_ROW_CHANNEL
        empty = _BESIDE_TRACKS if outer else _EMPTY_COLUMN_CHANNEL
        return 2 * _BESIDE_TRACKS + (tracks - 1) * _TRACK if tracks else empty

    def _down(self) -> tuple[list[tuple[float, float]], list[float]]:
        """Start and height of each channel, middle of each row; and where each band begins and the last ends."""
        rows = self.grid.rows
        up, down = [0.0] * rows, [0.0] * rows
        for id_, one in self.cells.items():
            row = self.placed.row[id_]
            up[row], down[row] = max(up[row], one.up), max(down[row], one.down)
        up, down = [max(u, 40.0) for u in up], [max(d, 40.0) for d in down]
        lines: list[tuple[float, float]] = []
        tops, at, row = [], 0.0, 0
        for band, count in enumerate(self.placed.rows_of_band):
            tops.append(at)
            spare = self._spare(band, len(lines), count, up[row : row + count], down[row : row + count])
            for i in range(2 * count + 1):
                if i % 2:
                    lines.append((at + up[row], 0.0))
                    at += up[row] + down[row]
                    row += 1
                else:
                    edge = (i == 0) + (i == 2 * count)
                    lines.append((at + spare / 2 * (i == 0), self._channel(True, len(lines))))
                    at += lines[-1][1] + spare / 2 * edge
        return lines, [*tops, at]

    def _spare(self, band: int, line: int, count: int, up: list[float], down: list[float]) -> float:
        """What a band lacks for the words in its header, which run upwards in two lines at most."""
        height = sum(up) + sum(down) + sum(self._channel(True, line + 2 * i) for i in range(count + 1))
        return 2 * ceil(max(0.0, self._least_height(band) - height) / 2)

    def _least_height(self, band: int) -> float:
        key = self.plan.bands[band]
        names = [leaf.name for lane in self.plan.lanes for leaf in lane.leaves() if leaf.id == key]
        least = max((_header_length(name) for name in names), default=0.0)
        for lane in self.plan.lanes:
            least = max([least, *_shares(lane, key)])
        share = _header_length(self.pool or "") / len(self.plan.bands)
        return max(least, share)

    def _place(self, piece: Piece) -> float:
        start, breadth = (self.y if piece.level else self.x)[piece.line]
        if piece.middle:
            return start + piece.track
        tracks = self.tracks[piece.level, piece.line]
        return start + (breadth - (tracks - 1) * _TRACK) / 2 + piece.track * _TRACK

    def _middle(self, id_: str) -> tuple[float, float]:
        x, y = self.grid.at[id_]
        return self.x[x][0], self.y[y][0]

    def _line(self, found: Route) -> list[tuple[float, float]]:
        pieces, flow = self.pieces[found.flow.id], found.flow
        source, target = self.plan.nodes[flow.source], self.plan.nodes[flow.target]
        sx, sy = self._middle(self.plan.anchor(source.id))
        tx, ty = self._middle(target.id)
        if source.host:
            start = (sx + self.plan.offsets[source.id], sy + self.plan.nodes[source.host].height / 2 + 18)
        else:
            dx, dy = port_point(source, found.leaves(), pieces[0].track)
            start = (sx + dx, sy + dy)
        dx, dy = port_point(target, found.enters(), pieces[-1].track)
        corners = []
        for one, two in pairwise(pieces):
            here, there = self._place(one), self._place(two)
            corners.append((there, here) if one.level else (here, there))
        return [start, *corners, (tx + dx, ty + dy)]

    def drawing(self, routes: dict[str, Route]) -> Drawing:
        shapes: dict[str, Box] = {}
        labels: dict[str, Box] = {}
        for id_, node in self.plan.nodes.items():
            x, y = self._middle(node.host or id_)
            if node.host:
                x, y = x + self.plan.offsets[id_], y + self.plan.nodes[node.host].height / 2
            else:
                labels |= {key: box.moved(x, y) for key, box in self.cells[id_].labels.items()}
            shapes[id_] = Box(x - node.width / 2, y - node.height / 2, node.width, node.height)
        lines = {id_: self._line(found) for id_, found in routes.items()}
        size = Box(0, 0, self.x[-1][0] + self.x[-1][1], self.band_top[-1])
        lanes: dict[str, Box] = {}
        for lane in self.plan.lanes:
            self._lane(lane, HEADER * (self.pool is not None), size.width, lanes)
        return Drawing(shapes, lanes, labels, lines, size)

    def _lane(self, lane: Lane, left: float, right: float, lanes: dict[str, Box]) -> None:
        bands = [self.plan.bands.index(leaf.id) for leaf in lane.leaves()]
        top, bottom = self.band_top[bands[0]], self.band_top[bands[-1] + 1]
        lanes[lane.id] = Box(left, top, right - left, bottom - top)
        for inner in lane.inner:
            self._lane(inner, left + HEADER, right, lanes)


def _header_length(name: str) -> float:
    """How long a header must be for its name to stand in one line, a long one in two."""
    length = lettering.width(name, lettering.NAME_SIZE)
    if length <= _ONE_LINE:
        return length + 16
    length = 60.0
    while len(lettering.wrap(name, length, lettering.NAME_SIZE)) > 2 or (
        max((lettering.width(word, lettering.NAME_SIZE) for word in name.split()), default=0) > length
    ):
        length += 10
    return length + 12


def _shares(lane: Lane, key: str | None) -> list[float]:
    """What each lane around a band asks of it, the need of the whole divided by its bands."""
    leaves = lane.leaves()
    if key not in [leaf.id for leaf in leaves]:
        return []
    inner = [share for one in lane.inner for share in _shares(one, key)]
    return [_header_length(lane.name) / len(leaves), *inner]
