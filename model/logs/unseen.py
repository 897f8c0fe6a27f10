"""What may have happened that a log does not show, in words; "" where nothing may have.

A log may begin after its session did. Where it has no writes of the record, the record is known
where somebody looks at it alone: it may have been completed, and active again, before that.
"""

from __future__ import annotations

from itertools import pairwise
from math import inf

from lastchunk.model.logs.reading.mapping import UPLOAD_CALL
from lastchunk.model.logs.reading.seen import CREATED, SeenCall, SeenSession
from lastchunk.model.logs.recording import chunks_of, known_chunks, recording_ended

MAY_WRITE_BACK = (CREATED, UPLOAD_CALL)
"""Calls that may write a record back that was read before the completion (F2, F22)."""
QUIET_MS = 60_000
"""While it records, nothing completes a session so soon after a call that was taken."""


def sees_all_sent(session: SeenSession) -> bool:
    """Whether a chunk that is not in the log was not sent: it is a page's, from the beginning on.

    An invocation may be missing from an export of traces, by sampling or with its instance. A page
    that is loaded again begins a log with a call that creates, too, and goes on with later chunks.
    """
    creates = [call for call in session.calls.values() if call.method == CREATED]
    is_first = min((call.chunk for call in session.uploads), default=0) <= 0
    return is_first and any(call.sent_ms is not None for call in creates)


def beginning(session: SeenSession) -> str:
    """Why a page's log may lack calls from before it begins."""
    is_of_page = any(call.sent_ms is not None for call in session.calls.values())
    if not is_of_page or sees_all_sent(session):
        return ""
    return "what was before the log began: it has not the first calls of the page"


def hole(session: SeenSession) -> str:
    """Why an upload may be missing from the log of the object's side."""
    chunks = chunks_of(session)
    missing = [number for number in known_chunks(session) if number not in chunks]
    if not missing or sees_all_sent(session):
        return ""
    return f"what became of chunk {missing[0]}: the log has no upload of it"


def sees_writes(session: SeenSession) -> bool:
    """Whether the log has each write of the record, or at least that there was one."""
    return any(item.is_write for item in session.record)


def completions(session: SeenSession) -> str:
    """Why the session may have been completed, and active again, unseen."""
    return beginning(session) or in_quiet(session) or between_looks(session)


def writers(session: SeenSession) -> list[SeenCall]:
    """The calls that may write back what they read."""
    return [call for call in session.calls.values() if call.method in MAY_WRITE_BACK]


def _over_ms(call: SeenCall) -> float:
    """When a call can have written last; without an answer at any time. A call that creates is made
    again where it fails, and is taken to be over then."""
    over_ms = call.over_ms
    if over_ms is None and call.method == CREATED:
        over_ms = call.failed_ms
    return inf if over_ms is None else over_ms


def in_quiet(session: SeenSession) -> str:
    """The same while it was recording: no call ended for long, and one did then."""
    stop_ms = recording_ended(session)
    if stop_ms is None or sees_writes(session):
        return ""
    ends = sorted(call.over_ms for call in writers(session) if call.over_ms is not None)
    for before_ms, at_ms in pairwise(ends):
        quiet_ms = min(at_ms, stop_ms) - before_ms
        if quiet_ms > QUIET_MS:
            took = f"{quiet_ms:,} ms in which no call ended"
            return f"whether it was completed, and active again, in {took}"
    return ""


def between_looks(session: SeenSession, since_ms: int | None = None) -> str:
    """The same from a time on, or from the stop: then something may complete it, and a call that
    is under way may write it back."""
    before_ms = recording_ended(session) if since_ms is None else since_ms
    if before_ms is None or sees_writes(session):
        return ""
    for item in session.record:
        for call in writers(session):
            is_under_way = call.first_ms < item.at_ms and _over_ms(call) > before_ms
            if before_ms < item.at_ms and is_under_way:
                took = f"{item.at_ms - before_ms:,} ms without a look at it"
                return f"whether it was completed, and active again, in {took}"
        before_ms = max(before_ms, item.asked_ms)
    return ""


def open_end(session: SeenSession) -> str:
    """Why the record may have changed after it was last seen."""
    last = session.record[-1]
    wrote = [item for item in session.touched if item.at_ms > last.at_ms]
    if wrote:
        words = f"{wrote[0].method} wrote the record {wrote[0].at_ms - last.at_ms:,} ms later"
        return f"{words}, and the log does not say what"
    if sees_writes(session):
        return ""
    for call in writers(session):
        if _over_ms(call) > last.asked_ms:
            return f"nobody read the record after the last {call.method}"
    return ""
