"""A name means one thing: what a reader may meet in two modules has two names.

A class or a function of the package has a name of its own. So has a constant that another module
imports; one that never leaves its module is read beside what it says. A private name is unique in
its folder, where its neighbours are read together.
"""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
FOLDERS = ("model", "reports", "lastchunk", "reference_impl")
COMMAND = "a command of the shell, and the function of the same name that it calls"
FAULT = "what a scenario schedules, and the event by which a trace tells of it"
PORT = "what a design is given, and what stands behind it in the world or in a scenario"
LANGUAGE = "a word of the language of properties, which no module of the tool uses as a function"
ALLOWED = {
    **dict.fromkeys(
        ("choose", "compare", "matrix", "replay", "simulate", "sweep", "verify"), COMMAND
    ),
    **dict.fromkeys(
        ("InstanceLost", "ProcessKilled", "StrayStop", "TabClosed", "TabThrottled"), FAULT
    ),
    **dict.fromkeys(("Blobs", "Network", "Storage"), PORT),
    **dict.fromkeys(("at_most", "sometimes"), LANGUAGE),
    "show": "each command prints its own result",
    "EXAMPLES": "the folder of counterexamples, written by reports and offered by a command",
}
"""Names that stay twice, each with the reason why nobody takes one for the other."""


def sources() -> dict[str, str]:
    """The text of each module of the package, by its name."""
    out = {}
    for folder in FOLDERS:
        for path in sorted((ROOT / folder).rglob("*.py")):
            parts = path.relative_to(ROOT).with_suffix("").parts
            name = ".".join(parts if folder == "lastchunk" else ("lastchunk", *parts))
            out[name.removesuffix(".__init__")] = path.read_text(encoding="utf-8")
    return out


def defined(tree: ast.Module) -> Iterator[tuple[str, bool]]:
    """The names at the top of a module, and whether each is a class, a function or a type."""
    for node in tree.body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            yield node.name, True
        elif isinstance(node, ast.Assign | ast.AnnAssign):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            for target in targets:
                for word in ast.walk(target):
                    if isinstance(word, ast.Name):
                        yield word.id, not word.id.isupper()


def twice(texts: Mapping[str, str]) -> dict[str, list[str]]:
    """The names that a reader may meet in two modules, with these."""
    homes: dict[str, dict[str, bool]] = defaultdict(dict)
    imported: set[tuple[str, str]] = set()
    for module, text in texts.items():
        tree = ast.parse(text)
        for name, is_made in defined(tree):
            homes[name][module] = is_made
        imported |= {
            (node.module or "", alias.name)
            for node in ast.walk(tree)
            if isinstance(node, ast.ImportFrom)
            for alias in node.names
        }
    found = {}
    for name, modules in homes.items():
        if name.startswith("__"):
            continue
        folders = [module.rpartition(".")[0] for module in modules]
        if name.startswith("_"):
            is_met = len(set(folders)) < len(folders)
        else:
            leaves = any((module, name) in imported for module in modules)
            is_met = len(modules) > 1 and (leaves or any(modules.values()))
        if is_met:
            found[name] = sorted(modules)
    return found


def test_what_may_be_met_twice_has_two_names() -> None:
    found = {name: homes for name, homes in twice(sources()).items() if name not in ALLOWED}
    assert found == {}


def test_what_is_allowed_is_still_there() -> None:
    assert set(ALLOWED) <= set(twice(sources()))


@pytest.mark.parametrize(
    ("one", "other", "user", "found"),
    [
        ("class Cell: ...", "def Cell(): ...", "", {"Cell"}),
        ("Cell = int", "class Cell: ...", "", {"Cell"}),
        ("LIMIT = 1", "LIMIT = 2", "", set()),
        ("LIMIT = 1", "LIMIT, MORE = 2, 3", "from room.one import LIMIT", {"LIMIT"}),
        ("LIMIT: int = 1", "from room.one import LIMIT", "", set()),
        ("def _walk(): ...", "async def _walk(): ...", "", {"_walk"}),
        ("class Cell: ...", "class Cells: ...", "", set()),
        ("def __getattr__(): ...", "def __getattr__(): ...", "", set()),
    ],
)
def test_a_name_that_is_met_twice_is_seen(one: str, other: str, user: str, found: set[str]) -> None:
    assert set(twice({"room.one": one, "room.other": other, "hall.user": user})) == found


def test_a_private_name_is_its_folders() -> None:
    assert twice({"room.one": "def _walk(): ...", "hall.one": "def _walk(): ..."}) == {}
