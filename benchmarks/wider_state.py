"""More ways to keep state: lists of keys, several keys, chunks, and what an alarm is told.

The same as `benchmarks.design_state`, for designs that use more of the platform
(`benchmarks.wider_grammar`).
"""

from __future__ import annotations

from benchmarks.design_state import HEADER, Way

WIDER_HEADER = HEADER.replace(
    "from lastchunk.reference_impl.contract import BlobStoreError, Chunk, NetworkError, Response\n",
    "from lastchunk.reference_impl.contract import BlobStoreError, Chunk, HandlerFailure\n"
    "from lastchunk.reference_impl.contract import NetworkError, NotifyError, Response\n",
)
INFO = "info"
CHUNKS = "chunks"
WIDER_WAYS = {
    "listed": Way(
        "self.{n} = {{}}",
        (
            "self.{n} = await self.ctx.storage.list(prefix='k')",
            "self.{n} = await self.ctx.storage.list(prefix='k', reverse=True, limit=2)",
            "self.{n} = await self.ctx.storage.list(start='k1', end='k2')",
            "await self.ctx.storage.put('k{k}', len(self.{n}))",
            "await self.ctx.storage.put({{'k1': {k}, 'k0': 1}})",
            "await self.ctx.storage.delete(['k0', 'k{k}'])",
            "self.{n} = await self.ctx.storage.get(['k2', 'k{k}'])",
        ),
        (
            "len(self.{n}) > 1",
            "list(self.{n})[:1] == ['k{k}']",
            "sum(self.{n}.values()) > {k}",
            "'k{k}' in self.{n}",
            "len(await self.ctx.storage.list()) > {k} + 1",
        ),
    ),
    INFO: Way(
        "self.{n} = None",
        ("self.{n} = None",),
        (
            "self.{n} is not None and self.{n}.retry_count > 0",
            "self.{n} is not None and self.{n}.is_retry",
            "self.{n} is not None and self.ctx.now() - self.{n}.scheduled_time > {ms}",
        ),
    ),
    CHUNKS: Way(
        "self.{n} = []",
        ("self.{n}.clear()", "self.{n} = self.{n}[1:]"),
        ("len(self.{n}) > 1", "not self.{n}"),
        ("self.{n}", "[*self.{n}]"),
        "clear()",
    ),
    "counted in storage": Way(
        "",
        (
            "await self.ctx.storage.put({{'{n}': {k}, '{n}b': self.flying}})",
            "await self.ctx.storage.put('{n}', (await self.ctx.storage.get('{n}') or 0) + 1)",
            "await self.ctx.storage.delete(['{n}', '{n}b'])",
        ),
        (
            "len(await self.ctx.storage.get(['{n}', '{n}b'])) > 1",
            "(await self.ctx.storage.get('{n}') or 0) > 1",
            "list(await self.ctx.storage.list(prefix='{n}', reverse=True)) == ['{n}']",
        ),
    ),
}
"""Beside those of `design_state.WAYS`. An alarm also keeps what it is told, an upload its chunk."""
