"""When a runtime that is led by our clocks has nothing to do at their present ms.

Its event loop counts its turns, and how many of them in a row found nothing to do.
Turns are the measure, and the threads behind the loop, not time: on a machine under load a process
that has not been given the processor has had no turn, and a thread that waits for it is seen.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterable
from pathlib import Path

from lastchunk.model.conformance.runtime.clocks import ClockedProcess

IDLE_TURNS = 3
"""A loop that has slept so often in a row, with nothing for it to do, is done."""
IDLE_TURNS_OF_ALARM = 250
"""One whose alarm has just come due and is still there waits for something: a call, a timer, its
next attempt. About half a second, or more where the machine is slow."""
LOOK_SECONDS = 0.001
BUSY_SECONDS = 10.0
BUSY_TURNS = 5_000
"""A runtime that is busy for so long, of its own time or in so many turns, is not waited for."""
STOPPED_SECONDS = 120.0
"""Nor one that has had no turn at all for so long."""
TICKS_A_SECOND = os.sysconf("SC_CLK_TCK")
SLEEPS = "SITtZX"
"""States of a thread that does nothing; the others run, or would."""


class Stillness:
    """Waits for some processes, from the setting of the clocks that counts now."""

    def __init__(self, processes: Callable[[], Iterable[ClockedProcess]]) -> None:
        self.processes = processes
        begun = list(processes())
        self.turns = {item.pid: item.turns for item in begun}
        self.used = {item.pid: seconds_used(item.pid) for item in begun}
        self.began = time.monotonic()

    def reach(self, least: int = IDLE_TURNS) -> bool:
        """Wait until all are still; whether they are, or it was given up."""
        while not self.is_reached(least):
            if self._is_given_up():
                return False
            time.sleep(LOOK_SECONDS)
        return True

    def is_reached(self, least: int) -> bool:
        """Whether each has had so many turns since then, and none of the last found work."""
        return all(
            item.idle_turns >= least
            and item.turns - self.turns[item.pid] > least
            and _others_sleep(item.pid)
            for item in self.processes()
            if item.pid in self.turns
        )

    def _is_given_up(self) -> bool:
        real = time.monotonic() - self.began
        if real < BUSY_SECONDS:
            return False
        return real > STOPPED_SECONDS or any(
            item.turns - self.turns[item.pid] > BUSY_TURNS
            or seconds_used(item.pid) - self.used[item.pid] > BUSY_SECONDS
            for item in self.processes()
            if item.pid in self.turns
        )


def is_alive(pid: int) -> bool:
    """Whether a process runs; one that nobody has waited for does not."""
    return _stat(Path(f"/proc/{pid}/stat"))[0] not in "ZX"


def _others_sleep(pid: int) -> bool:
    """Whether nothing is under way behind the loop: its own thread wakes up to look."""
    try:
        threads = [path for path in Path(f"/proc/{pid}/task").iterdir() if path.name != str(pid)]
    except OSError:
        return True  # the process is gone
    return all(_stat(path / "stat")[0] in SLEEPS for path in threads)


def seconds_used(pid: int) -> float:
    """Of the processor's time."""
    fields = _stat(Path(f"/proc/{pid}/stat"))
    return (int(fields[11]) + int(fields[12])) / TICKS_A_SECOND if len(fields) > 12 else 0.0


def _stat(path: Path) -> list[str]:
    """What the kernel says of a process or thread, from its state on; one that is gone is dead."""
    try:
        text = path.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ["X"]
    return text.rpartition(")")[2].split()
