"""Pairs of a matrix over workers: what follows comes next, and cells hang on no order."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import nullcontext
from typing import Any

import pytest

from lastchunk.model.base.workers import Here
from lastchunk.model.explore.matrix import pairs
from lastchunk.model.explore.matrix.cells import SLUGS, Cell, explore_chain
from lastchunk.model.explore.matrix.pairs import (
    Pair,
    costliest_first,
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


@pytest.mark.parametrize(("workers", "ready"), [(1, 1), (2, 3)])
def test_what_follows_is_begun_before_what_waits(
    here: Told, workers: int, ready: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """``ready`` pairs have begun by then: one for each worker, and one to be taken next."""
    begun: list[str] = []
    steps: list[int] = []
    others: list[Pair] = [("re-read", "reliable"), ("leases", "reliable"), ("outbox", "reliable")]

    def explore(design: str, *rest: Any) -> Any:
        begun.append(design)
        return explore_chain(design, *rest)

    def after(pair: Pair, cells: list[Cell]) -> Iterable[Pair]:
        assert {cell.design for cell in cells} == {pair[0]}
        return [SMALL[2]] if pair == SMALL[0] else []

    monkeypatch.setattr(pairs, "explore_chain", explore)
    monkeypatch.setattr(pairs, "workers_or_here", lambda *_: nullcontext(Here()))
    found = explore_pairs([SMALL[0], *others], 1, 60, workers, steps.append, after=after)
    assert told(found)[SMALL[2]] == here[SMALL[2]]
    assert set(found) == {SMALL[0], SMALL[2], *others}
    assert sum(steps) == len(found)
    order = ["alarm", "re-read", "leases", "outbox"]
    assert begun == [*order[:ready], "short-grace", *order[ready:]]


def test_what_follows_is_explored_by_workers(here: Told) -> None:
    def after(pair: Pair, cells: list[Cell]) -> Iterable[Pair]:
        return SMALL[1:] if pair == SMALL[0] else []

    assert told(explore_pairs(SMALL[:1], 1, 60, 2, after=after)) == here


@pytest.mark.parametrize("workers", [1, 2])
def test_of_a_class_only_what_is_asked_is_explored(workers: int) -> None:
    """With it goes what shows the best possible; other classes are explored whole."""
    pair, other = ("alarm", "any-delay"), ("alarm", "reliable")
    asked = {"any-delay": {"finalizes_promptly", "nothing_refused"}}
    found = explore_pairs([pair, other], 1, 60, workers, asked=asked)
    whole = explore_pairs([pair], 1, 60, workers)[pair]
    assert [cell.slug for cell in found[other]] == list(SLUGS)
    assert [cell.slug for cell in found[pair]] == [
        slug for slug in SLUGS if slug in asked["any-delay"]
    ]
    kinds = {cell.slug: (cell.kind, cell.reached and cell.reached.kind) for cell in whole}
    for cell in found[pair]:
        assert (cell.kind, cell.reached and cell.reached.kind) == kinds[cell.slug]
    assert kinds["finalizes_promptly"][0] == "impossible"


def test_what_is_raised_in_a_pair_is_raised_here() -> None:
    with pytest.raises(KeyError):
        explore_pairs([("alarm", "no such class")], 1, 60, 2)


def test_the_costliest_come_first() -> None:
    given = [("alarm", "reliable"), ("alarm", "all"), ("manual", "all"), ("alarm", "loss")]
    assert costliest_first(given) == [given[2], given[1], given[3], given[0]]
