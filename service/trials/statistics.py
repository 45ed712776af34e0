"""The statistics of comparisons, small and by name; each says where it comes from, tests check it against SciPy.

Arrays go in, plain numbers come out. What is drawn at random is drawn from a seed, so that the same data always give
the same interval.
"""

import math
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.float64]
Flags = NDArray[np.bool_]

NORMAL = NormalDist()
DRAWS = 2000
"""How often a figure is drawn again for its interval."""
MOST_CELLS = 4_000_000
"""How large a table of redrawn samples may become at a time."""
MOST_APART = 1000
"""From more instances than these on, neighbours are redrawn together."""
SEED = 20_260_101


@dataclass(frozen=True)
class Interval:
    """A figure with the range in which it lies with the confidence `level`. NaN where it cannot be told."""

    value: float
    low: float
    high: float
    level: float = 0.95

    @property
    def excludes_zero(self) -> bool:
        return self.low > 0 or self.high < 0

    @property
    def is_known(self) -> bool:
        return not (math.isnan(self.value) or math.isnan(self.low) or math.isnan(self.high))


def quantile(values: Numbers, share: float) -> float:
    """A quantile by linear interpolation (type 7 of Hyndman and Fan 1996); NaN of nothing."""
    return float(np.quantile(values, share)) if len(values) else math.nan


# ---- what is not finished counts too ---------------------------------------------------------------------------


@dataclass(frozen=True)
class Survival:
    """A Kaplan-Meier curve: the share still unfinished from each of `times` on."""

    times: Numbers
    shares: Numbers

    def time_of(self, done: float) -> float:
        """When this share of all is finished; NaN where the curve does not come so far down."""
        reached = np.flatnonzero(self.shares <= 1 - done + 1e-12)
        return float(self.times[reached[0]]) if len(reached) else math.nan


def kaplan_meier(lengths: Numbers, finished: Flags) -> Survival:
    """The share unfinished over time where some are still running (Kaplan and Meier 1958, JASA 53:457).

    `lengths` are how long each took until now, `finished` whether it has come to its end.
    """
    times, where = np.unique(lengths[finished], return_inverse=True)
    ended = np.bincount(where, minlength=len(times))
    at_risk = len(lengths) - np.searchsorted(np.sort(lengths), times, side="left")
    return Survival(times, np.cumprod(1 - ended / at_risk, dtype=np.float64))


def log_rank(lengths: tuple[Numbers, Numbers], finished: tuple[Flags, Flags]) -> float:
    """p of the log-rank test that two groups finish equally fast (Mantel 1966; Peto and Peto 1972), two-sided."""
    times = np.unique(np.concatenate([one[done] for one, done in zip(lengths, finished, strict=True)]))
    if not len(times):
        return math.nan
    risks = [len(one) - np.searchsorted(np.sort(one), times, side="left") for one in lengths]
    ends = [_ended_at(one[done], times) for one, done in zip(lengths, finished, strict=True)]
    risk, ended = risks[0] + risks[1], ends[0] + ends[1]
    expected = ended * risks[0] / risk
    left = np.maximum(risk - 1, 1)
    variance = float(np.sum(expected * (risks[1] / risk) * (risk - ended) / left))
    if variance <= 0:
        return math.nan
    return _two_sided(float(ends[0].sum() - expected.sum()) / math.sqrt(variance))


def _ended_at(ends: Numbers, times: Numbers) -> NDArray[np.intp]:
    return np.bincount(np.searchsorted(times, ends), minlength=len(times))


# ---- are two groups alike? -------------------------------------------------------------------------------------


def mann_whitney(one: Numbers, other: Numbers) -> float:
    """p of the Mann-Whitney test (1947), two-sided, by the normal approximation with ties and continuity corrected."""
    n, m = len(one), len(other)
    if not n or not m:
        return math.nan
    ranks, tied = _ranks(np.concatenate([one, other]))
    u = float(ranks[:n].sum()) - n * (n + 1) / 2
    total = n + m
    ties = float(np.sum(tied**3 - tied)) / (total * (total - 1)) if total > 1 else 0.0
    spread = math.sqrt(n * m / 12 * (total + 1 - ties))
    if spread == 0:
        return 1.0
    return _two_sided(max(abs(u - n * m / 2) - 0.5, 0) / spread)


def _ranks(values: Numbers) -> tuple[Numbers, Numbers]:
    """Ranks from one on, equal values sharing the middle of theirs; and how many share each."""
    _, where, counts = np.unique(values, return_inverse=True, return_counts=True)
    last = np.cumsum(counts)
    return (last - (counts - 1) / 2)[where], counts.astype(float)


def _two_sided(z: float) -> float:
    return min(1.0, 2 * NORMAL.cdf(-abs(z)))


# ---- by how much do they differ? -------------------------------------------------------------------------------


def median_difference(one: Numbers, other: Numbers, level: float = 0.95) -> Interval:
    """By how much the median of `other` is larger, with the percentile interval of the bootstrap (Efron 1979).

    The bootstrap is not approximated by resampling: the median of a resample is an order statistic of the sample, and
    which one follows from the order statistics of uniform numbers, which are drawn at once (David and Nagaraja,
    "Order Statistics", 2003, ch. 2). So it costs the same for twenty values as for a million.
    """
    if not len(one) or not len(other):
        return Interval(math.nan, math.nan, math.nan, level)
    random = np.random.default_rng(SEED)
    drawn = _redrawn_medians(np.sort(other), random) - _redrawn_medians(np.sort(one), random)
    return _percentile(quantile(other, 0.5) - quantile(one, 0.5), drawn, level)


def _redrawn_medians(values: Numbers, random: np.random.Generator) -> Numbers:
    n = len(values)
    lower = (n + 1) // 2
    first = random.beta(lower, n - lower + 1, DRAWS)
    if n % 2:
        return _at(values, first)
    second = first + (1 - first) * (1 - random.random(DRAWS) ** (1 / (n - lower)))
    return (_at(values, first) + _at(values, second)) / 2


def _at(values: Numbers, shares: Numbers) -> Numbers:
    """Which of the sorted values a uniform number picks when each is equally likely."""
    picked: Numbers = values[np.minimum((shares * len(values)).astype(int), len(values) - 1)]
    return picked


def survival_difference(
    lengths: tuple[Numbers, Numbers], finished: tuple[Flags, Flags], level: float = 0.95
) -> Interval:
    """By how much later half of the second group is finished, the unfinished counted in, with a bootstrap interval.

    Instances are redrawn with what is known of them, finished or not (Efron 1981, "Censored data and the bootstrap",
    JASA 76:312). A redrawn group that never gets half way counts as later than all that do.
    """
    medians = [kaplan_meier(one, done).time_of(0.5) for one, done in zip(lengths, finished, strict=True)]
    value = medians[1] - medians[0]
    if math.isnan(value):
        return Interval(math.nan, math.nan, math.nan, level)
    random = np.random.default_rng(SEED)
    drawn = [_redrawn_survival(one, done, random) for one, done in zip(lengths, finished, strict=True)]
    with np.errstate(invalid="ignore"):
        differences = drawn[1] - drawn[0]
    return _percentile(value, differences[~np.isnan(differences)], level)


def survival_median(lengths: Numbers, finished: Flags, level: float = 0.95) -> Interval:
    """When half of a group is finished, the unfinished counted in, with a bootstrap interval."""
    value = kaplan_meier(lengths, finished).time_of(0.5)
    if math.isnan(value):
        return Interval(math.nan, math.nan, math.nan, level)
    return _percentile(value, _redrawn_survival(lengths, finished, np.random.default_rng(SEED)), level)


def _redrawn_survival(lengths: Numbers, finished: Flags, random: np.random.Generator) -> Numbers:
    """Medians of redrawn Kaplan-Meier curves."""
    times, ends, counts = _cells(lengths, finished)
    size = max(1, MOST_CELLS // len(times))
    shares = counts / counts.sum()
    drawn = [
        _medians_of(random.multinomial(len(lengths), shares, min(size, DRAWS - start)).astype(float), times, ends)
        for start in range(0, DRAWS, size)
    ]
    return np.concatenate(drawn)


def _cells(lengths: Numbers, finished: Flags) -> tuple[Numbers, Flags, Numbers]:
    """What is redrawn: each instance by itself, or where there are very many, neighbours in time as one.

    Ends come before what is unfinished at the same time.
    """
    order = np.lexsort((~finished, lengths))
    lengths, finished = lengths[order], finished[order]
    if len(lengths) <= MOST_APART:
        return lengths, finished, np.ones(len(lengths))
    group = np.arange(len(lengths)) * MOST_APART // len(lengths)
    cell = 2 * group + ~finished
    _, first, counts = np.unique(cell, return_index=True, return_counts=True)
    means = np.bincount(cell, weights=lengths)[cell[first]] / counts
    return means, finished[first], counts.astype(float)


def _medians_of(weights: Numbers, lengths: Numbers, finished: Flags) -> Numbers:
    at_risk = np.cumsum(weights[:, ::-1], axis=1)[:, ::-1]
    stays = np.where(finished, 1 - weights / np.maximum(at_risk, 1), 1.0)
    half = np.cumprod(stays, axis=1) <= 0.5 + 1e-12
    return np.where(half.any(axis=1), lengths[half.argmax(axis=1)], math.inf)


def _percentile(value: float, drawn: Numbers, level: float) -> Interval:
    if not len(drawn):
        return Interval(value, math.nan, math.nan, level)
    low, high = np.quantile(drawn, [(1 - level) / 2, (1 + level) / 2], method="inverted_cdf")
    return Interval(value, float(low), float(high), level)


def share_difference(one: tuple[int, int], other: tuple[int, int], level: float = 0.95) -> Interval:
    """By how much the share of `other` is larger; each is (how many, of how many).

    Newcombe's hybrid score interval (1998, Statistics in Medicine 17:873, method 10): unlike a bootstrap it stays
    honest where a share is nothing or all.
    """
    if not one[1] or not other[1]:
        return Interval(math.nan, math.nan, math.nan, level)
    (p, p_low, p_high), (q, q_low, q_high) = wilson(*one, level), wilson(*other, level)
    value = q - p
    low = value - math.hypot(q - q_low, p_high - p)
    high = value + math.hypot(q_high - q, p - p_low)
    return Interval(value, low, high, level)


def wilson(count: int, of: int, level: float = 0.95) -> tuple[float, float, float]:
    """A share with Wilson's score interval (1927)."""
    z = NORMAL.inv_cdf((1 + level) / 2)
    p = count / of
    middle = (p + z * z / (2 * of)) / (1 + z * z / of)
    half = z / (1 + z * z / of) * math.sqrt(p * (1 - p) / of + z * z / (4 * of * of))
    return p, max(0.0, middle - half), min(1.0, middle + half)
