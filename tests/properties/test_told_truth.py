"""The answer of the final call is lost, and its repetition is told 404: the user hears "failed".

All is stored and completed, and every other shipped property holds.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from lastchunk.model.properties import Violation, check_all
from lastchunk.model.scenario.load import load_scenario
from lastchunk.model.simulate import simulate
from lastchunk.reference_impl.contract import (
    COMPLETED,
    STATE_KEY,
    Chunk,
    Context,
    NetworkError,
    Response,
    StopFlowError,
)
from lastchunk.reference_impl.session import create_session, missing_chunks, note_chunk


@dataclass(frozen=True)
class TriesOfStop:
    """How often the page asks, and when again."""

    retry_stop_ms: int = 1_000
    tries: int = 4


class GoneAfterComplete:
    """The list of parts is gone after the first success; a 404 is taken for a failure."""

    Settings = TriesOfStop
    stop_call = "complete"
    client = {"looks_at_status": True}
    done: tuple[int, ...] = (200,)

    def __init__(self, ctx: Context, settings: TriesOfStop) -> None:
        self.ctx, self.settings = ctx, settings

    async def create(self) -> Response:
        """Begin an upload of parts."""
        await self.ctx.storage.put("upload", 1)
        return await create_session(self.ctx)

    async def upload(self, chunk: Chunk) -> Response:
        """Store a part."""
        if await self.ctx.storage.get("upload") is None:
            return Response(404)
        await self.ctx.blobs.put(chunk)
        record: Any = await self.ctx.storage.get(STATE_KEY)
        note_chunk(record, chunk)
        await self.ctx.storage.put(STATE_KEY, record)
        return Response(200)

    async def complete(self, chunks: int = 0) -> Response:
        """Complete it once."""
        if await self.ctx.storage.get("upload") is None:
            return Response(404)
        record: Any = await self.ctx.storage.get(STATE_KEY)
        record["expected"] = chunks
        if missing_chunks(record):
            return Response(409)
        record["status"] = COMPLETED
        await self.ctx.storage.put(STATE_KEY, record)
        await self.ctx.storage.delete("upload")
        return Response(200)

    async def alarm(self) -> None:
        """There is none."""

    @classmethod
    async def stop_flow(cls, page: Any, settings: TriesOfStop) -> None:
        """Wait for the uploads, then ask until it is done."""
        chunks = await page.browser.last_chunk()
        while page.uploads_waiting():
            await page.browser.sleep(100, 100)
        for _ in range(settings.tries):
            try:
                response = await page.browser.fetch("complete", (chunks,), 5_000)
            except NetworkError:
                await page.browser.sleep(settings.retry_stop_ms, settings.retry_stop_ms)
                continue
            if response.status in cls.done:
                return
            if response.status == 404:
                break
            await page.browser.sleep(settings.retry_stop_ms, settings.retry_stop_ms)
        raise StopFlowError("the recording could not be saved")


class TakesItForDone(GoneAfterComplete):
    """A 404 says that it was completed before."""

    done = (200, 404)


SCENARIO = ("everything-fast", ["network.response_loss=0.4", "recording.duration_ms=15000"])


def test_completed_and_told_that_it_failed_is_found_by_this_property_alone() -> None:
    scenario = load_scenario(*SCENARIO)
    caught = []
    for session in range(40):
        run = simulate(scenario, GoneAfterComplete, 1, session)
        said = run.check("told_truth")["told_truth"]
        if isinstance(said, Violation):
            caught.append(session)
            assert run.facts.status == COMPLETED
            shipped = check_all(run.facts, run.judge)
            lost = [slug for slug, item in shipped.items() if isinstance(item, Violation)]
            assert lost in ([], ["finalizes_promptly"])
        mended = simulate(scenario, TakesItForDone, 1, session)
        assert not isinstance(mended.check("told_truth")["told_truth"], Violation)
    assert 7 in caught, "the session in which it was found"
