"""The walk to what a search has found: from the root, class by class, as one session."""

from __future__ import annotations

from itertools import pairwise

from lastchunk.model.explore.search.search import FoundViolation, Search
from lastchunk.model.explore.state.machine import Machine
from lastchunk.model.explore.witness.paths import Walk, Walker


def walk_to(search: Search[Machine], finding: FoundViolation) -> Walk:
    """The path from the root to a finding, as the steps of one session."""
    if finding.move is None:
        return Walker(search.machine, (finding.leaf, finding.leaf.target, ())).walk()
    walker = walker_at(search, finding.parent)
    walker.step(search.classes[finding.parent][0], finding.move, finding.leaf, ())
    return walker.walk()


def walker_at(search: Search[Machine], number: int) -> Walker:
    """One who has walked the path from the root to a class."""
    numbers = [number]
    while search.classes[numbers[-1]][1] >= 0:
        numbers.append(search.classes[numbers[-1]][1])
    numbers.reverse()
    node, _, _, leaf, orders = search.classes[numbers[0]]
    walker = Walker(search.machine, (leaf, node, orders))
    for before, after in pairwise(numbers):
        _, _, move, leaf, orders = search.classes[after]
        assert move is not None
        walker.step(search.classes[before][0], move, leaf, orders)
    return walker
