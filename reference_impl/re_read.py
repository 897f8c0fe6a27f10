"""Step c of the ladder: the state is read again after the blob put, and completed is final.

What happened while the put was under way counts. A set of chunk indexes takes the place of the
counter, so a chunk that is sent twice is one chunk. Mends F2, F11 and F12; a chunk that the alarm
did not wait for is refused now instead of reopening the session.
"""

from __future__ import annotations

from lastchunk.reference_impl.contract import ACTIVE, STATE_KEY, Chunk, Response
from lastchunk.reference_impl.session import note_chunk
from lastchunk.reference_impl.short_grace import ShortGraceDesign


class ReReadDesign(ShortGraceDesign):
    """Re-read: no stale copy is written back, chunks are counted once, completed is final."""

    async def upload(self, chunk: Chunk) -> Response:
        """Check, store, and check again before the chunk is recorded."""
        refusal = await self.refusal()
        if refusal is not None:
            return refusal
        await self.ctx.blobs.put(chunk)
        return await self.record(chunk)

    async def record(self, chunk: Chunk) -> Response:
        """Note a stored chunk in the state as it is now."""
        refusal = await self.refusal()
        if refusal is not None:
            return refusal
        state = await self.ctx.storage.get(STATE_KEY)
        note_chunk(state, chunk)
        await self.ctx.storage.put(STATE_KEY, state)
        await self.put_off()
        return Response(200)

    async def refusal(self) -> Response | None:
        """Why a chunk cannot be taken now; None if it can."""
        state = await self.ctx.storage.get(STATE_KEY)
        if state is None:
            return Response(404)
        return None if state["status"] == ACTIVE else Response(403)
