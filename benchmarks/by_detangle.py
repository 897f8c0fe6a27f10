"""The small scope by detangle, which runs asyncio code once for each schedule.

``python -m benchmarks.by_detangle [CHUNKS] [SECONDS]``: the protocol of the alarm design as a user
of detangle would write it, and its exhaustive strategy without a bound: each delay is one of its
whole ms, each outcome is chosen as it is due. First in asyncio's order of what is ready at once,
then in every order, which is as far as it gets in so many seconds (60). It prints the runs, and
beside them the classes of this explorer, which covers every real-valued time.
"""

from __future__ import annotations

import asyncio
import sys
import time
from collections.abc import Awaitable, Callable
from typing import Any

import detangle
from detangle.strategies import DFS

from lastchunk.model.explore.verify import verify
from lastchunk.model.scenario.load import load_scenario

LOW_MS, HIGH_MS, BACK_OFF_MS, GRACE_MS, LONG_MS = 1, 8, 1, 20, 40
NO_BOUND = 10**9
_detangle: Any = detangle


def milliseconds(ms: int) -> Awaitable[None]:
    """So much time."""
    return asyncio.sleep(ms / 1_000)


class SmallScope:
    """All chunks and the stop under way at once; each chunk may fail once, and one disconnect."""

    def __init__(self, chunks: int) -> None:
        self.chunks = chunks
        self.stored: set[int] = set()
        self.first_legs: set[asyncio.Future[None]] = set()
        self.alarm: asyncio.TimerHandle | None = None
        self.completed = asyncio.Event()

    async def run(self) -> None:
        """Up to the completion: no chunk may lack at it."""
        uploads = [self.upload(chunk) for chunk in range(self.chunks)]
        tasks = [asyncio.ensure_future(c) for c in (*uploads, self.stop(), self.disconnect())]
        await self.completed.wait()
        assert len(self.stored) == self.chunks
        for task in tasks:
            task.cancel()

    async def upload(self, chunk: int) -> None:
        """The upload, which is sent again once where it fails."""
        leg = asyncio.ensure_future(milliseconds(_detangle.randint(LOW_MS, HIGH_MS)))
        self.first_legs.add(leg)
        try:
            await leg
            is_lost = _detangle.choice([False, True])
        except asyncio.CancelledError:
            is_lost = True
        self.first_legs.discard(leg)
        if is_lost:
            await milliseconds(BACK_OFF_MS)
            await milliseconds(_detangle.randint(LOW_MS, HIGH_MS))
        self.stored.add(chunk)
        self.set_alarm(LONG_MS)

    async def stop(self) -> None:
        """The stop call."""
        await milliseconds(_detangle.randint(LOW_MS, HIGH_MS))
        self.set_alarm(GRACE_MS)

    async def disconnect(self) -> None:
        """What is under way for the first time is lost."""
        await milliseconds(_detangle.randint(0, HIGH_MS))
        for leg in self.first_legs:
            leg.cancel()

    def set_alarm(self, wait_ms: int) -> None:
        """Replace the alarm, which completes the session."""
        if self.alarm is not None:
            self.alarm.cancel()
        loop = asyncio.get_running_loop()
        self.alarm = loop.call_later(wait_ms / 1_000, self.completed.set)


def tried(chunks: int, is_every_order: bool, seconds: float) -> tuple[int, float, bool]:
    """Runs and CPU seconds of detangle, and whether it came to the end."""

    async def session() -> None:
        await SmallScope(chunks).run()

    explore: Callable[..., Any] = _detangle.explore
    began = time.process_time()
    found = explore(
        session,
        strategy=DFS(max_delays=NO_BOUND),
        runs=NO_BOUND,
        max_duration=seconds,
        reorder=is_every_order,
    )
    return found.runs, time.process_time() - began, found.exhausted


def main(chunks: int, seconds: float) -> None:
    """Print what both take."""
    said = f"{chunks} chunk" + ("s" if chunks > 1 else "")
    for words, is_every_order in (("asyncio's order", False), ("every order", True)):
        runs, took, is_whole = tried(chunks, is_every_order, seconds)
        end = "all there are" if is_whole else f"not all, after {seconds:.0f} s of wall time"
        print(f"detangle, {said}, {words}: {runs:,} runs in {took:.1f} s ({end})", flush=True)
    scenario = load_scenario("small-scope", [f"chunks={chunks}"])
    began = time.process_time()
    found = verify(scenario, "alarm", ["complete_at_finalization"])
    took = time.process_time() - began
    assert found.verdicts["complete_at_finalization"].kind == "proved"
    print(f"lastchunk, {said}: {found.classes:,} classes in {took:.2f} s (proved)")


if __name__ == "__main__":
    numbers = [float(word) for word in sys.argv[1:]]
    main(int(numbers[0]) if numbers else 1, numbers[1] if numbers[1:] else 60.0)
