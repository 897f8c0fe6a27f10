"""The name that the contract had before it was lastchunk's: ``reference_impl``, in design files.

A design file of then says ``from reference_impl.alarm import AlarmDesign``. While it is imported
that name means `lastchunk.reference_impl`, so that there is one contract and not two.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules

import lastchunk.reference_impl as reference_impl

OLD = "reference_impl"


@contextmanager
def old_names(file: Path) -> Iterator[None]:
    """Let a file find the contract under its old name, if it asks for it."""
    if OLD not in file.read_text(encoding="utf-8", errors="replace"):
        yield
        return
    ours = {OLD: reference_impl} | {
        f"{OLD}.{found.name}": import_module(f"{reference_impl.__name__}.{found.name}")
        for found in iter_modules(reference_impl.__path__)
    }
    before = {name: sys.modules.get(name) for name in ours}
    sys.modules.update(ours)
    try:
        yield
    finally:
        for name, module in before.items():
            if module is None:
                del sys.modules[name]
            else:
                sys.modules[name] = module
