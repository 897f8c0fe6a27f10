"""Worker processes begin with what the first process has imported, from the same files."""

from __future__ import annotations

import subprocess
import sys
import time
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path
from typing import Any

import pytest

import lastchunk
from lastchunk.model.base.errors import InputError
from lastchunk.model.base.workers import end_workers, shared_pool
from lastchunk.model.estimate.sweeps.plan_file import read_plan
from lastchunk.model.explore.region import region_of

WORK = """
import sys


def seen(_):
    name = "lastchunk.model.explore.search.search"
    return name in sys.modules, sys.modules["lastchunk"].__file__
"""
SCRIPT = """
from work import seen
from lastchunk.model.base.workers import is_shared, pool, shared_pool


def at_once(executor):
    return list(executor.map(seen, range(3)))


if __name__ == "__main__":
    import lastchunk.model.explore.search.search
    with pool(2) as executor:
        own = at_once(executor)
    with shared_pool(2) as executor:
        with pool(1, tasks_per_worker=1) as inner:
            assert inner is executor and is_shared()
        shared = at_once(executor)  # whoever was done with them has left them to the others
    assert not is_shared()
    assert len(set(own + shared)) == 1, own + shared
    print(*own[0])
"""


def test_a_worker_has_imported_what_the_first_process_has(tmp_path: Path) -> None:
    """A folder beside the command that has a package of that name says nothing."""
    script = tmp_path / "scripts" / "run.py"
    script.parent.mkdir()
    script.write_text(SCRIPT, encoding="utf-8")
    (script.parent / "work.py").write_text(WORK, encoding="utf-8")
    foreign = tmp_path / "here" / "lastchunk"
    foreign.mkdir(parents=True)
    (foreign / "__init__.py").write_text("raise ValueError('foreign')\n", encoding="utf-8")
    command = [sys.executable, str(script)]
    done = subprocess.run(
        command, cwd=foreign.parent, capture_output=True, text=True, timeout=300, check=False
    )
    assert done.stderr == ""
    assert done.stdout.split() == ["True", str(lastchunk.__file__)]


NEEDS = """
import sys


def seen(_):
    from lastchunk.model.scenario.schema import Scenario
    loaded = [name in sys.modules for name in ("lastchunk.model.explore.verify", "pandas")]
    return *loaded, Scenario.__pydantic_complete__
"""
COMMAND = """
import sys
from needs import seen
import lastchunk.model.estimate.tally
from lastchunk.model.base.memory import EndsSoon
from lastchunk.model.base.workers import load_in_workers, workers_or_here
from lastchunk.model.explore.matrix.pairs import BUILT, EXPLORE


if __name__ == "__main__":
    EndsSoon.is_so = sys.argv[1] == "command"
    load_in_workers(BUILT)
    with workers_or_here(2, EXPLORE) as executor:
        print(*set(executor.map(seen, range(3))))
"""


@pytest.mark.parametrize(
    ("process", "expected"), [("command", (True, False, True)), ("notebook", (True, True, True))]
)
def test_a_worker_of_a_command_has_imported_what_its_work_needs(
    process: str, expected: tuple[bool, ...], tmp_path: Path
) -> None:
    """In a notebook other work may follow, and there is one server for all."""
    (tmp_path / "run.py").write_text(COMMAND, encoding="utf-8")
    (tmp_path / "needs.py").write_text(NEEDS, encoding="utf-8")
    command = [sys.executable, str(tmp_path / "run.py"), process]
    done = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)
    assert done.stderr == ""
    assert done.stdout.strip() == str(expected)


@pytest.mark.parametrize("after_ms", range(0, 60, 5))
def test_what_waits_for_workers_that_are_ended_gets_an_error(after_ms: int) -> None:
    with shared_pool(2) as executor:  # each worker is replaced after each task
        waiting = [executor.submit(time.sleep, 0.01) for _ in range(60)]
        time.sleep(after_ms / 1000)
        end_workers()
        ended = [future.exception(timeout=10) for future in waiting]
    assert any(isinstance(error, BrokenProcessPool) for error in ended)


@pytest.mark.parametrize("workers", [0, -1, True, False, 1.0, "2", None, 10**6])
def test_what_is_no_number_of_workers_is_refused_by_name(workers: Any, tmp_path: Path) -> None:
    axis = lastchunk.Axis.of("client.chunk_ms", [5_000])
    plan = tmp_path / "plan.toml"
    plan.write_text(
        'scenarios = ["harmless"]\ndesigns = ["alarm"]\nsessions = 2\n'
        '[axes]\n"client.chunk_ms" = [5000]\n'
    )
    small = ("small-scope", "complete_at_finalization")
    for ask in (
        lambda: lastchunk.choose("grace_ms=10..40", *small, workers=workers),
        lambda: lastchunk.sweep("harmless", axis, "alarm", 2, 1, workers=workers),
        lambda: lastchunk.sweep_plan(read_plan(plan), tmp_path / "out", workers=workers),
        lambda: region_of(x="grace_ms", y="high_ms", workers=workers),
        lambda: lastchunk.matrix(["alarm"], 1, workers=workers),
        lambda: lastchunk.rare_rate("small-scope", workers=workers),
        lambda: lastchunk.compare("harmless", "alarm", 2, 1, workers=workers),
    ):
        with pytest.raises(InputError) as error:
            ask()
        assert error.value.field == "workers"
        assert error.value.allowed == "a whole number from 1 to 1,024"
    assert not (tmp_path / "out").exists()
