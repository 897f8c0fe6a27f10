"""A part of a state, as text with the names, ranks and times left open."""

from __future__ import annotations

from typing import Any

from lastchunk.model.explore.state.text import Names, Ranks, Text
from lastchunk.model.explore.timing.instant import Instant
from lastchunk.model.world.base.pending import Key


class StatePart:
    """One part of a state: its text, the chunks that it names, and what it fires."""

    __slots__ = ("chunks", "key", "text")

    def __init__(self, content: tuple[Any, ...], key: Key | None = None) -> None:
        self.text = Text(content)
        self.chunks = frozenset(self.text.chunks)
        self.key = key

    def fill(self, names: Names, ranks: Ranks) -> tuple[str, list[Instant]]:
        """The part's text, and its times in order."""
        text = self.text
        if text.ready is not None:
            return text.ready, text.times
        times: list[Instant] = []
        return text.fill(names, ranks, times), times
