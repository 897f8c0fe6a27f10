"""Calls of the object to the outside, each held until the player says how it ends.

Two servers: the blob store, which speaks the protocol of the runtime's R2 binding, and a consumer.
"""

from __future__ import annotations

import asyncio
import json
from abc import ABC, abstractmethod
from typing import NamedTuple
from urllib.parse import unquote

from lastchunk.model.conformance.runtime.clocks import EPOCH_MS

CALL_HEADER = "x-call"
R2_CODES = {500: 10001, 429: 10058}


class CallName(NamedTuple):
    """A call: of which object, and which of its calls."""

    object: str
    call: str

    @classmethod
    def read(cls, text: str) -> CallName:
        """A name as the watcher sends it."""
        owner, _, call = text.partition("\n")
        return cls(owner, call)


class Outside(ABC):
    """Base of a server that holds what it is sent. ``port`` is where it listens."""

    def __init__(self) -> None:
        self.ends: dict[CallName, asyncio.Future[int]] = {}
        self.port = 0
        self.server: asyncio.Server | None = None
        self.opened: list[asyncio.StreamWriter] = []

    async def start(self) -> None:
        """Listen, once."""
        if self.server is None:
            self.server = await asyncio.start_server(self._serve, "127.0.0.1", 0, backlog=1000)
            self.port = self.server.sockets[0].getsockname()[1]

    def stop(self) -> None:
        """Listen no more, and hold nothing."""
        if self.server is not None:
            self.server.close()
        for writer in self.opened:
            writer.close()
        for end in self.ends.values():
            end.cancel()

    def answer(self, name: CallName, status: int) -> None:
        """Say how a call ends; it may not have come yet."""
        end = self._end(name)
        if not end.done():
            end.set_result(status)

    def drop(self, owner: str) -> None:
        """The instance that made an object's calls is gone: a later call is another one."""
        for name in [name for name in self.ends if name.object == owner]:
            self.ends.pop(name).cancel()

    def _end(self, name: CallName) -> asyncio.Future[int]:
        if name not in self.ends:
            self.ends[name] = asyncio.get_running_loop().create_future()
        return self.ends[name]

    async def _held(self, name: CallName) -> int:
        """How a call ends, once that is said. A later one of the same name is another."""
        end = self._end(name)
        try:
            return await end
        finally:
            if self.ends.get(name) is end:
                del self.ends[name]

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.opened.append(writer)
        try:
            while True:
                headers = await _headers(reader)
                self._begins(headers)
                writer.write(await self._answered(headers, await _body(reader, headers)))
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            pass  # the runtime is gone, or the page's body broke
        except asyncio.CancelledError:
            pass  # the play is over; the streams' own callback would tell of it
        finally:
            writer.close()

    def _begins(self, headers: dict[str, str]) -> None:  # noqa: B027  (no server need care)
        """The head of a request has come; its body may be under way."""

    @abstractmethod
    async def _answered(self, headers: dict[str, str], body: bytes) -> bytes:
        """The bytes that answer a request."""


class BlobStore(Outside):
    """Holds each put: 200 stores it, 500 and 429 refuse it."""

    async def _answered(self, headers: dict[str, str], body: bytes) -> bytes:
        size = int(headers.get("cf-r2-metadata-size", 0))
        told = json.loads(body[:size] or headers.get("cf-r2-request", "{}"))
        fields = {item["k"]: item["v"] for item in told.get("customFields", [])}
        status = await self._held(CallName.read(fields.get("call", "")))
        if status != 200:
            error = {"version": 0, "v4code": R2_CODES.get(status, 10001), "message": "refused"}
            return response(status, b"", f"cf-r2-error: {json.dumps(error)}\r\n")
        return stored_answer(told["object"], len(body) - size)


class HeldConsumer(Outside):
    """Holds each notification."""

    async def _answered(self, headers: dict[str, str], body: bytes) -> bytes:
        return response(await self._held(CallName.read(unquote(headers.get(CALL_HEADER, "")))), b"")


def response(status: int, data: bytes, more: str = "") -> bytes:
    """The bytes of an HTTP answer."""
    return f"HTTP/1.1 {status} X\r\n{more}Content-Length: {len(data)}\r\n\r\n".encode() + data


def stored_answer(name: str, size: int) -> bytes:
    """What the blob store says of an object that it has stored."""
    stored = {
        "name": name,
        "version": "1",
        "size": str(size),
        "etag": "0" * 32,
        "uploaded": str(EPOCH_MS),
        "httpFields": {},
        "customFields": [],
        "checksums": {},
    }
    data = json.dumps(stored).encode()
    return response(200, data, f"cf-r2-metadata-size: {len(data)}\r\n")


async def _headers(reader: asyncio.StreamReader) -> dict[str, str]:
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin1")
    pairs = (line.partition(":") for line in head.split("\r\n")[1:])
    return {name.strip().lower(): value.strip() for name, _, value in pairs}


async def _body(reader: asyncio.StreamReader, headers: dict[str, str]) -> bytes:
    if "chunked" not in headers.get("transfer-encoding", ""):
        return await reader.readexactly(int(headers.get("content-length", 0)))
    return await read_chunked(reader)


async def read_chunked(reader: asyncio.StreamReader) -> bytes:
    """A body in pieces, each with its size before it."""
    body = b""
    while size := int((await reader.readline()).strip(), 16):
        body += (await reader.readexactly(size + 2))[:-2]
    await reader.readexactly(2)
    return body
