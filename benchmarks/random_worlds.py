"""Random worlds: anything pending happens in any order at any time that its alarm allows.

Every fault is on. Counts the interleavings that the rules exclude; there must be none.

    python -m benchmarks.random_worlds 100000
"""

from __future__ import annotations

import os
import random
import sys
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from functools import cache
from typing import Any

from benchmarks.excluded import EXCLUDED, Watch
from benchmarks.restless import Restless
from benchmarks.tireless import Tireless
from lastchunk.model.design.load import DesignSpec, load_design
from lastchunk.model.scenario.load import load_scenario
from lastchunk.model.scenario.schema import Scenario
from lastchunk.model.world.base.pending import Pending
from lastchunk.model.world.world import World

BASE = [
    "recording.chunks=3",
    "client.uploads_parallel=3",
    "start.session='active'",
    "network.request_loss=0.2",
    "network.response_loss=0.2",
    "network.request_duplication=0.1",
    "network.body='buffered'",
]
CLIENT_FAULTS = (
    "{kind='stray_stop', offset_ms=0}, {kind='network_down', offset_ms=0, for_ms=5},"
    " {kind='create_again', offset_ms=0, probability=0.5}"
)
PLATFORM_FAULTS = (
    "{kind='instance_lost', offset_ms=0, probability=0.3},"
    " {kind='deploy', offset_ms=0, probability=0.5},"
    " {kind='deploy', offset_ms=0, probability=0.3, old_instance_ms=500},"
    " {kind='process_killed', offset_ms=0, for_ms=40, probability=0.3},"
    " {kind='alarm_late', offset_ms=0, for_ms=60, probability=0.3},"
    " {kind='alarm_fails', offset_ms=0, for_ms=60, how='uncounted', probability=0.3},"
    " {kind='alarm_fails', offset_ms=0, for_ms=60, how='unacknowledged', probability=0.3},"
    " {kind='blobs_fail', offset_ms=0, for_ms=60, probability=0.3}"
)
DISK_FAULTS = (
    "{kind='commits_fail', offset_ms=0, for_ms=60, probability=0.2},"
    " {kind='commits_fail', offset_ms=0, for_ms=60, written=true, probability=0.2},"
    " {kind='commits_slow', offset_ms=0, for_ms=60, probability=0.3}"
)
ALL_FAULTS = [
    *BASE,
    f"faults=[{CLIENT_FAULTS}, {PLATFORM_FAULTS}]",
    "platform.instance_loss=0.1",
    "platform.alarm_counted_failure=0.1",
    "platform.alarm_uncounted_failure=0.1",
    "platform.alarm_unacknowledged=0.1",
    "platform.alarm_late_ms={distribution='uniform', low_ms=0, high_ms=60000}",
    "blobs.failure=0.1",
    "blobs.same_key_ms=1000",
    "consumer.notify_loss=0.1",
    "consumer.notify_answer_loss=0.1",
]
SLOW_COMMITS = [
    f"faults=[{CLIENT_FAULTS}, {PLATFORM_FAULTS}, {DISK_FAULTS}]",
    "platform.commit_ms=5",
    "platform.commit_failure=0.1",
    "platform.alarm_move_loss=0.1",
]
STORMS = {
    "sqlite, in memory": [],
    "sqlite, on disk": SLOW_COMMITS,
    "kv, on disk": [*SLOW_COMMITS, "platform.storage='kv'", "platform.storage_read_ms=4"],
}
"""The storage profiles. In memory, commits take no time and cannot fail."""
WAITING_DEPLOYS = (
    " {kind='deploy', offset_ms=0, grace_ms=40, probability=0.5},"
    " {kind='deploy', offset_ms=0, grace_ms=900, probability=0.3, old_instance_ms=500}"
)
OWN = {"restless": Restless, "tireless": Tireless}
"""Designs that are there for the storm alone."""
NAMES = ("alarm", "outbox", *OWN)
LATER_MS = (0, 0, 1, 3, 50, 700)
USUAL = 0.6
OFFSETS_MS = (0, 0, 300, -300)


def offsets(number: int) -> Callable[[int], int]:
    """The clocks of one world: how far that of its n-th instance is ahead."""
    return lambda instance: OFFSETS_MS[(number + 3 * instance) % len(OFFSETS_MS)]


def all_faults(profile: str, name: str = "") -> Scenario:
    """The storm with every fault on, under one storage profile; deploys wait for some designs."""
    overrides = [*ALL_FAULTS, *STORMS[profile]]
    if name == "tireless":
        overrides = [
            f"{item[:-1]},{WAITING_DEPLOYS}]" if item.startswith("faults=") else item
            for item in overrides
        ]
    return load_scenario("everything-fast", overrides)


@cache
def _storm(profile: str, name: str) -> tuple[Scenario, DesignSpec]:
    scenario = all_faults(profile, name)
    if name in OWN:
        return scenario, DesignSpec(name, OWN[name], OWN[name].Settings(), name)
    return scenario, load_design(name, scenario)


def storm_world(profile: str, name: str, number: int) -> World:
    """A world of that storm: design ``name``, clocks by ``number``."""
    scenario, design = _storm(profile, name)
    return World(design, scenario, 0, None, offsets(number))


class Wanderer:
    """Lets pending things happen in any order at all, each at any time that the rules allow.

    An alarm, a retry and the limit of a run are never early; a replaced instance is never late.
    """

    def __init__(self, world: World, dice: random.Random) -> None:
        self.world = world
        self.dice = dice
        self.born_ms: dict[tuple[Any, ...], int] = {}

    def begin(self) -> None:
        """Let the run begin."""
        self.world.begin()
        self._note_fresh()

    def step(self) -> bool:
        """One more happening. Returns False where there is none."""
        world, dice = self.world, self.dice
        if not world.pending or world.ended:
            return False
        pending = dice.choice(list(world.pending.values()))
        at_ms = max(world.now_ms + dice.choice(LATER_MS), self._earliest_ms(pending))
        for key, other in world.pending.items():
            if key[0] == "old_ends" and self.born_ms[key] + int(other.delay) < at_ms:  # type: ignore[arg-type]
                pending, at_ms = other, max(world.now_ms, self.born_ms[key])
        world.happen(pending, at_ms, self._outcome(pending))
        self._note_fresh()
        return True

    def _note_fresh(self) -> None:
        for pending in self.world.fresh:
            self.born_ms[pending.key] = self.world.now_ms
        self.world.fresh.clear()

    def _earliest_ms(self, pending: Pending) -> int:
        if pending.key[0] not in ("alarm", "alarm_limit"):
            return 0
        delay = pending.delay
        least_ms = delay if isinstance(delay, int) else delay.low_ms
        return self.born_ms[pending.key] + least_ms

    def _outcome(self, pending: Pending) -> str:
        choices = self.world.choices(pending)
        if not choices:
            return ""
        if self.dice.random() < USUAL:
            return choices[-1][0]
        return self.dice.choice([name for name, _ in choices])


def watch(world: World, dice: random.Random, steps: int, watcher: Watch) -> Watch:
    """So many random happenings, looked at one by one."""
    wanderer = Wanderer(world, dice)
    wanderer.begin()
    watcher.begin(world)
    for _ in range(steps):
        if not wanderer.step():
            break
        watcher.look(world)
    return watcher


def count_some(profile: str, name: str, first: int, end: int) -> Counter[str]:
    """What the worlds of these numbers show, in how many of them."""
    found: Counter[str] = Counter()
    for number in range(first, end):
        world = storm_world(profile, name, number)
        watcher = watch(world, random.Random(number), 120, Watch(offsets(number)))
        found.update(f"{words}: {profile}, {name}, world {number}" for words in watcher.found)
        found["an alarm inside a suspended upload (allowed)"] += watcher.inside > 0
        found.update({type(event).__name__ + " (allowed)" for event in world.trace} & RARE)
    return found


RARE = {
    f"{name} (allowed)"
    for name in ("AlarmDropped", "CommitFailed", "InstanceLost", "ProcessKilled", "StaleDelivery")
}
"""What the storm must bring about, or it is none."""


def count(worlds: int) -> int:
    """Print how many of so many worlds show what. Returns the number of excluded ones."""
    began_s = time.monotonic()
    kinds = [(profile, name) for profile in STORMS for name in NAMES]
    each, batch = worlds // len(kinds), 500
    found: Counter[str] = Counter()
    with ProcessPoolExecutor(os.cpu_count()) as pool:
        jobs = [
            pool.submit(count_some, *kind, first, min(first + batch, each))
            for kind in kinds
            for first in range(0, each, batch)
        ]
        for job in jobs:
            found.update(job.result())
    excluded = sum(words.startswith(EXCLUDED) for words in found)
    took_s = time.monotonic() - began_s
    print(f"{each * len(kinds):,} random worlds with every fault on, in {took_s:.0f} s")
    for words, number in sorted(found.items()):
        print(f"  {number:,} show {words}")
    print(f"  {excluded} show what the rules exclude")
    return excluded


if __name__ == "__main__":
    sys.exit(min(1, count(int(sys.argv[1]) if len(sys.argv) > 1 else 100_000)))
