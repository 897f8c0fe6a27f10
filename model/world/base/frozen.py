"""Values by their content: what the fields of an object hold, and data that can be compared."""

from __future__ import annotations

from collections.abc import Hashable
from enum import Enum
from functools import cache
from types import FunctionType, MemberDescriptorType
from typing import Any, cast

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


def fields_of(target: Any) -> dict[str, Any]:
    """What an object keeps in its fields, in ``__dict__`` and in slots, by name."""
    fields = dict(getattr(target, "__dict__", ()))
    for owner, name, member in _slots_of(type(target)):  # type: ignore[arg-type]  # classes hash
        try:
            value = member.__get__(target)
        except AttributeError:
            continue  # a slot that is empty
        fields[f"{owner}.{name}" if name in fields else name] = value
    return fields


@cache
def is_frozen_dataclass(cls: type) -> bool:
    """Whether a class is itself a frozen dataclass: one that is made of it may be changed."""
    made = vars(cls).get("__dataclass_params__")
    return made is not None and made.frozen and not issubclass(cls, BaseException)


@cache
def _slots_of(cls: type) -> tuple[tuple[str, str, Any], ...]:
    """The slots of a class and its bases."""
    return tuple(
        (base.__name__, name, member)
        for base in cls.__mro__
        for name, member in vars(base).items()
        if type(member) is MemberDescriptorType
    )
