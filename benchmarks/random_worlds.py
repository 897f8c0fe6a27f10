"""Random worlds: anything pending happens in any order at any time that its alarm allows.

Counts the interleavings that the rules exclude; there must be none.

    python -m benchmarks.random_worlds 100000
"""

from __future__ import annotations

import random
import sys
from collections import Counter

from model.design import load_design
from model.scenario.load import load_scenario
from model.trace import events as e
from model.world.world import World

STORMY = [
    "recording.chunks=3",
    "client.uploads_parallel=3",
    "start.session='active'",
    "network.request_loss=0.2",
    "network.response_loss=0.2",
    "network.request_duplication=0.1",
    "network.body='buffered'",
    "faults=[{kind='stray_stop', offset_ms=0}, {kind='network_down', offset_ms=0, for_ms=5},"
    " {kind='create_again', offset_ms=0, probability=0.5}]",
]


def storage_profile(read_ms: int) -> list[str]:
    """SQLite for 0, KV with that wait for an uncached read else."""
    if read_ms == 0:
        return []
    return ["platform.storage='kv'", f"platform.storage_read_ms={read_ms}"]


def wander(world: World, dice: random.Random, steps: int = 120) -> World:
    """Let pending things happen in any order at all, each at any time that its alarm allows."""
    world.begin()
    for _ in range(steps):
        if not world.pending or world.ended:
            break
        world.fresh.clear()
        pending = dice.choice(list(world.pending.values()))
        at_ms = world.now_ms + dice.choice((0, 0, 1, 3, 50, 700))
        if pending.key == ("alarm",):
            at_ms = max(at_ms, pending.payload.due_ms)  # D3: never early
        choices = world.choices(pending)
        outcome = dice.choice([name for name, _ in choices]) if choices else ""
        world.happen(pending, at_ms, outcome)
    return world


def excluded(trace: list[e.Event]) -> list[str]:
    """What a trace shows that the rules forbid."""
    found: list[str] = []
    alarms = 0
    entered: set[tuple[int, int]] = set()
    for event in trace:
        if isinstance(event, e.AlarmStarted):
            alarms += 1
            if alarms > 1:
                found.append("two alarms overlap (R1)")
            if entered:
                found.append("an alarm between status check and blob put (R3, R7)")
            if event.at_ms < event.due_ms:
                found.append("an early alarm (D3)")
        elif isinstance(event, e.AlarmEnded):
            alarms -= 1
        elif isinstance(event, e.HandlerStarted) and event.method == "upload":
            entered.add((event.chunk, event.attempt))
        elif isinstance(event, e.BlobPutStarted | e.HandlerEnded):
            entered.discard((event.chunk, event.attempt))
    return found


def count(worlds: int) -> None:
    """Print how many of so many worlds show what, half of them under each storage profile."""
    found: Counter[str] = Counter()
    for read_ms in (0, 4):
        scenario = load_scenario("everything-fast", [*STORMY, *storage_profile(read_ms)])
        design = load_design("alarm", scenario)
        for number in range(worlds // 2):
            trace = wander(World(design, scenario, 0), random.Random(number)).trace
            found.update(set(excluded(trace)))
            found["an alarm inside a suspended upload (allowed)"] += any(
                isinstance(event, e.AlarmStarted) and event.suspended > 0 for event in trace
            )
    print(f"{worlds:,} random worlds, seeds 0 to {worlds // 2 - 1:,} under each storage profile")
    for words, number in sorted(found.items()):
        print(f"  {number:,} show {words}")
    print(f"  {sum(n for words, n in found.items() if 'allowed' not in words)} excluded ones")


if __name__ == "__main__":
    count(int(sys.argv[1]) if len(sys.argv) > 1 else 100_000)
