"""Which kinds of values code may keep, and what to keep instead of the others."""

from __future__ import annotations

import operator
import sys
import types
from typing import Any

from lastchunk.model.world.code.handed import HANDED, is_as_handed
from lastchunk.model.world.code.program import Program

PLAIN = (
    "plain data (numbers, text, list, tuple, dict, set, deque, enum, dataclass), chunks and times"
)
KEEP_INSTEAD = {
    "generator": "a list",
    "coroutine": "await it where it is made",
    "count": "an int that counts",
    "cycle": "a list and an index",
    "lock": "a flag",
    "ReferenceType": "the object itself",
    "memoryview": "bytes",
    "Random": "nothing that is drawn",
}
ITERATORS = frozenset(
    map(
        type,
        (
            iter([]),
            iter(()),
            iter(range(0)),
            iter(range(1 << 70)),
            iter(""),
            iter("\u1234"),
            iter(b""),
            reversed([]),
            enumerate(()),
            zip(),
            map(len, ()),
            filter(None, ()),
        ),
    )
)
"""Iterators whose copy would say all that they hold."""
DICT_ITERATORS = frozenset(map(type, (iter({}), iter({}.items()), iter({}.values()), reversed({}))))
DICT_VIEWS = frozenset(map(type, ({}.keys(), {}.values(), {}.items())))
GETTERS = (operator.attrgetter, operator.itemgetter, operator.methodcaller)
STATELESS = (range, type(Ellipsis), type(NotImplemented))
LISTED_LIBRARY = frozenset(("contextlib", "collections", "types"))
"""Modules of the standard library whose Python classes keep all in fields that can be seen."""
ENUM_FIELDS = frozenset(("_value_", "_name_", "_sort_order_", "__objclass__"))
HIDDEN_OF_ERRORS = frozenset(("__dict__", "__traceback__", "__weakref__", "args"))
HEAP_TYPE = 1 << 9


def is_of_world(value: Any) -> bool:
    """Whether the world has made this: then any of its kind is as good as another."""
    return type(value) in HANDED and is_as_handed(value, _is_clock)


def _is_clock(clock: Any) -> bool:
    return type(clock) is types.MethodType and isinstance(clock.__self__, Program)


def is_plain(kind: type) -> bool:
    """Whether a class is plain Python: what its instances hold is in fields alone."""
    module = getattr(kind, "__module__", "").partition(".")[0]
    if module in sys.stdlib_module_names and module not in LISTED_LIBRARY:
        return False
    base: type | None = kind
    while base is not object:
        if base is None or not base.__flags__ & HEAP_TYPE:
            return False
        base = base.__base__
    return True
