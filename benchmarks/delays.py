"""How many runs it takes to try every delay of the small scope, a run for each choice of them.

``python -m benchmarks.delays [CHUNKS]``. This is what an explorer does that drives the code through
one schedule after another: each delay is chosen from its whole ms as it begins, each outcome as it
is due. Happenings at one ms come in one order alone, so it tries less than the exploring beside it,
which covers all real times and every order of ties.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator

from lastchunk.model.design.load import load_design
from lastchunk.model.explore.verify import verify
from lastchunk.model.scenario.load import load_scenario
from lastchunk.model.world.world import World

Times = dict[object, int]
"""When each pending thing is to happen."""


def chosen(world: World, times: Times) -> Iterator[tuple[World, Times]]:
    """The world with a time for each thing that has just become pending, in every way."""
    fresh = next((key for key in world.pending if key not in times), None)
    if fresh is None:
        yield world, {key: times[key] for key in world.pending}
        return
    low_ms, high_ms = world.pending[fresh].window()
    assert high_ms is not None
    for at_ms in range(low_ms, high_ms + 1):
        yield from chosen(world, times | {fresh: at_ms})


def runs(world: World) -> int:
    """How many runs there are from here on."""
    count, waiting = 0, list(chosen(world, {}))
    while waiting:
        now, times = waiting.pop()
        if now.ended or not now.pending:
            count += 1
            continue
        key = min(now.pending, key=lambda item: times[item])  # of those at one ms the first
        choices = now.choices(now.pending[key])
        for outcome in [name for name, share in choices if share > 0] or [""]:
            after = now.fork()
            after.fresh.clear()
            after.happen(after.pending[key], times[key], outcome)
            gone = {key, *(pending.key for pending in after.fresh)}  # an alarm set anew is fresh
            waiting += chosen(after, {k: at_ms for k, at_ms in times.items() if k not in gone})
    return count


def main(chunks: int) -> None:
    """Print how many runs, and how many classes, with the seconds."""
    scenario = load_scenario("small-scope", [f"chunks={chunks}"])
    design = load_design("alarm", scenario)
    world = World(design, scenario, 0, None, lambda _: 0)
    world.begin()
    began = time.perf_counter()
    count = runs(world)
    print(f"{chunks} chunks: {count:,} runs in {time.perf_counter() - began:.1f} s")
    began = time.perf_counter()
    found = verify(scenario, design, counterexamples=False, attack=0)
    print(f"{found.classes:,} classes in {time.perf_counter() - began:.2f} s")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 1)
