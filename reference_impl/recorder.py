"""The recorder client: a queue of chunks, uploaded in order, as the deployed page does it.

Every habit of the deployed page is a setting whose default is the deployed value, so that other
clients can be described: parallel uploads, exponential back-off with jitter and a limit, a client
that looks at the status, a request time-out.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Literal

from lastchunk.reference_impl.contract import (
    Browser,
    Chunk,
    NetworkError,
    Page,
    StopFlowError,
)

StopFlow = Callable[[Page], Awaitable[None]]
TOO_MANY_REQUESTS = 429
FIRST_SERVER_ERROR = 500
FIRST_CLIENT_ERROR = 400
EXPONENT_MAX = 64


@dataclass(frozen=True)
class RecorderSettings:
    """The page's habits. ``retries_max`` -1 retries for ever; ``request_timeout_ms`` 0 waits.

    ``last_chunk`` says what the recorder does at the stop: the last chunk comes before it answers,
    after, never, or after and without a byte in it.
    """

    chunk_ms: int = 10_000
    video_kbps: int = 2_500
    uploads_parallel: int = 1
    retry_ms: int = 2_000
    retry_factor: float = 1.0
    retry_ms_max: int = 60_000
    retry_jitter: float = 0.0
    retries_max: int = -1
    looks_at_status: bool = False
    request_timeout_ms: int = 0
    last_chunk: Literal["after_stop", "before_stop", "never", "empty"] = "after_stop"
    last_chunk_delay_ms: int = 0
    keeps_queue: bool = False


class Recorder:
    """The page while it records: its queue, and what it has under way."""

    def __init__(self, browser: Browser, settings: RecorderSettings, stop_flow: StopFlow) -> None:
        self.browser = browser
        self.settings = settings
        self.stop_flow = stop_flow
        self.queue: list[Chunk] = []
        self.uploading = 0

    def uploads_waiting(self) -> int:
        """Chunks queued or under way, by the page's own memory."""
        return len(self.queue) + self.uploading

    async def start(self) -> None:
        """Add the row with duration 0, create the session, start the recorder."""
        await self.browser.write_row(0)
        while True:
            try:
                response = await self.browser.fetch("create")
            except NetworkError:
                pass
            else:
                if not self.settings.looks_at_status or response.status < FIRST_CLIENT_ERROR:
                    break
            await self.browser.sleep(self.settings.retry_ms, self.settings.retry_ms)
        await self.browser.start_recorder()

    async def data_available(self, chunk: Chunk) -> None:
        """Queue a chunk; upload on, unless as many uploads as allowed are under way already."""
        self.queue.append(chunk)
        if self.uploading >= self.settings.uploads_parallel:
            return
        self.uploading += 1
        while self.queue:
            await self.upload(self.queue.pop(0))
        self.uploading -= 1

    async def upload(self, chunk: Chunk) -> None:
        """Send one chunk until the network takes it. The deployed page ignores the status."""
        failures = 0
        while True:
            try:
                response = await self.browser.fetch(
                    "upload", (chunk,), self.settings.request_timeout_ms
                )
            except NetworkError:
                reason = "network error"
            else:
                if not self.settings.looks_at_status or response.status < FIRST_CLIENT_ERROR:
                    return
                reason = f"status {response.status}"
                if response.status < FIRST_SERVER_ERROR and response.status != TOO_MANY_REQUESTS:
                    await self.browser.abandon(chunk, reason)
                    return
            if failures == self.settings.retries_max:
                await self.browser.abandon(chunk, reason)
                return
            await self.browser.sleep(*self.back_off(failures))
            failures = self.one_more(failures)

    def back_off(self, failures: int) -> tuple[int, int]:
        """The shortest and the longest wait after that many failures before this one, in ms."""
        settings = self.settings
        wait_ms = settings.retry_ms
        if settings.retry_factor != 1.0:
            # The exponent is capped: a factor to the power of thousands is no number any more.
            wait_ms = round(
                settings.retry_ms * settings.retry_factor ** min(failures, EXPONENT_MAX)
            )
            wait_ms = min(wait_ms, settings.retry_ms_max)
        return wait_ms, wait_ms + int(wait_ms * settings.retry_jitter)

    def one_more(self, failures: int) -> int:
        """The failures with one more. They are counted as long as the count changes anything: a
        page that tries for ever is then as it was, try after try."""
        settings = self.settings
        grows = settings.retry_factor != 1.0 and self.back_off(failures)[0] < settings.retry_ms_max
        if settings.retries_max >= 0 or (grows and failures < EXPONENT_MAX):
            return failures + 1
        return failures

    async def resume(self, chunks: list[Chunk], recorded_ms: int) -> None:
        """After a reload: upload what was kept, and stop what can no longer go on."""
        await self.browser.write_row(recorded_ms)
        if chunks:
            *self.queue, last = chunks
            await self.data_available(last)
        await self.finish()

    async def stop(self) -> None:
        """Stop the recorder, write the duration, and go through the design's stop flow."""
        recorded_ms = await self.browser.stop_recorder()
        await self.browser.write_row(recorded_ms)
        await self.finish()

    async def finish(self) -> None:
        """Go through the design's stop flow."""
        try:
            await self.stop_flow(self)
        except (NetworkError, StopFlowError) as error:
            await self.browser.log(f"[Recording] Stop failed: {error}")
            raise
