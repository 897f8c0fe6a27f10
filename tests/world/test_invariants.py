"""What holds of every world between two happenings, over random worlds with every fault on."""

from __future__ import annotations

import random
from collections.abc import Iterator

import pytest

from benchmarks.random_worlds import NAMES, STORMS, Wanderer, storm_world
from lastchunk.model.world.object.alarms import ALARM, LIMIT, MOVE, SLOT
from lastchunk.model.world.object.instances import CONSTRUCT, IDLE_END
from lastchunk.model.world.object.meter import IDLE
from lastchunk.model.world.world import World

WORLDS = 100


def broken(world: World) -> Iterator[str]:
    """What does not hold, in words."""
    runtime, alarms, storage = world.object, world.object.alarms, world.object.storage
    tasks = set(runtime.program.tasks)
    replaced = {task for _, program in runtime.replaced for task in program.tasks}
    kinds = {key[0] for key in world.pending}
    if runtime.waiting and runtime.gate_holder is None and runtime.critical is None:
        yield "something waits at an open gate (R2)"
    for holder in (runtime.gate_holder, runtime.critical):
        if holder is not None and holder not in tasks:
            yield "a handler that is gone holds the gate (R3)"
    if (runtime.meter.active_since_ms != IDLE) != bool(tasks | replaced):
        yield "the meter runs without a handler, or stands still with one"
    if IDLE_END in world.pending and tasks | replaced:
        yield "an object with a handler is about to hibernate"
    for kind, *task in world.pending:
        if kind in ("timer", "storage") and tuple(task) not in tasks | replaced:
            yield f"a {kind} of a handler that is gone"
    suspended = [task for task in tasks | replaced if task[0] == ALARM]
    if len(suspended) > 1:
        yield "two runs of alarm() (R1)"
    if alarms.is_running != bool(suspended):
        yield "the alarm's run and its handler part"
    if (LIMIT in world.pending) != bool(suspended):
        yield "the limit of fifteen minutes is not that of a run (D4)"
    if alarms.is_running and alarms.attempt is None:
        yield "a run that is no attempt"
    if alarms.waiting is not None and alarms.attempt is None:
        yield "a delivery waits for no run (A4)"
    if alarms.will_delete and not alarms.is_running:
        yield "a deletion is put off for no run (A3)"
    if runtime.is_down and (tasks | replaced or kinds & {SLOT[0], MOVE[0], LIMIT[0], "commit"}):
        yield "something goes on in a process that is down"
    if {number for number, _ in runtime.replaced} != {
        key[1] for key in world.pending if key[0] == "old_ends"
    }:
        yield "a replaced instance has no end (R11)"
    if any(task[0] == CONSTRUCT for task in tasks) and runtime.critical is None:
        yield "the gate is open in the constructor (R3)"
    if any(number <= storage.confirmed for number in storage.batches):
        yield "a confirmed commit is still under way (R10)"
    if not storage.waits and (storage.at_gate or storage.batches):
        yield "something waits for a commit that takes no time (R10)"
    disk_ms, told_ms = storage.disk.alarm_ms, alarms.told_ms
    is_settled = storage.alarm_is_confirmed and alarms.attempt is None and not runtime.is_down
    # One that is past may have been tried already: what was set in that run replaces it (A5).
    is_to_come = disk_ms is not None and disk_ms > world.now_ms
    if storage.waits and is_settled and is_to_come and (told_ms or 10**15) > (disk_ms or 0):
        yield "the scheduler knows of a later alarm than the one on disk (R9)"


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("profile", STORMS)
def test_invariants_hold_between_two_happenings(profile: str, name: str) -> None:
    for number in range(WORLDS):
        world = storm_world(profile, name, number)
        wanderer = Wanderer(world, random.Random(number))
        wanderer.begin()
        for _ in range(120):
            found = list(broken(world))
            assert not found, f"world {number} at {world.now_ms} ms"
            if not wanderer.step():
                break
