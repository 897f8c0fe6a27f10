"""Zones against brute force: the points of a small grid, and Floyd & Warshall."""

from __future__ import annotations

import itertools
from collections.abc import Sequence

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from lastchunk.model.explore.timing.store import Store
from lastchunk.model.explore.timing.zone import (
    HALF,
    NONE,
    SCALE,
    Layout,
    Zone,
    at_most,
    below,
    constrain,
    fire,
    nearest_of,
    negated,
    point,
    zone_of,
)
from lastchunk.model.world.code.deeds import TimeError

SIZE, TOP = 3, 4
Limit = tuple[int, int, int, bool]
limits = st.lists(
    st.tuples(
        st.integers(0, SIZE - 1), st.integers(0, SIZE - 1), st.integers(-TOP, TOP), st.booleans()
    ).filter(lambda item: item[0] != item[1]),
    max_size=6,
)
GRID = list(itertools.product(range(2 * TOP * 4 + 1), repeat=SIZE - 1))
"""Points in quarters of a ms, the first instant at the middle: enough for three instants."""


Matrix = NDArray[np.int64]


def unbounded(size: int) -> Matrix:
    matrix = np.full((size, size), NONE, dtype=np.int64)
    np.fill_diagonal(matrix, 0)
    return matrix


def bound_of(ms: int, strict: bool) -> int:
    return below(ms) if strict else at_most(ms)


def narrowed(items: Sequence[Limit], size: int = SIZE) -> Zone | None:
    zone: Zone | None = zone_of(unbounded(size).tolist())
    for i, j, ms, strict in items:
        if zone is None:
            return None
        zone = constrain(zone, i, j, bound_of(ms, strict))
    return None if zone is None else zone.settled()


def closure(items: Sequence[Limit], size: int = SIZE) -> Zone | None:
    matrix = unbounded(size)
    for i, j, ms, strict in items:
        matrix[i, j] = min(matrix[i, j], bound_of(ms, strict))
    for k in range(size):
        matrix = np.minimum(matrix, matrix[:, k, None] + matrix[k])
        matrix[matrix > HALF] = NONE
    return None if (np.diagonal(matrix) < 0).any() else zone_of(matrix.tolist())


def holds(times: Sequence[float], items: Sequence[Limit]) -> bool:
    return all(
        times[i] - times[j] < ms if strict else times[i] - times[j] <= ms
        for i, j, ms, strict in items
    )


def points(items: Sequence[Limit]) -> set[tuple[float, ...]]:
    found = set()
    for rest in GRID:
        times = (TOP, *(quarter / 4 for quarter in rest))
        if holds(times, items):
            found.add(times)
    return found


def inside(zone: Zone, times: Sequence[float]) -> bool:
    return all(
        (times[i] - times[j]) * SCALE <= zone[i, j]
        if zone[i, j] % SCALE == 0
        else times[i] - times[j] < -(-zone[i, j] // SCALE)
        for i in range(zone.size)
        for j in range(zone.size)
    )


@given(limits)
def test_one_constraint_after_another_is_the_closure_of_all(items: list[Limit]) -> None:
    step_by_step, at_once = narrowed(items), closure(items)
    assert (step_by_step is None) == (at_once is None)
    if step_by_step is not None and at_once is not None:
        assert step_by_step.bounds == at_once.bounds


@given(limits)
def test_a_zone_holds_exactly_the_points_that_keep_its_constraints(items: list[Limit]) -> None:
    zone, known = narrowed(items), points(items)
    if zone is None:
        assert not known
    else:
        assert {times for times in points([]) if inside(zone, times)} == known


@given(limits, st.integers(0, SIZE - 1), st.integers(0, SIZE - 1), st.integers(-TOP, TOP))
def test_a_split_loses_nothing_and_overlaps_nowhere(
    items: list[Limit], i: int, j: int, ms: int
) -> None:
    zone = narrowed(items)
    if zone is None or i == j:
        return
    yes = constrain(zone, i, j, at_most(ms))
    no = constrain(zone, j, i, negated(at_most(ms)))
    for times in points(items):
        assert (yes is not None and inside(yes.settled(), times)) == (times[i] - times[j] <= ms)
        assert (no is not None and inside(no.settled(), times)) == (times[i] - times[j] > ms)


@given(limits, st.integers(0, SIZE - 1))
def test_firing_is_adding_each_constraint(items: list[Limit], first: int) -> None:
    zone = narrowed(items)
    if zone is None:
        return
    fired = fire(zone, first, nearest_of(zone, range(SIZE)))
    others = [(first, other, 0, False) for other in range(SIZE) if other != first]
    expected = closure([*items, *others])
    assert (fired is None) == (expected is None)
    if fired is not None and expected is not None:
        assert fired.settled().bounds == expected.bounds


@given(limits, st.integers(0, SIZE - 1), st.integers(0, 3), st.integers(0, 3) | st.none())
def test_a_new_instant_is_bounded_and_the_matrix_stays_canonical(
    items: list[Limit], source: int, low: int, room: int | None
) -> None:
    zone = narrowed(items)
    if zone is None:
        return
    high = None if room is None else low + room
    layout = Layout(SIZE, [*range(SIZE), source], [0] * SIZE + [low], [0] * SIZE + [high])
    new = [(source, SIZE, -low, False)] + ([] if high is None else [(SIZE, source, high, False)])
    expected = closure([*items, *new], SIZE + 1)
    assert expected is not None
    assert layout.apply(zone).bounds == expected.bounds


@given(limits, limits)
def test_inclusion_is_that_of_the_points(one: list[Limit], two: list[Limit]) -> None:
    larger, smaller = narrowed(one), narrowed([*one, *two])
    if larger is not None and smaller is not None:
        store = Store()
        assert store.cover(smaller) == -1
        assert store.add(larger, 7) == []
        assert store.cover(smaller) == 7
        store = Store()
        assert store.add(smaller, 8) == []
        covers = larger.bounds == smaller.bounds
        assert store.cover(larger) == (8 if covers else -1)
        assert store.add(larger, 9) == [8], "the larger one takes its place"


@given(st.lists(limits, max_size=12))
def test_the_store_keeps_what_looking_at_every_zone_keeps(drawn: list[list[Limit]]) -> None:
    """The short cut for a zone that is known already changes nothing."""
    store = Store()
    kept: list[tuple[Zone, int]] = []
    zones = [zone for zone in map(narrowed, drawn) if zone is not None]
    for number, zone in enumerate([*zones, *zones]):
        covering = [known for old, known in kept if includes(old, zone)]
        assert store.cover(zone) == (covering[0] if covering else -1)
        if not covering:
            assert store.add(zone, number) == [k for old, k in kept if includes(zone, old)]
            kept = [(old, k) for old, k in kept if not includes(zone, old)] + [(zone, number)]
        assert list(store.entries()) == [(old.bounds, known) for old, known in kept]


def includes(larger: Zone, smaller: Zone) -> bool:
    """Whether each bound of a canonical zone is as tight as the other's."""
    return all(a <= b for a, b in zip(smaller.bounds, larger.bounds, strict=True))


def test_one_instant_has_one_place() -> None:
    assert point().bounds == (0,)
    assert issubclass(TimeError, Exception)
