"""Functions in machine code, made by numba when they are first called, and kept in a folder.

The folder is named by all sources of this one: numba itself looks at one file alone, and would take
a function for known whose helper in another file has changed.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from typing import Any

import numba

from lastchunk.model.base.files import cache_folder


def _folder() -> Path | None:
    """Where compiled code is kept; None where nothing can be."""
    sources = sorted(Path(__file__).parent.glob("*.py"))
    digest = sha256(b"".join(path.read_bytes() for path in sources)).hexdigest()
    folder = cache_folder() / f"compiled-{digest[:16]}"
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError:
        return None
    return folder if os.access(folder, os.W_OK) else None


FOLDER = _folder()


def in_machine_code(function: Callable[..., Any]) -> Callable[..., Any]:
    """A function of numbers and arrays, in machine code."""
    config: Any = numba.config
    before = config.CACHE_DIR
    config.CACHE_DIR = str(FOLDER or "")
    try:
        decorated: Any = numba.njit(cache=FOLDER is not None, nogil=True, error_model="numpy")(
            function
        )
    finally:
        config.CACHE_DIR = before
    made: Callable[..., Any] = decorated
    return made
