"""Intervals for proportions and for the difference of two designs on the same sessions.

Sources: Wilson 1927 (score interval, by scipy); Clopper & Pearson 1934 (the exact upper bound when
nothing was seen); Newcombe 1998, "Improved confidence intervals for the difference between
binomial proportions based on paired data", method 10; McNemar 1947, exact; Fisher 1935, exact;
Mann & Whitney 1947; the sign test (Arbuthnott 1710); Holm 1979, "A simple sequentially rejective
multiple test procedure".
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from scipy.stats import binomtest, fisher_exact, mannwhitneyu

CONFIDENCE = 0.95


@dataclass(frozen=True)
class Interval:
    """An estimate with its interval; all three are proportions, or a difference of two."""

    estimate: float
    low: float
    high: float

    @property
    def half_width(self) -> float:
        """Half the interval's width."""
        return (self.high - self.low) / 2


@dataclass(frozen=True)
class Paired:
    """Two designs on the same sessions. ``only_a`` counts the sessions in which only a failed."""

    sessions: int
    both: int
    only_a: int
    only_b: int
    difference: Interval
    p_value: float


def wilson(failures: int, sessions: int, confidence: float = CONFIDENCE) -> Interval:
    """The Wilson score interval of a proportion. ``sessions`` must be above 0."""
    test = binomtest(failures, sessions)
    interval = test.proportion_ci(confidence_level=confidence, method="wilson")
    return Interval(failures / sessions, max(0.0, float(interval.low)), float(interval.high))


def whatever_they_were(
    interval: Callable[[int, int], Interval], failures: int, sessions: int, unsettled: int
) -> Interval:
    """An interval that holds whatever the unsettled sessions would have come to.

    Its low end counts none of them as a failure, its high end all; the estimate is of the others.
    """
    if not unsettled:
        return interval(failures, sessions)
    every = sessions + unsettled
    low, high = interval(failures, every), interval(failures + unsettled, every)
    return Interval(failures / sessions if sessions else 0.0, low.low, high.high)


def upper_bound_if_none(sessions: int, confidence: float = CONFIDENCE) -> float:
    """The rate above which none in so many sessions would be a rarer event than the rest allows."""
    return 1.0 - math.pow(1.0 - confidence, 1.0 / sessions)


def paired(
    both: int, only_a: int, only_b: int, neither: int, confidence: float = CONFIDENCE
) -> Paired:
    """The rate of a less the rate of b, with Newcombe's interval and McNemar's exact p-value."""
    n = both + only_a + only_b + neither
    a, b = wilson(both + only_a, n, confidence), wilson(both + only_b, n, confidence)
    phi = _phi(both, only_a, only_b, neither)
    difference = (only_a - only_b) / n
    down_a, up_b = a.estimate - a.low, b.high - b.estimate
    up_a, down_b = a.high - a.estimate, b.estimate - b.low
    low = difference - math.sqrt(max(0.0, down_a**2 - 2 * phi * down_a * up_b + up_b**2))
    high = difference + math.sqrt(max(0.0, down_b**2 - 2 * phi * down_b * up_a + up_a**2))
    return Paired(n, both, only_a, only_b, Interval(difference, low, high), mcnemar(only_a, only_b))


def either_way(found: Paired, least: Paired, most: Paired) -> Paired:
    """A difference that holds whatever unsettled sessions would have come to.

    ``least`` and ``most`` count them as it is least and most; ``found`` has the settled alone.
    """
    low, high = least.difference, most.difference
    is_known = low.estimate * high.estimate > 0  # it points one way in both
    p_value = max(least.p_value, most.p_value) if is_known else 1.0
    difference = Interval(found.difference.estimate, low.low, high.high)
    return Paired(found.sessions, found.both, found.only_a, found.only_b, difference, p_value)


def _phi(both: int, only_a: int, only_b: int, neither: int) -> float:
    """The correlation, with Newcombe's correction towards 0 where it is positive."""
    margins = (both + only_a) * (only_b + neither) * (both + only_b) * (only_a + neither)
    if margins == 0:
        return 0.0
    cross = float(both * neither - only_a * only_b)
    n = both + only_a + only_b + neither
    if cross > 0:
        cross = max(cross - n / 2, 0)
    return cross / math.sqrt(margins)


def mcnemar(only_a: int, only_b: int) -> float:
    """The exact two-sided p-value that both designs fail equally often."""
    discordant = only_a + only_b
    return 1.0 if discordant == 0 else float(binomtest(only_a, discordant, 0.5).pvalue)


def fisher(failures_a: int, sessions_a: int, failures_b: int, sessions_b: int) -> float:
    """The exact two-sided p-value that both fail equally often, on sessions of their own."""
    table = [[failures_a, sessions_a - failures_a], [failures_b, sessions_b - failures_b]]
    return float(fisher_exact(table).pvalue)


def more_often(before: Sequence[float], now: Sequence[float]) -> tuple[int, int, float]:
    """How many of the same sessions have more now, how many less, and the exact sign test of it."""
    pairs = list(zip(before, now, strict=True))
    more, less = sum(b < n for b, n in pairs), sum(b > n for b, n in pairs)
    return more, less, mcnemar(more, less)


def rank_sum(before: Sequence[float], now: Sequence[float]) -> tuple[float, float]:
    """How likely one of now is more than one of before, and the two-sided p-value that both are
    alike, on sessions of their own (Mann & Whitney)."""
    if len({*before, *now}) < 2:
        return 0.5, 1.0
    test = mannwhitneyu(now, before, alternative="two-sided")
    return float(test.statistic) / (len(now) * len(before)), float(test.pvalue)


def holm(p_values: Sequence[float]) -> list[float]:
    """Each p-value so corrected that one error rate holds over all of them."""
    order = sorted(range(len(p_values)), key=lambda place: p_values[place])
    corrected, least = [1.0] * len(p_values), 0.0
    for rank, place in enumerate(order):
        least = max(least, min(1.0, (len(order) - rank) * p_values[place]))
        corrected[place] = least
    return corrected
