"""Two values next to each other between which something turns: the one search of all thresholds."""

from __future__ import annotations

from collections.abc import Callable

STEPS_MAX = 64
"""Halvings: more than any range of ms needs."""


def halved(
    is_like_first: Callable[[int], bool],
    first: int,
    other: int,
    fine: int = 0,
    steps: int = STEPS_MAX,
) -> tuple[int, int]:
    """The last value known to be like the ``first``, and the next one known to be like the other.

    They are neighbours, or with ``fine`` a part of so many of the larger one away from each other,
    or as near as so many steps bring them. What the two are was known before: neither is asked for.

    >>> halved(lambda value: value < 17, 1, 100)
    (16, 17)
    >>> halved(lambda value: value < 17, 100, 1)[::-1]
    (1, 2)
    """
    for _ in range(steps):
        gap = max(1, max(first, other) // fine) if fine else 1
        if abs(other - first) <= gap:
            break
        middle = (first + other) // 2
        if is_like_first(middle):
            first = middle
        else:
            other = middle
    return first, other
