"""What was edited is what is judged, also where Python's bytecode would be taken for right."""

from __future__ import annotations

import colorsys
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

import lastchunk
from lastchunk.model.design import neighbours
from lastchunk.model.design.from_source import is_beside
from lastchunk.model.design.load import import_file

SECOND = 1_700_000_000
DESIGN = """
from lastchunk.reference_impl.alarm import AlarmDesign
from lastchunk.reference_impl.contract import Response

class Mine(AlarmDesign):
    async def signal_stop(self) -> Response:
        await self.ctx.storage.set_alarm(self.ctx.now() + {grace_ms})
        return Response(200)
"""


@pytest.fixture(autouse=True)
def writes_bytecode(monkeypatch: pytest.MonkeyPatch) -> None:
    """As on a user's machine."""
    monkeypatch.setattr(sys, "dont_write_bytecode", False)


def write(file: Path, text: str) -> None:
    """Write a file so that all of them were changed in the same second."""
    file.parent.mkdir(exist_ok=True)
    file.write_text(text, encoding="utf-8")
    os.utime(file, (SECOND, SECOND))


def test_an_edit_within_the_same_second_is_seen(tmp_path: Path) -> None:
    """As many bytes, and the same second: that is all that bytecode is known by."""
    file = tmp_path / "same_second.py"
    for number in (1, 2):
        write(file, f"NUMBER = {number}\n")
        module = import_file(file)
        assert number == module.NUMBER


def plain_import(file: Path) -> None:
    """Let another program import a file, which leaves its bytecode."""
    command = [sys.executable, "-c", f"import {file.stem}"]
    plain = {name: x for name, x in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    subprocess.run(command, cwd=file.parent, env=plain, check=True)
    assert list((file.parent / "__pycache__").iterdir())


def direct(folder: Path) -> int:
    """The number of a file itself."""
    found: int = import_file(folder / "direct.py").NUMBER
    return found


def beside(folder: Path) -> int:
    """The number of a module that lies beside a file."""
    for name in ("direct", "package", "package.inner"):
        sys.modules.pop(name, None)
    neighbours._HOMES.clear()
    found: int = import_file(folder / "user.py").NUMBER
    return found


@pytest.mark.parametrize(
    ("file", "user", "number"),
    [
        ("direct.py", "", direct),
        ("direct.py", "from direct import NUMBER\n", beside),
        ("package/inner.py", "from package.inner import NUMBER\n", beside),
    ],
    ids=["the file", "a neighbour", "one in a package"],
)
def test_bytecode_that_another_program_left_is_not_taken(
    file: str, user: str, number: Callable[[Path], int], tmp_path: Path
) -> None:
    write(tmp_path / "user.py", user)
    path = tmp_path / file
    write(path, "NUMBER = 1\n")
    plain_import(path)
    write(path, "NUMBER = 2\n")
    assert number(tmp_path) == 2


def test_nothing_is_written_beside_a_person_s_files(tmp_path: Path) -> None:
    write(tmp_path / "direct.py", "NUMBER = 1\n")
    write(tmp_path / "user.py", "from direct import NUMBER\nimport colorsys\n")
    assert beside(tmp_path) == 1
    assert sorted(item.name for item in tmp_path.iterdir()) == ["direct.py", "user.py"]
    assert not any(type(finder).__name__ == "_FromText" for finder in sys.meta_path)


def test_a_design_that_was_mended_in_the_same_second_is_judged_as_it_is(tmp_path: Path) -> None:
    """One digit of its grace: as bytecode it would stay what it was, for ever."""
    file = tmp_path / "same_size.py"
    found = []
    for grace_ms in (10, 20):
        write(file, DESIGN.format(grace_ms=grace_ms))
        verified = lastchunk.verify("small-scope", f"{file}:Mine", "complete_at_finalization")
        found.append(verified.verdict)
    assert found == ["violated", "proved"]


def test_python_itself_is_not_beside_a_file_above_it(tmp_path: Path) -> None:
    """A Python that a person has built lies in the folder of all their files."""
    home = Path(colorsys.__file__).parents[2]
    assert not is_beside(colorsys.__file__, home)
    assert not is_beside(str(home / "env" / "site-packages" / "a.py"), home)
    assert is_beside(str(home / "mine.py"), home)
    assert not is_beside(str(tmp_path / "mine.py"), home)
