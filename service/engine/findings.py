"""A finding: one thing about a diagram that a process owner should know, in words, with its mend."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Finding:
    """`code` is stable and for programs; `what`, `why` and `mend` are Indonesian sentences for people.

    A finding that `blocks` keeps the version from being published (or loaded at all).
    """

    code: str
    element_id: str | None
    element_name: str | None
    what: str
    why: str
    mend: str
    blocks: bool = True
