"""How wide words are on the drawing and how the modeler will break them into lines.

Widths are those of Arial with some air, for devices that draw a wider letter instead. The breaking follows what the
modeler does, since a box a little too narrow makes it cut words in two.
"""

import re
from functools import cache

NAME_SIZE = 12.0
LABEL_SIZE = 11.0
LINE_HEIGHT = 1.2
LABEL_WIDTH = 92.0
_AIR = 1.1

_WIDTHS = {278: " !,./:;I[]\\ft", 333: "()-r`", 222: "ijl'", 500: "ckvxyzsJ", 722: "CDHNRUw", 667: "ABEKPSVXY&"}
_WIDTHS |= {611: "FTZ", 778: "GOQ", 833: "Mm", 944: "W", 584: "+<=>~", 889: "%", 1015: "@", 355: '"', 389: "*"}
_ADVANCE = {letter: advance for advance, letters in _WIDTHS.items() for letter in letters}
_AVERAGE = 556


def width(text: str, size: float) -> float:
    """Width of one line of text in pixels."""
    return sum(_ADVANCE.get(letter, _AVERAGE) for letter in text) * size * _AIR / 1000


def wrap(text: str, room: float, size: float) -> list[str]:
    """Break text as the modeler does in a box of this width: at spaces and hyphens, long words anywhere."""
    lines, rest = [], " ".join(text.split())
    while rest:
        line = rest
        while len(line) > 1 and (wide := width(line.rstrip(), size)) > room:
            line = _shortened(line, len(line) * room / wide)
        lines.append(line.strip())
        rest = rest[len(line) :].strip()
    return lines


@cache
def block(text: str, room: float, size: float) -> tuple[float, float]:
    """Width and height of the narrowest box in which text takes no more lines than in `room`.

    Where a word does not fit into `room` the box is broader.
    """
    while _cuts(text, wrap(text, room, size)):
        room += 4
    lines = wrap(text, room, size)
    best = width(lines[0], size) if len(lines) == 1 else room
    while len(lines) > 1 and best > 24:
        tried = wrap(text, best - 2, size)
        if len(tried) > len(lines) or _cuts(text, tried):
            break
        best -= 2
    return best, len(lines) * size * LINE_HEIGHT


def label(text: str) -> tuple[float, float]:
    """Width and height of a label outside of shapes."""
    return block(text, LABEL_WIDTH, LABEL_SIZE) if text else (0.0, 0.0)


def _cuts(text: str, lines: list[str]) -> bool:
    pieces = [piece for line in lines for piece in re.split(r"[\s-]+", line) if piece]
    return pieces != [piece for piece in re.split(r"[\s-]+", text) if piece]


def _shortened(line: str, letters: float) -> str:
    kept = ""
    parts = re.split(r"(\s|-)", line)
    for part in parts if len(parts) > 1 else []:
        if len(kept) + len(part) >= letters:
            break
        kept += part
    return kept or line[: max(round(letters - 1), 1)]
