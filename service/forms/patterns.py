"""Patterns of text fields: a small language whose cost is known before it runs.

A regular expression can take years on a hostile text. Ours are anchored, groups are neither nested nor
repeated, and the ways a match can be tried (the product of all choices) are counted and limited. What is
accepted means the same to Python and to a browser's `pattern` attribute.
"""

import re
from functools import lru_cache

from service.errors import Invalid

MOST_WAYS = 2000
LONGEST = 300

_CLASS_ESCAPES = "dws"
_SYNTAX = "^$\\.*+?()[]{}|/"
_QUANTIFIER = re.compile(r"\?|\*|\+|\{([0-9]{1,5})(,([0-9]{0,5}))?\}")


class NotAPattern(Invalid):
    """Why a pattern is not taken, in words for whoever wrote the form."""


@lru_cache(maxsize=1024)
def compiled(pattern: str) -> re.Pattern[str]:
    """The pattern for `fullmatch`. Without its anchors, as `$` would let a line break through."""
    return re.compile(pattern[1:-1], re.ASCII)


def matches(pattern: str, text: str) -> bool:
    """Whether the whole text has the form the pattern asks for."""
    return compiled(pattern).fullmatch(text) is not None


def refuse_unsafe(pattern: str, longest: int) -> None:
    """Raise `NotAPattern` unless `pattern` is cheap on every text of at most `longest` characters."""
    if len(pattern) > LONGEST:
        raise NotAPattern("Pola terlalu panjang.")
    if len(pattern) < 2 or pattern[0] != "^" or pattern[-1] != "$":
        raise NotAPattern("Pola harus diawali ^ dan diakhiri $.")
    ways, end = _sequence(pattern, 1, longest, inside_group=False)
    if end != len(pattern) - 1:
        raise NotAPattern("Kurung atau pilihan | pada pola tidak berpasangan.")
    if ways > MOST_WAYS:
        raise NotAPattern("Pola terlalu berat: terlalu banyak bagian yang panjangnya boleh berubah.")
    try:
        compiled(pattern)
    except re.error as error:
        raise NotAPattern("Pola tidak dapat dibaca.") from error


def _sequence(pattern: str, at: int, longest: int, inside_group: bool) -> tuple[int, int]:
    """Read pieces until the end of the body or of the alternative: (ways to match them, where it ended)."""
    ways = 1
    while at < len(pattern) - 1 and not (inside_group and pattern[at] in "|)"):
        if pattern[at] == "(":
            if inside_group:
                raise NotAPattern("Kelompok di dalam kelompok tidak didukung pada pola.")
            choices, at = _group(pattern, at, longest)
            choices, at = _optional(pattern, at, choices)
        else:
            at = _atom(pattern, at)
            choices, at = _repeated(pattern, at, longest)
        ways *= choices
        if ways > MOST_WAYS:
            raise NotAPattern("Pola terlalu berat: terlalu banyak bagian yang panjangnya boleh berubah.")
    return ways, at


def _group(pattern: str, at: int, longest: int) -> tuple[int, int]:
    at += 3 if pattern.startswith("(?:", at) else 1
    ways = 0
    while True:
        choices, at = _sequence(pattern, at, longest, inside_group=True)
        ways += choices
        if at >= len(pattern) - 1:
            raise NotAPattern("Kurung atau pilihan | pada pola tidak berpasangan.")
        if pattern[at] == ")":
            return ways, at + 1
        at += 1


def _optional(pattern: str, at: int, ways: int) -> tuple[int, int]:
    if pattern[at] == "?":
        ways, at = ways + 1, at + 1
    if _QUANTIFIER.match(pattern, at):
        raise NotAPattern("Kelompok tidak boleh diulang pada pola; ulangi hurufnya saja.")
    return ways, at


def _atom(pattern: str, at: int) -> int:
    letter = pattern[at]
    if letter == "\\":
        return _escape(pattern, at, _SYNTAX + _CLASS_ESCAPES)
    if letter == "[":
        return _set(pattern, at)
    if letter in "^$*+?{}]|)":
        raise NotAPattern("Tanda {sign} tidak didukung di tempat itu pada pola.", sign=letter)
    return at + 1


def _escape(pattern: str, at: int, allowed: str) -> int:
    if pattern[at + 1] not in allowed or at + 1 >= len(pattern) - 1:
        raise NotAPattern("Tanda \\{sign} tidak didukung pada pola.", sign=pattern[at + 1])
    return at + 2


def _set(pattern: str, at: int) -> int:
    """A set like `[A-Z0-9 .\\-]`. Signs with a meaning are escaped: browsers insist on it."""
    start = at = at + (2 if pattern.startswith("[^", at) else 1)
    while at < len(pattern) - 1:
        if pattern[at] == "]":
            if at == start:
                break
            return at + 1
        at = _member(pattern, at)
        if pattern[at] == "-" and at + 1 < len(pattern) - 1:
            at = _member(pattern, at + 1)
    raise NotAPattern("Kurung siku pada pola kosong atau tidak ditutup.")


def _member(pattern: str, at: int) -> int:
    if pattern[at] == "\\":
        return _escape(pattern, at, _SYNTAX + _CLASS_ESCAPES + "-")
    if pattern[at] in "()[]{}/-|":
        raise NotAPattern("Di dalam kurung siku, tulis \\{sign} sebagai pengganti {sign}.", sign=pattern[at])
    if pattern[at] in "&!#%,:;<=>@`~^$*+?." and pattern[at + 1] == pattern[at]:
        raise NotAPattern("Dua tanda yang sama berturut-turut di dalam kurung siku tidak didukung pada pola.")
    return at + 1


def _repeated(pattern: str, at: int, longest: int) -> tuple[int, int]:
    found = _QUANTIFIER.match(pattern, at)
    if not found:
        return 1, at
    if _QUANTIFIER.match(pattern, found.end()):
        raise NotAPattern("Dua tanda ulang berturut-turut tidak didukung pada pola.")
    least, most = _range(found, longest)
    if most < least:
        raise NotAPattern("Batas ulang pada pola terbalik.")
    return most - least + 1, found.end()


def _range(found: re.Match[str], longest: int) -> tuple[int, int]:
    sign = found.group()
    if sign in ("?", "*", "+"):
        return (1 if sign == "+" else 0), (1 if sign == "?" else longest)
    least = int(found[1])
    if found[2] is None:
        return least, least
    return least, (int(found[3]) if found[3] else max(least, longest))
