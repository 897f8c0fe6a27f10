"""How large the tables of sessions become, and what a state and a new step take.

    python -m benchmarks.table_growth [SESSIONS] [SCENARIO ...]
    python -m benchmarks.table_growth --numbers [SESSIONS] [SCENARIO ...]
    python -m benchmarks.table_growth --memory [SESSIONS] [SCENARIO ...]

For each shipped scenario and design: states and new steps after so many sessions; the CPU time of a
new step, which is that of the sessions less that of the same sessions again; and how many times as
fast as SimPy those are, in blocks of both ways in turn. Then, for each
other design, how many times as many states as the alarm design it has, and the middle of all. The
sessions run as a batch of `compare` does: one timer for all, few looks for garbage. ``--numbers``
counts in each state, as if no count were a register. ``--memory`` traces what a state keeps, and so
tells no time.
"""

from __future__ import annotations

import gc
import statistics
import sys
import time
import tracemalloc
from typing import NamedTuple

from lastchunk.model.base.memory import LESS_OFTEN, few_collections
from lastchunk.model.base.step_limit import steadily
from lastchunk.model.design.load import load_design
from lastchunk.model.scenario.load import load_scenario, shipped
from lastchunk.model.table.engine import BY_TABLE, IN_SIMPY, Path, run_session, session_table
from lastchunk.model.table.refused import Counted
from lastchunk.reference_impl.designs import DESIGNS

BLOCK, BLOCKS = 4, 6
"""SimPy runs so many of the sessions, in so many blocks."""
LARGE = 300
"""A table of so many states is counted among the large ones."""
MEASURES = ("--numbers", "--memory")


class Size(NamedTuple):
    """What one table has come to."""

    states: int
    steps: int
    cost: float
    unit: str
    words: str

    def __str__(self) -> str:
        cost = f"{self.cost:.2f} {self.unit}{self.words}"
        return f"{self.states:,} states, {self.steps:,} steps, {cost}"


def size_of(name: str, design: str, sessions: int, measure: str) -> Size:
    """The table of one scenario and design, grown by so many sessions of seed 1."""
    scenario = load_scenario(name)
    spec = load_design(design, scenario)

    def run(numbers: range, path: Path = BY_TABLE) -> float:
        began = time.process_time()
        for session in numbers:
            run_session(path, scenario, spec, 1, session, False)
        return time.process_time() - began

    if measure == "--memory":  # what is loaded or made once is there already
        run(range(1))
        table = session_table(scenario, spec)
        first = len(table.states)
        gc.collect()
        tracemalloc.start(1)
    elif measure == "--numbers":
        session_table(scenario, spec, demoted=frozenset(Counted))
    growing = run(range(sessions))
    table = session_table(scenario, spec)
    if measure == "--memory":
        gc.collect()
        kept, _ = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        cost = kept / max(1, len(table.states) - first) / 1_000
        return Size(len(table.states), table.grown, cost, "KB a state", "")
    again = run(range(sessions))
    blocks = [range(at, min(at + BLOCK, sessions)) for at in range(0, sessions, BLOCK)][:BLOCKS]
    times = [(run(block), run(block, IN_SIMPY)) for block in blocks]
    walks, plain = map(sum, zip(*times, strict=True))
    words = f"; a walk is {plain / walks:.1f} times as fast as SimPy"
    cost = (growing - again) / table.grown * 1_000
    return Size(len(table.states), table.grown, cost, "ms a step", words)


def main(arguments: list[str]) -> None:
    """Every pair, one line each; then the designs against the alarm design."""
    measure = arguments.pop(0) if arguments[:1] and arguments[0] in MEASURES else ""
    sessions = int(arguments[0]) if arguments else 100
    size_of("harmless", "manual", 1, "")  # what is loaded first is nobody's cost
    ratios: dict[str, list[float]] = {}
    costs: list[Size] = []
    for name in arguments[1:] or list(shipped()):
        sizes = {design: size_of(name, design, sessions, measure) for design in DESIGNS}
        for design, size in sizes.items():
            print(f"{name}, {design}: {size}", flush=True)
            costs.append(size)
            ratios.setdefault(design, []).append(size.states / sizes["alarm"].states)
    for design, found in ratios.items():
        print(f"{design}: {min(found):.1f} to {max(found):.1f} times the alarm design's states")
    for least in (0, LARGE):
        found = sorted(size.cost for size in costs if size.states >= least)
        if len(found) > 1:
            low, *_, high = statistics.quantiles(found, n=10, method="inclusive")
            middle = f"{statistics.median(found):.2f}, eight tenths from {low:.2f} to {high:.2f}"
            print(f"of {len(found)} tables of {least} states or more: {middle} {costs[0].unit}")


if __name__ == "__main__":
    with steadily(), few_collections(LESS_OFTEN):
        main(sys.argv[1:])
