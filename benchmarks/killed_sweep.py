"""One sweep that is killed again and again ends with the bytes of one that is left alone.

``python -m benchmarks.killed_sweep [KILLS]``: the command is killed by SIGKILL at a moment of its
own each time, goes on by the same command, and is left alone in the end.
"""

from __future__ import annotations

import random
import subprocess
import sys
import tempfile
import time
from pathlib import Path

PLAN = """
scenarios = ["everything-fast"]
designs = ["alarm"]
sessions = 250
chunk_sessions = 1
[set]
recording.chunks = 1
[axes]
"network.request_loss" = { low = 0.0, high = 0.4, steps = 60 }
"""
MORE_SECONDS = 0.6


def command(plan: Path, out: Path) -> list[str]:
    """The command line of the sweep."""
    return [sys.executable, "-m", "lastchunk", "sweep", str(plan), "--out", str(out)]


def bytes_of(folder: Path) -> dict[str, bytes]:
    """All files of a folder by name."""
    files = (path for path in sorted(folder.rglob("*")) if path.is_file())
    return {str(path.relative_to(folder)): path.read_bytes() for path in files}


def chunks_in(out: Path) -> int:
    """How many chunks are there."""
    return len(list((out / "chunks").glob("*.parquet")))


def killed(plan: Path, out: Path, dice: random.Random) -> int:
    """Run it until a chunk more is there and a while longer, and kill it. Returns how many chunks
    are there; -1 where it came to its end before."""
    before = chunks_in(out)
    process = subprocess.Popen(
        command(plan, out), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    while chunks_in(out) <= before and process.poll() is None:
        time.sleep(0.005)
    time.sleep(MORE_SECONDS * dice.random())
    if process.poll() is not None:
        return -1
    process.kill()
    process.wait()
    return chunks_in(out)


def main(kills: int = 20) -> None:
    """Kill it so often, and compare."""
    dice = random.Random(1)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        plan = folder / "plan.toml"
        plan.write_text(PLAN, encoding="utf-8")
        for number in range(kills):
            chunks = killed(plan, folder / "killed", dice)
            print(f"kill {number + 1}: {chunks} chunks are there", flush=True)
            if chunks < 0:
                break
            time.sleep(0.3)  # its workers end by themselves
        for out in ("killed", "alone"):
            subprocess.run(command(plan, folder / out), check=True, stdout=subprocess.DEVNULL)
        same = bytes_of(folder / "killed") == bytes_of(folder / "alone")
        print("the same bytes" if same else "OTHER BYTES")
        sys.exit(0 if same else 1)


if __name__ == "__main__":
    main(*map(int, sys.argv[1:2]))
