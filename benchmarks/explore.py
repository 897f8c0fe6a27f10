"""Exploring against two others on one question, each a whole process.

The small scope, four chunks (legs 1 to 8 ms, back-off 1, grace 20, long alarm 40, one retry of each
chunk, one disconnect): can the alarm complete the session while a chunk is missing? It cannot.

* explore: this explorer, over every real-valued time, on the design's own code;
* ticks: a plain breadth-first search over whole ticks with sorted chunks, which knows the protocol;
* spin: the exported Promela model, with its compile (left out where Spin is not installed).

Then the sizes for 2 to 6 chunks, and the memory for each class.

Every process finds its modules compiled, as they are wherever they have run before, also where the
environment keeps Python from writing its cache.

    python -m benchmarks.explore
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

from lastchunk.model.explore.export.promela import promela
from lastchunk.model.scenario.load import load_scenario

CHUNKS = 4
ROUNDS = 5
PROTOTYPE = {2: 111, 3: 401, 4: 1_264, 5: 3_718, 6: 10_552}
"""The classes that a prototype needed which knew the protocol."""

EXPLORE = """
import resource, sys
from lastchunk.model.design.load import load_design
from lastchunk.model.explore.state.machine import Machine, monitor_for
from lastchunk.model.explore.search.search import Search
from lastchunk.model.scenario.load import load_scenario

scenario = load_scenario("small-scope", ["chunks=" + sys.argv[1]])
design = load_design("alarm", scenario)
machine = Machine(design, scenario, monitor_for(design, scenario, ["complete_at_finalization"]))
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
found = Search(machine).run()
grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
assert not found.findings and not found.unfinished
counts = (found.classes, found.expanded, found.steps, found.states)
print(*counts, round(found.seconds, 2), grown)
"""
TICKS = """
import sys
sys.path.insert(0, ".")
from tests.oracles.ticks import Config, violated_by_ticks
states = []
assert not violated_by_ticks(Config(int(sys.argv[1]), 1, 8, 1, 20, 40, 1, 1), states)
print(states[0])
"""


Rival = Callable[[int], tuple[float, str]]
"""For so many chunks the seconds of a process, and what it printed."""


def timed(
    command: list[str], folder: Path | None = None, environment: dict[str, str] | None = None
) -> tuple[float, str]:
    """The seconds of a whole process, and what it printed."""
    began = time.perf_counter()
    done = subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, check=True
    )
    return time.perf_counter() - began, done.stdout.strip()


def python(code: str, chunks: int, cache: str) -> tuple[float, str]:
    """The same for a piece of Python, whose modules are compiled into ``cache``."""
    environment = {**os.environ, "PYTHONPYCACHEPREFIX": cache}
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    return timed([sys.executable, "-c", code, str(chunks)], environment=environment)


def spin(chunks: int) -> tuple[float, str]:
    """Spin with its compile; the number of states."""
    text = promela(load_scenario("small-scope", [f"chunks={chunks}"]))
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "model.pml").write_text(text, encoding="utf-8")
        seconds = 0.0
        for command in ("spin -a model.pml", "cc -O2 -w -DSAFETY -o pan pan.c", "./pan -m1000000"):
            part, output = timed(command.split(), folder)
            seconds += part
    assert "errors: 0" in output, output
    stored = next(line for line in output.splitlines() if "states, stored" in line)
    return seconds, stored.split()[0]


def main() -> None:
    """Print the figures."""
    with tempfile.TemporaryDirectory() as cache:
        show(partial(python, EXPLORE, cache=cache), partial(python, TICKS, cache=cache))


def show(explore: Rival, ticks: Rival) -> None:
    """Run each, and print the figures. The first round of all compiles the modules."""
    rivals = {"explore": explore, "ticks": ticks}
    if shutil.which("spin") and shutil.which("cc"):
        rivals["spin"] = spin
    print(f"{CHUNKS} chunks, whole processes, one after the other, best of {ROUNDS}:")
    rounds = [{name: run(CHUNKS) for name, run in rivals.items()} for _ in range(ROUNDS)]
    for name in rivals:
        seconds, output = min(each[name] for each in rounds)
        print(f"  {name:8} {seconds:6.2f} s   {output.split()[0]} classes or states")
    print("chunks  classes  prototype  expanded  steps  states  seconds  KB a class")
    for chunks, prototype in PROTOTYPE.items():
        _, output = explore(chunks)
        classes, expanded, steps, states, took, grown = output.split()
        memory = float(grown) / int(classes)
        print(
            f"{chunks:6}  {classes:>7}  {prototype:9,}  {expanded:>8}  {steps:>5}  {states:>6}  "
            f"{took:>7}  {memory:10.1f}"
        )


if __name__ == "__main__":
    main()
