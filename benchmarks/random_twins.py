"""Random designs in Python and in TypeScript: the same verdicts, the same states and classes.

python -m benchmarks.random_twins 300
python -m benchmarks.random_twins --show 17
"""

from __future__ import annotations

import sys
import tempfile
from collections import Counter
from pathlib import Path

from benchmarks.twin_grammar import TwinGrammar
from tests.typescript.twin_net import both_said


def main(count: int) -> int:
    """Judge so many designs; 1 where the languages differ on one."""
    found: Counter[str] = Counter()
    for number in range(count):
        with tempfile.TemporaryDirectory() as folder:
            one, other = both_said(number, Path(folder))
        found["the same" if one == other else "different"] += 1
        found["refused"] += "refused" in one
        found.update(one.get("kinds", {}).values())
        if one != other:
            print(f"{number}: {one}\n{number}: {other}", flush=True)
    print(f"{count} designs: " + ", ".join(f"{found[word]:,} {word}" for word in sorted(found)))
    return 1 if found["different"] else 0


if __name__ == "__main__":
    if sys.argv[1] == "--show":
        shown = TwinGrammar(int(sys.argv[2]))
        print(shown.python, shown.typescript, sep="\n")
    else:
        sys.exit(main(int(sys.argv[1])))
