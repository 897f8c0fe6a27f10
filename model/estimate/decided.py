"""Sampling that stops as soon as it is known on which side of a limit each rate lies."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import pandas as pd

from lastchunk.model.base.verdict import Verdict
from lastchunk.model.design.load import DesignSpec
from lastchunk.model.estimate.comparison import Comparison, compare
from lastchunk.model.estimate.intervals.confidence import rate_sequence
from lastchunk.model.estimate.intervals.rate_test import RateSide, RateTest, sides
from lastchunk.model.estimate.replicate import BATCH, replicate
from lastchunk.model.properties import Property
from lastchunk.model.properties.row import VIOLATED_CODE
from lastchunk.model.scenario.schema import Scenario


@dataclass(frozen=True)
class DecidedRates:
    """The sessions that it took, and by property on which side of the limit its rate is.

    ``intervals`` hold whenever one stops; those of the comparison's own verdicts do not.
    """

    comparison: Comparison
    sides: dict[str, RateSide]
    intervals: dict[str, tuple[float, float]]

    def verdict(self, slug: str) -> Verdict:
        """The verdict on a property, with the interval that holds."""
        design = self.comparison.designs[0].name
        found = self.comparison.verdicts[design][slug]
        low, high = self.intervals[slug]
        return replace(found, low=low, high=high)


def decided(
    scenario: Scenario,
    design: DesignSpec,
    slugs: Sequence[str],
    limit: float,
    sessions_max: int,
    seed: int,
    workers: int = 1,
    own: Sequence[Property] = (),
) -> DecidedRates:
    """Sample a batch at a time until every rate is below or above the limit, or to the most there
    may be. One error rate holds over all of the properties."""
    tests = {slug: RateTest(limit) for slug in slugs}
    first = min(BATCH, sessions_max)
    result = compare(scenario, design, first, seed, workers, properties=tuple(own))
    while True:
        counts = {slug: _counts(result.frame, slug) for slug in slugs}
        for slug, test in tests.items():
            test.look(*counts[slug])
        found = dict(zip(slugs, sides(list(tests.values())), strict=True))
        verdicts = result.verdicts[design.name]
        is_open = "open" in found.values() or any(verdicts[s].kind == "unknown" for s in slugs)
        if not is_open or result.sessions >= sessions_max:
            break
        more = min(BATCH, sessions_max - result.sessions)
        given = (result.scenario, result.designs, more, seed, workers, None, result.sessions)
        sessions = result.sessions + more
        fresh = replicate(*given, result.own, "auto", of_all=sessions)
        rows = pd.concat([result.frame, fresh], ignore_index=True)
        result = replace(result, kept=rows, sessions=sessions)
    intervals = {slug: _interval(*each) for slug, each in counts.items()}
    return DecidedRates(result, found, intervals)


def _counts(rows: pd.DataFrame, slug: str) -> tuple[int, int]:
    """How many sessions violate a property, and how many say anything about it."""
    return int((rows[slug] == VIOLATED_CODE).sum()), int((rows[slug] >= 0).sum())


def _interval(failures: int, sessions: int) -> tuple[float, float]:
    if not sessions:
        return 0.0, 1.0
    found = rate_sequence(failures, sessions)
    return found.low, found.high
