"""A small blob store on this machine: it speaks the protocol of the runtime's R2 binding.

It is a process's own memory, so it outlives the runtime: what a killed runtime had stored is there.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from typing import NamedTuple

from lastchunk.model.conformance.runtime.held import Outside, response, stored_answer

BEGUN = "begun-ms"


class StoredBlob(NamedTuple):
    """What one put has stored, and when its first and last bytes came."""

    begun_ms: int
    stored_ms: int
    body: bytes


class LocalBlobs(Outside):
    """Stores each put once its last byte has come. ``blobs`` has all puts by key, in order."""

    def __init__(self, now_ms: Callable[[], int]) -> None:
        super().__init__()
        self.now_ms = now_ms
        self.blobs: dict[str, list[StoredBlob]] = {}
        self.put_seconds = 0.0

    def _begins(self, headers: dict[str, str]) -> None:
        headers[BEGUN] = str(self.now_ms())

    async def _answered(self, headers: dict[str, str], body: bytes) -> bytes:
        size = int(headers.get("cf-r2-metadata-size", 0))
        told = json.loads(body[:size] or headers.get("cf-r2-request", "{}"))
        if told.get("method") != "put":
            return response(501, b"")
        await asyncio.sleep(self.put_seconds)
        blob = StoredBlob(int(headers[BEGUN]), self.now_ms(), body[size:])
        self.blobs.setdefault(told["object"], []).append(blob)
        return stored_answer(told["object"], len(blob.body))
