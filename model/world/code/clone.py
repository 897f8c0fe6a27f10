"""Structured clone: what crosses storage or the network is a copy of its own (R7).

Plain data is copied, however it is nested: dictionaries, lists, sets, deques, byte arrays, the
dictionaries of `collections`, tuples, named tuples, dataclasses, and objects of plain classes. A
copy has the type of its original, holds the same, and shares nothing with it that can change; what
never changes is shared. All else is refused: a function, what the library keeps to itself, and one
list in two places, of which the platform's copy has one too, where its reader may expect two.
"""

from __future__ import annotations

import sys
from collections import Counter, OrderedDict, defaultdict, deque
from collections.abc import Callable, Iterable
from enum import Enum
from operator import is_
from types import MemberDescriptorType
from typing import Any

from lastchunk.model.subset.held import stays_as_made
from lastchunk.model.world.code.handed import is_of_recorder
from lastchunk.reference_impl.clock import Duration, Time
from lastchunk.reference_impl.contract import Chunk, Response

CAN_BE_COPIED = (
    "None, numbers, text, bytes, times, chunks, enumerations, and tuples, lists, dictionaries, "
    "sets, deques, dataclasses and plain objects of these, each in one place"
)
SHARED = frozenset((type(None), bool, int, float, str, bytes, Chunk, Time, Duration))
"""Types whose values never change."""
HEAP_TYPE = 1 << 9
HAVE_AN_ORDER = frozenset((bool, int, str, bytes))
Met = set[int]
"""The identities of what can change and was met, to find what stands in two places."""


class NotCloneable(Exception):  # noqa: N818 - the platform's own word is DataCloneError
    """A value that no copy is made of: what is wrong with it."""


def clone(value: Any) -> Any:
    """A copy that shares nothing that can change. Raises `NotCloneable`."""
    kind = type(value)
    if kind in SHARED:
        return value
    if kind is Response:
        status, body = value
        return value if type(body) in SHARED else Response(clone(status), clone(body))
    try:
        return _dict(value, set()) if kind is dict else _clone(value, set())
    except RecursionError:
        raise NotCloneable("a value that is nested too deep") from None


def share(*kinds: type) -> None:
    """Values of these types never change: a scheduler's own times."""
    _COPIERS.update(dict.fromkeys(kinds, _same))


def is_of_scheduler(kind: type) -> bool:
    """Whether a type is one of a scheduler's own."""
    return _COPIERS.get(kind) is _same


def _clone(value: Any, met: Met) -> Any:
    kind = type(value)
    if kind in SHARED:
        return value
    copier = _COPIERS.get(kind)
    if copier is None:
        copier = _COPIERS[kind] = _copier_of(kind)
    if copier in _FIXED:
        return copier(value, met)
    if id(value) in met:
        raise NotCloneable(f"one {kind.__name__} that stands in two places")
    met.add(id(value))
    return copier(value, met)


def _all(values: Iterable[Any], met: Met) -> list[Any]:
    return [item if type(item) in SHARED else _clone(item, met) for item in values]


def _dict(value: dict[Any, Any], met: Met) -> dict[Any, Any]:
    copy = value.copy()
    for key, item in value.items():
        if type(key) not in SHARED:
            return dict(_pairs(value, set()))
        if type(item) not in SHARED:
            copy[key] = _clone(item, met)
    return copy


def _pairs(value: dict[Any, Any], met: Met) -> Iterable[tuple[Any, Any]]:
    return [
        (
            key if type(key) in SHARED else _clone(key, met),
            item if type(item) in SHARED else _clone(item, met),
        )
        for key, item in value.items()
    ]


def _counter(value: Counter[Any], met: Met) -> Any:
    copy: Counter[Any] = Counter()
    copy.update(dict(_pairs(value, met)))
    return copy


def _default(value: defaultdict[Any, Any], met: Met) -> Any:
    factory = value.default_factory
    if factory is not None and factory not in _MADE_OF_NOTHING and factory not in SHARED:
        raise NotCloneable("a defaultdict whose default is no type of plain data")
    return defaultdict(factory, _pairs(value, met))


def _tuple(value: tuple[Any, ...], met: Met) -> Any:
    if type(value) is not tuple and getattr(value, "__dict__", None):
        raise NotCloneable(f"a {type(value).__name__} with fields beside its items")
    items = _all(tuple.__iter__(value), met)
    is_same = all(map(is_, items, tuple.__iter__(value)))
    return value if is_same else tuple.__new__(type(value), items)


def _in_order(value: Iterable[Any], met: Met) -> list[Any]:
    """The items of a set: plain ones in their own order. Two equal sets that were made in different
    ways would else be gone through in different ways, also by whoever reads them back."""
    items = _all(value, met)
    if all(type(item) in HAVE_AN_ORDER for item in items):
        items.sort(key=lambda item: (type(item).__name__, item))
    return items


def _frozenset(value: frozenset[Any], met: Met) -> Any:
    return frozenset(_in_order(value, met))


def _object(value: Any, met: Met) -> Any:
    """An object of a plain class: its fields are all that it is."""
    copy = object.__new__(type(value))
    for name, item in _fields(value):
        object.__setattr__(copy, name, _clone(item, met))
    return copy


def _frozen_dataclass(value: Any, met: Met) -> Any:
    """One that cannot change is shared, unless something in it can."""
    fields = _fields(value)
    other = None
    for name, item in fields:
        if type(item) in SHARED or (copy := _clone(item, met)) is item:
            continue
        if other is None:
            other = object.__new__(type(value))
            for each, same in fields:
                object.__setattr__(other, each, same)
        object.__setattr__(other, name, copy)
    return value if other is None else other


def _fields(value: Any) -> list[tuple[str, Any]]:
    """What an object keeps, in its dictionary and in slots."""
    kind = type(value)
    slots = _SLOTS.get(kind)
    if slots is None:
        slots = _SLOTS[kind] = _slots_of(kind)
    kept = getattr(value, "__dict__", None)
    fields = list(kept.items()) if kept else []
    for name in slots:
        if (item := getattr(value, name, _NOT_SET)) is not _NOT_SET:
            fields.append((name, item))
    return fields


def _slots_of(kind: type) -> tuple[str, ...]:
    return tuple(
        name
        for cls in kind.__mro__
        for name, member in vars(cls).items()
        if type(member) is MemberDescriptorType
    )


def _is_plain_class(kind: type) -> bool:
    """Whether a class is a user's, and no built-in stands behind it that holds more."""
    is_users = kind.__module__.partition(".")[0] not in sys.stdlib_module_names
    is_python = all(base is object or base.__flags__ & HEAP_TYPE for base in kind.__mro__)
    return is_users and is_python and not issubclass(kind, type)


def _is_equal_by_fields(kind: type) -> bool:
    """Whether nothing tells two objects with equal fields apart: a dataclass made the `==`, or
    lastchunk looks at them for the code."""
    made = getattr(vars(kind).get("__eq__"), "__code__", None)
    is_made = made is not None and made.co_filename == "<string>"
    return is_made or kind.__module__.startswith("lastchunk.")


def _copier_of(kind: type) -> Callable[[Any, Met], Any]:
    """How the values of a further type are copied. Raises `NotCloneable`."""
    if issubclass(kind, Enum) or is_of_recorder(kind):
        return _same
    if issubclass(kind, tuple) and hasattr(kind, "_fields"):
        return _tuple
    if _is_plain_class(kind):
        is_shared = stays_as_made(kind) and _is_equal_by_fields(kind)  # type: ignore[arg-type]  # classes hash
        return _frozen_dataclass if is_shared else _object
    raise NotCloneable(f"a value of type {kind.__name__}")


def _same(value: Any, _met: Met) -> Any:
    return value


_FIXED = frozenset((_same, _tuple, _frozenset, _frozen_dataclass))
"""Of these a value may stand in two places: it cannot change itself."""
_COPIERS: dict[type, Callable[[Any, Met], Any]] = {
    list: _all,
    dict: _dict,
    OrderedDict: lambda value, met: OrderedDict(_pairs(value, met)),
    Counter: _counter,
    defaultdict: _default,
    deque: lambda value, met: deque(_all(value, met), value.maxlen),
    set: lambda value, met: set(_in_order(value, met)),
    frozenset: _frozenset,
    tuple: _tuple,
    bytearray: lambda value, met: bytearray(value),
}
_NOT_SET = object()
_SLOTS: dict[type, tuple[str, ...]] = {}
"""The slots of each type that was met: they are as old as their class."""
_MADE_OF_NOTHING = frozenset(_COPIERS)
"""Types of which a defaultdict may make its defaults."""
