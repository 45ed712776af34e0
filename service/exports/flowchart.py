"""Draws the flowchart part of an SOP document: symbols in the columns of their lanes, arrows between them.

All lengths are millimetres. An arrow runs down the borders of the columns and along the gaps between the rows, so it
never passes through a symbol; those that share a border or a gap keep apart. Where a page ends, an arrow ends in an
off-page connector and goes on from another with the same letter. The drawing is cut into one slice a row, so that a
table of any maker can hold it.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from html import escape
from itertools import count, pairwise
from string import ascii_uppercase

from service.exports.sop_document import BOX, CAPSULE, DIAMOND, Chart, Link

SLOT = 15.0
SYMBOL_HEIGHT = 7.0
WIDEST_SYMBOL = 17.0
STRIP = 8.0
"""Room for off-page connectors at the end and the beginning of a page."""
APART = 1.3
"""Between two arrows on one border or in one gap."""
TEXT = 2.5

Point = tuple[float, float]


@dataclass(frozen=True)
class Slice:
    """What one row of the table shows of the drawing; `row` is None for the strip at the end or beginning of a page."""

    row: int | None
    height: float
    svg: str


@dataclass(frozen=True)
class Drawing:
    """The flowchart, page by page; on a screen there is one page."""

    width: float
    pages: tuple[tuple[Slice, ...], ...]


@dataclass(frozen=True)
class _Place:
    x: float
    y: float
    top: float
    """Where its slot begins: the gap above it."""
    column: int
    width: float

    def side(self, right: bool) -> Point:
        return (self.x + (self.width if right else -self.width) / 2, self.y)

    @property
    def upper(self) -> Point:
        return (self.x, self.y - SYMBOL_HEIGHT / 2)

    @property
    def lower(self) -> Point:
        return (self.x, self.y + SYMBOL_HEIGHT / 2)


@dataclass
class _Tracks:
    """Which stretches of each border and gap are taken, so that arrows on them keep apart."""

    taken: dict[object, list[tuple[int, float, float]]] = field(default_factory=dict)

    def take(self, place: object, a: float, b: float, most: float) -> float:
        """How far beside the middle a line from a to b runs, at most `most` to either side."""
        low, high = min(a, b) - APART / 2, max(a, b) + APART / 2
        others = self.taken.setdefault(place, [])
        for n in count():
            offset = ((n + 1) // 2) * APART * (1 if n % 2 else -1)
            if abs(offset) > most or all(k != n or high < lo or low > hi for k, lo, hi in others):
                others.append((n, low, high))
                return max(-most, min(most, offset))
        raise AssertionError("count() never ends")


def draw(chart: Chart, width: float, heights: Sequence[float], page: float | None = None, first: float = 0) -> Drawing:
    """Draw into columns `width` wide together, rows at least as high as the words beside them need.

    `page` is the height that the rows of one page may have together, None for a screen, which has no pages; `first`
    is what the first page has less.
    """
    tall = [max(h, SLOT * len(row.slots)) for h, row in zip(heights, chart.rows, strict=True)]
    broken = _breaks(tall, page, first)
    tops = _tops(tall, broken)
    places = _places(chart, width, tall, tops)
    paths = _paths(chart, places, width)
    cuts = [(tops[n] - 2 * STRIP, tops[n]) for n in broken]
    ink = [*_borders(len(chart.lanes), width, tops[-1] + tall[-1]), *_arrows(paths, cuts), *_symbols(chart, places)]
    return Drawing(width, tuple(_pages(tall, tops, broken, ink, width)))


def _breaks(tall: Sequence[float], page: float | None, first: float) -> list[int]:
    """The rows that begin a page, but for the first."""
    found: list[int] = []
    room = (page or 0) - first
    for n, height in enumerate(tall):
        if page is not None and n and height + STRIP > room:
            found.append(n)
            room = page - STRIP
        room -= height
    return found


def _tops(tall: Sequence[float], broken: Sequence[int]) -> list[float]:
    tops, y = [], 0.0
    for n, height in enumerate(tall):
        y += 2 * STRIP if n in broken else 0
        tops.append(y)
        y += height
    return tops


def _places(chart: Chart, width: float, tall: Sequence[float], tops: Sequence[float]) -> dict[str, _Place]:
    column_of = {lane: n for n, (lane, _name) in enumerate(chart.lanes)}
    each = width / max(len(chart.lanes), 1)
    symbol = min(WIDEST_SYMBOL, each * 0.62)
    places = {}
    for row, height, top in zip(chart.rows, tall, tops, strict=True):
        step = height / len(row.slots)
        for n, slot in enumerate(row.slots):
            column = column_of.get(slot.lane or "", 0)
            start = top + n * step
            places[slot.element] = _Place((column + 0.5) * each, start + step / 2, start, column, symbol)
    return places


# ---- arrows ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Path:
    points: tuple[Point, ...]
    link: Link
    label_at: Point
    anchor: str


def _paths(chart: Chart, places: Mapping[str, _Place], width: float) -> list[_Path]:
    """Short arrows first, so that the long ones give way to them."""
    order = list(places)
    links = [link for link in chart.links if link.source in places and link.target in places]
    links.sort(key=lambda link: abs(order.index(link.source) - order.index(link.target)))
    routing = _Routing(places, width / max(len(chart.lanes), 1), len(chart.lanes))
    return [routing.path(link, order.index(link.target) - order.index(link.source) == 1) for link in links]


class _Routing:
    """Finds the way of each arrow in turn and remembers what the earlier ones have taken."""

    def __init__(self, places: Mapping[str, _Place], each: float, columns: int) -> None:
        self._places, self._each, self._columns = places, each, columns
        self._tracks = _Tracks()
        self._left_from: set[tuple[str, bool]] = set()

    def path(self, link: Link, is_next: bool) -> _Path:
        here, there = self._places[link.source], self._places[link.target]
        if is_next and not link.event:
            return self._down(link, here, there)
        return self._around(link, here, there)

    def _down(self, link: Link, here: _Place, there: _Place) -> _Path:
        x, y = here.lower
        label_at = (x + 0.8, y + TEXT)
        if here.x == there.x:
            return _Path((here.lower, there.upper), link, label_at, "start")
        gap = self._gap(there, x, there.x)
        return _Path(((x, y), (x, gap), (there.x, gap), there.upper), link, label_at, "start")

    def _around(self, link: Link, here: _Place, there: _Place) -> _Path:
        right = self._leaves_right(link, here, there)
        start = here.side(right)
        border = here.column + (1 if right else 0)
        middle = border * self._each
        room = (self._each - here.width) / 2 - 0.9
        x = middle + self._tracks.take(("border", border), start[1], there.top, room)
        x = min(max(x, 0.5), self._columns * self._each - 0.5)
        gap = self._gap(there, x, there.x)
        points = (start, (x, start[1]), (x, gap), (there.x, gap), there.upper)
        return _Path(points, link, *self._label(start, x, right, here.column))

    def _label(self, start: Point, x: float, right: bool, column: int) -> tuple[Point, str]:
        """Above the line where it leaves; left of the first column there is no room, so below it there."""
        if right:
            return (start[0] + 0.6, start[1] - 0.8), "start"
        if column:
            return (start[0] - 0.6, start[1] - 0.8), "end"
        return (x + 0.6, start[1] + SYMBOL_HEIGHT / 2 + TEXT), "start"

    def _gap(self, there: _Place, a: float, b: float) -> float:
        room = there.upper[1] - there.top
        offset = self._tracks.take(("gap", there.top), a, b, room / 2 - APART)
        return there.top + room / 2 - 0.6 + offset * 0.8

    def _leaves_right(self, link: Link, here: _Place, there: _Place) -> bool:
        """Towards where it goes; from the other side where another arrow has left on this one."""
        right = there.column >= here.column if there.column != here.column else here.column < self._columns - 1
        if (link.source, right) in self._left_from and (link.source, not right) not in self._left_from:
            right = not right
        self._left_from.add((link.source, right))
        return right


# ---- ink -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Ink:
    """A piece of SVG and the heights between which it lies."""

    low: float
    high: float
    svg: str


def _symbols(chart: Chart, places: Mapping[str, _Place]) -> Iterator[_Ink]:
    leading = {link.source for link in chart.links}
    for slot in chart.slots():
        at = places[slot.element]
        yield _Ink(at.y - SYMBOL_HEIGHT, at.y + SYMBOL_HEIGHT, _shape(slot.kind, at))
        if slot.kind == CAPSULE and slot.element not in leading:
            yield _name_of_end(slot.text, at)


def _name_of_end(name: str, at: _Place) -> _Ink:
    """Within the capsule where it fits, else below it: nothing leads on from there."""
    fits = len(name) * TEXT * 0.5 < at.width - 2
    y = at.y + (0.9 if fits else SYMBOL_HEIGHT / 2 + 2.6)
    words = f'<text class="label" x="{at.x:.2f}" y="{y:.2f}" text-anchor="middle">{escape(name)}</text>'
    return _Ink(y - 3, y + 1, words)


def _borders(columns: int, width: float, high: float) -> Iterator[_Ink]:
    for n in range(1, columns):
        x = n * width / columns
        yield _Ink(0, high, f'<path class="border" d="{_d(((x, 0), (x, high)))}"/>')


def _shape(kind: str, at: _Place) -> str:
    w, h = at.width, SYMBOL_HEIGHT
    if kind == DIAMOND:
        corners = ((at.x, at.y - h / 2), (at.x + w / 2, at.y), (at.x, at.y + h / 2), (at.x - w / 2, at.y))
        return f'<path class="symbol" d="{_d(corners)}Z"/>'
    round_ = {CAPSULE: h / 2, BOX: 0.6}[kind]
    return (
        f'<rect class="symbol" x="{at.x - w / 2:.2f}" y="{at.y - h / 2:.2f}" width="{w:.2f}" height="{h:.2f}" '
        f'rx="{round_:.2f}"/>'
    )


def _arrows(paths: Sequence[_Path], cuts: Sequence[tuple[float, float]]) -> Iterator[_Ink]:
    letters = _letters()
    for path in paths:
        kind = "event" if path.link.event else "arrow"
        for piece in _cut(path.points, cuts, letters):
            yield piece if isinstance(piece, _Ink) else _line(piece, kind)
        yield _head(path.points[-1])
        if path.link.label:
            x, y = path.label_at
            words = escape(path.link.label)
            yield _Ink(
                y - 4, y + 1, f'<text class="label" x="{x:.2f}" y="{y:.2f}" text-anchor="{path.anchor}">{words}</text>'
            )


def _letters() -> Iterator[str]:
    """A, B ... Z, A2, B2 ...: the names of off-page connectors."""
    for n in count(1):
        yield from (letter + (str(n) if n > 1 else "") for letter in ascii_uppercase)


def _cut(
    points: Sequence[Point], cuts: Sequence[tuple[float, float]], letters: Iterator[str]
) -> Iterator["_Ink | list[Point]"]:
    """The pieces of a line between the ends of pages, and the connectors that stand for what lies between."""
    piece = [points[0]]
    for a, b in pairwise(points):
        down = b[1] > a[1]
        between = [c for c in cuts if min(a[1], b[1]) < c[0] + 1 and max(a[1], b[1]) > c[1] - 1]
        for low, high in between if down else reversed(between):
            letter = next(letters)
            out, back = (low + STRIP / 2, high - STRIP / 2) if down else (high - STRIP / 2, low + STRIP / 2)
            piece.append((a[0], out))
            yield piece
            yield _connector((a[0], out), letter, down)
            yield _connector((a[0], back), letter, down)
            piece = [(a[0], back)]
        piece.append(b)
    yield piece


def _connector(at: Point, letter: str, down: bool) -> _Ink:
    x, y = at
    s = 1 if down else -1
    corners = ((x - 2, y - s * 2), (x + 2, y - s * 2), (x + 2, y + s * 0.6), (x, y + s * 2.6), (x - 2, y + s * 0.6))
    shape = f'<path class="symbol" d="{_d(corners)}Z"/>'
    words = f'<text class="letter" x="{x:.2f}" y="{y + 0.9:.2f}" text-anchor="middle">{letter}</text>'
    return _Ink(y - 3, y + 3, shape + words)


def _line(points: Sequence[Point], kind: str) -> _Ink:
    heights = [y for _x, y in points]
    return _Ink(min(heights) - 1, max(heights) + 1, f'<path class="{kind}" d="{_d(points)}"/>')


def _head(at: Point) -> _Ink:
    x, y = at
    corners = ((x, y), (x - 1, y - 2), (x + 1, y - 2))
    return _Ink(y - 2, y, f'<path class="head" d="{_d(corners)}Z"/>')


def _d(points: Sequence[Point]) -> str:
    return "M" + "L".join(f"{x:.2f} {y:.2f}" for x, y in points)


# ---- slices ----------------------------------------------------------------------------------------------------

STYLES = {
    "border": 'fill="none" stroke="#c3ccd5" stroke-width="0.18"',
    "symbol": 'fill="#fff" stroke="#1b2733" stroke-width="0.35"',
    "arrow": 'fill="none" stroke="#1b2733" stroke-width="0.3"',
    "event": 'fill="none" stroke="#1b2733" stroke-width="0.3" stroke-dasharray="1 0.8"',
    "head": 'fill="#1b2733"',
    "label": (
        f'font-size="{TEXT}" font-family="Libertinus Serif, serif" fill="#1b2733" stroke="#fff" stroke-width="0.7" '
        'paint-order="stroke" stroke-linejoin="round"'
    ),
    "letter": f'font-size="{TEXT}" font-family="Libertinus Serif, serif" fill="#1b2733"',
}
"""Written as attributes: neither Typst nor the content policy of our pages takes style sheets inside a drawing."""


def _pages(
    tall: Sequence[float], tops: Sequence[float], broken: Sequence[int], ink: Sequence[_Ink], width: float
) -> Iterator[tuple[Slice, ...]]:
    slices: list[Slice] = []
    for n, (top, height) in enumerate(zip(tops, tall, strict=True)):
        if n in broken:
            slices.append(_slice(None, top - 2 * STRIP, STRIP, ink, width))
            yield tuple(slices)
            slices = [_slice(None, top - STRIP, STRIP, ink, width)]
        slices.append(_slice(n, top, height, ink, width))
    yield tuple(slices)


def _slice(row: int | None, top: float, height: float, ink: Sequence[_Ink], width: float) -> Slice:
    inside = "".join(piece.svg for piece in ink if piece.low < top + height and piece.high > top)
    for kind, style in STYLES.items():
        inside = inside.replace(f'class="{kind}"', style)
    svg = (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width:.2f}mm" height="{height:.2f}mm" '
        f'viewBox="0 {top:.2f} {width:.2f} {height:.2f}" preserveAspectRatio="none" aria-hidden="true">{inside}</svg>'
    )
    return Slice(row, height, svg)
