"""Which files of somebody's own a file imports, and what those import in turn.

A change of any of them may change what a design does. What is installed is not looked at: it
changes with its version, and a design may use little of it.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

from lastchunk.model.base.blame import is_own
from lastchunk.model.design.from_source import PACKAGE
from lastchunk.model.design.neighbours import home_of


def with_imported(files: set[Path]) -> set[Path]:
    """The files, and all of somebody's own that they lead to by ``import``."""
    found: set[Path] = set()
    waiting = list(files)
    while waiting:
        file = waiting.pop()
        if file not in found:
            found.add(file)
            waiting.extend(_imported(file))
    return found


def _imported(file: Path) -> Iterator[Path]:
    if file.suffix != ".py":
        return
    for node in ast.walk(ast.parse(file.read_bytes())):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield from _found(alias.name, home_of(file))
        elif isinstance(node, ast.ImportFrom):
            folder = file.resolve().parents[node.level - 1] if node.level else home_of(file)
            name = node.module or ""
            yield from _found(name, folder)
            for alias in node.names:  # each may be a module as well
                yield from _found(f"{name}.{alias.name}".strip("."), folder)


def _found(name: str, folder: Path) -> Iterator[Path]:
    """The files of a module and of the packages that it lies in, as far as they are own ones."""
    if name.partition(".")[0] == PACKAGE:
        yield from _of_the_package(name)
        return
    parts = name.split(".")
    for length in range(1, len(parts) + 1):
        place = folder.joinpath(*parts[:length])
        for file in (place.with_name(f"{place.name}.py"), place / "__init__.py"):
            if file.is_file():
                yield file.resolve()


def _of_the_package(name: str) -> Iterator[Path]:
    """A shipped design's file, or what such a file shares with others; never the tool's own."""
    if not name.startswith(f"{PACKAGE}.reference_impl."):
        return
    try:
        spec = find_spec(name)
    except ModuleNotFoundError:  # the name is of something in a module
        return
    if spec is not None and spec.origin is not None and is_own(spec.origin):
        yield Path(spec.origin)
