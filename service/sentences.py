"""Sentences for people: they read in Indonesian as they stand, and can be said in other languages."""

from collections.abc import Callable, Iterable, Mapping
from functools import reduce
from typing import Any


class Sentence(str):
    """A text that has not forgotten how it was made: from `message`, its key in the catalogues, and `params`.

    `{named}` places of the message are filled with the params; one that is a sentence itself is translated, too.
    """

    __slots__ = ("message", "params")
    message: str
    params: Mapping[str, Any]

    def __new__(cls, message: str, /, **params: Any) -> "Sentence":
        """The text in Indonesian. A message that is a sentence already is taken apart first."""
        if isinstance(message, Sentence):
            params, message = {**message.params, **params}, message.message
        made = super().__new__(cls, message.format(**params) if params else message)
        made.message, made.params = message, params
        return made

    def __getnewargs_ex__(self) -> tuple[tuple[str], dict[str, Any]]:
        return (self.message,), dict(self.params)


def both(parts: Iterable[str]) -> str:
    """All of them hold: `a dan b`."""
    return reduce(lambda one, other: Sentence("{one} dan {other}", one=one, other=other), parts)


def either(parts: Iterable[str]) -> str:
    """Any of them may hold: `a; atau b`."""
    return reduce(lambda one, other: Sentence("{one}; atau {other}", one=one, other=other), parts)


def say(text: Any, translate: Callable[[str], str]) -> Any:
    """A text in the language that `translate` speaks; what is no sentence is left as it is."""
    return fill(text.message, text.params, translate) if isinstance(text, Sentence) else text


def fill(message: str, params: Mapping[str, Any], translate: Callable[[str], str]) -> str:
    """A message of the catalogues in the language that `translate` speaks, its places filled."""
    if isinstance(message, Sentence):
        params, message = {**message.params, **params}, message.message
    words = translate(message) if message else ""
    return words.format(**{name: say(value, translate) for name, value in params.items()}) if params else words


def taken_apart(text: Any) -> Any:
    """As JSON can carry it to another process."""
    if not isinstance(text, Sentence):
        return text
    return {"message": text.message, "params": {name: taken_apart(value) for name, value in text.params.items()}}


def put_together(carried: Any) -> Any:
    """What was taken apart."""
    if not isinstance(carried, dict):
        return carried
    return Sentence(carried["message"], **{name: put_together(value) for name, value in carried["params"].items()})
