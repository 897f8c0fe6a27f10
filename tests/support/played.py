"""A world that is played a measured schedule, and the tiny designs that were measured."""

from __future__ import annotations

from typing import Any

from lastchunk.model.trace import events as e
from lastchunk.model.world.object import instances
from lastchunk.reference_impl.clock import Time
from lastchunk.reference_impl.contract import HandlerFailure, Response
from tests.support.probes import Alarmed, Throws
from tests.support.worlds import ManualScheduler, quiet, spec_of

LATE = "platform.alarm_late_ms={distribution='uniform', low_ms=0, high_ms=9}"
ROUNDED_MS = 50
"""What was noted in tenths of a second may be off by so much."""


class Played(ManualScheduler):
    """A world that is played a schedule, and refuses a time that no delay allows."""

    def __init__(self, design: Any, *overrides: str) -> None:
        design.seen = []
        super().__init__(spec_of(design), quiet(LATE, *overrides))

    def at(self, at_ms: int, *key: Any, outcome: str = "") -> None:
        """As by hand, but never before or after its time."""
        (item,) = [item for item in self.world.pending.values() if item.key[: len(key)] == key]
        earliest_ms, latest_ms = item.window()
        slack_ms = ROUNDED_MS if at_ms > 2_000 else 0
        assert earliest_ms - slack_ms <= at_ms, f"{key} is early"
        assert latest_ms is None or at_ms <= latest_ms + slack_ms, f"{key} is late"
        super().at(at_ms, *key, outcome=outcome)

    def ask(self, at_ms: int, method: str) -> None:
        """A method of the object is called, and reached, at this instant."""
        self.world.network.inject(method)
        attempt = self.world.network.attempts[method, e.NO_CHUNK] - 1
        super().at(at_ms, "request", method, e.NO_CHUNK, attempt)

    def kill(self, at_ms: int) -> None:
        """The process is killed with all that is not on disk."""
        self.world.now_ms = at_ms
        instances.kill_process(self.world.object, 0)

    def restart(self, at_ms: int) -> None:
        """The process is there again."""
        self.world.now_ms = at_ms
        instances.restart(self.world.object)


class Sets(Alarmed):
    """Sets the alarm to so many ms from now, by the name of the method."""

    async def set_300(self) -> Response:
        """In 300 ms."""
        return await self._set(300)

    async def set_900(self) -> Response:
        """In 900 ms."""
        return await self._set(900)

    async def set_5000(self) -> Response:
        """In 5 s."""
        return await self._set(5_000)

    async def hold(self) -> Response:
        """Close the gate for 800 ms."""
        await self.ctx.block_concurrency_while(lambda: self.ctx.sleep(800))
        return Response(200)

    async def hold_long(self) -> Response:
        """Close the gate for 1510 ms."""
        await self.ctx.block_concurrency_while(lambda: self.ctx.sleep(1_510))
        return Response(200)

    async def _set(self, wait_ms: int) -> Response:
        await self.ctx.storage.set_alarm(self.ctx.now() + wait_ms)
        return Response(200)


class SetsAndThrows(Alarmed):
    """The first run sets the alarm to 500 ms from now, and throws."""

    async def alarm(self) -> None:
        """Run."""
        if self.ctx.now() < Time(500):
            await self.ctx.storage.set_alarm(self.ctx.now() + 500)
            raise HandlerFailure("no luck")


class DeletesAndThrows(Alarmed):
    """Deletes its alarm, and throws."""

    async def alarm(self) -> None:
        """Run."""
        await self.ctx.storage.delete_alarm()
        raise HandlerFailure("no luck")


class Suspends(Sets):
    """An upload and an alarm that are suspended for a while."""

    async def slow_upload(self) -> Response:
        """For 905 ms."""
        await self.ctx.sleep(905)
        return Response(200)

    async def alarm(self) -> None:
        """For 1001 ms."""
        await self.ctx.sleep(1_001)


class SetsWhileItRuns(Sets):
    """Runs for 1004 ms, in which the alarm that it has set comes due."""

    async def alarm(self) -> None:
        """Run."""
        waits_ms = {0: 605, 1: 200}.get(len(self.seen))
        self.seen.append("run")
        if waits_ms is not None:
            await self.ctx.storage.set_alarm(self.ctx.now() + waits_ms)
        await self.ctx.sleep(1_004)


class ThrowsSoon(Throws):
    """Has its alarm in 100 ms and throws; can be set to a second from now."""

    async def set_1000(self) -> Response:
        """In a second."""
        await self.ctx.storage.set_alarm(self.ctx.now() + 1_000)
        return Response(200)

    async def delete_and_set_1000(self) -> Response:
        """Delete it, then set it."""
        await self.ctx.storage.delete_alarm()
        return await self.set_1000()
