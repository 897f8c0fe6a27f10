"""Every counterexample is a session: it replays, and so does the file that it is written to."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks.random_scopes import explored, replays_from_file
from lastchunk.model.design.load import load_design
from lastchunk.model.explore.matrix.fault_classes import BUILDERS
from lastchunk.model.explore.verify import Budget, verify
from lastchunk.model.properties import EXPLORABLE, Violation
from lastchunk.model.scenario.load import load_scenario
from lastchunk.model.simulate import replay
from lastchunk.model.simulate.schedule import read_schedule, write_schedule

COMPLETE = "complete_at_finalization"


@pytest.mark.parametrize("disconnects", ["0", "0.5"])
def test_a_fault_that_passes_takes_its_place_in_the_order_of_time(disconnects: str) -> None:
    settings = "chunks=1 low_ms=0 high_ms=5 back_off_ms=4 grace_ms=14 long_alarm_ms=44 failures=1"
    scenario = load_scenario("small-scope", [*settings.split(), f"disconnects={disconnects}"])
    found = verify(scenario, load_design("alarm", scenario), [COMPLETE])
    assert found.verdicts[COMPLETE].kind == "violated"
    for item in found.counterexamples[COMPLETE]:
        times_ms = [step.at_ms for step in item.schedule.steps]
        assert times_ms == sorted(times_ms)
        assert len(item.ranges_ms) == len(times_ms)
        for at_ms, (low_ms, high_ms) in zip(times_ms, item.ranges_ms, strict=True):
            assert low_ms <= at_ms
            assert high_ms is None or at_ms <= high_ms


def test_a_path_to_the_end_of_the_run_asks_nothing_of_what_would_come_after(
    tmp_path: Path,
) -> None:
    """The last step plans an alarm by a stored time, and ends the run before that counts."""
    overrides = [
        *("chunks=1", "low_ms=0", "high_ms=8", "back_off_ms=1", "grace_ms=12", "long_alarm_ms=23"),
        *("failures=1", "disconnects=0.5", "expect.sometimes=[]", "client.uploads_parallel=1"),
        *("start.session='created'", "platform.commit_ms=2", "platform.commit_failure=0.1"),
        "platform.commit_failures_max=1",
    ]
    scenario = load_scenario("small-scope", overrides)
    budget = Budget(classes=5_000)
    found = verify(scenario, load_design("alarm", scenario), ["count_true"], budget)
    assert found.verdicts["count_true"].kind == "violated"
    assert replays_from_file(found, tmp_path / "a.schedule") == 3


def test_what_a_state_keeps_of_the_past_follows_from_what_it_keeps(tmp_path: Path) -> None:
    """Where a commit may undo a completion, completions are kept: but not what was missing at one,
    by a search that does not ask which chunks are missing. Its path would lead elsewhere."""
    found = explored(253)
    assert replays_from_file(found, tmp_path / "a.schedule") > 0


@pytest.mark.parametrize("seeds", [range(at, at + 6) for at in range(0, 24, 6)], ids=str)
def test_no_random_scope_has_a_counterexample_that_does_not_replay(
    seeds: range, tmp_path: Path
) -> None:
    count = sum(replays_from_file(explored(seed), tmp_path / "a.schedule") for seed in seeds)
    assert count > 0


@pytest.mark.parametrize("design", ["re-read", "manifest", "lazy-alarm"])
def test_a_lost_instance_with_a_page_that_tries_again_is_read_back(
    design: str, tmp_path: Path
) -> None:
    """The client of these designs is their own: a file that says more than the scenario did would
    put the default client in its place."""
    overrides = [
        *("chunks=1", "failures=0", "disconnects=0", "low_ms=10", "high_ms=2000", "grace_ms=5000"),
        *("expect.sometimes=[]", "limits.end_at_completion=false", "start.session='created'"),
        *("platform.instance_loss=0.1", "platform.instance_losses_max=1"),
    ]
    scenario = load_scenario("small-scope", overrides)
    found = verify(scenario, load_design(design, scenario), None, Budget(classes=3_000))
    for slug, examples in found.counterexamples.items():
        for item in examples:
            write_schedule(item.schedule, tmp_path / "a.schedule")
            run = replay(read_schedule(tmp_path / "a.schedule"))
            assert run.trace == item.run.trace
            assert isinstance(EXPLORABLE[slug].check(run.facts, run.judge), Violation)


SAMPLED = (
    ("reliable", 0),
    ("client-lost", 0),
    ("crashes", 1),
    ("late-alarms", 0),
    ("commits", 0),
    ("all", 1),
    ("all", 2),
)
"""Classes of faults, and which of their scopes."""


@pytest.mark.parametrize(("faults", "number"), SAMPLED)
def test_the_schedules_of_a_matrix_are_read_back(faults: str, number: int, tmp_path: Path) -> None:
    scenario = BUILDERS[faults](1).scopes[number].load()
    count = 0
    for name in ("manual", "alarm", "lazy-alarm"):
        design = load_design(name, scenario)
        found = verify(scenario, design, None, Budget(classes=250), kinds=("shortest",))
        count += replays_from_file(found, tmp_path / "a.schedule")
    assert count > 0
