"""State in the blob store, and in what it answers: which chunk, which bytes, which put."""

from __future__ import annotations

from typing import Any

from lastchunk.reference_impl.contract import Chunk, Response
from tests.attack.ground import COUNT_TRUE, OK, REFUSED, Holds, Tried, holds

FLAG = Chunk(99, 1)
"""A chunk of the design's own: whether it is stored says something."""


class InStore(Holds):
    """The stop deletes what create has put: the blob store alone knows that it came."""

    async def create(self) -> Response:
        """Put the flag."""
        await super().create()
        await self.ctx.blobs.put(FLAG)
        return OK

    async def signal_stop(self) -> Response:
        """Delete it."""
        await self.ctx.blobs.delete(FLAG)
        await self.later()
        return OK

    async def upload(self, chunk: Chunk) -> Response:
        """Look whether it is there, then store the chunk."""
        is_late = await self.ctx.blobs.head(FLAG) is None
        self.flying += 1
        await self.ctx.blobs.put(chunk)
        self.flying -= 1
        if is_late != bool(self.settings.skips) or self.settings.skips < 0:
            await self.note()
        return OK


class ByBody(InStore):
    """The same, by what is read back."""

    async def upload(self, chunk: Chunk) -> Response:
        """Keep what was read over the put."""
        found = await self.ctx.blobs.get(FLAG)
        self.flying += 1
        await self.ctx.blobs.put(chunk)
        self.flying -= 1
        is_late = found is None or found.body is None
        if is_late != bool(self.settings.skips) or self.settings.skips < 0:
            await self.note()
        return OK


class AtOnce(Holds):
    """Its puts take no time; it waits after them."""

    async def hold(self) -> None:
        """What is held is held over this."""
        self.flying += 1
        await self.ctx.sleep(20)
        self.flying -= 1


class ByVersion(AtOnce):
    """One of two versions is held, and compared with the first."""

    async def upload(self, chunk: Chunk) -> Response:
        """The same bytes twice, by two puts."""
        first = (await self.ctx.blobs.put(chunk)).version
        other = (await self.ctx.blobs.put(chunk)).version
        held = first if self.stopped else other
        await self.hold()
        if (held == first) != bool(self.settings.skips) or self.settings.skips < 0:
            await self.note()
        return OK


class ByEtag(AtOnce):
    """The etag of the chunk is held, or that of another one."""

    async def upload(self, chunk: Chunk) -> Response:
        """The other one is stored for its etag alone, and deleted again."""
        first = await self.ctx.blobs.put(chunk)
        other = await self.ctx.blobs.put(FLAG)
        held = first.etag if self.stopped else other.etag
        await self.ctx.blobs.delete(other.key)
        await self.hold()
        if (held == first.etag) != bool(self.settings.skips) or self.settings.skips < 0:
            await self.note()
        return OK


class ByKey(AtOnce):
    """A key is kept in storage, and found there again."""

    async def upload(self, chunk: Chunk) -> Response:
        """Whether the key is there says whether it was late."""
        made = await self.ctx.blobs.put(chunk)
        held = [made.key] if self.stopped else []
        await self.hold()
        if (made.key in held) != bool(self.settings.skips) or self.settings.skips < 0:
            await self.note()
        return OK


class InText(Holds):
    """The text of an etag would tell one chunk from another."""

    async def upload(self, chunk: Chunk) -> Response:
        """Odd ones are not counted."""
        made = await self.ctx.blobs.put(chunk)
        if str(made.etag).endswith(("1", "3")):  # refused
            await self.note()
        return OK


class InParts(Holds):
    """An upload in parts is simulated, and not explored."""

    async def create(self) -> Response:
        """Begin it."""
        await self.ctx.blobs.create_multipart_upload("recording.webm")
        return await super().create()


SHORT = ("blobs.call_delay_ms=1",)
AT_ONCE = ("blobs.put_delay_ms=0", *SHORT)
TRIED: list[Any] = [
    *(
        Tried(item.cls, item.truth, item.slug, item.settings, overrides=overrides)
        for overrides, classes in (
            (SHORT, (InStore, ByBody)),
            (AT_ONCE, (ByVersion, ByEtag, ByKey)),
        )
        for item in holds(*classes)
    ),
    Tried(InText, REFUSED, COUNT_TRUE),
]
