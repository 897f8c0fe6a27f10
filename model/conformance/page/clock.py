"""A clock that goes on as usual, and jumps: what the runtime of a served page goes by."""

from __future__ import annotations

import time
from pathlib import Path

from lastchunk.model.conformance.runtime.clocks import NS_A_MS, SharedClocks


class JumpingClock:
    """Both clocks of a runtime, ahead of the real ones by as much as they have jumped."""

    def __init__(self, path: Path) -> None:
        self.clocks = SharedClocks(path)
        self.jumped_ms = 0
        self.wall_ms = time.time_ns() // NS_A_MS - _steady_ms()
        """How far the wall clock is ahead of the steady one."""
        self.jump(0)

    def now_ms(self) -> int:
        """What the runtime's wall clock shows."""
        return self.wall_ms + _steady_ms() + self.jumped_ms

    def jump(self, by_ms: int) -> None:
        """Both clocks are ahead at once; alarms and timers that are due by then come due."""
        self.jumped_ms += by_ms
        self.clocks.show(self.wall_ms + self.jumped_ms, self.jumped_ms, flows=True)


def _steady_ms() -> int:
    """Whole ms of the clock that never goes back, cut as the runtime's library cuts them."""
    return time.monotonic_ns() // NS_A_MS
