"""Every block of every document is run, or says why it is not."""

from __future__ import annotations

import json
import re
import runpy
import shlex
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml  # type: ignore[import-untyped]  # it ships no types

from lastchunk.cli import run
from lastchunk.cli.ends import code_of
from lastchunk.model.logs.reading.mapping import make_mapping
from lastchunk.model.scenario.load import load_scenario
from tests.documents.blocks import (
    GIVEN,
    MARKDOWN,
    NOT_CODE,
    ROOT,
    Block,
    blocks_of,
    given_in,
    page_says,
)

GATE_CODES = (0, 1, 3)
"""What a command may end with where a document says nothing: any verdict."""
SMALL = {
    "compare": ("--sessions", "20", "--workers", "1", "--sweep-sessions", "0"),
    "verify": ("--property", "complete_at_finalization"),
    "ci": ("--workers", "1"),
    "region": ("--x-values", "20,40", "--sessions", "20"),
}
"""What is added to a command that shows no output, so that it takes a second and not a minute."""
PAGES = [path for path in MARKDOWN if blocks_of(path.read_text(encoding="utf-8"))]


def named(path: Path) -> str:
    return str(path.relative_to(ROOT))


@pytest.mark.parametrize("path", PAGES, ids=named)
def test_every_block_runs(
    path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    text = path.read_text(encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(str(tmp_path))
    for name in given_in(text):
        Path(name).write_text(GIVEN[name], encoding="utf-8")
    names: dict[str, Any] = {}
    for block in blocks_of(text):
        if not is_left_out(block, path, page_says(text)):
            RUN[block.language](block, names, capsys)


def is_left_out(block: Block, path: Path, page: dict[str, str]) -> bool:
    """Whether a block need not be run here; a test that is to run it must know the document."""
    assert block.language, f"a block without a language: {block.text[:60]}"
    test = block.said.get("run by") or page.get("blocks run by")
    if test and block.language != "sh":
        assert path.name in (ROOT / test).read_text(encoding="utf-8")
        return True
    if block.language in NOT_CODE or test:
        return True
    reason = block.said.get("not run", "")
    assert reason != "" or "not run" not in block.said, "a block that is not run says why"
    return bool(reason)


def python(block: Block, names: dict[str, Any], _capsys: Any) -> None:
    """A file is written, and imports; other code is run, page by page in one namespace."""
    if block.file:
        Path(block.file).write_text(block.text, encoding="utf-8")
        runpy.run_path(block.file, run_name="a_file")  # a dataclass asks for its module
    else:
        exec(compile(block.text, "block", "exec"), names)


def examples(block: Block, names: dict[str, Any], _capsys: Any) -> None:
    """Examples of docstrings: tests/house/test_results.py runs them where they stand."""


def toml(block: Block, _names: dict[str, Any], _capsys: Any) -> None:
    """A scenario must be one; a gate's file or a plan must be TOML: its commands read it."""
    data = tomllib.loads(block.text)
    if block.file:
        Path(block.file).write_text(block.text, encoding="utf-8")
    if "page" in data:
        return  # a binding: a command of the page reads it
    if "calls" in data:
        make_mapping(data, "")
    elif not {"checks", "axes"} & set(data):
        load_scenario(block.text)


def typescript(block: Block, _names: dict[str, Any], _capsys: Any) -> None:
    """A file in TypeScript."""
    assert block.file, "a block in TypeScript is a file"
    Path(block.file).write_text(block.text, encoding="utf-8")


def json_lines(block: Block, _names: dict[str, Any], _capsys: Any) -> None:
    """Each line is JSON."""
    for line in block.text.splitlines():
        json.loads(line)
    if block.file:
        Path(block.file).write_text(block.text, encoding="utf-8")


def yaml_(block: Block, _names: dict[str, Any], _capsys: Any) -> None:
    yaml.safe_load(block.text)


def commands(block: Block, _names: dict[str, Any], capsys: Any) -> None:
    """Commands one after another; what they print is nobody's concern."""
    skipped, _, reason = block.said.get("left out", "").partition("; ")
    assert bool(skipped) == bool(reason), "what is left out says why"
    for line in block.text.splitlines():
        words = shlex.split(line, comments=True)
        if not words or words[1] in skipped.split(", "):
            continue
        more = SMALL.get(words[1], ())
        code, _ = ended(
            words + [word for word in more if more[0] not in words or words[1] != "verify"], capsys
        )
        wanted = (int(block.said["exits"]),) if "exits" in block.said else GATE_CODES
        assert code in wanted, line


def console(block: Block, _names: dict[str, Any], capsys: Any) -> None:
    """Each command prints what stands below it; ``...`` is any text."""
    for piece in re.split(r"^\$ ", block.text, flags=re.MULTILINE)[1:]:
        line, _, wanted = piece.partition("\n")
        code, shown = ended(shlex.split(line), capsys)
        assert code == int(block.said.get("exits", "0")), shown
        assert matches(wanted, shown), f"{line}\n{shown}"


def ended(words: list[str], capsys: Any) -> tuple[int, str]:
    """Run a command in this process: its exit code, and what it printed."""
    assert words[0] == "lastchunk", words
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(sys, "argv", words)
        capsys.readouterr()
        code = code_of(run)
    printed = capsys.readouterr()
    return code, printed.out + printed.err


def matches(wanted: str, shown: str) -> bool:
    """Whether a text is the other one; ``...`` in it stands for anything, and ends of lines count
    for nothing."""
    parts = [re.escape(part) for part in plain(wanted).split("...")]
    return re.fullmatch(".*?".join(parts), plain(shown), re.DOTALL) is not None


def plain(text: str) -> str:
    return re.sub(r"[ \t]+$", "", text, flags=re.MULTILINE).strip("\n")


RUN = {
    "python": python,
    "pycon": examples,
    "toml": toml,
    "ts": typescript,
    "json": json_lines,
    "yaml": yaml_,
    "sh": commands,
    "console": console,
}


def test_a_block_may_not_opt_out_in_silence() -> None:
    quiet = blocks_of("<!-- not run: -->\n```sh\nlastchunk doctor\n```\n")[0]
    with pytest.raises(AssertionError, match="says why"):
        is_left_out(quiet, ROOT / "README.md", {})
    with pytest.raises(AssertionError, match="without a language"):
        is_left_out(blocks_of("```\nx\n```\n")[0], ROOT / "README.md", {})
    with pytest.raises(KeyError):
        RUN[blocks_of("```rust\nx\n```\n")[0].language]


def test_what_is_shown_is_compared() -> None:
    assert matches("a...c\n", "a b c")
    assert not matches("a...d\n", "a b c")
    assert not matches("", "a")
