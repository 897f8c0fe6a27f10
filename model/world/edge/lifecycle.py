"""The end of a page, and its beginning again: what it takes along, what it has kept."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lastchunk.model.trace import events as e
from lastchunk.model.world.edge.answers import TICK
from lastchunk.model.world.edge.standstill import ENDS
from lastchunk.reference_impl.contract import Chunk

if TYPE_CHECKING:
    from lastchunk.model.world.edge.client import ClientHost

PAGE_PENDING = (
    TICK,
    ("last_chunk",),
    ("stop",),
    ("pause",),
    ("unpause",),
    *((kind,) for kind in ENDS),
)


def close(page: ClientHost, for_good: bool = True, crashes: bool = False) -> None:
    """The tab is closed. What it holds is gone with it, unless it will be there again.

    One that ``crashes`` is told nothing before.
    """
    if not page.is_open:
        return
    if not crashes:
        page.hear("page_hide")
        page.hide()
    network = page.world.network
    safe = {call[1] for call in network.keepalive} | network.arrived
    if page.keeps_queue and not for_good:
        safe |= {chunk.index for chunk in kept_chunks(page)}
    in_tab = tuple(chunk.index for chunk in page.chunks if chunk.index not in safe)
    page.world.trace.append(e.TabClosed(page.world.now_ms, in_tab))
    page.is_open = False
    page.stands, page.stands_since_ms, page.throttled = (), None, None
    page.kept_back, page.late_timers = [], []
    page.program.close()
    page.program = page.program.renewed()
    for key in PAGE_PENDING:
        page.world.cancel(key)
    network.leave()


def is_gone(page: ClientHost) -> bool:
    """Whether nobody has what the page held: it is closed, and no queue of it comes back."""
    comes_back = page.keeps_queue and ("reopen",) in page.world.pending
    return not page.is_open and not comes_back


def kept_chunks(page: ClientHost) -> list[Chunk]:
    """The chunks of the queue that is kept: what is not answered, the oldest that fit."""
    answered = page.world.network.answered
    kept = [chunk for chunk in page.chunks if chunk.index not in answered]
    left: Any = page.world.scenario.browser.kept_bytes_max
    if left is None:
        return kept
    fit: list[Chunk] = []
    for chunk in kept:
        if chunk.size_bytes <= left:
            fit.append(chunk)
            left = left - chunk.size_bytes
    return fit


def reopen(page: ClientHost, outcome: str = "") -> None:
    """The page is there again, with the queue that it kept; its recorder is not.

    The media since the last chunk was the old recorder's, and is lost with it.
    """
    if not page.keeps_queue:
        return
    for key in [key for key in page.world.pending if key[0] == "sleep"]:
        page.world.cancel(key)  # a timer of the page that is gone
    page.is_open, page.is_stopped = True, True
    page.last_index = page.made - 1
    page.recorded_ms = page.emitted_ms
    page.world.trace.append(e.TabReopened(page.world.now_ms, page.recorded_ms))
    page.pages += 1
    page.is_hidden = False
    kept = kept_chunks(page)
    if outcome == "unreadable":
        arrived = page.world.network.arrived
        lost, kept = tuple(c.index for c in kept if c.index not in arrived), []
        page.world.trace.append(e.ChunksLost(page.world.now_ms, lost))
    page.begin(("resume", page.pages), "resume", (kept, page.recorded_ms))
