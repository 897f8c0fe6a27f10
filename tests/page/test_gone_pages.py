"""A page that is gone may still lose what it sent, or find its queue unreadable: both are state."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest

import lastchunk
from lastchunk.properties import after, always, event, eventually, state
from lastchunk.reference_impl.contract import Browser, Chunk, Context, NetworkError, Response
from tests.explore.test_nothing_left_out import said

QUIET: dict[str, Any] = {
    "expect": {"sometimes": []},
    "start": {"session": "created"},
    "recording": {"chunks": 1},
    "network": {
        "request_delay_ms": {"distribution": "uniform", "low_ms": 1, "high_ms": 3},
        "response_delay_ms": 1,
        "request_loss": 0.4,
    },
    "blobs": {"put_delay_ms": 0},
    "platform": {"hibernates": False, "evict_after_ms": 1_000_000},
}
CLOSED = {"kind": "tab_closed", "offset_ms": {"low_ms": 20, "high_ms": 30}}
RELOADED = {"kind": "tab_reloaded", "offset_ms": {"low_ms": 20, "high_ms": 30}, "for_ms": 5}


def scenario(*faults: Any, **more: Any) -> Any:
    """One chunk on a network that loses requests, and some faults."""
    overrides = {**QUIET, "faults": list(faults), **more}
    return lastchunk.load_scenario("harmless", overrides)


class Probes:
    """A page that asks with its chunk whether the object is there."""

    def __init__(self, browser: Browser, settings: Any, stop_flow: Any) -> None:
        self.browser = browser
        self.chunk: Chunk | None = None

    async def start(self) -> None:
        """Record."""
        await self.browser.start_recorder()

    async def data_available(self, chunk: Chunk) -> None:
        """The object has the chunk's bytes then, and puts them nowhere."""
        self.chunk = chunk
        try:
            await self.browser.fetch("upload", (chunk, "probe"))
        except NetworkError:
            self.chunk = chunk

    async def stop(self) -> None:
        """Stop the recorder."""
        await self.browser.stop_recorder()


class SendsAsItGoes(Probes):
    """It sends its chunk as the page goes away, ``times`` times."""

    times = 1

    async def page_hide(self) -> None:
        """By beacons, which outlive the page."""
        for _ in range(self.times):
            await self.browser.send_beacon("upload", (self.chunk, "all"))


class SendsOften(SendsAsItGoes):
    """So often that no attack is likely to lose all of them."""

    times = 3


class GoesOn(Probes):
    """A page that is there again sends what its queue has until it is taken."""

    async def resume(self, chunks: list[Chunk], recorded_ms: int) -> None:
        """Each as often as it takes."""
        for chunk in chunks:
            await self.send(chunk)

    async def send(self, chunk: Chunk) -> None:
        """Until there is an answer."""
        while True:
            try:
                await self.browser.fetch("upload", (chunk, "all"))
            except NetworkError:
                await self.browser.sleep(1, 1)
            else:
                return


@dataclass(frozen=True)
class NoSettings:
    """Nothing can be set."""

    unused: int = 0


class PutsAll:
    """An object that keeps nothing: it puts the chunk, unless it is only asked."""

    Settings = NoSettings
    stop_call = "stop"
    page: Any = SendsAsItGoes

    def __init__(self, ctx: Context, settings: NoSettings) -> None:
        self.ctx = ctx

    async def create(self) -> Response:
        """Fine."""
        return Response(200)

    async def upload(self, chunk: Chunk, how: str) -> Response:
        """Put it, or say that it is too busy."""
        if how == "probe":
            return Response(503)
        await self.ctx.blobs.put(chunk)
        return Response(200)

    async def alarm(self) -> None:
        """None is set."""

    async def stop(self) -> Response:
        """Fine."""
        return Response(200)

    @staticmethod
    async def stop_flow(page: Any, settings: NoSettings) -> None:
        """Nothing."""


class PutsFromMany(PutsAll):
    """The same, of a page that sends often."""

    page = SendsOften


class PutsFromReloaded(PutsAll):
    """The same, of a page that is there again."""

    page = GoesOn


@pytest.mark.parametrize("design", [PutsAll, PutsFromMany])
def test_whether_a_beacon_s_chunk_had_arrived_decides_what_is_lost(design: Any) -> None:
    gone = after(event.TabClosed).eventually(state.missing == 0)
    assert said(design, scenario(CLOSED), gone) == ("violated", True)


def test_whether_a_chunk_had_arrived_decides_what_an_unreadable_queue_loses() -> None:
    gone = after(event.ChunksLost).eventually(state.missing == 0)
    kept = {"client": {"keeps_queue": True}, "browser": {"kept_unreadable": 0.5}}
    assert said(PutsFromReloaded, scenario(RELOADED, **kept), gone) == ("violated", True)


class OnceAndLate(Probes):
    """It sends each chunk once, and when both have an answer the first one again."""

    def __init__(self, browser: Browser, settings: Any, stop_flow: Any) -> None:
        super().__init__(browser, settings, stop_flow)
        self.left = 2

    async def data_available(self, chunk: Chunk) -> None:
        """The object takes one of them."""
        if self.chunk is None:
            self.chunk = chunk
        await self.browser.fetch("upload", (chunk, "once"))
        self.left -= 1
        if self.left == 0:
            again, self.chunk = self.chunk, None
            await self.browser.fetch("upload", (again, "late"))


class TakesTheFirst(PutsAll):
    """It takes the first upload that comes, and the late one."""

    page = OnceAndLate

    async def upload(self, chunk: Chunk, how: str) -> Response:
        """The late one may be of the chunk that it has, or of the other."""
        if how == "once":
            if await self.ctx.storage.get("taken") is not None:
                return Response(503)
            await self.ctx.storage.put("taken", 1)
        await self.ctx.blobs.put(chunk)
        return Response(200)


def test_which_chunks_are_stored_and_not_how_many() -> None:
    two: dict[str, Any] = {
        "recording": {"chunks": 2},
        "network": {**QUIET["network"], "request_loss": 0},
    }
    both = scenario(**two, client={"uploads_parallel": 2})
    assert said(TakesTheFirst, both, always(state.stored < 2)) == ("violated", True)
    assert said(TakesTheFirst, both, eventually(state.stored == 2)) == ("violated", True)
