"""Standard output that is full, closed, or read no further: said, said, and no matter."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
LINES = 400
PRINTS = f"""
import sys
from lastchunk.cli import ends, output

def command():
    with output.standard_output():
        for number in range({LINES}):
            print("line", number, "x" * 200)
        return 3

code = ends.code_of(command)
sys.stderr.write(f"code {{code}}\\n")
sys.exit(code)
"""
"""A command with much to show, and a code of its own."""


def ended(shell: str) -> subprocess.CompletedProcess[str]:
    """Run the command under a shell that does something with its output."""
    command = f"{sys.executable} -c '{PRINTS}'"
    script = shell.replace("COMMAND", command)
    return subprocess.run(
        ["bash", "-c", script], cwd=ROOT, capture_output=True, text=True, timeout=60, check=False
    )


def test_all_of_it_is_shown_to_who_reads_it() -> None:
    done = ended("COMMAND")
    assert (done.returncode, done.stderr, done.stdout.count("\n")) == (3, "code 3\n", LINES)


def test_a_reader_that_goes_away_changes_nothing_and_is_no_trouble() -> None:
    done = ended("set -o pipefail; COMMAND | head -n 1")
    assert (done.returncode, done.stderr, done.stdout.count("\n")) == (3, "code 3\n", 1)


def test_a_closed_output_is_said() -> None:
    done = ended("COMMAND >&-")
    assert done.returncode == 4
    assert done.stderr.splitlines() == [
        "lastchunk: standard output: it is closed; allowed: a terminal, a file or a pipe",
        "code 4",
    ]


def test_a_full_disk_is_said(tmp_path: Path) -> None:
    full = tmp_path / "full"
    try:
        os.mknod(full, 0o020666, os.makedev(1, 7))
        full.open("rb").close()
    except OSError:
        pytest.skip("this machine lets nobody make a device here")
    done = ended(f"COMMAND > {full}")
    assert done.returncode == 4
    assert done.stderr.splitlines() == [
        "lastchunk: standard output: it cannot be written (No space left on device)",
        "code 4",
    ]
    done = ended(f"COMMAND 2> {full}")
    assert (done.returncode, done.stdout.count("\n")) in {(3, LINES), (120, LINES), (1, LINES)}
