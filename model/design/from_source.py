"""A person's file and what lies beside it are compiled from their text, whenever they are imported.

Python keeps bytecode of a file, and takes it for right while the file has as many bytes and was
changed in the same second. What was edited once more within that second would be judged as it was
before. Nor is anything written beside a person's files.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec, PathFinder, SourceFileLoader
from pathlib import Path
from types import CodeType, ModuleType

from lastchunk.model.base.blame import FILES_GIVEN, STDLIB
from lastchunk.model.base.files import note_input

PACKAGE = __name__.partition(".")[0]


class TextLoader(SourceFileLoader):
    """Loads a file of Python without its bytecode."""

    def get_code(self, fullname: str) -> CodeType:
        """The code of a module, from its text."""
        path = self.get_filename(fullname)
        note_input(path)
        FILES_GIVEN.add(path)
        code: CodeType = self.source_to_code(self.get_data(path), path)
        return code


def from_text(spec: ModuleSpec) -> ModuleSpec:
    """Let a module be loaded from its text, if it is one of Python."""
    if type(spec.loader) is SourceFileLoader and spec.origin is not None:
        spec.loader = TextLoader(spec.name, spec.origin)
        spec.cached = None
    return spec


class _FromText(MetaPathFinder):
    def __init__(self, home: Path) -> None:
        self.home = home

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """A module that lies in the folder; None for any other."""
        if fullname.partition(".")[0] == PACKAGE:
            return None
        spec = PathFinder.find_spec(fullname, path, target)
        if spec is None or spec.origin is None or not is_beside(spec.origin, self.home):
            return None
        return from_text(spec)


@contextmanager
def texts_of(home: Path) -> Iterator[None]:
    """Load what lies in a folder from its text, and not from bytecode."""
    finder = _FromText(home)
    sys.meta_path.insert(0, finder)
    try:
        yield
    finally:
        if finder in sys.meta_path:
            sys.meta_path.remove(finder)


def is_beside(file: str, home: Path) -> bool:
    """Whether a file lies in a folder, and not in an environment or a Python that lies there."""
    path = Path(file)
    if not path.is_relative_to(home) or path.is_relative_to(STDLIB):
        return False
    return "site-packages" not in path.relative_to(home).parts
