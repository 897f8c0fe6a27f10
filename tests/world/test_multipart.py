"""B14: a recorder's chunks as parts of one upload, looked at when that is completed."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Any

import pytest

from lastchunk.model.estimate.comparison import compare
from lastchunk.model.scenario.load import load_scenario
from lastchunk.model.simulate import simulate
from lastchunk.model.trace import events as e
from lastchunk.reference_impl.contract import COMPLETED, STATE_KEY, Chunk, Context, Response
from lastchunk.reference_impl.session import create_session
from tests.support.worlds import of, spec_of

SESSIONS = 20
LARGE = "client.video_kbps=8000"
LOST = (
    *("network.request_loss=0.2", "network.response_loss=0.2", "network.stop_may_fail=false"),
    "client.uploads_parallel=3",
)


@dataclass(frozen=True)
class MultipartSettings:
    """How long after the stop the upload is completed."""

    grace_ms: int = 5_000


class Multipart:
    """The recording is one upload: each chunk is the part after its index, the alarm completes."""

    Settings = MultipartSettings
    stop_call = "signal_stop"

    def __init__(self, ctx: Context, settings: MultipartSettings) -> None:
        self.ctx, self.settings = ctx, settings

    async def create(self) -> Response:
        """Begin the upload; its id outlives the instance."""
        if await self.ctx.storage.get("upload") is None:
            upload = await self.ctx.blobs.create_multipart_upload("recording.webm")
            await self.ctx.storage.put("upload", upload.upload_id)
        return await create_session(self.ctx)

    async def resumed(self) -> Any:
        """The upload."""
        upload_id = await self.ctx.storage.get("upload")
        return self.ctx.blobs.resume_multipart_upload("recording.webm", upload_id)

    async def upload(self, chunk: Chunk) -> Response:
        """Store the part, and note what `complete` wants to know of it."""
        part = await (await self.resumed()).upload_part(chunk.index + 1, chunk)
        await self.ctx.storage.put(f"part:{chunk.index:05}", part)
        count = len(await self.ctx.storage.list(prefix="part:"))
        state = await self.ctx.storage.get(STATE_KEY)
        await self.ctx.storage.put(STATE_KEY, {**state, "chunks_uploaded": count})
        return Response(200)

    async def signal_stop(self, chunks: int) -> Response:
        """There are so many chunks."""
        await self.ctx.storage.put("expected", chunks)
        await self.ctx.storage.set_alarm(self.ctx.now() + self.settings.grace_ms)
        return Response(200)

    async def alarm(self) -> None:
        """Complete it once all parts are there."""
        parts = await self.ctx.storage.list(prefix="part:")
        if len(parts) < await self.ctx.storage.get("expected"):
            await self.ctx.storage.set_alarm(self.ctx.now() + self.settings.grace_ms)
            return
        await (await self.resumed()).complete(list(parts.values()))
        state = await self.ctx.storage.get(STATE_KEY)
        await self.ctx.storage.put(STATE_KEY, {**state, "status": COMPLETED})

    @staticmethod
    async def stop_flow(page: Any, settings: MultipartSettings) -> None:
        """Say how many chunks there are."""
        await page.browser.fetch("signal_stop", (await page.browser.last_chunk(),))


def failing(*overrides: str) -> dict[str, int]:
    """In how many of the sessions each property is violated, where any violates it."""
    scenario = load_scenario("everything-fast", ["recording.duration_ms=55000", *overrides])
    verdicts = compare(scenario, [spec_of(Multipart)], SESSIONS, seed=1).verdicts["Multipart"]
    assert verdicts["finalizes"].sessions == SESSIONS
    return {slug: item.violations for slug, item in verdicts.items() if item.violations}


def codes(*overrides: str) -> Counter[str]:
    """Why `complete` was refused, in one session."""
    scenario = load_scenario("everything-fast", ["recording.duration_ms=55000", *overrides])
    failed = of(simulate(scenario, spec_of(Multipart), 1).trace, e.BlobCallFailed)
    return Counter(event.code for event in failed)


@pytest.mark.parametrize("network", [(), LOST])
def test_b14_chunks_of_one_size_are_one_recording(network: tuple[str, ...]) -> None:
    found = failing(LARGE, *network)
    assert found.keys() <= {"finalizes_promptly"}, "what is lost and sent again comes late"
    assert codes(LARGE, *network) == {}


SPREADS = [
    "{kind='spread', low=0.9, high=1.1}",
    "{kind='lognormal', sigma=0.2}",
    "{kind='key_frames', every_ms=3000, bytes=500000}",
]


@pytest.mark.parametrize("sizes", SPREADS)
def test_b14_with_any_spread_of_sizes_complete_refuses(sizes: str) -> None:
    given = (LARGE, f"recording.chunk_sizes={sizes}")
    found = failing(*given)
    assert found["finalizes"] == found["nothing_lost"] == SESSIONS
    assert set(codes(*given)) == {"InvalidPart"}
    assert failing(*given, "blobs.equal_parts=false") == {}


def test_b14_parts_of_a_second_are_too_small() -> None:
    given = ("client.video_kbps=2500", "client.chunk_ms=1000", "recording.duration_ms=8500")
    assert failing(*given)["finalizes"] == SESSIONS
    assert set(codes(*given)) == {"EntityTooSmall"}
    assert failing(*given, "blobs.part_bytes_min=300000") == {}
