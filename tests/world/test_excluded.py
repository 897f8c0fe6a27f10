"""Interleavings that the rules exclude never appear, over many random worlds with every fault on.

A million of them are counted by ``benchmarks.random_worlds``. Here are a few, and the proof that
the detector would see each: with the rule that excludes it switched off, it does.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from contextlib import suppress

import pytest

from benchmarks.excluded import BETWEEN, EARLY, FORGOTTEN, LOST, OVERLAP, Watch
from benchmarks.random_worlds import NAMES, STORMS, count_some, offsets, storm_world, watch
from lastchunk.model.trace import events as e
from lastchunk.model.world.object.alarms import Alarms
from lastchunk.model.world.object.storage import Storage
from tests.world import test_switches as switches

WORLDS = 120
Patch = pytest.MonkeyPatch


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("profile", STORMS)
def test_excluded_interleavings_never_appear(profile: str, name: str) -> None:
    found = count_some(profile, name, 0, WORLDS)
    allowed = {words.removesuffix(" (allowed)") for words in found if words.endswith("(allowed)")}
    assert [words for words in found if not words.endswith("(allowed)")] == []
    expected = {"an alarm inside a suspended upload", "InstanceLost", "ProcessKilled"}
    if profile != "sqlite, in memory":
        expected |= {"CommitFailed", "StaleDelivery"}
    assert expected <= allowed, "the storm was none: nothing was tested"


def re_arms_settle_at_once(patch: Patch) -> None:
    """The scheduler forgets an alarm that a failed commit may bring back."""
    patch.setattr(Storage, "alarm_is_confirmed", True)
    patch.setattr(Alarms, "before_commit", lambda self, alarm_ms: None)


def nobody_looks_at_a_clock(patch: Patch) -> None:
    """Neither the scheduler nor the object."""
    switches.the_clocks_are_not_looked_at(patch)
    patch.setattr(Alarms, "is_early", lambda self, delivery: False)


@pytest.mark.parametrize(
    ("words", "switch", "profile", "name"),
    [
        (BETWEEN, switches.storage_leaves_the_gate_open, "kv, on disk", "alarm"),
        (OVERLAP, switches.alarms_overlap, "sqlite, in memory", "restless"),
        (EARLY, nobody_looks_at_a_clock, "sqlite, in memory", "alarm"),
        (LOST, switches.there_is_no_output_gate, "sqlite, on disk", "alarm"),
        (FORGOTTEN, re_arms_settle_at_once, "sqlite, on disk", "restless"),
    ],
    ids=["between", "overlap", "early", "lost", "forgotten"],
)
def test_with_its_rule_off_each_is_seen(
    words: str, switch: Callable[[Patch], None], profile: str, name: str
) -> None:
    with pytest.MonkeyPatch.context() as patch:
        switch(patch)
        for number in range(1_000):
            watcher = Watch(offsets(number))
            with suppress(AssertionError, KeyError):  # a world without it may well break down
                watch(storm_world(profile, name, number), random.Random(number), 120, watcher)
            if words in watcher.found:
                return
    pytest.fail(f"no world without its rule shows {words}")


def test_instances_are_told_apart() -> None:
    watcher = Watch()
    watcher.slot = [2, 4, 5]
    for event in (
        e.HandlerStarted(1, "upload", 0, 0),
        e.AlarmStarted(2, 2, 1),
        e.InstanceLost(3, 0, "deploy"),
        e.AlarmStarted(4, 4, 0),
    ):
        watcher.observe(event)
    assert watcher.found == {BETWEEN}, "the second alarm runs beside the first, not over it"
    watcher.observe(e.AlarmStarted(5, 5, 0))
    assert watcher.found == {BETWEEN, OVERLAP}
