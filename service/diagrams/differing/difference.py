"""A difference, told: what kind, at which step, how it was, how it is, and one sentence for a process owner."""

from dataclasses import dataclass

from service.engine import Element
from service.sentences import Sentence

WHO, TIME, FORM, CONDITION, FLOW, OTHER, DRAWING = "who", "time", "form", "condition", "flow", "other", "drawing"
GROUPS = (WHO, TIME, FORM, CONDITION, FLOW, OTHER, DRAWING)
"""In the order in which they are told: who does the work first, how it is drawn last."""

ADDED, REMOVED, CHANGED = "added", "removed", "changed"


@dataclass(frozen=True)
class Difference:
    """`kind` is stable and for programs, `sentence` for people.

    `element` is the id in the newer version, `element_before` in the older one; neither stands for the whole diagram.
    `before` and `after` are values in words, or as they stand in the file; None where there is nothing.
    `field` is the name of the field of its form that it is about.
    """

    kind: str
    group: str
    sentence: Sentence
    element_before: str | None = None
    element: str | None = None
    name: str = ""
    before: str | None = None
    after: str | None = None
    field: str | None = None

    @property
    def change(self) -> str:
        """What became of the step or lane, for its mark in the drawings."""
        if self.element_before is None:
            return ADDED
        return CHANGED if self.element is not None else REMOVED


def at(
    kind: str,
    group: str,
    was: Element | None,
    now: Element | None,
    sentence: Sentence,
    before: str | None = None,
    after: str | None = None,
    field: str | None = None,
) -> Difference:
    """A difference at a step, which is one of both versions, or of one of them."""
    told = now or was
    return Difference(
        kind,
        group,
        sentence,
        element_before=was.id if was else None,
        element=now.id if now else None,
        name=told.label if told else "",
        before=before,
        after=after,
        field=field,
    )
