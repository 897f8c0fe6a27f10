"""The two clocks of a runtime: what the wall clock shows, and what timers go by.

They are a file that each process of the runtime maps (``twoclocks.c``): two settings of which one
counts, and for each process when its next timer is due. Two who use it: the player (`Clocks`) moves
clocks that stand still, a test (`travel`) those that flow.
"""

from __future__ import annotations

import mmap
import struct
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

NS_A_MS = 1_000_000
EPOCH_MS = 1_800_000_000_000
"""What Date.now() shows at the beginning of every schedule."""
STEADY_MS = 1_000_000_000
"""What the steady clock shows then. A frozen clock always draws the same jitter: it may differ."""
WORD = struct.Struct("<q")
SETTING = struct.Struct("<qqq")
PROCESS = struct.Struct("<qqqq")
SETTINGS_AT = WORD.size
PROCESSES_AT = SETTINGS_AT + 2 * SETTING.size
PROCESSES_MAX = 64
FILE_BYTES = PROCESSES_AT + PROCESSES_MAX * PROCESS.size


class ClockedProcess(NamedTuple):
    """What a process says of its event loop: turns so far, idle ones in a row, the next timer."""

    pid: int
    turns: int
    idle_turns: int
    due_ns: int


class SharedClocks:
    """The file. A clock that flows shows so much more than the real steady clock, in whole ms."""

    def __init__(self, path: Path) -> None:
        self.path = path
        path.write_bytes(bytes(FILE_BYTES))
        with path.open("r+b") as file:
            self.map = mmap.mmap(file.fileno(), FILE_BYTES)
        self.counts = 0

    def show(self, wall_ms: int, steady_ms: int, flows: bool) -> None:
        """Both clocks change at once: the other setting is written, then it is the one."""
        other, wall_ns, steady_ns = 1 - self.counts, wall_ms * NS_A_MS, steady_ms * NS_A_MS
        self._write(SETTINGS_AT + other * SETTING.size, SETTING.pack(wall_ns, steady_ns, flows))
        self._write(0, WORD.pack(other))
        self.counts = other

    def move(self, clock: int, at_ms: int) -> None:
        """One clock of the setting that counts moves alone: 0 is the wall clock, 1 the steady."""
        place = SETTINGS_AT + self.counts * SETTING.size + clock * WORD.size
        self._write(place, WORD.pack(at_ms * NS_A_MS))

    def _write(self, at: int, data: bytes) -> None:
        # Copied as a whole: what packs into the map itself goes byte by byte, and may be seen torn.
        self.map[at : at + len(data)] = data

    def processes(self) -> Iterator[ClockedProcess]:
        """Those that have ever begun; one that is gone may still stand here."""
        for number in range(PROCESSES_MAX):
            at = PROCESSES_AT + number * PROCESS.size
            found = ClockedProcess(*PROCESS.unpack(self.map[at : at + PROCESS.size]))
            if found.pid:
                yield found


class Clocks(SharedClocks):
    """Clocks that stand still until the player moves them. Times are ms since the beginning.

    The wall clock may be that of a machine which is ahead, or behind, by ``offset_ms``.
    """

    def __init__(self, path: Path, steady_ms: int = STEADY_MS) -> None:
        super().__init__(path)
        self.steady_ms = steady_ms
        self.wall_ms = self.timers_ms = self.offset_ms = 0
        self.move_wall(0)
        self.move_timers(0)

    def move_wall(self, at_ms: int) -> None:
        """The wall clock shows this time."""
        self.wall_ms = at_ms
        self.move(0, EPOCH_MS + at_ms + self.offset_ms)

    def be_ahead(self, offset_ms: int) -> None:
        """The wall clock is that of another machine."""
        if offset_ms != self.offset_ms:
            self.offset_ms = offset_ms
            self.move_wall(self.wall_ms)

    def move_timers(self, at_ms: int) -> None:
        """Timers that are due by this time fire."""
        self.timers_ms = at_ms
        self.move(1, self.steady_ms + at_ms)
