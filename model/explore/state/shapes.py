"""What tells all about a plain value without times, as a key of a dictionary.

Two values with one shape are written out in one text. Where a value holds a time, an object, or
anything whose content its type does not tell, it has no shape, and is written out anew.
"""

from __future__ import annotations

from typing import Any

from lastchunk.reference_impl.contract import Chunk

AS_IT_IS = frozenset((int, str, bytes, type(None)))
"""Types whose equal values say the same, and equal none of another of these types."""


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
