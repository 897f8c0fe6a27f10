"""The upload handler as deployed, which the manual and the alarm design share.

The check stands at the start, the write-back at the end, and between them is outside I/O: the copy
that is written back is as old as the blob put was long, *status included*.
"""

from __future__ import annotations

from reference_impl.contract import (
    ACTIVE,
    STATE_KEY,
    Chunk,
    Context,
    Response,
)


async def create_session(ctx: Context) -> Response:
    """Store a new, active session; an existing one is left as it is."""
    if await ctx.storage.get(STATE_KEY) is None:
        await ctx.storage.put(STATE_KEY, {"status": ACTIVE, "chunks_uploaded": 0})
    return Response(200)


async def store_chunk(ctx: Context, chunk: Chunk) -> Response:
    """Check the status, store the chunk, count it on the copy that was read before the put."""
    state = await ctx.storage.get(STATE_KEY)
    if state is None:
        return Response(404)
    if state["status"] != ACTIVE:
        return Response(403)
    await ctx.blobs.put(chunk)
    state["chunks_uploaded"] += 1
    await ctx.storage.put(STATE_KEY, state)
    return Response(200)


async def set_status(ctx: Context, status: str) -> Response:
    """Write the status, whatever it was; 404 where there is no session."""
    state = await ctx.storage.get(STATE_KEY)
    if state is None:
        return Response(404)
    state["status"] = status
    await ctx.storage.put(STATE_KEY, state)
    return Response(200)
