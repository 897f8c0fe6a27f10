"""What the numbers of a session come to, in compiled code: expressions, names of draws, and draws.

``tables`` and ``session`` are those of `loop.py`.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from lastchunk.model.kernel.base.compiling import called_inside, worked_in
from lastchunk.model.kernel.base.draws import SHORT_NAME, uniform
from lastchunk.model.kernel.base.names import NAME_BYTES_MAX
from lastchunk.model.kernel.base.quantiles import EVEN, GUIDE, IN_ROWS, TOO_NEAR
from lastchunk.model.kernel.nodes import (
    FIRST_INTS,
    NAME_FIELDS,
    NOT_THERE,
    ONE_PLACE,
    PART_FIELDS,
)

NOT_DRAWN = -(2**62)
"""A draw that only Python can give."""
_NAMES, _PARTS, _TERMS, _HEADS, _GUIDES = map(
    FIRST_INTS.index, ("name_rows", "parts", "terms", "heads", "guides")
)
_VALUES = FIRST_INTS.index("values")
_NAME, _PART = map(len, (NAME_FIELDS, PART_FIELDS))
BLOCK_WORDS = NAME_BYTES_MAX // 8
"""A fixed name fills so many words."""
_MINUS, _DIGIT = 45, 48


@worked_in
def sum_at(ints: Any, at: Any, work: Any) -> Any:
    """What an expression comes to."""
    if ints[at + 1] == ONE_PLACE:
        return ints[at + 2] + work[ints[at]]
    total = ints[at + 2]
    term = ints[_TERMS] + 2 * ints[at]
    for each in range(term, term + 2 * ints[at + 1], 2):
        total += ints[each + 1] * work[ints[each]]
    return total


@called_inside
def _spelled(tables: Any, session: Any, row: Any) -> Any:
    """A name whose numbers are a session's, spelled into a block. Returns its length."""
    ints, _, _, letters = tables
    work, block = session[1], session[2]
    at, part = 0, ints[_PARTS] + _PART * ints[row + 1]
    for _ in range(ints[row + 2]):
        first = ints[part]
        for letter in range(first, first + ints[part + 1]):
            block[at] = letters[letter]
            at += 1
        if ints[part + 2] == 1:
            number = sum_at(ints, part + 3, work)
            if number < 0:
                block[at] = _MINUS
                at += 1
                number = -number
            power = 1
            while number // power >= 10:
                power *= 10
            while power > 0:
                block[at] = _DIGIT + number // power % 10
                at += 1
                power //= 10
        part += _PART
    for rest in range(at, SHORT_NAME if at <= SHORT_NAME else NAME_BYTES_MAX):
        block[rest] = 0
    return at


@called_inside
def draw_at(tables: Any, session: Any, name: Any) -> Any:
    """A draw by its name, as `Streams.uniform` gives it."""
    ints, _, words, _ = tables
    begun, spelled = session[0], session[3]
    row = ints[_NAMES] + _NAME * name
    length = ints[row]
    if length != NOT_THERE:
        return uniform(begun, words, BLOCK_WORDS * name, length)
    return uniform(begun, spelled, 0, _spelled(tables, session, row))


@called_inside
def quantile(ints: Any, floats: Any, spread: Any, u: Any) -> Any:
    """The value of a distribution, or `NOT_DRAWN`."""
    head = ints[_HEADS] + 5 * spread
    kind, low_ms, count, first = ints[head], ints[head + 1], ints[head + 2], ints[head + 3]
    first += ints[_VALUES]
    if kind == EVEN:
        return low_ms + np.int64(u * np.float64(count))
    if kind == IN_ROWS:
        return np.int64(floats[first + np.int64(u * np.float64(count))])
    bucket = ints[_GUIDES] + ints[head + 4] + np.int64(u * GUIDE)
    left, right = ints[bucket], ints[bucket + 1]
    while left < right:
        middle = (left + right) >> 1
        if floats[first + middle] <= u:
            left = middle + 1
        else:
            right = middle
    if left == count or floats[first + left] - u < TOO_NEAR:
        return NOT_DRAWN
    if left > 0 and u - floats[first + left - 1] < TOO_NEAR:
        return NOT_DRAWN
    return low_ms + left
