"""Media lost in ms: what was recorded, less what lies in chunks that are stored.

A chunk holds what was recorded between two moments at which the recorder handed one out. So media
that no chunk ever held, as in a page that is left before its first one, is counted too.
"""

from __future__ import annotations

from collections.abc import Iterable

from lastchunk.model.trace import events as e
from lastchunk.model.trace.facts import Facts

MEDIA = frozenset(
    (
        *(e.RecordingStarted, e.ChunkRecorded, e.StopPressed, e.TabClosed, e.TabReopened),
        *(e.PauseStarted, e.PauseEnded, e.RecorderFailed, e.TabFroze, e.TabThawed),
        *(e.LaptopSlept, e.LaptopWoke, e.BlobStored, e.BlobOfOtherTab, e.RunEnded),
    )
)
"""The events that bear on it: few of a trace, so that a figure of each session costs little."""


class Media:
    """The media of each chunk, gathered event by event beside `Facts`."""

    __slots__ = ("chunk_ms", "handed_out_ms", "settled_ms")

    def __init__(self) -> None:
        self.chunk_ms: dict[int, int] = {}
        self.handed_out_ms = 0
        self.settled_ms = 0
        """The media of chunks that are stored for good, and named no more."""

    def copy(self) -> Media:
        """Media that go their own way from here."""
        other = Media()
        other.chunk_ms = self.chunk_ms.copy()
        other.handed_out_ms, other.settled_ms = self.handed_out_ms, self.settled_ms
        return other

    def observe(self, event: e.Event, facts: Facts) -> None:
        """Take one more event in, which the facts know already."""
        if isinstance(event, e.ChunkRecorded):
            media_ms = _recorded_by(facts, event.at_ms)
            self.chunk_ms[event.chunk] = media_ms - self.handed_out_ms
            self.handed_out_ms = media_ms

    def lost_ms(self, facts: Facts) -> int:
        """How many ms of media of a finished run are stored nowhere."""
        if facts.start_ms < 0:
            return 0
        stored_ms = sum(self.chunk_ms.get(chunk, 0) for chunk in facts.stored)
        return _recorded_by(facts, facts.last_ms) - stored_ms - self.settled_ms


def media_lost_ms(trace: Iterable[e.Event]) -> int:
    """How many ms of media of a finished run are stored nowhere."""
    facts, media = Facts(), Media()
    for event in trace:
        if type(event) in MEDIA:
            facts.observe(event)
            media.observe(event, facts)
    return media.lost_ms(facts)


def _recorded_by(facts: Facts, at_ms: int) -> int:
    """The media that there is at a time: none while the recorder stands still, or has stopped."""
    if facts.recorded_ms >= 0:
        return facts.recorded_ms
    until_ms = at_ms if facts.stands_since_ms < 0 else facts.stands_since_ms
    return until_ms - facts.start_ms - facts.stood_ms
