"""What gateways decide: values that no form offers, answers no way is drawn for, answers for which two ways hold."""

from collections.abc import Iterator, Mapping
from itertools import islice, product
from math import prod
from typing import Any

from service.diagrams.checking.knowledge import given, known
from service.diagrams.checking.subject import Subject, finding
from service.engine import expressions, sandbox
from service.engine.findings import Finding
from service.engine.limits import conditions
from service.engine.spec import Element, Flow
from service.forms import fields
from service.sentences import Sentence, both, either

MOST_CASES = 300
_OTHER = "(lain)"

Case = dict[str, Any]


def look(subject: Subject) -> Iterator[Finding]:
    """All findings about decisions."""
    offers = Offers(subject)
    for element, expression in conditions(subject.drawing):
        if expressions.problem(expression) is None:
            yield from _values(offers, element, expression)
    perhaps = known(subject).perhaps
    for element in subject.elements.values():
        if element.kind in ("exclusiveGateway", "inclusiveGateway"):
            yield from _gateway(subject, offers, element, perhaps[element.id])


class Offers:
    """What the forms offer for each name: the values that an answer can have, as far as they can be seen."""

    def __init__(self, subject: Subject) -> None:
        self._fields: dict[str, list[Mapping[str, Any]]] = {}
        self._optional: set[str] = set()
        self._unseen: set[str] = set()
        self.unjudged: set[str] = set()
        self._points = _points(subject)
        for element in subject.elements.values():
            self._note(subject, element)

    def _note(self, subject: Subject, element: Element) -> None:
        form = subject.forms.get(element.id)
        asked = form.fields if form else {}
        for name, field in asked.items():
            self._fields.setdefault(name, []).append(field)
            if form and name not in form.schema.get("required", ()):
                self._optional.add(name)
        self._unseen |= given(subject, element) - set(asked)
        if form and form.problems:
            self.unjudged |= form.names

    def choices(self, name: str) -> list[Any] | None:
        """The values a form lets one choose from; None where anything may be written or it cannot be seen."""
        if name in self._unseen or name not in self._fields:
            return None
        found: list[Any] = []
        for field in self._fields[name]:
            values = _chosen_from(field)
            if values is None:
                return None
            found += [value for value in values if value not in found]
        return found

    def values(self, name: str) -> list[Any] | None:
        """Values to try: every choice, or some on each side of what expressions compare with. None: not to be seen."""
        if name in self._unseen or name not in self._fields:
            return None
        found: list[Any] = [None] if name in self._optional else []
        for field in self._fields[name]:
            values = self.tried(name, field)
            if values is None:
                return None
            found += [value for value in values if not any(_same(value, each) for each in found)]
        return found

    def tried(self, name: str, field: Mapping[str, Any]) -> list[Any] | None:
        """Values to try for one field of that name."""
        return _tried(field, self._points.get(name, []))


def _points(subject: Subject) -> dict[str, list[Any]]:
    """The constants that expressions compare each name with."""
    found: dict[str, list[Any]] = {}
    for _, expression in conditions(subject.drawing):
        for name, value in expressions.choices(expression) + expressions.thresholds(expression):
            found.setdefault(name, []).append(value)
    return found


def _same(one: Any, other: Any) -> bool:
    return one == other and isinstance(one, bool) == isinstance(other, bool)


def _chosen_from(field: Mapping[str, Any]) -> list[Any] | None:
    if field.get("type") == "boolean":
        return [True, False]
    values = list(fields.choices(field))
    return values or None


def _tried(field: Mapping[str, Any], points: list[Any]) -> list[Any] | None:
    kind = field.get("type")
    if kind == "array":
        values = list(fields.choices(field))
        return [[], *([value] for value in values), values] if values else None
    if (choices := _chosen_from(field)) is not None:
        return choices
    if kind in ("integer", "number"):
        numbers = [point for point in points if isinstance(point, (int, float)) and not isinstance(point, bool)]
        around = sorted({number + step for number in numbers for step in (-1, 0, 1)} or {0})
        return [number for number in around if _within(field, number)]
    if kind == "string":
        return [*(point for point in points if isinstance(point, str)), _OTHER]
    return None


def _within(field: Mapping[str, Any], number: float) -> bool:
    return bool(field.get("minimum", number) <= number <= field.get("maximum", number))


# ---- findings -----------------------------------------------------------------------------------------------


def _values(offers: Offers, element: Element, expression: str) -> Iterator[Finding]:
    for name, value in dict.fromkeys((name, _key(value)) for name, value in expressions.choices(expression)):
        offered = offers.choices(name)
        if offered is None or value[1] is None or any(_same(value[1], each) for each in offered):
            continue
        yield finding(
            "value_unknown",
            element,
            Sentence(
                "“{name}” membandingkan “{field}” dengan {value}; pilihan itu tidak ada di formulir.",
                name=element.label,
                field=name,
                value=_shown(value[1]),
            ),
            "Jalan itu tidak akan pernah dipilih dengan benar.",
            Sentence("Pilihan yang ada: {choices}.", choices=", ".join(_shown(each) for each in offered[:12])),
        )


def _key(value: Any) -> tuple[str, Any]:
    """True and 1 are the same key of a dictionary, but not the same answer."""
    return type(value).__name__, value


def _gateway(subject: Subject, offers: Offers, gateway: Element, perhaps: frozenset[str]) -> Iterator[Finding]:
    flows = [subject.drawing.flows[flow] for flow in gateway.outgoing]
    conditional = [flow for flow in flows if flow.condition and not flow.default]
    undecided = [flow for flow in flows if not flow.condition and not flow.default]
    if not conditional or undecided or any(expressions.problem(flow.condition or "") for flow in conditional):
        return  # nothing to decide, or told elsewhere already
    has_default = any(flow.default for flow in flows)
    names = sorted({name for flow in conditional for name in expressions.names(flow.condition or "")})
    if any(name not in perhaps or name in offers.unjudged for name in names):
        return  # told elsewhere already
    tried = list(_cases(offers, names))
    outcomes = [_outcome(conditional, case) for case in tried]
    failed = next((case for case, held in zip(tried, outcomes, strict=True) if held is None), None)
    if failed is not None:
        yield _fails(gateway, failed)
    if not has_default:
        yield from _not_exhaustive(gateway, tried, outcomes)
    if gateway.kind == "exclusiveGateway":
        yield from _overlaps(gateway, tried, outcomes)


def _cases(offers: Offers, names: list[str]) -> Iterator[Case]:
    """All combinations of answers; none at all if they cannot be seen or are too many."""
    tried = [offers.values(name) for name in names]
    seen = [values for values in tried if values]
    if len(seen) == len(names) and prod(map(len, seen)) <= MOST_CASES:
        yield from (dict(zip(names, case, strict=True)) for case in product(*seen))


def _outcome(flows: list[Flow], case: Case) -> list[Flow] | None:
    """The flows whose conditions hold; None where one of them cannot be computed."""
    asked = "[" + ", ".join(f"bool({(flow.condition or '').strip()})" for flow in flows) + "]"
    try:
        held = sandbox.evaluate(asked, case)
    except sandbox.SandboxError:
        return None
    return [flow for flow, holds in zip(flows, held, strict=True) if holds]


def _fails(gateway: Element, case: Case) -> Finding:
    return finding(
        "condition_fails",
        gateway,
        Sentence("Syarat di “{name}” tidak dapat dihitung bila {case}.", name=gateway.label, case=_told(case)),
        "Alur tersangkut di sini sampai atasan memperbaikinya.",
        "Wajibkan isian itu pada formulirnya, atau periksa kekosongan dalam syarat: x is not None and x > 5",
    )


def _not_exhaustive(gateway: Element, tried: list[Case], outcomes: list[list[Flow] | None]) -> Iterator[Finding]:
    uncovered = [case for case, held in zip(tried, outcomes, strict=True) if held == []]
    if tried and not uncovered:
        return
    told = [_told(case) for case in islice(uncovered, 3)]
    cases = either(told) if told else Sentence("tidak satu pun syaratnya terpenuhi")
    yield finding(
        "gateway_not_exhaustive",
        gateway,
        Sentence("Gerbang “{name}” tidak mempunyai jalan bila {cases}.", name=gateway.label, cases=cases),
        "Urusan dengan jawaban itu tersangkut di gerbang ini.",
        "Tandai salah satu alur sebagai bawaan (default), atau lengkapi syaratnya.",
    )


def _overlaps(gateway: Element, tried: list[Case], outcomes: list[list[Flow] | None]) -> Iterator[Finding]:
    for case, held in zip(tried, outcomes, strict=True):
        if held and len(held) > 1:
            ways = both(f"“{flow.name or flow.condition}”" for flow in held[:2])
            yield finding(
                "gateway_overlap",
                gateway,
                Sentence(
                    "Di gerbang “{name}” dua jalan sama-sama berlaku, {ways}, bila {case}.",
                    name=gateway.label,
                    ways=ways,
                    case=_told(case),
                ),
                "Hanya satu yang diambil, dan dari gambar tidak terlihat yang mana.",
                "Buat syaratnya saling meniadakan.",
                blocks=False,
            )
            return


def _told(case: Case) -> str:
    return both(Sentence("{name} = {value}", name=name, value=_shown(value)) for name, value in case.items())


def _shown(value: Any) -> str:
    if value is None:
        return Sentence("(kosong)")
    if value == _OTHER:
        return Sentence("“(lain)”")
    if isinstance(value, bool):
        return str(value)
    return f"“{value}”" if isinstance(value, str) else str(value)
