"""The two clocks of a runtime, moved by hand: what the wall clock shows, and what timers go by."""

from __future__ import annotations

import mmap
import struct
from pathlib import Path

NS_A_MS = 1_000_000
EPOCH_MS = 1_800_000_000_000
"""What Date.now() shows at the beginning of every schedule."""
STEADY_MS = 1_000_000_000
"""What the steady clock shows then. A frozen clock always draws the same jitter: it may differ."""


class Clocks:
    """A file of two numbers that the runtime maps. Times are whole ms since the beginning."""

    def __init__(self, path: Path, steady_ms: int = STEADY_MS) -> None:
        self.path = path
        self.steady_ms = steady_ms
        path.write_bytes(bytes(16))
        with path.open("r+b") as file:
            self.map = mmap.mmap(file.fileno(), 16)
        self.wall_ms = self.timers_ms = 0
        self.move_wall(0)
        self.move_timers(0)

    def move_wall(self, at_ms: int) -> None:
        """The wall clock shows this time."""
        self.wall_ms = at_ms
        self.map[0:8] = struct.pack("<q", (EPOCH_MS + at_ms) * NS_A_MS)

    def move_timers(self, at_ms: int) -> None:
        """Timers that are due by this time fire."""
        self.timers_ms = at_ms
        self.map[8:16] = struct.pack("<q", (self.steady_ms + at_ms) * NS_A_MS)
