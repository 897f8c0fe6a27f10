"""Time travel: the clocks of every runtime that a command starts, led by a test.

They flow as the real ones until a test holds them or lets them advance. An advance stops at the ms
of each alarm on its way, and at that of other timers, and goes on when the runtime has nothing to
do: what an alarm sets in its turn is met as well.
"""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterator
from pathlib import Path

from lastchunk.model.conformance.runtime.clocks import (
    NS_A_MS,
    ClockedProcess,
    SharedClocks,
)
from lastchunk.model.conformance.runtime.pending_alarms import PendingAlarm, pending_alarms
from lastchunk.model.conformance.runtime.stillness import (
    IDLE_TURNS_OF_ALARM,
    LOOK_SECONDS,
    Stillness,
    is_alive,
)

STOPS_MAX = 10_000
EXACT_STOPS = 50
"""So many times an advance stops at any timer to the ms. Where there are more, as with an interval
that the test kit itself keeps, it stops for timers now and then; for alarms always."""
PARTS = 50
"""The rest of the way has so many stops for timers."""


class TravelError(Exception):
    """What cannot be done to the clocks, in one line."""


class TravellingClock:
    """The clocks, and the processes that go by them. All times are whole ms."""

    def __init__(self, path: Path) -> None:
        self.clocks = SharedClocks(path)
        self.is_held = False
        self.wall_ms, self.steady_ms = time.time_ns() // NS_A_MS - _real_ms(), 0
        """More than the real steady clock, while they flow; what they show, while they are held."""
        self._shift(0, is_held=False)

    @property
    def now_ms(self) -> int:
        """What Date.now() shows."""
        return self.wall_ms if self.is_held else self.wall_ms + _real_ms()

    def hold(self) -> None:
        """The clocks stand still."""
        if not self.is_held:
            self._shift(_real_ms(), is_held=True)

    def release(self) -> None:
        """The clocks flow on from where they are."""
        if self.is_held:
            self._shift(-_real_ms(), is_held=False)

    def alarms(self) -> list[PendingAlarm]:
        """Those that are pending, the next one first. Raises `TravelError`."""
        try:
            return pending_alarms(item.pid for item in self._processes())
        except sqlite3.Error as error:
            raise TravelError(f"the alarms cannot be read: {error}") from error

    def advance(self, by_ms: int) -> list[PendingAlarm]:
        """Let so many ms pass, from stop to stop.

        Returns the alarms that were due and are gone, or were set anew. Raises `TravelError`.
        """
        return self._advance_to(self.now_ms + by_ms)

    def next_alarm(self) -> list[PendingAlarm]:
        """Let time pass until the next alarm has run. Raises `TravelError` if none is pending."""
        pending, now_ms = self.alarms(), self.now_ms
        ahead = [alarm.due_ms for alarm in pending if alarm.due_ms > now_ms]
        if not ahead:
            late = "; one is overdue: it runs, or waits for its next attempt" if pending else ""
            raise TravelError(f"no alarm is pending{late}")
        return self._advance_to(min(ahead))

    # --- one stop after the other --------------------------------------------------------------

    def _advance_to(self, target_ms: int) -> list[PendingAlarm]:
        was_held = self.is_held
        self.hold()
        try:
            # An answer may be here before its sender has said what it waits for next.
            Stillness(self._processes).reach()
            return list(self._stops(max(target_ms, self.wall_ms)))
        finally:
            if not was_held:
                self.release()

    def _stops(self, target_ms: int) -> Iterator[PendingAlarm]:
        part_ms = (target_ms - self.wall_ms) // PARTS
        for number in range(STOPS_MAX):
            before, now_ms = self.alarms(), self.wall_ms
            apart_ms = 0 if number < EXACT_STOPS else part_ms
            timers = (max(at_ms, now_ms + apart_ms) for at_ms in self._timers_ms())
            alarms = (alarm.due_ms for alarm in before if alarm.due_ms > now_ms)
            stop_ms = min([target_ms, *timers, *alarms])
            self._shift(stop_ms - now_ms, is_held=True)
            yield from self._settled(before, now_ms)
            if stop_ms == target_ms:
                return
        raise TravelError(f"over {STOPS_MAX:,} alarms were due on the way; advance by less")

    def _timers_ms(self) -> list[int]:
        """When the next timer of each process is due, by the wall clock."""
        steady_ns = self.steady_ms * NS_A_MS
        waits_ns = (item.due_ns - steady_ns for item in self._processes())
        return [self.wall_ms + -(-wait_ns // NS_A_MS) for wait_ns in waits_ns if wait_ns > 0]

    def _settled(self, before: list[PendingAlarm], since_ms: int) -> list[PendingAlarm]:
        """Wait until nothing is to be done at this ms; the alarms that have run meanwhile."""
        due = [alarm for alarm in before if alarm.due_ms <= self.wall_ms]
        still = Stillness(self._processes)
        still.reach()
        left = set(due).intersection(self.alarms()) if due else set()
        while any(alarm.due_ms > since_ms for alarm in left) and not still.is_reached(
            IDLE_TURNS_OF_ALARM
        ):
            # One that was due before waits for its next attempt: it runs now or it does not.
            time.sleep(LOOK_SECONDS)
            if not still.reach():
                break
            left = left.intersection(self.alarms())
        return [alarm for alarm in due if alarm not in left]

    # --- the clocks and the processes ----------------------------------------------------------

    def _shift(self, by_ms: int, is_held: bool) -> None:
        self.wall_ms, self.steady_ms = self.wall_ms + by_ms, self.steady_ms + by_ms
        self.is_held = is_held
        self.clocks.show(self.wall_ms, self.steady_ms, flows=not is_held)

    def _processes(self) -> list[ClockedProcess]:
        return [item for item in self.clocks.processes() if is_alive(item.pid)]


def _real_ms() -> int:
    return time.clock_gettime_ns(time.CLOCK_MONOTONIC) // NS_A_MS
