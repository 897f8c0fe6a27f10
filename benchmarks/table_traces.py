"""Whole traces by the table against SimPy's, byte by byte: all designs in all scenarios.

    python -m benchmarks.table_traces [--typescript] [SESSIONS] [SEED] [SCENARIO ...]

With `--typescript` they are the shipped designs in TypeScript.

One line for each pair: how many sessions agreed, the states that they needed, and what is a part of
each state because code needs its very number; or why no table carries them. It ends with 1 where
two traces differ.
"""

from __future__ import annotations

import sys

from lastchunk.model.base.errors import InternalError
from lastchunk.model.design.load import load_design
from lastchunk.model.scenario.load import load_scenario, shipped
from lastchunk.model.table.engine import BY_TABLE, run_session, session_table
from lastchunk.model.table.refused import NotCarried
from lastchunk.reference_impl.designs import DESIGNS
from tests.typescript.twins import TWINS, twin_of


def agree(name: str, design: str, seed: int, sessions: int) -> str:
    """One line on a pair. Raises `InternalError` where two traces differ."""
    scenario = load_scenario(name)
    spec = load_design(design, scenario)
    try:
        session_table(scenario, spec)
    except NotCarried as error:
        return f"refused: {error}"
    runs = [run_session(BY_TABLE, scenario, spec, seed, number, True) for number in range(sessions)]
    left = [why for _, why in runs if why]
    table = session_table(scenario, spec)
    by_number = ", ".join(sorted(table.demoted)) or "nothing"
    words = f"{sessions - len(left)} sessions agree, {len(table.states):,} states; {by_number}"
    return f"{words}; {len(left)} left to SimPy: {left[0]}" if left else words


def main(sessions: int, seed: int, names: list[str], designs: list[str]) -> int:
    """Every pair, one line each; 1 where two traces differ."""
    code = 0
    for name in names:
        for design in designs:
            try:
                words = agree(name, design, seed, sessions)
            except InternalError as error:
                words, code = f"DIFFERENT: {error}", 1
            print(f"{name}, {design}: {words}", flush=True)
    return code


if __name__ == "__main__":
    given = [word for word in sys.argv[1:] if word != "--typescript"]
    count = int(given[0]) if given else 100
    asked = list(map(twin_of, TWINS)) if "--typescript" in sys.argv else list(DESIGNS)
    sys.exit(main(count, int(given[1]) if given[1:] else 1, given[2:] or list(shipped()), asked))
