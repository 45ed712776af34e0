"""Side by side instead of on top of one another: each straight piece of a flow gets a track of its own line.

Pieces in a channel get whole tracks 0, 1, 2, ...; pieces on the middle of a row or column get an offset in pixels
from that middle, 0 wherever possible, since there they end at the sides of shapes.
"""

from dataclasses import dataclass, field
from itertools import pairwise

from service.diagrams.drawing.grid import Grid, Route
from service.diagrams.drawing.plan import Plan

_PORT = 0.3  # a shape ends a little off the middle of its cell, so both its sides are apart
_OFFSETS = (0, 10, -10, 20, -20, 30, -30, 5, -5, 15, -15, 3, -3, 7, -7, 12, -12)
_APART = 3


@dataclass(eq=False)
class Piece:
    """A straight piece of a route on one grid line, from `low` to `high` along it."""

    route: Route
    level: bool  # horizontal
    line: int
    low: float
    high: float
    middle: bool
    limit: float  # how far off the middle it may lie
    fixed: float | None = None
    track: float = 0
    low_end: "Piece | None" = None  # the pieces met at both ends, None at a shape
    high_end: "Piece | None" = None
    ends_at: list[str] = field(default_factory=list)

    def reach(self, end: "Piece | None", at: float) -> tuple[float, float]:
        return (float(end.line), end.track) if end else (at, 0.0)

    def turns(self, end: "Piece") -> int:
        """Where the piece met goes from here: -1 to lower coordinates, 1 to higher."""
        return 1 if abs(end.high - self.line) > abs(end.low - self.line) else -1


def pieces_of(plan: Plan, grid: Grid, route: Route) -> list[Piece]:
    """The pieces of one route in order; that of a boundary event starts where the event stands."""
    fixed = plan.offsets.get(route.flow.source)
    corners = route.corners()
    pieces = []
    last = len(corners) - 2
    for i, (one, two) in enumerate(pairwise(corners)):
        level = one[1] == two[1]
        start, stop = (float(one[0]), float(two[0])) if level else (float(one[1]), float(two[1]))
        towards = 1 if stop > start else -1
        ends_at = []
        if i == 0:
            start += towards * _PORT
            ends_at.append(route.flow.source)
        if i == last:
            stop -= towards * _PORT
            ends_at.append(route.flow.target)
        line = one[1] if level else one[0]
        middle = grid.is_row[line] if level else line % 2 == 1
        limit = min((_limit(plan, id_, level) for id_ in ends_at), default=25.0)
        piece = Piece(route, level, line, min(start, stop), max(start, stop), middle, limit, ends_at=ends_at)
        if i == 0 and fixed is not None:
            piece.fixed = piece.track = fixed
        pieces.append(piece)
    for one_piece, two_piece in pairwise(pieces):
        _meet(one_piece, two_piece)
        _meet(two_piece, one_piece)
    return pieces


def _limit(plan: Plan, id_: str, level: bool) -> float:
    node = plan.nodes[id_]
    if node.kind == "task":
        return (node.height if level else node.width) / 2 - 10
    return 16 if node.kind == "gateway" else 12


def _meet(piece: Piece, other: Piece) -> None:
    if abs(other.line - piece.low) < abs(other.line - piece.high):
        piece.low_end = other
    else:
        piece.high_end = other


def assign(pieces: list[Piece]) -> None:
    """Give every piece its track, in three rounds: from the second on, the tracks of crossing lines are known."""
    lines: dict[tuple[bool, int], list[Piece]] = {}
    for piece in pieces:
        lines.setdefault((piece.level, piece.line), []).append(piece)
    for _ in range(3):
        for on_line in lines.values():
            if on_line[0].middle:
                _assign_offsets(on_line)
            else:
                _assign_tracks(on_line)


def _overlap(one: Piece, two: Piece) -> bool:
    return one.low <= two.high and two.low <= one.high


def _crossings(first: Piece, second: Piece) -> int:
    """How often two overlapping pieces of one line cross at their ends if `first` has the lower track."""
    return _crosses(first, second, 1) + _crosses(second, first, -1)


def _crosses(piece: Piece, over: Piece, towards: int) -> int:
    low, high = over.reach(over.low_end, over.low), over.reach(over.high_end, over.high)
    count = 0
    for end in (piece.low_end, piece.high_end):
        if end and piece.turns(end) == towards and low < (float(end.line), end.track) < high:
            count += 1
    return count


def _assign_tracks(pieces: list[Piece]) -> None:
    order: list[Piece] = []
    for piece in sorted(pieces, key=lambda p: (p.low - p.high, p.low)):
        order.insert(_best_place(order, piece), piece)
    for piece in list(order):
        order.remove(piece)
        order.insert(_best_place(order, piece), piece)
    for i, piece in enumerate(order):
        before = [other.track for other in order[:i] if _overlap(other, piece)]
        piece.track = max(before, default=-1) + 1


def _best_place(order: list[Piece], piece: Piece) -> int:
    """The place in the order with fewest crossings; the first of equals."""
    cost = sum(_crossings(piece, other) for other in order if _overlap(piece, other))
    best, best_cost = 0, cost
    for i, other in enumerate(order):
        if _overlap(piece, other):
            cost += _crossings(other, piece) - _crossings(piece, other)
        if cost < best_cost:
            best, best_cost = i + 1, cost
    return best


def _assign_offsets(pieces: list[Piece]) -> None:
    done: list[Piece] = []
    for piece in sorted(pieces, key=lambda p: (p.fixed is None, -len(p.ends_at), p.high - p.low, p.low)):
        near = [other for other in done if _overlap(other, piece)]
        if piece.fixed is None:
            piece.track = _best_offset(piece, near)
        done.append(piece)


def _best_offset(piece: Piece, near: list[Piece]) -> float:
    best, best_cost = None, 0.0
    for offset in _OFFSETS:
        if abs(offset) > piece.limit or any(abs(offset - other.track) < _APART for other in near):
            continue
        tight = sum(8 - abs(offset - other.track) for other in near if abs(offset - other.track) < 8)
        cost = abs(offset) * 0.02 + tight * 2
        for other in near:
            cost += _crossings(piece, other) if offset < other.track else _crossings(other, piece)
        if best is None or cost < best_cost:
            best, best_cost = float(offset), cost
    return _squeezed(piece, near) if best is None else best


def _squeezed(piece: Piece, near: list[Piece]) -> float:
    """Where a side is very crowded: the middle of the widest gap left."""
    taken = sorted([-piece.limit - 1, *(o.track for o in near if abs(o.track) <= piece.limit), piece.limit + 1])
    low, high = max(pairwise(taken), key=lambda gap: gap[1] - gap[0])
    return (low + high) / 2
