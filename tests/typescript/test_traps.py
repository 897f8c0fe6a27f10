"""What is not understood is refused by name and line before anything is said.

Never is it undefined, and never an error of JavaScript's own, which a proof would take for the
program's.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

import lastchunk
from lastchunk.model.base.errors import DesignError, InputError
from lastchunk.model.explore.timing.replayed import asking_line
from tests.typescript.traps import (
    BINDING,
    CHANGED,
    LANGUAGE,
    LINE,
    PARTS,
    PLATFORM,
    TOP,
    TWO_AT_ONCE,
    VALUES,
    WITHIN,
)

pytest.importorskip("tree_sitter", reason="the extra typescript is not installed")
SESSIONS = 20
"""In one of so many an upload runs before the stop ends the session."""
SCOPE = lastchunk.load_scenario("small-scope", ["chunks=2"])


def refusal_of(folder: Path, here: str, above: str = "", scenario: Any = SCOPE) -> str:
    """How a class is refused, in one of some sessions or as it is read."""
    file = folder / "trap.ts"
    file.write_text(WITHIN.format(here=here, above=above), encoding="utf-8")
    (folder / "trap.toml").write_text(BINDING, encoding="utf-8")
    with pytest.raises((DesignError, InputError)) as refused:
        _ = [lastchunk.simulate(scenario, f"{file}:Trap", session=n) for n in range(SESSIONS)]
    return str(refused.value)


@pytest.mark.parametrize("what", [*LANGUAGE, *VALUES, *PLATFORM])
def test_what_is_not_understood_is_refused_with_its_line(what: str, tmp_path: Path) -> None:
    here = (LANGUAGE | VALUES | PLATFORM)[what]
    assert f"trap.ts, line {LINE}" in refusal_of(tmp_path, here)


@pytest.mark.parametrize("what", PARTS)
def test_an_upload_in_parts_refuses_with_its_line(what: str, tmp_path: Path) -> None:
    assert f"trap.ts, line {LINE}" in refusal_of(tmp_path, PARTS[what], scenario="harmless")


@pytest.mark.parametrize("what", TWO_AT_ONCE)
def test_two_operations_at_once_are_refused_with_their_line(what: str, tmp_path: Path) -> None:
    words = refusal_of(tmp_path, TWO_AT_ONCE[what])
    assert f"trap.ts, line {LINE}" in words
    assert "two operations wait at once" in words


@pytest.mark.parametrize("what", TOP)
def test_what_a_module_may_not_do_is_refused(what: str, tmp_path: Path) -> None:
    above, here = TOP[what]
    words = refusal_of(tmp_path, here, above)
    assert "trap.ts, line 2" in words or f"trap.ts, line {LINE}" in words


@pytest.mark.parametrize("what", CHANGED)
def test_what_a_module_keeps_may_not_change(what: str, tmp_path: Path) -> None:
    above, here = CHANGED[what]
    words = refusal_of(tmp_path, here, above)
    assert "outlives its instance" in words
    assert f"trap.ts, line {LINE}" in words


def test_the_class_without_a_trap_runs(tmp_path: Path) -> None:
    """The canary: what the traps stand in is no trap itself."""
    file = tmp_path / "trap.ts"
    file.write_text(WITHIN.format(here="list.push(index);", above=""), encoding="utf-8")
    (tmp_path / "trap.toml").write_text(BINDING, encoding="utf-8")
    assert lastchunk.simulate(SCOPE, f"{file}:Trap").trace


def test_a_question_of_time_names_the_line_of_the_typescript() -> None:
    """No line of the tool's own, of which the translated code is called."""
    asking: dict[str, Any] = {"ask": asking_line, "__name__": "design"}
    exec(compile("\n\ndef upload():\n    return ask()", "/folder/trap.ts", "exec"), asking)
    assert asking["upload"]() == " at line 4, in upload() of trap.ts"
