"""What an instance keeps in its fields and cannot change: with it alone, a log need not be kept.

What a field holds may change unseen wherever it can change in place. So a program forgets what it
was told only where its fields hold what they held at the beginning, and none of that can change.
"""

from __future__ import annotations

from enum import Enum
from operator import is_
from types import FunctionType, MethodType
from typing import Any

from lastchunk.model.subset.held import SAID_UNCHANGED, fields_of, stays_as_made
from lastchunk.model.world.code.handed import HANDED, is_as_handed

_ATOMS = frozenset((int, float, str, bytes, bool, type(None)))


def lasting_fields(target: Any, owner: object) -> dict[str, Any] | None:
    """An instance's fields, where it has some and none can change in place; else None.

    ``owner`` is the program whose clock the instance was given. A class may say of fields that
    nothing of its text changes what they hold (`SAID_UNCHANGED`).
    """
    fields = fields_of(target)
    unchanging = getattr(type(target), SAID_UNCHANGED, ())
    if fields and all(
        _lasts(value, owner) or (name in unchanging and _has_atoms(value))
        for name, value in fields.items()
    ):
        return fields
    return None


def _has_atoms(value: Any) -> bool:
    """Whether an object, which its class says that nothing changes, has nothing that could."""
    return type(value) is dict and all(type(item) in _ATOMS for item in value.values())


def are_same(target: Any, memory: dict[str, Any]) -> bool:
    """Whether an object's fields hold what they held. No question of time is asked."""
    fields = fields_of(target)
    if fields.keys() != memory.keys():
        return False
    return all(map(is_, fields.values(), memory.values())) or all(
        value is memory[name] or (type(value) in _ATOMS and _is_same_atom(value, memory[name]))
        for name, value in fields.items()
    )


def _is_same_atom(value: Any, before: Any) -> bool:
    """Whether two plain values say the same: 0.0 is equal to -0.0, and does not."""
    if type(value) is float and type(before) is float:
        return value.hex() == before.hex()
    return type(value) is type(before) and bool(value == before)


def _lasts(value: Any, owner: object) -> bool:
    """Whether a value can never change in place."""
    if type(value) is FunctionType:
        given = (*(value.__defaults__ or ()), *(value.__kwdefaults__ or {}).values())
        return not (value.__closure__ or vars(value)) and all(_lasts(item, owner) for item in given)
    if type(value) in _ATOMS:
        return True
    if type(value) in HANDED:
        return is_as_handed(value, lambda clock: getattr(clock, "__self__", None) is owner)
    if isinstance(value, Enum):  # a member without fields of its own
        return type(value.value) in _ATOMS
    if type(value) is MethodType:  # the clock that it was given
        return value.__self__ is owner
    # It may hold more than what it has fields for.
    is_made = stays_as_made(type(value))  # type: ignore[arg-type]  # classes hash
    return is_made and all(_lasts(item, owner) for item in fields_of(value).values())
