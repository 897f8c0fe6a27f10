"""How often intervals hold the truth, over seeds: at every look, and of rare events.

``python -m benchmarks.coverage [SEEDS]``. Looked at every 25 sessions up to 2,000, a confidence
sequence holds the rate in at least 95 % of the seeds, Wilson's interval in far fewer. Of rare
events Student's interval over 20 replications is looked at, where the probability is known.
"""

from __future__ import annotations

import sys
from random import Random

import numpy as np
from scipy.stats import poisson

from lastchunk.model.estimate.intervals import wilson
from lastchunk.model.estimate.intervals.confidence import difference_sequence, rate_sequence
from lastchunk.model.estimate.intervals.rate_test import RateTest
from lastchunk.model.estimate.rare.splitting import Splitting, summed
from tests.estimate.test_rare import Arrivals

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


def of_rare_events(seeds: int) -> None:
    """The share of seeds in which the interval holds a probability that is known."""
    model, exact = Arrivals(5.0, 14), float(poisson.sf(13, 5.0))
    held = 0
    for seed in range(seeds):
        splitting = Splitting(model, 100)
        thresholds = splitting.thresholds(Random(f"{seed} pilot"))
        found = [splitting.replication(thresholds, Random(f"{seed} {n}")) for n in range(20)]
        estimate = summed(found, 100, thresholds, splitting.work.happenings, 5.0)
        held += estimate.low <= exact <= estimate.high
    print(
        f"Poisson tail of {exact:.3g}, {seeds} seeds: {held / seeds:.3f} of the intervals hold it"
    )


if __name__ == "__main__":
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 400
    for each in (0.5, 0.1, 0.01):
        at_every_look(each, count)
    of_rare_events(count)
