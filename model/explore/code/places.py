"""Objects that code can tell apart: where each is met first in a state, and where it is met again.

One object in two variables is not two equal ones. Its number is one of the part of the state in
which alone it is met; else one of the whole state's. So tasks that hold the like are alike, and
their chunks may change places.
"""

from __future__ import annotations

from typing import Any


class ObjectPlace:
    """An object that can change: its content, and a number if it is met more than once.

    The number is one of the part's own, unless ``is_met_elsewhere``: two tasks that hold the like
    are alike, whichever was written first.
    """

    __slots__ = ("is_met_elsewhere", "number", "parts", "whole")

    def __init__(self, whole: int) -> None:
        self.whole = whole
        """The part of the state in which it was met first."""
        self.parts: Any = None
        self.number: int | None = None
        self.is_met_elsewhere = False

    @property
    def label(self) -> str:
        """Its number in a state's text."""
        return f"@{self.number}" if self.is_met_elsewhere else f"^{self.number}"


class Reference:
    """Stands where an object is met again."""

    __slots__ = ("place",)

    def __init__(self, place: ObjectPlace) -> None:
        self.place = place


class MetObjects:
    """The objects that were met in one state, part by part."""

    def __init__(self) -> None:
        self.known: dict[int, ObjectPlace] = {}
        self.alive: list[Any] = []
        """What was met: an identity counts only as long as its object lives."""
        self.whole = 0
        self.shared = 0
        self.shared_within = 0

    def begin_part(self) -> None:
        """What comes now belongs to the next part of the state."""
        self.whole += 1
        self.shared_within = 0

    def again(self, value: Any) -> Reference | None:
        """The reference to an object that was met before, which has a number from now on."""
        place = self.known.get(id(value))
        if place is None:
            return None
        if place.whole != self.whole:
            if not place.is_met_elsewhere:
                place.is_met_elsewhere, place.number = True, self.shared
                self.shared += 1
        elif place.number is None:
            place.number = self.shared_within
            self.shared_within += 1
        return Reference(place)

    def first(self, value: Any) -> ObjectPlace:
        """The place of an object that is met for the first time."""
        place = self.known[id(value)] = ObjectPlace(self.whole)
        self.alive.append(value)
        return place
