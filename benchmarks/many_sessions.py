"""What very many sessions take: memory of one command, a cluster against one machine, core hours.

    python -m benchmarks.many_sessions memory [SESSIONS ...]
    python -m benchmarks.many_sessions cluster [ROUNDS]
    python -m benchmarks.many_sessions cost [SCENARIO ...]

All in whole processes: wall seconds, CPU seconds with those of all their workers, and the most
memory that one process had at once. ``cluster`` runs one plan here and on a Dask LocalCluster of as
many worker processes, in turns, and compares all bytes. ``cost`` prints the table of
docs/clusters.md from what a sweep's sessions took.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from importlib import import_module
from pathlib import Path
from typing import Any, NamedTuple

from benchmarks.killed_sweep import bytes_of

LASTCHUNK = (sys.executable, "-m", "lastchunk")
ITSELF = (sys.executable, "-m", "benchmarks.many_sessions")
WORKERS = 2
PAIR = ("--design", "alarm", "--design", "lazy-alarm")
POINTS = """
scenarios = ["{scenario}"]
designs = ["alarm"]
sessions = {sessions}
chunk_sessions = {chunk}
[axes]
"network.request_loss" = [{losses}]
"""
SUBREAPER = 36
"""Of prctl (Linux): what loses its parent becomes a child of this process."""
CORES = 100
SIZES = (10**6, 10**9, 10**12)
CHUNKS = ((4_000, 20), (100_000, 5))
"""Sessions of a chunk, and how many chunks: those of a plan that says nothing, and large ones."""


class Taken(NamedTuple):
    """What one process took."""

    wall: float
    cpu: float
    peak_mb: float

    def __str__(self) -> str:
        return f"{self.wall:.1f} s, {self.cpu:.1f} s of CPU, {self.peak_mb:,.0f} MB"


def taken(command: Sequence[str]) -> Taken:
    """Run a process to its end. Raises where it fails."""
    ctypes.CDLL(None).prctl(SUBREAPER, 1)  # its workers are another process's: they come to us
    began = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    ended: dict[int, tuple[int, resource.struct_rusage]] = {}
    with contextlib.suppress(ChildProcessError):
        while True:
            number, status, used = os.wait4(-1, 0)
            ended[number] = status, used
    process.returncode = os.waitstatus_to_exitcode(ended[process.pid][0])
    if process.returncode:
        raise subprocess.CalledProcessError(process.returncode, command)
    each = [used for _, used in ended.values()]
    cpu = sum(used.ru_utime + used.ru_stime for used in each)
    peak = max(used.ru_maxrss for used in each) / 1024
    return Taken(time.perf_counter() - began, cpu, peak)


def plan_of(folder: Path, scenario: str, losses: Sequence[float], chunks: tuple[int, int]) -> Path:
    """A plan with so many points; ``chunks`` are their sessions, and how many there are."""
    size, count = chunks
    given = {"scenario": scenario, "losses": ", ".join(map(str, losses)), "chunk": size}
    text = POINTS.format(sessions=size * count // len(losses), **given)
    path = folder / f"{scenario}-{size}.toml"
    path.write_text(text, encoding="utf-8")
    return path


def sweep_here(plan: Path, out: Path, workers: int) -> list[str]:
    """The command of a sweep on this machine."""
    return [*LASTCHUNK, "sweep", str(plan), "--out", str(out), "--workers", str(workers)]


def memory(folder: Path, sizes: Sequence[int]) -> None:
    """Print what one command takes with so many sessions."""
    for sessions in sizes or (10**5, 10**6):
        given = ["everything-fast", *PAIR, "--workers", "1", "--sessions", str(sessions)]
        found = taken([*LASTCHUNK, "compare", *given])
        print(f"compare, {sessions:,} sessions: {found}", flush=True)
    for sessions in sizes or (10**5, 10**6):
        plan = plan_of(folder, "everything-fast", [0.0], (100_000, sessions // 100_000))
        found = taken(sweep_here(plan, folder / f"{sessions}", 1))
        print(f"sweep in chunks of 100,000, {sessions:,} sessions: {found}", flush=True)


def cluster(folder: Path, rounds: int) -> None:
    """Print what a sweep takes here and on a cluster, and a cluster that does nothing."""
    plan = plan_of(folder, "lossy-mobile", [0.0, 0.1, 0.2, 0.3], (1_000, 16))
    found: dict[str, list[Taken]] = {}
    for turn in range(rounds):
        here, there = folder / f"here-{turn}", folder / f"there-{turn}"
        ways = {
            "here": sweep_here(plan, here, WORKERS),
            "cluster, started and ended": [*ITSELF, "on-cluster", str(plan), str(there)],
            "cluster that does nothing": [*ITSELF, "on-cluster"],
        }
        for name, command in ways.items():
            found.setdefault(name, []).append(taken(command))
        same = bytes_of(here) == bytes_of(there)
        print("the same bytes" if same else "OTHER BYTES", flush=True)
    for name, each in found.items():
        wall, cpu = (statistics.median(pick) for pick in zip(*[t[:2] for t in each], strict=True))
        print(f"{name}: {wall:.1f} s, {cpu:.1f} s of CPU, median of {rounds}", flush=True)


def on_cluster(*given: str) -> None:
    """Start a cluster, run a sweep on it, and end it."""
    dask: Any = import_module("distributed")  # it has no types
    size = {"n_workers": WORKERS, "threads_per_worker": 1}
    with dask.LocalCluster(**size, processes=True, dashboard_address=None) as started:
        if given:
            command = sweep_here(Path(given[0]), Path(given[1]), 1)
            subprocess.run([*command, "--scheduler", started.scheduler_address], check=True)


def cost(folder: Path, scenarios: Sequence[str]) -> None:
    """Print the CPU time of a session in a sweep, and the core hours of very many."""
    for scenario in scenarios or ("everything-fast", "lossy-mobile"):
        for size, count in CHUNKS:
            plan = plan_of(folder, scenario, [0.0], (size, count))
            found = taken(sweep_here(plan, folder / plan.stem, 1))
            print(f"{scenario}, {count} chunks of {size:,} sessions: {found}")
            print("\n".join(cost_rows(found.cpu / (size * count) * 1_000_000)), flush=True)


def cost_rows(microseconds: float) -> list[str]:
    """How long so many sessions of so much CPU time each take, on one core and on many."""
    rows = [f"{microseconds:.0f} µs of CPU a session"]
    for sessions in SIZES:
        hours = sessions * round(microseconds) / 3.6e9
        power = f"{len(str(sessions)) - 1}".translate(str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹"))
        rows.append(f"| 10{power} | {amount(hours)} | {amount(hours / CORES)} |")
    return rows


def amount(hours: float) -> str:
    """Hours in two digits, or in what is shorter or longer."""
    units = [("s", hours * 3_600), ("min", hours * 60), ("h", hours), ("days", hours / 24)]
    unit, value = next((u, v) for u, v in units if v < 100 or u == "days")
    return f"{float(f'{value:.2g}'):,.12g} {unit}"


MODES: dict[str, Callable[[Path, list[str]], None]] = {
    "memory": lambda folder, given: memory(folder, list(map(int, given))),
    "cluster": lambda folder, given: cluster(folder, int(given[0]) if given else 3),
    "on-cluster": lambda _, given: on_cluster(*given),
    "cost": cost,
}

if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as name:
        MODES[sys.argv[1]](Path(name), sys.argv[2:])
