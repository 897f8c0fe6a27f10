"""Typed events: what a run did, in the order in which it happened.

Each event is a named tuple whose first field is ``at_ms``, whole milliseconds on the one clock of
the run. ``method`` names a call of the object (``create``, ``upload``, ``signal_stop``, ...);
``chunk`` is the index of the chunk that it carries, `NO_CHUNK` where it carries none; ``attempt``
counts the calls of that method with that chunk from 0. A request that the network duplicated
shows up twice under the same three names.
"""

from __future__ import annotations

from typing import NamedTuple

from lastchunk.model.trace.platform_events import (
    AlarmDeleted,
    AlarmDropped,
    AlarmEnded,
    AlarmFailed,
    AlarmSet,
    AlarmStarted,
    BlobPutBroken,
    BlobPutFailed,
    BlobPutStarted,
    BlobStored,
    CodeThrew,
    CommitConfirmed,
    CommitFailed,
    ConsumerRead,
    Costs,
    HandlerEnded,
    HandlerLost,
    HandlerStarted,
    InstanceLost,
    Notified,
    NotifyFailed,
    OldInstanceEnded,
    ProcessKilled,
    ProcessRestarted,
    StaleDelivery,
    StateWritten,
    StorageReverted,
    TroubleBegan,
    TroubleEnded,
)

NO_CHUNK = -1


# --- the client ------------------------------------------------------------------------------


class RecordingStarted(NamedTuple):
    at_ms: int


class ChunkRecorded(NamedTuple):
    """The MediaRecorder handed a chunk to the page, which queues it."""

    at_ms: int
    chunk: int
    size_bytes: int


class PauseStarted(NamedTuple):
    at_ms: int


class PauseEnded(NamedTuple):
    at_ms: int


class StopPressed(NamedTuple):
    """The user stopped; ``recorded_ms`` is the time truly recorded, pauses left out."""

    at_ms: int
    recorded_ms: int


class ConsoleLine(NamedTuple):
    at_ms: int
    line: str


class RowWritten(NamedTuple):
    at_ms: int
    duration_ms: int


class StopFlowFailed(NamedTuple):
    """The page's stop flow ended with an error and will not be tried again."""

    at_ms: int
    reason: str


class UploadAbandoned(NamedTuple):
    """The client gave a chunk up: its retries are used up, or the status told it to."""

    at_ms: int
    chunk: int
    reason: str


class TabClosed(NamedTuple):
    """The page is gone for good, and with it ``held`` chunks that were queued or being sent."""

    at_ms: int
    held: tuple[int, ...]


class TabReopened(NamedTuple):
    """The page is there again after a reload, and kept its queue.

    ``recorded_ms`` is the media that there is: what the recorder had not handed out is gone.
    """

    at_ms: int
    recorded_ms: int


class LaptopSlept(NamedTuple):
    at_ms: int


class LaptopWoke(NamedTuple):
    at_ms: int


class TabFroze(NamedTuple):
    at_ms: int


class TabThawed(NamedTuple):
    at_ms: int


class TabThrottled(NamedTuple):
    """The tab's timers come due at whole seconds from here on, later at whole minutes."""

    at_ms: int


class TabUnthrottled(NamedTuple):
    at_ms: int


# --- the network -----------------------------------------------------------------------------


class RequestSent(NamedTuple):
    at_ms: int
    method: str
    chunk: int
    attempt: int


class RequestArrived(NamedTuple):
    """The request reached the object (it may still wait at the input gate, R2)."""

    at_ms: int
    method: str
    chunk: int
    attempt: int


class BodyArrived(NamedTuple):
    """The last byte of a streamed body reached the object."""

    at_ms: int
    method: str
    chunk: int
    attempt: int


class RequestTooLarge(NamedTuple):
    """The platform answers 413, before the object sees it."""

    at_ms: int
    method: str
    chunk: int
    attempt: int
    size_bytes: int


class RequestLost(NamedTuple):
    at_ms: int
    method: str
    chunk: int
    attempt: int


class RequestDuplicated(NamedTuple):
    at_ms: int
    method: str
    chunk: int
    attempt: int


class ResponseLost(NamedTuple):
    at_ms: int
    method: str
    chunk: int
    attempt: int


class ResponseArrived(NamedTuple):
    at_ms: int
    method: str
    chunk: int
    attempt: int
    status: int


class RequestFailed(NamedTuple):
    """The client saw a network error in place of a response."""

    at_ms: int
    method: str
    chunk: int
    attempt: int
    reason: str


class NetworkWentDown(NamedTuple):
    """A disconnect struck: what was under way is cut off, ``hit`` calls in number."""

    at_ms: int
    hit: int


class NetworkCameUp(NamedTuple):
    at_ms: int


# --- the run ---------------------------------------------------------------------------------


class StrayStop(NamedTuple):
    """A stop signal that nobody meant was sent: from a second tab, or once more, late."""

    at_ms: int


class RunEnded(NamedTuple):
    """``quiet``: nothing was pending any more. ``completion``: the scenario ends there.

    ``horizon`` or ``limit``: the run was cut there."""

    at_ms: int
    reason: str


Event = (
    RecordingStarted
    | ChunkRecorded
    | PauseStarted
    | PauseEnded
    | StopPressed
    | ConsoleLine
    | RowWritten
    | StopFlowFailed
    | UploadAbandoned
    | TabClosed
    | TabReopened
    | LaptopSlept
    | LaptopWoke
    | TabFroze
    | TabThawed
    | TabThrottled
    | TabUnthrottled
    | RequestSent
    | RequestArrived
    | BodyArrived
    | RequestTooLarge
    | RequestLost
    | RequestDuplicated
    | ResponseLost
    | ResponseArrived
    | RequestFailed
    | NetworkWentDown
    | NetworkCameUp
    | HandlerStarted
    | HandlerEnded
    | CodeThrew
    | StateWritten
    | AlarmSet
    | AlarmDeleted
    | AlarmStarted
    | AlarmEnded
    | AlarmFailed
    | AlarmDropped
    | StaleDelivery
    | CommitConfirmed
    | CommitFailed
    | InstanceLost
    | HandlerLost
    | StorageReverted
    | OldInstanceEnded
    | ProcessKilled
    | ProcessRestarted
    | BlobPutStarted
    | BlobStored
    | BlobPutBroken
    | BlobPutFailed
    | Notified
    | NotifyFailed
    | ConsumerRead
    | StrayStop
    | TroubleBegan
    | TroubleEnded
    | Costs
    | RunEnded
)

__all__ = [
    "NO_CHUNK",
    "AlarmDeleted",
    "AlarmDropped",
    "AlarmEnded",
    "AlarmFailed",
    "AlarmSet",
    "AlarmStarted",
    "BlobPutBroken",
    "BlobPutFailed",
    "BlobPutStarted",
    "BlobStored",
    "BodyArrived",
    "ChunkRecorded",
    "CodeThrew",
    "CommitConfirmed",
    "CommitFailed",
    "ConsoleLine",
    "ConsumerRead",
    "Costs",
    "Event",
    "HandlerEnded",
    "HandlerLost",
    "HandlerStarted",
    "InstanceLost",
    "LaptopSlept",
    "LaptopWoke",
    "NetworkCameUp",
    "NetworkWentDown",
    "Notified",
    "NotifyFailed",
    "OldInstanceEnded",
    "PauseEnded",
    "PauseStarted",
    "ProcessKilled",
    "ProcessRestarted",
    "RecordingStarted",
    "RequestArrived",
    "RequestDuplicated",
    "RequestFailed",
    "RequestLost",
    "RequestSent",
    "RequestTooLarge",
    "ResponseArrived",
    "ResponseLost",
    "RowWritten",
    "RunEnded",
    "StaleDelivery",
    "StateWritten",
    "StopFlowFailed",
    "StopPressed",
    "StorageReverted",
    "StrayStop",
    "TabClosed",
    "TabFroze",
    "TabReopened",
    "TabThawed",
    "TabThrottled",
    "TabUnthrottled",
    "TroubleBegan",
    "TroubleEnded",
    "UploadAbandoned",
]
