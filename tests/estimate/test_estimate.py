"""Replications, comparisons and sweeps: counts against the rows, rows against single sessions."""

from __future__ import annotations

import pandas as pd
import pytest

from lastchunk.model.base.errors import InputError
from lastchunk.model.design.load import load_designs
from lastchunk.model.estimate.comparison import compare
from lastchunk.model.estimate.intervals import upper_bound_if_none, wilson
from lastchunk.model.estimate.replicate import BATCH, replicate, stream
from lastchunk.model.estimate.space import Axis
from lastchunk.model.estimate.sweep import REQUEST_DELAY, UPLINK_SPEED, sweep
from lastchunk.model.estimate.tally import judge_rows, tally_of
from lastchunk.model.properties import OUTCOMES, PROPERTIES, ROW_COLUMNS, SOMETIMES, row_of
from lastchunk.model.scenario.load import load_scenario
from lastchunk.model.scenario.schema import Scenario
from lastchunk.model.simulate import simulate

PAIR = ["manual", "alarm"]


def rows(**columns: list[int]) -> pd.DataFrame:
    """Rows of one design, each property held and each *sometimes* one met unless said otherwise."""
    count = len(next(iter(columns.values())))
    base = {slug: [1] * count for slug in PROPERTIES}
    base |= {f"saw_{slug}": [True] * count for slug in SOMETIMES}
    return pd.DataFrame({**base, "session": range(count), **columns})


def lossy() -> Scenario:
    return load_scenario("lossy-mobile")


def test_rows_are_those_of_single_sessions() -> None:
    scenario = lossy()
    designs = load_designs(PAIR, scenario)
    frame = replicate(scenario, designs, 12, seed=6)
    of_runs = ["uplink_kbps", "request_delay_ms", "media_lost_ms", "alarm_writes"]
    assert list(frame.columns) == [*ROW_COLUMNS, *of_runs]
    for row in frame.to_dict("records"):
        design = next(item for item in designs if item.name == row["design"])
        run = simulate(scenario, design, 6, row["session"])
        expected = row_of(run.facts, run.judge, scenario.name, design.name, row["session"])
        assert {key: row[key] for key in expected} == expected
        assert row["request_delay_ms"] == run.mean_request_delay_ms
        assert row["media_lost_ms"] == run.media_lost_ms
        assert row["alarm_writes"] == run.alarm_writes


def test_batches_are_a_matter_of_speed_alone() -> None:
    scenario = lossy()
    designs = load_designs(PAIR, scenario)
    whole = replicate(scenario, designs, BATCH + 20, seed=6)
    parts = pd.concat(
        [replicate(scenario, designs, 150, 6), replicate(scenario, designs, 120, 6, first=150)]
    ).sort_values(["design", "session"], ignore_index=True)
    pd.testing.assert_frame_equal(whole, parts)
    lengths = [len(frame) for frame in stream(scenario, designs, BATCH + 20, 6)]
    assert lengths == [2 * BATCH, 40]


def test_two_workers_give_the_rows_of_one() -> None:
    scenario = lossy()
    designs = load_designs(PAIR, scenario)
    done: list[int] = []
    two = replicate(scenario, designs, 2 * BATCH + 10, 6, workers=2, progress=done.append)
    assert done == [BATCH, BATCH, 10]
    pd.testing.assert_frame_equal(two, replicate(scenario, designs, 2 * BATCH + 10, 6))


def test_common_random_numbers_correlate_the_designs() -> None:
    frame = replicate(lossy(), load_designs(PAIR, lossy()), 100, seed=6)
    wide = frame.pivot_table(index="session", columns="design", values="duration_ms", observed=True)
    assert (wide["manual"] == wide["alarm"]).all()


def test_a_violated_property_has_its_witness_and_interval() -> None:
    verdict = judge_rows(rows(finalizes=[1, 1, 0, -1, 0]), "finalizes", ())
    assert (verdict.kind, verdict.sessions, verdict.violations) == ("violated", 4, 2)
    assert verdict.witness_session == 2
    bounds = wilson(2, 4)
    assert (verdict.low, verdict.high) == (bounds.low, bounds.high)


def test_not_seen_has_an_upper_bound() -> None:
    verdict = judge_rows(rows(finalizes=[1] * 60), "finalizes", ("retry_happened",))
    assert (verdict.kind, verdict.low) == ("not seen", 0.0)
    assert verdict.high == upper_bound_if_none(60)


def test_never_green_by_vacuity() -> None:
    silent = judge_rows(rows(finalizes=[-1, -1]), "finalizes", ())
    assert (silent.kind, silent.reason) == ("unknown", "no session says anything about it")
    unmet = rows(finalizes=[1, 1], saw_retry_happened=[0, 0])
    assert judge_rows(unmet, "finalizes", ()).kind == "not seen"
    verdict = judge_rows(unmet, "finalizes", ("retry_happened", "tab_closed"))
    assert (verdict.kind, verdict.reason) == ("unknown", "never happened: retry_happened")


def test_a_comparison_adds_up() -> None:
    scenario = lossy()
    result = compare(scenario, load_designs(PAIR, scenario), 150, seed=6)
    assert result.outcomes().sum(axis=1).tolist() == [150, 150]
    assert list(result.outcomes().columns) == list(OUTCOMES)
    for design in PAIR:
        own = result.rows_of(design)
        for slug, verdict in result.verdicts[design].items():
            assert verdict.violations == int((own[slug] == 0).sum())
            assert verdict.sessions == int((own[slug] >= 0).sum())
    asks = [item.asks == "every design" for item in PROPERTIES.values()]
    assert len(result.statistics()) == 2 * sum(asks)
    frame = result.to_frame()
    frame["session"] = -1
    assert (result.frame["session"] >= 0).all(), "to_frame hands out a copy"


def test_a_pair_counts_the_discordant_sessions() -> None:
    scenario = lossy()
    result = compare(scenario, load_designs(PAIR, scenario), 150, seed=6)
    pair = result.paired("manual", "alarm")["count_true"]
    wide = result.frame.pivot_table(
        index="session", columns="design", values="count_true", observed=True
    )
    assert pair.only_a == int(((wide["manual"] == 0) & (wide["alarm"] == 1)).sum())
    assert pair.only_b == int(((wide["manual"] == 1) & (wide["alarm"] == 0)).sum())
    assert pair.difference.estimate == pytest.approx((pair.only_a - pair.only_b) / 150)


def test_the_earliest_failure_is_the_first_that_violates() -> None:
    scenario = lossy()
    result = compare(scenario, load_designs(PAIR, scenario), 60, seed=6)
    run = result.earliest_failure("alarm", "count_true")
    assert run is not None
    own = result.rows_of("alarm")
    assert run.session == own[own["count_true"] == 0]["session"].min()
    harmless = load_scenario("harmless")
    clean = compare(harmless, load_designs(["manual"], harmless), 20, seed=6)
    assert clean.earliest_failure("manual") is None


def test_half_width_is_met() -> None:
    scenario = load_scenario("slow-uplink")
    designs = load_designs(["alarm"], scenario)
    result = compare(scenario, designs, 100, seed=6, half_width=0.06)
    assert tally_of(result.frame, ["alarm"]).widest() <= 0.06
    assert result.sessions == len(result.frame) > 100
    assert result.frame["session"].is_unique


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"sessions": 0}, "sessions: 0"),
        ({"seed": -1}, "seed: -1"),
        ({"workers": 0}, "workers: 0"),
        ({"half_width": 0.7}, "half_width: 0.7"),
    ],
)
def test_numbers_out_of_range_are_refused(settings: dict[str, float], words: str) -> None:
    scenario = lossy()
    with pytest.raises(InputError, match=words):
        compare(scenario, load_designs(PAIR, scenario), **settings)  # type: ignore[arg-type]


def test_a_sweep_sets_what_it_says() -> None:
    axis = Axis(
        "pause", "pause (min)", (1.0, 12.0),
        lambda m: ["recording.pause_at_ms=15000", f"recording.pause_for_ms={round(m * 60_000)}"],
    )  # fmt: skip
    frame = sweep("everything-fast", axis, ["alarm"], 20, seed=6)
    part = frame[frame["property"] == "not_while_recording"].set_index("value")
    assert part["rate"].to_dict() == {1.0: 0.0, 12.0: 1.0}
    assert (frame["low"] <= frame["rate"]).all()
    assert (frame["rate"] <= frame["high"]).all()


def test_the_shipped_axes_move_the_failure_rate() -> None:
    for axis in (UPLINK_SPEED, REQUEST_DELAY):
        ends = Axis(axis.name, axis.label, (axis.points[0], axis.points[-1]), axis.overrides)
        frame = sweep("everything-fast", ends, ["alarm"], 40, seed=6)
        rates = frame[frame["property"] == "complete_at_finalization"]["rate"].tolist()
        assert abs(rates[0] - rates[1]) > 0.3
