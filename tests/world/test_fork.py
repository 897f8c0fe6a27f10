"""A fork of a world in any state, run to the end on the same choices, is the original's equal."""

from __future__ import annotations

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks.random_worlds import NAMES, STORMS, Wanderer, storm_world
from lastchunk.model.world.world import World
from tests.support.probes import created, poke
from tests.world.test_rules_alarm import SetsInBackOff


def choose(world: World, dice: random.Random) -> None:
    """One more happening, by dice alone, whatever the order in which things became pending."""
    wanderer = Wanderer(world, dice)
    wanderer.born_ms = dict.fromkeys(world.pending, world.now_ms)
    pending = sorted(world.pending, key=repr)
    world.pending = {key: world.pending[key] for key in pending}
    wanderer.step()


def run_on(world: World, dice: random.Random, steps: int = 300) -> None:
    """So many more happenings, or to the end. A design that re-arms for ever has none."""
    for _ in range(steps):
        if not world.pending:
            return
        choose(world, dice)


@pytest.mark.parametrize("profile", STORMS)
@settings(max_examples=100, derandomize=True)
@given(
    name=st.sampled_from(NAMES),
    number=st.integers(0, 10_000),
    before=st.integers(0, 100),
    again=st.integers(0, 30),
)
def test_a_fork_goes_on_as_the_original_would(
    profile: str, name: str, number: int, before: int, again: int
) -> None:
    world = storm_world(profile, name, number)
    world.begin()
    run_on(world, random.Random(number), before)
    first = world.fork()
    seen = world.fingerprint()
    assert first.fingerprint() == seen
    run_on(first, random.Random(number + 1), again)
    second = first.fork()
    run_on(first, random.Random(number + 2))
    assert world.fingerprint() == seen, "the original does not feel what its fork does"
    run_on(second, random.Random(number + 2))
    run_on(world, random.Random(number + 1), again)
    run_on(world, random.Random(number + 2))
    for fork in (first, second):
        assert fork.trace == world.trace
        assert fork.fingerprint() == world.fingerprint()
        assert fork.object.meter.event(0) == world.object.meter.event(0)


def test_an_alarm_that_waits_for_a_back_off_waits_in_one_world_only() -> None:
    scheduler = created(SetsInBackOff, "platform.bug_alarm_waits_for_back_off=true")
    scheduler.at(100, "alarm")
    other = scheduler.world.fork()
    poke(scheduler, 200)
    scheduler.at(2_100, "alarm")
    other.happen(other.pending["alarm",], 2_100)
    following = [world.pending["alarm",].payload for world in (scheduler.world, other)]
    assert [(each.due_ms, each.retry) for each in following] == [(1_200, 0), (100, 2)]
