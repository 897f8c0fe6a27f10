"""Typed events: what a run did, in the order in which it happened.

Each event is a named tuple whose first field is ``at_ms``, whole milliseconds on the one clock of
the run. ``method`` names a call of the object (``create``, ``upload``, ``signal_stop``, ...);
``chunk`` is the index of the chunk that it carries, `NO_CHUNK` where it carries none; ``attempt``
counts the calls of that method with that chunk from 0. A request that the network duplicated
shows up twice under the same three names.
"""

from __future__ import annotations

from typing import NamedTuple

from lastchunk.model.trace.event import EVENTS, LANES, NO_CHUNK, Event, in_lane, lane_of
from lastchunk.model.trace.platform_events import *  # noqa: F403  (each name stands once)

__all__ = ["EVENTS", "LANES", "NO_CHUNK", "Event", "lane_of"]


# --- the client ------------------------------------------------------------------------------


@in_lane("client")
class RecordingStarted(NamedTuple):
    """The user records."""

    at_ms: int


@in_lane("client")
class ChunkRecorded(NamedTuple):
    """The MediaRecorder handed a chunk to the page, which queues it."""

    at_ms: int
    chunk: int
    size_bytes: int
    """How large it is."""


@in_lane("client")
class PauseStarted(NamedTuple):
    """The user pauses the recording."""

    at_ms: int


@in_lane("client")
class PauseEnded(NamedTuple):
    """The recording goes on."""

    at_ms: int


@in_lane("client")
class StopPressed(NamedTuple):
    """The user stopped; ``recorded_ms`` is the time truly recorded, pauses left out."""

    at_ms: int
    recorded_ms: int
    """The time truly recorded, pauses left out."""


@in_lane("client")
class ConsoleLine(NamedTuple):
    """The page wrote a line to the browser's console."""

    at_ms: int
    line: str
    """What the page has logged."""


@in_lane("client")
class RowWritten(NamedTuple):
    """The page wrote the row of the recordings list."""

    at_ms: int
    duration_ms: int
    """The duration that the recordings list shows."""


@in_lane("client")
class StopFlowFailed(NamedTuple):
    """The page's stop flow ended with an error and will not be tried again."""

    at_ms: int
    reason: str


@in_lane("client")
class UploadAbandoned(NamedTuple):
    """The client gave a chunk up: its retries are used up, or the status told it to."""

    at_ms: int
    chunk: int
    reason: str


@in_lane("client")
class TabClosed(NamedTuple):
    """The page is gone for good, and with it ``in_tab``: chunks that were queued or being sent."""

    at_ms: int
    in_tab: tuple[int, ...]
    """Chunks that were queued or being sent."""


@in_lane("client")
class KeepaliveRefused(NamedTuple):
    """The browser did not take a body that outlives the page: the budget is used up."""

    at_ms: int
    method: str
    chunk: int


@in_lane("client")
class ChunksLost(NamedTuple):
    """Nobody has these any more: a kept queue cannot be read, or what outlived the page failed."""

    at_ms: int
    chunks: tuple[int, ...]
    """Their indices."""


@in_lane("client")
class RecorderFailed(NamedTuple):
    """The recorder ended by an error: it has handed out what it had, and records no more."""

    at_ms: int


@in_lane("client")
class TabReopened(NamedTuple):
    """The page is there again after a reload, and kept its queue.

    ``recorded_ms`` is the media that there is: what the recorder had not handed out is gone.
    """

    at_ms: int
    recorded_ms: int
    """The media that there is; what the recorder had not handed out is gone."""


@in_lane("client")
class LaptopSlept(NamedTuple):
    """The machine fell asleep."""

    at_ms: int


@in_lane("client")
class LaptopWoke(NamedTuple):
    """The machine is awake again."""

    at_ms: int


@in_lane("client")
class TabFroze(NamedTuple):
    """The tab was frozen."""

    at_ms: int


@in_lane("client")
class TabThawed(NamedTuple):
    """The tab goes on."""

    at_ms: int


@in_lane("client")
class TabThrottled(NamedTuple):
    """The tab's timers come due at whole seconds from here on, later at whole minutes."""

    at_ms: int


@in_lane("client")
class TabUnthrottled(NamedTuple):
    """The tab is in the foreground again."""

    at_ms: int


# --- the network -----------------------------------------------------------------------------


@in_lane("network")
class RequestSent(NamedTuple):
    """The page sent a request."""

    at_ms: int
    method: str
    chunk: int
    attempt: int


@in_lane("network")
class RequestArrived(NamedTuple):
    """The request reached the object (it may still wait at the input gate, R2)."""

    at_ms: int
    method: str
    chunk: int
    attempt: int


@in_lane("network")
class BodyArrived(NamedTuple):
    """The last byte of a streamed body reached the object."""

    at_ms: int
    method: str
    chunk: int
    attempt: int


@in_lane("network")
class RequestTooLarge(NamedTuple):
    """The platform answers 413, before the object sees it."""

    at_ms: int
    method: str
    chunk: int
    attempt: int
    size_bytes: int
    """How large its body is."""


@in_lane("network")
class RequestLost(NamedTuple):
    """A request was lost on its way."""

    at_ms: int
    method: str
    chunk: int
    attempt: int


@in_lane("network")
class RequestDuplicated(NamedTuple):
    """The network delivers a request twice."""

    at_ms: int
    method: str
    chunk: int
    attempt: int


@in_lane("network")
class ResponseLost(NamedTuple):
    """An answer was lost on its way."""

    at_ms: int
    method: str
    chunk: int
    attempt: int


@in_lane("network")
class ResponseArrived(NamedTuple):
    """An answer reached the page."""

    at_ms: int
    method: str
    chunk: int
    attempt: int
    status: int


@in_lane("network")
class RequestFailed(NamedTuple):
    """The client saw a network error in place of a response."""

    at_ms: int
    method: str
    chunk: int
    attempt: int
    reason: str


@in_lane("network")
class NetworkWentDown(NamedTuple):
    """A disconnect struck: what was under way is cut off, ``hit`` calls in number."""

    at_ms: int
    hit: int
    """How many calls were under way."""


@in_lane("network")
class NetworkBurstBegan(NamedTuple):
    """Losses come in a burst from here on."""

    at_ms: int


@in_lane("network")
class NetworkBurstEnded(NamedTuple):
    """The burst of losses is over."""

    at_ms: int


@in_lane("network")
class NetworkCameUp(NamedTuple):
    """There is a network again."""

    at_ms: int


# --- the run ---------------------------------------------------------------------------------


@in_lane("network")
class StrayStop(NamedTuple):
    """A stop signal that nobody meant was sent: from a second tab, or once more, late."""

    at_ms: int


@in_lane("run")
class RunEnded(NamedTuple):
    """``quiet``: nothing was pending any more. ``completion``: the scenario ends there.

    ``horizon`` or ``limit``: the run was cut there."""

    at_ms: int
    reason: str
    """``quiet``, ``completion``, ``horizon`` or ``limit``."""
