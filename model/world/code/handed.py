"""What the world hands to code, and what code may have made of it.

A port keeps nothing. A context and a browser have a clock, and code may make some of its own with
another one, or classes that keep more: these are objects of the code's.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Any

from lastchunk.model.base.blame import MODULES
from lastchunk.reference_impl.blobs import Blobs
from lastchunk.reference_impl.contract import Browser, Chunk, Context, Storage, Transaction

KEEPS_NOTHING = frozenset((Storage, Blobs, Transaction))
HANDED = KEEPS_NOTHING | {Context, Browser}
"""The types of what the world hands to code."""
_DEFAULTS = tuple(
    (field.name, field.default)
    for field in dataclasses.fields(Context)
    if field.default is not dataclasses.MISSING
)


def is_as_handed(value: Any, is_clock: Callable[[Any], bool]) -> bool:
    """Whether the world has made this, or would make one like it. ``is_clock`` knows its clocks."""
    kind = type(value)
    if kind is Browser:
        return is_clock(value.now)
    if kind is not Context:
        return kind in KEEPS_NOTHING
    are_ports = type(value.storage) in KEEPS_NOTHING and type(value.blobs) in KEEPS_NOTHING
    as_made = all(getattr(value, name) is default for name, default in _DEFAULTS)
    return are_ports and as_made and is_clock(value.now)


def is_of_recorder(kind: type) -> bool:
    """Whether chunks of this type are the recorder's: index and size are all that they are."""
    return kind is Chunk or (issubclass(kind, Chunk) and kind.__module__.startswith(MODULES))
