"""What is different between two versions of a diagram, in words a process owner would use; geometry stands apart."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from service.diagrams.differing import drawing, forms, lanes, papers, steps, times, ways
from service.diagrams.differing.difference import DRAWING, GROUPS, Difference
from service.diagrams.differing.side import Pair, side_of
from service.diagrams.models import Version

__all__ = ["GROUPS", "Difference", "Touched", "differences", "touched"]

_LOOKS = (lanes.look, times.look, forms.look, steps.look, ways.look, papers.look)

Source = Version | tuple[bytes, Mapping[str, Any]]
"""A version, or its XML and the files of its forms by name."""


def differences(before: Source, after: Source) -> list[Difference]:
    """All differences, by group, in the order of the newer file. Raises `Invalid` where one cannot be read at all.

    Neither has to be able to run. The same content gives an empty list, whatever the bytes.
    """
    pair = Pair(side_of(*_files(before)), side_of(*_files(after)))
    found = [each for look in _LOOKS for each in look(pair)]
    found += drawing.look(pair, alone=not found)
    return sorted(found, key=lambda each: GROUPS.index(each.group))


def _files(source: Source) -> tuple[bytes, Mapping[str, Any]]:
    return source if isinstance(source, tuple) else (source.xml, source.forms)


@dataclass
class Touched:
    """A step or lane that differs, as it is marked in the drawings."""

    before: str | None
    after: str | None
    name: str
    change: str
    kinds: list[str] = field(default_factory=list)


def touched(found: Sequence[Difference]) -> list[Touched]:
    """The differences by element: what became of each, and which kinds of difference it has."""
    by_element: dict[tuple[str | None, str | None], Touched] = {}
    for each in found:
        if each.group == DRAWING or each.element == each.element_before is None:
            continue
        place = (each.element_before, each.element)
        one = by_element.setdefault(place, Touched(*place, each.name, each.change))
        if each.kind not in one.kinds:
            one.kinds.append(each.kind)
    return list(by_element.values())
