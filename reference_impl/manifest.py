"""Step e of the ladder: the stop says how many chunks there are, and nothing guesses any more.

The session is completed in the very turn in which its last chunk is recorded, so there is no grace
and no alarm that could come too early. The alarm is a watchdog for what never arrives: it declares
the session incomplete, which is not final, and takes late chunks until the retention is over.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from lastchunk.reference_impl.contract import (
    ACTIVE,
    COMPLETED,
    INCOMPLETE,
    STATE_KEY,
    Chunk,
    Context,
    NetworkError,
    Page,
    Response,
    StopFlowError,
)
from lastchunk.reference_impl.session import create_session, missing_chunks, note_chunk


@dataclass(frozen=True)
class ManifestSettings:
    """How long a silent session waits."""

    watchdog_ms: int = 600_000
    """So much silence makes a session incomplete."""
    retention_ms: int = 43_200_000
    """Then, after so long, it is given up: late chunks are refused."""


class ManifestDesign:
    """Manifest: the stop carries the number of chunks; the last one recorded completes it."""

    Settings = ManifestSettings
    stop_call = "signal_stop"
    client: ClassVar[Mapping[str, Any]] = {
        "looks_at_status": True,
        "retry_ms": 500,
        "retry_factor": 2.0,
        "retry_ms_max": 4_000,
        "retry_jitter": 0.5,
        "keeps_queue": True,
    }

    def __init__(self, ctx: Context, settings: ManifestSettings) -> None:
        self.ctx = ctx
        self.settings = settings

    async def create(self) -> Response:
        """Make the session, or find it. Only a new one starts the watchdog."""
        if await self.ctx.storage.get(STATE_KEY) is None:
            await create_session(self.ctx)
            await self.put_off()
        return Response(200)

    async def upload(self, chunk: Chunk) -> Response:
        """Store and record one chunk. One that is recorded already is answered at once."""
        state = await self.ctx.storage.get(STATE_KEY)
        answer = self.answer(state, chunk)
        if answer is not None:
            return answer
        await self.ctx.blobs.put(chunk)
        return await self.record(chunk)

    def answer(self, state: dict[str, Any] | None, chunk: Chunk) -> Response | None:
        """What a chunk is told that need not, or cannot, be recorded; None for any other.

        A chunk that is recorded is welcome as often as it comes, whatever became of the session.
        """
        if state is None:
            return Response(404)
        if chunk.index in state.get("chunks", ()):
            return Response(200)
        return None if self.takes(state) else Response(403)

    def takes(self, state: dict[str, Any]) -> bool:
        """Whether the session still takes chunks that it does not have."""
        return state["status"] in (ACTIVE, INCOMPLETE) and not state.get("expired")

    async def record(self, chunk: Chunk) -> Response:
        """Note a stored chunk in the state as it is now; the last one completes the session."""
        state = await self.ctx.storage.get(STATE_KEY)
        answer = self.answer(state, chunk)
        if answer is not None:
            return answer
        note_chunk(state, chunk)
        await self.save(state)
        return Response(200)

    async def signal_stop(self, chunks: int | None = None) -> Response:
        """Learn how many chunks there are. A stop that does not say so changes nothing."""
        state = await self.ctx.storage.get(STATE_KEY)
        if state is None:
            return Response(404)
        if chunks is not None and "expected" not in state:
            state["expected"] = chunks
            await self.save(state)
        return Response(200)

    async def save(self, state: dict[str, Any]) -> None:
        """Write the state back, completed if nothing is missing; else the watchdog waits on."""
        if "expected" in state and not missing_chunks(state):
            state["status"] = COMPLETED
            await self.ctx.storage.put(STATE_KEY, state)
            await self.ctx.storage.delete_alarm()
            return
        await self.ctx.storage.put(STATE_KEY, state)
        if state["status"] == ACTIVE:
            await self.put_off()

    async def put_off(self) -> None:
        """The watchdog waits for its time from now on."""
        await self.ctx.storage.set_alarm(self.ctx.now() + self.settings.watchdog_ms)

    async def alarm(self) -> None:
        """Nothing came for long: incomplete, and in the end expired."""
        state = await self.ctx.storage.get(STATE_KEY)
        if state is None or state["status"] == COMPLETED or state.get("expired"):
            return
        if state["status"] == ACTIVE:
            state["status"] = INCOMPLETE
            state["missing"] = missing_chunks(state) if "expected" in state else None
            await self.ctx.storage.put(STATE_KEY, state)
            await self.ctx.storage.set_alarm(self.ctx.now() + self.settings.retention_ms)
        else:
            state["expired"] = True
            await self.ctx.storage.put(STATE_KEY, state)

    @staticmethod
    async def stop_flow(page: Page, settings: Any) -> None:
        """Count the chunks, and send the stop until it is answered."""
        chunks = await page.browser.last_chunk()
        failures = 0
        while True:
            try:
                response = await page.browser.fetch("signal_stop", (chunks,))
            except NetworkError:
                pass
            else:
                if response.status < 400:
                    return
                if response.status < 500 and response.status != 429:
                    raise StopFlowError(f"the stop was answered {response.status}")
            await page.browser.sleep(*page.back_off(failures))
            failures += 1
