"""The skeleton of a design, and the document that goes on from it to a proof."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

import lastchunk
from lastchunk.gate.new_design import module_name, write_design
from lastchunk.model.base.errors import InputError

DOCUMENT = Path(__file__).parents[2] / "docs" / "your-design.md"
SLUG = "complete_at_finalization"


def blocks() -> list[str]:
    """The pieces of Python in the document."""
    return re.findall(r"```python\n(.*?)```", DOCUMENT.read_text(encoding="utf-8"), re.DOTALL)


def mended(skeleton: str, methods: str) -> str:
    """The skeleton with the document's methods in place of its own."""
    first = skeleton.replace("class MyDesign:", "class First:")
    return f"{first}\n\n{methods.replace('class MyDesign:', 'class MyDesign(First):')}"


def test_the_skeleton_is_refuted_and_the_document_mends_it(tmp_path: Path) -> None:
    design, test = write_design("MyDesign", tmp_path)
    assert (design.name, test.name) == ("my_design.py", "test_my_design.py")
    first = lastchunk.verify(design=f"{design}:MyDesign", properties=SLUG)
    assert first.verdict == "violated"
    asked, methods, sampled = blocks()
    assert asked in test.read_text(encoding="utf-8")
    text = mended(design.read_text(encoding="utf-8"), methods)
    other = tmp_path / "mended.py"
    other.write_text(text, encoding="utf-8")
    assert lastchunk.verify(design=f"{other}:MyDesign", properties=SLUG).verdict == "proved"
    assert "sample(" in sampled
    result = lastchunk.compare("lossy-mobile", f"{other}:MyDesign", sessions=100)
    assert result.verdicts["MyDesign"][SLUG].kind == "not seen"


def test_the_command_writes_both_and_overwrites_nothing(tmp_path: Path) -> None:
    words = [sys.executable, "-m", "lastchunk", "new-design", "Mine"]
    done = subprocess.run(words, cwd=tmp_path, capture_output=True, text=True, check=True)
    assert done.stdout.splitlines() == [
        "written: mine.py",
        "written: test_mine.py",
        "next: pytest test_mine.py",
    ]
    again = subprocess.run(words, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert (again.returncode, again.stdout) == (2, "")
    assert "mine.py'; allowed: a file that does not exist yet" in again.stderr


@pytest.mark.parametrize("name", ["my design", "lower", "1x", "Page", "AlarmDesign", "None"])
def test_a_name_that_is_none_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(InputError, match="allowed: a name"):
        write_design(name, tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_a_file_is_named_as_files_are() -> None:
    assert [module_name(name) for name in ("MyDesign", "Mine", "HTTPLike")] == [
        "my_design",
        "mine",
        "httplike",
    ]
