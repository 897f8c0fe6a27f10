"""Interchangeable chunks: tied ones are put in an order that the zone decides.

Two classes that differ only by a permutation of tied chunks have the same future. Each block of
columns is known by what the zone says of it towards the columns outside and, sorted, towards the
other blocks: a key that no permutation changes. Equal keys stay in any order, which costs a class
now and then and never a verdict.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from operator import itemgetter
from typing import Any

from lastchunk.model.explore.timing.zone import Bounds, Pick, Zone, picker

Block = tuple[int, ...]
"""The columns of one chunk."""
Groups = list[list[Block]]
Orders = tuple[tuple[int, ...], ...]
"""For each group, which block came to each place; () where all stayed."""
BlockKey = tuple[Pick, list[Pick]]
"""The entries that say something of one block in order, and those in no order."""


class Sorter:
    """Puts the tied blocks of one state's zones in order."""

    __slots__ = ("columns", "groups", "keys", "known", "unmoved")

    def __init__(self, groups: Groups, columns: int) -> None:
        moving = {column for blocks in groups for block in blocks for column in block}
        fixed = [column for column in range(columns) if column not in moving]
        self.groups = groups
        self.columns = columns
        self.keys = [
            [_key_of(block, blocks, fixed, columns) for block in blocks] for blocks in groups
        ]
        self.unmoved = [tuple(range(len(blocks))) for blocks in groups]
        self.known: dict[Orders, Pick] = {}

    def sorted(self, zone: Zone) -> tuple[Zone, Orders]:
        """The zone with each group's blocks in order, and how they came there."""
        bounds = zone.bounds
        orders = []
        for keys in self.keys:
            found = _told_apart(keys, bounds)
            orders.append(tuple(sorted(range(len(found)), key=found.__getitem__)))
        if orders == self.unmoved:
            return zone, ()
        places = tuple(orders)
        return zone.permuted(self.pick(places)), places

    def pick(self, orders: Orders) -> Pick:
        """What puts the matrix of a zone in a new order of blocks."""
        found = self.known.get(orders)
        if found is None:
            places = list(range(self.columns))
            for blocks, ranked in zip(self.groups, orders, strict=True):
                for at, source in enumerate(ranked):
                    for column, origin in zip(blocks[at], blocks[source], strict=True):
                        places[column] = origin
            found = self.known[orders] = picker(places, self.columns)
        return found

    def swap(self, group: int, block: int) -> Pick:
        """What lets one block and the first of its group change places."""
        orders = self.unmoved.copy()
        swapped = list(orders[group])
        swapped[0], swapped[block] = block, 0
        orders[group] = tuple(swapped)
        return self.pick(tuple(orders))


def _told_apart(keys: Sequence[BlockKey], bounds: Bounds) -> list[Any]:
    """What tells the blocks apart; the dearer half of it only where the first one does not."""
    found: list[Any] = [key[0](bounds) for key in keys]
    if len(set(found)) == len(found):
        return found
    return [
        (exact, [sorted(pick(bounds)) for pick in others])
        for exact, (_, others) in zip(found, keys, strict=True)
    ]


def _key_of(block: Block, blocks: Sequence[Block], fixed: Sequence[int], columns: int) -> BlockKey:
    """What a matrix says of a block, whatever the order of the others."""
    own: list[int] = []
    others: list[Pick] = []
    for at, column in enumerate(block):
        own += [column * columns + other for other in fixed]
        own += [other * columns + column for other in fixed]
        own += [column * columns + other for other in block]
        others.append(_getter([column * columns + other[at] for other in blocks]))
        others.append(_getter([other[at] * columns + column for other in blocks]))
    return _getter(own), others


def _getter(places: Iterable[int]) -> Pick:
    """Some entries of a tuple; a single one comes bare, which compares as well."""
    return itemgetter(*places)
