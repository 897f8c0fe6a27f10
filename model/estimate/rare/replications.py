"""Replications of splitting, added until it is known exactly enough how rare something is.

Replications are products of shares, so they are skewed: most are too small and few very large. An
interval of few of them holds less than it says, the more so if one stops where it happens to be
narrow. So nothing is judged by fewer than 40, nor by fewer than 25 times their squared skewness
(Cochran 1977, Sampling Techniques, 2.15: a rule for intervals at 95 %). `python -m
benchmarks.coverage` shows how often what was stopped so holds a probability that is known.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from random import Random

from lastchunk.model.estimate.rare.splitting import (
    RareEstimate,
    SplitModel,
    SplitState,
    Splitting,
    summed,
)

REPLICATIONS_FIRST, ROUND = 40, 20
"""Replications before the first look at how exact it is, and between two looks."""
Replicate = Callable[[range], Iterable[tuple[float, int]]]
"""Gives the estimate and the happenings of each replication, by their numbers."""


def until_enough(
    replicate: Replicate,
    summed_up: Callable[[Sequence[float], int], RareEstimate],
    precision: float,
    replications_max: int,
    progress: Callable[[int], None] | None = None,
) -> RareEstimate:
    """The estimate by as many replications as are enough, or by as many as are allowed."""
    found: list[float] = []
    happenings = 0
    while True:
        count = ROUND if found else REPLICATIONS_FIRST
        for probability, work in replicate(range(len(found), len(found) + count)):
            found.append(probability)
            happenings += work
        if progress is not None:
            progress(count)
        estimate = summed_up(found, happenings)
        if estimate.is_enough(precision) or len(found) >= replications_max:
            return estimate


def rare_estimate(
    model: SplitModel[SplitState],
    precision: float,
    effort: int,
    seed: int = 1,
    replications_max: int = 400,
) -> RareEstimate:
    """The probability of any model's event, in this process: a pilot, then replications."""
    splitting = Splitting(model, effort)
    thresholds = splitting.thresholds(Random(f"{seed} pilot"))
    each = Splitting(model, effort).happenings_a_run(Random(f"{seed} runs"))

    def replicate(numbers: range) -> Iterable[tuple[float, int]]:
        for number in numbers:
            before = splitting.work.happenings
            probability = splitting.replication(thresholds, Random(f"{seed} {number}"))
            yield probability, splitting.work.happenings - before

    def summed_up(found: Sequence[float], _: int) -> RareEstimate:
        return summed(found, effort, thresholds, splitting.work.happenings, each)

    return until_enough(replicate, summed_up, precision, replications_max)
