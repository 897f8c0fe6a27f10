"""The interval of a mean whose values are skewed: seldom very large, as products of shares are.

Student's interval is too low then: where no large value was drawn, the mean and the deviation are
both too small. Hall's takes the skewness out of t by a monotone cubic (Hall 1992, "On the removal
of skewness by transformation"); the union of both is what holds in practice.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from lastchunk.model.estimate.intervals.fixed import CONFIDENCE, Interval


def skewness(values: Sequence[float]) -> float:
    """The third central moment over the cube of the deviation; 0 where all values are equal."""
    mean = math.fsum(values) / len(values)
    variance = math.fsum((each - mean) ** 2 for each in values) / (len(values) - 1)
    if not variance:
        return 0.0
    third = math.fsum((each - mean) ** 3 for each in values) / len(values)
    return third / (variance * math.sqrt(variance))


def skewed_mean(values: Sequence[float], confidence: float = CONFIDENCE) -> Interval:
    """The mean of some values above 0 or at it, and the union of Student's and Hall's intervals."""
    from scipy.stats import t  # slow to import, and seldom needed

    count = len(values)
    mean = math.fsum(values) / count
    variance = math.fsum((each - mean) ** 2 for each in values) / (count - 1)
    error = math.sqrt(variance / count)
    skewed = skewness(values)
    quantile = float(t.ppf((1 + confidence) / 2, count - 1))
    low_t, high_t = (_without_skewness(each, skewed, count) for each in (-quantile, quantile))
    low = mean - max(quantile, high_t) * error
    return Interval(mean, max(0.0, low), mean - min(-quantile, low_t) * error)


def _without_skewness(quantile: float, skewed: float, count: int) -> float:
    """Where t has this quantile, if the values have such a skewness: the inverse of the cubic."""
    a = skewed / (3 * math.sqrt(count))
    shifted = quantile - skewed / (6 * math.sqrt(count))
    return (math.cbrt(1 + 3 * a * shifted) - 1) / a if abs(a) > 1e-9 else shifted
