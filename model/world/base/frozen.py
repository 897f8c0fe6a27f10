"""Values by their content: what the fields of an object hold, and data that can be compared."""

from __future__ import annotations

from collections.abc import Hashable
from enum import Enum
from functools import cache
from types import MemberDescriptorType
from typing import Any

from lastchunk.reference_impl.clock import Duration, Time, bare


def frozen(value: Any) -> Hashable:
    """Plain data as something hashable; equal data, equal result, whatever the order of keys."""
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
    if isinstance(value, Exception) or not isinstance(value, Hashable):
        return repr(value)  # exceptions compare by identity, which a copy does not share
    if type(value).__eq__ is object.__eq__ and (fields := fields_of(value)):
        return (type(value).__qualname__, frozen(fields))
    return value


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
def _slots_of(cls: type) -> tuple[tuple[str, str, Any], ...]:
    """The slots of a class and its bases."""
    return tuple(
        (base.__name__, name, member)
        for base in cls.__mro__
        for name, member in vars(base).items()
        if type(member) is MemberDescriptorType
    )
