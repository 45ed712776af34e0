"""What a simulation goes by: arrivals, officers, lengths, shares; and where each of these figures comes from."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from random import Random
from typing import Any

HISTORY, STANDARD, USUAL, BY_HAND = "history", "standard", "usual", "hand"
"""Where a figure comes from: what is recorded, the SOP's time standard, our own guess, the one who asked."""

Draw = Callable[[Random], float]


@dataclass(frozen=True)
class Length:
    """How long something takes, in seconds: what was seen before, or a shape around a usual length."""

    source: str
    shape: str
    mean: float
    draw: Draw = field(compare=False, repr=False)
    least: float = 0.0
    most: float = 0.0
    seen: int = 0


def recorded(values: list[float]) -> Length:
    """As long as it took before, each time one of these."""
    kept = tuple(values)
    mean = sum(kept) / len(kept)
    return Length(HISTORY, "recorded", mean, lambda random: random.choice(kept), min(kept), max(kept), len(kept))


def triangular(least: float, usual: float, most: float, source: str) -> Length:
    """Between two lengths, most often near a third."""
    mean = (least + usual + most) / 3
    return Length(source, "triangular", mean, lambda random: random.triangular(least, most, usual), least, most)


def exponential(mean: float, source: str) -> Length:
    """Often short and at times long, as things nobody plans."""
    rate = 1 / mean
    return Length(source, "exponential", mean, lambda random: random.expovariate(rate), 0.0, mean * 3)


def fixed(length: float, source: str) -> Length:
    """Always the same."""
    return Length(source, "fixed", length, lambda random: length, length, length)


@dataclass(frozen=True)
class Reply:
    """What comes from outside the office: after how long (plain time), and of how many it comes at all."""

    length: Length
    share: float
    source: str


@dataclass(frozen=True)
class Plan:
    """All that a simulation of one version needs besides the version itself."""

    per_day: float
    """Arrivals per working day."""
    per_day_source: str
    officers: Mapping[str, int]
    officers_source: Mapping[str, str]
    work: Mapping[str, Length]
    """Working time at each task of the office, by element."""
    replies: Mapping[str, Reply]
    """Tasks of the complainant and messages, by element."""
    shares: Mapping[str, float]
    """Of each flow out of a gateway that decides."""
    shares_source: Mapping[str, str]
    """By gateway."""
    busy: Mapping[str, float] = field(default_factory=dict)
    """Of the time that a task is in an officer's hands, the share in which he can do nothing else; 1 if not named."""
    learned_from: int = 0
    """How many instances it was learned from."""

    def told(self) -> dict[str, Any]:
        """As it is kept with the result."""
        return {
            "per_day": self.per_day,
            "per_day_source": self.per_day_source,
            "officers": dict(self.officers),
            "work": {
                id_: {
                    "minutes": round(length.mean / 60, 1),
                    "busy": round(self.busy.get(id_, 1.0), 3),
                    "source": length.source,
                    "seen": length.seen,
                }
                for id_, length in self.work.items()
            },
            "shares": {id_: round(share, 4) for id_, share in self.shares.items()},
            "learned_from": self.learned_from,
        }
