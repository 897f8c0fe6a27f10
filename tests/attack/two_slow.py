"""The designs that were reported from the field, in the scenario that they came with.

Two chunks and the stop are sent at time 0, a put takes up to 4 s, and the alarm looks every 500 ms.
"""

from __future__ import annotations

import contextlib
import copy
from collections.abc import AsyncIterator
from typing import Any

from lastchunk.reference_impl.contract import Chunk, Response
from tests.attack import code, fields, iterators, objects, outside, swallows, tasks
from tests.attack.ground import (
    AS_SAMPLED,
    COMPLETE,
    COUNT_TRUE,
    OK,
    PROVED,
    REFUSED,
    VIOLATED,
    Patient,
    Tried,
)


class Limited(Patient):
    """Waits for uploads until a second after the stop, by the object's clock (bug)."""

    async def signal_stop(self) -> Response:
        """Write the time, and begin to look."""
        await self.ctx.storage.put("stop_ms", self.ctx.now())
        return await super().signal_stop()

    async def alarm(self) -> None:
        """Wait, or complete."""
        stop_ms = await self.ctx.storage.get("stop_ms")
        if self.flying and self.is_soon(stop_ms, self.ctx.now()):
            await self.later()
        else:
            await self.complete()

    def is_soon(self, stop_ms: Any, now_ms: Any) -> bool:
        """Whether the second is not over."""
        return bool(now_ms - stop_ms < 2 * self.settings.grace_ms)


class LimitedByMatch(Limited):
    """The stored time is looked at by its type."""

    def is_soon(self, stop_ms: Any, now_ms: Any) -> bool:
        """Whether the second is not over."""
        match stop_ms:  # refused
            case int(began_ms) if began_ms + 2 * self.settings.grace_ms <= now_ms:  # refused
                return False
        return True


class LimitedByCopy(Limited):
    """The record is copied before it is looked at."""

    def is_soon(self, stop_ms: Any, now_ms: Any) -> bool:
        """Whether the second is not over."""
        record = copy.deepcopy({"stop_ms": stop_ms})  # refused
        return bool(now_ms < record["stop_ms"] + 2 * self.settings.grace_ms)


class TimedContext(Patient):
    """An async context manager takes the time; nothing hangs on it."""

    @contextlib.asynccontextmanager  # refused
    async def timed(self) -> AsyncIterator[None]:  # refused
        """Say so where it took long."""
        began_ms = self.ctx.now()
        self.flying += 1
        yield  # refused
        self.flying -= 1
        if self.ctx.now() - began_ms > 4 * self.settings.grace_ms:
            await self.ctx.storage.put("slow", True)

    async def upload(self, chunk: Chunk) -> Response:
        """Store a chunk inside of it."""
        async with self.timed():  # refused
            await self.ctx.blobs.put(chunk)  # refused
        await self.note()
        return OK


SCENARIO = (
    "client.retry_ms=2000",
    "network.request_delay_ms={distribution='uniform', low_ms=10, high_ms=100}",
    "blobs.put_delay_ms={distribution='uniform', low_ms=0, high_ms=4000}",
)
GRACE = ("grace_ms", 500)


def slowly(cls: Any, truth: str, slug: str = COMPLETE, *settings: tuple[str, int]) -> Tried:
    """A design in this scenario."""
    return Tried(cls, truth, slug, (GRACE, *settings), chunks=2, overrides=SCENARIO)


TRIED = (
    slowly(fields.InField, VIOLATED),
    slowly(objects.InSlots, VIOLATED),
    slowly(code.DefaultOfLambda, VIOLATED),
    slowly(code.ClassAttribute, REFUSED),
    slowly(iterators.OldCoroutine, VIOLATED),
    slowly(Limited, VIOLATED),
    slowly(LimitedByMatch, AS_SAMPLED),
    slowly(LimitedByCopy, VIOLATED),
    slowly(TimedContext, PROVED),
    slowly(outside.Chance, REFUSED),
    slowly(swallows.CatchesBase, VIOLATED),
    slowly(swallows.ReturnsInFinally, VIOLATED),
    slowly(tasks.NestedRecursion, PROVED, COUNT_TRUE, ("skips", -1)),
)
