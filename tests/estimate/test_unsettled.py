"""Sessions that were cut before a property was decided: no rate is told as if there were none.

The oracle is to try all that they could have come to: what is said must hold for each.
"""

from __future__ import annotations

from functools import partial
from itertools import product

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

import lastchunk
from lastchunk.model.base.verdict import Verdict
from lastchunk.model.estimate.decided import decided
from lastchunk.model.estimate.intervals import whatever_they_were, wilson
from lastchunk.model.estimate.intervals.confidence import rate_sequence
from lastchunk.model.estimate.intervals.rate_test import RateTest, sides
from lastchunk.model.estimate.precision import PrecisionTarget, figures_now
from lastchunk.model.estimate.tally import judge_rows, paired_codes
from lastchunk.model.properties.row import (
    HELD_CODE,
    NOT_APPLICABLE_CODE,
    UNSETTLED_CODE,
    VIOLATED_CODE,
)
from lastchunk.model.scenario.load import load_scenario
from lastchunk.reports.base.pooled import Pooled, ScenarioVerdict

CODES = (VIOLATED_CODE, HELD_CODE, NOT_APPLICABLE_CODE, UNSETTLED_CODE)
codes_of_sessions = st.lists(st.sampled_from(CODES), min_size=1, max_size=9)
SLUG = "nothing_lost"


def worlds(codes: list[int]) -> list[list[int]]:
    """All that the sessions could have come to."""
    ways = [(VIOLATED_CODE, HELD_CODE) if c == UNSETTLED_CODE else (c,) for c in codes]
    return [list(way) for way in product(*ways)]


def judged(codes: list[int]) -> Verdict:
    """The verdict on sessions with these codes."""
    return judge_rows(pd.DataFrame({"session": range(len(codes)), SLUG: codes}), SLUG, ())


@given(codes_of_sessions)
def test_a_verdict_holds_whatever_the_unsettled_sessions_would_have_come_to(
    codes: list[int],
) -> None:
    found, whole = judged(codes), [judged(world) for world in worlds(codes)]
    assert found.unsettled == codes.count(UNSETTLED_CODE)
    kinds = {each.kind for each in whole}
    assert found.kind == (kinds.pop() if len(kinds) == 1 else "unknown")
    if found.sessions + found.unsettled and found.kind != "not seen":
        failed = [each.violations for each in whole]
        n = found.sessions + found.unsettled
        assert found.low == wilson(min(failed), n).low
        assert found.high == wilson(max(failed), n).high


@given(st.integers(0, 30), st.integers(0, 30), st.integers(0, 30))
def test_an_interval_has_that_of_every_outcome_in_it(failed: int, held: int, cut: int) -> None:
    if failed + held + cut == 0:
        return
    for interval in (wilson, partial(rate_sequence, confidence=0.9)):
        found = whatever_they_were(interval, failed, failed + held, cut)
        for more in range(cut + 1):
            one = interval(failed + more, failed + held + cut)
            assert found.low <= one.low
            assert one.high <= found.high
        assert found.low <= found.estimate <= found.high or failed + held == 0


@given(st.lists(st.tuples(st.sampled_from(CODES), st.sampled_from(CODES)), max_size=6))
def test_a_difference_has_that_of_every_outcome_in_it(pairs: list[tuple[int, int]]) -> None:
    a, b = ([pair[side] for pair in pairs] for side in (0, 1))
    found = paired_codes(pd.Series(a, dtype=int), pd.Series(b, dtype=int))
    if found is None:
        assert not any(min(pair) >= 0 for pair in pairs)
        return
    for one, other in product(worlds(a), worlds(b)):
        whole = paired_codes(pd.Series(one), pd.Series(other))
        assert whole is not None
        assert found.difference.low <= whole.difference.low + 1e-9
        assert whole.difference.high <= found.difference.high + 1e-9
        assert whole.p_value <= found.p_value + 1e-9 or UNSETTLED_CODE not in (*a, *b)


def test_figures_to_a_precision_have_every_outcome_in_them() -> None:
    codes = [VIOLATED_CODE] * 20 + [HELD_CODE] * 30 + [UNSETTLED_CODE] * 50
    rows = {"design": ["a"] * 100 + ["b"] * 100, SLUG: codes + codes[::-1]}
    targets = [PrecisionTarget.of(f"{SLUG}=0.1"), PrecisionTarget.of(f"a,b:{SLUG}=0.1")]
    one, _, gap = figures_now(pd.DataFrame(rows), targets, ["a", "b"])
    confidence = 1 - 0.05 / 3
    assert one.interval.low == rate_sequence(20, 100, confidence).low
    assert one.interval.high == rate_sequence(70, 100, confidence).high
    assert one.sessions == 50
    assert not one.is_met
    assert gap.interval.low < -0.5 < 0.5 < gap.interval.high


def test_a_rate_is_on_a_side_of_its_limit_only_where_every_outcome_is() -> None:
    for failed, held, cut in ((0, 900, 0), (0, 900, 20), (0, 800, 400), (300, 500, 100)):
        tests = [RateTest(0.1) for _ in range(cut + 1)]
        for more, test in enumerate(tests):
            test.look(failed + more, failed + held + cut)
        every = {sides([test])[0] for test in tests}
        from lastchunk.model.estimate.decided import TwoRateTests, _sides

        two = TwoRateTests(RateTest(0.1), RateTest(0.1))
        two.look(failed, failed + held, cut)
        assert _sides([two]) == [every.pop() if len(every) == 1 else "open"]


def test_sampling_that_stops_early_does_not_stop_on_what_was_cut() -> None:
    scenario = load_scenario("lossy-mobile", ["limits.horizon_ms=60000"])
    design = lastchunk.load_design("short-grace", scenario)
    found = decided(scenario, design, [SLUG], 0.3, 1_000, 1)
    whole = lastchunk.compare("lossy-mobile", "short-grace", 1_000).verdicts["short-grace"][SLUG]
    assert found.sides == {SLUG: "open"}
    assert found.intervals[SLUG][0] <= whole.violations / whole.sessions <= found.intervals[SLUG][1]


def test_what_stops_early_speaks_of_all_sessions_that_it_took() -> None:
    scenario = load_scenario("lossy-mobile", ["limits.horizon_ms=60000"])
    design = lastchunk.load_design("short-grace", scenario)
    found = decided(scenario, design, [SLUG], 0.3, 1_000, 1)
    once = lastchunk.compare(scenario, design, 1_000)
    assert found.comparison.sessions == len(found.comparison.frame) == 1_000
    said = found.comparison.verdicts["short-grace"][SLUG]
    assert said == once.verdicts["short-grace"][SLUG]
    counts = (said.violations, said.sessions, said.unsettled)
    sequence = whatever_they_were(rate_sequence, *counts)
    assert found.intervals[SLUG] == (sequence.low, sequence.high)


def test_a_scenario_of_which_all_was_cut_is_not_silent() -> None:
    names = ("one", "two")
    verdicts = (judged([HELD_CODE] * 4), judged([UNSETTLED_CODE] * 4))
    found = Pooled(tuple(ScenarioVerdict(n, n, v) for n, v in zip(names, verdicts, strict=True)))
    assert found.kind == "unknown"
    assert "4 of 4 sessions cut before it was settled" in found.reason


@pytest.mark.parametrize("design", ["manual", "short-grace"])
def test_a_short_horizon_s_interval_has_the_long_one_s_rate(design: str) -> None:
    whole = lastchunk.compare("lossy-mobile", design, 300).verdicts[design][SLUG]
    rate = whole.violations / whole.sessions
    for horizon_ms in (1, 40_000, 60_000, 100_000, 700_000):
        cut = load_scenario("lossy-mobile", [f"limits.horizon_ms={horizon_ms}"])
        found = lastchunk.compare(cut, design, 300).verdicts[design][SLUG]
        assert found.sessions + found.unsettled == 300
        assert found.low <= rate <= found.high
        assert found.kind != "not seen"
