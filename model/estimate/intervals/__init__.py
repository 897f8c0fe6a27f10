"""Intervals and tests: for a size that was chosen before, and for who stops when enough is known.

`fixed` has the first; `confidence` and `rate_test` hold at every look.
"""

from lastchunk.model.estimate.intervals.fixed import (
    CONFIDENCE,
    Interval,
    Paired,
    either_way,
    fisher,
    holm,
    mcnemar,
    more_often,
    paired,
    rank_sum,
    upper_bound_if_none,
    whatever_they_were,
    wilson,
)

__all__ = [
    "CONFIDENCE",
    "Interval",
    "Paired",
    "either_way",
    "fisher",
    "holm",
    "mcnemar",
    "more_often",
    "paired",
    "rank_sum",
    "upper_bound_if_none",
    "whatever_they_were",
    "wilson",
]
