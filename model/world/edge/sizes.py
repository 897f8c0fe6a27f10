"""The size of a chunk: the bit rate's, or as the scenario spreads, measures or tops it up."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lastchunk.model.scenario.chunk_sizes import KeyFrames, LognormalSizes, SpreadSizes
from lastchunk.reference_impl.contract import Chunk

if TYPE_CHECKING:
    from lastchunk.model.world.edge.client import ClientHost


def sized(page: ClientHost, chunk: Chunk) -> Chunk:
    """A chunk of the size that the scenario gives it, ``chunk`` being as the bit rate has it."""
    spec = page.world.scenario.recording.chunk_sizes
    if spec is None:
        return chunk
    settings, index = page.settings, chunk.index
    full_bytes = max(1, settings.video_kbps * settings.chunk_ms // 8)
    if page.started_ms < 0:  # chunks that stand for a recording are whole ones
        chunk = page.world.chunk_with(index, full_bytes)
    if isinstance(spec, KeyFrames):
        media_ms = chunk.size_bytes * settings.chunk_ms // full_bytes
        frames = spec.frames(index, settings.chunk_ms, media_ms)
        return page.world.chunk_with(index, chunk.size_bytes + frames * spec.bytes)
    is_drawn = isinstance(spec, SpreadSizes | LognormalSizes)
    stream = ("chunk size", index) if is_drawn else ()
    given = (index, chunk.size_bytes, full_bytes)
    return page.world.chunk_with(index, page.world.worked_out(spec.size_bytes, given, stream))
