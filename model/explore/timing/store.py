"""The zones known for one discrete state: the maximal ones, their hull, or all that came up."""

from __future__ import annotations

from collections.abc import Iterable
from operator import le

from lastchunk.model.explore.timing.zone import Bounds, Zone


class Store:
    """Keeps the maximal zones: a zone that lies within one of them is *covered*."""

    __slots__ = ("zones",)

    def __init__(self) -> None:
        self.zones: dict[Bounds, int] = {}

    def cover(self, zone: Zone) -> int:
        """The number of a class that covers a zone; -1 where none does."""
        bounds = zone.bounds
        equal = self.zones.get(bounds)
        if equal is not None:
            return equal  # no other one covers it, or it would have been dropped
        for known, number in self.zones.items():
            if all(map(le, bounds, known)):
                return number
        return -1

    def add(self, zone: Zone, number: int) -> list[int]:
        """Keep a zone that none covers; returns the classes that it covers, which are dropped."""
        bounds = zone.bounds
        covered = [known for known in self.zones if all(map(le, known, bounds))]
        dropped = [self.zones.pop(known) for known in covered]
        self.zones[bounds] = number
        return dropped

    def entries(self) -> Iterable[tuple[Bounds, int]]:
        """The zones that are kept, each with its class."""
        return self.zones.items()


class HullStore(Store):
    """Keeps one zone: the smallest that has all others in it."""

    __slots__ = ()

    def joined(self, zone: Zone) -> Zone | None:
        """The hull of a zone and the one that is known; None where none is known.

        The greater of two canonical bounds is canonical again: each way through a third instant is
        at least as long in either matrix.
        """
        for known in self.zones:
            bounds = tuple(map(max, known, zone.bounds))
            return Zone(bounds, zone.size, plain=False).settled()
        return None


class EqualStore:
    """Keeps every zone: only an equal one is known already."""

    __slots__ = ("known",)

    def __init__(self) -> None:
        self.known: dict[Bounds, int] = {}

    def cover(self, zone: Zone) -> int:
        """The number of the class with this zone; -1 where there is none."""
        return self.known.get(zone.bounds, -1)

    def add(self, zone: Zone, number: int) -> list[int]:
        """Keep a zone; nothing is dropped."""
        self.known[zone.bounds] = number
        return []

    def entries(self) -> Iterable[tuple[Bounds, int]]:
        """The zones that are kept, each with its class."""
        return self.known.items()
