"""A gate over sessions that were cut: what is not settled is no pass, and it is said."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from lastchunk.cli.app import app
from lastchunk.gate.holder import Holder, HoldSettings, judged_rate
from lastchunk.gate.kept import KeptSchedules
from lastchunk.model.base.verdict import Verdict
from lastchunk.model.scenario.load import load_scenario
from tests.gate.ci.test_ci import ran

CHECK = """
sessions = 60
[[checks]]
designs = ["{design}"]
scenarios = ["{scenario}"]
properties = {properties}
by = ["sampling"]
set = {{ "limits.horizon_ms" = {horizon_ms}, "expect.sometimes" = [] }}
"""
OWN = """
from lastchunk.model.properties.shipped.endings import at_end
from lastchunk.properties import state

nothing_left = at_end(state.not_stored == 0, when=state.has_recorded)
"""


def check(horizon_ms: int, properties: str, design: str = "lazy-alarm", more: str = "") -> str:
    """A file's check of sessions that are cut there."""
    given = {"design": design, "scenario": "harmless", "properties": properties}
    return CHECK.format(horizon_ms=horizon_ms, **given) + more


@pytest.mark.parametrize("more", ["", "at_most = 0.3\n", "at_most = 0.3\nstops_early = true\n"])
@pytest.mark.parametrize("horizon_ms", [1, 20_000])
def test_sessions_that_are_all_cut_pass_no_gate(tmp_path: Path, horizon_ms: int, more: str) -> None:
    found = ran(tmp_path, check(horizon_ms, '["nothing_lost"]', more=more))
    assert found.code == 3
    assert found.lines[0].startswith("?    nothing_lost: lazy-alarm in harmless by sampling: ")
    assert "60 of 60 sessions cut before it was settled" in found.lines[0]
    assert "60 of 60 sessions had no end and were cut at limits.horizon_ms" in found.lines[1]
    assert found.lines[-1] == "1 check: 0 hold, 1 unknown"


def test_all_that_can_be_asked_is_unknown_too(tmp_path: Path) -> None:
    found = ran(tmp_path, check(1, '["nothing_lost", "nothing_refused", "count_true"]'))
    assert found.code == 3
    assert found.lines[-1] == "3 checks: 0 hold, 3 unknown"
    assert sum("had no end" in line for line in found.lines) == 1, "said once for a check"


def test_the_json_says_how_many_were_cut_and_left_unsettled(tmp_path: Path) -> None:
    file = tmp_path / "ci.json"
    ran(tmp_path, check(30_000, '["nothing_lost"]'), "--json", str(file))
    (told,) = json.loads(file.read_text())["checks"]
    assert told["unsettled"] + told["sessions"] == 60
    assert told["unsettled"] > 0
    assert told["cut"][0].startswith(f"lazy-alarm: {told['unsettled']} of 60 sessions had no end")
    ran(tmp_path, check(10_000_000, '["nothing_lost"]'), "--json", str(file))
    (told,) = json.loads(file.read_text())["checks"]
    assert (told["unsettled"], told["sessions"], told["cut"]) == (0, 60, [])


def test_a_person_s_own_at_end_is_no_pass_either(tmp_path: Path) -> None:
    (tmp_path / "mine.py").write_text(OWN)
    found = ran(tmp_path, check(20_000, '["mine.py:nothing_left"]'))
    assert found.code == 3
    assert "60 of 60 sessions cut before it was settled" in found.lines[0]
    assert ran(tmp_path, check(10_000_000, '["mine.py:nothing_left"]')).code == 0


def test_few_that_were_cut_leave_a_share_that_is_below_its_limit_whatever_they_are() -> None:
    words = "3 of 300 sessions cut before it was settled"
    few = Verdict("unknown", 297, 0, 0.0, 0.03, words, unsettled=3)
    assert few.unsettled_words == words
    assert judged_rate(few, 0.05) == ("", "")
    assert judged_rate(few, 0.0) == ("unknown", words)
    assert judged_rate(few, 0.02)[0] == "unknown"
    never = Verdict("unknown", 297, 0, 0.0, 0.03, "never happened: x", unsettled=3)
    assert judged_rate(never, 0.05) == ("unknown", "never happened: x")


@pytest.mark.parametrize("slug", ["bill", "nothing_lost", "nothing_refused", "finalizes"])
def test_compare_passes_nothing_at_a_horizon_of_one_ms(slug: str) -> None:
    words = ["compare", "harmless", "--gate", "--property", slug, "--sessions", "20"]
    cut = ["--set", "limits.horizon_ms=1", "--design", "lazy-alarm", "--workers", "1"]
    found = CliRunner().invoke(app, [*words, *cut, "--set", "expect.sometimes=[]"])
    assert found.exit_code == 3, found.output
    assert "cut before it was" in " ".join(found.output.split())


def test_of_all_properties_none_is_left_out_where_every_session_was_cut(tmp_path: Path) -> None:
    scenario = load_scenario("harmless", ["limits.horizon_ms=1", "expect.sometimes=[]"])
    held = Holder(HoldSettings(sessions=30), KeptSchedules(tmp_path)).sample(scenario, "lazy-alarm")
    assert held.kind == "unknown"
    assert {failure.item.slug for failure in held.failures} == set(held.verdicts)
    assert "nothing_lost" in held.verdicts
