"""Schedules at the edges: within the bounds, at their ends, in both orders, the same each time."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest

from lastchunk.model.design.load import load_design
from lastchunk.model.explore.matrix.fault_classes import BUILDERS
from lastchunk.model.scenario.load import load_scenario
from lastchunk.model.simulate import replay
from lastchunk.model.simulate.edges import CUT, play_edges, simulate_edges
from lastchunk.model.simulate.schedule import Schedule
from lastchunk.model.trace.events import AlarmStarted, RequestArrived, UploadAbandoned
from tests.support.worlds import of

ON = ("limits.end_at_completion=false",)
SMALL = ("chunks=2", "expect.sometimes=[]")
CLASSES = [(slug, number) for slug in BUILDERS for number in range(len(BUILDERS[slug](2).scopes))]


@pytest.mark.parametrize(("faults", "number"), CLASSES)
def test_nothing_leaves_the_bounds(faults: str, number: int) -> None:
    scenario = BUILDERS[faults](2).scopes[number].load()
    design = load_design("lazy-alarm", scenario)
    for at in range(12):
        for way in (play_edges, simulate_edges):
            run, schedule = way(design, scenario, at, 400)
            assert replay(schedule, design).trace[:-2] == run.trace[:-2], (way, at)


def test_a_spread_without_an_upper_bound_is_played_too() -> None:
    scenario = load_scenario("lossy-mobile")
    design = load_design("alarm", scenario)
    for at in range(5):
        run, schedule = play_edges(design, scenario, at, 2_000)
        assert schedule.ended == "quiet"
        assert replay(schedule, design).trace == run.trace


def test_transfers_of_an_uplink_end_at_any_time_that_a_replay_takes() -> None:
    scenario = load_scenario("slow-uplink", ["recording.duration_ms=35000"])
    design = load_design("alarm", scenario)
    for at in range(5):
        run, schedule = play_edges(design, scenario, at, 400)
        assert any(step.key[0] == "drained" for step in schedule.steps)
        assert replay(schedule, design).trace[:-2] == run.trace[:-2]


def small(count: int, *overrides: str) -> list[tuple[Any, Schedule]]:
    """So many schedules of the small scope: requests take 1 to 8 ms, the grace is 20."""
    scenario = load_scenario("small-scope", [*SMALL, *overrides])
    design = load_design("alarm", scenario)
    return [play_edges(design, scenario, at, 500) for at in range(count)]


def test_the_same_number_gives_the_same_schedule() -> None:
    one, other = (small(20) for _ in range(2))
    assert [schedule.steps for _, schedule in one] == [schedule.steps for _, schedule in other]
    assert len({schedule.steps for _, schedule in one}) > 15


def test_every_edge_of_a_window_is_met_more_often_than_the_middle() -> None:
    times = Counter(
        event.at_ms
        for run, _ in small(200, "failures=0", "disconnects=0")
        for event in of(run.trace, RequestArrived)
    )
    assert set(times) == set(range(1, 9))
    assert min(times[1], times[8]) > 2 * max(times[3], times[4], times[5], times[6])
    assert min(times[2], times[7]) > max(times[3], times[4], times[5], times[6])


def test_alarms_come_just_before_at_and_just_after_uploads() -> None:
    overrides = ["chunks=1", "high_ms=30", "start.session='created'", "design.watchdog_ms=15"]
    scenario = load_scenario("small-scope", [*ON, *overrides])
    design = load_design("lazy-alarm", scenario)  # its uploads leave the alarm where it is
    apart = Counter(
        alarm.at_ms - step.at_ms
        for at in range(400)
        for run, schedule in [play_edges(design, scenario, at, 500)]
        for alarm in of(run.trace, AlarmStarted)[:1]
        for step in schedule.steps
        if step.key[:2] == ("request", "upload")
    )
    usual = sum(apart[ms] for ms in range(-8, 9)) / 17
    assert min(apart[-1], apart[0], apart[1]) > usual


def test_ties_come_in_both_orders_and_faults_strike_and_pass() -> None:
    orders, outcomes = set(), set()
    for _, schedule in small(100, "disconnects=0.5"):
        for one, other in zip(schedule.steps, schedule.steps[1:], strict=False):
            if one.at_ms == other.at_ms and one.key[0] == other.key[0] == "request":
                orders.add((one.key[1:3], other.key[1:3]))
        outcomes |= {(step.key[0], step.outcome) for step in schedule.steps}
    assert {(b, a) for a, b in orders} == orders
    assert {("fault", "strikes"), ("fault", "passes"), ("request", "lost")} <= outcomes


def test_what_goes_wrong_is_bounded_as_while_exploring() -> None:
    overrides = ("failures=2", "loss=0.9", "disconnects=0")
    most = 0
    for run, schedule in small(200, *overrides):
        lost = Counter(step.key[2] for step in schedule.steps if step.outcome == "lost")
        most = max(most, *lost.values(), 0)
        assert not of(run.trace, UploadAbandoned)
    assert most == 2


def test_a_schedule_that_goes_on_is_cut() -> None:
    _, schedule = small(1)[0]
    scenario, design = schedule.scenario, load_design("alarm", schedule.scenario)
    _, short = play_edges(design, scenario, 0, 2)
    assert short.ended == CUT
    assert short.steps == schedule.steps[:2]
    _, short = simulate_edges(design, scenario, 0, 2)
    assert (short.ended, len(short.steps)) == (CUT, 2)
