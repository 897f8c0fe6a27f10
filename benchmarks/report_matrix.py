"""How long a report's own matrix takes with two workers, as in the command: wall seconds.

    python -m benchmarks.report_matrix [ROUNDS]

What the whole of a report costs, `benchmarks.report_phases` tells.
"""

from __future__ import annotations

import sys
import time

from benchmarks.report_phases import CHUNKS, SECONDS
from lastchunk.cli.report import REPORT_DESIGNS
from lastchunk.model.base.memory import EndsSoon
from lastchunk.reports.claims.needed import matrix_for_claims

WORKERS = 2


def main(rounds: int) -> None:
    """Explore it so many times, and tell what came of it and how long it took."""
    EndsSoon.is_so = True  # as in the command, which does nothing after it
    for _ in range(rounds):
        began = time.perf_counter()
        found = matrix_for_claims(REPORT_DESIGNS, CHUNKS, SECONDS, WORKERS)
        print(f"{time.perf_counter() - began:.1f} s: {found!r}", flush=True)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 3)
