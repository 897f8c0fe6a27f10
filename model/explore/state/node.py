"""A discrete state of a machine, and what may happen in it."""

from __future__ import annotations

from typing import Any

from lastchunk.model.explore.state.discrete import DiscreteState
from lastchunk.model.explore.state.state_encoder import Times
from lastchunk.model.explore.state.symmetry import Sorter
from lastchunk.model.explore.timing.steps import Slot
from lastchunk.model.explore.timing.zone import Pick
from lastchunk.model.trace.facts import Facts
from lastchunk.model.world.base.pending import Key
from lastchunk.model.world.world import World

NEVER_MATTERS = frozenset((("fault", "passes"),))
"""Outcomes that change nothing, whenever they come: settled at once, not at every instant."""


class Move:
    """One thing that may happen in a state: its column, its key, its outcome.

    ``fires`` is the column of what happens; ``column`` is the one in which it then stands.

    A move of a tied chunk is that of the first one of its group, after the two have changed places:
    ``swap`` puts a zone's columns in the other order, ``ranks`` are the two ranks.
    """

    __slots__ = ("column", "fires", "harmless", "key", "outcome", "ranks", "slot", "swap")

    def __init__(self, column: int, key: Key, outcome: str) -> None:
        self.column = self.fires = column
        self.key = key
        self.outcome = outcome
        self.slot = Slot()
        self.harmless = (key[0], outcome) in NEVER_MATTERS
        self.ranks: tuple[int, int] | None = None
        self.swap: Pick | None = None

    def after(self, column: int, swap: Pick, ranks: tuple[int, int]) -> Move:
        """The same move, of another chunk that is tied with this one, and of its column."""
        other = Move(self.column, self.key, self.outcome)
        other.fires = column
        other.slot, other.swap, other.ranks = self.slot, swap, ranks
        return other


class Node:
    """A discrete state and the world that stands for it.

    ``ends`` is the tree of what would be judged if nothing ever changed any more.
    """

    __slots__ = (
        "discrete",
        "ends",
        "facts",
        "moves",
        "number",
        "pending",
        "places",
        "sorter",
        "store",
        "times",
        "world",
    )

    def __init__(
        self, number: int, discrete: DiscreteState, world: World, facts: Facts, times: Times
    ):
        self.number = number
        self.discrete = discrete
        self.world = world
        self.facts = facts
        self.times = times
        self.store: Any = None
        self.ends = Slot()
        self.places = {
            name: (at, offset_ms) for at, (name, offset_ms) in enumerate(discrete.columns)
        }
        assert len(self.places) == len(discrete.columns), "two columns for one instant"
        self.pending = range(len(discrete.fires))
        groups = discrete.groups
        self.sorter = Sorter(groups, len(discrete.columns)) if groups else None
        self.moves = self._moves()

    def _moves(self) -> list[Move]:
        own: dict[int, list[Move]] = {
            column: [Move(column, key, outcome) for outcome in outcomes_of(self.world, key)]
            for column, key in enumerate(self.discrete.fires)
        }
        for group, blocks in enumerate(self.discrete.groups):
            assert self.sorter is not None
            first = self.discrete.ranks[group]
            for number, block in enumerate(blocks[1:], 1):
                swap = self.sorter.swap(group, number)
                for column, origin in zip(block, blocks[0], strict=True):
                    ranks = (first, first + number)
                    if column in own:
                        own[column] = [move.after(column, swap, ranks) for move in own[origin]]
        return [move for moves in own.values() for move in moves]


def outcomes_of(world: World, key: Key) -> list[str]:
    """The outcomes that a pending thing may have, by name."""
    choices = world.choices(world.pending[key])
    return [name for name, share in choices if share > 0] or [""]
