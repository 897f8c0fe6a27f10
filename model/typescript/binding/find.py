"""From ``file.ts:Class`` to the design that the class is, by the binding beside the file."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from lastchunk.model.base.errors import InputError
from lastchunk.model.typescript.binding.design import make_typescript_design
from lastchunk.model.typescript.binding.modules import as_module
from lastchunk.model.typescript.binding.own_page import make_typescript_page
from lastchunk.model.typescript.binding.words import Binding, read_binding
from lastchunk.reference_impl.designs import DESIGNS

_FOUND: dict[tuple[Path, str], tuple[dict[Path, bytes], type]] = {}
"""Designs that were made already, with the bytes that they were made of."""


def typescript_design(
    file: Path, name: str, module: str, find_page: Callable[[str], tuple[str, Any]]
) -> type:
    """The design of a class of a file. ``module`` is how Python calls the file. Raises
    `InputError` and `DesignError`."""
    if not file.is_file():
        raise InputError("--design", str(file), "a TypeScript file that exists")
    known = _FOUND.get((file.resolve(), name))
    if known is not None and all(
        path.is_file() and path.read_bytes() == data for path, data in known[0].items()
    ):
        return known[1]
    binding = read_binding(file, name)
    page = DESIGNS.get(binding.page)
    if page is None:
        reference = binding.page
        beside = file.parent / reference
        try:
            page = find_page(str(beside) if ":" in reference else reference)[1]
        except InputError as error:
            place = f"{binding.file.name}: page"
            raise type(error)(place, error.value, error.allowed) from error
    cls = make_typescript_design(file, name, module, binding, page)
    of_page: set[Path] = set()
    if binding.recorder:
        of_page = _with_recorder(cls, binding, f"{module}_page")
    modules: Any = vars(cls)["typescript"]
    files = sorted({*modules.sources, *of_page, binding.file.resolve()})
    as_module(module, file, files)
    _FOUND[file.resolve(), name] = ({path: path.read_bytes() for path in files}, cls)
    return cls


def _with_recorder(cls: Any, binding: Binding, module: str) -> set[Path]:
    """Give a design the page that its binding names. Returns the page's files."""
    cls.page, files = make_typescript_page(binding.file, binding.recorder, module)
    cls.is_read = True
    return files
