"""What the numbers of a session come to, in compiled code: expressions and draws.

``tables`` and ``session`` are those of `loop.py`.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from lastchunk.model.kernel.base.compiling import called_inside, worked_in
from lastchunk.model.kernel.base.draws import mixed_in, uniform
from lastchunk.model.kernel.base.quantiles import EVEN, GUIDE, IN_ROWS, TOO_NEAR
from lastchunk.model.kernel.nodes import (
    FIRST_INTS,
    NAME_FIELDS,
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
def draw_at(tables: Any, session: Any, name: Any) -> Any:
    """A draw by its name, as `Streams.uniform` gives it."""
    ints, _, words = tables
    key, work = session[0], session[1]
    word = words[name]
    row = ints[_NAMES] + _NAME * name
    part = ints[_PARTS] + _PART * ints[row]
    for _ in range(ints[row + 1]):
        word = mixed_in(word, sum_at(ints, part, work))
        part += _PART
    return uniform(key, word)


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
