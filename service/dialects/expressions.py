"""Conditions of other tools in our own words: JUEL of Camunda 7 and Flowable, FEEL of Camunda 8.

A small parser for what conditions of procedures say: comparisons, and/or/not, texts, numbers, yes and no, null, lists.
Whatever else an expression holds (calls, sums, paths, functions) needs a person, as does what would mean another thing.
"""

import json
import keyword
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NoReturn

from service.engine import expressions
from service.engine.expressions import FUNCTIONS
from service.sentences import Sentence

LONGEST = 1_000
DEEPEST = 40
MOST_DIGITS = 15

_WRAPPED = re.compile(r"[$#]\{(.*)\}", re.DOTALL)
_TOKEN = re.compile(
    r"\s*(?:(?P<number>\d+(?:\.\d+)?(?![\w.]*[A-Za-z_])|\.\d+)|(?P<text>\"(?:[^\"\\]|\\.)*\"|'(?:[^'\\]|\\.)*')"
    r"|(?P<name>[A-Za-z_][A-Za-z0-9_]*(?:\.[A-Za-z_][A-Za-z0-9_]*)*)|(?P<sign>\.\.|&&|\|\||[=!<>]=|[=<>!()\[\],?:+*/%-]))",
    re.DOTALL,
)
_ESCAPES = {"n": "\n", "t": "\t", "r": "\r", "\\": "\\", '"': '"', "'": "'", "/": "/"}


class Untranslatable(Exception):
    """Why an expression has no translation, in words."""

    def __init__(self, message: str, **params: Any) -> None:
        super().__init__(message)
        self.sentence = Sentence(message, **params)


@dataclass(frozen=True)
class Token:
    """A number, text, name or sign."""

    kind: str
    text: str


def juel(expression: str, names: Mapping[str, str] | None = None) -> str:
    """Our expression for `${...}`. `names` are fields that are called otherwise here. Raises `Untranslatable`."""
    found = _WRAPPED.fullmatch(expression.strip())
    if found is None:
        raise Untranslatable("ungkapan JUEL ditulis di dalam ${isi}.", isi="{ }")
    if "${" in found.group(1) or "#{" in found.group(1):
        raise Untranslatable("ada beberapa ungkapan di dalamnya.")
    return _translated(found.group(1), _Juel, names)


def feel(expression: str, names: Mapping[str, str] | None = None) -> str:
    """Our expression for `= ...`. Raises `Untranslatable`."""
    return _translated(expression.strip().removeprefix("="), _Feel, names)


def fit_name(name: str) -> str:
    """The name a field can have in our forms and expressions; itself where it already can."""
    fit = re.sub(r"[^A-Za-z0-9_]+", "_", name).lstrip("_")
    fit = f"isian_{fit}" if not fit or fit[0].isdigit() else fit
    return f"{fit[:60]}_" if keyword.iskeyword(fit) or fit in _TAKEN else fit[:64]


_TAKEN = FUNCTIONS | {"true", "false", "null", "none", "TRUE", "FALSE", "None", "True", "False"}


def _translated(text: str, grammar: type["_Parser"], names: Mapping[str, str] | None) -> str:
    if len(text) > LONGEST:
        raise Untranslatable("ungkapannya terlalu panjang.")
    made = grammar(_tokens(text), names or {}).whole()
    if problem := expressions.problem(made):
        raise Untranslatable("{problem}", problem=Sentence(problem))
    return made


def _tokens(text: str) -> list[Token]:
    found, at = [], 0
    while at < len(text.rstrip()):
        match = _TOKEN.match(text, at)
        if match is None:
            raise Untranslatable("tanda “{sign}” tidak dikenal.", sign=text[at:].strip()[:10])
        kind = match.lastgroup or ""
        found.append(Token(kind, match.group(kind)))
        at = match.end()
    return found


# ---- what both languages have in common ----------------------------------------------------------------------


@dataclass(frozen=True)
class Part:
    """A piece of our expression; `rank` says how tightly it binds: or 1, and 2, not 3, comparison 4, value 5."""

    text: str
    rank: int
    literal: Any = None
    is_literal: bool = False

    def within(self, rank: int) -> str:
        return self.text if self.rank >= rank else f"({self.text})"


class _Parser:
    """Recursive descent: or, and, not, comparison, value."""

    OR: frozenset[str] = frozenset()
    AND: frozenset[str] = frozenset()
    COMPARE: Mapping[str, str] = {}
    WORDS: frozenset[str] = frozenset()

    def __init__(self, tokens: list[Token], names: Mapping[str, str]) -> None:
        self.tokens, self.names = tokens, names
        self.at = self.depth = 0

    def whole(self) -> str:
        if not self.tokens:
            raise Untranslatable("ungkapannya kosong.")
        made = self.either()
        if self.peek() is not None:
            self.strange()
        return made.text

    def peek(self) -> str | None:
        """The sign or word that comes next; a text in quotes is neither."""
        if self.at >= len(self.tokens):
            return None
        token = self.tokens[self.at]
        return '"' if token.kind == "text" else token.text

    def take(self) -> Token:
        if self.at >= len(self.tokens):
            raise Untranslatable("ungkapannya terputus di akhir.")
        self.at += 1
        return self.tokens[self.at - 1]

    def expect(self, sign: str) -> None:
        if self.peek() != sign:
            self.strange()
        self.at += 1

    def strange(self) -> NoReturn:
        if self.peek() is None:
            raise Untranslatable("ungkapannya terputus di akhir.")
        raise Untranslatable("bagian “{part}” belum dapat diterjemahkan.", part=self.tokens[self.at].text[:40])

    def either(self) -> Part:
        return self._joined(self.OR, "or", 1, self.both)

    def both(self) -> Part:
        return self._joined(self.AND, "and", 2, self.negated)

    def _joined(self, signs: frozenset[str], word: str, rank: int, inner: Any) -> Part:
        self.depth += 1
        if self.depth > DEEPEST * 3:
            raise Untranslatable("ungkapannya terlalu bertingkat.")
        parts = [inner()]
        while self.peek() in signs:
            self.at += 1
            parts.append(inner())
        self.depth -= 1
        if len(parts) == 1:
            return parts[0]  # type: ignore[no-any-return]
        return Part(f" {word} ".join(part.within(rank) for part in parts), rank)

    def negated(self) -> Part:
        raise NotImplementedError

    def compared(self) -> Part:
        left = self.value()
        sign = self.peek() or ""
        if sign not in self.COMPARE:
            return left
        self.at += 1
        right = self.value()
        if self.peek() in self.COMPARE:
            raise Untranslatable("perbandingan berantai dibaca lain di sini.")
        return comparison(left, self.COMPARE[sign], right)

    def value(self) -> Part:
        token = self.take()
        if token.kind == "number":
            return number(token.text)
        if token.kind == "text":
            return literal(unquoted(token.text))
        if token.text == "-" and self.at < len(self.tokens) and self.tokens[self.at].kind == "number":
            return number(f"-{self.take().text}")
        if token.text == "(":
            inner = self.either()
            self.expect(")")
            return inner if inner.rank >= 5 else Part(f"({inner.text})", 5)
        if token.kind == "name":
            return self.named(token.text)
        self.at -= 1
        return self.strange()

    def named(self, name: str) -> Part:
        if name in ("true", "false"):
            return literal(name == "true")
        if name == "null":
            return literal(None)
        if name in self.WORDS or self.peek() in ("(", "["):
            self.at -= 1
            self.strange()
        if name in self.names:
            return Part(self.names[name], 5)
        if "." in name or fit_name(name) != name:
            raise Untranslatable("nama “{name}” bukan nama isian di sini.", name=name[:60])
        return Part(name, 5)


def literal(value: Any) -> Part:
    """A constant, as it is written here."""
    shown = json.dumps(value, ensure_ascii=False) if isinstance(value, str) else repr(value)
    return Part(shown, 5, value, is_literal=True)


def number(text: str) -> Part:
    """A number that both sides can keep exactly."""
    if sum(sign.isdigit() for sign in text) > MOST_DIGITS:
        raise Untranslatable("bilangan {number} terlalu panjang.", number=text[:30])
    return literal(float(text) if "." in text else int(text))


def comparison(left: Part, sign: str, right: Part) -> Part:
    """With null one asks whether there is anything at all; it is neither more nor less than anything."""
    for one, other in ((left, right), (right, left)):
        if one.is_literal and one.literal is None:
            if sign not in ("==", "!="):
                raise Untranslatable("null tidak dapat diurutkan.")
            return Part(f"{other.within(5)} {'is' if sign == '==' else 'is not'} None", 4)
    return Part(f"{left.within(5)} {sign} {right.within(5)}", 4)


def unquoted(text: str) -> str:
    """What stands between the quotes."""

    def plain(found: re.Match[str]) -> str:
        if found.group(1) not in _ESCAPES:
            raise Untranslatable("tanda “{sign}” dalam teks tidak dikenal.", sign=found.group())
        return _ESCAPES[found.group(1)]

    return re.sub(r"\\(.)", plain, text[1:-1], flags=re.DOTALL)


# ---- the two languages ------------------------------------------------------------------------------------------


class _Juel(_Parser):
    """The expression language of Java EE, without calls but `equals`."""

    OR = frozenset({"||", "or"})
    AND = frozenset({"&&", "and"})
    COMPARE = {
        "==": "==", "!=": "!=", "<": "<", ">": ">", "<=": "<=", ">=": ">=",
        "eq": "==", "ne": "!=", "lt": "<", "gt": ">", "le": "<=", "ge": ">=",
    }  # fmt: skip
    WORDS = frozenset({"and", "or", "not", "empty", "div", "mod", "instanceof", *COMPARE})

    def negated(self) -> Part:
        """`!` binds more tightly than a comparison here, unlike Python's `not`."""
        return self.compared()

    def value(self) -> Part:
        if self.peek() in ("!", "not"):
            self.at += 1
            self.depth += 1
            if self.depth > DEEPEST * 3:
                raise Untranslatable("ungkapannya terlalu bertingkat.")
            inner = self.value()
            self.depth -= 1
            return Part(f"not {inner.within(3)}", 3)
        return super().value()

    def named(self, name: str) -> Part:
        owner, _, method = name.rpartition(".")
        if method == "equals" and owner and self.peek() == "(":
            self.at += 1
            right = self.value()
            self.expect(")")
            return comparison(super().named(owner), "==", right)
        return super().named(name)


class _Feel(_Parser):
    """The friendly enough expression language of DMN: conditions of one line."""

    OR = frozenset({"or"})
    AND = frozenset({"and"})
    COMPARE = {"=": "==", "!=": "!=", "<": "<", ">": ">", "<=": "<=", ">=": ">="}
    WORDS = frozenset(
        {"and", "or", "not", "in", "between", "if", "then", "else", "for", "some", "every", "return", "satisfies",
         "instance", "function", "of"}
    )  # fmt: skip

    def negated(self) -> Part:
        if self.peek() != "not":
            return self.compared()
        self.at += 1
        self.expect("(")
        inner = self.either()
        self.expect(")")
        return Part(f"not {inner.within(4)}", 3)

    def compared(self) -> Part:
        begun = self.at
        left = self.value()
        if self.peek() == "in":
            self.at += 1
            return self._among(left)
        if self.peek() == "between":
            self.at += 1
            least = self.value()
            self.expect("and")
            return self._from_to(left, ">=", least, "<=", self.value())
        self.at = begun
        return super().compared()

    def _among(self, left: Part) -> Part:
        """`in (a, b)`, `in [a, b]`, and ranges such as `in [1..10)`."""
        opening = self.take().text
        if opening not in ("(", "[") or self.peek() is None:
            self.at -= 1
            self.strange()
        values = [self.value()]
        if self.peek() == "..":
            self.at += 1
            most, closing = self.value(), self.take().text
            if closing not in (")", "]"):
                self.at -= 1
                self.strange()
            return self._from_to(
                left, ">=" if opening == "[" else ">", values[0], "<=" if closing == "]" else "<", most
            )
        while self.peek() == ",":
            self.at += 1
            values.append(self.value())
        self.expect(")" if opening == "(" else "]")
        if not all(value.is_literal for value in values):
            raise Untranslatable("daftar hanya boleh berisi nilai tetap.")
        return Part(f"{left.within(5)} in [{', '.join(value.text for value in values)}]", 4)

    def _from_to(self, left: Part, over: str, least: Part, under: str, most: Part) -> Part:
        bounds = (least.literal, most.literal)
        if not all(isinstance(bound, int | float) and not isinstance(bound, bool) for bound in bounds):
            raise Untranslatable("batas rentang harus berupa bilangan.")
        return Part(f"{left.within(5)} {over} {least.text} and {left.within(5)} {under} {most.text}", 2)
