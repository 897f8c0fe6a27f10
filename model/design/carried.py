"""How a design travels to another process that cannot import its class: with its code.

A class from a notebook, a test or a script has no reference that another process can follow. So
its code goes along, with that of all it leads to, and the text that the subset check reads. What
lastchunk and Python have themselves is imported there.
"""

from __future__ import annotations

import io
import linecache
import marshal
import pickle
import sys
from collections import ChainMap, OrderedDict
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import CodeType
from typing import Any

from lastchunk.model.base.errors import DesignError
from lastchunk.model.design.from_source import PACKAGE
from lastchunk.model.subset import check_subset

KEPT = 32
_UNPACKED: OrderedDict[bytes, tuple[Any, Any]] = OrderedDict()
"""What was unpacked here: many pieces of work bring the same class, which is checked once."""


def pack(name: str, cls: Any, settings: Any) -> bytes:
    """A class and its settings as bytes. Raises `DesignError` where something cannot travel."""
    reached = check_subset(name, cls)
    modules = {item.__module__ for item in (*reached.classes, *reached.functions)}
    files = {code.file for code in reached.codes}
    texts = {file: "".join(linecache.getlines(file)) for file in files if not Path(file).is_file()}
    try:
        with _by_value(modules):
            whole = _pickled((cls, settings))
    except (pickle.PicklingError, TypeError, AttributeError, ValueError, RecursionError) as error:
        said = " ".join(str(error).split())
        raise DesignError(
            f"{name}: its class cannot be sent to a worker process: {said}; "
            "allowed: one worker, or a class in a file of its own, as file.py:Class"
        ) from error
    payload = pickle.dumps((texts, whole))
    _keep(payload, (cls, settings))
    return payload


def unpack(payload: bytes) -> tuple[Any, Any]:
    """The class and its settings, the same objects for the same bytes."""
    found = _UNPACKED.get(payload)
    if found is None:
        texts, whole = pickle.loads(payload)
        for file, text in texts.items():
            # Without a time of change, linecache never looks for the file.
            lines = text.splitlines(keepends=True)
            linecache.cache[file] = (len(text), None, lines, file)
        found = pickle.loads(whole)
        _keep(payload, found)
    return found


def _pickled(item: Any) -> bytes:
    import cloudpickle  # no command that names its designs needs it

    class Pickler(cloudpickle.CloudPickler):  # type: ignore[misc]  # it ships no types
        """Code keeps its file, by which its text is found."""

        dispatch_table = ChainMap({CodeType: _reduced}, cloudpickle.CloudPickler.dispatch_table)

    buffer = io.BytesIO()
    Pickler(buffer).dump(item)
    return buffer.getvalue()


def _reduced(code: CodeType) -> tuple[Any, ...]:
    return marshal.loads, (marshal.dumps(code),)


def _keep(payload: bytes, found: tuple[Any, Any]) -> None:
    _UNPACKED[payload] = found
    while len(_UNPACKED) > KEPT:
        _UNPACKED.popitem(last=False)


@contextmanager
def _by_value(names: set[str]) -> Iterator[None]:
    """Let the code of these modules travel itself; what a worker can import is left out."""
    import cloudpickle

    users = [
        sys.modules[name]
        for name in sorted(names)
        if name in sys.modules and name.partition(".")[0] not in (PACKAGE, *sys.stdlib_module_names)
    ]
    fresh = [
        item for item in users if item.__name__ not in cloudpickle.list_registry_pickle_by_value()
    ]
    for module in fresh:
        cloudpickle.register_pickle_by_value(module)
    try:
        yield
    finally:
        for module in fresh:
            cloudpickle.unregister_pickle_by_value(module)
