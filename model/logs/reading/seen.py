"""What a log tells of one session: its calls, its record, its alarms, each time as the log has it.

A call is known by method, chunk and attempt, as in a trace. A time that the log does not have is
None. What the log says of the record is what was written, or what somebody read: a read tells what
it was, not since when.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from lastchunk.model.base.errors import InputError
from lastchunk.model.logs.reading.mapping import CALL_METHODS, STOP_CALL, UPLOAD_CALL
from lastchunk.model.trace import events as e
from lastchunk.reference_impl.contract import ACTIVE, COMPLETED, INCOMPLETE

EVENTS_MAX = 500_000
"""So many events of one session are held; a session with more is refused."""
CREATED, FINALIZE_CALL = CALL_METHODS["create"], CALL_METHODS["finalize"]
STOP_CALLS = (CALL_METHODS[STOP_CALL], FINALIZE_CALL)


class RecordRead(NamedTuple):
    """Somebody read the session's record, after ``asked_ms`` and by ``at_ms``.

    ``counted`` is -1 where the answer had none.
    """

    at_ms: int
    status: str
    counted: int
    asked_ms: int


class RecordTouched(NamedTuple):
    """A handler wrote the record, and the log does not say what.

    With ``may_reopen`` a call was taken and set the alarm: a session that had been completed is
    active since.
    """

    at_ms: int
    method: str
    may_reopen: bool = False


class AlarmWrote(NamedTuple):
    """A run of the alarm wrote; ``is_record`` where the log has the key, and it is the record's.

    ``due_ms`` is when it was scheduled, -1 where the log does not have that. ``has_failed``: the
    run did, or was cut off, so that its writes may be lost.
    """

    at_ms: int
    is_record: bool
    due_ms: int = -1
    has_failed: bool = False


class ChunksTold(NamedTuple):
    """A stop said how many chunks there are."""

    at_ms: int
    chunks: int


class SeenRecord(NamedTuple):
    """The record as it was written, or read between ``asked_ms`` and ``at_ms``.

    ``previous`` is the status that a write replaced, "" where that is not known.
    """

    at_ms: int
    status: str
    counted: int
    is_write: bool
    previous: str
    asked_ms: int

    @property
    def reopens(self) -> bool:
        """Whether a session that had been completed was active before this write."""
        return self.is_write and self.previous not in ("", COMPLETED)


@dataclass
class SeenCall:
    """One call. ``stored_ms`` is when its blob put ended, ``ended_ms`` when its handler did.

    ``put_failed_ms`` is when a put of it failed, the last that did.
    """

    method: str
    chunk: int
    attempt: int
    sent_ms: int | None = None
    started_ms: int | None = None
    put_ms: int | None = None
    stored_ms: int | None = None
    ended_ms: int | None = None
    answered_ms: int | None = None
    failed_ms: int | None = None
    status: int | None = None
    put_failed_ms: int | None = None

    @property
    def first_ms(self) -> int:
        """The first that is known of it."""
        known = (self.sent_ms, self.started_ms, self.put_ms, self.stored_ms, self.ended_ms)
        ends = (self.answered_ms, self.failed_ms, self.put_failed_ms)
        return min(at for at in (*known, *ends) if at is not None)

    @property
    def over_ms(self) -> int | None:
        """When its handler had surely ended; None where that is not known."""
        return self.answered_ms if self.ended_ms is None else self.ended_ms

    @property
    def is_taken(self) -> bool:
        """Whether it was answered as a success."""
        return self.status is not None and self.status < 300

    @property
    def is_refused(self) -> bool:
        """Whether it was answered by a 4xx."""
        return self.status is not None and 400 <= self.status < 500

    @property
    def stored_by_ms(self) -> int | None:
        """When its chunk was stored at the latest; None where it is not known to be."""
        if self.stored_ms is not None:
            return self.stored_ms
        return self.over_ms if self.is_taken and self.put_failed_ms is None else None


@dataclass
class SeenAlarm:
    """One run of the alarm."""

    due_ms: int
    started_ms: int
    ended_ms: int | None = None


@dataclass
class SeenSession:
    """One session. ``is_whole``: the log is a trace from its beginning to its end."""

    name: str
    calls: dict[tuple[str, int, int], SeenCall] = field(default_factory=dict)
    record: list[SeenRecord] = field(default_factory=list)
    touched: list[RecordTouched] = field(default_factory=list)
    alarm_writes: list[AlarmWrote] = field(default_factory=list)
    alarms: list[SeenAlarm] = field(default_factory=list)
    sets: list[tuple[int, int]] = field(default_factory=list)
    notified: list[int] = field(default_factory=list)
    alarm_failures: int = 0
    events: list[e.Event] = field(default_factory=list)
    chunks_told: int = -1
    first_ms: int = -1
    last_ms: int = -1
    is_whole: bool = False
    is_cut: bool = False

    def add(self, event: Any) -> None:
        """Take what a log tells in. Raises `InputError` for a session that is too long."""
        if self.first_ms < 0 or event.at_ms < self.first_ms:
            self.first_ms = event.at_ms
        self.last_ms = max(self.last_ms, event.at_ms)
        if len(self.events) >= EVENTS_MAX:
            said = f"{EVENTS_MAX:,} events or more"
            raise InputError(f"session {self.name}", said, "fewer: does the mapping part sessions?")
        if type(event).__name__ in e.EVENTS:
            self.events.append(event)
        take = TAKES.get(type(event))
        if take is not None:
            take(self, event)

    def call(self, event: Any) -> SeenCall:
        """The call of an event, made where it is new."""
        key = (event.method, event.chunk, event.attempt)
        if key not in self.calls:
            self.calls[key] = SeenCall(*key)
        return self.calls[key]

    def upload(self, event: Any) -> SeenCall:
        """The upload of an event of the blob store."""
        key = (UPLOAD_CALL, event.chunk, event.attempt)
        if key not in self.calls:
            self.calls[key] = SeenCall(*key)
        return self.calls[key]

    @property
    def uploads(self) -> list[SeenCall]:
        """The calls that carry a chunk, the first known first."""
        found = [call for call in self.calls.values() if call.method == UPLOAD_CALL]
        return sorted(found, key=lambda call: (call.first_ms, call.chunk, call.attempt))

    @property
    def stops(self) -> list[SeenCall]:
        """The calls that end the recording, the first known first."""
        found = [call for call in self.calls.values() if call.method in STOP_CALLS]
        return sorted(found, key=lambda call: (call.first_ms, call.attempt))

    def settle(self) -> None:
        """All is in: bring it into the order of time."""
        for event in self._completions():
            self.add(event)
        self.events.sort(key=lambda event: event.at_ms)
        self.record.sort(key=lambda item: item.at_ms)
        self.alarms.sort(key=lambda alarm: alarm.started_ms)
        self.sets.sort()

    def _completions(self) -> list[e.StateWritten | RecordRead]:
        """The writes of alarms that complete. Where the log has no key an alarm may have written
        another thing: one after a completion counts only if a call may have reopened it since.

        An alarm that runs again is due at the same time: what it wrote before may have been lost
        with its commit. So it completed the session by the one run or by the other.
        """
        found: list[e.StateWritten | RecordRead] = []
        due_ms = failed_ms = -1
        since_ms = self.first_ms
        for write in sorted(self.alarm_writes):
            reopened = (item.at_ms for item in self.touched if item.may_reopen)
            may_be_active = any(since_ms <= at_ms <= write.at_ms for at_ms in reopened)
            is_again = write.due_ms == due_ms >= 0
            if write.has_failed:
                self.touched.append(RecordTouched(write.at_ms, "an alarm that failed"))
                failed_ms = failed_ms if is_again and failed_ms >= 0 else write.at_ms
            elif is_again and failed_ms >= 0:
                found.append(RecordRead(write.at_ms, COMPLETED, -1, failed_ms))
            elif is_again and found:
                first_ms = getattr(found.pop(), "asked_ms", since_ms)
                found.append(RecordRead(write.at_ms, COMPLETED, -1, first_ms))
            elif write.is_record or may_be_active or not found:
                found.append(e.StateWritten(write.at_ms, COMPLETED, -1, ACTIVE))
                failed_ms = -1
            due_ms, since_ms = write.due_ms, write.at_ms
        return found

    def completed_between(self) -> tuple[int, int] | None:
        """When it first became completed: after the one time, at the other at the latest."""
        before_ms = self.first_ms
        for item in self.record:
            if item.status == COMPLETED:
                return (item.at_ms if item.is_write else before_ms), item.at_ms
            before_ms = item.asked_ms
        return None

    def completed_for_good(self) -> tuple[int, int] | None:
        """The same of the last time that it became completed; None where it is not at the end."""
        found, before_ms, was = None, self.first_ms, ""
        for item in self.record:
            if item.status == COMPLETED and (was != COMPLETED or item.reopens):
                found = (item.at_ms if item.is_write else before_ms), item.at_ms
            before_ms, was = item.asked_ms, item.status
        return found if was == COMPLETED else None

    @property
    def last_status(self) -> str:
        """The status that the log has last; "" where it has none."""
        return self.record[-1].status if self.record else ""

    @property
    def is_settled(self) -> bool:
        """Whether it was completed or incomplete when last seen."""
        return self.last_status in (COMPLETED, INCOMPLETE)


def _sent(session: SeenSession, event: Any) -> None:
    session.call(event).sent_ms = event.at_ms


def _started(session: SeenSession, event: Any) -> None:
    session.call(event).started_ms = event.at_ms


def _ended(session: SeenSession, event: Any) -> None:
    call = session.call(event)
    call.ended_ms, call.status = event.at_ms, event.status


def _answered(session: SeenSession, event: Any) -> None:
    call = session.call(event)
    call.answered_ms, call.status = event.at_ms, event.status


def _failed(session: SeenSession, event: Any) -> None:
    session.call(event).failed_ms = event.at_ms


def _put(session: SeenSession, event: Any) -> None:
    session.upload(event).put_ms = event.at_ms


def _put_failed(session: SeenSession, event: e.BlobPutFailed) -> None:
    session.upload(event).put_failed_ms = event.at_ms


def _stored(session: SeenSession, event: Any) -> None:
    session.upload(event).stored_ms = event.at_ms


def _alarm(session: SeenSession, event: e.AlarmStarted) -> None:
    session.alarms.append(SeenAlarm(event.due_ms, event.at_ms))


def _alarm_over(session: SeenSession, event: e.AlarmEnded) -> None:
    if session.alarms:
        session.alarms[-1].ended_ms = event.at_ms


def _alarm_failed(session: SeenSession, event: e.AlarmFailed | e.AlarmDropped) -> None:
    session.alarm_failures += 1


def _written(session: SeenSession, event: e.StateWritten) -> None:
    at_ms, written = event.at_ms, (event.status, event.chunks_uploaded)
    session.record.append(SeenRecord(at_ms, *written, True, event.previous, at_ms))


def _reverted(session: SeenSession, event: e.StorageReverted) -> None:
    at_ms, left = event.at_ms, (event.status, event.chunks_uploaded)
    if event.status:  # else there is no record any more
        session.record.append(SeenRecord(at_ms, *left, False, "", at_ms))


def _read(session: SeenSession, event: RecordRead) -> None:
    read = (event.status, event.counted)
    session.record.append(SeenRecord(event.at_ms, *read, False, "", event.asked_ms))


def _told(session: SeenSession, event: ChunksTold) -> None:
    session.chunks_told = event.chunks


def _run_ended(session: SeenSession, event: e.RunEnded) -> None:
    session.is_whole = True


TAKES: dict[type, Callable[[SeenSession, Any], None]] = {
    e.RequestSent: _sent,
    e.ResponseArrived: _answered,
    e.RequestFailed: _failed,
    e.HandlerStarted: _started,
    e.HandlerEnded: _ended,
    e.BlobPutStarted: _put,
    e.BlobPutFailed: _put_failed,
    e.BlobStored: _stored,
    e.StorageReverted: _reverted,
    e.AlarmStarted: _alarm,
    e.AlarmEnded: _alarm_over,
    e.AlarmFailed: _alarm_failed,
    e.AlarmDropped: _alarm_failed,
    e.AlarmSet: lambda session, event: session.sets.append((event.at_ms, event.due_ms)),
    e.StateWritten: _written,
    e.Notified: lambda session, event: session.notified.append(event.at_ms),
    e.RunEnded: _run_ended,
    RecordRead: _read,
    RecordTouched: lambda session, event: session.touched.append(event),
    AlarmWrote: lambda session, event: session.alarm_writes.append(event),
    ChunksTold: _told,
}
