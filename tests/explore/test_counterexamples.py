"""Counterexamples against constraints of the test's own: each range is exact, each end is played.

A schedule of the small scope is run once in the ordinary world, and what bounds each step is noted:
when the thing became pending, and until when everything else had to happen. Shortest paths over
these bounds (Bellman, Ford) give each step's least and greatest time without the explorer.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace

import pytest

from lastchunk.model.design.load import load_design
from lastchunk.model.explore.verify import verify
from lastchunk.model.explore.witness.counterexample import Counterexample
from lastchunk.model.properties import EXPLORABLE, Violation
from lastchunk.model.scenario.load import load_scenario
from lastchunk.model.simulate import replay
from lastchunk.model.simulate.schedule import Schedule, read_schedule, write_schedule
from lastchunk.model.world.base.pending import Pending
from lastchunk.model.world.world import World

COMPLETE = "complete_at_finalization"
Bounds = dict[tuple[int, int], float]
"""``t_i - t_j`` is at most so much; instant -1 is the beginning."""
CASES: dict[str, tuple[str, ...]] = {
    "two steps": ("chunks=2", "grace_ms=3"),
    "a late chunk": ("chunks=2", "grace_ms=6", "disconnects=0"),
    "a retry": ("chunks=1", "grace_ms=12"),
    "at the tie": ("chunks=1", "grace_ms=16"),
    "three chunks": ("chunks=3", "grace_ms=9", "long_alarm_ms=11"),
    "the long alarm": ("chunks=2", "grace_ms=20", "long_alarm_ms=6", "disconnects=0"),
}


def examples(name: str) -> list[Counterexample]:
    scenario = load_scenario("small-scope", [*CASES[name], "expect.sometimes=[]"])
    found = verify(scenario, load_design("alarm", scenario), [COMPLETE])
    return list(found.counterexamples[COMPLETE])


@dataclass
class Play:
    """A schedule's bounds: an instant for each thing that was ever pending; ``steps`` happened."""

    bounds: Bounds = field(default_factory=dict)
    steps: list[int] = field(default_factory=list)
    instants: int = 0

    def at_most(self, one: int, other: int, ms: float) -> None:
        """``t_one - t_other`` is at most so much."""
        if one != other:
            self.bounds[one, other] = min(self.bounds.get((one, other), math.inf), ms)


def played(schedule: Schedule) -> Play:
    """What the ordinary world says of the times of a schedule's steps, its order kept."""
    world = World(load_design("alarm", schedule.scenario), schedule.scenario, 0)
    world.begin()
    play, now = Play(), -1
    known: list[tuple[Pending, int]] = []
    for step in schedule.steps:
        pending = list(world.pending.values())
        known = [pair for pair in known if any(pair[0] is item for item in pending)]
        for item in pending:
            if not any(item is other for other, _ in known):
                low, high = item.window()
                known.append((item, play.instants))
                play.at_most(now, play.instants, item.since_ms - low)
                if high is not None:
                    play.at_most(play.instants, now, high - item.since_ms)
                play.instants += 1
        (now,) = [instant for item, instant in known if item.key == step.key]
        play.steps.append(now)
        for _, instant in known:
            play.at_most(now, instant, 0)
        world.fresh.clear()
        world.happen(world.pending[step.key], step.at_ms, step.outcome)
    return play


def extremes(play: Play, fixed: dict[int, int]) -> list[tuple[float, float]]:
    """The least and the greatest time of each step, some instants being fixed."""
    edges = dict(play.bounds)
    for instant, at_ms in fixed.items():
        edges[instant, -1] = min(edges.get((instant, -1), math.inf), at_ms)
        edges[-1, instant] = min(edges.get((-1, instant), math.inf), -at_ms)
    high = dict.fromkeys(range(-1, play.instants), math.inf)
    low = dict.fromkeys(range(-1, play.instants), math.inf)
    high[-1] = low[-1] = 0.0
    for _ in range(play.instants + 1):
        for (i, j), most in edges.items():
            high[i] = min(high[i], high[j] + most)
            low[j] = min(low[j], low[i] + most)
    return [(-low[instant], high[instant]) for instant in play.steps]


@pytest.fixture(scope="module", params=CASES)
def found(request: pytest.FixtureRequest) -> list[Counterexample]:
    return examples(request.param)


def test_each_kind_replays_and_says_what_its_replay_shows(found: list[Counterexample]) -> None:
    assert [item.kind for item in found] == ["shortest", "widest", "earliest"]
    for item in found:
        run = replay(item.schedule)
        assert EXPLORABLE[COMPLETE].check(run.facts, run.judge) == item.violation
        assert run.trace == item.run.trace
        assert item.slug == COMPLETE
        assert len(item.ranges_ms) == len(item.schedule.steps)
        assert item.violation.at_ms == item.schedule.steps[-1].at_ms


def test_the_ranges_are_those_of_the_world_s_own_bounds(found: list[Counterexample]) -> None:
    for item in found:
        given = [(low, math.inf if high is None else high) for low, high in item.ranges_ms]
        assert given == extremes(played(item.schedule), {}), item.kind


def test_each_step_can_be_moved_to_both_ends_of_its_range(found: list[Counterexample]) -> None:
    for item in found:
        for step, ends in enumerate(item.ranges_ms):
            for end in ends:
                assert end is not None
                moved = moved_to(item.schedule, step, end)
                assert moved.steps[step].at_ms == end
                run = replay(moved)
                assert isinstance(EXPLORABLE[COMPLETE].check(run.facts, run.judge), Violation)


def moved_to(schedule: Schedule, step: int, at_ms: int) -> Schedule:
    """The schedule with one step at that time, and the others as early as it allows."""
    play = played(schedule)
    fixed = {play.steps[step]: at_ms}
    for number, instant in enumerate(play.steps):
        fixed[instant] = int(extremes(play, fixed)[number][0])
    steps = zip(schedule.steps, play.steps, strict=True)
    return replace(schedule, steps=tuple(s._replace(at_ms=fixed[i]) for s, i in steps))


def test_the_shortest_has_the_earliest_times_for_its_steps(found: list[Counterexample]) -> None:
    shortest, widest, earliest = found
    assert [step.at_ms for step in shortest.schedule.steps] == [
        low for low, _ in shortest.ranges_ms
    ]
    assert [step[::2] for step in widest.schedule.steps] == [
        s[::2] for s in shortest.schedule.steps
    ]
    assert widest.ranges_ms == shortest.ranges_ms
    assert len(shortest.schedule.steps) <= len(earliest.schedule.steps)
    assert earliest.violation.at_ms <= shortest.violation.at_ms


def test_the_widest_keeps_the_largest_room_that_there_is(found: list[Counterexample]) -> None:
    widest = found[1].schedule
    play = played(widest)
    times = {instant: step.at_ms for instant, step in zip(play.steps, widest.steps, strict=True)}
    loose = [pair for pair in play.bounds if can_be_loose(play, pair)]

    def fits(room: int, fixed: dict[int, int]) -> bool:
        tighter = {p: most - (room if p in loose else 0) for p, most in play.bounds.items()}
        for instant, at_ms in fixed.items():
            tighter[instant, -1] = min(tighter.get((instant, -1), math.inf), at_ms)
            tighter[-1, instant] = min(tighter.get((-1, instant), math.inf), -at_ms)
        return not is_contradiction(tighter, play.instants)

    assert fits(0, times)
    room = max(room for room in range(30) if fits(room, {}))
    assert fits(room, times), f"a room of {room} ms was possible"


def can_be_loose(play: Play, pair: tuple[int, int]) -> bool:
    """Whether a bound is not met with equality by every schedule."""
    tighter = play.bounds | {pair: play.bounds[pair] - 1}
    return not is_contradiction(tighter, play.instants)


def is_contradiction(bounds: Bounds, instants: int) -> bool:
    """Whether no times keep all bounds: a negative cycle."""
    far = dict.fromkeys(range(-1, instants), 0.0)
    for _ in range(instants + 2):
        changed = False
        for (i, j), most in bounds.items():
            if far[j] + most < far[i]:
                far[i], changed = far[j] + most, True
        if not changed:
            return False
    return True


@pytest.mark.parametrize(
    ("low", "high", "grace", "steps"), [(1, 8, 3, 2), (2, 9, 5, 2), (1, 8, 7, 2), (0, 4, 4, 2)]
)
def test_the_soonest_violation_is_the_grace_after_the_soonest_stop(
    low: int, high: int, grace: int, steps: int
) -> None:
    overrides = [f"low_ms={low}", f"high_ms={high}", f"grace_ms={grace}", "failures=0"]
    scenario = load_scenario("small-scope", ["chunks=2", "disconnects=0", *overrides])
    result = verify(scenario, load_design("alarm", scenario), [COMPLETE])
    shortest, _, earliest = result.counterexamples[COMPLETE]
    assert earliest.violation.at_ms == low + grace
    assert len(shortest.schedule.steps) == steps
    assert [step.key[0] for step in shortest.schedule.steps] == ["request", "alarm"]


def test_a_counterexample_survives_its_file(
    found: list[Counterexample], tmp_path_factory: pytest.TempPathFactory
) -> None:
    for item in found:
        path = tmp_path_factory.mktemp("schedules") / "schedule.jsonl"
        write_schedule(item.schedule, path)
        again = read_schedule(path)
        assert replay(again).trace == item.run.trace
        assert (again.seed, again.session, again.ended) == (-1, -1, "violation")
