"""The shipped properties, judged by what a log tells: violated, held, silent, or not to be decided.

A judgement is one of the model's own, or *undecided* with the reason: the log could not tell. It
says violated only where no other reading of the log is left, and holds only so, too. A log tells
of a chunk when it was sent or came; a chunk that nobody ever sent is known of by its number alone.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from lastchunk.model.logs import unseen
from lastchunk.model.logs.reading.seen import SeenCall, SeenRecord, SeenSession
from lastchunk.model.logs.recording import (
    chunks_of,
    known_chunks,
    recorded_later,
    recording_ended,
    stored_by,
)
from lastchunk.model.properties import Holds, Judgement, JudgeSettings, NotApplicable, Violation
from lastchunk.model.properties.always import named
from lastchunk.model.properties.base import HOLDS
from lastchunk.reference_impl.contract import ACTIVE, COMPLETED, INCOMPLETE


@dataclass(frozen=True)
class Undecided:
    """The log does not tell. ``is_lack``: no log of its kind would, whatever the session."""

    reason: str
    is_lack: bool = False


LogJudgement = Judgement | Undecided
Checker = Callable[[SeenSession, JudgeSettings], LogJudgement]
NO_RECORD = "the log never has the session's record"
NO_UPLOAD = "no upload is in the log"
"""A session may have had none, or a mapping may not know them: both look the same."""


OWN_STATUSES = (ACTIVE, COMPLETED, INCOMPLETE)


def _unless(*reasons: str) -> LogJudgement:
    """It holds, unless something may have happened unseen."""
    return next((Undecided(reason) for reason in reasons if reason), HOLDS)


def _no_record(session: SeenSession) -> Undecided:
    """The log has no record; where an alarm may have written it, another log would have."""
    return Undecided(NO_RECORD, not session.alarm_writes)


def may_be_stored(calls: list[SeenCall]) -> bool:
    """Whether a chunk may be stored: some attempt at it was not refused."""
    return any(not call.is_refused for call in calls)


def _nothing_refused(session: SeenSession, judge: JudgeSettings) -> LogJudgement:
    """No upload was answered by a 4xx."""
    uploads = session.uploads
    if not uploads:
        return NotApplicable(NO_UPLOAD)
    for call in uploads:
        if call.is_refused:
            assert call.over_ms is not None
            return Violation(call.over_ms, f"chunk {call.chunk} was answered {call.status}")
    silent = [call for call in uploads if call.status is None and call.failed_ms is None]
    if silent:
        return Undecided(f"the log has no answer to the upload of chunk {silent[0].chunk}")
    return _unless(unseen.beginning(session), unseen.hole(session))


def _nothing_lost(session: SeenSession, judge: JudgeSettings) -> LogJudgement:
    """Each chunk known of was stored in the end."""
    chunks, known = chunks_of(session), known_chunks(session)
    if not known:
        return NotApplicable(NO_UPLOAD)
    lost = [n for n in known if stored_by(chunks.get(n, [])) is None]
    surely = tuple(n for n in lost if n in chunks and not may_be_stored(chunks[n]))
    if surely:
        return Violation(session.last_ms, f"{named(surely)} refused, and never stored")
    never_sent = tuple(n for n in lost if n not in chunks)
    if never_sent and not unseen.sees_all_sent(session):
        return Undecided(f"whether chunk {never_sent[0]} was ever sent: the log may lack it")
    if never_sent and session.is_settled:
        return Violation(session.last_ms, f"{named(never_sent)} never sent")
    if lost:
        return Undecided(f"whether chunk {lost[0]} was stored: the log has no answer to it")
    return _unless(unseen.beginning(session))


def _complete_at_finalization(session: SeenSession, judge: JudgeSettings) -> LogJudgement:
    """At its first completion each chunk recorded by then was stored."""
    between = session.completed_between()
    if between is None:
        return _never_completed(session)
    after_ms, by_ms = between
    chunks, open_chunk = chunks_of(session), -1
    known = known_chunks(session)
    if not known:
        before = unseen.beginning(session)
        return Undecided(before) if before else NotApplicable(NO_UPLOAD)
    for number in known:
        calls = chunks.get(number, [])
        is_known = bool(calls) or unseen.sees_all_sent(session)
        if is_known and _was_there(session, calls, after_ms) and _surely_missing(calls, by_ms):
            if before := unseen.beginning(session):  # it may have been completed before
                return Undecided(before)
            return Violation(by_ms, f"completed without {named((number,))}")
        stored_ms = stored_by(calls)
        if stored_ms is None or stored_ms > after_ms:
            open_chunk = number
    if open_chunk >= 0:
        return Undecided(f"whether chunk {open_chunk} was stored before the completion")
    return _unless(unseen.completions(session))


def _was_there(session: SeenSession, calls: list[SeenCall], after_ms: int) -> bool:
    """Whether a chunk was surely recorded by then: it was sent, or the recording had ended."""
    stop_ms = recording_ended(session)
    return (stop_ms is not None and stop_ms <= after_ms) or any(
        call.first_ms <= after_ms for call in calls
    )


def _surely_missing(calls: list[SeenCall], by_ms: int) -> bool:
    """Whether no attempt can have stored a chunk by then."""
    for call in calls:
        if call.stored_ms is not None:
            if call.stored_ms <= by_ms:
                return False
        elif not call.is_refused and call.first_ms <= by_ms:
            return False  # it may have, whatever became of the answer
    return True


def _never_completed(session: SeenSession) -> LogJudgement:
    if not session.record:
        return _no_record(session)
    return NotApplicable("it was never seen completed")


def _completed_is_final(session: SeenSession, judge: JudgeSettings) -> LogJudgement:
    """A session that was completed stayed so."""
    between = session.completed_between()
    if between is None:
        return _never_completed(session)
    doubt = ""
    for item in session.record:
        is_later = item.asked_ms > between[1] and item.status != COMPLETED
        if is_later and item.status not in OWN_STATUSES:
            doubt = f"whether it stayed completed: what the status {item.status} says"
        elif is_later:
            return Violation(item.at_ms, f"completed became {item.status} again")
        if item.asked_ms > between[1] and item.reopens:
            return Violation(item.at_ms, f"completed, {item.previous} again, and completed again")
    return _unless(doubt, unseen.open_end(session), unseen.completions(session))


def _count_true(session: SeenSession, judge: JudgeSettings) -> LogJudgement:
    """The count that the record has at its completion, and last, is that of the chunks stored."""
    counted = [item for item in session.record if item.counted >= 0]
    if not counted:
        return Undecided("the log never has the count in the session's record", True)
    before_ms, found = session.first_ms, list[LogJudgement]()
    for item in session.record:
        if item.status == COMPLETED and item.counted >= 0:
            since_ms = item.at_ms if item.is_write else before_ms
            found.append(_counted(session, item, since_ms))
            break
        before_ms = item.asked_ms
    found.append(_counted(session, counted[-1], counted[-1].asked_ms))
    order = (Violation, Undecided, Holds)
    return min(found, key=lambda one: order.index(type(one)))


def _counted(session: SeenSession, item: SeenRecord, since_ms: int) -> LogJudgement:
    """One count, of what was stored between a time and when it was seen."""
    chunks, count = chunks_of(session), item.counted
    least = sum(any(_is_over(call, since_ms) for call in calls) for calls in chunks.values())
    most = sum(
        any(call.first_ms <= item.at_ms and not call.is_refused for call in calls)
        for calls in chunks.values()
    )
    no_upload = "" if chunks or not count else NO_UPLOAD
    unknown = unseen.beginning(session) or unseen.hole(session) or no_upload
    if count < least or (count > most and not unknown):
        true_count = least if count < least else most
        return Violation(item.at_ms, f"the count is {count}, stored are {true_count}")
    if least < most or unknown:
        return Undecided(unknown or f"the count is {count}, stored are {least} to {most}")
    return HOLDS


def _is_over(call: SeenCall, by_ms: int) -> bool:
    """Whether an upload had surely been stored by a time."""
    return call.stored_by_ms is not None and call.stored_by_ms <= by_ms


def _finalizes(session: SeenSession, judge: JudgeSettings) -> LogJudgement:
    """The session was settled when it was last seen."""
    if not session.record:
        return _no_record(session)
    if session.is_settled:
        return _unless(unseen.open_end(session))
    return Undecided(f"it was {session.last_status} when it was last seen")


def _finalizes_promptly(session: SeenSession, judge: JudgeSettings) -> LogJudgement:
    """The completion came within the grace and 2 s of the later of stop and last upload."""
    found = _soon(session, judge)
    if found == HOLDS and session.stops[0].sent_ms is None:
        return Undecided("when the stop was sent: the log has when it came", True)
    return found


def _finalizes_once_known(session: SeenSession, judge: JudgeSettings) -> LogJudgement:
    """As `finalizes_promptly`, counted from when the stop has come to the object."""
    if session.stops and session.stops[0].started_ms is None:
        return Undecided("when the stop came to the object is not in the log", True)
    return _soon(session, judge)


def _soon(session: SeenSession, judge: JudgeSettings) -> LogJudgement:
    stop_ms = recording_ended(session)
    if stop_ms is None:
        return NotApplicable("no stop is in the log")
    taken = [call for call in session.uploads if call.is_taken]
    ended = [call.over_ms for call in taken if call.over_ms is not None]
    exact = [call.ended_ms for call in taken]
    last_ms = max([stop_ms, *ended])
    # A page sees an upload's end later than the object: so much earlier may it have been due.
    sure_ms = last_ms if None not in exact else max([stop_ms, *(c.first_ms for c in taken)])
    return _prompt(session, last_ms, sure_ms, judge)


def _prompt(session: SeenSession, last_ms: int, sure_ms: int, judge: JudgeSettings) -> LogJudgement:
    found = _prompt_by(session, last_ms, sure_ms, judge)
    silent = [call for call in session.uploads if call.status is None and call.ended_ms is None]
    if isinstance(found, Violation) and not session.uploads:
        return Undecided(f"when the last upload ended: {NO_UPLOAD}")
    if isinstance(found, Violation) and silent:  # it may have been taken, and ended, at any time
        return Undecided(f"when chunk {silent[-1].chunk} came: the log has no answer to it")
    return found


def _prompt_by(
    session: SeenSession, last_ms: int, sure_ms: int, judge: JudgeSettings
) -> LogJudgement:
    due_ms = last_ms + judge.prompt_ms
    final = session.completed_for_good()
    if not session.record:
        return _no_record(session)
    if final is None and session.last_status == INCOMPLETE:
        return NotApplicable("it was declared incomplete")
    if final is None and session.last_status not in OWN_STATUSES:
        return Undecided(f"whether it is completed: what the status {session.last_status} says")
    if final is None:
        not_yet = [item.asked_ms for item in session.record if item.status != COMPLETED]
        if not_yet and not_yet[-1] > due_ms:
            late_ms = not_yet[-1] - last_ms
            return Violation(due_ms, f"not completed {late_ms:,} ms after the stop and last upload")
        return Undecided("when it was completed: the log does not have it")
    after_ms, by_ms = final
    if after_ms > due_ms:
        words = "completed" if after_ms == by_ms else "not completed"
        late_ms = after_ms - last_ms
        return Violation(due_ms, f"{words} {late_ms:,} ms after the stop and the last upload")
    if by_ms <= sure_ms + judge.prompt_ms:
        return _unless(
            unseen.open_end(session), unseen.between_looks(session, _asked(session, by_ms))
        )
    seen = f"between {after_ms - last_ms:,} and {by_ms - last_ms:,} ms after the last upload"
    return Undecided(f"it was completed {seen}")


def _asked(session: SeenSession, at_ms: int) -> int:
    """When the look began that saw the record by a time."""
    return min(item.asked_ms for item in session.record if item.at_ms == at_ms)


def _not_while_recording(session: SeenSession, judge: JudgeSettings) -> LogJudgement:
    """The session was not completed before the recording ended."""
    between, stop_ms = session.completed_between(), recording_ended(session)
    if between is None:
        return _never_completed(session)
    if stop_ms is None:
        return Undecided("when the recording ended: no stop is in the log")
    first_ms = min(call.first_ms for call in session.calls.values())
    if between[1] < stop_ms and between[1] <= first_ms:
        return Undecided("what had completed it before the first call in the log")
    if between[1] < stop_ms:
        return Violation(between[1], "completed while recording")
    if between[0] < stop_ms:
        return Undecided("whether it was completed before the stop")
    if recorded_later(session, stop_ms) >= 0:
        return Undecided("whether it recorded on after the stop")
    return _unless(unseen.beginning(session), unseen.in_quiet(session))


def _notified_once(session: SeenSession, judge: JudgeSettings) -> LogJudgement:
    """A consumer was told once."""
    if not session.notified:
        return Undecided("no notification is in the log", True)
    if len(session.notified) > 1:
        return Violation(
            session.notified[1], f"the consumer was told {len(session.notified)} times"
        )
    return HOLDS


CHECKS: dict[str, Checker] = {
    "complete_at_finalization": _complete_at_finalization,
    "nothing_refused": _nothing_refused,
    "nothing_lost": _nothing_lost,
    "completed_is_final": _completed_is_final,
    "count_true": _count_true,
    "finalizes": _finalizes,
    "finalizes_promptly": _finalizes_promptly,
    "finalizes_once_known": _finalizes_once_known,
    "not_while_recording": _not_while_recording,
    "notified_once": _notified_once,
}
"""What a log that is no whole trace can be asked; of the others it says nothing."""
NOT_ASKED = {
    "duration_true": "the recordings list is not in the log",
    "consumer_sees_all": "what consumers read is not in the log",
    "nothing_recoverable_lost": "what a closed tab held is not in the log",
}
