"""A part of a state, as text with the names, ranks and times left open."""

from __future__ import annotations

from typing import Any

from lastchunk.model.explore.state.text import Names, Ranks, Text
from lastchunk.model.explore.timing.instant import Instant
from lastchunk.model.world.base.pending import Key


class StatePart:
    """One part of a state: its text, the chunks that it names, and what it fires."""

    __slots__ = ("attempts", "chunks", "key", "ready", "text", "times")

    def __init__(self, content: tuple[Any, ...], key: Key | None = None) -> None:
        self.text = Text(content)
        self.chunks = frozenset(self.text.chunks)
        self.key = key
        self.attempts = self.text.attempts
        self.ready = self.text.ready
        self.times = self.text.times

    def at(self, times: list[Instant]) -> StatePart:
        """The same part with other times, in order; its text must not be nested."""
        other = StatePart.__new__(StatePart)
        other.text, other.chunks, other.key = self.text.at(times), self.chunks, self.key
        other.attempts, other.ready, other.times = self.attempts, self.ready, times
        return other

    def fill(self, names: Names, ranks: Ranks) -> tuple[str, list[Instant]]:
        """The part's text, and its times in order."""
        if self.ready is not None:
            return self.ready, self.times
        if not self.text.is_nested:
            return self.text.named(names, ranks), self.times
        times: list[Instant] = []
        return self.text.fill(names, ranks, times), times
