"""What a regular expression has found: an array that says where it was, and what its groups are."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from lastchunk.model.typescript.runtime.values import HostObject


class MatchArray(HostObject):
    """An array with ``index``, ``input`` and ``groups``. Nothing of it changes."""

    __slots__ = ("groups", "index", "input", "items")
    WORD = "what a regular expression has found"
    NAMES = frozenset(("index", "input", "groups", "length"))

    def __init__(self, items: list[Any], index: Any, word: Any, groups: Any) -> None:
        self.items = items
        self.index = index
        self.input = word
        self.groups = groups

    @property
    def length(self) -> int:
        """How many items it has."""
        return len(self.items)

    def each_now(self) -> Iterator[Any]:
        """What a loop goes through."""
        return iter(self.items)

    def as_json(self) -> list[Any]:
        """What JSON has of it."""
        return self.items

    @staticmethod
    def folded_of(found: list[MatchArray], fold: Callable[[list[Any]], Any]) -> MatchArray | None:
        """One for all indexes of a chunk; None where they are of different length."""
        if len({len(item.items) for item in found}) > 1:
            return None
        columns = zip(*(item.items for item in found), strict=True)
        return MatchArray(
            [fold(list(column)) for column in columns],
            fold([item.index for item in found]),
            fold([item.input for item in found]),
            fold([item.groups for item in found]),
        )
