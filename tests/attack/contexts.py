"""State in context managers that are open over an await, and in what they do when they close."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from typing import Any

from lastchunk.reference_impl.contract import Chunk, Response
from tests.attack.ground import OK, Holds, Timed, holds, timed


class Opens(Holds):
    """What an upload remembers is what a context manager does at the end of its put."""

    def opened(self, is_late: bool) -> Any:
        """The context manager of one upload."""
        raise NotImplementedError

    def counts(self, is_late: bool) -> bool:
        """Whether an upload is to be counted."""
        return is_late != bool(self.settings.skips) or self.settings.skips < 0

    async def upload(self, chunk: Chunk) -> Response:
        """Store a chunk inside of it; it says by a field whether to count."""
        self.flying += 1
        with self.opened(self.stopped):
            await self.ctx.blobs.put(chunk)  # refused: ByContextmanager ByStack ByCallback
        self.flying -= 1
        if self.is_counted:
            await self.note()
        return OK

    def prepare(self) -> None:
        """What the context manager says."""
        self.is_counted = True


class Span:
    """An ordinary context manager: it keeps what it was given in its own fields."""

    def __init__(self, owner: Any, is_late: bool) -> None:
        self.owner = owner
        self.is_late = is_late

    def __enter__(self) -> Span:
        return self

    def __exit__(self, *_: object) -> None:
        self.owner.is_counted = self.owner.counts(self.is_late)


class ByObject(Opens):
    """An object with ``__enter__`` and ``__exit__`` and two fields."""

    def opened(self, is_late: bool) -> Any:
        """The object."""
        return Span(self, is_late)


@dataclass(slots=True)
class SlottedSpan:
    """The same as a dataclass with slots."""

    owner: Any
    is_late: bool

    def __enter__(self) -> SlottedSpan:
        return self

    def __exit__(self, *_: object) -> None:
        self.owner.is_counted = self.owner.counts(self.is_late)


class ByDataclass(Opens):
    """A dataclass with slots that is a context manager."""

    def opened(self, is_late: bool) -> Any:
        """The object."""
        return SlottedSpan(self, is_late)


class ByContextmanager(Opens):
    """A generator is the context manager: its local variable is the state."""

    @contextlib.contextmanager  # refused
    def opened(self, is_late: bool) -> Iterator[None]:  # refused
        """Count at the end."""
        yield  # refused
        self.is_counted = self.counts(is_late)


@contextlib.contextmanager
def opened_by(owner: Any, is_late: bool) -> Iterator[None]:
    """The same as a function of the module."""
    yield
    owner.is_counted = owner.counts(is_late)


class ByModuleContextmanager(Opens):
    """A function of the module is the context manager."""

    def opened(self, is_late: bool) -> Any:
        """The object."""
        return opened_by(self, is_late)


class ByCallback(Opens):
    """A stack whose callback knows."""

    def opened(self, is_late: bool) -> Any:
        """A stack with one callback."""
        stack = contextlib.ExitStack()  # refused
        stack.callback(self.tell, is_late)  # refused
        return stack

    def tell(self, is_late: bool) -> None:
        """What the upload is told."""
        self.is_counted = self.counts(is_late)


class ByStack(Opens):
    """A stack on which another context manager was entered."""

    def opened(self, is_late: bool) -> Any:
        """A stack that has one on it already."""
        stack = contextlib.ExitStack()  # refused
        stack.enter_context(SlottedSpan(self, is_late))  # refused
        return stack


class AsyncSpan:
    """An ordinary async context manager."""

    def __init__(self, owner: Any, is_late: bool) -> None:
        self.owner = owner
        self.is_late = is_late

    async def __aenter__(self) -> AsyncSpan:
        self.owner.flying += 1
        return self

    async def __aexit__(self, *_: object) -> None:
        self.owner.flying -= 1
        if self.owner.counts(self.is_late):
            await self.owner.note()


class ByAsyncObject(Opens):
    """An object with ``__aenter__`` and ``__aexit__``."""

    async def upload(self, chunk: Chunk) -> Response:
        """Store a chunk inside of it."""
        async with AsyncSpan(self, self.stopped):
            await self.ctx.blobs.put(chunk)
        return OK


class ByAsyncGenerator(Opens):
    """An async generator is the context manager."""

    @contextlib.asynccontextmanager  # refused
    async def around(self, is_late: bool) -> AsyncIterator[None]:  # refused
        """Count at the end."""
        self.flying += 1
        yield  # refused
        self.flying -= 1
        if self.counts(is_late):
            await self.note()

    async def upload(self, chunk: Chunk) -> Response:
        """Store a chunk inside of it."""
        async with self.around(self.stopped):  # refused
            await self.ctx.blobs.put(chunk)  # refused
        return OK


class ByAsyncStack(Opens):
    """An async stack with a callback to be awaited."""

    async def upload(self, chunk: Chunk) -> Response:
        """Store a chunk inside of it."""
        async with contextlib.AsyncExitStack() as stack:  # refused
            if self.counts(self.stopped):
                stack.push_async_callback(self.note)  # refused
            self.flying += 1
            await self.ctx.blobs.put(chunk)  # refused
            self.flying -= 1
        return OK


class TimedSpan:
    """A context manager that keeps when it began."""

    def __init__(self, owner: Any) -> None:
        self.owner = owner
        self.began_ms: Any = None
        self.took_long = False

    def __enter__(self) -> TimedSpan:
        self.owner.flying += 1
        self.began_ms = self.owner.ctx.now()
        return self

    def __exit__(self, *_: object) -> None:
        self.owner.flying -= 1
        self.took_long = self.owner.ctx.now() - self.began_ms > self.owner.settings.slow_ms


class TimedObject(Timed):
    """By an object."""

    async def upload(self, chunk: Chunk) -> Response:
        """Store a chunk inside of it."""
        with TimedSpan(self) as span:
            await self.ctx.blobs.put(chunk)
        if not span.took_long:
            await self.note()
        return OK


class TimedGenerator(Timed):
    """By an async generator."""

    @contextlib.asynccontextmanager  # refused
    async def timed(self) -> AsyncIterator[list[bool]]:  # refused
        """Take the time."""
        slow: list[bool] = []
        began_ms = self.ctx.now()
        self.flying += 1
        yield slow  # refused
        self.flying -= 1
        if self.ctx.now() - began_ms > self.settings.slow_ms:
            slow.append(True)

    async def upload(self, chunk: Chunk) -> Response:
        """Store a chunk inside of it."""
        async with self.timed() as slow:  # refused
            await self.ctx.blobs.put(chunk)  # refused
        if not slow:
            await self.note()
        return OK


class TimedSync(Timed):
    """By a generator."""

    @contextlib.contextmanager  # refused
    def timed(self) -> Iterator[list[bool]]:  # refused
        """Take the time."""
        slow: list[bool] = []
        began_ms = self.ctx.now()
        yield slow  # refused
        if self.ctx.now() - began_ms > self.settings.slow_ms:
            slow.append(True)

    async def upload(self, chunk: Chunk) -> Response:
        """Store a chunk inside of it."""
        self.flying += 1
        with self.timed() as slow:  # refused
            await self.ctx.blobs.put(chunk)  # refused
        self.flying -= 1
        if not slow:
            await self.note()
        return OK


@contextlib.contextmanager
def timed_by(owner: Timed) -> Iterator[list[bool]]:
    """Take the time, beside the class."""
    slow: list[bool] = []
    began_ms = owner.ctx.now()
    yield slow
    if owner.ctx.now() - began_ms > owner.settings.slow_ms:
        slow.append(True)


class TimedByModule(TimedSync):
    """By a generator of the module."""

    def timed(self) -> Any:
        """Take the time."""
        return timed_by(self)


TRIED = (
    *holds(
        ByObject,
        ByDataclass,
        ByContextmanager,
        ByModuleContextmanager,
        ByCallback,
        ByStack,
        ByAsyncObject,
        ByAsyncGenerator,
        ByAsyncStack,
    ),
    *timed(TimedObject, TimedGenerator, TimedSync, TimedByModule),
)
