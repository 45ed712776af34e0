"""What a gateway can decide, worked out once for a version: which values of which names lead to which flows.

A simulation picks flows by their shares; values that were picked before and still count narrow the choice, so that
two gateways which ask the same thing never contradict each other.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import islice, product
from math import prod
from typing import Any

from service.diagrams.loading import Form
from service.engine import Element, Flow, Spec, expressions, sandbox
from service.engine.sandbox import SandboxError
from service.forms import fields

MOST_COMBINATIONS = 256
OTHER = "(lain)"

Values = dict[str, Any]
Outcome = tuple[str, ...]


@dataclass(frozen=True)
class Option:
    """One outcome of a gateway: the flows taken, and the values under which they are."""

    flows: Outcome
    values: tuple[Values, ...]


@dataclass
class Decision:
    """A gateway with more than one way out. `names` is what its conditions read."""

    element: Element
    names: tuple[str, ...]
    options: tuple[Option, ...]
    inclusive: bool = False
    _narrowed: dict[tuple[Any, ...], tuple[Option, ...]] = field(default_factory=dict)

    def left(self, bound: Mapping[str, Any]) -> tuple[Option, ...]:
        """The outcomes that agree with values already picked; all of them where none does."""
        key = tuple((name, _key(bound[name])) for name in self.names if name in bound)
        if not key:
            return self.options
        found = self._narrowed.get(key)
        if found is None:
            found = self._narrowed[key] = self._agreeing(bound) or self.options
        return found

    def _agreeing(self, bound: Mapping[str, Any]) -> tuple[Option, ...]:
        kept = (
            Option(option.flows, tuple(each for each in option.values if _agrees(each, bound)))
            for option in self.options
        )
        return tuple(option for option in kept if option.values)


def _agrees(values: Values, bound: Mapping[str, Any]) -> bool:
    return all(_key(value) == _key(bound[name]) for name, value in values.items() if name in bound)


def _key(value: Any) -> Any:
    """True and 1 are equal to Python, but not the same answer."""
    return (type(value).__name__, str(value)) if isinstance(value, list | dict) else (type(value).__name__, value)


def decisions_of(spec: Spec, forms: Mapping[str, Form]) -> dict[str, Decision]:
    """The decision of each gateway of a version that has one."""
    offers = _Offers(spec, forms)
    gates = (each for each in spec.elements.values() if each.kind in ("exclusiveGateway", "inclusiveGateway"))
    return {gate.id: _decision(spec, gate, offers) for gate in gates if len(gate.outgoing) > 1}


def asked_by(spec: Spec, forms: Mapping[str, Form], decisions: Iterable[Decision]) -> dict[str, frozenset[str]]:
    """Which of the names that gateways read each element asks for, or works out by its script."""
    wanted = frozenset(name for decision in decisions for name in decision.names)
    found = {id_: wanted & set(fields.all_fields(fields.inline(form.schema))) for id_, form in forms.items()}
    for element in spec.elements.values():
        if element.script:
            found[element.id] = wanted & expressions.script_names(element.script)[1]
    return {id_: frozenset(names) for id_, names in found.items() if names}


def _decision(spec: Spec, gate: Element, offers: "_Offers") -> Decision:
    flows = spec.flows_from(gate.id)
    names = tuple(sorted({name for flow in flows for name in expressions.names(flow.condition or "")}))
    inclusive = gate.kind == "inclusiveGateway"
    found: dict[Outcome, list[Values]] = {}
    for combination in islice(product(*(offers.values(name) for name in names)), MOST_COMBINATIONS):
        values = dict(zip(names, combination, strict=True))
        taken = _taken(flows, values, inclusive)
        if taken:
            found.setdefault(taken, []).append(values)
    for flow in flows:  # a way that no value leads to can still be given a share by hand
        if not any(flow.id in outcome for outcome in found):
            found.setdefault((flow.id,), [])
    options = [Option(outcome, tuple(values)) for outcome, values in found.items()]
    return Decision(gate, names, tuple(options), inclusive)


def _taken(flows: Iterable[Flow], values: Values, inclusive: bool) -> Outcome:
    """The flows taken under these values, in the order in which the engine asks; none where it would be stuck."""
    try:
        holding = [flow for flow in flows if flow.condition and not flow.default and _holds(flow.condition, values)]
    except SandboxError:
        return ()
    otherwise = [flow for flow in flows if flow.default or not flow.condition]
    chosen = (holding or otherwise) if inclusive else (holding or otherwise)[:1]
    return tuple(flow.id for flow in chosen)


def _holds(condition: str, values: Values) -> bool:
    read = expressions.names(condition)
    told = tuple((name, _key(values.get(name))) for name in sorted(read))
    return _held(condition, told, _Carried({name: values.get(name) for name in read}))


class _Carried(dict[str, Any]):
    """Values on their way past the cache, which goes by what is told beside them."""

    def __hash__(self) -> int:  # type: ignore[override]
        return 0

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Carried)


@lru_cache(maxsize=4096)
def _held(condition: str, _told: tuple[Any, ...], values: _Carried) -> bool:
    return bool(sandbox.evaluate(condition, values))


class _Offers:
    """The values worth trying for each name: what forms let one choose, else each side of what is compared."""

    def __init__(self, spec: Spec, forms: Mapping[str, Form]) -> None:
        self._fields: dict[str, list[Mapping[str, Any]]] = {}
        self._required: set[str] = set()
        for form in forms.values():
            schema = fields.inline(form.schema)
            for name, field_ in fields.all_fields(schema).items():
                self._fields.setdefault(name, []).append(field_)
                if name in schema.get("required", ()):
                    self._required.add(name)
        self._points: dict[str, list[Any]] = {}
        for flow in spec.flows.values():
            for name, value in _compared(flow.condition):
                self._points.setdefault(name, []).append(value)

    def values(self, name: str) -> list[Any]:
        points = self._points.get(name, [])
        found: list[Any] = []
        for field_ in self._fields.get(name, []):
            found += _of_field(field_, points)
        if not found:
            found = _around(points) if points else [True, False]
        if name in self._fields and name not in self._required:
            found.append(None)
        return list({_key(value): value for value in found}.values())


def _compared(condition: str | None) -> list[tuple[str, Any]]:
    return expressions.choices(condition) + expressions.thresholds(condition) if condition else []


def _of_field(field_: Mapping[str, Any], points: list[Any]) -> list[Any]:
    chosen = list(fields.choices(field_))
    kind = field_.get("type")
    if kind == "boolean":
        return [True, False]
    if kind == "array":
        return [[], *([value] for value in chosen), chosen]
    if chosen:
        return chosen
    if kind in ("integer", "number"):
        return [value for value in _around(points) if _within(field_, value)]
    return _around(points)


def _within(field_: Mapping[str, Any], value: Any) -> bool:
    return bool(field_.get("minimum", value) <= value <= field_.get("maximum", value))


def _around(points: list[Any]) -> list[Any]:
    numbers = [point for point in points if isinstance(point, int | float) and not isinstance(point, bool)]
    texts = [point for point in points if isinstance(point, str)]
    flags = [True, False] if any(isinstance(point, bool) for point in points) else []
    around = sorted({number + step for number in numbers for step in (-1, 0, 1)})
    return [*around, *texts, *([OTHER] if texts or not (numbers or flags) else []), *flags]


def weight(option: Option, decision: Decision, shares: Mapping[str, float]) -> float:
    """How likely an outcome is by the shares of the flows: of inclusive ways each counts for itself."""
    if not decision.inclusive:
        return shares[option.flows[0]]
    flows = {flow for each in decision.options for flow in each.flows}
    return prod(shares[flow] if flow in option.flows else 1 - shares[flow] for flow in flows)
