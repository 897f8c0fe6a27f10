"""State in how code is called: recursion, effects and coroutines kept, work behind a gate."""

from __future__ import annotations

from typing import Any

from lastchunk.reference_impl.contract import BlobStoreError, Chunk, HandlerFailure, Response
from tests.attack.ground import OK, Holds, Patient, holds, patient


class Recursion(Holds):
    """A method that awaits itself: how deep it is says whether it was late."""

    async def stored(self, chunk: Chunk, left: int) -> int:
        """Store a chunk at the bottom. Returns how deep that was."""
        if left:
            return 1 + await self.stored(chunk, left - 1)
        self.flying += 1
        await self.ctx.blobs.put(chunk)
        self.flying -= 1
        return 0

    async def upload(self, chunk: Chunk) -> Response:
        """Once or twice deep."""
        depth = await self.stored(chunk, 2 if self.stopped else 1)
        if (depth == 2) != bool(self.settings.skips) or self.settings.skips < 0:
            await self.note()
        return OK


class NestedRecursion(Holds):
    """A helper inside of a handler that calls itself."""

    async def upload(self, chunk: Chunk) -> Response:
        """Try again where the store refuses."""
        is_late = self.stopped

        async def attempt(left: int) -> bool:  # refused
            try:
                await self.ctx.blobs.put(chunk)  # refused
            except BlobStoreError:
                return bool(left) and await attempt(left - 1)
            return is_late

        self.flying += 1
        was_late = await attempt(2)  # refused
        self.flying -= 1
        if was_late != bool(self.settings.skips) or self.settings.skips < 0:
            await self.note()
        return OK


class ReturnWaits(Holds):
    """A value is on its way out while a ``finally`` awaits."""

    async def stored(self, chunk: Chunk) -> bool:
        """Whether it was late; the put comes after the return."""
        self.flying += 1
        try:
            return self.stopped
        finally:
            await self.ctx.blobs.put(chunk)
            self.flying -= 1

    async def upload(self, chunk: Chunk) -> Response:
        """Use what was returned."""
        is_late = await self.stored(chunk)
        if is_late != bool(self.settings.skips) or self.settings.skips < 0:
            await self.note()
        return OK


class ErrorWaits(Holds):
    """An error is on its way out while a ``finally`` awaits."""

    async def stored(self, chunk: Chunk) -> None:
        """Fail where it was late; the put comes in between."""
        self.flying += 1
        try:
            if self.stopped:
                raise HandlerFailure("late")
        finally:
            await self.ctx.blobs.put(chunk)  # refused
            self.flying -= 1

    async def upload(self, chunk: Chunk) -> Response:
        """Whether an error came."""
        try:
            await self.stored(chunk)
        except HandlerFailure:
            is_late = True
        else:
            is_late = False
        if is_late != bool(self.settings.skips) or self.settings.skips < 0:
            await self.note()
        return OK


class Gated(Holds):
    """The put is behind a closed gate, by a method."""

    async def alarm(self) -> None:
        """Wait for uploads under way behind the gate, then complete."""
        await self.ctx.block_concurrency_while(self.look)

    async def look(self) -> None:
        """What the alarm does."""
        if self.flying:
            await self.later()
        else:
            await self.complete()


class GatedByLambda(Holds):
    """What is done behind the gate is a lambda that remembers."""

    async def stored(self, chunk: Chunk, is_late: bool) -> bool:
        """Store a chunk."""
        await self.ctx.blobs.put(chunk)
        return is_late

    async def upload(self, chunk: Chunk) -> Response:
        """Behind the gate."""
        is_late = self.stopped
        self.flying += 1
        was_late = await self.ctx.block_concurrency_while(
            lambda: self.stored(chunk, is_late)  # refused
        )
        self.flying -= 1
        if was_late != bool(self.settings.skips) or self.settings.skips < 0:
            await self.note()
        return OK


class KeptCoroutine(Holds):
    """The upload makes its note's coroutine before the put, and awaits it after."""

    async def perhaps(self, is_late: bool) -> None:
        """Note the chunk, or not."""
        if is_late != bool(self.settings.skips) or self.settings.skips < 0:
            await self.note()

    async def upload(self, chunk: Chunk) -> Response:
        """Make, put, await."""
        noting = self.perhaps(self.stopped)  # refused
        self.flying += 1
        await self.ctx.blobs.put(chunk)  # refused
        self.flying -= 1
        await noting  # refused
        return OK


class CoroutineInField(Holds):
    """The same, in a field, awaited by the alarm."""

    def prepare(self) -> None:
        """None is there yet."""
        self.noting: Any = None  # refused

    async def perhaps(self, is_late: bool) -> None:
        """Note the chunk, or not."""
        if is_late != bool(self.settings.skips) or self.settings.skips < 0:
            await self.note()

    async def upload(self, chunk: Chunk) -> Response:
        """Make it, and leave it to the alarm."""
        self.noting = self.perhaps(self.stopped)  # refused
        self.flying += 1
        await self.ctx.blobs.put(chunk)
        self.flying -= 1
        return OK

    async def alarm(self) -> None:
        """Await what is there."""
        if self.flying:
            await self.later()
            return
        await self.noting  # refused
        await self.complete()


class KeptEffect(Holds):
    """A write is made before the put, and awaited after it."""

    def write(self) -> Any:
        """What is written hangs on when it was made."""
        count = int(self.stopped != bool(self.settings.skips) or self.settings.skips < 0)
        state = {"status": "active", "chunks_uploaded": count}
        return self.ctx.storage.put("state", state)  # refused

    async def upload(self, chunk: Chunk) -> Response:
        """Make, put, await."""
        write = self.write()  # refused
        self.flying += 1
        await self.ctx.blobs.put(chunk)  # refused
        self.flying -= 1
        await write  # refused
        return OK


class EffectsInList(KeptEffect):
    """Effects in a list, awaited in order."""

    async def upload(self, chunk: Chunk) -> Response:
        """The put, then the write."""
        self.flying += 1
        for effect in [  # refused
            self.ctx.blobs.put(chunk),  # refused
            self.write(),  # refused
        ]:
            await effect  # refused
        self.flying -= 1
        return OK


class EffectTwice(Holds):
    """One effect is awaited twice."""

    async def upload(self, chunk: Chunk) -> Response:
        """The same put again."""
        held = self.stopped
        put = self.ctx.blobs.put(chunk)  # refused
        self.flying += 1
        await put  # refused
        await put  # refused
        self.flying -= 1
        if held != bool(self.settings.skips) or self.settings.skips < 0:
            await self.note()
        return OK


class InComprehension(Holds):
    """The put is awaited in a comprehension, whose list is half made."""

    async def stored(self, chunk: Chunk) -> int:
        """Store a chunk. Returns its size."""
        await self.ctx.blobs.put(chunk)
        return chunk.size_bytes

    async def upload(self, chunk: Chunk) -> Response:
        """Two items; the second waits for the put."""
        self.flying += 1
        marks = [
            mark if number == 0 else bool(await self.stored(chunk))  # refused
            for number, mark in enumerate([self.stopped, False])  # refused
        ]
        self.flying -= 1
        if marks[0] != bool(self.settings.skips) or self.settings.skips < 0:
            await self.note()
        return OK


class PortInVariable(Holds):
    """A port's method in a variable, called after the put (control)."""

    async def upload(self, chunk: Chunk) -> Response:
        """The storage by a short name."""
        storage, held = self.ctx.storage, self.stopped
        self.flying += 1
        await self.ctx.blobs.put(chunk)
        self.flying -= 1
        if held != bool(self.settings.skips) or self.settings.skips < 0:
            state = await storage.get("state")
            await storage.put("state", {**state, "chunks_uploaded": 1})
        return OK


class Polling(Patient):
    """An alarm that polls a field for the end of uploads, with a limit (control)."""

    def prepare(self) -> None:
        """The uploads under way, by a number."""
        self.waiting: list[int] = []

    async def upload(self, chunk: Chunk) -> Response:
        """Take a number, and give it back."""
        number = len(self.waiting)
        self.waiting.append(number)
        await self.ctx.blobs.put(chunk)
        self.waiting.remove(number)
        await self.note()
        return OK

    async def alarm(self) -> None:
        """Poll every grace."""
        polls = 0
        while self.waiting and polls < self.settings.looks_max:
            polls += 1
            await self.ctx.sleep(self.settings.grace_ms)
        await self.complete()


TRIED = (
    *holds(
        Recursion,
        NestedRecursion,
        ReturnWaits,
        ErrorWaits,
        Gated,
        GatedByLambda,
        KeptCoroutine,
        CoroutineInField,
        KeptEffect,
        EffectsInList,
        EffectTwice,
        InComprehension,
        PortInVariable,
    ),
    *patient(Polling, between=False),
)
