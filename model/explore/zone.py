"""Zones: sets of real-valued instants that difference constraints alone describe.

A zone over m instants is a matrix: entry [i, j] bounds x_i - x_j from above. It is kept
*canonical*: each entry is the tightest that follows from the others. Every operation here takes a
canonical matrix to a canonical one in O(m^2), none runs a shortest-path algorithm over the whole
of it (Berthomieu & Diaz, IEEE TSE 17(3), 1991; Dill, CAV 1989).

A bound is one whole number, ``ms * SCALE``, less the number of strict inequalities on the path that
it sums up: adding bounds is adding numbers, the smaller number is the tighter bound, and a cycle
below 0 is a contradiction. `settle` brings the strict ones back to exactly one below. No bound at
all is `NONE`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

Zone = NDArray[np.int64]
SCALE = 1 << 10
"""More strict inequalities than one step can sum up."""
NONE = 1 << 60
"""No bound. Two of them, added, still fit into 64 bits."""
HALF = NONE >> 1


def at_most(ms: int) -> int:
    """The bound ``<= ms``."""
    return ms * SCALE


def below(ms: int) -> int:
    """The bound ``< ms``."""
    return ms * SCALE - 1


def negated(bound: int) -> int:
    """What holds of x_j - x_i where ``x_i - x_j`` does not keep the bound."""
    return -bound - 1


def milliseconds(bound: int) -> int:
    """The number in a bound, strict or not."""
    return -(-bound // SCALE)


def is_strict(bound: int) -> bool:
    """Whether the bound itself cannot be reached."""
    return bound % SCALE != 0


def point() -> Zone:
    """The zone of one instant."""
    return np.zeros((1, 1), dtype=np.int64)


def constrain(zone: Zone, i: int, j: int, bound: int) -> Zone | None:
    """The part of a zone where ``x_i - x_j`` keeps a bound; None where there is none."""
    if zone[j, i] + bound < 0:
        return None
    if zone[i, j] <= bound:
        return zone
    return _clear(np.minimum(zone, (zone[:, i, None] + bound) + zone[j]))


def fire(zone: Zone, first: int, pending: Any) -> Zone | None:
    """The part of a zone where instant ``first`` comes no later than any of ``pending``.

    All those constraints end at the one instant, so no path uses two of them: the tightest way
    over any of them is one minimum, and one more brings the matrix back to canonical form.
    """
    nearest = zone[pending].min(axis=0)
    if nearest[first] < 0:
        return None
    return _clear(np.minimum(zone, zone[:, first, None] + nearest))


def _clear(zone: Zone) -> Zone:
    """No bound, shifted by some ms, is still no bound."""
    zone[zone > HALF] = NONE
    return zone


def settle(zone: Zone) -> Zone:
    """Strict bounds, each exactly one below its number."""
    strict = zone % SCALE
    if not strict.any():
        return zone
    return np.where(strict == 0, zone, zone - strict + (SCALE - 1))


class Layout:
    """How a zone's instants become those of the next one: kept, shifted, or new.

    ``sources[k]`` is the old instant that new instant k is measured from, and
    ``lows_ms[k] <= x_k - x_source <= highs_ms[k]``; None is no upper bound.
    """

    __slots__ = ("_diagonal", "_gather", "_spread", "highs_ms", "lows_ms", "size", "sources")

    def __init__(
        self,
        columns: int,
        sources: Sequence[int],
        lows_ms: Sequence[int],
        highs_ms: Sequence[int | None],
    ) -> None:
        self.sources = tuple(sources)
        self.lows_ms = tuple(lows_ms)
        self.highs_ms = tuple(highs_ms)
        self.size = len(self.sources)
        index = np.array(self.sources, dtype=np.intp)
        high = np.array([NONE if h is None else at_most(h) for h in highs_ms], dtype=np.int64)
        low = np.array([at_most(value) for value in lows_ms], dtype=np.int64)
        self._gather = (index[:, None] * columns + index).ravel()
        self._spread = high[:, None] - low
        self._diagonal = slice(None, None, self.size + 1)

    def apply(self, zone: Zone) -> Zone:
        """The zone over the new instants; those that nothing refers to are projected out."""
        out = zone.ravel()[self._gather].reshape(self.size, self.size)
        out += self._spread
        out.ravel()[self._diagonal] = 0
        return settle(_clear(out))


def includes(larger: Zone, smaller: Zone) -> bool:
    """Whether every point of the one zone lies in the other."""
    return bool((smaller <= larger).all())
