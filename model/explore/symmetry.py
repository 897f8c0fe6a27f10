"""Interchangeable chunks: tied ones are put in an order that the zone decides.

Two classes that differ only by a permutation of tied chunks have the same future. Each block of
columns is known by what the zone says of it towards the columns outside and, sorted, towards the
other blocks: a key that no permutation changes. Equal keys stay in any order, which costs a class
now and then and never a verdict.
"""

from __future__ import annotations

import numpy as np

from model.explore.zone import Zone

Groups = list[list[tuple[int, ...]]]


def sorted_zone(zone: Zone, groups: Groups) -> tuple[Zone, tuple[tuple[int, ...], ...]]:
    """The zone with each group's blocks in order, and for each group which block came where."""
    moving = {column for blocks in groups for block in blocks for column in block}
    fixed = [column for column in range(len(zone)) if column not in moving]
    places = list(range(len(zone)))
    orders = []
    for blocks in groups:
        keys = _keys(zone, blocks, fixed)
        ranked = sorted(range(len(blocks)), key=keys.__getitem__)
        orders.append(tuple(ranked))
        for at, source in enumerate(ranked):
            for column, origin in zip(blocks[at], blocks[source], strict=True):
                places[column] = origin
    if places == list(range(len(zone))):
        return zone, ()
    order = np.array(places)
    return zone[order[:, None], order], tuple(orders)


def _keys(zone: Zone, blocks: list[tuple[int, ...]], fixed: list[int]) -> list[list[int]]:
    index = np.array(blocks)
    outer = np.array(fixed, dtype=np.intp)
    parts = [zone[index[:, :, None], outer], zone[outer, index[:, :, None]]]
    parts.append(zone[index[:, :, None], index[:, None, :]])
    for column in range(index.shape[1]):
        mine = index[:, column]
        parts.append(np.sort(zone[mine[:, None], mine], axis=1)[:, None])
        parts.append(np.sort(zone[mine, mine[:, None]], axis=1)[:, None])
    count = len(blocks)
    keys: list[list[int]] = np.concatenate([part.reshape(count, -1) for part in parts], 1).tolist()
    return keys
