"""The statistics of comparisons, beside SciPy's and beside examples worked out by hand."""

import math

import numpy as np
import pytest
from scipy import stats

from service.trials.statistics import (
    MOST_APART,
    kaplan_meier,
    log_rank,
    mann_whitney,
    median_difference,
    quantile,
    share_difference,
    survival_difference,
    survival_median,
    wilson,
)

RANDOM = np.random.default_rng(7)
ONE, OTHER = RANDOM.exponential(5, 80).round(1), RANDOM.exponential(7, 93).round(1)
ENDED = RANDOM.random(80) < 0.7, RANDOM.random(93) < 0.6
NOBODY = np.empty(0)


def censored(lengths: np.ndarray, finished: np.ndarray) -> stats.CensoredData:
    return stats.CensoredData(uncensored=lengths[finished], right=lengths[~finished])


@pytest.mark.parametrize("scale", [1.0, 1.3])
def test_mann_whitney_is_scipys(scale: float) -> None:
    expected = stats.mannwhitneyu(ONE, OTHER * scale, method="asymptotic").pvalue
    assert mann_whitney(ONE, OTHER * scale) == pytest.approx(expected, rel=1e-9)


def test_mann_whitney_finds_nothing_in_equal_values_and_says_nothing_of_none() -> None:
    assert mann_whitney(np.ones(5), np.ones(7)) == 1
    assert math.isnan(mann_whitney(NOBODY, ONE))


def test_the_log_rank_test_is_scipys() -> None:
    expected = stats.logrank(censored(ONE, ENDED[0]), censored(OTHER, ENDED[1])).pvalue
    assert log_rank((ONE, OTHER), ENDED) == pytest.approx(expected, rel=1e-9)


def test_the_curve_of_kaplan_and_meier_is_scipys() -> None:
    curve = kaplan_meier(ONE, ENDED[0])
    expected = stats.ecdf(censored(ONE, ENDED[0])).sf
    assert curve.shares == pytest.approx(expected.evaluate(curve.times))


def test_the_curve_of_kaplan_and_meier_worked_out_by_hand() -> None:
    """Ends at 1, 3, 3 and 5; still running after 2 and 4. 5/6, then of four at risk two end, then of one all."""
    lengths = np.array([1, 2, 3, 3, 4, 5.0])
    finished = np.array([True, False, True, True, False, True])
    curve = kaplan_meier(lengths, finished)
    assert list(curve.times) == [1, 3, 5]
    assert curve.shares == pytest.approx([5 / 6, 5 / 6 * 2 / 4, 0])
    assert curve.time_of(0.5) == 3
    assert curve.time_of(0.9) == 5


def test_what_is_unfinished_makes_the_median_later() -> None:
    lengths = np.array([1, 2, 3, 9, 9, 9, 9.0])
    finished = np.array([True, True, True, False, False, False, False])
    assert math.isnan(kaplan_meier(lengths, finished).time_of(0.5))
    assert quantile(lengths[finished], 0.5) == 2


@pytest.mark.parametrize("sizes", [(80, 93), (31, 40)])
def test_the_interval_of_a_difference_of_medians_is_that_of_scipys_bootstrap(sizes: tuple[int, int]) -> None:
    one, other = ONE[: sizes[0]], OTHER[: sizes[1]]
    ours = median_difference(one, other)
    theirs = stats.bootstrap(
        (other, one),
        lambda a, b, axis: np.median(a, axis=axis) - np.median(b, axis=axis),
        n_resamples=9999,
        method="percentile",
        rng=1,
    ).confidence_interval
    assert ours.value == pytest.approx(np.median(other) - np.median(one))
    assert ours.low == pytest.approx(theirs.low, abs=0.5)
    assert ours.high == pytest.approx(theirs.high, abs=0.5)


def test_the_interval_covers_the_truth_about_as_often_as_it_says() -> None:
    random = np.random.default_rng(3)
    hit = 0
    for _ in range(200):
        found = median_difference(random.exponential(5, 60), random.exponential(5, 60) + 1)
        hit += found.low <= 1 <= found.high
    assert 180 <= hit <= 200


def test_where_all_are_finished_the_curve_and_the_plain_median_say_alike() -> None:
    everybody = np.ones(80, bool), np.ones(93, bool)
    plain, curved = median_difference(ONE, OTHER), survival_difference((ONE, OTHER), everybody)
    assert curved.value == pytest.approx(plain.value, abs=0.2)
    assert curved.low == pytest.approx(plain.low, abs=0.4)
    assert curved.high == pytest.approx(plain.high, abs=0.4)


def test_very_many_are_redrawn_in_groups_with_the_same_result() -> None:
    random = np.random.default_rng(5)
    lengths, finished = random.exponential(5, 2 * MOST_APART + 7), random.random(2 * MOST_APART + 7) < 0.9
    found = survival_median(lengths, finished)
    assert found.low < found.value < found.high
    assert found.high - found.low == pytest.approx(2 * 1.96 * 5 / math.sqrt(0.9 * len(lengths)), rel=0.35)


def test_the_same_data_give_the_same_interval() -> None:
    assert survival_difference((ONE, OTHER), ENDED) == survival_difference((ONE, OTHER), ENDED)


def test_a_difference_of_shares_is_that_of_newcombes_own_example() -> None:
    """Table II of Newcombe (1998), method 10: 56/70 and 48/80."""
    found = share_difference((48, 80), (56, 70))
    assert (found.value, found.low, found.high) == pytest.approx((0.2, 0.0524, 0.3339), abs=5e-5)


def test_a_share_of_nothing_or_all_has_an_interval_too() -> None:
    found = share_difference((0, 20), (20, 20))
    assert found.low > 0.6 and found.high <= 1
    assert not share_difference((0, 0), (1, 2)).is_known


@pytest.mark.parametrize(("count", "of"), [(0, 10), (7, 10), (10, 10), (123, 400)])
def test_wilsons_interval_is_scipys(count: int, of: int) -> None:
    expected = stats.binomtest(count, of).proportion_ci(0.95, method="wilson")
    assert wilson(count, of)[1:] == pytest.approx((expected.low, expected.high))


def test_of_nobody_nothing_is_told() -> None:
    nobody = NOBODY, np.empty(0, bool)
    assert not survival_difference((nobody[0], ONE), (nobody[1], ENDED[0])).is_known
    assert not median_difference(NOBODY, ONE).is_known
    assert math.isnan(log_rank((NOBODY, NOBODY), (nobody[1], nobody[1])))
