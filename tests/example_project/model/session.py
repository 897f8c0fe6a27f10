"""The project's session actor as it was (`Raced`), and as it is (`Counted`)."""

from dataclasses import dataclass

from lastchunk.reference_impl.contract import ACTIVE, COMPLETED, STATE_KEY, Response
from model.page import NewestFirst


@dataclass(frozen=True)
class Settings:
    """How long the alarm waits after the stop."""

    grace_ms: int = 5_000


class Raced:
    """An alarm completes the session some time after the stop, whatever is under way."""

    Settings = Settings
    stop_call = "signal_stop"
    page = NewestFirst

    def __init__(self, ctx, settings):
        self.ctx = ctx
        self.settings = settings

    async def create(self):
        """Make the session, once."""
        if await self.ctx.storage.get(STATE_KEY) is None:
            record = {"status": ACTIVE, "chunks_uploaded": 0, "chunks": []}
            await self.ctx.storage.put(STATE_KEY, record)
        return Response(200)

    async def upload(self, chunk):
        """Store a chunk, then read the record again: others ran meanwhile."""
        state = await self.ctx.storage.get(STATE_KEY)
        if state is None:
            return Response(404)
        if state["status"] != ACTIVE:
            return Response(403)
        await self.ctx.blobs.put(chunk)
        state = await self.ctx.storage.get(STATE_KEY)  # the re-read
        state["chunks"] = sorted({*state["chunks"], chunk.index})
        state["chunks_uploaded"] = len(state["chunks"])
        await self.save(state)
        return Response(200)

    async def save(self, state):
        """Write the record back."""
        await self.ctx.storage.put(STATE_KEY, state)

    async def signal_stop(self):
        """The user has stopped."""
        await self.ctx.storage.set_alarm(self.ctx.now() + self.settings.grace_ms)
        return Response(200)

    async def alarm(self):
        """Complete the session."""
        state = await self.ctx.storage.get(STATE_KEY)
        if state is not None and state["status"] == ACTIVE:
            state["status"] = COMPLETED
            await self.ctx.storage.put(STATE_KEY, state)

    @staticmethod
    async def stop_flow(page, settings):
        """Tell the object."""
        await page.browser.fetch("signal_stop")


class Counted(Raced):
    """The stop says how many chunks there are; the last one of them completes the session."""

    async def signal_stop(self, chunks):
        """The user has stopped, and there are so many chunks."""
        state = await self.ctx.storage.get(STATE_KEY)
        if state is None:
            return Response(404)
        state["expected"] = chunks
        await self.save(state)
        return Response(200)

    async def save(self, state):
        """Write the record back, completed if nothing is missing."""
        if state.get("expected") == len(state["chunks"]):
            state["status"] = COMPLETED
        await self.ctx.storage.put(STATE_KEY, state)

    async def alarm(self):
        """Nothing sets an alarm."""

    @staticmethod
    async def stop_flow(page, settings):
        """Count the chunks, and tell the object until it has heard."""
        chunks = await page.browser.last_chunk()
        while not await page.is_sent("signal_stop", (chunks,)):
            await page.browser.sleep(page.wait_ms, page.wait_ms)
