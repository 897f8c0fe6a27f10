"""Random small designs: what exploring says of each, held against the world itself.

No *proved* may stand where brute force over whole ms or a schedule at the edges finds a violation,
no *violated* whose schedule does not show it, and nothing may crash. What is wrong is made small
and printed with its command.

    python -m benchmarks.random_designs 2000 1
    python -m benchmarks.random_designs 2000 1 --wider
    python -m benchmarks.random_designs --show 1000081
"""

from __future__ import annotations

import os
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterable
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

from benchmarks.wider_grammar import WIDER_FROM
from tests.explore.net import Effort, Outcome, design_of, judged, scope_of
from tests.explore.shrink import shrunk

SEED = 1
SPACING = 1_000_000
"""Designs of one seed: their numbers begin at so many times the seed."""
AT_ONCE = 20
SHOWN = 5
TRIES_MAX = 200
EFFORT = Effort(classes=300, worlds=60, schedules=60, happenings=100)


def judge_some(numbers: Iterable[int]) -> list[Outcome]:
    """The outcomes of the designs of these numbers."""
    with tempfile.TemporaryDirectory() as folder:
        return [judged(number, Path(folder), EFFORT) for number in numbers]


def judge_all(numbers: range) -> list[Outcome]:
    """The same on every core; the outcomes are in the order of the numbers."""
    parts = [numbers[at : at + AT_ONCE] for at in range(0, len(numbers), AT_ONCE)]
    with ProcessPoolExecutor(os.cpu_count()) as pool:
        return [outcome for part in pool.map(judge_some, parts) for outcome in part]


def table(outcomes: list[Outcome]) -> list[str]:
    """What came of them, in lines."""
    verdicts = Counter(kind for item in outcomes for kind in item.verdicts.values())
    reasons = Counter(item.refused for item in outcomes if item.refused)
    rows = {
        "designs": len(outcomes),
        "explored": sum(bool(item.verdicts) for item in outcomes),
        "refused": reasons.total(),
        "properties proved": verdicts["proved"],
        "properties violated": verdicts["violated"],
        "properties unknown": verdicts["unknown"],
        "false proofs": sum(bool(item.false_proofs) for item in outcomes),
        "false alarms": sum(bool(item.false_alarms) for item in outcomes),
        "crashes": sum(bool(item.crashed) for item in outcomes),
    }
    lines = [f"{number:9,} {words}" for words, number in rows.items()]
    return lines + [f"{count:9,} refused: {words}" for words, count in reasons.most_common()]


def small_one(outcome: Outcome) -> str:
    """A small design that shows the same fault, in text."""
    with tempfile.TemporaryDirectory() as folder:

        def still(text: str) -> bool:
            found = judged(outcome.number, Path(folder), EFFORT, text)
            return (found.fault, found.crash_kind) == (outcome.fault, outcome.crash_kind)

        return shrunk(design_of(outcome.number), still, TRIES_MAX)


def show(outcome: Outcome) -> None:
    """Print one that went wrong: what is wrong, its scope, a small design, the command."""
    print(f"design {outcome.number}: {outcome.fault}")
    for words in (outcome.crashed, *outcome.false_proofs.items(), *outcome.false_alarms.items()):
        if words:
            print(f"  {words}")
    print("  small-scope " + " ".join(scope_of(outcome.number)))
    print(small_one(outcome))
    print(f"again: python -m benchmarks.random_designs --show {outcome.number}\n")


def main(arguments: list[str]) -> int:
    """Judge so many designs of a seed, or show one. Returns 1 where anything is wrong."""
    if arguments[:1] == ["--show"]:
        outcome = judge_some([int(arguments[1])])[0]
        print(outcome)
        if outcome.fault:
            show(outcome)
        return int(bool(outcome.fault))
    first = WIDER_FROM if "--wider" in arguments else 0
    arguments = [item for item in arguments if item != "--wider"]
    count = int(arguments[0]) if arguments else 2_000
    seed = int(arguments[1]) if len(arguments) > 1 else SEED
    began = time.perf_counter()
    outcomes = judge_all(range(first + seed * SPACING, first + seed * SPACING + count))
    print(f"{count:,} random designs, seed {seed}, in {time.perf_counter() - began:.0f} s")
    print("\n".join(table(outcomes)))
    wrong = [outcome for outcome in outcomes if outcome.fault]
    print("".join(f"  {item.number}: {item.fault} {item.crashed}\n" for item in wrong))
    for outcome in wrong[:SHOWN]:
        show(outcome)
    return int(bool(wrong))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
