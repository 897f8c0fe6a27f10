"""Typed events of the platform: the object and its alarm, the blob store, the consumers.

They are read through `model.trace.events`, which says what their fields mean and holds the others.
"""

from __future__ import annotations

from typing import NamedTuple

from lastchunk.model.trace.event import in_lane

# --- the object ------------------------------------------------------------------------------


@in_lane("object")
class HandlerStarted(NamedTuple):
    """A method of the object began to run."""

    at_ms: int
    method: str
    chunk: int
    attempt: int


@in_lane("object")
class HandlerEnded(NamedTuple):
    """A handler returned; status 0 for an alarm, 500 for one that threw."""

    at_ms: int
    method: str
    chunk: int
    attempt: int
    status: int


@in_lane("object")
class CodeThrew(NamedTuple):
    """The design's code did not catch an exception: the caller is told 500, an alarm has failed."""

    at_ms: int
    method: str
    chunk: int
    attempt: int
    error: str
    """The exception, with its text."""


@in_lane("object")
class StateWritten(NamedTuple):
    """The session's public record was written; ``previous`` is the status that it replaced."""

    at_ms: int
    status: str
    chunks_uploaded: int
    previous: str
    """The status that it replaced."""


@in_lane("object")
class DeployWaits(NamedTuple):
    """A deploy finds the object busy, and waits until it is idle or its grace is over (R19)."""

    at_ms: int


@in_lane("object")
class TransactionRolledBack(NamedTuple):
    """Nothing of what a transaction wrote is kept, the alarm included (R18)."""

    at_ms: int


@in_lane("alarm")
class AlarmSet(NamedTuple):
    """Code set the alarm."""

    at_ms: int
    due_ms: int
    """When it is to run."""


@in_lane("alarm")
class AlarmDeleted(NamedTuple):
    """Code deleted the alarm."""

    at_ms: int


@in_lane("alarm")
class AlarmStarted(NamedTuple):
    """``alarm()`` began; ``due_ms`` is the time that it had been set to.

    ``suspended`` counts the upload handlers suspended at this moment (R5, R6); ``retry`` the
    counted failures before this attempt (D1).
    """

    at_ms: int
    due_ms: int
    suspended: int
    """How many uploads are suspended at this moment (R5, R6)."""
    retry: int = 0
    """The counted failures before this attempt (D1)."""


@in_lane("alarm")
class AlarmEnded(NamedTuple):
    """``alarm()`` returned."""

    at_ms: int


@in_lane("alarm")
class AlarmFailed(NamedTuple):
    """An attempt failed; ``counted`` is 1 where it counts against the limit (D1, D2)."""

    at_ms: int
    due_ms: int
    counted: int
    """1 where it counts against the limit (D1), 0 where not (D2)."""
    reason: str


@in_lane("alarm")
class AlarmDropped(NamedTuple):
    """The attempts are used up: there is no alarm any more (D1)."""

    at_ms: int
    due_ms: int


@in_lane("alarm")
class StaleDelivery(NamedTuple):
    """A delivery for ``due_ms`` met another alarm, and was dropped (R8).

    ``alarm_ms`` is the object's own alarm, -1 where it has none.
    """

    at_ms: int
    due_ms: int
    alarm_ms: int
    """When the object's own alarm is due; -1 where it has none."""


@in_lane("object")
class CommitConfirmed(NamedTuple):
    """The writes up to here are on disk (R10, R15)."""

    at_ms: int
    batch: int
    """The number of the commit."""


@in_lane("object")
class CommitFailed(NamedTuple):
    """A commit was not confirmed; ``written`` is 1 where it is on disk all the same (R10)."""

    at_ms: int
    batch: int
    """The number of the commit."""
    written: int
    """1 where it is on disk all the same."""


@in_lane("object")
class InstanceLost(NamedTuple):
    """An instance of the object lost its memory; the next event finds a new one."""

    at_ms: int
    instance: int
    reason: str


@in_lane("object")
class HandlerLost(NamedTuple):
    """A handler went with its instance; its caller is failed (R10, R11)."""

    at_ms: int
    method: str
    chunk: int
    attempt: int


@in_lane("object")
class StorageReverted(NamedTuple):
    """Writes that were never on disk are gone; this is the public record that is left."""

    at_ms: int
    status: str
    chunks_uploaded: int


@in_lane("object")
class OldInstanceEnded(NamedTuple):
    """The time in which a replaced instance may go on is over (R11)."""

    at_ms: int
    instance: int


@in_lane("object")
class ProcessKilled(NamedTuple):
    """The process that runs the object is gone; what is on disk stays."""

    at_ms: int


@in_lane("object")
class ProcessRestarted(NamedTuple):
    """The process is there again."""

    at_ms: int


# --- the blob store --------------------------------------------------------------------------


@in_lane("blobs")
class BlobPutStarted(NamedTuple):
    """A put to the blob store began."""

    at_ms: int
    chunk: int
    attempt: int


@in_lane("blobs")
class BlobStored(NamedTuple):
    """A chunk is stored."""

    at_ms: int
    chunk: int
    attempt: int


@in_lane("blobs")
class BlobOfOtherTab(NamedTuple):
    """What was just stored under a chunk's key came from another tab: its bytes, not the page's."""

    at_ms: int
    chunk: int
    attempt: int


@in_lane("blobs")
class BlobPartStored(NamedTuple):
    """A chunk is stored as a part of an upload: nobody reads it before that is whole (R22)."""

    at_ms: int
    chunk: int
    attempt: int
    number: int
    """The number of the part."""


@in_lane("blobs")
class BlobUploadCompleted(NamedTuple):
    """The parts of an upload are one object now, and their chunks stored (R22)."""

    at_ms: int
    parts: int
    """How many parts."""


@in_lane("blobs")
class BlobUploadAborted(NamedTuple):
    """An upload is thrown away with its parts (R23)."""

    at_ms: int


@in_lane("blobs")
class BlobDeleted(NamedTuple):
    """A chunk that was stored is deleted (R21)."""

    at_ms: int
    chunk: int


@in_lane("blobs")
class BlobCallFailed(NamedTuple):
    """The blob store answered another call than a put with an error (R22, R23)."""

    at_ms: int
    call: str
    """Which call of the blob store."""
    status: int
    code: str
    """The error's code, as the store names it."""


@in_lane("blobs")
class BlobPutBroken(NamedTuple):
    """The body broke off while it was being stored: nothing is stored (R12)."""

    at_ms: int
    chunk: int
    attempt: int


@in_lane("blobs")
class BlobPutFailed(NamedTuple):
    """The blob store answered with an error: 500, or 429 for a key written a moment ago."""

    at_ms: int
    chunk: int
    attempt: int
    status: int


# --- the consumers ---------------------------------------------------------------------------


@in_lane("object")
class Notified(NamedTuple):
    """A notification reached the consumer; an empty ``key`` is no idempotency key."""

    at_ms: int
    key: str
    """The idempotency key; empty where there is none."""


@in_lane("object")
class NotifyFailed(NamedTuple):
    """The object saw no answer to a notification; it may have arrived all the same."""

    at_ms: int
    key: str
    """The idempotency key; empty where there is none."""
    reason: str


@in_lane("client")
class ConsumerRead(NamedTuple):
    """A consumer read the session's record, as publishing does right after the stop (F21)."""

    at_ms: int
    status: str
    chunks_uploaded: int


# --- trouble, and what it all costs -----------------------------------------------------------


@in_lane("run")
class TroubleBegan(NamedTuple):
    """A fault of the platform that lasts: ``kind`` is the scenario's word for it."""

    at_ms: int
    kind: str
    """The scenario's word for the fault."""


@in_lane("run")
class TroubleEnded(NamedTuple):
    """That fault is over."""

    at_ms: int
    kind: str
    """The scenario's word for the fault."""


@in_lane("run")
class Costs(NamedTuple):
    """What the session costs by the platform's billing rules."""

    at_ms: int
    worker_requests: int
    requests: int
    alarm_runs: int
    rows_read: int
    rows_written: int
    blob_puts: int
    notifications: int
    active_ms: int
