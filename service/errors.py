"""Refusals: a command not carried out, and why, in words fit for a clerk.

A message is the Indonesian sentence itself, which is also its key in the catalogues; `{named}` places are
filled in only after translation. Nothing here knows HTTP: `problems.py` turns a refusal into an answer.
"""

from dataclasses import dataclass
from typing import Any, ClassVar

from service.sentences import Sentence


@dataclass(frozen=True)
class Problem:
    """One thing wrong with what was sent: `pointer` is a JSON pointer (RFC 6901) into it."""

    pointer: str
    message: str
    params: tuple[tuple[str, Any], ...] = ()

    @property
    def sentence(self) -> Sentence:
        """The message with its places filled."""
        return Sentence(self.message, **dict(self.params))


class Refusal(Exception):
    """Base of all refusals. `code` is stable and for programs; the message is for people."""

    code: ClassVar[str] = "refused"

    def __init__(self, message: str, **params: Any) -> None:
        super().__init__(message)
        self.message = message
        self.params = params

    @property
    def sentence(self) -> Sentence:
        """The message with its places filled."""
        return Sentence(self.message, **self.params)

    def __str__(self) -> str:
        return str(self.sentence)


class NotKnown(Refusal):
    """We do not know who is calling."""

    code = "not_known"


class NotAllowed(Refusal):
    """We know who is calling, and it is not theirs to do."""

    code = "not_allowed"


class NotFound(Refusal):
    """There is no such thing, or it is not for the caller's eyes."""

    code = "not_found"


class Conflict(Refusal):
    """It has moved on: somebody was faster, or the state does not permit it."""

    code = "conflict"


class Stale(Refusal):
    """What the caller wants to change is no longer what he has seen."""

    code = "stale"


def must_be_current(rev: int, seen: int | None) -> None:
    """Raises `Stale` when the caller has seen another revision; `seen` is None where he does not say."""
    if seen not in (None, rev):
        raise Stale("Isinya sudah berubah sejak Anda melihatnya; muat ulang lalu coba lagi.")


class TooLarge(Refusal):
    """More was sent than is taken."""

    code = "too_large"


class TooOften(Refusal):
    """Too many tries in too short a time."""

    code = "too_often"


class Unready(Refusal):
    """The service cannot do it just now; nothing was kept, trying again is safe."""

    code = "unready"


class Invalid(Refusal):
    """What was sent is not valid. `errors` names the fields, `findings` the elements of a diagram."""

    code = "invalid"

    def __init__(
        self, message: str, errors: tuple[Problem, ...] | list[Problem] = (), findings: Any = (), **params: Any
    ) -> None:
        super().__init__(message, **params)
        self.errors = tuple(errors)
        self.findings = tuple(findings)


class Stuck(Refusal):
    """The diagram finds no way on at `element`; a supervisor has to mend the instance.

    `instance_id`, `move` and `seq` (the last move before it) are filled in where the instance is known, so that it can
    be marked.
    """

    code = "stuck"
    instance_id: Any = None
    move: Any = None
    seq: int | None = None

    def __init__(self, message: str, element: str | None = None, **params: Any) -> None:
        super().__init__(message, **params)
        self.element = element
