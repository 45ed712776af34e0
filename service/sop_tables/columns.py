"""Finds the table of an SOP in a document: its heading, over one line or several, and what each column holds."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from service.sop_tables.document import Line
from service.sop_tables.vocabulary import VOCABULARY

NUMBER, ACTIVITY, LANE, DOERS, QUALITY = "number", "activity", "lane", "doers", "quality"
INPUTS, TIME, OUTPUT, REMARK = "inputs", "time", "output", "remark"

_BY_NAME = {name: kind for kind, names in VOCABULARY["columns"].items() for name in names}
_UNIT = re.compile(r"\((menit|mnt|jam|hari|hari\s+kerja)\)", re.IGNORECASE)
_UNIT_IN = re.compile(r"\b(?:dalam|satuan)\s+(menit|jam|hari)\b", re.IGNORECASE)


@dataclass(frozen=True)
class LaneColumn:
    """One column of those who act; `group` is the heading over several columns."""

    place: int
    name: str
    group: str = ""


@dataclass(frozen=True)
class Columns:
    """What stands in which column. `unit` is the unit of bare numbers among the times."""

    places: dict[str, int]
    lanes: tuple[LaneColumn, ...]
    width: int
    unit: str = ""

    def cell(self, line: Line, kind: str) -> str:
        """The text of the column of this kind."""
        return line.cell(self.places.get(kind))


def heading_at(lines: Sequence[Line], at: int) -> tuple[Columns, int] | None:
    """The columns, if a heading begins at this line, and at which line the body begins."""
    top = lines[at].cells
    kinds = [_kind(cell) for cell in top]
    known = {kind for kind in kinds if kind}
    if ACTIVITY not in known or len(known) < 2:
        return None
    end = at + 1
    while end < min(at + 4, len(lines)) and _goes_on(lines[end], kinds):
        end += 1
    below = [_joined([lines[row].cell(place) for row in range(at + 1, end)]) for place in range(len(top))]
    return _columns([_joined([cell]) for cell in top], below), end


def _kind(label: str) -> str | None:
    plain = _plain(label)
    return _BY_NAME.get(plain) or _BY_NAME.get(plain.replace(" ", "")) if plain else None


def _plain(label: str) -> str:
    """A heading without units, marks and the breaks that a narrow column puts into words."""
    bare = _UNIT.sub(" ", label.lower())
    bare = re.sub(r"\([^)]*\)", " ", bare)
    bare = re.sub(r"[^a-z0-9#]+", " ", bare)
    words = bare.split()
    glued = re.sub(r"\bk elengkapan\b", "kelengkapan", " ".join(words))
    return glued.strip()


def _joined(parts: Sequence[str]) -> str:
    return " ".join(" ".join(parts).split())


def _goes_on(line: Line, kinds: Sequence[str | None]) -> bool:
    """Whether a line is the second or third of a heading: nothing under number and activity, labels elsewhere."""
    filled = [place for place, cell in enumerate(line.cells) if cell]
    first = [place for place, kind in enumerate(kinds) if kind in (NUMBER, ACTIVITY)]
    if not filled or any(place in first and _kind(line.cells[place]) is None for place in filled):
        return False
    labels = sum(_kind(line.cells[place]) is not None for place in filled)
    under = [place for place in filled if place < len(kinds) and kinds[place] not in (TIME, OUTPUT, INPUTS, REMARK)]
    return labels > 0 or (
        len(under) == len(filled) and not any(line.cells[p].strip("1234567890.() ") == "" for p in filled)
    )


def _columns(top: Sequence[str], below: Sequence[str]) -> Columns:
    places: dict[str, int] = {}
    lanes: list[LaneColumn] = []
    group = ""
    unit = ""
    nameless: list[int] = []
    last = max((place for place in range(len(top)) if top[place] or below[place]), default=-1)
    for place in range(last + 1):
        group = top[place] or group
        label = below[place] or top[place]
        kind = _kind(label) if label else None
        if kind in (DOERS, QUALITY) and not below[place] and top[place]:
            kind = kind if kind == DOERS and _alone(top, below, place) else (QUALITY if kind == QUALITY else None)
            if kind == QUALITY:
                nameless.append(place)
                continue
            if kind is None:
                continue
        if kind and kind != QUALITY and kind not in places:
            places[kind] = place
            unit = unit or (_unit(label + " " + top[place]) if kind == TIME else "")
        elif label and kind is None and ACTIVITY in places and not {INPUTS, TIME, OUTPUT, REMARK} & set(places):
            lanes.append(LaneColumn(place, *_lane_name(label, group if below[place] else "")))
        elif not label and _kind(group) == QUALITY:
            nameless.append(place)
    _fill_nameless(places, nameless)
    return Columns(places, tuple(lanes), last + 1, unit)


def _alone(top: Sequence[str], below: Sequence[str], place: int) -> bool:
    """Whether nothing but this one column stands under its heading."""
    after = place + 1
    return after >= len(top) or bool(top[after]) or not below[after]


def _unit(label: str) -> str:
    found = _UNIT.search(label) or _UNIT_IN.search(label)
    return found[1].lower().split()[0] if found else ""


def _fill_nameless(places: dict[str, int], nameless: Sequence[int]) -> None:
    """A column under "Mutu Baku" whose own name was lost is what the others leave over, in the usual order."""
    missing = [kind for kind in (INPUTS, TIME, OUTPUT) if kind not in places]
    for place, kind in zip(nameless, missing, strict=False):
        places[kind] = place


_GENERIC = re.compile(
    r"^(sub\s*\.?\s*bag(ian)?|bidang|seksi|bag(ian)?|kepala|kabid|kasi|kasubb?ag|staf|tim|admin|upt|petugas|unit)\b",
    re.IGNORECASE,
)


def _lane_name(label: str, group: str) -> tuple[str, str]:
    """The name of a lane and its group; "Umum" under "Subbag" is nobody without it."""
    name = re.sub(r"\s*/\s*", "/", label)
    if not group or _kind(group) == DOERS:
        return name, ""
    if _GENERIC.match(group) and not name.lower().startswith(group.lower()):
        return f"{group} {name}", group
    return name, group
