"""Values by their content, as data that can be compared."""

from __future__ import annotations

from collections.abc import Hashable
from enum import Enum
from types import FunctionType
from typing import Any, cast

from lastchunk.model.subset.held import fields_of
from lastchunk.reference_impl.clock import Duration, Time, bare

HEAP_TYPE = 1 << 9
AS_IT_IS = frozenset((int, str, float, bool, type(None), bytes))
"""Types of values that are hashable, and hold no other."""


def frozen(value: Any) -> Hashable:
    """Plain data as something hashable; equal data, equal result, whatever the order of keys."""
    if type(value) in AS_IT_IS:
        return cast(Hashable, value)
    if isinstance(value, dict):
        return ("dict", tuple(sorted((repr(k), frozen(v)) for k, v in value.items())))
    if isinstance(value, set | frozenset):
        return ("set", tuple(sorted(map(repr, value))))
    if isinstance(value, list | tuple):
        return ("list", tuple(frozen(item) for item in value))
    if isinstance(value, Time | Duration):
        return (type(value).__name__, str(bare(value)) if type(bare(value)) is int else "")
    if isinstance(value, Enum):
        return value  # the one of its name, which knows its class and by it itself
    if isinstance(value, Exception):
        return repr(value)  # exceptions compare by identity, which a copy does not share
    if isinstance(value, FunctionType):
        return value.__qualname__
    kind: Any = type(value)
    is_hashable = isinstance(value, Hashable)
    has_own_eq = kind.__eq__ is not object.__eq__
    if kind.__flags__ & HEAP_TYPE and not (is_hashable and has_own_eq):
        return (kind.__qualname__, frozen(fields_of(value)))  # its own words may say where it is
    return value if is_hashable else repr(value)
