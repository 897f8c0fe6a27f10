"""Map and Set, and their weak kin; their order is that in which keys came."""

from __future__ import annotations

from typing import Any

from lastchunk.model.typescript.library.arrays import callback
from lastchunk.model.typescript.runtime.facets import tell_apart
from lastchunk.model.typescript.runtime.iteration import each
from lastchunk.model.typescript.runtime.iterators import KeyedItems, KeyedValue
from lastchunk.model.typescript.runtime.members import word_of
from lastchunk.model.typescript.runtime.values import (
    TIME_KINDS,
    UNDEFINED,
    Facet,
    HostObject,
    Object,
    is_callable,
    refuse_here,
    type_error,
)
from lastchunk.reference_impl.blobs import Opaque

NOT_A_NUMBER = ("NaN",)
"""Stands for NaN, which is the same key as itself."""
OBJECTS = (list, dict, HostObject, Object)


class ObjectKey:
    """An object as a key: the same for itself alone. Nothing hangs on its hash but its place in
    Python's table, which nobody sees."""

    __slots__ = ("of",)

    def __init__(self, of: Any) -> None:
        self.of = of

    def __eq__(self, other: object) -> bool:
        if type(other) is not ObjectKey or self.of is other.of:
            return type(other) is ObjectKey
        return (
            isinstance(self.of, Opaque) and type(other.of) is type(self.of) and self.of == other.of
        )

    def __hash__(self) -> int:
        return 0 if isinstance(self.of, Opaque) else id(self.of)


def key_in(value: Any) -> Any:
    """A key as it is kept: equal for what counts as the same."""
    kind = type(value)
    if kind is str or kind is int or value is None or value is UNDEFINED:
        return value
    if kind is bool:
        return (value,)
    if kind is float:
        return NOT_A_NUMBER if value != value else 0 if value == 0 else value
    if kind is Facet:
        return key_in(tell_apart(value))
    if is_object(value) or isinstance(value, Opaque):
        return ObjectKey(value)
    refuse_here(f"{word_of(value)} as a key of a map or in a set", "texts, numbers, objects")


def is_object(value: Any) -> bool:
    """Whether a value is an object or a function, and so the same as itself alone."""
    return isinstance(value, OBJECTS) or (type(value) not in TIME_KINDS and is_callable(value))


def key_out(key: Any) -> Any:
    """The value that a key stands for."""
    if type(key) is ObjectKey:
        return key.of
    if type(key) is tuple:
        return float("nan") if key == NOT_A_NUMBER else key[0]
    return key


def _key_alone(key: Any, _entry: KeyedValue) -> Any:
    return key_out(key)


def _value_alone(_key: Any, entry: KeyedValue) -> Any:
    return entry.value


def _both(key: Any, entry: KeyedValue) -> Any:
    return [key_out(key), entry.value]


def _key_twice(key: Any, _entry: KeyedValue) -> Any:
    return [key_out(key), key_out(key)]


class _Keyed(HostObject):
    __slots__ = ("items",)

    def __init__(self) -> None:
        self.items: dict[Any, KeyedValue] = {}

    @property
    def size(self) -> int:
        """How many there are."""
        return len(self.items)

    def has(self, key: Any = UNDEFINED, *_: Any) -> bool:
        """Whether a key is there."""
        return key_in(key) in self.items

    def delete(self, key: Any = UNDEFINED, *_: Any) -> bool:
        """Take a key away."""
        return self.items.pop(key_in(key), None) is not None

    def clear(self, *_: Any) -> Any:
        """Take all away."""
        self.items.clear()
        return UNDEFINED

    def put(self, key: Any, value: Any) -> None:
        """A value under a key, which keeps its place where it is there."""
        made = key_in(key)
        entry = self.items.get(made)
        if entry is None:
            self.items[made] = KeyedValue(value)
        else:
            entry.value = value

    def keys(self, *_: Any) -> KeyedItems:
        """The keys, to go through."""
        return KeyedItems(self, _key_alone)


class _Mapping(_Keyed):
    __slots__ = ()

    def get(self, key: Any = UNDEFINED, *_: Any) -> Any:
        """The value under a key."""
        entry = self.items.get(key_in(key))
        return UNDEFINED if entry is None else entry.value

    def set(self, key: Any = UNDEFINED, value: Any = UNDEFINED, *_: Any) -> _Mapping:
        """A value under a key."""
        self.put(key, value)
        return self

    def each_now(self) -> KeyedItems:
        """What a loop goes through."""
        return KeyedItems(self, _both)

    def forEach(self, function: Any = UNDEFINED, *_: Any) -> Any:  # noqa: N802 - the language's name
        """Call a function for each."""
        call = callback(function)
        for key, value in self.each_now():
            call(value, key, self)
        return UNDEFINED

    def values(self, *_: Any) -> KeyedItems:
        """The values, to go through."""
        return KeyedItems(self, _value_alone)

    def entries(self, *_: Any) -> KeyedItems:
        """Keys and values, to go through."""
        return self.each_now()


class _Members(_Keyed):
    __slots__ = ()

    def add(self, value: Any = UNDEFINED, *_: Any) -> _Members:
        """One more."""
        self.put(value, True)
        return self

    def each_now(self) -> KeyedItems:
        """What a loop goes through."""
        return KeyedItems(self, _key_alone)

    def forEach(self, function: Any = UNDEFINED, *_: Any) -> Any:  # noqa: N802 - the language's name
        """Call a function for each."""
        call = callback(function)
        for value in self.each_now():
            call(value, value, self)
        return UNDEFINED

    def values(self, *_: Any) -> KeyedItems:
        """Its values, to go through."""
        return self.keys()

    def entries(self, *_: Any) -> KeyedItems:
        """Each twice, to go through."""
        return KeyedItems(self, _key_twice)


class Map(_Mapping):
    """``Map``"""

    __slots__ = ()
    WORD = "a map"
    NAMES = frozenset(
        ["size", "has", "get", "set", "delete", "clear", "keys", "values", "entries", "forEach"]
    )

    def as_json(self) -> dict[str, Any]:
        """What JSON has of it: nothing."""
        return {}


class Set(_Members):
    """``Set``"""

    __slots__ = ()
    WORD = "a set"
    NAMES = frozenset(
        ["size", "has", "add", "delete", "clear", "keys", "values", "entries", "forEach"]
    )
    as_json = Map.as_json


class WeakMap(_Mapping):
    """``WeakMap``: that its keys may go away shows nowhere."""

    __slots__ = ()
    WORD = "a weak map"
    NAMES = frozenset(("has", "get", "set", "delete"))

    def put(self, key: Any, value: Any) -> None:
        _check_is_object(key, "Invalid value used as weak map key")
        super().put(key, value)


class WeakSet(_Members):
    """``WeakSet``"""

    __slots__ = ()
    WORD = "a weak set"
    NAMES = frozenset(("has", "add", "delete"))

    def put(self, key: Any, value: Any) -> None:
        _check_is_object(key, "Invalid value used in weak set")
        super().put(key, value)


def _check_is_object(value: Any, words: str) -> None:
    if not is_object(value):
        raise type_error(words)


class KeyedNamespace(HostObject):
    """``Map``, ``Set`` and the weak ones, to make one."""

    __slots__ = ("INSTANCES", "WORD")

    def __init__(self, kind: type[_Keyed]) -> None:
        self.INSTANCES = kind
        self.WORD = kind.__name__  # type: ignore[misc]  # each is called as its class is

    def construct(self, given: Any = UNDEFINED, *_: Any) -> _Keyed:
        """``new Map(entries)``, ``new Set(values)``"""
        made = self.INSTANCES()
        for item in [] if given is UNDEFINED or given is None else each(given):
            if isinstance(made, _Members):
                made.put(item, True)
            elif type(item) is not list:
                raise type_error(f"Iterator value {word_of(item)} is not an entry object")
            else:
                made.put(*([*item, UNDEFINED, UNDEFINED])[:2])
        return made
