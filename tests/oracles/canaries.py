"""Three deliberately broken designs. Each must be caught, and by the right property."""

from __future__ import annotations

from lastchunk.reference_impl.alarm import AlarmDesign
from lastchunk.reference_impl.contract import COMPLETED, STATE_KEY, Chunk, Response
from lastchunk.reference_impl.session import set_status


class CompletesAtOnce(AlarmDesign):
    """Canary: completes the session the moment the stop arrives."""

    async def signal_stop(self) -> Response:
        """Complete, whatever is in flight."""
        return await set_status(self.ctx, COMPLETED)


class NeverCompletes(AlarmDesign):
    """Canary: its alarm does nothing."""

    async def alarm(self) -> None:
        """Do nothing."""


class NoStatusCheck(AlarmDesign):
    """Canary: takes uploads in any status, and makes the session active by them."""

    async def upload(self, chunk: Chunk) -> Response:
        """Store the chunk unasked."""
        state = await self.ctx.storage.get(STATE_KEY)
        await self.ctx.blobs.put(chunk)
        count = state["chunks_uploaded"] + 1
        await self.ctx.storage.put(STATE_KEY, {"status": "active", "chunks_uploaded": count})
        await self.ctx.storage.set_alarm(self.ctx.now() + self.settings.long_alarm_ms)
        return Response(200)


class NotifiesDirectly(AlarmDesign):
    """Canary: tells the consumer in the alarm, with no outbox and no idempotency key."""

    notifies = True

    async def alarm(self) -> None:
        """Complete an active session and tell the consumer, once, hoping for the best."""
        state = await self.ctx.storage.get(STATE_KEY)
        if state is not None and state["status"] == "active":
            await set_status(self.ctx, COMPLETED)
            await self.ctx.notify("")


class Raises(AlarmDesign):
    """Not a canary of the properties: it throws."""

    async def upload(self, chunk: Chunk) -> Response:
        """Divide by zero."""
        return Response(200 // 0)


class SleepsForReal(AlarmDesign):
    """Not a canary of the properties: it wants an event loop, and there is none."""

    async def upload(self, chunk: Chunk) -> Response:
        """Sleep for a second of the machine's own time."""
        import asyncio

        await asyncio.sleep(1)
        return Response(200)


class AwaitsUnknown(AlarmDesign):
    """Not a canary of the properties: it awaits what no driver answers."""

    async def upload(self, chunk: Chunk) -> Response:
        """Sleep on another clock."""
        import asyncio

        await asyncio.sleep(0)
        return Response(200)
