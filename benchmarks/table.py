"""Sessions by the table against SimPy, in one interleaved run by CPU time; and that both agree.

    python -m benchmarks.table [SESSIONS] [SCENARIO ...]

For each shipped scenario and design: whether `auto` takes the table, how many states and steps it
has after so many sessions, CPU seconds with all growing in them, and the ratio of blocks of
sessions with its interval (median, and the quartiles). Each session that both ways ran is compared
event by event.
"""

from __future__ import annotations

import sys
import time
from statistics import quantiles

from lastchunk.model.design.load import load_design
from lastchunk.model.scenario.load import load_scenario, shipped
from lastchunk.model.simulate import simulate
from lastchunk.model.table.engine import check_same, session_table, way_of
from lastchunk.model.table.walk import run_by_table
from lastchunk.reference_impl.designs import DESIGNS

BLOCKS = 10


def measure(name: str, design: str, sessions: int) -> str:
    """One line on a scenario and a design."""
    scenario = load_scenario(name)
    spec = load_design(design, scenario)
    began = time.process_time()
    way = way_of("auto", scenario, spec, sessions)
    pilot = time.process_time() - began
    if not way.by_table:
        return f"{way}; the pilot took {pilot:.2f} s"
    table = session_table(scenario, spec)
    size = max(1, sessions // BLOCKS)
    ratios, by_table, by_simpy = [], pilot, 0.0
    for first in range(0, sessions, size):
        began = time.process_time()
        runs = [run_by_table(table, 1, session) for session in range(first, first + size)]
        between = time.process_time()
        others = [simulate(scenario, spec, 1, session) for session in range(first, first + size)]
        after = time.process_time()
        ratios.append((after - between) / (between - began))
        by_table, by_simpy = by_table + between - began, by_simpy + after - between
        for run, other in zip(runs, others, strict=True):
            check_same(run, other)
    low, middle, high = quantiles(ratios, n=4)
    return (
        f"table, {len(table.states):,} states, {table.grown:,} steps; "
        f"{by_simpy:.2f} s in SimPy, {by_table:.2f} s by the table, "
        f"{by_simpy / by_table:.1f} times; "
        f"by blocks {middle:.1f} times ({low:.1f} to {high:.1f})"
    )


def main(sessions: int, names: list[str]) -> None:
    """Every pair, one line each."""
    for name in names:
        for design in DESIGNS:
            print(f"{name}, {design}: {measure(name, design, sessions)}", flush=True)


if __name__ == "__main__":
    given = sys.argv[1:]
    main(int(given[0]) if given else 1_000, given[1:] or list(shipped()))
