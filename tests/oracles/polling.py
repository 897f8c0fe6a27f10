"""Two designs that poll: one is sound, and its twin writes a stale counter back.

Both arm the alarm in ``create``. Every 30 s it looks whether the user has stopped and all chunks
that the stop told of are there, each under a key of its own; the count is kept beside them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from lastchunk.reference_impl.contract import (
    ACTIVE,
    COMPLETED,
    STATE_KEY,
    Chunk,
    Context,
    NetworkError,
    Page,
    Response,
)
from lastchunk.reference_impl.session import new_state, set_status


@dataclass(frozen=True)
class PollingSettings:
    """``grace_ms``: one poll, which is what this design promises."""

    grace_ms: int = 30_000


class Polling:
    """Polling: the alarm looks every 30 s, and completes what is complete."""

    Settings: Any = PollingSettings
    stop_call = "signal_stop"

    def __init__(self, ctx: Context, settings: Any) -> None:
        self.ctx = ctx
        self.settings = settings

    async def create(self) -> Response:
        """Make the session with its first poll, or find it."""
        if await self.ctx.storage.get(STATE_KEY) is None:
            await self.ctx.storage.put(STATE_KEY, new_state())
            await self.poll_later()
        return Response(200)

    async def upload(self, chunk: Chunk) -> Response:
        """Store a chunk and count it, once."""
        state = await self.ctx.storage.get(STATE_KEY)
        if state is None:
            return Response(404)
        if await self.is_there(chunk.index):
            return Response(200)
        if state["status"] != ACTIVE:
            return Response(403)
        await self.ctx.blobs.put(chunk)
        return await self.count(chunk, state)

    async def count(self, chunk: Chunk, before: dict[str, Any]) -> Response:
        """Count a stored chunk in the state as it is now, unless another attempt has done so."""
        if not await self.is_there(chunk.index):
            state = await self.ctx.storage.get(STATE_KEY)
            await self.write(chunk, state)
        return Response(200)

    async def write(self, chunk: Chunk, state: dict[str, Any]) -> None:
        """Count a chunk in a copy of the state, and write that back."""
        state["chunks_uploaded"] += 1
        await self.ctx.storage.put(STATE_KEY, state)
        await self.ctx.storage.put(f"chunk {chunk.index}", True)

    async def is_there(self, index: int) -> bool:
        """Whether a chunk is stored and counted."""
        return await self.ctx.storage.get(f"chunk {index}") is not None

    async def signal_stop(self, chunks: int) -> Response:
        """Remember how many chunks there are. The next poll does the rest."""
        await self.ctx.storage.put("expected", chunks)
        return Response(200)

    async def alarm(self) -> None:
        """Complete the session if all chunks are there; else look again later."""
        expected = await self.ctx.storage.get("expected")
        if expected is None:
            await self.poll_later()
            return
        for index in range(expected):
            if not await self.is_there(index):
                await self.poll_later()
                return
        await set_status(self.ctx, COMPLETED)

    async def poll_later(self) -> None:
        """Look again in 30 s."""
        await self.ctx.storage.set_alarm(self.ctx.now() + self.settings.grace_ms)

    @staticmethod
    async def stop_flow(page: Page, settings: Any) -> None:
        """Count the chunks, and send the stop until it is answered."""
        chunks = await page.browser.last_chunk()
        while True:
            try:
                await page.browser.fetch("signal_stop", (chunks,))
            except NetworkError:
                await page.browser.sleep(2_000, 2_000)
            else:
                return


class StalePolling(Polling):
    """Broken twin: the counter is read before the put, and the stale copy is written back."""

    async def count(self, chunk: Chunk, before: dict[str, Any]) -> Response:
        """Count a stored chunk in the copy that was read before the put."""
        await self.write(chunk, before)
        return Response(200)


@dataclass(frozen=True)
class SlowPollingSettings:
    """``poll_ms`` between two looks; nothing is promised by a grace."""

    poll_ms: int = 30_000


class WithoutGrace(Polling):
    """The same polls, in a design that has no setting of that name: 5 s is what was promised."""

    Settings = SlowPollingSettings

    async def poll_later(self) -> None:
        """Look again in 30 s."""
        await self.ctx.storage.set_alarm(self.ctx.now() + self.settings.poll_ms)


class ArmsInStop(Polling):
    """The alarm is set by the stop alone, and then polls."""

    async def create(self) -> Response:
        """Make the session, or find it. No alarm yet."""
        if await self.ctx.storage.get(STATE_KEY) is None:
            await self.ctx.storage.put(STATE_KEY, new_state())
        return Response(200)

    async def signal_stop(self, chunks: int) -> Response:
        """Remember how many chunks there are, and begin to poll."""
        await self.poll_later()
        return await super().signal_stop(chunks)
