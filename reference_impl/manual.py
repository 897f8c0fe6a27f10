"""The old, manual-wait design: the page polls its own queue, then calls finalize."""

from __future__ import annotations

from dataclasses import dataclass

from lastchunk.reference_impl.contract import (
    COMPLETED,
    Chunk,
    Context,
    Page,
    Response,
    StopFlowError,
)
from lastchunk.reference_impl.session import create_session, set_status, store_chunk


@dataclass(frozen=True)
class ManualSettings:
    """How often the page looks, and how long."""

    poll_ms: int = 100
    """Between two looks at the queue."""
    wait_ms_max: int = 30_000
    """The page gives up after so long."""


class ManualDesign:
    """Manual wait, the old design: the page waits for its queue, then finalizes the session."""

    Settings = ManualSettings
    stop_call = "finalize_session"

    def __init__(self, ctx: Context, settings: ManualSettings) -> None:
        self.ctx = ctx
        self.settings = settings

    async def create(self) -> Response:
        """Make the session, or find it."""
        return await create_session(self.ctx)

    async def upload(self, chunk: Chunk) -> Response:
        """Store one chunk."""
        return await store_chunk(self.ctx, chunk)

    async def finalize_session(self) -> Response:
        """Complete the session, whatever is in flight."""
        response = await set_status(self.ctx, COMPLETED)
        await self.ctx.storage.delete_alarm()
        return response

    async def alarm(self) -> None:
        """No alarm is ever set by this design."""

    @staticmethod
    async def stop_flow(page: Page, settings: ManualSettings) -> None:
        """Wait until nothing is queued or under way, by the page's own memory; then finalize."""
        waited_ms = 0
        while page.uploads_waiting() > 0:
            if waited_ms >= settings.wait_ms_max:
                raise StopFlowError(f"uploads still pending after {settings.wait_ms_max} ms")
            await page.browser.sleep(settings.poll_ms, settings.poll_ms)
            waited_ms += settings.poll_ms
        await page.browser.fetch("finalize_session")
