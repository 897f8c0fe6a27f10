"""What lies beside a person's file, which that file may import as a script would.

A file in a package imports from the folder above the package, as pytest has it:
``model/session.py`` finds ``model.page``. A file of another folder finds its own neighbours, also
where they have the same names.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from lastchunk.model.design.from_source import PACKAGE, is_beside, texts_of

_HOMES: dict[str, Path] = {}
"""The modules that files of before have found beside them, and in which folder."""


@contextmanager
def neighbours(file: Path) -> Iterator[None]:
    """Let a file import what lies beside it."""
    home = home_of(file)
    for name in [name for name, other in _HOMES.items() if other != home]:
        sys.modules.pop(name, None)
        del _HOMES[name]
    before = set(sys.modules)
    sys.path.insert(0, str(home))
    try:
        with texts_of(home):
            yield
    finally:
        if str(home) in sys.path:  # the file may have changed the path itself
            sys.path.remove(str(home))
        found = [name for name in sys.modules if name not in before and _is_below(name, home)]
        _HOMES.update(dict.fromkeys(found, home))


def home_of(file: Path) -> Path:
    """The folder of a file; of one in a package, the folder that the package lies in."""
    folder = file.resolve().parent
    while (folder / "__init__.py").is_file() and folder != folder.parent:
        folder = folder.parent
    return folder


def _is_below(name: str, home: Path) -> bool:
    """Whether a module was found in a folder, and not in an environment that lies there."""
    file = getattr(sys.modules[name], "__file__", None)
    return file is not None and name.partition(".")[0] != PACKAGE and is_beside(file, home)
