"""Pairs of a matrix over workers: what follows comes next, and cells hang on no order."""

from __future__ import annotations

from collections.abc import Iterable

import pytest

from lastchunk.model.explore.matrix.cells import Cell
from lastchunk.model.explore.matrix.pairs import (
    Pair,
    costliest_first,
    explore_in_order,
    explore_pairs,
)

SMALL: list[Pair] = [("alarm", "reliable"), ("alarm", "crashes"), ("short-grace", "reliable")]
Told = dict[Pair, list[tuple[object, ...]]]


def told(found: dict[Pair, list[Cell]]) -> Told:
    """What cells say, but for their times."""
    return {
        pair: [(c.slug, c.kind, c.finding.reason, c.finding.state_classes) for c in cells]
        for pair, cells in found.items()
    }


@pytest.fixture(scope="module")
def here() -> Told:
    """What this process finds, one pair after the other."""
    return told(explore_pairs(SMALL, 1, 60))


@pytest.mark.parametrize("workers", [2, 3, 4])
def test_the_cells_are_the_same_for_any_number_of_workers(here: Told, workers: int) -> None:
    """With more workers than pairs the properties of a pair are spread, too."""
    assert told(explore_pairs(list(reversed(SMALL)), 1, 60, workers)) == here


@pytest.mark.parametrize("workers", [1, 2])
def test_what_follows_is_explored_before_what_waits(here: Told, workers: int) -> None:
    done: list[Pair] = []
    steps: list[int] = []
    follows = {SMALL[0]: [SMALL[2]]}
    others: list[Pair] = [("re-read", "reliable"), ("leases", "reliable"), ("outbox", "reliable")]

    def after(pair: Pair, cells: list[Cell]) -> Iterable[Pair]:
        assert {cell.design for cell in cells} == {pair[0]}
        done.append(pair)
        return follows.get(pair, [])

    found = explore_in_order([SMALL[0], *others], 1, 60, workers, steps.append, after=after)
    assert told(found)[SMALL[2]] == here[SMALL[2]]
    assert set(found) == {SMALL[0], SMALL[2], *others} == set(done)
    assert sum(steps) == len(found)
    if workers == 1:
        assert done == [SMALL[0], SMALL[2], *others]
    else:  # as many as there are workers, and one, had begun by then
        assert done.index(SMALL[2]) < len(done) - 1


def test_what_is_raised_in_a_pair_is_raised_here() -> None:
    with pytest.raises(KeyError):
        explore_in_order([("alarm", "no such class")], 1, 60, 2)


def test_the_costliest_come_first() -> None:
    pairs = [("alarm", "reliable"), ("alarm", "all"), ("manual", "all"), ("alarm", "loss")]
    assert costliest_first(pairs) == [pairs[2], pairs[1], pairs[3], pairs[0]]
