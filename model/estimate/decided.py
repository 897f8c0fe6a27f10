"""Sampling that stops as soon as it is known on which side of a limit each rate lies."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

import pandas as pd

from lastchunk.model.base.verdict import Verdict
from lastchunk.model.design.load import DesignSpec
from lastchunk.model.estimate.comparison import Comparison, compare
from lastchunk.model.estimate.intervals import whatever_they_were
from lastchunk.model.estimate.intervals.confidence import rate_sequence
from lastchunk.model.estimate.intervals.rate_test import RateSide, RateTest, sides
from lastchunk.model.estimate.replicate import BATCH, replicate
from lastchunk.model.estimate.tally import COUNTED_CODES, SessionTally, tally_of
from lastchunk.model.properties import Property
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
    tests = {slug: TwoRateTests(RateTest(limit), RateTest(limit)) for slug in slugs}
    first = min(BATCH, sessions_max)
    result = compare(scenario, design, first, seed, workers, properties=tuple(own))
    frames, tally = [result.frame], result.tally
    while True:
        counts = {slug: _counts(tally, design.name, slug) for slug in slugs}
        for slug, test in tests.items():
            test.look(*counts[slug])
        found = dict(zip(slugs, _sides(list(tests.values())), strict=True))
        verdicts = replace(result, kept=tally).verdicts[design.name]
        unknown = [
            s for s in slugs if verdicts[s].kind == "unknown" and not verdicts[s].is_only_cut
        ]
        is_open = "open" in found.values() or bool(unknown)
        if not is_open or result.sessions >= sessions_max:
            break
        more = min(BATCH, sessions_max - result.sessions)
        given = (result.scenario, result.designs, more, seed, workers, None, result.sessions)
        sessions = result.sessions + more
        fresh = replicate(*given, result.own, "auto", of_all=sessions)
        frames.append(fresh)
        tally += tally_of(fresh, tally.designs, result.own)
        result = replace(result, sessions=sessions)
    intervals = {slug: _interval(*each) for slug, each in counts.items()}
    rows = pd.concat(frames, ignore_index=True)
    return DecidedRates(replace(result, kept=rows), found, intervals)


class TwoRateTests(NamedTuple):
    """The test of a rate where some sessions are unsettled: as if none of them failed, and as if
    all did. It is above the limit by the first alone, and below it by the second."""

    least: RateTest
    most: RateTest

    def look(self, failures: int, sessions: int, unsettled: int) -> None:
        """What has been seen by now, all in all."""
        self.least.look(failures, sessions + unsettled)
        self.most.look(failures + unsettled, sessions + unsettled)


def _sides(tests: Sequence[TwoRateTests]) -> list[RateSide]:
    """What is known of the rates. For each side one test counts, so the error rate is as of one."""
    least, most = sides([test.least for test in tests]), sides([test.most for test in tests])
    return [
        "above" if low == "above" else "below" if high == "below" else "open"
        for low, high in zip(least, most, strict=True)
    ]


def _counts(tally: SessionTally, design: str, slug: str) -> tuple[int, int, int]:
    """How many sessions violate a property, say anything about it, and were cut before that."""
    failures, held, unsettled = (tally.count(design, slug, c).sessions for c in COUNTED_CODES)
    return failures, failures + held, unsettled


def _interval(failures: int, sessions: int, unsettled: int) -> tuple[float, float]:
    if not sessions + unsettled:
        return 0.0, 1.0
    found = whatever_they_were(rate_sequence, failures, sessions, unsettled)
    return found.low, found.high
