"""JSON pointers (RFC 6901): where in a document something stands, and a problem told about that place."""

from collections.abc import Iterable
from typing import Any

from service.errors import Problem

Path = tuple[str | int, ...]

_LONGEST = 300


def pointer(path: Iterable[str | int]) -> str:
    """`("baris", 0, "nama")` becomes `/baris/0/nama`. Cut off where a hostile name would make it endless."""
    text = "".join(f"/{str(part).replace('~', '~0').replace('/', '~1')}" for part in path)
    return text if len(text) <= _LONGEST else text[:_LONGEST] + "…"


def problem(at: Iterable[str | int], message: str, /, **params: Any) -> Problem:
    """A problem at a place; `params` fill the {named} places of the message after translation."""
    return Problem(pointer(at), message, tuple(params.items()))
