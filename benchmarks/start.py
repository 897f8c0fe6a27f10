"""How long a command takes from its start, in CPU seconds: best of some runs, each a whole process.

    python -m benchmarks.start              # this version
    python -m benchmarks.start CHECKOUT     # and one of another version, in turns

CPU time is user and system time together: it counts the imports, and little of what else runs.
"""

from __future__ import annotations

import os
import resource
import subprocess
import sys
from pathlib import Path

ROUNDS = 7
WORK = {
    "import lastchunk": ["-c", "import lastchunk"],
    "lastchunk --help": ["-m", "lastchunk", "--help"],
    "lastchunk simulate harmless": ["-m", "lastchunk", "simulate", "harmless"],
    "lastchunk verify small-scope": ["-m", "lastchunk", "verify", "small-scope"],
}


def cpu_seconds(words: list[str], folder: Path) -> float:
    """User and system time of one process that runs in a checkout."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(
        [sys.executable, *words], cwd=folder, stdout=subprocess.DEVNULL, check=False,
        stderr=subprocess.DEVNULL,
    )  # fmt: skip
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def main(folders: list[Path]) -> None:
    """Print a table: a row for each piece of work, a column for each checkout."""
    best: dict[tuple[str, Path], float] = {}
    for _ in range(ROUNDS):
        for name, words in WORK.items():
            for folder in folders:
                taken = cpu_seconds(words, folder)
                best[name, folder] = min(taken, best.get((name, folder), taken))
    print(f"{'CPU seconds, best of ' + str(ROUNDS):32}", *(f"{f.name:>12}" for f in folders))
    for name in WORK:
        print(f"{name:32}", *(f"{best[name, folder]:12.2f}" for folder in folders))


if __name__ == "__main__":
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    here = Path(__file__).resolve().parents[1]
    main([Path(item).resolve() for item in sys.argv[1:]] + [here])
