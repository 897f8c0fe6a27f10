"""Every phase of an answer looks at the clock: a clock of looks, not of seconds, so it is exact."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from lastchunk.model.base.errors import InputError
from lastchunk.model.design.load import load_design
from lastchunk.model.explore.search import deadline
from lastchunk.model.explore.search.deadline import Deadline, OutOfTimeError
from lastchunk.model.explore.search.search import STEPS_A_LOOK, Budget, Search
from lastchunk.model.explore.state.machine import Machine, monitor_for
from lastchunk.model.explore.threshold import find_threshold
from lastchunk.model.explore.verify import verify
from lastchunk.model.explore.witness import times
from lastchunk.model.explore.witness.attack import Attacker
from lastchunk.model.explore.witness.times import INSTANTS_FEW, closed
from lastchunk.model.scenario.load import load_scenario
from lastchunk.reference_impl.alarm import AlarmDesign
from tests.explore.small import COMPLETE, explored


class Clock:
    """A clock that goes on by so much at each look; it stands still until it is started."""

    def __init__(self) -> None:
        self.at = self.tick = 0.0
        self.looks = 0

    def __call__(self) -> float:
        self.looks += 1
        self.at += self.tick
        return self.at


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """The clock of all deadlines."""
    made = Clock()
    monkeypatch.setattr(deadline, "now", made)
    return made


def search_of(design: str, *overrides: str, seconds: float) -> Search[Any]:
    """A search of the small scope."""
    scenario = load_scenario("small-scope", ["expect.sometimes=[]", *overrides])
    spec = load_design(design, scenario)
    machine = Machine(spec, scenario, monitor_for(spec, scenario, [COMPLETE]))
    return Search(machine, deadline=Deadline(seconds))


@pytest.mark.parametrize("looks", [1, 2, 10, 57])
def test_exploring_looks_at_the_clock_every_few_steps(clock: Clock, looks: int) -> None:
    search = search_of("alarm", "chunks=4", seconds=looks)
    clock.tick = 1.0
    found = search.run()
    assert found.unfinished == f"{looks} seconds"
    assert found.steps <= STEPS_A_LOOK * looks
    assert clock.looks <= looks + 2
    assert found.frontier > 0


def test_a_class_that_is_left_half_way_is_still_at_the_frontier(clock: Clock) -> None:
    for looks in range(1, 40):
        clock.tick = 0.0
        search = search_of("alarm", "chunks=4", seconds=looks)
        clock.tick = 1.0
        found = search.run()
        assert found.expanded + found.frontier >= found.classes


def test_what_was_found_in_time_is_shown_though_the_time_is_over(clock: Clock) -> None:
    found = explored("alarm", [COMPLETE], "grace_ms=4", budget=Budget(seconds=600.0))
    assert found.verdicts[COMPLETE].kind == "violated"
    clock.at, limit = 0.0, Deadline(600.0)
    clock.at = 600.0  # over before it began: nothing can be found
    late = explored("alarm", [COMPLETE], "grace_ms=4", deadline=limit)
    assert "600 seconds was used up" in late.verdicts[COMPLETE].reason


def test_a_violation_whose_schedule_is_not_made_in_time_is_unknown(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(times, "INSTANTS_MAX", 3)
    found = explored("alarm", [COMPLETE], "grace_ms=4")
    verdict = found.verdicts[COMPLETE]
    assert verdict.kind == "unknown"
    assert verdict.reason.endswith("it is violated, and no schedule was made in time")


def test_long_paths_end_with_the_deadline_and_short_ones_are_solved(clock: Clock) -> None:
    over = Deadline(1.0)
    clock.at = 1.0
    limits = [(name, name - 1, 5) for name in range(1, INSTANTS_FEW)]
    assert closed(limits, INSTANTS_FEW, over) is not None
    with pytest.raises(OutOfTimeError):
        closed(limits, INSTANTS_FEW + 1, over)
    with pytest.raises(OutOfTimeError):
        closed([], times.INSTANTS_MAX + 1, Deadline(10.0))


def test_the_attack_ends_with_its_seconds(clock: Clock) -> None:
    scenario = load_scenario("small-scope", ["expect.sometimes=[]", "chunks=1"])
    attacker = Attacker(load_design("alarm", scenario), scenario, [COMPLETE], ())
    clock.tick = 1.0
    assert attacker.attack(1_000, 0, 4.0).schedules == 4


def test_the_attack_has_what_exploring_left_and_a_share(
    clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    given: list[float] = []
    attack: Callable[..., Any] = Attacker.attack

    def noted(self: Attacker, schedules: int | None, happenings: int, seconds: float) -> Any:
        given.append(seconds)
        return attack(self, schedules, happenings, seconds)

    monkeypatch.setattr(Attacker, "attack", noted)
    for taken, left in ((0.0, 10.0), (7.0, 3.0), (9.9, 0.5), (12.0, 0.5)):
        clock.at = 0.0
        until = Deadline(10.0)
        monkeypatch.setattr(Search, "run", spending(clock, taken, Search.run))
        explored("alarm", [COMPLETE], "grace_ms=40", attack=1, deadline=until)
        monkeypatch.undo()
        monkeypatch.setattr(deadline, "now", clock)
        monkeypatch.setattr(Attacker, "attack", noted)
        assert given.pop() == pytest.approx(left)


def spending(clock: Clock, seconds: float, run: Callable[[Search[Any]], Any]) -> Callable[..., Any]:
    """A search that takes so many seconds."""

    def timed(search: Search[Any]) -> Any:
        found = run(search)
        clock.at += seconds
        return found

    return timed


class SetsAgain(AlarmDesign):
    """Its alarm sets itself again, for ever."""

    async def alarm(self) -> None:
        """Put it off."""
        await self.ctx.storage.set_alarm(self.ctx.now() + 5)


def test_the_search_for_cycles_ends_with_the_deadline(
    clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Search, "run", spending(clock, 20.0, Search.run))
    found = explored(SetsAgain, ["nothing_lost", "count_true"], deadline=Deadline(10.0))
    for verdict in found.verdicts.values():
        assert verdict.kind == "unknown"
        assert "budget of 10 seconds was used up: what stays so for ever" in verdict.reason
    assert found.goes_on == ""


def test_a_boundary_shares_the_deadline_with_what_follows(clock: Clock) -> None:
    where = ("small-scope", ["chunks=1", "expect.sometimes=[]"], "alarm", COMPLETE, "grace_ms")
    until = Deadline(10.0)
    found = find_threshold(*where, deadline=until)
    assert (found.below_ms, found.above_ms) != (None, None)
    clock.at = 11.0
    with pytest.raises(InputError, match="the budget of 10 seconds"):
        find_threshold(*where, deadline=until)
    scenario = load_scenario("small-scope", ["chunks=1", "expect.sometimes=[]"])
    found_late = verify(scenario, "alarm", [COMPLETE], deadline=until)
    assert found_late.verdict == "unknown"


def test_what_comes_after_has_a_share_of_its_own(clock: Clock) -> None:
    until = Deadline(100.0)
    assert until.after().ends == 100.0
    clock.at = 98.0
    assert until.after().ends == 103.0
    assert until.left == 2.0
    clock.at = 104.0
    assert until.left == 0.0
    assert until.is_over()
