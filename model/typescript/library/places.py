"""Places in texts and arrays, as JavaScript takes them: from the end, cut off, rounded."""

from __future__ import annotations

import math
from typing import Any

from lastchunk.model.typescript.runtime.facets import tell_apart
from lastchunk.model.typescript.runtime.numbers import to_number
from lastchunk.model.typescript.runtime.values import PLAIN_NUMBERS, UNDEFINED, Facet, refuse_here


def whole_number(value: Any, otherwise: int | float) -> int | float:
    """A value as a whole number, towards 0; an infinity stays one."""
    if value is UNDEFINED:
        return otherwise
    made = to_number(tell_apart(value) if type(value) is Facet else value)
    if type(made) not in PLAIN_NUMBERS:
        refuse_here("code cannot use a time as a place or a count", "a plain number")
    if made != made:
        return 0
    return made if type(made) is int or math.isinf(made) else math.trunc(made)  # type: ignore[no-any-return]


def clamped(value: Any, low: int, high: int) -> int:
    """A whole number within bounds."""
    return int(max(low, min(high, whole_number(value, 0))))


def relative(value: Any, size: int, otherwise: int) -> int:
    """A place in something of that size, where a negative one counts from the end."""
    made = whole_number(value, otherwise)
    return int(max(size + made, 0)) if made < 0 else int(min(made, size))
