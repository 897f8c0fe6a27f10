"""B30: a second tab uploads into the session, the same indices and other bytes."""

from __future__ import annotations

import pytest

from lastchunk.model.base.errors import InputError
from lastchunk.model.design.load import load_design
from lastchunk.model.explore.verify import verify
from lastchunk.model.properties import Holds, Violation, check_all
from lastchunk.model.scenario.load import load_scenario
from lastchunk.model.simulate import record, replay
from lastchunk.model.trace import events as e
from tests.support.worlds import of, quiet

AFTER = "faults=[{kind='second_tab', offset_ms=12000}]"
BEFORE = "faults=[{kind='second_tab', offset_ms=9000}]"


@pytest.mark.parametrize(
    ("design", "fault", "counted", "holds"),
    [
        # Who counts uploads counts the chunk twice, and stores what came last.
        ("alarm", AFTER, 4, False),
        ("alarm", BEFORE, 4, True),
        # Who keeps a set counts it once, and keeps what came first.
        ("lazy-alarm", AFTER, 3, True),
        ("lazy-alarm", BEFORE, 3, False),
    ],
)
def test_count_and_content_are_both_judged(
    design: str, fault: str, counted: int, holds: bool
) -> None:
    scenario = quiet(fault)
    spec = load_design(design, scenario)
    run, schedule = record(scenario, spec, 1)
    assert replay(schedule, spec).trace == run.trace
    judged = check_all(run.facts, run.judge)
    assert run.facts.chunks_uploaded == counted
    assert isinstance(judged["count_true"], Violation) is (counted == 4)
    assert isinstance(judged["nothing_lost"], Holds if holds else Violation)


def test_what_another_tab_stored_is_in_the_trace_once_for_each_chunk() -> None:
    scenario = quiet("faults=[{kind='second_tab', offset_ms=24000, chunks=2}]")
    run, _ = record(scenario, load_design("alarm", scenario), 1)
    others = [(x.at_ms, x.chunk) for x in of(run.trace, e.BlobOfOtherTab)]
    assert others == [(24_050, 0), (24_050, 1)]
    assert run.facts.stored.keys() == {2}


def test_exploring_refuses_it_by_name_with_what_works() -> None:
    with pytest.raises(InputError, match=r"'second_tab'; allowed: .*faults.0.probability=0"):
        verify(load_scenario("small-scope", [AFTER]), load_design("alarm"))


AGAIN_AND_STOP = (
    "faults=[{kind='second_tab', offset_ms=9000}, {kind='second_tab', offset_ms=11000}, "
    "{kind='stray_stop', offset_ms=12000}]"
)


@pytest.mark.parametrize(
    ("design", "counted", "stored"), [("alarm", 3, set()), ("lazy-alarm", 3, {1, 2})]
)
def test_a_tab_that_tries_again_and_stops_is_three_faults(
    design: str, counted: int, stored: set[int]
) -> None:
    """The stop of the other tab ends the deployed design's session amid the recording."""
    scenario = quiet(AGAIN_AND_STOP)
    spec = load_design(design, scenario)
    run, schedule = record(scenario, spec, 1)
    assert replay(schedule, spec).trace == run.trace
    assert run.facts.chunks_uploaded == counted
    assert set(run.facts.stored) == stored
    assert isinstance(check_all(run.facts, run.judge)["nothing_lost"], Violation)
