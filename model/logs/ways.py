"""The known failure ways, and the one that is nearest to what a log shows of a session.

Each has a letter with a number, a name, and the platform's rule behind it (docs/platform.md). The
first in the order below that fits what was seen is the nearest; none may fit.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from itertools import pairwise
from typing import NamedTuple

from lastchunk.model.logs.judge import may_be_stored
from lastchunk.model.logs.reading.seen import FINALIZE_CALL, SeenCall, SeenSession
from lastchunk.model.logs.recording import chunks_of, recorded_later, recording_ended, stored_by

LONG_MS = 590_000
"""The long alarm of the deployed design, less what may be lost in measuring it."""
LATE_ALARM_MS = 2_000
COUNT, REOPENED, EARLY = "count_true", "completed_is_final", "complete_at_finalization"
SAID = {
    "nothing_lost": "lost",
    "nothing_refused": "refused",
    "finalizes_promptly": "late",
    EARLY: "too early",
    REOPENED: "reopened",
}
"""What a violation of a property is called in a table; of another one its name is used."""


class FailureWay(NamedTuple):
    """One known way. ``rule`` is the platform's rule behind it, "" where the page is to blame."""

    key: str
    name: str
    rule: str
    breaks: tuple[str, ...]
    fits: Callable[[SeenSession], bool]

    @property
    def words(self) -> str:
        """The way for a person."""
        return f"{self.key}: {self.name}" + (f" ({self.rule})" if self.rule else "")


def nearest_way(session: SeenSession, violated: Collection[str]) -> FailureWay | None:
    """The nearest known way to what a session violated; None where none fits."""
    for way in WAYS:
        if any(slug in way.breaks for slug in violated) and way.fits(session):
            return way
    return None


def _completed_by(session: SeenSession) -> int | None:
    between = session.completed_between()
    return None if between is None else between[1]


def _refused(session: SeenSession) -> list[SeenCall]:
    return [call for call in session.uploads if call.is_refused]


def _under_way(session: SeenSession, at_ms: int) -> list[SeenCall]:
    """The uploads that were under way at a time."""
    return [
        call
        for call in session.uploads
        if call.first_ms <= at_ms < (call.over_ms or call.failed_ms or at_ms + 1)
    ]


def _ended_by(session: SeenSession) -> int:
    """When the session was over for uploads at the latest: completed, or the first refused."""
    times = [call.over_ms for call in _refused(session) if call.over_ms is not None]
    completed_ms = _completed_by(session)
    return min([*times, *([] if completed_ms is None else [completed_ms])], default=-1)


def _pause(session: SeenSession) -> bool:
    """No chunk for over ten minutes, and then one was refused, or recorded later."""
    uploads = session.uploads
    gaps = [
        after.first_ms - (before.over_ms or before.first_ms) for before, after in pairwise(uploads)
    ]
    return max(gaps, default=0) > LONG_MS and _is_cut_short(session)


def _is_cut_short(session: SeenSession) -> bool:
    stop_ms = recording_ended(session)
    ended_ms = _ended_by(session)
    return ended_ms >= 0 and (stop_ms is None or ended_ms < stop_ms)


def _stray_stop(session: SeenSession) -> bool:
    """The recording went on after a stop: there is a later one, and chunks between the two."""
    return any(recorded_later(session, stop.first_ms) >= 0 for stop in session.stops[:-1])


def _slow_upload(session: SeenSession) -> bool:
    return any(
        call.over_ms is not None and call.over_ms - call.first_ms > LONG_MS
        for call in session.uploads
    )


def _finalize_call(session: SeenSession) -> bool:
    """The page finalized, and a chunk came after that."""
    calls = [call for call in session.stops if call.method == FINALIZE_CALL]
    return any(call.first_ms <= item.first_ms for call in calls for item in _refused(session))


def _alarm_inside(session: SeenSession) -> bool:
    """An upload was under way as the session was over, and the stop had come before."""
    return _after_the_stop(session) and bool(_taken_across(session))


def _taken_across(session: SeenSession) -> list[SeenCall]:
    ended_ms = _ended_by(session)
    return [call for call in _under_way(session, ended_ms) if not call.is_refused]


def _after_the_stop(session: SeenSession) -> bool:
    ended_ms = _ended_by(session)
    return any(stop.first_ms <= ended_ms for stop in session.stops)


def _refused_between(session: SeenSession) -> bool:
    """A chunk was refused, and the upload before it had been under way at the stop's alarm."""
    refused = [call.first_ms for call in _refused(session)]
    stops = [stop.first_ms for stop in session.stops]
    return any(
        stop <= at_ms and any(call.over_ms is not None for call in _long_before(session, at_ms))
        for at_ms in refused
        for stop in stops
    )


def _long_before(session: SeenSession, at_ms: int) -> list[SeenCall]:
    """Uploads that were taken, and still under way 5 s after the stop that came before them."""
    stops = [stop.first_ms for stop in session.stops if stop.first_ms <= at_ms]
    return [
        call
        for call in session.uploads
        if call.is_taken
        and call.over_ms is not None
        and any(call.first_ms <= stop + 5_000 < call.over_ms for stop in stops)
    ]


def _backlog(session: SeenSession) -> bool:
    """A chunk was still waiting as the session was over, and none was under way."""
    return _after_the_stop(session) and bool(_refused(session)) and not _taken_across(session)


def _last_upload_after_stop(session: SeenSession) -> bool:
    """The last upload ended after the stop, so its long alarm replaced the short one."""
    stops = [stop.first_ms for stop in session.stops]
    over = [call.over_ms for call in session.uploads if call.is_taken and call.over_ms is not None]
    return bool(stops and over) and max(over) > max(stops)


def _slow_stop(session: SeenSession) -> bool:
    """The stop was long on its way, and no upload was over after it came."""
    came = [stop.started_ms or stop.answered_ms for stop in session.stops[:1]]
    sent = [stop.sent_ms for stop in session.stops[:1]]
    if not came or came[0] is None or sent[0] is None:
        return False
    return came[0] - sent[0] > LATE_ALARM_MS and not any(
        (call.over_ms or 0) > came[0] for call in session.uploads
    )


def _create_again(session: SeenSession) -> bool:
    creates = [call.first_ms for call in session.calls.values() if call.method == "create"]
    return any(stop.first_ms < at for stop in session.stops for at in creates)


def _alarm_late(session: SeenSession) -> bool:
    return any(alarm.started_ms - alarm.due_ms > LATE_ALARM_MS for alarm in session.alarms)


def _alarm_gone(session: SeenSession) -> bool:
    return session.alarm_failures > 0


def _no_stop(session: SeenSession) -> bool:
    return not session.stops


def _counted_twice(session: SeenSession) -> bool:
    """A chunk was sent again, and came twice: the first answer was lost."""
    return any(
        sum(call.status is None or call.is_taken for call in calls) > 1
        for calls in chunks_of(session).values()
    )


def _overlapped(session: SeenSession) -> bool:
    return any(
        other.chunk != call.chunk and other.first_ms < (call.over_ms or other.first_ms)
        for call in session.uploads
        for other in _under_way(session, call.first_ms)
    )


def _stored_uncounted(session: SeenSession) -> bool:
    """A chunk is stored, and no handler of it ended well."""
    return any(
        stored_by(calls) is not None and not any(call.is_taken for call in calls)
        for calls in chunks_of(session).values()
    ) or any(not may_be_stored(calls) for calls in chunks_of(session).values())


def _reopened(session: SeenSession) -> bool:
    return bool(_taken_across(session))


def _always(session: SeenSession) -> bool:
    return True


MISSES = (EARLY, "nothing_lost", "nothing_refused")
WAYS = (
    FailureWay(
        "F8",
        "no chunk for over ten minutes, so the long alarm completed it while recording",
        "D3",
        (*MISSES, "not_while_recording"),
        _pause,
    ),
    FailureWay(
        "F9",
        "one upload was slower than ten minutes: the alarm ran inside it",
        "R5",
        (*MISSES, REOPENED, "not_while_recording"),
        _slow_upload,
    ),
    FailureWay(
        "old flow",
        "the page saw an empty queue before the last chunk was in it, and finalized",
        "",
        MISSES,
        _finalize_call,
    ),
    FailureWay(
        "F4",
        "a chunk was sent after the alarm ran inside the upload before it, and was refused",
        "R4-R6",
        ("nothing_refused", "nothing_lost"),
        lambda session: _refused_between(session) or _alarm_inside(session),
    ),
    FailureWay(
        "F19",
        "a stray stop while recording: its short alarm ends the recording",
        "A1",
        (*MISSES, "not_while_recording", "finalizes_promptly"),
        lambda session: _stray_stop(session) and bool(_refused(session)),
    ),
    FailureWay(
        "F5",
        "a backlog at the stop with a gap before its next upload: the alarm ran in the gap",
        "R14",
        MISSES,
        _backlog,
    ),
    FailureWay(
        "F1",
        "an upload took longer after the stop than the grace: the alarm ran inside it",
        "R4-R6",
        (EARLY,),
        _alarm_inside,
    ),
    FailureWay(
        "F2",
        "an upload that the alarm ran inside of wrote its stale copy: completed is active again",
        "R4",
        (REOPENED,),
        _reopened,
    ),
    FailureWay(
        "F11",
        "an answer was lost and the chunk sent again: the count grew twice",
        "R10, R12",
        (COUNT,),
        _counted_twice,
    ),
    FailureWay("F12", "uploads at once read the same count", "R4", (COUNT,), _overlapped),
    FailureWay(
        "F13",
        "an instance was lost between the blob put and the write of the record",
        "R11",
        (COUNT,),
        _stored_uncounted,
    ),
    FailureWay(
        "F22",
        "create was called again: its long alarm replaced the short one",
        "A1",
        ("finalizes_promptly",),
        _create_again,
    ),
    FailureWay(
        "F16", "an alarm came late", "D3, R8", ("finalizes_promptly", "finalizes"), _alarm_late
    ),
    FailureWay(
        "F17",
        "the alarm's attempts failed",
        "D1",
        ("finalizes_promptly", "finalizes"),
        _alarm_gone,
    ),
    FailureWay(
        "F2",
        "an upload that the alarm ran inside of wrote its stale copy and the next long alarm",
        "R4",
        ("finalizes_promptly",),
        _alarm_inside,
    ),
    FailureWay(
        "F20",
        "the grace counts from when the stop runs, and it was long on its way",
        "R13",
        ("finalizes_promptly",),
        _slow_stop,
    ),
    FailureWay(
        "F3",
        "the last upload ended after the stop: its long alarm replaced the short one",
        "A1",
        ("finalizes_promptly", "finalizes"),
        _last_upload_after_stop,
    ),
    FailureWay(
        "F6",
        "the stop was sent again, late",
        "R14",
        ("finalizes_promptly",),
        lambda session: len(session.stops) > 1,
    ),
    FailureWay(
        "F10",
        "the client was gone before the stop: the long alarm completed it",
        "R12",
        (*MISSES, "finalizes_promptly", "finalizes"),
        _no_stop,
    ),
    FailureWay("F18", "an alarm was delivered again", "D5", ("notified_once",), _always),
)
"""The ways in the order in which they are tried."""
