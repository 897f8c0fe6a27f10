"""Interchangeable chunks: tied ones are put in an order that the zone decides.

Two classes that differ only by a permutation of tied chunks have the same future. Each block of
columns is known by what the zone says of it towards the columns outside and, sorted, towards the
other blocks: a key that no permutation changes. Equal keys stay in any order, which costs a class
now and then and never a verdict.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from model.explore.zone import Zone

Groups = list[list[tuple[int, ...]]]
Orders = tuple[tuple[int, ...], ...]
"""For each group, which block came to each place; () where all stayed."""


class Sorter:
    """Puts the tied blocks of one state's zones in order."""

    __slots__ = ("columns", "fixed", "groups")

    def __init__(self, groups: Groups, columns: int) -> None:
        moving = {column for blocks in groups for block in blocks for column in block}
        self.groups = groups
        self.columns = columns
        self.fixed = [column for column in range(columns) if column not in moving]

    def sorted(self, zone: Zone) -> tuple[Zone, Orders]:
        """The zone with each group's blocks in order, and how they came there."""
        rows = zone.tolist()
        orders = []
        stays = True
        for blocks in self.groups:
            keys = [self._key(rows, block, blocks) for block in blocks]
            ranked = tuple(sorted(range(len(blocks)), key=keys.__getitem__))
            orders.append(ranked)
            stays = stays and all(at == source for at, source in enumerate(ranked))
        if stays:
            return zone, ()
        order = self.permutation(orders)
        return zone[order[:, None], order], tuple(orders)

    def permutation(self, orders: list[tuple[int, ...]]) -> NDArray[np.intp]:
        """The old column at each new one's place."""
        places = list(range(self.columns))
        for blocks, ranked in zip(self.groups, orders, strict=True):
            for at, source in enumerate(ranked):
                for column, origin in zip(blocks[at], blocks[source], strict=True):
                    places[column] = origin
        return np.array(places)

    def swap(self, group: int, block: int) -> NDArray[np.intp]:
        """The permutation that lets one block and the first of its group change places."""
        orders = [tuple(range(len(blocks))) for blocks in self.groups]
        swapped = list(orders[group])
        swapped[0], swapped[block] = block, 0
        orders[group] = tuple(swapped)
        return self.permutation(orders)

    def _key(
        self, rows: list[list[int]], block: tuple[int, ...], blocks: list[tuple[int, ...]]
    ) -> list[int]:
        key: list[int] = []
        fixed = self.fixed
        for at, column in enumerate(block):
            row = rows[column]
            key += [row[other] for other in fixed]
            key += [rows[other][column] for other in fixed]
            key += [row[other] for other in block]
            key += sorted([row[other[at]] for other in blocks])
            key += sorted([rows[other[at]][column] for other in blocks])
        return key
