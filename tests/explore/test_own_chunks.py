"""A chunk that code has made itself is like none of the page's: no state may mistake it for one."""

from __future__ import annotations

from typing import Any

import pytest

from lastchunk.model.explore.code.watched import ChunkIndexUsed
from lastchunk.model.explore.search.search import Search
from lastchunk.model.explore.state.machine import Machine, monitor_for
from lastchunk.reference_impl.contract import Chunk, Response
from lastchunk.reference_impl.recorder import Recorder
from tests.attack.ground import COMPLETE, Patient, Tried

OWN = Chunk(99, 1)


class Keeps(Patient):
    """In a field."""

    async def upload(self, chunk: Chunk) -> Response:
        self.last = OWN
        return await super().upload(chunk)


class Holds(Patient):
    """Over an await."""

    async def upload(self, chunk: Chunk) -> Response:
        held = [OWN]
        await self.ctx.sleep(1)
        held.clear()
        return await super().upload(chunk)


class Stores(Patient):
    """In storage."""

    async def upload(self, chunk: Chunk) -> Response:
        await self.ctx.storage.put("last", {"chunk": OWN})
        return await super().upload(chunk)


class Puts(Patient):
    """In the blob store."""

    async def signal_stop(self) -> Response:
        await self.ctx.blobs.put(OWN)
        return await super().signal_stop()


class Asks(Patient):
    """It asks the blob store for it."""

    async def signal_stop(self) -> Response:
        await self.ctx.blobs.put(Chunk(99, 1))
        return await super().signal_stop()


class OwnPage(Recorder):
    """It uploads one that no recorder has made."""

    async def stop(self) -> None:
        await self.browser.fetch("upload", (OWN,))
        await super().stop()


class Uploads(Patient):
    """Its page sends it."""

    page = OwnPage


@pytest.mark.parametrize("cls", [Keeps, Holds, Stores, Puts, Asks, Uploads])
@pytest.mark.parametrize("put_ms", [0, 5])
def test_a_chunk_of_the_codes_own_ends_the_symmetry(cls: Any, put_ms: int) -> None:
    tried = Tried(cls, "", chunks=2, overrides=(f"blobs.put_delay_ms={put_ms}",))
    scenario, design = tried.scenario(), tried.spec()
    machine = Machine(design, scenario, monitor_for(design, scenario, [COMPLETE]))
    assert machine.symmetric
    with pytest.raises(ChunkIndexUsed):
        Search(machine).run()
