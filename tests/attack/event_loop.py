"""The event loop and threads, and effects and coroutines that nobody awaits."""

from __future__ import annotations

import asyncio
import threading
from typing import Any

from lastchunk.reference_impl.contract import Chunk, Response
from tests.attack.ground import OK, REFUSED, Patient, Tried


class Thread(Patient):
    """A thread counts."""

    def prepare(self) -> None:
        """None yet."""
        self.waited = 0

    def count(self) -> None:
        """One more."""
        self.waited += 1

    def looks(self) -> int:
        """Counted by somebody else."""
        thread = threading.Thread(target=self.count)  # refused
        thread.start()
        thread.join()
        return self.waited


class LockOfThreads(Patient):
    """A lock of threads, held over an await."""

    def prepare(self) -> None:
        """A lock."""
        self.lock = threading.Lock()  # refused

    async def upload(self, chunk: Chunk) -> Response:
        """One at a time, or none at all."""
        with self.lock:  # refused
            return await super().upload(chunk)


class LoopSleep(Patient):
    """Sleeps by the event loop."""

    async def upload(self, chunk: Chunk) -> Response:
        """Let others go first."""
        await asyncio.sleep(0)  # refused
        return await super().upload(chunk)


class LoopLongSleep(Patient):
    """Sleeps by the event loop for a while."""

    async def upload(self, chunk: Chunk) -> Response:
        """Wait."""
        await asyncio.sleep(0.01)  # refused
        return await super().upload(chunk)


class Gathers(Patient):
    """Two puts at once."""

    async def upload(self, chunk: Chunk) -> Response:
        """By ``gather``."""
        await asyncio.gather(self.ctx.blobs.put(chunk), self.ctx.storage.get("state"))  # refused
        await self.note()
        return OK


class Lock(Patient):
    """A lock of the event loop."""

    def prepare(self) -> None:
        """A lock."""
        self.lock = asyncio.Lock()  # refused

    async def upload(self, chunk: Chunk) -> Response:
        """One at a time."""
        async with self.lock:  # refused
            return await super().upload(chunk)


class Event(Patient):
    """An event of the event loop."""

    def prepare(self) -> None:
        """An event."""
        self.stored = asyncio.Event()  # refused

    async def upload(self, chunk: Chunk) -> Response:
        """Say that it is stored."""
        response = await super().upload(chunk)
        self.stored.set()
        return response

    async def alarm(self) -> None:
        """Wait until it is stored."""
        await self.stored.wait()  # refused
        await self.complete()


class TaskGroup(Patient):
    """A group of tasks."""

    async def upload(self, chunk: Chunk) -> Response:
        """By a task group."""
        async with asyncio.TaskGroup() as group:  # refused
            group.create_task(self.note())
        return OK


class Task(Patient):
    """A task in the background."""

    async def signal_stop(self) -> Response:
        """Complete later."""
        self.task = asyncio.create_task(self.complete())  # refused
        return OK


class Ensured(Patient):
    """A task in the background, of the older kind."""

    async def signal_stop(self) -> Response:
        """Complete later."""
        self.task = asyncio.ensure_future(self.complete())  # refused
        return OK


class Timeout(Patient):
    """A limit of the event loop."""

    async def upload(self, chunk: Chunk) -> Response:
        """Not longer than a second."""
        await asyncio.wait_for(self.ctx.blobs.put(chunk), 1)  # refused
        await self.note()
        return OK


class NotAwaited(Patient):
    """An effect is made, and not awaited."""

    async def upload(self, chunk: Chunk) -> Response:
        """The put never happens."""
        self.ctx.storage.put("seen", True)  # refused
        return await super().upload(chunk)


class HandlerNotAwaited(Patient):
    """A method is called, and not awaited."""

    async def upload(self, chunk: Chunk) -> Response:
        """The note never happens."""
        await self.ctx.blobs.put(chunk)
        self.note()  # type: ignore[unused-coroutine]  # the fault itself  # refused
        return OK


class KeptNotAwaited(Patient):
    """An effect is kept in a variable, and not awaited."""

    async def signal_stop(self) -> Response:
        """The alarm is never set."""
        response = await super().signal_stop()
        wish = self.ctx.storage.set_alarm(self.ctx.now() + 5)  # refused
        return response if wish else OK  # refused


class ReturnsAwaitable(Patient):
    """A handler answers with what should have been awaited."""

    async def signal_stop(self) -> Any:
        """The answer is a coroutine."""
        await self.later()
        return self.later()  # refused


TRIED = tuple(
    Tried(cls, REFUSED)
    for cls in (
        Thread,
        LockOfThreads,
        LoopSleep,
        LoopLongSleep,
        Gathers,
        Lock,
        Event,
        TaskGroup,
        Task,
        Ensured,
        Timeout,
        NotAwaited,
        HandlerNotAwaited,
        KeptNotAwaited,
        ReturnsAwaitable,
    )
)
