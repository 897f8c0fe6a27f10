"""The zones known for one discrete state: the maximal ones alone, or each that ever came up."""

from __future__ import annotations

from typing import Any

import numpy as np

from model.explore.zone import Zone


class Store:
    """Keeps the maximal zones: a zone that lies within one of them is *covered*."""

    __slots__ = ("numbers", "zones")

    def __init__(self, zone: Zone) -> None:
        self.zones = np.empty((2, zone.size), dtype=np.int64)
        self.numbers: list[int] = []

    def cover(self, zone: Zone) -> int:
        """The number of a class that covers a zone; -1 where none does."""
        count = len(self.numbers)
        if not count:
            return -1
        inside: Any = (zone.ravel() <= self.zones[:count]).all(axis=1)
        at = int(inside.argmax())
        return self.numbers[at] if inside[at] else -1

    def add(self, zone: Zone, number: int) -> list[int]:
        """Keep a zone; returns the classes that it covers, which are dropped."""
        flat = zone.ravel()
        count = len(self.numbers)
        inside: Any = (self.zones[:count] <= flat).all(axis=1)
        dropped = []
        if inside.any():
            left = self.zones[:count][~inside]
            gone = inside.tolist()
            dropped = [n for n, out in zip(self.numbers, gone, strict=True) if out]
            self.numbers = [n for n, out in zip(self.numbers, gone, strict=True) if not out]
            count = len(left)
            self.zones[:count] = left
        if count == len(self.zones):
            self.zones = np.concatenate([self.zones, np.empty_like(self.zones)])
        self.zones[count] = flat
        self.numbers.append(number)
        return dropped


class EqualStore:
    """Keeps every zone: only an equal one is known already."""

    __slots__ = ("known",)

    def __init__(self, zone: Zone) -> None:
        self.known: dict[bytes, int] = {}

    def cover(self, zone: Zone) -> int:
        """The number of the class with this zone; -1 where there is none."""
        return self.known.get(zone.tobytes(), -1)

    def add(self, zone: Zone, number: int) -> list[int]:
        """Keep a zone; nothing is dropped."""
        self.known[zone.tobytes()] = number
        return []
