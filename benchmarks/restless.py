"""A design that uses whatever the platform offers, so that random worlds reach every rule."""

from __future__ import annotations

from lastchunk.reference_impl.alarm import AlarmDesign, AlarmSettings
from lastchunk.reference_impl.clock import bare
from lastchunk.reference_impl.contract import Context, HandlerFailure, NotifyError, Response


class Restless(AlarmDesign):
    """The alarm design with a constructor, an alarm that waits, sets, deletes, throws, and gates.

    What it does next depends on how often its alarm ran, which it keeps in storage and in a field.
    """

    def __init__(self, ctx: Context, settings: AlarmSettings) -> None:
        super().__init__(ctx, settings)
        self.runs = 0

    async def construct(self) -> None:
        """Read and write before the first event; throw now and then."""
        seen = await self.ctx.storage.get("instances") or 0
        await self.ctx.storage.put("instances", seen + 1)
        if bare(self.ctx.now()) % 5 == 4:
            raise HandlerFailure("the constructor throws")

    async def signal_stop(self) -> Response:
        """Hold the gate for a while, then bring the alarm near."""
        await self.ctx.block_concurrency_while(self._wait)
        return await super().signal_stop()

    async def _wait(self) -> None:
        await self.ctx.sleep(20)
        if self.runs % 3 == 2:
            raise HandlerFailure("the closed gate throws")

    async def alarm(self) -> None:
        """One of several endings, by the count of the runs so far."""
        self.runs += 1
        runs = await self.ctx.storage.get("runs") or 0
        await self.ctx.storage.put("runs", runs + 1)
        kind = runs % 6
        if kind == 1:
            await self.ctx.storage.set_alarm(self.ctx.now() + 10)
        await self.ctx.sleep(30)
        if kind == 2:
            await self.ctx.storage.delete_alarm()
        if kind in (1, 2, 3):
            raise HandlerFailure("alarm() throws")
        if kind == 4:
            try:
                await self.ctx.notify("key")
            except NotifyError:
                await self.ctx.storage.set_alarm(self.ctx.now())
        if kind == 5:
            await self.ctx.storage.set_alarm(self.ctx.now() + 700)
        await super().alarm()
