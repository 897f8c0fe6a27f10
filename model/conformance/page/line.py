"""A line to the served page that stalls or is cut on demand.

A browser's own emulation of a slow network holds bytes up evenly, whatever happens. Here what is
under way stands still for as long as a test wants, or breaks off.
"""

from __future__ import annotations

import asyncio
from contextlib import suppress

from lastchunk.model.conformance.page.server import ServedPage

PIECE_BYTES = 1_024


class Connection:
    """One connection of the browser, passed on to the runtime."""

    def __init__(self, writer: asyncio.StreamWriter) -> None:
        self.writer = writer
        self.inner: asyncio.StreamWriter | None = None
        self.flows = asyncio.Event()
        self.flows.set()
        self.is_asking = False
        """Whether something was sent that has no answer yet."""
        self.is_held = False
        """Whether something that was sent stands still here."""

    async def run(self, reader: asyncio.StreamReader, port: int) -> None:
        """Pass on both ways until one side ends."""
        inner_reader, self.inner = await asyncio.open_connection("127.0.0.1", port)
        await asyncio.gather(
            self._copy(reader, self.inner, True), self._copy(inner_reader, self.writer, False)
        )

    async def _copy(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, is_asking: bool
    ) -> None:
        with suppress(OSError):
            while data := await reader.read(PIECE_BYTES):
                self.is_asking = is_asking
                if is_asking and not self.flows.is_set():
                    self.is_held = True
                    await self.flows.wait()
                    self.is_held = False
                writer.write(data)
                await writer.drain()
        writer.close()

    def break_off(self) -> None:
        """Both sides are gone at once."""
        self.flows.set()
        for writer in (self.writer, self.inner):
            if writer is not None:
                writer.transport.abort()


class PageLine:
    """Passes on what comes to `port`."""

    def __init__(self, served: ServedPage) -> None:
        self.served = served
        self.is_cut = False
        self.connections: set[Connection] = set()
        self.server: asyncio.Server = served.in_loop(
            asyncio.start_server(self._pass_on, "127.0.0.1", 0)
        )
        self.port: int = self.server.sockets[0].getsockname()[1]

    @property
    def url(self) -> str:
        """The page, over this line."""
        return f"http://localhost:{self.port}"

    @property
    def holds(self) -> bool:
        """Whether a part of something stands still: all of it may have passed before."""
        return any(connection.is_held for connection in self.connections)

    def stall(self) -> int:
        """What is being sent stands still; new requests pass. Returns how many stand still."""
        stalled: int = self.served.in_loop(self._stall())
        return stalled

    def cut(self) -> None:
        """Every connection breaks off, and none is taken."""
        self.is_cut = True
        self.served.in_loop(self._break_off())

    def mend(self) -> None:
        """Everything passes again."""
        self.is_cut = False
        self.served.in_loop(self._flow())

    def close(self) -> None:
        """The line is gone."""
        self.cut()
        self.served.in_loop(self._close())

    async def _stall(self) -> int:
        for connection in self.connections:
            if connection.is_asking:
                connection.flows.clear()
            else:
                connection.break_off()  # the next request is to take another one
        return sum(not connection.flows.is_set() for connection in self.connections)

    async def _flow(self) -> None:
        for connection in self.connections:
            connection.flows.set()

    async def _break_off(self) -> None:
        for connection in self.connections:
            connection.break_off()

    async def _close(self) -> None:
        self.server.close()
        await asyncio.sleep(0.01)  # what was closed hears of it

    async def _pass_on(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        connection = Connection(writer)
        if self.is_cut:
            connection.break_off()
            return
        self.connections.add(connection)
        try:
            await connection.run(reader, self.served.port)
        except (OSError, asyncio.CancelledError):
            connection.break_off()  # the runtime is gone
        finally:
            self.connections.discard(connection)
