"""Choices of a field: `enum`, or `oneOf` of values with labels; each value of the right type and only once."""

from collections.abc import Iterator, Mapping
from typing import Any

from service.errors import Problem
from service.forms.pointers import Path, problem

MOST_CHOICES = 200
LONGEST_CHOICE = 300

_PLAIN: dict[str, tuple[type, ...]] = {
    "string": (str,),
    "integer": (int,),
    "number": (int, float),
    "boolean": (bool,),
}


def choice_problems(field: Mapping[str, Any], kind: str, at: Path) -> Iterator[Problem]:
    """What is wrong with the choices of a field of this type, if it has any."""
    if kind not in _PLAIN:
        return
    if "enum" in field and "oneOf" in field:
        yield problem((*at, "enum"), "Pakai enum atau oneOf, tidak keduanya.")
    elif "enum" in field:
        yield from _values(field["enum"], kind, (*at, "enum"))
    elif "oneOf" in field:
        yield from _labelled(field["oneOf"], kind, (*at, "oneOf"))


def _labelled(found: Any, kind: str, at: Path) -> Iterator[Problem]:
    if not isinstance(found, list) or not all(isinstance(choice, dict) for choice in found):
        yield problem(at, "oneOf harus berupa daftar pilihan berisi const dan title.")
        return
    for place, choice in enumerate(found):
        if choice.keys() - {"const", "title", "description"} or "const" not in choice:
            yield problem((*at, place), "Pilihan hanya berisi const dan title.")
        elif not _is_label(choice.get("title")):
            yield problem((*at, place, "title"), "Pilihan ini belum berjudul, atau judulnya terlalu panjang.")
        elif not isinstance(choice.get("description", ""), str):
            yield problem((*at, place, "description"), "Keterangan pilihan harus berupa teks.")
    titles = [str(choice.get("title")) for choice in found]
    if len(set(titles)) < len(titles):
        yield problem(at, "Ada dua pilihan dengan judul yang sama.")
    yield from _values([choice.get("const") for choice in found], kind, at)


def _is_label(title: Any) -> bool:
    return isinstance(title, str) and bool(title.strip()) and len(title) <= LONGEST_CHOICE


def _values(found: Any, kind: str, at: Path) -> Iterator[Problem]:
    if not isinstance(found, list) or not 0 < len(found) <= MOST_CHOICES:
        message = "Pilihan harus berupa daftar berisi 1 sampai {limit} pilihan."
        yield problem(at, message, limit=MOST_CHOICES)
        return
    for place, value in enumerate(found):
        if not _is_value(value, kind):
            yield problem((*at, place), "Nilai pilihan ini kosong, terlalu panjang, atau tidak sesuai tipenya.")
            return
    if len(set(found)) < len(found):
        yield problem(at, "Ada dua pilihan dengan nilai yang sama.")


def _is_value(value: Any, kind: str) -> bool:
    """Python takes True for a number; a form must not."""
    if not isinstance(value, _PLAIN[kind]) or isinstance(value, bool) != (kind == "boolean"):
        return False
    return not isinstance(value, str) or 0 < len(value) <= LONGEST_CHOICE
