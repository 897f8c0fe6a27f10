"""Sweeps: a comparison at each value of one setting, and what the shipped axes set."""

from __future__ import annotations

import itertools
from typing import Any

from lastchunk.model.design.load import load_designs
from lastchunk.model.estimate.comparison import compare
from lastchunk.model.estimate.intervals import wilson
from lastchunk.model.estimate.space import Axis
from lastchunk.model.estimate.sweep import REQUEST_DELAY, UPLINK_SPEED, sweep
from lastchunk.model.scenario.load import load_scenario

PAIR = ["manual", "alarm"]


def test_a_sweep_is_a_comparison_at_each_value() -> None:
    axis = Axis("loss", "loss", (0.0, 0.3), lambda share: [f"network.request_loss={share}"])
    done: list[int] = []
    settings = ["recording.duration_ms=20000", "network.request_loss=0.9"]
    frame = sweep("everything-fast", axis, PAIR, 10, 4, 1, settings, progress=done.append)
    assert done == [10, 10]
    assert frame.attrs["scenario"] == load_scenario("everything-fast").title
    assert set(frame["axis"]) == {"loss"}
    for value in axis.points:
        scenario = load_scenario("everything-fast", [*settings, f"network.request_loss={value}"])
        result = compare(scenario, load_designs(PAIR, scenario), 10, 4)
        for design, slug in itertools.product(PAIR, result.verdicts["alarm"]):
            verdict = result.verdicts[design][slug]
            is_it = (frame["value"] == value) & (frame["design"] == design)
            rows = frame[is_it & (frame["property"] == slug)]
            assert len(rows) == (verdict.sessions > 0)
            for row in rows.to_dict("records"):
                assert (row["sessions"], row["violations"]) == (
                    verdict.sessions,
                    verdict.violations,
                )
                assert row["rate"] == verdict.violations / verdict.sessions
                bounds = wilson(verdict.violations, verdict.sessions)
                assert (row["low"], row["high"]) == (bounds.low, bounds.high)


def test_the_shipped_axes_set_one_setting_each() -> None:
    for axis, value in ((UPLINK_SPEED, 2.4), (REQUEST_DELAY, 500)):
        assert value in axis.points
        assert list(axis.points) == sorted(axis.points)
    fast = load_scenario("everything-fast", UPLINK_SPEED.overrides(2.4))
    assert fast.uplink is not None
    assert (fast.uplink.kind, getattr(fast.uplink, "rate_kbps", 0)) == ("constant", 2_400)
    late = load_scenario("everything-fast", REQUEST_DELAY.overrides(500)).network.request_delay_ms
    assert (late.distribution, late.mean_ms) == ("exponential", 500)
    assert (UPLINK_SPEED.replaces_uplink, REQUEST_DELAY.replaces_uplink) == (True, False)


def test_a_measured_uplink_gives_way_to_one_that_is_swept(tmp_path: Any) -> None:
    measured = tmp_path / "slow.up"
    measured.write_text("900000\n")
    ends = Axis("speed", "x", (50.0,), UPLINK_SPEED.overrides, replaces_uplink=True)
    frame = sweep("everything-fast", ends, ["alarm"], 3, 4, uplink=measured, video_mbps=0.5)
    lost = frame[frame["property"] == "complete_at_finalization"]
    assert lost["rate"].tolist() == [0.0]
    kept = Axis("delay", "x", (10,), REQUEST_DELAY.overrides)
    slow = sweep(
        "everything-fast", kept, ["alarm"], 3, 4, 1, ["limits.horizon_ms=900000"], measured
    )
    assert slow[slow["property"] == "complete_at_finalization"]["rate"].tolist() == [1.0]
