"""Functions in machine code, made by numba when they are first called, and kept in a folder.

The folder is named by all sources that compiled code has its numbers from: numba itself looks at
one file alone, and would take a function for known whose helper in another file has changed. Each
piece of code is a file of its own, named by what it is for and checked by a digest: two processes
may write at once, and a broken file is as good as none.
"""

from __future__ import annotations

import os
import pickle
import sys
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from typing import Any

import numba
from numba import types
from numba.core.serialize import dumps
from numba.extending import intrinsic

from lastchunk.model.base.errors import InputError
from lastchunk.model.base.files import (
    cache_folder,
    digest_of_code,
    read_sealed,
    write_sealed,
)

SOURCES = ("kernel", "table", "world/edge", "base/streams.py")
"""Places of `model` whose functions and numbers are worked into machine code."""
_dumped: Any = dumps  # numba tells no types
_types: Any = types
_intrinsic: Callable[[Callable[..., Any]], Any] = intrinsic


def _folder() -> Path | None:
    """Where compiled code is kept; None where nothing can be."""
    model = Path(__file__).parents[2]
    digest = digest_of_code(model / place for place in SOURCES)
    folder = cache_folder() / f"compiled-{digest[:16]}"
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError:
        return None
    return folder if os.access(folder, os.W_OK) else None


FOLDER = _folder()


class KeptCode:
    """The compiled code of one function, as numba asks for it and hands it over.

    numba's own files have an index, which fails when it is cut short, and which two processes can
    make point to each other's code.
    """

    def __init__(self, folder: Path, name: str) -> None:
        self.folder = folder
        self.name = name

    def path_for(self, key: Any) -> Path:
        """The file for a signature, a processor, and versions of Python and numba."""
        words = repr((self.name, key, numba.__version__, sys.version))
        return self.folder / f"{sha256(words.encode()).hexdigest()[:32]}.code"

    def load(self, key: Any) -> Any:
        """What is kept; None where nothing is, or a broken file."""
        data = read_sealed(self.path_for(key))
        return None if data is None else pickle.loads(data)

    def save(self, key: Any, data: Any) -> None:
        """Keep what was compiled; where nothing can be written it is compiled again next time."""
        dumped: bytes = _dumped(data)
        try:
            write_sealed(self.path_for(key), dumped)
        except InputError:
            return


def called_inside(function: Callable[..., Any]) -> Callable[..., Any]:
    """A function that machine code alone calls: what Python would need to call it is not made."""
    return in_machine_code(function, no_cpython_wrapper=True, no_cfunc_wrapper=True)


def worked_in(function: Callable[..., Any]) -> Callable[..., Any]:
    """A small function in machine code, which stands in place of each call of it: what is handed
    to a function costs more than what it does."""
    return in_machine_code(
        function, forceinline=True, no_cpython_wrapper=True, no_cfunc_wrapper=True
    )


def in_machine_code(function: Callable[..., Any], **options: Any) -> Callable[..., Any]:
    """A function of numbers and arrays, in machine code."""
    config: Any = numba.config
    before = config.CACHE_DIR
    config.CACHE_DIR = str(FOLDER or "")
    try:
        decorated: Any = numba.njit(
            cache=FOLDER is not None, nogil=True, error_model="numpy", **options
        )(function)
    finally:
        config.CACHE_DIR = before
    if FOLDER is not None:
        name = f"{function.__module__}.{function.__qualname__}"
        kept = decorated._cache
        kept._cache_file = KeptCode(FOLDER, name)
        kept._impl.locator.ensure_cache_path = lambda: None  # it fails where the disk is full
    made: Callable[..., Any] = decorated
    return made


@_intrinsic
def pointer_to(typing: Any, array: Any) -> Any:
    """The numbers of an array without their owner: each function that is handed an array counts its
    owners up and down, which costs more than most functions here do."""

    def generated(context: Any, builder: Any, signature: Any, given: Any) -> Any:
        return context.make_array(signature.args[0])(context, builder, given[0]).data

    return _types.CPointer(array.dtype)(array), generated
