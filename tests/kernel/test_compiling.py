"""Compiled code that is kept: found again, and a broken or missing file is as good as none."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("numba", reason="compiled code needs numba")
from lastchunk.model.kernel.base import compiling

APART = """
import sys
from pathlib import Path
from lastchunk.model.kernel.base import compiling
compiling.FOLDER = Path(sys.argv[1])
from tests.kernel.test_compiling import made
print(*[made()(number) for number in (20, 1.5)])
"""


def plus_one(number: Any) -> Any:
    """What is compiled here."""
    return number + 1


def made() -> Any:
    """The function as a new process would have it."""
    return compiling.in_machine_code(plus_one)


def hits(function: Any) -> int:
    """How often its code was found in the folder."""
    return sum(function.stats.cache_hits.values())


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with the code for whole numbers."""
    monkeypatch.setattr(compiling, "FOLDER", tmp_path)
    assert made()(20) == 21
    return tmp_path


def test_code_is_found_again_for_its_own_arguments_alone(folder: Path) -> None:
    again = made()
    assert (again(20), hits(again)) == (21, 1)
    assert (again(1.5), hits(again)) == (2.5, 1)
    assert len(list(folder.glob("*.code"))) == 2


@pytest.mark.parametrize("kind", ["empty", "cut short", "one bit", "something else", "gone"])
def test_a_broken_file_is_ignored_and_written_anew(folder: Path, kind: str) -> None:
    (path,) = folder.glob("*.code")
    whole = path.read_bytes()
    if kind == "gone":
        path.unlink()
    else:
        half = len(whole) // 2
        turned = whole[:half] + bytes([whole[half] ^ 1]) + whole[half + 1 :]
        broken = {"empty": b"", "cut short": whole[:half], "one bit": turned}
        path.write_bytes(broken.get(kind, b"something else"))
    mended = made()
    assert (mended(20), hits(mended)) == (21, 0)
    again = made()
    assert (again(20), hits(again)) == (21, 1)


def test_where_nothing_can_be_kept_it_is_compiled_all_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "a file"
    file.write_text("")
    monkeypatch.setattr(compiling, "FOLDER", file)
    assert made()(20) == 21
    monkeypatch.setattr(compiling, "FOLDER", None)
    assert made()(20) == 21


def test_two_processes_keep_their_code_at_once(tmp_path: Path) -> None:
    words = [sys.executable, "-c", APART, str(tmp_path)]
    both = [subprocess.Popen(words, stdout=subprocess.PIPE, text=True) for _ in range(2)]
    assert [each.communicate()[0] for each in both] == ["21 2.5\n"] * 2
    assert len(list(tmp_path.glob("*.code"))) == 2
