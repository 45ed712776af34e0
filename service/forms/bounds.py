"""How deep and big a piece of JSON may be, looked at before anything walks through it.

Whoever comes after this look may use recursion, keep every text in a database and write it into any file.
"""

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from service.errors import Problem
from service.forms.pointers import Path, pointer

SAFE_INTEGER = 2**53 - 1
LONGEST_NAME = 200

# Neither PostgreSQL nor XML nor a workbook keeps these: control characters, halves of surrogate pairs.
_UNKEEPABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")


@dataclass(frozen=True)
class Bounds:
    """The most that is taken: levels of nesting, values in all, characters of text in all."""

    depth: int
    values: int
    characters: int


def flaw(value: object, bounds: Bounds, at: Path = ()) -> Problem | None:
    """The first thing that makes `value` unfit to be read at all, or None. Takes time within the bounds only."""
    waiting: list[tuple[object, Path]] = [(value, at)]
    values = characters = 0
    while waiting:
        found, path = waiting.pop()
        values += 1
        if isinstance(found, str):
            characters += len(found)
            message = _flaw_of_text(found)
        elif isinstance(found, dict | list):
            if values + len(waiting) + len(found) > bounds.values or len(path) - len(at) >= bounds.depth:
                return Problem(pointer(path), "Terlalu banyak atau terlalu dalam isinya untuk dibaca.")
            message = _flaw_of_names(found)
            if message is None:
                waiting.extend((inner, (*path, key)) for key, inner in _parts(found))
        else:
            message = _flaw_of_scalar(found)
        if message is not None:
            return Problem(pointer(path), message)
        if characters > bounds.characters:
            return Problem(pointer(path), "Teksnya terlalu panjang untuk dibaca.")
    return None


def _parts(found: dict[str, Any] | list[Any]) -> Iterator[tuple[str | int, Any]]:
    return iter(found.items()) if isinstance(found, dict) else iter(enumerate(found))


def _flaw_of_names(found: dict[Any, Any] | list[Any]) -> str | None:
    if isinstance(found, dict):
        for name in found:
            if not isinstance(name, str) or len(name) > LONGEST_NAME or _UNKEEPABLE.search(name):
                return "Ada nama isian yang tidak dapat dibaca."
    return None


def _flaw_of_text(text: str) -> str | None:
    return "Teks ini memuat huruf yang tidak dapat disimpan." if _UNKEEPABLE.search(text) else None


def _flaw_of_scalar(found: object) -> str | None:
    if found is None or isinstance(found, bool):
        return None
    if isinstance(found, int):
        return None if abs(found) <= SAFE_INTEGER else "Bilangan ini terlalu besar."
    if isinstance(found, float):
        return None if math.isfinite(found) else "Ini bukan bilangan."
    return "Isian ini bukan data JSON."
