"""Random TypeScript programs against Node: none may differ, and what is refused is named.

``python -m benchmarks.typescript_fuzz 100000`` runs so many, a thousand in each process of Node.
"""

from __future__ import annotations

import sys
from collections import Counter

from tests.typescript.against_node import REFUSED, difference, node_says, we_say
from tests.typescript.random_programs import random_program

BATCH = 1000


def main(count: int, first: int = 0) -> int:
    """Run the programs of so many seeds; the exit code."""
    refused: Counter[str] = Counter()
    differing = 0
    for start in range(first, first + count, BATCH):
        seeds = range(start, min(start + BATCH, first + count))
        programs = [random_program(seed) for seed in seeds]
        for seed, program, nodes in zip(seeds, programs, node_says(programs), strict=True):
            ours = we_say(program)
            if ours and ours[-1].startswith(REFUSED):
                refused[ours[-1].rpartition("(): ")[2].partition(";")[0][:60]] += 1
            words = difference(ours, nodes)
            if words:
                differing += 1
                print(f"seed {seed}: {words}\n{program}\n")
    print(f"{count} programs, {differing} differ, {sum(refused.values())} refused, as these:")
    for words, number in refused.most_common(12):
        print(f"{number:6}  {words}")
    return 1 if differing else 0


if __name__ == "__main__":
    sys.exit(main(*map(int, sys.argv[1:])))
