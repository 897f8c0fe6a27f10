"""What a session draws once, and no difference of two times can hold: each whole ms is a branch.

How far the clock of an instance is ahead adds to every time that it tells, the same each time. A
zone bounds differences of two times; that two differences are equal is none of them. Clocks are
ahead by whole ms, so each of them is tried.

When the user stops is a time in bounds like any other. How many whole chunks come before, and
whether a pause does, is settled as the recording begins: so what is drawn is a part of the range in
which both are the same.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Protocol

from lastchunk.model.scenario.schema import Scenario
from lastchunk.model.world.base.pending import Between
from lastchunk.model.world.world import World

OFFSETS_MAX = 16
"""So many whole ms of a clock are tried, and each of them again for each instance."""


class Draws(Protocol):
    """Who says what is drawn: the running step, or the path that is walked once more."""

    def draw(self, count: int) -> int:
        """One of so many things, by its number."""


class Drawn:
    """What a session may draw, its page handing out a chunk each ``chunk_ms``."""

    def __init__(self, scenario: Scenario, chunk_ms: int, draws: Draws) -> None:
        offset = scenario.platform.clock_offset_ms
        self.draws = draws
        self.parts = tuple(recording_parts(scenario, chunk_ms))
        self.of_clocks = range(offset.low_ms, offset.high_ms + 1)

    def give(self, world: World) -> None:
        """Let a world that has not begun draw from here."""
        world.clock_offset = self.clock_offset
        world.object.offset_ms = self.clock_offset(0)
        low_ms, world.duration_ms = self.parts[self.draws.draw(len(self.parts))]
        world.recorded_ms = low_ms
        if low_ms < world.duration_ms:
            world.recorded_ms = Between(low_ms, world.duration_ms)

    def clock_offset(self, instance: int) -> int:
        """How far the clock of the next instance is ahead, in ms."""
        return self.of_clocks[self.draws.draw(len(self.of_clocks))]


def recording_parts(scenario: Scenario, chunk_ms: int) -> Iterator[tuple[int, int]]:
    """The parts of the range of recording times, each with its least and its greatest ms.

    A chunk comes, and a pause, where the recording is longer than it takes to come to it.
    """
    recording = scenario.recording
    low_ms, high_ms = recording.duration_ms.low_ms, recording.duration_ms.high_ms
    if recording.chunks is not None:
        high_ms = low_ms  # no recorder runs
    assert high_ms is not None, "refused: a recording without an end"
    ends_ms = {high_ms, *range(low_ms + -low_ms % chunk_ms, high_ms, chunk_ms)}
    if recording.pause_at_ms is not None and low_ms <= recording.pause_at_ms < high_ms:
        ends_ms.add(recording.pause_at_ms)
    for end_ms in sorted(ends_ms):
        yield low_ms, end_ms
        low_ms = end_ms + 1
