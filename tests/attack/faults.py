"""What runs when a put is refused, an instance lost or replaced: finally, except, with."""

from __future__ import annotations

from typing import Any

from lastchunk.reference_impl.contract import BlobStoreError, Chunk, InstanceReplaced, Response
from tests.attack.ground import COMPLETE, COUNT_TRUE, OK, PROVED, VIOLATED, Timed, Tried


class Twice(Timed):
    """A slow upload is counted twice (bug); the alarm waits until something is counted."""

    async def alarm(self) -> None:
        """By the record, which outlives the instance."""
        state = await self.ctx.storage.get("state")
        if state["chunks_uploaded"]:
            await self.complete()
        else:
            await self.later()

    async def upload(self, chunk: Chunk) -> Response:
        """Store a chunk, once for all; the time is taken at the end (control)."""
        if (await self.ctx.storage.get("state"))["chunks_uploaded"]:
            return OK
        began_ms = self.ctx.now()
        await self.ctx.blobs.put(chunk)
        return await self.counted(self.is_slow(began_ms, self.ctx.now()))

    async def counted(self, is_slow: bool) -> Response:
        """Note the chunk, twice if it was slow."""
        await self.note()
        if is_slow:
            await self.note()
        return OK


class FinallyLooks(Twice):
    """A ``finally`` looks at the clock, also where the put is refused or the code is dropped."""

    async def upload(self, chunk: Chunk) -> Response:
        """Store a chunk, and take the time whatever happens."""
        if (await self.ctx.storage.get("state"))["chunks_uploaded"]:
            return OK
        began_ms = self.ctx.now()
        is_slow = False
        try:
            await self.ctx.blobs.put(chunk)
        finally:
            if self.ctx.now() - began_ms > self.settings.slow_ms:
                is_slow = True
        return await self.counted(is_slow)


class FinallyKeeps(Twice):
    """The same, and the answer is kept in a field."""

    def prepare(self) -> None:
        """None was slow."""
        self.was_slow = False

    async def upload(self, chunk: Chunk) -> Response:
        """Store a chunk, and keep whether it was slow."""
        if (await self.ctx.storage.get("state"))["chunks_uploaded"]:
            return OK
        began_ms = self.ctx.now()
        try:
            await self.ctx.blobs.put(chunk)
        finally:
            if self.ctx.now() - began_ms > self.settings.slow_ms:
                self.was_slow = True
        return await self.counted(self.was_slow)


class FinallyWrites(Twice):
    """A ``finally`` writes to storage: nothing of it may be left of code that was dropped."""

    async def upload(self, chunk: Chunk) -> Response:
        """Store a chunk, and write how it went."""
        if (await self.ctx.storage.get("state"))["chunks_uploaded"]:
            return OK
        began_ms = self.ctx.now()
        try:
            await self.ctx.blobs.put(chunk)
        finally:
            await self.ctx.storage.put("ended", True)
        return await self.counted(self.is_slow(began_ms, self.ctx.now()))


class Stopwatch:
    """A context manager that looks at the clock when it is left."""

    def __init__(self, owner: Any) -> None:
        self.owner = owner
        self.began_ms = owner.ctx.now()
        self.is_slow = False

    def __enter__(self) -> Stopwatch:
        return self

    def __exit__(self, *_: object) -> None:
        self.is_slow = self.owner.is_slow(self.began_ms, self.owner.ctx.now())


class ExitLooks(Twice):
    """A context manager of one's own looks at the clock."""

    async def upload(self, chunk: Chunk) -> Response:
        """Store a chunk, and take the time whatever happens."""
        if (await self.ctx.storage.get("state"))["chunks_uploaded"]:
            return OK
        with Stopwatch(self) as watch:
            await self.ctx.blobs.put(chunk)
        return await self.counted(watch.is_slow)


class Cleans(Twice):
    """The platform's own errors are handled, and raised again after an await."""

    async def upload(self, chunk: Chunk) -> Response:
        """Store a chunk; clean up where it was refused."""
        if (await self.ctx.storage.get("state"))["chunks_uploaded"]:
            return OK
        began_ms = self.ctx.now()
        await self.ctx.storage.put("begun", True)
        try:
            await self.ctx.blobs.put(chunk)
        except (BlobStoreError, InstanceReplaced):
            await self.ctx.storage.delete("begun")
            raise
        return await self.counted(self.is_slow(began_ms, self.ctx.now()))


class FinallyCompletes(Twice):
    """A ``finally`` completes the session (bug where a put is refused, and nowhere else)."""

    async def upload(self, chunk: Chunk) -> Response:
        """Store a chunk, and complete whatever happens."""
        if (await self.ctx.storage.get("state"))["chunks_uploaded"]:
            return OK
        try:
            await self.ctx.blobs.put(chunk)
            await self.note()
        finally:
            await self.complete()
        return OK


RETRIES = "client.looks_at_status=true"
REFUSED_PUT = (RETRIES, "blobs.failure=0.5", "limits.strikes_max=1")
LOST = (RETRIES, "faults=[{kind='instance_lost', offset_ms={low_ms=0, high_ms=45}}]")
REPLACED = (
    RETRIES,
    "faults=[{kind='deploy', offset_ms={low_ms=0, high_ms=45}, old_instance_ms=10}]",
)
WORLDS = ((), REFUSED_PUT, LOST, REPLACED)
ENDING = (Twice, FinallyLooks, FinallyKeeps, FinallyWrites, ExitLooks, Cleans)
TRIED = (
    *(Tried(cls, VIOLATED, COUNT_TRUE, overrides=world) for cls in ENDING for world in WORLDS),
    *(
        Tried(cls, PROVED, COUNT_TRUE, (("slow_ms", 50),), overrides=world)
        for cls in ENDING
        for world in WORLDS
    ),
    Tried(FinallyCompletes, PROVED, COMPLETE),
    Tried(FinallyCompletes, VIOLATED, COMPLETE, overrides=REFUSED_PUT),
    Tried(FinallyCompletes, PROVED, COMPLETE, overrides=LOST),
)
