"""The alarm design: every upload re-arms a long alarm, the stop sets a short one."""

from __future__ import annotations

from dataclasses import dataclass

from lastchunk.reference_impl.contract import (
    ACTIVE,
    COMPLETED,
    STATE_KEY,
    Chunk,
    Context,
    Page,
    Response,
)
from lastchunk.reference_impl.session import create_session, set_status, store_chunk


@dataclass(frozen=True)
class AlarmSettings:
    """How long the alarm waits."""

    grace_ms: int = 5_000
    """From the stop to the alarm."""
    long_alarm_ms: int = 600_000
    """From the last upload to the alarm."""


class AlarmDesign:
    """Alarm design, as deployed: the object completes the session when its alarm fires."""

    Settings = AlarmSettings
    stop_call = "signal_stop"

    def __init__(self, ctx: Context, settings: AlarmSettings) -> None:
        self.ctx = ctx
        self.settings = settings

    async def create(self) -> Response:
        """Make the session, or find it; the long alarm starts (again) either way."""
        response = await create_session(self.ctx)
        await self.ctx.storage.set_alarm(self.ctx.now() + self.settings.long_alarm_ms)
        return response

    async def upload(self, chunk: Chunk) -> Response:
        """Store one chunk, then put the alarm off."""
        response = await store_chunk(self.ctx, chunk)
        if response.status == 200:
            await self.ctx.storage.set_alarm(self.ctx.now() + self.settings.long_alarm_ms)
        return response

    async def signal_stop(self) -> Response:
        """Bring the alarm near, whatever the status, as often as it is called."""
        await self.ctx.storage.set_alarm(self.ctx.now() + self.settings.grace_ms)
        return Response(200)

    async def alarm(self) -> None:
        """Complete an active session. It looks at nothing else."""
        state = await self.ctx.storage.get(STATE_KEY)
        if state is not None and state["status"] == ACTIVE:
            await set_status(self.ctx, COMPLETED)

    @staticmethod
    async def stop_flow(page: Page, settings: AlarmSettings) -> None:
        """Signal the stop once, and leave the rest to the object."""
        await page.browser.log("[Recording] Signaling stop to Durable Object...")
        await page.browser.fetch("signal_stop")
        await page.browser.log(
            "[Recording] Stop signal sent. Session will auto-finalize after pending uploads."
        )
