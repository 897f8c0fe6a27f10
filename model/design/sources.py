"""A digest of all that a design is made of: it has changed where the digest has."""

from __future__ import annotations

import hashlib
import linecache
import sys
import types
from functools import partial
from pathlib import Path
from typing import Any

from lastchunk.model.base.blame import is_own
from lastchunk.model.design.imported import with_imported
from lastchunk.model.design.load import DesignSpec, values_of
from lastchunk.model.design.own_page import has_own_page
from lastchunk.model.subset import check_subset
from lastchunk.model.subset.lasting import closure_cells_of, picture
from lastchunk.model.subset.reach import Reached, is_users, is_users_function
from lastchunk.model.typescript import files_of


def source_of_spec(spec: DesignSpec) -> str:
    """The same of a design; of what stands in for its object, where something does."""
    return source_of(spec.cls) if spec.real is None else spec.real.digest()


def source_of(cls: Any) -> str:
    """A digest of the files of a class, of its page if it brings one, and of all that they import.

    Where a class is in no file, as one of a notebook, it is the text of all that it leads to.
    """
    pages = (cls.page,) if has_own_page(cls) else ()
    bases = [each for part in (cls, *pages) for each in part.__mro__ if each is not object]
    files, texts = set(), set()
    for base in bases:
        file = getattr(sys.modules.get(base.__module__), "__file__", None)
        if file is not None:
            files |= {Path(file), *files_of(base)}
            continue
        reached = {item.file for item in check_subset(base.__name__, base).codes}
        texts |= {"".join(linecache.getlines(name)) for name in reached}
        files |= {Path(name) for name in reached if Path(name).is_file() and is_own(name)}
    whole = hashlib.sha256()
    for content in sorted({file.read_bytes() for file in with_imported(files)}):
        whole.update(content)
    for text in sorted(texts):
        whole.update(text.encode("utf-8"))
    return whole.hexdigest()


def content_of(spec: DesignSpec) -> str | None:
    """A digest of all that a design can do: its sources, its settings, and each value that its code
    reaches, as one that a module took from the environment when it was imported.

    None where a value has no content that another process could compare.
    """
    if spec.real is not None:
        return None
    reached = Reached(spec.name, spec.cls)  # as it is now: a test may have put other code there
    values: list[Any] = [
        (used.name, used.value)
        for used in reached.others
        if used.line or not used.name.startswith("__")  # what Python writes into each class
    ]
    values += values_of(spec.settings).items()
    texts = {code.file: "".join(linecache.getlines(code.file)) for code in reached.codes}
    for function in reached.functions:
        values += [_compiled(function.__code__), function.__defaults__, function.__kwdefaults__]
        values += [(name, cell.cell_contents) for name, cell in closure_cells_of(function)]
    try:
        pictured = repr([picture(value, bare=partial(_name_of, reached)) for value in values])
    except NoContentError:
        return None
    whole = "\0".join([source_of(spec.cls), pictured, *sorted(texts.values())])
    return hashlib.sha256(whole.encode("utf-8", "surrogatepass")).hexdigest()


def _compiled(code: types.CodeType) -> tuple[Any, ...]:
    """What code does: of one text a module may have made one function or another."""
    constants = [_compiled(c) if isinstance(c, types.CodeType) else c for c in code.co_consts]
    return (code.co_qualname, code.co_firstlineno, code.co_code, code.co_names, constants)


class NoContentError(Exception):
    """A value that two processes cannot compare."""


def _name_of(reached: Reached, value: Any) -> str:
    """What stands for a module, a class, or a function of the library: its name.

    Raises `NoContentError` for all else, and for what is a person's own and was not looked at.
    """
    if isinstance(value, types.ModuleType):
        is_known, name = value.__name__.partition(".")[0] in sys.stdlib_module_names, ""
    elif isinstance(value, types.GetSetDescriptorType | types.MemberDescriptorType):
        is_known, name = True, value.__objclass__.__qualname__
    elif isinstance(value, types.BuiltinFunctionType):
        is_known = isinstance(value.__self__, types.ModuleType | type | None)  # of no object
        name = f"{value.__module__}.{value.__qualname__}"
    else:
        is_class = isinstance(value, type) and (not is_users(value) or value in reached.classes)
        is_function = isinstance(value, types.FunctionType) and not is_users_function(value)
        is_known, name = is_class or is_function, getattr(value, "__module__", "")
    if not is_known:
        raise NoContentError
    return f"{name}.{getattr(value, '__qualname__', value.__name__)}"
