"""Map and Set, whose keys are plain values; their order is that in which keys came."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from lastchunk.model.typescript.library.arrays import callback
from lastchunk.model.typescript.runtime.facets import tell_apart
from lastchunk.model.typescript.runtime.iteration import Items, items_of
from lastchunk.model.typescript.runtime.members import word_of
from lastchunk.model.typescript.runtime.values import (
    UNDEFINED,
    Facet,
    HostObject,
    refuse_here,
    type_error,
)

NOT_A_NUMBER = ("NaN",)
"""Stands for NaN, which is the same key as itself."""


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
    refuse_here(f"{word_of(value)} as a key of a map or in a set", "texts and numbers")


def key_out(key: Any) -> Any:
    """The value that a key stands for."""
    if type(key) is tuple:
        return float("nan") if key == NOT_A_NUMBER else key[0]
    return key


class _Keyed(HostObject):
    __slots__ = ("items",)

    def __init__(self) -> None:
        self.items: dict[Any, Any] = {}

    @property
    def size(self) -> int:
        """How many there are."""
        return len(self.items)

    def has(self, key: Any = UNDEFINED, *_: Any) -> bool:
        """Whether a key is there."""
        return key_in(key) in self.items

    def delete(self, key: Any = UNDEFINED, *_: Any) -> bool:
        """Take a key away."""
        return self.items.pop(key_in(key), self) is not self

    def clear(self, *_: Any) -> Any:
        """Take all away."""
        self.items.clear()
        return UNDEFINED

    def entry(self, key: Any) -> Any:
        """What a loop is given for a key."""
        return key_out(key)

    def entries_now(self) -> list[Any]:
        """What a loop goes through."""
        return [self.entry(key) for key in self.items]

    def each_now(self) -> Iterator[Any]:
        """The same, while keys go away; new ones meanwhile are refused."""
        before = list(self.items)
        for key in before:
            if key in self.items:
                yield self.entry(key)
            if any(other not in before for other in self.items):
                refuse_here(f"{self.WORD} that grows while a loop goes through it", "[...it]")

    def forEach(self, function: Any = UNDEFINED, *_: Any) -> Any:  # noqa: N802 - the language's name
        """Call a function for each."""
        for key in self.each_keys():
            value = self.items[key]
            callback(function)(key_out(key) if value is self else value, key_out(key), self)
        return UNDEFINED

    def each_keys(self) -> list[Any]:
        """The keys as they are kept."""
        return list(self.items)

    def keys(self, *_: Any) -> Items:
        """The keys, to go through."""
        return Items([key_out(key) for key in self.items])


class Map(_Keyed):
    """``Map``"""

    __slots__ = ()
    WORD = "a map"
    NAMES = frozenset(
        ["size", "has", "get", "set", "delete", "clear", "keys", "values", "entries", "forEach"]
    )

    def get(self, key: Any = UNDEFINED, *_: Any) -> Any:
        """The value under a key."""
        return self.items.get(key_in(key), UNDEFINED)

    def set(self, key: Any = UNDEFINED, value: Any = UNDEFINED, *_: Any) -> Map:
        """A value under a key."""
        self.items[key_in(key)] = value
        return self

    def entry(self, key: Any) -> Any:
        return [key_out(key), self.items[key]]

    def values(self, *_: Any) -> Items:
        """The values, to go through."""
        return Items(list(self.items.values()))

    def entries(self, *_: Any) -> Items:
        """Keys and values, to go through."""
        return Items(self.entries_now())


class Set(_Keyed):
    """``Set``"""

    __slots__ = ()
    WORD = "a set"
    NAMES = frozenset(
        ["size", "has", "add", "delete", "clear", "keys", "values", "entries", "forEach"]
    )

    def add(self, value: Any = UNDEFINED, *_: Any) -> Set:
        """One more."""
        self.items.setdefault(key_in(value), True)
        return self

    def forEach(self, function: Any = UNDEFINED, *_: Any) -> Any:  # noqa: N802 - the language's name
        """Call a function for each."""
        for key in list(self.items):
            if key in self.items:
                callback(function)(key_out(key), key_out(key), self)
        return UNDEFINED

    def values(self, *_: Any) -> Items:
        """Its values, to go through."""
        return self.keys()

    def entries(self, *_: Any) -> Items:
        """Each twice, to go through."""
        return Items([[key_out(key), key_out(key)] for key in self.items])


class MapNamespace(HostObject):
    """``Map``, to make one."""

    __slots__ = ()
    WORD = "Map"
    INSTANCES = Map

    @staticmethod
    def construct(entries: Any = UNDEFINED, *_: Any) -> Map:
        """``new Map(entries)``"""
        made = Map()
        for entry in [] if entries is UNDEFINED or entries is None else items_of(entries):
            if type(entry) is not list:
                raise type_error("Iterator value is not an entry object")
            made.set(*([*entry, UNDEFINED, UNDEFINED])[:2])
        return made


class SetNamespace(HostObject):
    """``Set``, to make one."""

    __slots__ = ()
    WORD = "Set"
    INSTANCES = Set

    @staticmethod
    def construct(values: Any = UNDEFINED, *_: Any) -> Set:
        """``new Set(values)``"""
        made = Set()
        for value in [] if values is UNDEFINED or values is None else items_of(values):
            made.add(value)
        return made
