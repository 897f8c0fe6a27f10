"""Our parser reads programs as two others do: esbuild, which takes the types out, and acorn.

What it misreads is refused with its line.
"""

from __future__ import annotations

import json
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from lastchunk.model.base.errors import DesignError
from lastchunk.model.conformance.runtime import toolbox
from lastchunk.model.typescript.parse.tree import SourceText
from lastchunk.model.typescript.translate.module import translate
from tests.typescript.against_node import NODE
from tests.typescript.field_styles import STYLES
from tests.typescript.outline import outline
from tests.typescript.random_programs import CLASSES, random_program
from tests.typescript.tricky import LINE_END, TRICKY

pytest.importorskip("tree_sitter", reason="the extra typescript is not installed")
pytestmark = pytest.mark.skipif(NODE is None, reason="node is not there, which has acorn")
ROOT = Path(__file__).parents[2]
READER = Path(__file__).with_name("second_parser.js")
AT_TOP = ("export", "import", "enum", "type", "abstract", "class", "function", "async function")
ONLY_OURS = ("enum E {", "w = void 0", "-x ** 2", "#x in this")
"""Lines that esbuild folds, or that are no JavaScript where they stand here."""
COUNT = 120


def esbuild() -> str:
    found = toolbox.packages()
    if found is None:
        pytest.skip("esbuild is not there: `lastchunk conform` fetches it by npm")
    return str(found / "esbuild")


def others_read(programs: Sequence[str], parser: str) -> list[Any]:
    """What each program is made of, as the others read it; with ``parser`` "" it is JavaScript."""
    assert NODE is not None
    done = subprocess.run(
        [NODE, "--expose-internals", str(READER), parser],
        input=json.dumps([[program, bool(parser)] for program in programs]),
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    )
    return list(json.loads(done.stdout))


def is_same(ours: Any, theirs: Any) -> bool:
    """Whether two outlines are; esbuild may put a number behind a name that is met twice."""
    if isinstance(ours, list) and isinstance(theirs, list):
        return len(ours) == len(theirs) and all(map(is_same, ours, theirs))
    if isinstance(ours, str) and isinstance(theirs, str):
        return ours == theirs or theirs.rstrip("0123456789") == ours
    return bool(ours == theirs)


def unlike(programs: Sequence[str], parser: str) -> list[str]:
    """The programs that are read in two ways, but those that we refuse."""
    out = []
    for program, theirs in zip(programs, others_read(programs, parser), strict=True):
        try:
            ours = outline(program)
        except DesignError:
            continue  # refused with its line
        if not is_same(ours, theirs):
            out.append(program)
    return out


def whole(line: str) -> str:
    """A line as a program."""
    text = line.replace(LINE_END, "\n")
    return text if text.startswith(AT_TOP) else f"class W extends V {{ async m() {{ {text} }} }}"


def test_the_files_of_the_repository_are_read_as_others_read_them() -> None:
    files = [path for path in ROOT.glob("worker/**/*.ts") if "node_modules" not in path.parts]
    texts = [path.read_text(encoding="utf-8") for path in files]
    assert len(texts) > 10
    assert unlike([*texts, *(style.text for style in STYLES.values())], esbuild()) == []


def test_random_programs_are_read_as_others_read_them() -> None:
    programs = [f"async function main(out) {{ {random_program(seed)} }}" for seed in range(COUNT)]
    assert unlike([*programs, CLASSES], "") == []


def test_what_a_parser_may_misread_is_read_as_others_do_or_refused() -> None:
    lines = [line for line in TRICKY if not any(word in line for word in ONLY_OURS)]
    misread = set(unlike_lines(lines))
    assert len(misread) < len(lines) / 10
    for line in misread:
        text = f"class V {{}} export {whole(line)}"
        with pytest.raises(DesignError, match="line 1"):
            translate(SourceText(Path("program.ts"), text.encode()), ["W"], {}, {})


def unlike_lines(lines: Sequence[str]) -> list[str]:
    found = []
    for line, theirs in zip(lines, others_read([*map(whole, lines)], esbuild()), strict=True):
        try:
            ours = outline(whole(line))
        except (DesignError, AssertionError):
            found.append(line)
            continue
        found += [] if is_same(ours, theirs) else [line]
    return found


def test_another_tree_would_be_seen() -> None:
    """The canary."""
    program = "const v = a + b * c;"
    assert unlike([program], "") == []
    assert not is_same(outline(program), outline("const v = (a + b) * c;"))


def test_what_is_no_javascript_is_refused() -> None:
    text = "export function f(x) { return -x ** 2; }"
    with pytest.raises(DesignError, match="a sign before a power"):
        translate(SourceText(Path("program.ts"), text.encode()), ["f"], {}, {})
