"""Canaries are caught, and a harmless network clears the real designs."""

from __future__ import annotations

from typing import Any

import pytest

from lastchunk.model.design.load import load_designs
from lastchunk.model.estimate.comparison import Comparison, compare
from lastchunk.model.scenario.load import load_scenario
from tests.oracles.canaries import CompletesAtOnce, NeverCompletes, NoStatusCheck
from tests.support.worlds import spec_of

SESSIONS = 40


def judged(scenario_name: str, *designs: Any) -> Comparison:
    scenario = load_scenario(scenario_name)
    specs = [spec_of(cls) for cls in designs] or load_designs(["manual", "alarm"], scenario)
    return compare(scenario, specs, SESSIONS, seed=3)


@pytest.mark.parametrize(
    ("canary", "scenario", "slug"),
    [
        (CompletesAtOnce, "everything-fast", "complete_at_finalization"),
        (CompletesAtOnce, "everything-fast", "nothing_refused"),
        (NeverCompletes, "everything-fast", "finalizes"),
        (NoStatusCheck, "twelve-minute-pause", "completed_is_final"),
    ],
)
def test_canary_is_caught(canary: Any, scenario: str, slug: str) -> None:
    verdict = judged(scenario, canary).verdicts[canary.__name__][slug]
    assert verdict.kind == "violated"
    assert verdict.violations > SESSIONS * 0.9


def test_a_canary_breaks_only_what_it_breaks() -> None:
    verdicts = judged("harmless", NeverCompletes).verdicts["NeverCompletes"]
    assert {slug for slug, v in verdicts.items() if v.kind == "violated"} == {"finalizes"}


def test_a_harmless_network_clears_both_designs() -> None:
    result = judged("harmless")
    for design in ("manual", "alarm"):
        verdict = result.verdicts[design]["complete_at_finalization"]
        assert (verdict.kind, verdict.sessions) == ("not seen", SESSIONS)


def test_with_the_deployed_order_the_manual_design_loses_the_last_chunk() -> None:
    # The first look of the wait loop comes before the last chunk is queued. It sees an empty
    # queue unless an earlier chunk is still on its way, and finalizes at once; the chunk behind
    # it is refused, and the client drops it.
    result = judged("everything-fast")
    manual = result.rows_of("manual")
    assert (manual["complete_at_finalization"] == 0).mean() > 0.9
    lost = manual[manual["complete_at_finalization"] == 0]
    assert (lost["missing_at_finalization"] == 1).all()
    assert (lost["refused"] == 1).all()
    assert (lost["outcome"] == "refused and lost").all()


def test_the_alarm_design_waits_ten_minutes_even_there() -> None:
    rows = judged("harmless").rows_of("alarm")
    assert (rows["finalizes_promptly"] == 0).all()
    assert rows["delay_ms"].between(600_000, 600_200).all()
