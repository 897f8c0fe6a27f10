"""The upload handler as deployed, which the manual and the alarm design share.

The check stands at the start, the write-back at the end, and between them is outside I/O: the copy
that is written back is as old as the blob put was long, *status included*.
"""

from __future__ import annotations

from typing import Any

from lastchunk.reference_impl.contract import (
    ACTIVE,
    STATE_KEY,
    Chunk,
    Context,
    Response,
)


def new_state() -> dict[str, Any]:
    """The record of a session without chunks."""
    return {"status": ACTIVE, "chunks_uploaded": 0}


def note_chunk(state: dict[str, Any], chunk: Chunk) -> None:
    """Add a chunk to the set of those recorded; the count is the size of the set."""
    chunks = sorted({*state.get("chunks", ()), chunk.index})
    state["chunks"], state["chunks_uploaded"] = chunks, len(chunks)


def missing_chunks(state: dict[str, Any]) -> list[int]:
    """The chunks that the stop promised and that are not recorded."""
    return sorted(set(range(state["expected"])) - set(state.get("chunks", ())))


async def create_session(ctx: Context) -> Response:
    """Store a new, active session; an existing one is left as it is."""
    if await ctx.storage.get(STATE_KEY) is None:
        await ctx.storage.put(STATE_KEY, new_state())
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
