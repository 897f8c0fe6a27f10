"""How often intervals hold the truth, over seeds: at every look, and of rare events.

``python -m benchmarks.coverage [SEEDS]``. Looked at every 25 sessions up to 2,000, a confidence
sequence holds the rate in at least 95 % of the seeds, Wilson's interval in far fewer. Of rare
events whose probability is known it is looked at the interval at which replications were stopped.
"""

from __future__ import annotations

import sys
from typing import Any

import numpy as np

from benchmarks.rare_models import Arrivals, TandemQueue
from lastchunk.model.estimate.intervals import wilson
from lastchunk.model.estimate.intervals.confidence import difference_sequence, rate_sequence
from lastchunk.model.estimate.intervals.rate_test import RateTest
from lastchunk.model.estimate.rare.replications import rare_estimate
from lastchunk.model.estimate.rare.splitting import SplitModel

LOOKS = range(25, 2_001, 25)


def at_every_look(rate: float, seeds: int) -> None:
    """The share of seeds in which the truth is inside at all looks."""
    kept = dict.fromkeys(("sequence", "wilson", "difference", "not called below"), 0)
    for seed in range(seeds):
        draws = np.random.default_rng(seed).random((2, LOOKS[-1])) < rate
        one = draws[0].cumsum()
        only_a = (draws[0] & ~draws[1]).cumsum()
        only_b = (draws[1] & ~draws[0]).cumsum()
        test = RateTest(rate)
        inside = dict.fromkeys(kept, True)
        for n in LOOKS:
            failures = int(one[n - 1])
            found = (
                rate_sequence(failures, n),
                wilson(failures, n),
                difference_sequence(int(only_a[n - 1]), int(only_b[n - 1]), n),
            )
            for name, interval, truth in zip(inside, found, (rate, rate, 0.0), strict=False):
                inside[name] &= interval.low <= truth <= interval.high
            test.look(failures, n)
        inside["not called below"] = test.side() == "open"
        for name, is_inside in inside.items():
            kept[name] += is_inside
    shares = ", ".join(f"{name} {count / seeds:.3f}" for name, count in kept.items())
    print(f"rate {rate:g}, {seeds} seeds, every look: {shares}", flush=True)


def of_rare_events(
    name: str, model: SplitModel[Any], exact: float, effort: int, precision: float, seeds: int
) -> None:
    """The share of seeds in which the interval that was stopped at holds what is known."""
    held, replications = 0, 0
    for seed in range(seeds):
        found = rare_estimate(model, precision, effort, seed)
        held += found.low <= exact <= found.high
        replications += found.replications
    share = held / seeds
    error = 1.96 * (share * (1 - share) / seeds) ** 0.5
    print(
        f"{name}, {exact:.3g}, {effort} runs a level, to {precision:g} of it, {seeds} seeds: "
        f"{share:.3f} +- {error:.3f} of the intervals hold it, after {replications / seeds:.0f} "
        "replications on the average",
        flush=True,
    )


if __name__ == "__main__":
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 400
    for each in (0.5, 0.1, 0.01):
        at_every_look(each, count)
    tail, queue = Arrivals(5.0, 14), TandemQueue(6)
    for precision in (0.2, 0.5):
        of_rare_events("Poisson tail", tail, tail.exact(), 100, precision, count)
        of_rare_events("tandem queue", queue, queue.exact(), 100, precision, count)
