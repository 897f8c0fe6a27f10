"""Clocks that are ahead or behind, one value or each whole ms of a range, against other ways."""

from __future__ import annotations

from itertools import product
from pathlib import Path

import pytest

from lastchunk.model.design.load import load_design
from lastchunk.model.explore.scope.refusals import refusals
from lastchunk.model.explore.search.search import Search
from lastchunk.model.explore.state.machine import Machine, monitor_for
from lastchunk.model.explore.verify import verify
from lastchunk.model.explore.witness.walks import walk_to
from lastchunk.model.properties import EXPLORABLE, Violation, asked
from lastchunk.model.scenario.load import load_scenario
from lastchunk.model.simulate import replay
from lastchunk.model.simulate.schedule import read_schedule, write_schedule
from tests.explore.test_against_the_world import BASE, CASES, SLUGS
from tests.oracles.whole_ms import by_brute_force

OFFSET = "platform.clock_offset_ms"
MET = [
    *(("alarm", name) for name in ("slow puts", "late alarm", "one at a time", "a deploy")),
    *(("leases", name) for name in ("an instance is lost", "an unread store")),
]
"""Those that brute force is done with soon, also with each clock of two instances."""


def range_of(low_ms: int, high_ms: int) -> str:
    return f"{OFFSET}={{low_ms={low_ms},high_ms={high_ms}}}"


@pytest.mark.parametrize(("design_name", "name"), MET)
@pytest.mark.parametrize(("low_ms", "high_ms"), [(2, 2), (-2, -2), (-1, 1)])
def test_clocks_show_what_brute_force_shows(
    low_ms: int, high_ms: int, design_name: str, name: str
) -> None:
    overrides = [*BASE, *CASES[name], range_of(low_ms, high_ms)]
    scenario = load_scenario("everything-fast", overrides)
    design = load_design(design_name, scenario)
    slugs = [slug for slug in asked(design.cls, scenario) if slug in SLUGS]
    monitor = monitor_for(design, scenario, slugs)
    search = Search(Machine(design, scenario, monitor, symmetry=design_name == "alarm"))
    found = search.run()
    assert not found.unfinished
    violated: set[str] = set()
    for offsets_ms in product(range(low_ms, high_ms + 1), repeat=2):
        violated |= set(by_brute_force(design, scenario, offsets_ms=offsets_ms).violated)
    assert set(found.findings) == violated & set(slugs)
    for finding in found.findings.values():
        offsets = walk_to(search, finding).offsets_ms
        assert all(low_ms <= offset <= high_ms for offset in offsets)


@pytest.mark.parametrize(
    ("low_ms", "high_ms", "soonest_ms", "latest_ms"),
    [(0, 0, 0, 0), (7, 7, 7, 7), (-7, -7, 0, 0), (-3, 0, 0, 0), (-3, 5, 0, 5), (2, 9, 2, 9)],
)
def test_an_alarm_is_late_by_as_much_as_the_clock_is_ahead(
    low_ms: int, high_ms: int, soonest_ms: int, latest_ms: int
) -> None:
    # D3: never early by the scheduler's clock or the object's, so one that is behind delays none.
    overrides = ["chunks=1", "failures=0", "disconnects=0", "low_ms=10", "high_ms=10"]
    scenario = load_scenario("small-scope", [*overrides, range_of(low_ms, high_ms)])
    found = verify(scenario, "alarm", ["finalizes_promptly"], counterexamples=False)
    grace_ms = found.design.settings.grace_ms
    assert found.late_ms_min == grace_ms + soonest_ms
    # The upload that comes after the stop sets the long alarm.
    assert found.late_ms == found.design.settings.long_alarm_ms + latest_ms


def test_the_counterexample_says_which_clock_it_needs(tmp_path: Path) -> None:
    overrides = [*BASE, *CASES["slow puts"], range_of(-4, 3)]
    scenario = load_scenario("everything-fast", overrides)
    slug = "complete_at_finalization"
    found = verify(scenario, load_design("alarm", scenario), [slug])
    assert found.verdicts[slug].kind == "violated"
    assert [line for line in found.assumptions if "-4 to 3 ms: by each whole ms" in line]
    for item in found.counterexamples[slug]:
        write_schedule(item.schedule, tmp_path / "a.jsonl")
        again = read_schedule(tmp_path / "a.jsonl")
        assert all(-4 <= offset <= 3 for offset in again.clock_offsets_ms)
        run = replay(again)
        assert isinstance(EXPLORABLE[slug].check(run.facts, run.judge), Violation)


def test_a_range_that_is_too_wide_is_refused_with_one_that_is_not() -> None:
    for low_ms, high_ms in [(-40, 40), (100, 116), (-116, -100), (-2, 30), (-30, 2)]:
        scenario = load_scenario("small-scope", [range_of(low_ms, high_ms)])
        (refusal,) = refusals(scenario)
        again = load_scenario("small-scope", [range_of(low_ms, high_ms), *refusal.overrides])
        assert list(refusals(again)) == []
        offset = again.platform.clock_offset_ms
        assert low_ms <= offset.low_ms <= offset.high_ms <= high_ms
        assert offset.high_ms - offset.low_ms == 15
