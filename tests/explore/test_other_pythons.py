"""What suspended code holds is read alike on every Python that there is here.

A coroutine's insides are CPython's own affair, so the reading is tried on each version that this
machine has. Reading needs the standard library alone.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.tree import linked

VERSIONS = ("3.11", "3.12", "3.13")
SCRIPT = """
import types
from lastchunk.model.explore.code.encode import Encoder
from lastchunk.model.explore.code.kept import Codes, KeptEncoder
from lastchunk.model.explore.code.frames import frames_of
from lastchunk.model.explore.state.text import Text
from lastchunk.model.world.code.program import Program
from lastchunk.reference_impl.contract import Get

CODES = Codes()


@types.coroutine
def old(turns):
    for _ in range(turns):
        yield from Get("a").__await__()


class Waits:
    def __init__(self):
        self.cache = [1]

    async def handled(self, fails):
        try:
            int("x" if fails else "1")
        except ValueError:
            pass
        fails = False
        await Get("a")

    async def handling(self, data):
        try:
            raise ValueError(data)
        except ValueError:
            data = None
            await Get("a")

    async def shared(self, is_same):
        held = self.cache if is_same else list(self.cache)
        is_same = None
        await Get("a")
        held.append(1)

    async def stack(self, held):
        return [held + 1, await Get("a")]

    async def loops(self, items):
        for _ in items:
            await Get("a")

    async def old(self, turns):
        await old(turns)

    async def with_none(self, value):
        return (value, await Get("a"))


def text(method, *arguments, sends=0):
    program = Program("name", lambda clock: Waits())
    program.start(("task",), method, arguments, 0)
    for number in range(sends):
        program.send(("task",), None, number)
    kept = KeptEncoder({id(program.target): -1}, CODES)
    parts = (kept.value(program.target.cache), kept.suspended(frames_of(program.tasks["task",])))
    words = Text(parts).ready
    program.close()
    return words


assert text("handled", True) == text("handled", False)
texts = [
    text("handling", 1), text("handling", 2), text("shared", True), text("shared", False),
    text("stack", 1), text("stack", 2), text("loops", (1, 2)), text("loops", (1, 2), sends=1),
    text("old", 2), text("old", 2, sends=1), text("with_none", None), text("with_none", 0),
]
assert len(set(texts)) == len(texts), texts
print(len(texts))
"""


def interpreters() -> list[Path]:
    """One interpreter of each version that the machine has beside this one."""
    found = {}
    for version in VERSIONS:
        places = [Path(p) for p in (shutil.which(f"python{version}") or "",) if p]
        places += sorted(Path.home().glob(f".pyenv/versions/{version}.*/bin/python{version}"))
        for place in places:
            works = subprocess.run([place, "-c", ""], capture_output=True, check=False)
            if works.returncode == 0:
                found[version] = place
    return list(found.values())


@pytest.mark.parametrize("python", [Path(sys.executable), *interpreters()], ids=lambda p: p.name)
def test_suspended_code_is_read_alike(python: Path, tmp_path: Path) -> None:
    done = subprocess.run(
        [python, "-c", SCRIPT],
        env={**os.environ, "PYTHONPATH": str(linked(tmp_path))},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout.strip()) == (0, "12"), done.stderr
