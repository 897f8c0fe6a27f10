"""Designs in TypeScript: the deployed file, translated to Python's syntax tree, and what it calls.

`parse` reads the file, `translate` makes a syntax tree whose lines are the TypeScript's, `runtime`
and `library` are JavaScript's meaning, `host` is what the platform gives an object, and `binding`
makes a design of a class. What is not listed in one of them is refused with its line.
docs/typescript.md is the list for people.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any


def is_typescript(cls: Any) -> bool:
    """Whether a design's class is in TypeScript."""
    return type(getattr(cls, "typescript", None)).__module__.startswith(f"{__name__}.")


def files_of(cls: Any) -> tuple[Path, ...]:
    """The files that a design in TypeScript is made of; none of any other."""
    if not is_typescript(cls):
        return ()
    return tuple(getattr(sys.modules.get(cls.__module__), "files", ()))
