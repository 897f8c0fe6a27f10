"""``Object``, ``Array`` and what makes copies: what they can do by name."""

from __future__ import annotations

from typing import Any

from lastchunk.model.typescript.library.arrays import callback
from lastchunk.model.typescript.library.places import whole_number
from lastchunk.model.typescript.runtime.iteration import fields_now, items_of
from lastchunk.model.typescript.runtime.matches import MatchArray
from lastchunk.model.typescript.runtime.members import is_loading, set_member, word_of
from lastchunk.model.typescript.runtime.operators import same, yes
from lastchunk.model.typescript.runtime.texts import property_key
from lastchunk.model.typescript.runtime.values import (
    PLAIN_NUMBERS,
    UNDEFINED,
    HostObject,
    Object,
    is_callable,
    range_error,
    refuse_here,
    type_error,
)


def _fields(value: Any) -> dict[str, Any]:
    if value is None or value is UNDEFINED:
        raise type_error("Cannot convert undefined or null to object")
    return fields_now(value)


class ObjectNamespace(HostObject):
    """``Object``"""

    __slots__ = ()
    WORD = "Object"
    NAMES = frozenset(
        ["keys", "values", "entries", "assign", "fromEntries", "freeze", "hasOwn", "is"]
    )
    INSTANCES = dict

    @staticmethod
    def keys(value: Any = UNDEFINED, *_: Any) -> list[Any]:
        """``Object.keys(value)``"""
        return list(_fields(value))

    @staticmethod
    def values(value: Any = UNDEFINED, *_: Any) -> list[Any]:
        """``Object.values(value)``"""
        return list(_fields(value).values())

    @staticmethod
    def entries(value: Any = UNDEFINED, *_: Any) -> list[Any]:
        """``Object.entries(value)``"""
        return [[key, item] for key, item in _fields(value).items()]

    @staticmethod
    def assign(target: Any = UNDEFINED, *sources: Any) -> Any:
        """``Object.assign(target, source)``"""
        if target is None or target is UNDEFINED:
            raise type_error("Cannot convert undefined or null to object")
        for source in sources:
            for key, item in fields_now(source).items():
                set_member(target, key, item)
        return target

    @staticmethod
    def fromEntries(entries: Any = UNDEFINED, *_: Any) -> dict[str, Any]:  # noqa: N802
        """``Object.fromEntries(entries)``"""
        made: dict[str, Any] = {}
        for entry in items_of(entries):
            if type(entry) is not list:
                raise type_error("Iterator value is not an entry object")
            key, value = ([*entry, UNDEFINED, UNDEFINED])[:2]
            set_member(made, property_key(key), value)
        return made

    @staticmethod
    def freeze(value: Any = UNDEFINED, *_: Any) -> Any:
        """``Object.freeze(value)``, as the module is loaded: nothing of a module may change."""
        if not is_loading():
            refuse_here("Object.freeze() in a method", "a constant of the module")
        return value

    @staticmethod
    def hasOwn(value: Any = UNDEFINED, key: Any = UNDEFINED, *_: Any) -> bool:  # noqa: N802
        """``Object.hasOwn(value, key)``"""
        return str(property_key(key)) in _fields(value)

    @staticmethod
    def is_same(a: Any = UNDEFINED, b: Any = UNDEFINED, *_: Any) -> bool:
        """``Object.is(a, b)``"""
        if type(a) in PLAIN_NUMBERS and type(b) in PLAIN_NUMBERS:
            return repr(float(a)) == repr(float(b))
        return yes(same(a, b))

    def __getattr__(self, name: str) -> Any:
        if name == "is":
            return self.is_same
        raise AttributeError(name)


class ArrayNamespace(HostObject):
    """``Array``"""

    __slots__ = ()
    WORD = "Array"
    NAMES = frozenset(("isArray", "from", "of"))
    INSTANCES = list

    @staticmethod
    def isArray(value: Any = UNDEFINED, *_: Any) -> bool:  # noqa: N802
        """``Array.isArray(value)``"""
        return type(value) is list or isinstance(value, MatchArray)

    @staticmethod
    def of(*items: Any) -> list[Any]:
        """``Array.of(...)``"""
        return list(items)

    @staticmethod
    def listed_from(items: Any = UNDEFINED, function: Any = UNDEFINED, *_: Any) -> list[Any]:
        """``Array.from(items, function)``"""
        made = _array_like(items) if type(items) is dict else items_of(items)
        if function is UNDEFINED:
            return made
        return [callback(function)(item, number) for number, item in enumerate(made)]

    def __getattr__(self, name: str) -> Any:
        if name == "from":
            return self.listed_from
        raise AttributeError(name)

    @staticmethod
    def construct(*given: Any) -> list[Any]:
        """``new Array(...)``: a length alone makes holes, which are refused."""
        if len(given) == 1 and type(given[0]) in PLAIN_NUMBERS:
            if given[0] == 0:
                return []
            refuse_here("an array of holes", "Array.from({ length }, ...)")
        return list(given)


def _array_like(value: dict[str, Any]) -> list[Any]:
    size = whole_number(value.get("length", 0), 0)
    if size > 100_000:
        raise range_error("Invalid array length")
    return [value.get(str(number), UNDEFINED) for number in range(max(int(size), 0))]


def cloned(value: Any, what: str = "structuredClone() of") -> Any:
    """A copy that shares nothing that can change (R7). A function or an object of a class is not
    understood there: the platform refuses the one, and makes a plain object of the other."""
    return _cloned(value, what, {})


def _cloned(value: Any, what: str, met: dict[int, Any]) -> Any:
    kind = type(value)
    if kind is list or kind is dict:
        if id(value) in met:
            refuse_here(
                f"{what} one {'array' if kind is list else 'object'} in two places", "two of them"
            )
        met[id(value)] = value
        if kind is list:
            return [_cloned(item, what, met) for item in value]
        return {key: _cloned(item, what, met) for key, item in value.items()}
    if isinstance(value, HostObject | Object):
        copy = getattr(value, "cloned", None)
        if copy is None:
            refuse_here(f"{what} {word_of(value)}", "plain objects, arrays, texts, numbers")
        return copy()
    if is_callable(value):
        refuse_here(f"{what} a function", "plain objects, arrays, texts, numbers")
    return value
