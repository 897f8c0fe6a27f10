"""Confidence sequences: intervals that hold at every look at once, whenever one stops.

A fixed-size interval holds at a size that was chosen before. Who looks again and again, and stops
when it pleases, finds the truth outside of one of them sooner or later. These are wider, and the
truth lies in all of them together with the confidence that is said.

Each is the set of values that a mixture of likelihoods does not refute: the mixture over the
likelihood at the true value is a martingale that begins at 1, and reaches 1 / alpha with a
probability of at most alpha (Ville 1939; Robbins 1970). Sources: Howard, Ramdas, McAuliffe & Sekhon
2021, "Time-uniform, nonparametric, nonasymptotic confidence sequences" (the beta-binomial mixture);
Waudby-Smith, Arbour, Sinha, Kennedy & Ramdas 2024, "Time-uniform central limit theory and
asymptotic confidence sequences" (means of anything).
"""

from __future__ import annotations

import math
from collections.abc import Callable
from math import lgamma, log

from lastchunk.model.estimate.intervals.fixed import CONFIDENCE, Interval

PRIOR = 0.5
"""Each parameter of the mixing Beta and Dirichlet distributions: Jeffreys's, narrow near 0 and 1.
It changes the width alone."""
STEPS = 60
"""Halvings of a range: more than a float has bits."""
BEST_AT = 1_000
"""The sequence for a mean is narrowest after about so many sessions."""


def rate_sequence(failures: int, sessions: int, confidence: float = CONFIDENCE) -> Interval:
    """The beta-binomial mixture's interval of a proportion. ``sessions`` must be above 0."""
    estimate = failures / sessions
    level = log_mixture((failures, sessions - failures)) - log(1 / (1 - confidence))

    def is_kept(rate: float) -> bool:
        return log_likelihood((failures, sessions - failures), (rate, 1 - rate)) > level

    low = 0.0 if failures == 0 else _edge(is_kept, estimate, 0.0)
    high = 1.0 if failures == sessions else _edge(is_kept, estimate, 1.0)
    return Interval(estimate, low, high)


def difference_sequence(
    only_a: int, only_b: int, sessions: int, confidence: float = CONFIDENCE
) -> Interval:
    """The rate of a less that of b on the same sessions, by those in which only one of both failed.

    The mixture is over all three shares; a difference is kept as long as some shares with it are.
    """
    counts = (only_a, only_b, sessions - only_a - only_b)
    level = log_mixture(counts) - log(1 / (1 - confidence))

    def is_kept(difference: float) -> bool:
        return log_likelihood(counts, _likeliest(counts, difference)) > level

    estimate = (only_a - only_b) / sessions
    return Interval(estimate, _edge(is_kept, estimate, -1.0), _edge(is_kept, estimate, 1.0))


def mean_sequence(
    mean: float, deviation: float, sessions: int, confidence: float = CONFIDENCE
) -> Interval:
    """The interval of a mean of anything, by its standard deviation; it holds as the number grows.

    Nothing is assumed of the distribution but a variance. Nothing is known of fewer than 2.
    """
    if sessions < 2:
        return Interval(mean, -math.inf, math.inf)
    alpha = 1 - confidence
    rho2 = (-2 * log(alpha) + log(-2 * log(alpha)) + 1) / BEST_AT
    grown = sessions * rho2 + 1
    half = deviation * math.sqrt(2 * grown / (sessions**2 * rho2) * log(math.sqrt(grown) / alpha))
    return Interval(mean, mean - half, mean + half)


def log_mixture(counts: tuple[int, ...]) -> float:
    """The logarithm of the mean likelihood of an order of events with such counts."""
    kinds, total = len(counts), sum(counts)
    each = sum(lgamma(PRIOR + count) - lgamma(PRIOR) for count in counts)
    return each + lgamma(PRIOR * kinds) - lgamma(PRIOR * kinds + total)


def log_likelihood(counts: tuple[int, ...], shares: tuple[float, ...]) -> float:
    """The logarithm of the likelihood of an order of events with such counts."""
    found = 0.0
    for count, share in zip(counts, shares, strict=True):
        if count:
            if share <= 0:
                return -math.inf
            found += count * log(share)
    return found


def _likeliest(counts: tuple[int, int, int], difference: float) -> tuple[float, float, float]:
    """The shares of greatest likelihood whose first two differ by so much: a quadratic's root."""
    one, two, rest = counts
    if difference < 0:
        second, first, third = _likeliest((two, one, rest), -difference)
        return first, second, third
    total = one + two + rest
    middle = (one + two) * (1 - difference) - 2 * difference * (two + rest)
    last = two * difference * (1 - difference)
    second = max(0.0, (middle + math.sqrt(middle**2 + 8 * total * last)) / (4 * total))
    return second + difference, second, max(0.0, 1 - 2 * second - difference)


def _edge(is_kept: Callable[[float], bool], inside: float, outside: float) -> float:
    """How far one may go from a value that is kept: the last value that is not ruled out."""
    if is_kept(outside):
        return outside
    for _ in range(STEPS):
        middle = (inside + outside) / 2
        if is_kept(middle):
            inside = middle
        else:
            outside = middle
    return outside
