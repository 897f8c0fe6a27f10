"""Intervals and p-values against exact counting, and against the formula each is named after."""

from __future__ import annotations

import math
from fractions import Fraction

import numpy as np
import pytest
import scipy.stats
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from lastchunk.model.estimate.costs import mean_interval
from lastchunk.model.estimate.intervals import (
    Interval,
    mcnemar,
    paired,
    upper_bound_if_none,
    wilson,
)

COUNT = st.integers(0, 60)


@given(failures=st.integers(0, 200), more=st.integers(0, 200), level=st.sampled_from([0.8, 0.95]))
def test_the_score_interval_ends_where_the_score_test_turns(
    failures: int, more: int, level: float
) -> None:
    n = failures + more
    assume(n > 0)
    found, z = wilson(failures, n, level), scipy.stats.norm.ppf((1 + level) / 2)
    assert found.estimate == failures / n
    assert 0 <= found.low <= found.estimate <= found.high <= 1 + 1e-12
    for end in (found.low, found.high):
        if 0 < end < 1:  # (estimate - p)^2 = z^2 p (1 - p) / n
            distance = (found.estimate - end) ** 2
            assert distance == pytest.approx(z**2 * end * (1 - end) / n, rel=1e-6, abs=1e-12)
    assert found.half_width == pytest.approx((found.high - found.low) / 2)


@given(sessions=st.integers(1, 10_000), level=st.sampled_from([0.9, 0.95, 0.99]))
def test_the_bound_on_what_was_not_seen_is_clopper_and_pearsons(
    sessions: int, level: float
) -> None:
    bound = upper_bound_if_none(sessions, level)
    one_sided = scipy.stats.binomtest(0, sessions, alternative="less")
    exact = one_sided.proportion_ci(level, method="exact").high
    assert bound == pytest.approx(exact, rel=1e-9)
    assert scipy.stats.binom.pmf(0, sessions, bound) == pytest.approx(1 - level)


def test_the_score_interval_covers_nearly_as_often_as_it_says() -> None:
    for n in (20, 50):
        intervals = [wilson(failures, n) for failures in range(n + 1)]
        for rate in np.linspace(0.05, 0.95, 19):
            chances = scipy.stats.binom.pmf(np.arange(n + 1), n, rate)
            inside = [found.low <= rate <= found.high for found in intervals]
            assert chances[inside].sum() > 0.91


@given(only_a=st.integers(0, 25), only_b=st.integers(0, 25))
def test_mcnemar_counts_the_coin_tosses_that_are_as_rare(only_a: int, only_b: int) -> None:
    n = only_a + only_b
    ways = [math.comb(n, heads) for heads in range(n + 1)]
    rare = sum(count for count in ways if count <= ways[only_a])
    assert mcnemar(only_a, only_b) == pytest.approx(float(Fraction(rare, 2**n)))
    assert mcnemar(only_a, only_b) == mcnemar(only_b, only_a)


def newcombe(both: int, only_a: int, only_b: int, neither: int) -> tuple[float, float]:
    """Method 10 of Newcombe 1998, written from the paper in matrix form."""
    n = both + only_a + only_b + neither
    rows, columns = (both + only_a, only_b + neither), (both + only_b, only_a + neither)
    product = math.prod((*rows, *columns))
    cross = both * neither - only_a * only_b
    if product == 0:
        correlation = 0.0
    elif cross > n / 2:
        correlation = (cross - n / 2) / math.sqrt(product)
    elif cross >= 0:
        correlation = 0.0
    else:
        correlation = cross / math.sqrt(product)
    a, b = wilson(rows[0], n), wilson(columns[0], n)
    weights = np.array([[1, -correlation], [-correlation, 1]])
    down = np.array([a.estimate - a.low, b.high - b.estimate])
    up = np.array([a.high - a.estimate, b.estimate - b.low])
    ends = [math.sqrt(max(0.0, float(arms @ weights @ arms))) for arms in (down, up)]
    difference = (only_a - only_b) / n
    return difference - ends[0], difference + ends[1]


@settings(max_examples=60)
@given(both=COUNT, only_a=COUNT, only_b=COUNT, neither=COUNT)
def test_a_paired_difference_is_method_10(
    both: int, only_a: int, only_b: int, neither: int
) -> None:
    n = both + only_a + only_b + neither
    assume(n > 0)
    found = paired(both, only_a, only_b, neither)
    low, high = newcombe(both, only_a, only_b, neither)
    assert (found.difference.low, found.difference.high) == pytest.approx((low, high), abs=1e-9)
    assert found.difference.estimate == pytest.approx((only_a - only_b) / n)
    assert (found.sessions, found.both, found.only_a, found.only_b) == (n, both, only_a, only_b)
    assert found.p_value == mcnemar(only_a, only_b)
    mirrored = paired(both, only_b, only_a, neither).difference
    assert mirrored.low == pytest.approx(-found.difference.high)
    assert mirrored.high == pytest.approx(-found.difference.low)


def test_where_a_margin_is_empty_the_two_intervals_are_taken_as_independent() -> None:
    found = paired(29, 1, 0, 0).difference
    a, b = wilson(30, 30), wilson(29, 30)
    assert found.low == pytest.approx(1 / 30 - math.hypot(a.estimate - a.low, b.high - b.estimate))
    assert found.high == pytest.approx(1 / 30 + math.hypot(a.high - a.estimate, b.estimate - b.low))


def test_a_small_positive_correlation_is_taken_for_none() -> None:
    # 6 * 6 - 5 * 5 = 11, which is not above n / 2 = 11: the correction takes all of it away.
    found = paired(6, 5, 5, 6).difference
    a, b = wilson(11, 22), wilson(11, 22)
    assert found.low == pytest.approx(-math.hypot(a.estimate - a.low, b.high - b.estimate))


@given(st.lists(st.floats(0, 1e4), min_size=2, max_size=30))
def test_a_mean_has_students_interval(values: list[float]) -> None:
    array = np.array(values)
    mean, low, high = mean_interval(array)
    assert mean == pytest.approx(np.mean(array))
    if np.ptp(array) > 1e-6:
        error = np.std(array, ddof=1) / math.sqrt(len(values))
        expected = scipy.stats.t.interval(0.95, len(values) - 1, loc=np.mean(array), scale=error)
        assert (low, high) == pytest.approx(expected, rel=1e-6, abs=1e-6)
    assert mean - low == pytest.approx(high - mean)


def test_one_value_and_equal_values_have_no_interval() -> None:
    assert mean_interval(np.array([7.0])) == (7.0, 7.0, 7.0)
    assert mean_interval(np.array([7.0, 7.0, 7.0])) == (7.0, 7.0, 7.0)
    mean, low, high = mean_interval(np.array([6.0, 8.0]))
    # One degree of freedom: the quantile of t is that of Cauchy's, tan(0.475 pi).
    assert high - mean == pytest.approx(math.tan(0.475 * math.pi))
    assert low < mean == 7.0


def test_an_intervals_half_width_is_half_its_width() -> None:
    assert Interval(0.5, 0.25, 1.0).half_width == 0.375
