"""Each process of the command has the same hashes: no order of a set differs from call to call."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from lastchunk.starting import must_begin_again

ROOT = Path(__file__).parents[2]
TELLS = """
import os, sys
with open(os.environ["TOLD"], "a") as file:
    print(os.getpid(), hash("chunk"), sys.orig_argv[1:], file=file)
"""
"""What each interpreter does as it starts: it tells who it is, and how it hashes a text."""


def told_by(command: list[str], seed: str | None, folder: Path) -> list[list[str]]:
    """What the interpreters of a command tell: process, hash and arguments of each."""
    (folder / "sitecustomize.py").write_text(TELLS)
    told = folder / "told"
    told.unlink(missing_ok=True)
    given = {name: value for name, value in os.environ.items() if name != "PYTHONHASHSEED"}
    given |= {"TOLD": str(told), "PYTHONPATH": os.pathsep.join((str(folder), str(ROOT)))}
    given |= {} if seed is None else {"PYTHONHASHSEED": seed}
    subprocess.run(
        [sys.executable, *command], env=given, cwd=folder, check=True, capture_output=True
    )
    return [line.split(" ", 2) for line in told.read_text().splitlines()]


@pytest.mark.parametrize("way", ["module", "script"])
def test_a_command_hashes_as_any_other_whatever_it_was_begun_with(way: str, tmp_path: Path) -> None:
    script = tmp_path / "lastchunk"
    script.write_text("from lastchunk.cli import main\n\nmain()\n")
    called = ["-m", "lastchunk"] if way == "module" else [str(script)]
    command = ["-X", "utf8", *called, "designs"]
    (fixed,) = told_by(command, "0", tmp_path)
    for seed in (None, "random", "7"):
        first, last = told_by(command, seed, tmp_path)
        assert first[0] == last[0], "it is another process"
        assert first[2] == last[2] == repr(command)
        assert last[1] == fixed[1]
        assert seed != "7" or first[1] != fixed[1]


def test_a_program_that_imports_the_package_keeps_its_hashes(tmp_path: Path) -> None:
    (only,) = told_by(["-c", "import lastchunk"], "7", tmp_path)
    (fixed,) = told_by(["-c", ""], "0", tmp_path)
    assert only[1] != fixed[1]


def test_what_cannot_be_told_is_begun_once(monkeypatch: pytest.MonkeyPatch) -> None:
    assert must_begin_again({})
    assert must_begin_again({"PYTHONHASHSEED": "1"})
    assert not must_begin_again({"PYTHONHASHSEED": "0"})
    monkeypatch.setattr(sys, "executable", "")
    assert not must_begin_again({})


def test_an_interpreter_that_reads_no_environment_does_not_begin_for_ever(tmp_path: Path) -> None:
    command = [sys.executable, "-E", "-m", "lastchunk", "designs"]
    found = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60)
    assert found.returncode == 0, found.stderr
