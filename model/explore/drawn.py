"""What a session draws once, and no difference of two times can hold: each whole ms is a branch.

How far the clock of an instance is ahead adds to every time that it tells, the same each time. A
zone bounds differences of two times; that two differences are equal is none of them. Clocks are
ahead by whole ms, so each of them is tried.
"""

from __future__ import annotations

from typing import Protocol

from model.scenario.schema import Scenario
from model.world.world import World

OFFSETS_MAX = 16
"""So many whole ms of a clock are tried, and each of them again for each instance."""


class Draws(Protocol):
    """Who says what is drawn: the running step, or the path that is walked once more."""

    def draw(self, count: int) -> int:
        """One of so many things, by its number."""


class Drawn:
    """The draws of one session."""

    def __init__(self, scenario: Scenario, draws: Draws) -> None:
        offset = scenario.platform.clock_offset_ms
        self.draws = draws
        self.of_clocks = range(offset.low_ms, offset.high_ms + 1)

    def give(self, world: World) -> None:
        """Let a world that has not begun draw from here."""
        world.clock_offset = self.clock_offset
        world.object.offset_ms = self.clock_offset(0)

    def clock_offset(self, instance: int) -> int:
        """How far the clock of the next instance is ahead, in ms."""
        return self.of_clocks[self.draws.draw(len(self.of_clocks))]
