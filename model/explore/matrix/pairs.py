"""The pairs of a matrix, a design and a class of faults each, spread over worker processes."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, wait
from itertools import chain
from typing import Protocol

from lastchunk.model.base.workers import load_in_workers, workers_or_here
from lastchunk.model.design.load import DesignLike
from lastchunk.model.explore.matrix.cells import (
    SLUGS,
    Cell,
    FindingsBySlug,
    cells_of,
    chains_of,
    explore_chain,
)

EXPLORE = __name__.rpartition(".matrix.")[0]
BUILT = f"{EXPLORE}.scope.built"
COSTLY = ("all", "loss", "any-delay", "commits", "crashes")
"""The classes that take longest, in order."""
POLLS = "manual"
"""The design that takes longest in a class: its page looks again and again."""
Pair = tuple[str, str]
"""A design and a class of faults."""
ALL_OF_ALL: Mapping[str, Collection[str]] = {}
"""No class of which some properties alone are explored."""
Chain = tuple[FindingsBySlug, FindingsBySlug]
"""What `explore_chain` says."""


class PairsAfter(Protocol):
    """Told of each pair that is done; it says which others come next, before those that wait."""

    def __call__(self, pair: Pair, cells: list[Cell]) -> Iterable[Pair]:
        """The pairs that come next."""


def nothing_more(pair: Pair, cells: list[Cell]) -> Iterable[Pair]:
    """No pair follows from what another one says."""
    return ()


def explore_pairs(
    pairs: Sequence[Pair],
    chunks: int,
    seconds: float,
    workers: int = 1,
    progress: Callable[[int], None] | None = None,
    given: Mapping[str, DesignLike] | None = None,
    after: PairsAfter = nothing_more,
    asked: Mapping[str, Collection[str]] = ALL_OF_ALL,
) -> dict[Pair, list[Cell]]:
    """The cells of each pair, begun in this order, and of those that follow ``after`` them.

    ``given`` has the designs that their names do not tell, ``asked`` the classes of faults of which
    not all properties are explored. ``progress`` is told of each pair that is done.
    """
    told = progress or (lambda _: None)
    waiting = deque(pairs)
    most = workers + 1 if workers > 1 else 1  # one is always ready to be taken
    running: dict[Pair, list[Future[Chain]]] = {}
    found: dict[Pair, list[Cell]] = {}
    load_in_workers(BUILT)
    # A process of its own for each job: the budget of memory is the whole process's.
    with workers_or_here(workers, EXPLORE) as executor:
        while waiting or running:
            while waiting and len(running) < most:
                pair = waiting.popleft()
                design = (given or {}).get(pair[0], pair[0])
                chains = chains_of(pair[1], chunks, asked.get(pair[1], SLUGS))
                if len(running) + len(waiting) + 1 >= workers:
                    # Together they take each step of the world once; each worker has a pair.
                    chains = [tuple(slug for slugs in chains for slug in slugs)]
                running[pair] = [
                    executor.submit(explore_chain, design, pair[1], chunks, seconds, slugs)
                    for slugs in chains
                ]
            for pair in _done(running):
                chains_said = [future.result() for future in running.pop(pair)]
                found[pair] = cells_of(*pair, chunks, chains_said)
                waiting.extendleft(reversed(list(after(pair, found[pair]))))
                told(1)
    return found


def _done(running: Mapping[Pair, Sequence[Future[Chain]]]) -> list[Pair]:
    """The pairs of which all chains are done, once there is one."""
    while True:
        left = {p: [f for f in futures if not f.done()] for p, futures in running.items()}
        done = [pair for pair, futures in left.items() if not futures]
        if done:
            return done
        wait(chain.from_iterable(left.values()), return_when=FIRST_COMPLETED)


def costliest_first(pairs: Iterable[Pair]) -> list[Pair]:
    """The pairs in an order that leaves no long one for the end."""
    return sorted(pairs, key=_cheapness)


def _cheapness(pair: Pair) -> tuple[int, bool]:
    """What the costliest pairs have least of."""
    design, faults = pair
    rank = COSTLY.index(faults) if faults in COSTLY else len(COSTLY)
    return rank, design != POLLS
