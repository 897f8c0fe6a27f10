"""What `verify` says: verdicts, budgets, worst delays, thresholds, bad input, the command."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

import lastchunk
from lastchunk.cli import app
from lastchunk.model.base.errors import InputError
from lastchunk.model.explore.threshold import find_threshold, safe_region
from lastchunk.model.explore.verify import Budget, Reductions
from lastchunk.model.properties import Violation, check_all
from lastchunk.model.simulate import replay
from lastchunk.model.simulate.schedule import read_schedule
from tests.explore.small import COMPLETE, SMALL, explored


def test_a_proof_and_a_violation() -> None:
    assert explored("alarm", [COMPLETE]).verdict == "proved"
    found = explored("alarm", [COMPLETE], "grace_ms=16")
    assert found.verdict == "violated"
    for example in found.counterexamples[COMPLETE]:
        run = replay(example.schedule)
        assert isinstance(check_all(run.facts, run.judge)[COMPLETE], Violation)
        assert example.violation.at_ms == 17


def test_the_earliest_is_no_later_and_the_widest_stays_clear() -> None:
    found = explored("alarm", [COMPLETE], "grace_ms=9")
    by_kind = {example.kind: example for example in found.counterexamples[COMPLETE]}
    assert by_kind["earliest"].violation.at_ms == 10
    assert by_kind["widest"].violation.at_ms > by_kind["earliest"].violation.at_ms
    for step, (low, high) in zip(
        by_kind["widest"].schedule.steps, by_kind["widest"].ranges_ms, strict=True
    ):
        assert low <= step.at_ms
        assert high is None or step.at_ms <= high


def test_a_budget_gives_unknown_with_what_was_left() -> None:
    found = explored("alarm", [COMPLETE], budget=Budget(classes=20))
    verdict = found.verdicts[COMPLETE]
    assert verdict.kind == "unknown"
    assert "the budget of 20 classes" in verdict.reason
    assert found.frontier > 0


def test_what_is_expected_and_not_met_gives_unknown() -> None:
    found = explored("alarm", [COMPLETE], "expect.sometimes=['laptop_slept']")
    assert found.verdicts[COMPLETE].kind == "unknown"
    assert "laptop_slept" in found.verdicts[COMPLETE].reason


def test_the_longest_delay_is_computed() -> None:
    found = explored("alarm", ["finalizes_promptly"])
    assert found.late_ms == 40
    # Where the stop comes last, it is the grace from when it runs, up to 8 ms after it was pressed.
    assert explored("alarm", ["finalizes_promptly"], "long_alarm_ms=25").late_ms == 27


def test_bad_input_is_one_clear_error() -> None:
    with pytest.raises(InputError, match=r"budget\.classes: 0; allowed: at least 1"):
        explored("alarm", [COMPLETE], budget=Budget(classes=0))
    with pytest.raises(InputError, match="--property: 'nonsense'; allowed: one of"):
        explored("alarm", ["nonsense"])
    with pytest.raises(InputError, match="no uplink"):
        explored("alarm", [COMPLETE], "uplink={kind='constant', rate_kbps=5}")
    with pytest.raises(InputError, match="--threshold: 'grace'"):
        find_threshold("small-scope", SMALL, "alarm", COMPLETE, "grace")
    with pytest.raises(InputError, match=r"a setting of the design: design\.grace_ms"):
        find_threshold("small-scope", SMALL, "alarm", COMPLETE, "design.graze_ms")


def test_a_threshold_and_a_map() -> None:
    limit = find_threshold("small-scope", SMALL, "alarm", COMPLETE, "grace_ms")
    assert (limit.below, limit.below_ms, limit.above_ms) == ("violated", 16, 17)
    assert limit.is_single
    region = safe_region("small-scope", SMALL, "alarm", COMPLETE, ("high_ms", [4, 8]), "grace_ms")
    assert [(value, found.above_ms) for value, found in region] == [(4, 9), (8, 17)]


def test_the_command_writes_what_it_found(tmp_path: Path) -> None:
    out = tmp_path / "out"
    arguments = ["verify", "small-scope", "--set", "chunks=1", "--set", "grace_ms=16"]
    arguments += ["--property", COMPLETE, "--threshold", "grace_ms", "--out", str(out)]
    arguments += ["--promela", str(tmp_path / "m.pml"), "--tchecker", str(tmp_path / "m.txt")]
    result = CliRunner().invoke(app, arguments)
    assert result.exit_code == 1, result.output
    found = json.loads((out / "verify.json").read_text(encoding="utf-8"))
    assert found["verdict"] == "violated"
    assert "#define GRACE 16" in (tmp_path / "m.pml").read_text(encoding="utf-8")
    assert "system:small_scope" in (tmp_path / "m.txt").read_text(encoding="utf-8")
    assert found["thresholds"][0]["proved"] == 17
    assert {"state_classes", "wall_s", "bounds", "frontier", "settings"} <= set(found)
    run = replay(read_schedule(out / f"{COMPLETE}-widest.jsonl"))
    assert isinstance(check_all(run.facts, run.judge)[COMPLETE], Violation)
    words = (out / f"{COMPLETE}-shortest.md").read_text(encoding="utf-8")
    assert "still under way 16 ms after the stop ran" in words
    assert "sequenceDiagram" in words


@pytest.mark.parametrize(
    ("options", "code"),
    [((), 0), (("--set", "grace_ms=3"), 1), (("--classes", "5"), 3)],
)
def test_exit_codes(options: tuple[str, ...], code: int) -> None:
    arguments = ["verify", "small-scope", "--set", "chunks=1", "--property", COMPLETE, *options]
    assert CliRunner().invoke(app, arguments).exit_code == code


def test_from_python() -> None:
    scenario = lastchunk.load_scenario("small-scope", ["chunks=1"])
    found = lastchunk.verify(scenario, lastchunk.load_design("alarm", scenario), [COMPLETE])
    assert "proved" in found._repr_html_()
    with pytest.raises(AttributeError):
        found.classes = 1  # type: ignore[misc]
    slower = lastchunk.verify(
        scenario, found.design, [COMPLETE], reductions=Reductions(False, False, False)
    )
    assert slower.verdict == found.verdict
