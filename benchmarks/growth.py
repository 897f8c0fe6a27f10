"""How the time of a session grows: with how long is recorded, and with the workers.

    python -m benchmarks.growth [MANY] [FEW]

Scenario everything-fast, the alarm design. Each line is a recording of so many chunks, by each way
to run it: microseconds of CPU a session after the first MANY (compiled code) or FEW (the others)
have been run, the middle one of three turns. Then whole commands on lossy-mobile with one worker
and with two, in turns: wall seconds.
"""

from __future__ import annotations

import statistics
import sys

from benchmarks.engines import AGAIN, COMPILED, arms_of, seconds
from benchmarks.many_sessions import LASTCHUNK, taken
from lastchunk.model.scenario.load import load_scenario

CHUNKS = (6, 12, 24, 48, 96)
TURNS = 3


def by_length(many: int, few: int) -> None:
    """Print how long a session takes, by its recording's length."""
    print("chunks; us of CPU a session by", end=" ")
    for at, chunks in enumerate(CHUNKS):
        scenario = load_scenario("everything-fast", [f"recording.chunks={chunks}"])
        arms = arms_of(scenario, is_plain=False)
        del arms[AGAIN]  # each turn has sessions of its own
        if not at:
            print(", ".join(arms))
        sizes = {name: many if name == COMPILED else few for name in arms}
        found: dict[str, list[float]] = {name: [] for name in arms}
        for turn in range(TURNS + 1):
            for name, arm in arms.items():
                size = sizes[name]
                took = seconds(arm, range(turn * size, (turn + 1) * size))
                if turn:
                    found[name].append(took / size * 1e6)
        print(f"{chunks:4}", *(f"{statistics.median(each):8,.0f}" for each in found.values()))


def by_workers(sizes: dict[str, int]) -> None:
    """Print what the same command takes with one worker and with two, by the engine."""
    for engine, sessions in sizes.items():
        walls: dict[int, list[float]] = {1: [], 2: []}
        for _ in range(TURNS):
            for workers, found in walls.items():
                given = ("lossy-mobile", "--design", "alarm", "--engine", engine)
                options = ("--sessions", str(sessions), "--workers", str(workers))
                found.append(taken((*LASTCHUNK, "compare", *given, *options)).wall)
        one, two = (statistics.median(found) for found in walls.values())
        words = f"{engine}, lossy-mobile, {sessions:,} sessions"
        print(f"{words}: one worker {one:.1f} s, two {two:.1f} s (wall)", flush=True)


if __name__ == "__main__":
    given = [int(word) for word in sys.argv[1:]]
    numbers = [*given, *(20_000, 100)[len(given) :]]
    by_length(*numbers)
    by_workers({"simpy": 20 * numbers[1], "kernel": 10 * numbers[0]})
