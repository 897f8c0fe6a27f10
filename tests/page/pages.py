"""Page classes and designs of the tests: each is as small as its case."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any, ClassVar

from lastchunk.reference_impl.alarm import AlarmDesign, AlarmSettings
from lastchunk.reference_impl.clock import Time
from lastchunk.reference_impl.contract import (
    COMPLETED,
    STATE_KEY,
    Browser,
    Chunk,
    Context,
    NetworkError,
    Response,
)
from lastchunk.reference_impl.lazy_alarm import LazyAlarmDesign
from lastchunk.reference_impl.recorder import Recorder, RecorderSettings
from lastchunk.reference_impl.session import create_session, note_chunk

RETRYABLE = (408, 429, 500, 502, 503, 504)


class PlainPage:
    """Written from nothing: one upload at a time, its own wait and its own retryable statuses."""

    def __init__(
        self,
        browser: Browser,
        settings: RecorderSettings,
        stop_flow: Callable[[Any], Awaitable[None]],
    ) -> None:
        self.browser = browser
        self.retry_ms = settings.retry_ms
        self.stop_flow = stop_flow
        self.waiting: list[Chunk] = []
        self.busy = False

    def uploads_waiting(self) -> int:
        """What is queued, and what is under way."""
        return len(self.waiting) + int(self.busy)

    def back_off(self, failures: int) -> tuple[int, int]:
        """Always the same wait."""
        return self.retry_ms, self.retry_ms

    async def start(self) -> None:
        """Create the session, then record."""
        while not await self.sent("create", ()):
            await self.browser.sleep(self.retry_ms, self.retry_ms)
        await self.browser.start_recorder()

    async def sent(self, method: str, arguments: tuple[Any, ...]) -> bool:
        """Whether a call came through, or was refused for good."""
        try:
            response = await self.browser.fetch(method, arguments)
        except NetworkError:
            return False
        return response.status not in RETRYABLE

    async def data_available(self, chunk: Chunk) -> None:
        """Queue a chunk and send what is queued, the newest last."""
        self.waiting.append(chunk)
        if self.busy:
            return
        self.busy = True
        while self.waiting:
            first = self.waiting.pop(0)
            while not await self.sent("upload", (first,)):
                await self.browser.sleep(self.retry_ms, self.retry_ms)
        self.busy = False

    async def stop(self) -> None:
        """Stop the recorder, and go through the design's stop flow."""
        await self.browser.write_row(await self.browser.stop_recorder())
        await self.stop_flow(self)


class PlainPageDesign(AlarmDesign):
    """The alarm design with that page."""

    page = PlainPage


class ShippedAgain(AlarmDesign):
    """The alarm design with the shipped page, given as if it were one's own."""

    page = Recorder


class PlainLazy(LazyAlarmDesign):
    """The recommended design with a page of its own."""

    page = PlainPage


class LooksAtIndex(PlainPage):
    """The page sends no chunk but the first one on."""

    async def data_available(self, chunk: Chunk) -> None:
        """Chunk 1 is forgotten."""
        if chunk.index != 1:
            await super().data_available(chunk)


class LooksAtIndexDesign(LazyAlarmDesign):
    """A page that tells chunks apart: only one of them is ever lost."""

    page = LooksAtIndex


# --- B31: who ends the session by the user's clock -----------------------------------------------


class StampingPage(Recorder):
    """Each upload says when it was sent, by the user's clock."""

    async def upload(self, chunk: Chunk) -> None:
        """Send it until the network takes it."""
        while True:
            try:
                await self.browser.fetch("upload", (chunk, self.browser.now()))
                return
            except NetworkError:
                await self.browser.sleep(*self.back_off(0))


class ByUsersClock:
    """The session ends one minute after the last upload, by the time that the page gave."""

    Settings = AlarmSettings
    stop_call = "signal_stop"
    page: ClassVar[type] = StampingPage
    silence_ms = 60_000

    def __init__(self, ctx: Context, settings: AlarmSettings) -> None:
        self.ctx = ctx
        self.settings = settings

    def when(self, sent: Time) -> Time:
        """When an upload counts as sent."""
        return sent

    async def create(self) -> Response:
        """Begin, and wait ten minutes for the first upload."""
        await self.ctx.storage.set_alarm(self.ctx.now() + 600_000)
        return await create_session(self.ctx)

    async def upload(self, chunk: Chunk, sent: Time) -> Response:
        """Store it, and be silent from then on."""
        await self.ctx.blobs.put(chunk)
        state = await self.ctx.storage.get(STATE_KEY)
        if state["status"] == COMPLETED:
            return Response(403)
        note_chunk(state, chunk)
        await self.ctx.storage.put(STATE_KEY, state)
        await self.ctx.storage.set_alarm(self.when(sent) + self.silence_ms)
        return Response(200)

    async def signal_stop(self) -> Response:
        """Nothing: silence says it."""
        return Response(200)

    async def alarm(self) -> None:
        """It was silent for long enough."""
        state = await self.ctx.storage.get(STATE_KEY)
        await self.ctx.storage.put(STATE_KEY, state | {"status": COMPLETED})

    @staticmethod
    async def stop_flow(page: Any, settings: AlarmSettings) -> None:
        """Say so once."""
        await page.browser.fetch("signal_stop")


class ByObjectsClock(ByUsersClock):
    """The same, by the object's own clock."""

    def when(self, sent: Time) -> Time:
        """Now, whatever the page says."""
        return self.ctx.now()
