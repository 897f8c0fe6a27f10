"""What a sweep says while it runs: the highest figure so far, by an interval that holds at every
look."""

from __future__ import annotations

import sys
from dataclasses import astuple
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from lastchunk.cli.sweep import sweep
from lastchunk.model.estimate.intervals.confidence import mean_sequence, rate_sequence
from lastchunk.model.estimate.replicate import replicate
from lastchunk.model.estimate.sweeps.chunk import COLUMNS_OF_CHUNK
from lastchunk.model.estimate.sweeps.live import LiveSweep
from lastchunk.model.estimate.sweeps.plan import SweepPlan
from lastchunk.model.estimate.sweeps.plan_file import read_plan
from lastchunk.model.estimate.sweeps.run import SweepRun
from tests.estimate.test_sweep_plans import bytes_of

FIGURE = "complete_at_finalization"
PLAN = """
scenarios = ["small-scope"]
designs = ["alarm", "lazy-alarm"]
sessions = 120
chunk_sessions = 1
[axes]
"design.grace_ms" = [10, 5, 2, 17]
"""
AT = "design.grace_ms="
ALPHA = 0.05
SERIES, LOOKS = 60, 10


@pytest.fixture(scope="module")
def plan(tmp_path_factory: pytest.TempPathFactory) -> SweepPlan:
    file = tmp_path_factory.mktemp("live") / "plan.toml"
    file.write_text(PLAN, encoding="utf-8")
    return read_plan(file)


@pytest.fixture(scope="module")
def run(plan: SweepPlan, tmp_path_factory: pytest.TempPathFactory) -> SweepRun:
    """A sweep that is there, and that was told of no figure."""
    run = SweepRun(plan, tmp_path_factory.mktemp("live") / "out")
    assert run.run() is not None
    assert run.folder.chunks >= 2
    return run


def seen(plan: SweepPlan, run: SweepRun, figure: str, order: list[int]) -> LiveSweep:
    live = LiveSweep(plan, run.mine, figure)
    for number in order:
        live.add(number, run.folder.read(number))
    return live


@pytest.mark.parametrize("order", [1, -1])
def test_in_the_end_it_is_the_highest_rate_of_the_result(
    plan: SweepPlan, run: SweepRun, order: int
) -> None:
    result = run.partial()
    rates = result.rates[result.rates["property"] == FIGURE]
    top: Any = rates.sort_values("rate", kind="stable").iloc[-1]
    assert 0 < top["rate"] < 1
    found = seen(plan, run, FIGURE, list(run.mine)[::order]).most()
    assert found is not None
    confidence = 1 - ALPHA / len(rates)
    expected = rate_sequence(int(top["violations"]), int(top["sessions"]), confidence)
    assert astuple(found.interval) == pytest.approx(astuple(expected))
    assert f"by {top['design']} at {AT}{top['design.grace_ms']}:" in found.words
    assert found.words.endswith("at every look")


def test_a_mean_is_that_of_its_sessions(plan: SweepPlan, run: SweepRun) -> None:
    found = seen(plan, run, "rows_written", list(run.mine)).most()
    result = run.partial()
    means = result.means[result.means["figure"] == "rows_written"]
    top: Any = means.sort_values("mean").iloc[-1]
    at = list(plan.space.points).index((top["design.grace_ms"],))
    scenario, specs = plan.point(at).load(plan.designs)
    rows = replicate(scenario, specs, plan.sessions, plan.seed)
    each = rows[rows["design"] == top["design"]]["rows_written"].astype(float)
    assert found is not None
    expected = mean_sequence(each.mean(), each.std(), plan.sessions, 1 - ALPHA / len(means))
    assert astuple(found.interval) == pytest.approx(astuple(expected))


def test_a_chunk_that_is_early_counts_when_its_turn_comes(plan: SweepPlan, run: SweepRun) -> None:
    last, first = run.mine[1], run.mine[0]
    assert seen(plan, run, FIGURE, [last]).most() is None
    both, one = seen(plan, run, FIGURE, [last, first]), seen(plan, run, FIGURE, [first])
    assert len(both.sums) > len(one.sums) > 0


def chunk(rows: list[tuple[int, int]], sessions: int) -> pd.DataFrame:
    """A chunk of so many sessions at each point, by the point and its violations."""
    each = [(point, 0, "alarm", FIGURE, sessions, failed, 0, 0.0, 0.0) for point, failed in rows]
    return pd.DataFrame(each, columns=list(COLUMNS_OF_CHUNK))


def test_the_highest_of_several_holds_at_every_look(plan: SweepPlan) -> None:
    """The one with the highest estimate is picked at each of many looks, and is still sure."""
    rng = np.random.default_rng(1)
    points = len(plan.space.points)
    rate, missed = 0.1, 0
    for _ in range(SERIES):
        live = LiveSweep(plan, range(LOOKS), FIGURE)
        for number in range(LOOKS):
            live.add(number, chunk([(at, rng.binomial(20, rate)) for at in range(points)], 20))
            found = live.most()
            assert found is not None
            if not found.interval.low <= rate <= found.interval.high:
                missed += 1
                break
    assert missed <= ALPHA * SERIES


def test_a_terminal_shows_it_and_files_are_the_same(
    plan: SweepPlan,
    run: SweepRun,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    file = tmp_path / "plan.toml"
    file.write_text(PLAN.replace("120", "12"), encoding="utf-8")
    monkeypatch.setenv("COLUMNS", "300")
    shown = {}
    for terminal in (False, True):
        monkeypatch.setattr(sys.stderr, "isatty", lambda is_it=terminal: is_it, raising=False)
        sweep(file, tmp_path / f"{terminal}", figure=FIGURE, workers=1)
        shown[terminal] = capsys.readouterr().err
    assert shown[False] == ""
    assert f"violations of {FIGURE}, most by alarm at {AT}" in shown[True]
    assert "at every look" in shown[True]
    assert bytes_of(tmp_path / "True") == bytes_of(tmp_path / "False")
