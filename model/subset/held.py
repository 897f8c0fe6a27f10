"""What an object holds, and whether it can change: asked of Python, and not of its class."""

from __future__ import annotations

from functools import cache
from types import MemberDescriptorType, ModuleType
from typing import Any


def is_held(holder: Any) -> bool:
    """Whether a method is bound to an object: a function of Python's own is to its module."""
    return holder is not None and not isinstance(holder, type | ModuleType)


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
