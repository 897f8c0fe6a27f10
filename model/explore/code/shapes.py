"""What tells all about a plain value without times, as a key of a dictionary.

Two values with one shape are written out in one text. Where a value holds a time, an object, or
anything whose content its type does not tell, it has no shape, and is written out anew.

Most values are found by `bytes_of` already, one call of the interpreter. It keeps all types
apart but those that are written as bytes. So only what `has_own_bytes` may be kept under that key:
nothing else can come to it.
"""

from __future__ import annotations

from marshal import dumps
from typing import Any

from lastchunk.model.explore.timing.instant import Instant, Span
from lastchunk.reference_impl.contract import Chunk

AS_IT_IS = frozenset((int, str, bytes, type(None)))
"""Types whose equal values say the same, and equal none of another of these types."""


ITSELF = frozenset((int, str, type(None), bool))
BY_ITEMS = frozenset((tuple, list, set, frozenset))
WITHOUT_IDENTITIES = 2
"""The format in which it does not count whether two parts of a value are one object."""


TIME, SPAN = ..., StopIteration
"""Blanks: constants that can be written as bytes, and that no value of a world is."""


class ShapelessError(Exception):
    """A value that has no shape: what it holds may say more than its key would."""


def shape_of(value: Any) -> Any:
    """The key of a value. Raises `ShapelessError`.

    A type stands before all that is not a whole number, a text, bytes or None: 1, True and 1.0 are
    equal in a dictionary, and they are not the same.
    """
    kind = type(value)
    if kind in AS_IT_IS:
        return value
    if kind is bool:
        return bool, value
    if kind is tuple or kind is list:
        return kind, *map(shape_of, value)
    if kind is dict:
        return dict, *map(shape_of, value), *map(shape_of, value.values())
    if kind is set or kind is frozenset:
        if not all(type(item) in AS_IT_IS for item in value):
            raise ShapelessError
        return kind, frozenset(value)
    if kind is Chunk:
        return Chunk, value.index, shape_of(value.size_bytes)
    raise ShapelessError


def bytes_of(value: Any) -> bytes:
    """The key of a plain value. Raises `ValueError` for a value with an object in it."""
    return dumps(value, WITHOUT_IDENTITIES)


def has_own_bytes(value: Any) -> bool:
    """Whether no other value has the bytes of this one."""
    kind = type(value)
    if kind in ITSELF or value is TIME or value is SPAN:
        return True
    if kind in BY_ITEMS:
        return all(map(has_own_bytes, value))
    return (
        kind is dict and all(map(has_own_bytes, value)) and all(map(has_own_bytes, value.values()))
    )


def times_apart(value: Any, times: list[Instant]) -> Any:
    """The value with a blank for each time in it, which is appended to ``times`` in order.

    A blank is a constant that no value holds. Raises `ValueError` for one that does.
    """
    kind = type(value)
    if kind is Instant:
        times.append(value)
        return TIME
    if kind is Span:
        times += (value.end, value.start)
        return SPAN
    if value is TIME or value is SPAN:
        raise ValueError("a blank of a value's own")
    if kind is tuple:
        return tuple([times_apart(item, times) for item in value])
    return [times_apart(item, times) for item in value] if kind is list else value
