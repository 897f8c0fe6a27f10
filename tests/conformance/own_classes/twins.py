"""The classes beside it, each written again as a design."""

from __future__ import annotations

from dataclasses import dataclass

from lastchunk.reference_impl.alarm import AlarmDesign
from lastchunk.reference_impl.contract import (
    ACTIVE,
    COMPLETED,
    STATE_KEY,
    Chunk,
    Context,
    HandlerFailure,
    NotifyError,
    Response,
)


class RecordingTwin(AlarmDesign):
    """RecordingSession: the deployed design in another shape."""


class WipesTwin(AlarmDesign):
    """WipesAll: its alarm wipes all, and with it the alarm that it has just set."""

    async def alarm(self) -> None:
        """Leave nothing behind."""
        await self.ctx.storage.set_alarm(self.ctx.now() + self.settings.grace_ms)
        await self.ctx.storage.delete_all()


@dataclass(frozen=True)
class QuietSettings:
    """How long nothing must have come."""

    quiet_ms: int = 600_000
    after_stop_ms: int = 5_000


class QuietTwin(AlarmDesign):
    """QuietSession: its alarm looks how long nothing has come."""

    Settings = QuietSettings  # type: ignore[assignment]

    def __init__(self, ctx: Context, settings: QuietSettings) -> None:
        self.ctx = ctx
        self.own = settings

    async def create(self) -> Response:
        """Make the session, or find it."""
        if await self.ctx.storage.get(STATE_KEY) is None:
            state = {"status": ACTIVE, "chunks_uploaded": 0, "last": self.ctx.now()}
            await self.ctx.storage.put(STATE_KEY, state)
            await self.ctx.storage.set_alarm(self.ctx.now() + self.own.quiet_ms)
        return Response(200)

    async def upload(self, chunk: Chunk) -> Response:
        """Store one chunk, and note when."""
        state = await self.ctx.storage.get(STATE_KEY)
        if state is None or state["status"] != ACTIVE:
            return Response(403)
        await self.ctx.blobs.put(chunk)
        state = await self.ctx.storage.get(STATE_KEY)
        if state is None:
            return Response(404)
        state["chunks_uploaded"] += 1
        state["last"] = self.ctx.now()
        await self.ctx.storage.put(STATE_KEY, state)
        return Response(200)

    async def signal_stop(self) -> Response:
        """Bring the alarm near."""
        await self.ctx.storage.set_alarm(self.ctx.now() + self.own.after_stop_ms)
        await self.ctx.storage.put("stopped", True)
        return Response(200)

    async def alarm(self) -> None:
        """Complete the session, or come back when nothing has come for long enough."""
        state = await self.ctx.storage.get(STATE_KEY)
        if state is None or state["status"] != ACTIVE:
            return
        stopped = await self.ctx.storage.get("stopped")
        due_ms = state["last"] + (self.own.after_stop_ms if stopped else self.own.quiet_ms)
        if self.ctx.now() >= due_ms:
            state["status"] = COMPLETED
            await self.ctx.storage.put(STATE_KEY, state)
        else:
            await self.ctx.storage.set_alarm(due_ms)


class SqlTwin(AlarmDesign):
    """SqlSession: a pause before each answer, and a call to the outside at the end."""

    notifies = True

    async def upload(self, chunk: Chunk) -> Response:
        """Store one chunk whatever the status, and pause."""
        await self.ctx.blobs.put(chunk)
        state = await self.ctx.storage.get(STATE_KEY)
        if state is not None:
            state["chunks_uploaded"] += 1
            await self.ctx.storage.put(STATE_KEY, state)
        await self.ctx.sleep(250)
        return Response(200)

    async def alarm(self) -> None:
        """Complete the session, and tell of it."""
        state = await self.ctx.storage.get(STATE_KEY)
        if state is not None and state["status"] == ACTIVE:
            state["status"] = COMPLETED
            await self.ctx.storage.put(STATE_KEY, state)
        try:
            await self.ctx.notify("completed")
        except NotifyError as error:
            raise HandlerFailure("nobody heard of it") from error
