"""Requests to the runtime: one may hold back a part of its body, and may hang up."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple

from lastchunk.model.conformance.runtime.clocks import Clocks
from lastchunk.model.conformance.runtime.held import CALL_HEADER, read_chunked


class HttpAnswer(NamedTuple):
    """What came back."""

    status: int
    body: bytes


class Connections:
    """Connections to the runtime that are idle.

    A move of the timers ends those that were idle for long by that clock: so one is used again
    only if there was no move since.
    """

    def __init__(self, clocks: Clocks) -> None:
        self.clocks = clocks
        self.port = 0
        self.idle: list[tuple[asyncio.StreamReader, asyncio.StreamWriter, int]] = []
        self.opened: list[asyncio.StreamWriter] = []

    async def take(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        """A connection to use."""
        while self.idle:
            reader, writer, timers_ms = self.idle.pop()
            if timers_ms == self.clocks.timers_ms and not reader.at_eof():
                return reader, writer
            writer.close()
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        self.opened.append(writer)
        return reader, writer

    def give_back(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """It is idle again."""
        self.idle.append((reader, writer, self.clocks.timers_ms))

    def close(self) -> None:
        """The runtime at their other end is gone."""
        for writer in self.opened:
            writer.close()
        self.idle, self.opened = [], []


class PlayedRequest:
    """A request under way. ``held`` bytes at the end of its body wait for `rest`."""

    def __init__(
        self,
        connections: Connections,
        method: str,
        path: str,
        body: bytes = b"",
        call: str = "",
        held: int = 0,
        headers: Mapping[str, str] = MappingProxyType({}),
    ) -> None:
        self.connections = connections
        self.method = method
        self.body, self.held = body, held
        own = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
        self.head = (
            f"{method} {path} HTTP/1.1\r\nHost: player\r\n{CALL_HEADER}: {call}\r\n{own}"
            f"Content-Length: {len(body)}\r\n\r\n"
        ).encode()
        self.writer: asyncio.StreamWriter | None = None
        self.is_gone = False
        self.status: int | None = None
        self.is_begun = asyncio.get_running_loop().create_future()
        self.task = asyncio.create_task(self._run())
        self.task.add_done_callback(_heard)

    async def _run(self) -> HttpAnswer:
        reader, writer = await self.connections.take()
        self.writer = writer
        was_held = self.held > 0
        writer.write(self.head + self.body[: len(self.body) - self.held])
        await writer.drain()
        if not self.is_begun.done():
            self.is_begun.set_result(None)
        head = (await reader.readuntil(b"\r\n\r\n")).lower()
        if b"transfer-encoding: chunked" in head:
            data = await read_chunked(reader)
        else:
            _, _, length = head.partition(b"content-length:")
            data = await reader.readexactly(int(length.split(b"\r\n")[0] or 0))
        self.status = int(head.split()[1])
        if not was_held:
            self.connections.give_back(reader, writer)
        return HttpAnswer(self.status, data)

    async def begun(self) -> None:
        """Wait until it has been sent, but for what it holds back."""
        await asyncio.wait([self.is_begun, self.task], return_when=asyncio.FIRST_COMPLETED)

    async def answer(self) -> HttpAnswer:
        """Wait for what comes back."""
        return await self.task

    async def rest(self) -> None:
        """Send what was held back."""
        if self.is_gone or not self.held or self.writer is None:
            return
        self.writer.write(self.body[len(self.body) - self.held :])
        self.held = 0
        await self.writer.drain()

    async def hang_up(self) -> None:
        """The client goes away."""
        self.is_gone = True
        await self.begun()
        self.task.cancel()
        if self.writer is not None:
            self.writer.transport.abort()


def _heard(task: asyncio.Task[HttpAnswer]) -> None:
    """Nobody need wait for an answer: what it raised is not news then."""
    if not task.cancelled():
        task.exception()
