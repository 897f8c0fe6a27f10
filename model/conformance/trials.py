"""Designs that only a trial of the runtime needs: twins of worker/conformance/trials.ts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from lastchunk.reference_impl.alarm import AlarmDesign
from lastchunk.reference_impl.contract import (
    AlarmInfo,
    Chunk,
    Context,
    HandlerFailure,
    NotifyError,
    Response,
)
from lastchunk.reference_impl.session import store_chunk


@dataclass(frozen=True)
class TrialSettings:
    """As the alarm design; ``times`` is how often the alarm makes trouble before it works."""

    grace_ms: int = 5_000
    long_alarm_ms: int = 600_000
    times: int = 1


class Trial(AlarmDesign):
    """The alarm design, whose alarm makes trouble so many times first."""

    Settings = TrialSettings  # type: ignore[assignment]

    def __init__(self, ctx: Context, settings: TrialSettings) -> None:
        self.ctx = ctx
        self.settings: TrialSettings = settings  # type: ignore[assignment]

    async def alarm(self) -> None:
        """Count the tries; make trouble, or do as the alarm design does."""
        tries = await self.ctx.storage.get("tries") or 0
        await self.ctx.storage.put("tries", tries + 1)
        if tries < self.settings.times:
            await self.trouble()
            return
        await super().alarm()

    async def trouble(self) -> None:
        """What goes wrong."""


class Throws(Trial):
    """Throws: a counted failure (D1)."""

    async def trouble(self) -> None:
        """Throw."""
        raise HandlerFailure("as asked")


class SetsThenThrows(Trial):
    """Sets the alarm anew, then throws: no retry (A5)."""

    async def trouble(self) -> None:
        """Set, then throw."""
        await self.ctx.storage.set_alarm(self.ctx.now() + 500)
        raise HandlerFailure("as asked")


class SetsToNow(Trial):
    """Sets the alarm to now inside the alarm: the local runtime never delivers it (A7)."""

    async def trouble(self) -> None:
        """Set it to now."""
        await self.ctx.storage.set_alarm(self.ctx.now())


class DeletesThenThrows(Trial):
    """Deletes the alarm, then throws: no retry (A6)."""

    async def trouble(self) -> None:
        """Delete, then throw."""
        await self.ctx.storage.delete_alarm()
        raise HandlerFailure("as asked")


class SetsToThePast(Trial):
    """A stop sets the alarm to a second ago: it is stored as now, and due (A2)."""

    async def signal_stop(self) -> Response:
        """Set it to the past."""
        await self.ctx.storage.set_alarm(self.ctx.now() - 1_000)
        return Response(200)


class LooksAtItsAlarm(Trial):
    """Notes in the alarm whether it sees one: before it sets another, and after (A3)."""

    async def trouble(self) -> None:
        """Look, set, look again."""
        storage = self.ctx.storage
        before = await storage.get_alarm() is not None
        await storage.set_alarm(self.ctx.now() + 500)
        await storage.put("seen", [before, await storage.get_alarm() is not None])


class NotesItsInfo(Trial):
    """Notes what the alarm is told, and throws (A8)."""

    async def alarm(self, info: AlarmInfo) -> None:  # type: ignore[override]
        """Note it at each try."""
        noted = await self.ctx.storage.get("noted") or []
        noted.append([info.scheduled_time, info.retry_count, info.is_retry])
        await self.ctx.storage.put("noted", noted)
        if len(noted) <= self.settings.times:
            raise HandlerFailure("as asked")


class PutsBehindTheGate(Trial):
    """Puts a chunk with the input gate closed (R3); what comes meanwhile waits in a line (R2)."""

    async def upload(self, chunk: Chunk) -> Response:
        """Store it, and let nobody in before."""

        async def work() -> Response:
            return await store_chunk(self.ctx, chunk)

        response: Response = await self.ctx.block_concurrency_while(work)
        return response


class TellsAtTheStop(Trial):
    """A stop sets the alarm and then tells the consumer: the alarm does not wait (R6)."""

    notifies = True

    async def signal_stop(self) -> Response:
        """Set, then tell."""
        await super().signal_stop()
        await tell_consumer(self.ctx)
        return Response(200)


class TellsInTheAlarm(Trial):
    """The first alarm waits for the consumer, for longer than an alarm may run (D4)."""

    notifies = True

    async def trouble(self) -> None:
        """Tell it."""
        await tell_consumer(self.ctx)


async def tell_consumer(ctx: Context) -> None:
    """Tell the consumer; what it answers does not matter."""
    try:
        await ctx.notify("")
    except NotifyError:
        return


TRIALS: dict[str, Any] = {
    cls.__name__: cls
    for cls in (
        Throws,
        SetsThenThrows,
        SetsToNow,
        DeletesThenThrows,
        SetsToThePast,
        LooksAtItsAlarm,
        NotesItsInfo,
        PutsBehindTheGate,
        TellsAtTheStop,
        TellsInTheAlarm,
    )
}
"""Each by its name, which is that of its twin."""
