"""What a command does not use, it does not import: the modules that are there at its end."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

import lastchunk
from lastchunk.cli.lazy import COMMANDS, load_command

HEAVY = (
    "matplotlib",
    "pandas",
    "pyarrow",
    "scipy",
    "jinja2",
    "simpy",
    "pydantic",
    "numpy",
    "numba",
)
LOADED = """
import sys
sys.argv = ["lastchunk", *sys.argv[1:]]
try:
    from lastchunk.cli import main
    main()
except SystemExit:
    pass
print("LOADED", *sorted({name.partition(".")[0] for name in sys.modules}))
"""


def loaded(*words: str) -> set[str]:
    """The heavy libraries that a command has imported at its end."""
    done = subprocess.run(
        [sys.executable, "-c", LOADED, *words], capture_output=True, text=True, check=True
    )
    modules = done.stdout.rpartition("LOADED ")[2].split()
    return set(modules) & set(HEAVY)


def test_help_needs_none_of_the_libraries() -> None:
    assert loaded("--help") == set()
    assert loaded("--version") == set()


@pytest.mark.parametrize("words", [("verify", "small-scope"), ("simulate", "harmless")])
def test_a_proof_and_a_session_need_no_tables_and_no_figures(words: tuple[str, ...]) -> None:
    assert loaded(*words) <= {"pydantic", "simpy"}


def test_to_read_a_scenario_builds_the_check_of_a_scenario_and_of_nothing_else() -> None:
    source = """
from lastchunk.model.scenario.delay import Model
from lastchunk.model.scenario.load import load_scenario
load_scenario("small-scope")
found, kinds = [], [Model]
while kinds:
    kinds += (kind := kinds.pop()).__subclasses__()
    found += [kind.__name__] if kind.__pydantic_complete__ else []
print(*found)
"""
    done = subprocess.run(
        [sys.executable, "-c", source], capture_output=True, check=True, text=True
    )
    assert done.stdout.split() == ["Scenario"]


def test_a_comparison_draws_nothing_unless_it_is_written() -> None:
    found = loaded("compare", "harmless", "--sessions", "5", "--workers", "1")
    assert not found & {"matplotlib", "jinja2", "numba"}


COLLECTED = """
import gc, sys
sys.argv = [{name!r}, "designs"]
import lastchunk.cli
before = gc.isenabled()
try:
    lastchunk.cli.main()
except SystemExit:
    pass
print("GARBAGE", before, gc.isenabled(), gc.get_freeze_count() > 10_000)
"""


@pytest.mark.parametrize(
    ("name", "told"), [("lastchunk", "False True True"), ("other", "True True False")]
)
def test_what_a_command_imports_is_not_looked_through_for_garbage(name: str, told: str) -> None:
    source = COLLECTED.format(name=name)
    done = subprocess.run(
        [sys.executable, "-c", source], capture_output=True, check=True, text=True
    )
    assert done.stdout.rpartition("GARBAGE ")[2].strip() == told


def test_importing_it_imports_none_of_the_libraries() -> None:
    source = "import lastchunk, sys; print(*{name.partition('.')[0] for name in sys.modules})"
    done = subprocess.run(
        [sys.executable, "-c", source], capture_output=True, check=True, text=True
    )
    assert not set(done.stdout.split()) & set(HEAVY)


def test_the_help_of_a_command_is_the_first_line_of_its_text() -> None:
    for name, (_, line) in COMMANDS.items():
        assert load_command(name).help.splitlines()[0] == line, name


def test_the_stub_has_the_public_names_and_where_they_are() -> None:
    stub = Path(lastchunk.__file__).with_suffix(".pyi").read_text(encoding="utf-8")
    names = {
        (node.module, alias.asname)
        for node in ast.walk(ast.parse(stub))
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    }
    public = lastchunk.PUBLIC  # type: ignore[attr-defined]  # not for users
    assert names == {(module, name) for module, listed in public.items() for name in listed}


def test_what_is_public_is_there_and_nothing_else_is() -> None:
    assert {name for names in lastchunk.PUBLIC.values() for name in names} <= set(dir(lastchunk))  # type: ignore[attr-defined]
    with pytest.raises(AttributeError, match="no attribute 'verfy'"):
        lastchunk.verfy  # type: ignore[attr-defined]  # noqa: B018 - to ask is the point
