"""Whole milliseconds for a path: the earliest, or those that stay clear of every bound.

The constraints of a path leave each instant a range. The earliest times are read off the canonical
matrix. The *widest* schedule keeps the largest slack from every bound that can be kept
clear of, ties included: the schedule least likely to be called a coincidence.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Literal

from lastchunk.model.explore.search.deadline import Deadline, OutOfTimeError
from lastchunk.model.explore.timing.zone import (
    HALF,
    NONE,
    SCALE,
    Zone,
    at_most,
    is_strict,
    milliseconds,
    zone_of,
)
from lastchunk.model.explore.witness.paths import Constraint, Walk

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    DistanceMatrix = NDArray[np.int64]

Choice = Literal["earliest", "widest"]
INSTANTS_FEW = 200
"""So many instants are solved in some hundredths of a second."""
LIMITED_MAX = 60
"""A path of more happenings tells no pair's limits: nobody looks at each of so many."""
PairLimits = tuple[int | None, ...]
INSTANTS_MAX = 5_000
"""A matrix of so many takes 200 MB, and is copied; no search is as deep within its budget."""


def closed(
    constraints: Iterable[Constraint], instants: int, deadline: Deadline | None = None
) -> DistanceMatrix | None:
    """The canonical matrix of some constraints; None where they contradict each other.

    A whole path has many more instants than a class, and is solved once: here an array and the
    shortest paths between all of them (Floyd, CACM 5(6), 1962) are the faster way. What takes
    longer than a moment ends with the ``deadline``, by `OutOfTimeError`.
    """
    if deadline is not None and instants > INSTANTS_MAX:
        raise OutOfTimeError
    is_long = deadline is not None and instants > INSTANTS_FEW
    import numpy as np  # a proof has no path to solve

    bounds = np.full((instants, instants), NONE, dtype=np.int64)
    np.fill_diagonal(bounds, 0)
    for left, right, bound in constraints:
        bounds[left, right] = min(bound, bounds[left, right])
    for by in range(instants):
        if is_long:
            assert deadline is not None
            deadline.check()
        bounds = _through(bounds, bounds[:, by], bounds[by])
    return None if (np.diagonal(bounds) < 0).any() else bounds


def _through(bounds: DistanceMatrix, column: DistanceMatrix, row: DistanceMatrix) -> DistanceMatrix:
    """The matrix where each way may also go by a column and a row."""
    found: DistanceMatrix = (column[:, None] + row).clip(max=bounds)
    found[found > HALF] = NONE
    return found


def solved(
    constraints: Iterable[Constraint], instants: int, deadline: Deadline | None = None
) -> Zone | None:
    """The same as a zone."""
    bounds = closed(constraints, instants, deadline)
    return None if bounds is None else zone_of(bounds.tolist())


def ranges_of(walk: Walk, deadline: Deadline | None = None) -> list[tuple[int, int | None]]:
    """The least and the greatest time of each happening, in ms; None where there is no bound."""
    zone = solved(walk.constraints, walk.instants, deadline)
    assert zone is not None, "a path that no times fit"
    out: list[tuple[int, int | None]] = []
    for item in walk.happenings:
        low = -zone[0, item.name]
        high = zone[item.name, 0]
        least = -milliseconds(-low) + item.offset_ms
        out.append((least, None if high > HALF else milliseconds(high) + item.offset_ms))
    return out


def pair_limits(
    walk: Walk, numbers: Sequence[int], deadline: Deadline | None = None
) -> tuple[PairLimits, ...]:
    """How far the times of some happenings may lie apart, in whole ms, each pair at its tightest.

    Entry [i][j] bounds the time of i less that of j; 0 is the beginning, the happenings follow in
    the order of ``numbers``. Any times in whole ms that keep all of these are a session that goes
    the same way. Nothing for a path of more than `LIMITED_MAX`.
    """
    if len(numbers) > LIMITED_MAX:
        return ()
    whole = [
        (i, j, at_most(milliseconds(bound) - is_strict(bound))) for i, j, bound in walk.constraints
    ]
    bounds = closed(whole, walk.instants, deadline)
    if bounds is None:
        return ()
    places = [(0, 0), *((walk.happenings[n].name, walk.happenings[n].offset_ms) for n in numbers)]
    return tuple(
        tuple(
            None if bounds[i, j] > HALF else milliseconds(int(bounds[i, j])) + i_ms - j_ms
            for j, j_ms in places
        )
        for i, i_ms in places
    )


def instants_of(walk: Walk, choice: Choice, deadline: Deadline | None = None) -> list[int] | None:
    """A time in ms for each instant; None where no whole milliseconds fit."""
    constraints: Sequence[Constraint] = walk.constraints
    if choice == "widest":
        constraints = widened(walk, deadline)
    bounds = closed(constraints, walk.instants, deadline)
    times = [0] * walk.instants
    for name in range(1, walk.instants):
        if bounds is None:
            return None
        if deadline is not None and walk.instants > INSTANTS_FEW:
            deadline.check()
        low = int(bounds[0, name])  # the bound of 0 - x
        at_ms = -milliseconds(low) + is_strict(low) if low < HALF else 0
        times[name] = at_ms
        bounds = _pinned(bounds, name, at_ms)
    return None if bounds is None else times


def times_of(walk: Walk, instants_ms: Sequence[int]) -> list[int]:
    """The time of each happening in ms."""
    return [instants_ms[item.name] + item.offset_ms for item in walk.happenings]


def recorded_ms(walk: Walk, instants_ms: Sequence[int]) -> int:
    """How long is recorded: to where the stop would come, also where the path ends before."""
    if walk.recording is None:
        return walk.recorded_ms
    stop, start = walk.recording
    return instants_ms[stop] - instants_ms[start.name] - start.offset_ms


def _pinned(bounds: DistanceMatrix, name: int, at_ms: int) -> DistanceMatrix | None:
    """The matrix where one instant is at a time; None where it cannot be."""
    for i, j, bound in ((name, 0, at_most(at_ms)), (0, name, at_most(-at_ms))):
        if bounds[j, i] + bound < 0:
            return None
        if bounds[i, j] > bound:
            bounds = _through(bounds, bounds[:, i] + bound, bounds[j])
    return bounds


def in_order(walk: Walk, times_ms: Sequence[int]) -> list[int]:
    """The numbers of the happenings in the order of their times, ties as in the path.

    An early one takes its place only here: the path settles it before all that may come first. One
    that is not due when the run has ended, or when what the path shows has been shown, never
    comes; where nothing is left to happen all have come.
    """
    numbers = sorted(range(len(times_ms)), key=times_ms.__getitem__)
    while walk.ended != "quiet" and numbers and walk.happenings[numbers[-1]].early:
        numbers.pop()
    return numbers


def widened(walk: Walk, deadline: Deadline | None = None) -> list[Constraint]:
    """The constraints, each that leaves any room tightened by as many ms as all of them bear."""
    whole = closed(walk.constraints, walk.instants, deadline)
    assert whole is not None, "a path that no times fit"
    rigid = [bool(whole[i, j] == -whole[j, i]) for i, j, _ in walk.constraints]
    low, high = 0, 1 << 40
    while low < high:
        slack = (low + high + 1) // 2
        if closed(_tightened(walk, rigid, slack), walk.instants, deadline) is None:
            high = slack - 1
        else:
            low = slack
    return _tightened(walk, rigid, low)


def _tightened(walk: Walk, rigid: Sequence[bool], slack_ms: int) -> list[Constraint]:
    return [
        (i, j, bound if fixed else bound - slack_ms * SCALE)
        for (i, j, bound), fixed in zip(walk.constraints, rigid, strict=True)
    ]
