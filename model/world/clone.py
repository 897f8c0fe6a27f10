"""Structured clone: what crosses storage or the network is a copy of its own (R7).

Plain data is copied, however it is nested: dictionaries, lists, sets, deques, byte arrays, the
dictionaries of `collections`, tuples, named tuples, dataclasses. A copy has the type of its
original, equals it, and shares nothing with it that can change; what never changes is shared. All
else is refused: a function, an object of a class of its own, and one list in two places of a value,
of which the platform's copy has one list too, and a reader of the code would expect two.
"""

from __future__ import annotations

import dataclasses
from collections import Counter, OrderedDict, defaultdict, deque
from collections.abc import Callable, Iterable
from enum import Enum
from types import MemberDescriptorType
from typing import Any

from reference_impl.clock import Duration, Time
from reference_impl.contract import Chunk

ALLOWED = (
    "None, numbers, text, bytes, times, chunks, enumerations, and tuples, lists, dictionaries, "
    "sets, deques and dataclasses of these, each in one place"
)
SHARED = frozenset((type(None), bool, int, float, str, bytes, Chunk, Time, Duration))
"""Types whose values never change."""
Met = set[int]
"""The identities of what can change and was met, to find what stands in two places."""


class NotCloneable(Exception):  # noqa: N818 - the platform's own word is DataCloneError
    """A value that no copy is made of: what is wrong with it."""


def clone(value: Any) -> Any:
    """A copy that shares nothing that can change. Raises `NotCloneable`."""
    kind = type(value)
    if kind in SHARED:
        return value
    if kind is dict and SHARED.issuperset(map(type, value.values())):
        if all(type(key) is str for key in value):
            return value.copy()
    try:
        return _clone(value, set())
    except RecursionError:
        raise NotCloneable("a value that is nested too deep") from None


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
    return [_clone(item, met) for item in values]


def _pairs(value: dict[Any, Any], met: Met) -> Iterable[tuple[Any, Any]]:
    return [(_clone(key, met), _clone(item, met)) for key, item in value.items()]


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
    if getattr(value, "__dict__", None):
        raise NotCloneable(f"a {type(value).__name__} with fields beside its items")
    items = _all(tuple.__iter__(value), met)
    is_same = all(map(_is, items, tuple.__iter__(value)))
    return value if is_same else tuple.__new__(type(value), items)


def _frozenset(value: frozenset[Any], met: Met) -> Any:
    return frozenset(_all(value, met))


def _dataclass(value: Any, met: Met) -> Any:
    """The fields of a dataclass, with or without slots; it holds nothing else."""
    copy = object.__new__(type(value))
    for name in _fields(type(value), value):
        object.__setattr__(copy, name, _clone(getattr(value, name), met))
    return copy


def _frozen_dataclass(value: Any, met: Met) -> Any:
    """One that cannot change is shared, unless something in it can."""
    names = _fields(type(value), value)
    items = [_clone(getattr(value, name), met) for name in names]
    if all(item is getattr(value, name) for name, item in zip(names, items, strict=True)):
        return value
    copy = object.__new__(type(value))
    for name, item in zip(names, items, strict=True):
        object.__setattr__(copy, name, item)
    return copy


def _fields(kind: type, value: Any) -> list[str]:
    names = [field.name for field in dataclasses.fields(value) if hasattr(value, field.name)]
    slots = {
        name
        for cls in kind.__mro__
        for name, member in vars(cls).items()
        if type(member) is MemberDescriptorType and hasattr(value, name)
    }
    further = (slots | getattr(value, "__dict__", {}).keys()) - set(names)
    if further:
        raise NotCloneable(f"a {kind.__name__} with {min(further)!r}, which is no field of it")
    return names


def _copier_of(kind: type) -> Callable[[Any, Met], Any]:
    """How the values of a further type are copied. Raises `NotCloneable`."""
    if issubclass(kind, Enum | Chunk):
        return _same
    if issubclass(kind, tuple) and hasattr(kind, "_fields"):
        return _tuple
    is_object = object.__new__ is kind.__new__
    if dataclasses.is_dataclass(kind) and is_object:
        is_frozen: bool = kind.__dataclass_params__.frozen  # type: ignore[attr-defined]
        return _frozen_dataclass if is_frozen else _dataclass
    raise NotCloneable(f"a value of type {kind.__name__}")


def _same(value: Any, _met: Met) -> Any:
    return value


def _is(one: Any, other: Any) -> bool:
    return one is other


_FIXED = frozenset((_same, _tuple, _frozenset, _frozen_dataclass))
"""Of these a value may stand in two places: it cannot change itself."""
_COPIERS: dict[type, Callable[[Any, Met], Any]] = {
    list: _all,
    dict: lambda value, met: dict(_pairs(value, met)),
    OrderedDict: lambda value, met: OrderedDict(_pairs(value, met)),
    Counter: _counter,
    defaultdict: _default,
    deque: lambda value, met: deque(_all(value, met), value.maxlen),
    set: lambda value, met: set(_all(value, met)),
    frozenset: _frozenset,
    tuple: _tuple,
    bytearray: lambda value, met: bytearray(value),
}
_MADE_OF_NOTHING = frozenset(_COPIERS)
"""Types of which a defaultdict may make its defaults."""
