"""Interleavings that the rules exclude never appear, over many random worlds."""

from __future__ import annotations

import random

import pytest

from benchmarks.random_worlds import STORMY, excluded, storage_profile, wander
from model.design import load_design
from model.scenario.load import load_scenario
from model.trace import events as e
from model.world.world import World

WORLDS = 400


@pytest.mark.parametrize("storage_read_ms", [0, 4])
@pytest.mark.parametrize("name", ["alarm", "manual"])
def test_excluded_interleavings_never_appear(name: str, storage_read_ms: int) -> None:
    scenario = load_scenario("everything-fast", [*STORMY, *storage_profile(storage_read_ms)])
    design = load_design(name, scenario)
    inside = 0
    for number in range(WORLDS):
        world = wander(World(design, scenario, 0), random.Random(number))
        assert excluded(world.trace) == [], f"world {number}"
        inside += any(isinstance(x, e.AlarmStarted) and x.suspended for x in world.trace)
    assert name == "manual" or inside > 20, "no alarm met a suspended upload: nothing was tested"


def test_the_detector_sees_each_excluded_interleaving() -> None:
    started = e.HandlerStarted(1, "upload", 0, 0)
    assert excluded([started, e.AlarmStarted(2, 2, 1)]) == [
        "an alarm between status check and blob put (R3, R7)"
    ]
    assert excluded([e.AlarmStarted(2, 2, 0), e.AlarmStarted(3, 3, 0)]) == [
        "two alarms overlap (R1)"
    ]
    assert excluded([e.AlarmStarted(2, 9, 0)]) == ["an early alarm (D3)"]


def test_a_fork_goes_on_as_the_original_would() -> None:
    scenario = load_scenario("everything-fast", STORMY)
    design = load_design("alarm", scenario)
    for number in range(150):
        dice = random.Random(number)
        world = wander(World(design, scenario, 0), dice, steps=dice.randrange(40))
        other = world.fork()
        assert other.fingerprint() == world.fingerprint()
        script = random.Random(number + 1)
        _go_on(world, random.Random(number + 1))
        assert world.fingerprint() != other.fingerprint() or not other.pending
        _go_on(other, script)
        assert other.trace == world.trace
        assert other.fingerprint() == world.fingerprint()


def _go_on(world: World, dice: random.Random) -> None:
    """Up to 60 more happenings, by dice alone."""
    for _ in range(60):
        if not world.pending:
            return
        pending = dice.choice(sorted(world.pending.values(), key=lambda item: repr(item.key)))
        choices = world.choices(pending)
        outcome = dice.choice([name for name, _ in choices]) if choices else ""
        at_ms = world.now_ms + dice.choice((0, 1, 20))
        if pending.key == ("alarm",):
            at_ms = max(at_ms, pending.payload.due_ms)
        world.happen(pending, at_ms, outcome)
