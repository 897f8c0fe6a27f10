"""Zones: sets of real-valued instants that difference constraints alone describe.

A zone over m instants is a matrix: entry [i, j] bounds x_i - x_j from above. It is kept
*canonical*: each entry is the tightest that follows from the others. Every operation here takes a
canonical matrix to a canonical one in O(m^2), none runs a shortest-path algorithm over the whole
of it (Berthomieu & Diaz, IEEE TSE 17(3), 1991; Dill, CAV 1989).

A bound is one whole number, ``ms * SCALE``, less the number of strict inequalities on the path that
it sums up: adding bounds is adding numbers, the smaller number is the tighter bound, and a cycle
below 0 is a contradiction. `Zone.settled` brings the strict ones back to exactly one below. No
bound at all is `NONE`.

The matrix is one tuple, row after row. The states of a session have about seven instants; up to
twice as many, a tuple is faster than an array, and it needs no library to be loaded.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from operator import add, itemgetter

SCALE = 1 << 10
"""More strict inequalities than one step can sum up."""
NONE = 1 << 60
"""No bound."""
HALF = NONE >> 1

Bounds = tuple[int, ...]
Pick = Callable[[Bounds], Bounds]
"""Some entries of a matrix, in some order, as a matrix."""


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


class Zone:
    """A canonical matrix: ``bounds`` holds ``size`` rows of ``size`` bounds.

    ``plain`` says that all of them are finite and none is strict, so that sums of them are, too.
    """

    __slots__ = ("bounds", "plain", "size")

    def __init__(self, bounds: Bounds, size: int, plain: bool) -> None:
        self.bounds = bounds
        self.size = size
        self.plain = plain

    def __getitem__(self, place: tuple[int, int]) -> int:
        return self.bounds[place[0] * self.size + place[1]]

    def row(self, i: int) -> Bounds:
        """The bounds of x_i less each instant."""
        return self.bounds[i * self.size : (i + 1) * self.size]

    def permuted(self, pick: Pick) -> Zone:
        """The same instants in another order, as `picker` has it."""
        return Zone(pick(self.bounds), self.size, self.plain)

    def settled(self) -> Zone:
        """The same zone: strict bounds exactly one below their number, and nothing near `NONE`."""
        if self.plain:
            return self
        bounds = tuple([_settled(bound) for bound in self.bounds])
        return Zone(bounds, self.size, max(bounds) < HALF and not any(map(is_strict, bounds)))

    def _through(self, column: Sequence[int], row: Sequence[int]) -> Zone:
        """The zone where x_i - x_j is also bounded by ``column[i] + row[j]``, on one way each."""
        ways = [one + two for one in column for two in row]
        bounds = tuple([old if old < new else new for old, new in zip(self.bounds, ways)])  # noqa: B905
        if not self.plain and max(bounds) > HALF:
            bounds = tuple([NONE if bound > HALF else bound for bound in bounds])
        return Zone(bounds, self.size, self.plain)


def _settled(bound: int) -> int:
    """A bound some ms from none is none; one with several strict inequalities is strict."""
    if bound > HALF:
        return NONE
    strict = bound % SCALE
    return bound - strict + SCALE - 1 if strict else bound


def zone_of(rows: Sequence[Sequence[int]]) -> Zone:
    """A zone from the rows of a canonical matrix."""
    bounds = tuple([bound for row in rows for bound in row])
    return Zone(bounds, len(rows), plain=False).settled()


def point() -> Zone:
    """The zone of one instant."""
    return Zone((0,), 1, plain=True)


def constrain(zone: Zone, i: int, j: int, bound: int) -> Zone | None:
    """The part of a zone where ``x_i - x_j`` keeps a bound; None where there is none."""
    if zone[j, i] + bound < 0:
        return None
    if zone[i, j] <= bound:
        return zone
    narrowed = zone._through([way + bound for way in zone.bounds[i :: zone.size]], zone.row(j))
    narrowed.plain = narrowed.plain and not bound % SCALE
    return narrowed


def nearest_of(zone: Zone, pending: Iterable[int]) -> Bounds:
    """The bounds of the earliest of some instants less each instant."""
    rows = [zone.row(i) for i in pending]
    return tuple(map(min, *rows)) if len(rows) > 1 else rows[0]


def fire(zone: Zone, first: int, nearest: Bounds) -> Zone | None:
    """The part of a zone where instant ``first`` comes no later than any of some others.

    ``nearest`` is `nearest_of` them. All those constraints end at the one instant, so no path uses
    two of them: the tightest way over any of them is one minimum, and one more brings the matrix
    back to canonical form.
    """
    if nearest[first] < 0:
        return None
    if nearest == zone.row(first):
        return zone  # it comes first anyway
    return zone._through(zone.bounds[first :: zone.size], nearest)


def picker(sources: Sequence[int], columns: int) -> Pick:
    """What takes a matrix over so many columns to the one over ``sources``."""
    flat = [i * columns + j for i in sources for j in sources]
    if len(flat) > 1:
        return itemgetter(*flat)
    only = tuple(flat)
    return lambda bounds: tuple([bounds[at] for at in only])


class Layout:
    """How a zone's instants become those of the next one: kept, shifted, or new.

    ``sources[k]`` is the old instant that new instant k is measured from, and
    ``lows_ms[k] <= x_k - x_source <= highs_ms[k]``; None is no upper bound. ``ties`` bound new ones
    by each other, each by its two columns and a bound.
    """

    __slots__ = (
        "_has_bounds",
        "_pick",
        "_spread",
        "highs_ms",
        "lows_ms",
        "size",
        "sources",
        "ties",
    )

    def __init__(
        self,
        columns: int,
        sources: Sequence[int],
        lows_ms: Sequence[int],
        highs_ms: Sequence[int | None],
        ties: Sequence[tuple[int, int, int]] = (),
    ) -> None:
        self.ties = tuple(ties)
        self.sources = tuple(sources)
        self.lows_ms = tuple(lows_ms)
        self.highs_ms = tuple(highs_ms)
        self.size = len(self.sources)
        self._has_bounds = None not in self.highs_ms
        self._pick = picker(self.sources, columns)
        highs = [NONE if high is None else at_most(high) for high in highs_ms]
        # An instant is no time from itself, also where it is new.
        self._spread = [
            0 if i == j else high - at_most(low)
            for i, high in enumerate(highs)
            for j, low in enumerate(lows_ms)
        ]

    def apply(self, zone: Zone) -> Zone:
        """The zone over the new instants; those that nothing refers to are projected out."""
        bounds = tuple(map(add, self._pick(zone.bounds), self._spread))
        if zone.plain and self._has_bounds:
            following = Zone(bounds, self.size, plain=True)
        else:
            following = Zone(bounds, self.size, plain=False).settled()
        return self._tied(following) if self.ties else following

    def _tied(self, zone: Zone) -> Zone:
        """The zone where the ties hold, too; nothing else says how far those two lie apart."""
        tied: Zone | None = zone
        for i, j, bound in self.ties:
            assert tied is not None
            tied = constrain(tied, i, j, bound)
        assert tied is not None, "a tie that no times fit"
        return tied.settled()
