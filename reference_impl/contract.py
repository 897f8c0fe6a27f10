"""The contract: the ports that a design and its client see, and nothing else of the world.

A design is plain code: a class with ``async`` methods and no base class. An ``await`` on a port
yields an *effect*, which is data; whoever drives the coroutine answers it. So a design has no
clock, no I/O and no random numbers of its own, and the same class runs under every scheduler.

What a design supplies (see `DesignClass`):

* ``Settings``: a frozen dataclass, every field with its deployed value as the default;
* ``stop_call``: the name of the object's method that a stop signal reaches;
* the object: ``create()``, ``upload(chunk)``, ``alarm()`` or ``alarm(info)`` (A8), and the method
  named by ``stop_call``;
* ``client``, if it comes with a client of its own: a mapping of `RecorderSettings`;
* ``notifies = True`` if it tells a consumer of completed sessions (``ctx.notify``);
* if it wants one, ``construct()``: what the constructor does before the first event (R3);
* ``stop_flow(page, settings)``: what the page does once its recorder has been told to stop;
* ``page``, if it comes with a page class of its own (docs/your-page.md): what the browser tells a
  page is its methods. The default is `recorder.Recorder`.

The session's public record is kept in storage under the key ``state``: a mapping with ``status``
(``active``, ``completed``, ``incomplete``) and ``chunks_uploaded``. It is what the properties look
at.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass
from typing import Any, ClassVar, NamedTuple, Protocol

from lastchunk.reference_impl.blobs import Blobs
from lastchunk.reference_impl.clock import Duration, Refused, Time
from lastchunk.reference_impl.detached import wait_until
from lastchunk.reference_impl.effect import Answer, Effect, Port
from lastchunk.reference_impl.transaction import RollBack, in_transaction

STATE_KEY = "state"
ACTIVE = "active"
COMPLETED = "completed"
INCOMPLETE = "incomplete"


class NetworkError(Exception):
    """A request of the client came to no response: lost, cut off, or timed out."""


class StopFlowError(Exception):
    """The page's stop flow gives up: nothing will mark the session completed from here."""


class StreamBroken(Exception):  # noqa: N818 - the platform's own word for it
    """The body of an upload ended before all of its bytes had arrived (R12)."""


class HandlerFailure(Exception):  # noqa: N818 - what it is to the platform, not a bug of ours
    """A handler gives up on purpose. Raised in ``alarm()`` it is a counted failure (D1)."""


class InstanceReplaced(Exception):  # noqa: N818 - what has happened, seen from inside
    """Storage was touched by an instance that a newer one has replaced (R11)."""


class BlobStoreError(Exception):
    """The blob store refused a call: ``status`` 500, 429 for too many puts to one key, or 4xx with
    a ``code`` (R22, R23)."""

    def __init__(self, status: int, code: str = "") -> None:
        super().__init__(f"the blob store answered {status} {code}".rstrip())
        self.status = status
        self.code = code


class NotifyError(Exception):
    """No answer came to a notification. It may have arrived all the same."""


@dataclass(frozen=True, slots=True, order=True)
class Chunk:
    """One piece of the recording: its place in it, and how many bytes it has."""

    index: int
    size_bytes: int


class Response(NamedTuple):
    """What a handler answers: an HTTP status, and a body of plain data."""

    status: int
    body: object = None


@dataclass(frozen=True, slots=True)
class AlarmInfo:
    """What ``alarm(info)`` is told, where it takes that: the time that it was set for (A8).

    ``retry_count`` counts the failures before that count (D1).
    """

    scheduled_time: Time
    retry_count: int
    is_retry: bool


# --- effects of the object -------------------------------------------------------------------


@dataclass(slots=True)
class Get(Effect[Any]):
    """Read a copy of the value under a key; None where there is none (R3, R7).

    Of several keys: a dict of those that are there, in the order of their bytes (R16).
    """

    key: Any


@dataclass(slots=True)
class Put(Effect[None]):
    """Write a copy of a value of plain data (R7: returned does not mean durable).

    Or of several: a dict of keys and values alone (R16).
    """

    key: Any
    value: Any = ...


@dataclass(slots=True)
class Delete(Effect[Any]):
    """Remove a key: whether it was there; or several: how many were (R16)."""

    key: Any


@dataclass(slots=True, kw_only=True)
class ListKeys(Effect[dict[str, Any]]):
    """Read all keys in some bounds, in the order of their bytes (R16).

    ``start`` is in, ``end`` is not; with ``reverse`` they stay the lower and the upper bound.
    """

    prefix: str = ""
    start: str | None = None
    start_after: str | None = None
    end: str | None = None
    reverse: bool = False
    limit: int | None = None


@dataclass(slots=True)
class Sync(Effect[None]):
    """Wait until all that was written is on disk; the input gate is open (R17)."""


@dataclass(slots=True)
class SetAlarm(Effect[None]):
    """Set the one alarm of the object, to a time on the object's clock (A1, A2)."""

    at_ms: Time


@dataclass(slots=True)
class GetAlarm(Effect["Time | None"]):
    """The time of the alarm; None where none is set, or while it runs (A3)."""


@dataclass(slots=True)
class DeleteAlarm(Effect[None]):
    """Take the alarm away."""


@dataclass(slots=True)
class Timer(Effect[None]):
    """Wait inside a handler, as ``setTimeout`` does: the input gate is open (R4)."""

    wait_ms: int | Duration


@dataclass(slots=True)
class DeleteAll(Effect[None]):
    """Remove every key; the alarm too, from compatibility date 2026-02-24 on (A6)."""


@dataclass(slots=True)
class Notify(Effect[None]):
    """Tell the consumer that a session is completed: outside I/O, the gate is open (R4).

    The consumer acts once on each ``key``, and every time on an empty one. Raises `NotifyError`.
    """

    key: str


@dataclass(slots=True)
class CloseGate(Effect[None]):
    """Let no other event in until `OpenGate` (R3)."""


@dataclass(slots=True)
class OpenGate(Effect[None]):
    """Let other events in again; ``failed`` resets the object."""

    failed: bool = False


async def block_concurrency_while(work: Callable[[], Awaitable[Answer]]) -> Answer:
    """Run ``work`` with the input gate closed (R3). Where it throws, the object is reset."""
    await CloseGate()
    try:
        answer = await work()
    except Exception:
        await OpenGate(failed=True)
        raise
    await OpenGate()
    return answer


class Storage(Port):
    """The object's own storage: each method is to be awaited."""

    __slots__ = ()

    get = staticmethod(Get)
    put = staticmethod(Put)
    delete = staticmethod(Delete)
    delete_all = staticmethod(DeleteAll)
    list = staticmethod(ListKeys)
    sync = staticmethod(Sync)
    set_alarm = staticmethod(SetAlarm)
    get_alarm = staticmethod(GetAlarm)
    delete_alarm = staticmethod(DeleteAlarm)

    @staticmethod
    def transaction(work: Callable[[Transaction], Awaitable[Answer]]) -> Awaitable[Answer]:
        """Run ``work``; where it throws, nothing of what it wrote is kept (R18)."""
        return in_transaction(Transaction(), work)


class Transaction(Storage):
    """The storage in an open transaction: what goes through either belongs to it (R18)."""

    __slots__ = ()

    rollback = staticmethod(RollBack)


@dataclass(frozen=True, slots=True, repr=False)
class Context:
    """What an object is given: its storage, the blob store, and the time of its last I/O (R13)."""

    storage: Storage
    blobs: Blobs
    now: Callable[[], Time]
    sleep: Callable[[int | Duration], Timer] = Timer
    notify: Callable[[str], Notify] = Notify
    block_concurrency_while: Callable[[Callable[[], Awaitable[Any]]], Awaitable[Any]] = (
        block_concurrency_while
    )
    wait_until: Callable[[Coroutine[Any, Any, Any]], None] = wait_until

    def __repr__(self) -> str:
        return "<Context>"


# --- effects of the client -------------------------------------------------------------------


@dataclass(slots=True)
class Fetch(Effect[Response]):
    """Call a method of the object over the network. Raises `NetworkError`.

    ``timeout_ms`` 0 waits for ever. With ``keepalive`` it outlives the page, and shares the
    browser's budget for such bodies, 64 KiB; what does not fit fails at once.
    """

    method: str
    arguments: tuple[Any, ...] = ()
    timeout_ms: int = 0
    keepalive: bool = False


@dataclass(slots=True)
class SendBeacon(Effect[bool]):
    """Call a method of the object, and hear no more of it; it outlives the page.

    Answers whether the browser has taken it: it shares the budget of ``keepalive``.
    """

    method: str
    arguments: tuple[Any, ...] = ()


@dataclass(slots=True)
class Sleep(Effect[None]):
    """Wait on the page, anywhere from ``low_ms`` to ``high_ms`` (jitter is the scheduler's)."""

    low_ms: int
    high_ms: int


@dataclass(slots=True)
class Log(Effect[None]):
    """Write a line to the page's console."""

    line: str


@dataclass(slots=True)
class Abandon(Effect[None]):
    """Give a chunk up and tell the user so."""

    chunk: Chunk
    reason: str


@dataclass(slots=True)
class WriteRow(Effect[None]):
    """Write the recording's row in the recordings list."""

    duration_ms: int


@dataclass(slots=True)
class StartRecorder(Effect[None]):
    """Start the MediaRecorder: chunks come from here on."""


@dataclass(slots=True)
class StopRecorder(Effect[int]):
    """Stop the MediaRecorder; answers the time recorded, in ms. The last, partial chunk follows."""


@dataclass(slots=True)
class LastChunk(Effect[int]):
    """Wait until the recorder has handed its last chunk out; answers how many there were."""


def no_clock() -> Time:
    """The clock of a browser that nobody drives."""
    raise Refused("this browser is driven by nobody, and has no clock")


class Browser(Port):
    """The browser as the recorder client sees it: each method but ``now`` is to be awaited.

    ``now()`` is the time on the user's clock, which may be wrong, as of what the page was last
    told.
    """

    __slots__ = ("now",)
    now: Callable[[], Time]

    def __init__(self, now: Callable[[], Time] = no_clock) -> None:
        object.__setattr__(self, "now", now)

    fetch = staticmethod(Fetch)
    send_beacon = staticmethod(SendBeacon)
    sleep = staticmethod(Sleep)
    log = staticmethod(Log)
    abandon = staticmethod(Abandon)
    write_row = staticmethod(WriteRow)
    start_recorder = staticmethod(StartRecorder)
    stop_recorder = staticmethod(StopRecorder)
    last_chunk = staticmethod(LastChunk)


class Page(Protocol):
    """What a design's stop flow sees of the page that records."""

    browser: Browser

    def uploads_waiting(self) -> int:
        """Chunks queued or under way, by the page's own memory."""

    def back_off(self, failures: int) -> tuple[int, int]:
        """The shortest and the longest wait before the next try, in ms."""


class DesignClass(Protocol):
    """The shape of a design's class; see the top of this module."""

    Settings: ClassVar[Callable[..., Any]]
    stop_call: ClassVar[str]
