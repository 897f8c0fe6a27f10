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

from lastchunk.model.explore.code.encode import TIME_TYPES
from lastchunk.model.explore.code.watched import WatchedChunk, index_and_size
from lastchunk.model.explore.timing.instant import Instant, Span
from lastchunk.model.world.object.delivery import Attempt, Delivery
from lastchunk.model.world.object.storage import Image
from lastchunk.reference_impl.clock import Duration, Time
from lastchunk.reference_impl.contract import Chunk, Response

AS_IT_IS = frozenset((int, str, bytes, type(None)))
"""Types whose equal values say the same, and equal none of another of these types."""


ITSELF = frozenset((int, str, type(None), bool))
BY_ITEMS = frozenset((tuple, list, set, frozenset))
WITHOUT_IDENTITIES = 2
"""The format in which it does not count whether two parts of a value are one object."""


TIME, SPAN = ..., StopIteration
"""Blanks: constants that can be written as bytes, and that no value of a world is."""
AT_ONCE = frozenset((int, str, bool, type(None), float, bytes))
"""Types of values that hold no other."""
HEADS: dict[type, complex] = {
    kind: complex(0, number)
    for number, kind in enumerate(
        (Response, Delivery, Attempt, Image, Chunk, WatchedChunk, Time, Duration)
    )
}
"""What stands before the content of an object whose type tells all else: no plain value is one."""
OF_TUPLES = frozenset((Response, Delivery, Attempt, Image))
OF_CHUNKS = frozenset((Chunk, WatchedChunk))
OF_CLOCKS = frozenset((Time, Duration))
OWN_HEADS = frozenset(map(id, HEADS.values()))


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
    if kind is complex:
        return id(value) in OWN_HEADS
    return (
        kind is dict and all(map(has_own_bytes, value)) and all(map(has_own_bytes, value.values()))
    )


def times_apart(value: Any, times: list[Instant]) -> Any:
    """The value with a blank for each time in it, which is appended to ``times`` in order.

    An object that stands in `HEADS` becomes a tuple of what it holds. A blank or a head is a
    constant that no value holds. Raises `ValueError` for one that does.
    """
    kind = type(value)
    if kind in AT_ONCE:
        return value
    if kind in TIME_TYPES:
        times.append(value)
        return TIME
    if kind is tuple or kind is list:
        items = [item if type(item) in AT_ONCE else times_apart(item, times) for item in value]
        return tuple(items) if kind is tuple else items
    if kind is dict:
        return {
            key: item if type(item) in AT_ONCE else times_apart(item, times)
            for key, item in value.items()
        }
    if kind is Span:
        times += (value.end, value.start)
        return SPAN
    if value is TIME or value is SPAN or kind is complex:
        raise ValueError("a blank of a value's own")
    head = HEADS.get(kind)
    return value if head is None else (head, *_held(kind, value, times))


def _held(kind: type, value: Any, times: list[Instant]) -> list[Any]:
    """What an object holds, with blanks for the times."""
    if kind in OF_TUPLES:
        return [times_apart(item, times) for item in tuple.__iter__(value)]
    if kind in OF_CHUNKS:
        return [times_apart(number, times) for number in index_and_size(value)]
    return [times_apart(value._ms, times)]


def is_told_apart(rest: Any, times: list[Instant]) -> bool:
    """Whether the order in which the times of a text come can be told by comparing them.

    The entries of a dictionary may be written in another order than they are held in.
    """
    return len(set(map(id, times))) == len(times) or not _has_entries(rest)


def _has_entries(rest: Any) -> bool:
    """Whether there is a dictionary in a value with more than one entry."""
    kind = type(rest)
    if kind is dict:
        return len(rest) > 1 or any(map(_has_entries, rest.values()))
    return kind in BY_ITEMS and any(map(_has_entries, rest))
