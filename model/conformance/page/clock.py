"""A clock that goes on as usual, and jumps: what the runtime of a served page goes by."""

from __future__ import annotations

import threading
import time
from pathlib import Path

from lastchunk.model.conformance.runtime.clocks import EPOCH_MS, Clocks

TICK_SECONDS = 0.004


class RunningClock:
    """Both clocks of a runtime, moved on by a thread as real time goes by."""

    def __init__(self, path: Path) -> None:
        self.clocks = Clocks(path)
        self.jumped_ms = 0
        self.begun_ms = _real_ms()
        self.is_over = threading.Event()
        self.thread = threading.Thread(target=self._run, daemon=True)
        self._move()
        self.thread.start()

    def now_ms(self) -> int:
        """What the runtime's wall clock shows: a tick behind real time at the most, and its jumps.

        Who takes the time from here is never behind an object that acts upon it.
        """
        return EPOCH_MS + self.clocks.wall_ms

    def jump(self, by_ms: int) -> None:
        """Both clocks are ahead at once; alarms and timers that are due by then come due."""
        self.jumped_ms += by_ms
        self._move()

    def stop(self) -> None:
        """The clock stands still."""
        self.is_over.set()
        self.thread.join()

    def _move(self) -> None:
        now_ms = _real_ms() + self.jumped_ms
        self.clocks.move_wall(now_ms - EPOCH_MS)
        self.clocks.move_timers(now_ms - self.begun_ms)

    def _run(self) -> None:
        while not self.is_over.wait(TICK_SECONDS):
            self._move()


def _real_ms() -> int:
    return time.time_ns() // 1_000_000
