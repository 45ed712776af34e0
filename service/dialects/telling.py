"""What is told about a translation: what was translated, what is kept but not used, what needs a person."""

from dataclasses import dataclass, field
from typing import Any, Literal

from service.sentences import Sentence

Kind = Literal["translated", "kept", "needs_person"]
KINDS: tuple[Kind, ...] = ("needs_person", "translated", "kept")
LONGEST = 120


@dataclass(frozen=True)
class Told:
    """One thing about one element (None: about the file)."""

    kind: Kind
    element_id: str | None
    sentence: Sentence


@dataclass
class Telling:
    """Gathers what is told, each thing once."""

    _told: dict[Told, None] = field(default_factory=dict)

    @property
    def told(self) -> list[Told]:
        return list(self._told)

    def translated(self, element_id: str | None, message: str, **params: Any) -> None:
        self._tell("translated", element_id, message, params)

    def kept(self, element_id: str | None, message: str, **params: Any) -> None:
        self._tell("kept", element_id, message, params)

    def needs_person(self, element_id: str | None, message: str, **params: Any) -> None:
        self._tell("needs_person", element_id, message, params)

    def _tell(self, kind: Kind, element_id: str | None, message: str, params: dict[str, Any]) -> None:
        short = {name: shown(value) if type(value) is str else value for name, value in params.items()}
        self._told[Told(kind, element_id, Sentence(message, **short))] = None


def shown(text: str) -> str:
    """So much of a stranger's text as fits into a sentence."""
    plain = " ".join(text.split())
    return plain if len(plain) <= LONGEST else f"{plain[: LONGEST - 1]}…"
