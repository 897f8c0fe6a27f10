"""What it saves that a process keeps what it has learned: the same command again, and another seed.

    python -m benchmarks.kept_tables [SESSIONS] [SCENARIO ...]

Whole processes of ``lastchunk compare``, with one worker and design alarm, in a cache folder of
their own, in which compiled code lies already.
"""

from __future__ import annotations

import os
import sys
import tempfile

from benchmarks.many_sessions import LASTCHUNK, taken

SCENARIOS = ("everything-fast", "lossy-mobile", "cellular-driving", "twelve-minute-pause")


def main(sessions: int, scenarios: list[str]) -> None:
    """A line for each scenario."""
    with tempfile.TemporaryDirectory() as folder:
        os.environ["LASTCHUNK_CACHE"] = folder
        compare = [*LASTCHUNK, "compare", "--design", "alarm", "--workers", "1"]
        taken([*compare, "harmless", "--sessions", "10", "--engine", "kernel"])
        os.environ["LASTCHUNK_TABLES"] = "on"
        for name in scenarios:
            given = [*compare, name, "--sessions", str(sessions)]
            first, again = taken(given), taken(given)
            other = taken([*given, "--seed", "2"])
            print(f"{name}: at first {first}; again {again}; with another seed {other}", flush=True)


if __name__ == "__main__":
    main(int((sys.argv[1:] or ["20000"])[0]), sys.argv[2:] or list(SCENARIOS))
