"""The outcomes of a replay, gathered: how many of which kind, where and why, with some examples."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from service.engine import Spec
from service.rehearsals.replaying import OUTCOMES, STOPS, Difference, Played

MOST_GROUPS = 100
MOST_EXAMPLES = 20
"""Ids kept for each group: whoever reads may not see all of them."""


@dataclass
class _Group:
    count: int = 0
    examples: list[str] = field(default_factory=list)


@dataclass
class Gathered:
    """What a replay has shown so far. `names` are those of the steps of the versions that were replayed."""

    spec: Spec
    names: dict[str, str] = field(default_factory=dict)
    outcomes: Counter[str] = field(default_factory=Counter)
    versions: Counter[int] = field(default_factory=Counter)
    passed: Counter[str] = field(default_factory=Counter)
    stopped: Counter[str] = field(default_factory=Counter)
    differed: Counter[str] = field(default_factory=Counter)
    groups: dict[tuple[str, Difference], _Group] = field(default_factory=dict)

    def add(self, played: Played) -> None:
        """One more."""
        self.outcomes[played.outcome] += 1
        self.versions[played.version_n] += 1
        self.passed.update(played.passed)
        if played.difference is None:
            return
        group = self.groups.setdefault((played.outcome, played.difference), _Group())
        group.count += 1
        if len(group.examples) < MOST_EXAMPLES:
            group.examples.append(str(played.instance_id))
        for element in played.difference.after:
            (self.stopped if played.outcome == STOPS else self.differed)[element] += 1

    def know(self, spec: Spec) -> None:
        """Learn the names of the steps of a version that is replayed."""
        for element in spec.elements.values():
            self.names.setdefault(element.id, element.label)

    def told(self) -> dict[str, Any]:
        """As JSON can carry it. No answer of anybody is in it."""
        ordered = sorted(self.groups.items(), key=lambda pair: (OUTCOMES.index(pair[0][0]), -pair[1].count))
        return {
            "tried": sum(self.outcomes.values()),
            "counts": {outcome: self.outcomes[outcome] for outcome in OUTCOMES},
            "versions": {str(n): count for n, count in sorted(self.versions.items())},
            "groups": [self._group(outcome, why, group) for (outcome, why), group in ordered[:MOST_GROUPS]],
            "more_groups": max(0, len(ordered) - MOST_GROUPS),
            "elements": [self._element(element) for element in self._order()],
        }

    def _group(self, outcome: str, difference: Difference, group: _Group) -> dict[str, Any]:
        return {
            "outcome": outcome,
            "why": difference.why,
            "before": self._step(difference.before) if difference.before else None,
            "after": [self._step(element) for element in difference.after],
            "field": difference.field,
            "title": difference.title,
            "count": group.count,
            "examples": group.examples,
        }

    def _step(self, element: str) -> dict[str, str]:
        known = self.spec.elements.get(element)
        return {"element": element, "name": known.label if known else self.names.get(element, element)}

    def _order(self) -> Iterable[str]:
        tasks = (self.spec.start.id, *(task.id for task in self.spec.tasks()))
        return (element for element in tasks if self.passed[element] or self.stopped[element])

    def _element(self, element: str) -> dict[str, Any]:
        return {
            **self._step(element),
            "row": self.spec.elements[element].row,
            "passed": self.passed[element],
            "stopped": self.stopped[element],
            "differed": self.differed[element],
        }
