"""What a log tells of the recording: its chunks, when it ended, whether a chunk went on waiting.

No log has the recorder. A page sends one chunk after the other: one that is sent directly after
another's answer had waited, one that is sent after a while without any may just have been recorded,
or a cut line held it up. So a stop is taken to have ended the recording, unless there is a later
stop, and a chunk that may have been recorded between the two.
"""

from __future__ import annotations

from lastchunk.model.logs.reading.seen import SeenCall, SeenSession

DIRECT_MS = 100
"""A page that has a chunk waiting sends it so soon after the answer before it."""
DIRECT_AT_OBJECT_MS = 3_000
"""The same at the object, which sees a chunk come rather than be sent."""
LAST_CHUNK_MS = 1_000
"""So long after the stop the recorder may hand out its last chunk."""


def chunks_of(session: SeenSession) -> dict[int, list[SeenCall]]:
    """The uploads of each chunk, the first first."""
    found: dict[int, list[SeenCall]] = {}
    for call in session.uploads:
        found.setdefault(call.chunk, []).append(call)
    return found


def known_chunks(session: SeenSession) -> range:
    """The chunks that there surely were: those that were sent, and all numbers below, or told."""
    sent = [call.chunk for call in session.uploads]
    return range(max(max(sent, default=-1) + 1, session.chunks_told))


def stored_by(calls: list[SeenCall]) -> int | None:
    """When a chunk was stored at the latest; None where it is not known to be."""
    times = [call.stored_by_ms for call in calls]
    return min((at for at in times if at is not None), default=None)


def recorded_later(session: SeenSession, at_ms: int) -> int:
    """The first chunk that was recorded after a time; -1 where none is known to be."""
    uploads = session.uploads
    for number, calls in sorted(chunks_of(session).items()):
        first = calls[0]
        if first.first_ms <= at_ms + LAST_CHUNK_MS:
            continue
        near_ms = DIRECT_AT_OBJECT_MS if first.sent_ms is None else DIRECT_MS
        ends = [end for call in uploads if call.chunk != number for end in _ends(call)]
        if not any(0 <= first.first_ms - end <= near_ms for end in ends):
            return number
    return -1


def _ends(call: SeenCall) -> list[int]:
    return [at for at in (call.ended_ms, call.answered_ms, call.failed_ms) if at is not None]


def recording_ended(session: SeenSession) -> int | None:
    """When the stop was sent, or came, that ended the recording; None where none is known to."""
    stops = session.stops
    for number, stop in enumerate(stops, 1):
        if number == len(stops) or recorded_later(session, stop.first_ms) < 0:
            return stop.first_ms
    return None
