"""Time travel on a machine under load: what a runtime says late is waited for, never missed.

The process here is none: a thread that says of itself what the event loop of a runtime would.
"""

from __future__ import annotations

import os
import sqlite3
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from lastchunk.model.conformance.runtime import pending_alarms as listed
from lastchunk.model.conformance.runtime import stillness
from lastchunk.model.conformance.runtime.clocks import (
    NS_A_MS,
    PROCESS,
    PROCESSES_AT,
    SETTING,
    SETTINGS_AT,
    WORD,
)
from lastchunk.model.conformance.runtime.pending_alarms import PendingAlarm, pending_alarms
from lastchunk.model.conformance.runtime.travel import TravelError, TravellingClock

NEVER_NS = 2**63 - 1


class SlowLoop(threading.Thread):
    """An event loop with one timer, which it has set but not yet told of when it is looked at."""

    def __init__(self, clock: TravellingClock, timer_ms: int, late_seconds: float) -> None:
        super().__init__(daemon=True)
        self.map = clock.clocks.map
        self.timer_ns: int = clock.steady_ms * NS_A_MS + timer_ms * NS_A_MS
        self.late_seconds = late_seconds
        self.turns = 0
        self.fired_ns: list[int] = []
        self.is_over = threading.Event()
        self.say(NEVER_NS, 100)

    def say(self, due_ns: int, idle_turns: int) -> None:
        told = PROCESS.pack(os.getpid(), self.turns, idle_turns, due_ns)
        self.map[PROCESSES_AT : PROCESSES_AT + PROCESS.size] = told

    def steady_ns(self) -> int:
        (counts,) = WORD.unpack(self.map[: WORD.size])
        at = SETTINGS_AT + counts * SETTING.size
        steady: int = SETTING.unpack(self.map[at : at + SETTING.size])[1]
        return steady

    def run(self) -> None:
        self.is_over.wait(self.late_seconds)  # its thread is not given the processor
        idle_turns = 0
        while not self.is_over.wait(0.001):
            now_ns = self.steady_ns()
            if now_ns >= self.timer_ns:
                self.fired_ns.append(now_ns)
                self.timer_ns, idle_turns = NEVER_NS, -1
            self.turns, idle_turns = self.turns + 1, idle_turns + 1
            self.say(self.timer_ns, idle_turns)


@contextmanager
def slow_loop(clock: TravellingClock, timer_ms: int, late_seconds: float) -> Iterator[SlowLoop]:
    loop = SlowLoop(clock, timer_ms, late_seconds)
    loop.start()
    try:
        yield loop
    finally:
        loop.is_over.set()
        loop.join()


@pytest.fixture
def clock(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> TravellingClock:
    """A held clock; the threads of this process are not a runtime's."""
    monkeypatch.setattr(stillness, "_others_sleep", lambda pid: True)
    held = TravellingClock(tmp_path / "clocks")
    held.hold()
    return held


def test_a_timer_that_is_told_of_late_fires_at_its_ms(clock: TravellingClock) -> None:
    begun_ns = clock.steady_ms * NS_A_MS
    with slow_loop(clock, 50_000, late_seconds=0.1) as loop:
        clock.advance(60_000)
        assert [at_ns - begun_ns for at_ns in loop.fired_ns] == [50_000 * NS_A_MS]


def test_a_loop_that_has_had_no_turn_is_not_still(clock: TravellingClock) -> None:
    began = time.monotonic()
    with slow_loop(clock, 10**9, late_seconds=0.2):
        clock.advance(1)
    assert time.monotonic() - began >= 0.2


def test_a_thread_behind_the_loop_that_works_is_not_still() -> None:
    program = (
        "import threading, time\n"
        "work = threading.Thread(target=lambda: [i for i in range(10**10)], daemon=True)\n"
        "work.start(); print(flush=True); time.sleep(60)\n"
    )
    process = subprocess.Popen(["python3", "-c", program], stdout=subprocess.PIPE)
    try:
        assert process.stdout is not None
        process.stdout.readline()
        seen = {stillness._others_sleep(process.pid) for _ in range(20)}
    finally:
        process.kill()
        process.communicate()
    assert False in seen
    assert not stillness.is_alive(process.pid)


# --- the list of alarms --------------------------------------------------------------------------


@pytest.fixture
def namespace(tmp_path: Path) -> Iterator[sqlite3.Connection]:
    """A namespace's file with one alarm, which this process has open as a runtime has."""
    (tmp_path / "Chain").mkdir()
    with closing(sqlite3.connect(tmp_path / "Chain" / listed.METADATA)) as database:
        database.execute("CREATE TABLE _cf_ALARM (actor_id TEXT, scheduled_time INTEGER)")
        database.execute("INSERT INTO _cf_ALARM VALUES ('a', 5000000)")
        database.commit()
        yield database


def test_a_connection_that_closes_meanwhile_hides_no_alarm(
    namespace: sqlite3.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = Path.iterdir

    def with_closed_ones(self: Path) -> Iterator[Path]:
        yield self / "999998"
        yield from real(self)
        yield self / "999999"

    monkeypatch.setattr(Path, "iterdir", with_closed_ones)
    assert pending_alarms([os.getpid()]) == [PendingAlarm(5, "Chain", "a")]


def test_alarms_that_cannot_be_read_are_not_none(
    namespace: sqlite3.Connection, clock: TravellingClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(listed, "BUSY_SECONDS", 0.01)
    namespace.execute("BEGIN EXCLUSIVE")
    with pytest.raises(sqlite3.OperationalError, match="locked"):
        pending_alarms([os.getpid()])
    SlowLoop(clock, 1, 0)
    with pytest.raises(TravelError, match="the alarms cannot be read: database is locked"):
        clock.alarms()
