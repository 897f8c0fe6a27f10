"""Step d of the ladder: the alarm waits for uploads that have begun.

An upload registers itself before its blob put. The alarm finds the leases that are live and comes
back when the first of them expires; an upload that never ends holds the session up for no longer.
Mends F1. An upload that is slower than its lease is still not waited for (F9), and the alarm still
knows nothing of a chunk that has not arrived (F6).
"""

from __future__ import annotations

from dataclasses import dataclass

from lastchunk.reference_impl.clock import Time
from lastchunk.reference_impl.contract import BlobStoreError, Chunk, Context, Response, StreamBroken
from lastchunk.reference_impl.re_read import ReReadDesign

LEASES_KEY = "leases"


@dataclass(frozen=True)
class LeaseSettings:
    """As the alarm design, and how long a lease lasts."""

    grace_ms: int = 5_000
    """From the stop to the alarm."""
    long_alarm_ms: int = 600_000
    """From the last upload to the alarm."""
    lease_ms: int = 600_000
    """How long an upload is waited for."""


class LeaseDesign(ReReadDesign):
    """Leases: an upload registers itself first, and the alarm waits while a lease is live."""

    Settings = LeaseSettings  # type: ignore[assignment]

    def __init__(self, ctx: Context, settings: LeaseSettings) -> None:
        self.ctx = ctx
        self.settings: LeaseSettings = settings  # type: ignore[assignment]

    async def upload(self, chunk: Chunk) -> Response:
        """Take a lease, store the chunk, give the lease back."""
        refusal = await self.refusal()
        if refusal is not None:
            return refusal
        leases = await self.leases()
        leases[chunk.index] = self.ctx.now() + self.settings.lease_ms
        await self.ctx.storage.put(LEASES_KEY, leases)
        try:
            await self.ctx.blobs.put(chunk)
        except (BlobStoreError, StreamBroken):
            await self.release(chunk)
            raise
        await self.release(chunk)
        return await self.record(chunk)

    async def release(self, chunk: Chunk) -> None:
        """Give the lease of a chunk back."""
        leases = await self.leases()
        leases.pop(chunk.index, None)
        await self.ctx.storage.put(LEASES_KEY, leases)

    async def leases(self) -> dict[int, Time]:
        """The leases by chunk: when each expires."""
        leases: dict[int, Time] | None = await self.ctx.storage.get(LEASES_KEY)
        return {} if leases is None else leases

    async def alarm(self) -> None:
        """Come back at the end of the first live lease; complete the session if there is none."""
        leases = await self.leases()
        live = [expiry for expiry in leases.values() if expiry > self.ctx.now()]
        if live:
            await self.ctx.storage.set_alarm(min(live))
            return
        await super().alarm()
