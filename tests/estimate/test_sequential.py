"""Confidence sequences and the sequential test: closed forms, another implementation, coverage."""

from __future__ import annotations

import math

import numpy as np
import pytest
import ville
from scipy.special import betaln
from scipy.stats import binom

from lastchunk.model.base.errors import InputError
from lastchunk.model.estimate.intervals import wilson
from lastchunk.model.estimate.intervals.confidence import (
    PRIOR,
    difference_sequence,
    mean_sequence,
    rate_sequence,
)
from lastchunk.model.estimate.intervals.rate_test import (
    RateTest,
    log_evidence,
    sessions_needed,
    sides,
)


def seen(rate: float, sessions: int, seed: int) -> np.ndarray:
    """Sessions that fail at a rate, as numbers."""
    return (np.random.default_rng(seed).random(sessions) < rate).astype(float)


@pytest.mark.parametrize(("rate", "sessions"), [(0.07, 1), (0.07, 50), (0.07, 800), (1.0, 30)])
def test_the_interval_of_a_rate_is_that_of_another_implementation(
    rate: float, sessions: int
) -> None:
    x = seen(rate, sessions, 1)
    other = ville.BernoulliCS(0.05, prior=(PRIOR, PRIOR), intersect=False).fit(x).interval()
    mine = rate_sequence(int(x.sum()), sessions)
    assert (mine.low, mine.high) == pytest.approx(other, abs=1e-9)


@pytest.mark.parametrize("sessions", [1, 20, 3_000])
def test_where_none_fails_the_end_is_known_in_closed_form(sessions: int) -> None:
    mixture = betaln(PRIOR, PRIOR + sessions) - betaln(PRIOR, PRIOR)
    high = 1 - math.exp((mixture - math.log(20)) / sessions)
    assert rate_sequence(0, sessions).high == pytest.approx(high, rel=1e-9)
    assert rate_sequence(0, sessions).low == 0
    mirrored = rate_sequence(sessions, sessions)
    assert (mirrored.low, mirrored.high) == pytest.approx((1 - high, 1.0))


def test_the_interval_of_a_mean_is_that_of_another_implementation() -> None:
    x = np.random.default_rng(3).exponential(70, 900)
    mine = mean_sequence(float(x.mean()), float(x.std(ddof=1)), len(x))
    other = ville.AsymptoticCS(0.05, t_opt=1_000).fit(x).interval()
    assert (mine.low, mine.high) == pytest.approx(other, rel=0.01)


def test_a_difference_of_one_design_with_a_perfect_one_is_a_rate_and_its_mirror() -> None:
    one = difference_sequence(40, 0, 900)
    other = difference_sequence(0, 40, 900)
    assert (one.low, one.high) == pytest.approx((-other.high, -other.low))
    rate = rate_sequence(40, 900)
    assert one.low <= rate.low
    assert one.high >= rate.high, "the second design's own failures are not known to be none"
    assert one.low > 0


def test_the_edges_of_a_difference_are_where_the_likelihood_falls_to_the_mixture() -> None:
    counts = (17, 6, 200)
    found = difference_sequence(17, 6, 223)
    share = np.linspace(1e-6, 1 - 1e-6, 200_001)
    mixture = sum(math.lgamma(PRIOR + c) - math.lgamma(PRIOR) for c in counts)
    mixture += math.lgamma(3 * PRIOR) - math.lgamma(3 * PRIOR + 223)
    for edge in (found.low, found.high):
        second = share[(share + edge > 0) & (2 * share + edge < 1)]
        each = counts[0] * np.log(second + edge) + counts[1] * np.log(second)
        likelihood = (each + counts[2] * np.log(1 - 2 * second - edge)).max()
        assert likelihood == pytest.approx(mixture - math.log(20), abs=1e-3)


def test_it_is_wider_than_an_interval_of_a_size_that_was_chosen_before() -> None:
    for failures, sessions in ((0, 200), (3, 200), (100, 1_000)):
        fixed, every = wilson(failures, sessions), rate_sequence(failures, sessions)
        assert every.low <= fixed.low
        assert fixed.high < every.high < fixed.high + 2.2 * fixed.half_width


def test_the_truth_is_inside_at_every_look_and_a_fixed_interval_misses_it() -> None:
    rate, looks, missed, missed_fixed = 0.1, range(20, 1_000, 35), 0, 0
    for seed in range(40):
        failures = np.cumsum(seen(rate, 1_000, seed))
        at = [(int(failures[n - 1]), n) for n in looks]
        every = [rate_sequence(*each) for each in at]
        missed += any(not each.low <= rate <= each.high for each in every)
        fixed = [wilson(*each) for each in at]
        missed_fixed += any(not each.low <= rate <= each.high for each in fixed)
    assert binom.sf(missed - 1, 40, 0.05) > 0.001
    assert missed_fixed > 8, "the test would see it if the sequence were such an interval"


def test_the_evidence_is_the_integral_of_the_likelihood_over_the_rates_below() -> None:
    from scipy.integrate import quad
    from scipy.stats import beta

    limit, failures, sessions = 0.05, 2, 90
    prior = beta(PRIOR, PRIOR)

    def likelihood(p: float) -> float:
        return (p / limit) ** failures * ((1 - p) / (1 - limit)) ** (sessions - failures)

    for side, (low, high), share in zip(
        log_evidence(failures, sessions, limit),
        ((0, limit), (limit, 1)),
        (prior.cdf(limit), prior.sf(limit)),
        strict=True,
    ):
        whole, _ = quad(lambda p: likelihood(p) * prior.pdf(p), low, high, limit=200)
        assert side == pytest.approx(math.log(whole / share), abs=1e-6)


def test_a_rate_at_the_limit_is_seldom_called_below_it_however_often_one_looks() -> None:
    wrong = 0
    for seed in range(100):
        test, failures = RateTest(0.05), np.cumsum(seen(0.05, 1_500, seed))
        for n in range(25, 1_501, 25):
            test.look(int(failures[n - 1]), n)
        wrong += test.side() != "open"
    assert binom.sf(wrong - 1, 100, 0.05) > 0.001


def test_a_rate_that_is_far_away_is_told_after_few_sessions() -> None:
    few = sessions_needed(0.05)
    assert few < 120
    test = RateTest(0.05)
    test.look(0, few - 1)
    assert test.side() == "open"
    test.look(0, few)
    assert test.side() == "below"
    test.look(few, 2 * few)
    assert test.side() == "below", "what was shown once stays shown"
    above = RateTest(0.05)
    above.look(20, 60)
    assert above.side() == "above"


def test_over_a_family_each_needs_more_and_one_that_is_open_stays_so() -> None:
    few = sessions_needed(0.05)
    family = [RateTest(0.05) for _ in range(5)]
    for test in family[:4]:
        test.look(0, few)
    family[4].look(2, 40)
    assert sides(family) == ["open"] * 5
    for test in family[:4]:
        test.look(0, 2 * few)
    assert sides(family) == ["below"] * 4 + ["open"]


@pytest.mark.parametrize("limit", [0, 1, -0.1, 1.5, float("nan")])
def test_a_limit_is_a_rate_that_may_be_missed_on_either_side(limit: float) -> None:
    with pytest.raises(InputError, match="above 0 and below 1"):
        RateTest(limit)
