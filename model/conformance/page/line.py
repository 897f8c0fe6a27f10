"""A line to the served page that can be cut: what is under way breaks off, and nothing passes.

A browser's own emulation of a network cannot do that: it holds bytes up, and lets them go.
"""

from __future__ import annotations

import asyncio
from contextlib import suppress

from lastchunk.model.conformance.page.server import ServedPage

PIECE_BYTES = 65_536


class CutLine:
    """Passes on what comes to `port` until it is cut, and again once it is mended."""

    def __init__(self, served: ServedPage) -> None:
        self.served = served
        self.is_cut = False
        self.ends: set[asyncio.StreamWriter] = set()
        self.server: asyncio.Server = served.in_loop(
            asyncio.start_server(self._pass_on, "127.0.0.1", 0)
        )
        self.port: int = self.server.sockets[0].getsockname()[1]

    @property
    def url(self) -> str:
        """The page, over this line."""
        return f"http://localhost:{self.port}"

    def cut(self) -> None:
        """Every connection breaks off, and none is taken."""
        self.is_cut = True
        self.served.in_loop(self._break_off())

    def mend(self) -> None:
        """Connections are taken again."""
        self.is_cut = False

    def close(self) -> None:
        """The line is gone."""
        self.cut()
        self.served.in_loop(self._close())

    async def _close(self) -> None:
        self.server.close()
        await asyncio.sleep(0.01)  # what was closed hears of it

    async def _break_off(self) -> None:
        for writer in self.ends:
            writer.transport.abort()
        self.ends.clear()

    async def _pass_on(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            if self.is_cut:
                writer.transport.abort()
                return
            inner = await asyncio.open_connection("127.0.0.1", self.served.port)
            self.ends |= {writer, inner[1]}
            await asyncio.gather(_copied(reader, inner[1]), _copied(inner[0], writer))
        except OSError:
            writer.transport.abort()  # the runtime is gone


async def _copied(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with suppress(OSError, asyncio.CancelledError):
        while data := await reader.read(PIECE_BYTES):
            writer.write(data)
            await writer.drain()
    writer.close()
