"""The network between the page and the object: calls, their legs, and what may go wrong.

A *call* is (method, chunk, attempt). Its request leg ends at the object, its response leg at the
page. Calls have no order among them (R14). A page that goes away takes its requests with it, but
no handler that has begun (R12). With a measured uplink the bytes of an upload drain through the
capacity that uploads share; a streamed body reaches the handler while it drains.
"""

from __future__ import annotations

from collections.abc import Hashable
from typing import TYPE_CHECKING, Any

from lastchunk.model.trace import events as e
from lastchunk.model.world.base.pending import BURST, Pending
from lastchunk.model.world.code import crossing
from lastchunk.model.world.code.deeds import TaskId
from lastchunk.model.world.edge import lifecycle
from lastchunk.model.world.object import outside
from lastchunk.reference_impl.contract import Fetch, Response

if TYPE_CHECKING:
    from lastchunk.model.world.edge.uplink import FreeUplink, SharedUplink
    from lastchunk.model.world.world import World

Call = tuple[str, int, int]
UPLOAD = "upload"
DRAINED = "drained"
CUT_OFF = "connection cut"
DEAD = "connection dead"


class Network:
    """Calls under way. ``calls`` holds those that a task of the page waits for."""

    def __init__(self, world: World, uplink: SharedUplink | FreeUplink | None) -> None:
        self.world = world
        self.uplink = uplink
        self.calls: dict[Call, TaskId | None] = {}
        self.attempts: dict[tuple[str, int], int] = {}
        self.failures: dict[tuple[str, int], int] = {}
        self.draining: dict[Call, tuple[Any, ...]] = {}
        self.keepalive: dict[Call, Any] = {}  # bodies under way that outlive the page, in bytes
        self.arrived: set[int] = set()
        self.answered: set[int] = set()  # chunks that the page knows to be taken
        self.planned: tuple[Call, ...] = ()
        self.is_down = False
        self.half_open: Any = None  # the fault by which no page notices that the network is down
        self.in_burst = False
        self.foreign: set[Call] = set()  # uploads of another tab

    # --- requests ----------------------------------------------------------------------------

    def send(self, task: TaskId | None, fetch: Fetch) -> str | None:
        """Send a call for a task of the page, or for nobody.

        Returns why it failed at once, or None.
        """
        chunk = fetch.arguments[0].index if fetch.method == UPLOAD else e.NO_CHUNK
        call = self._next_call(fetch.method, chunk)
        self.world.trace.append(e.RequestSent(self.world.now_ms, *call))
        is_cut_off = self.is_down and self._is_exposed(call)
        if is_cut_off and self.half_open is None:
            self.world.trace.append(e.RequestFailed(self.world.now_ms, *call, "network down"))
            return "network down"
        self.calls[call] = task
        if fetch.keepalive:
            self.keepalive[call] = crossing.body_bytes(fetch)
        if fetch.timeout_ms > 0:
            self.world.add(Pending(("timeout", *call), fetch.timeout_ms))
        if is_cut_off:
            self._die(call, self.half_open)
            return None
        if fetch.method == UPLOAD and self.uplink is not None:
            size_bytes = fetch.arguments[0].size_bytes
            if self._is_cut(size_bytes):
                size_bytes = self.world.scenario.network.cut_after_bytes
            self.uplink.start(call, size_bytes, self.world.now_ms)
            self.draining[call] = fetch.arguments
            self._plan_uplink()
            if not self.world.settings.streams_bodies:
                return None
        self._launch(call, 0, fetch.arguments)
        return None

    def inject(self, method: str, arguments: tuple[Any, ...] = ()) -> None:
        """Send a call that no task of the page waits for, as another tab would."""
        call = self._next_call(method, arguments[0].index if arguments else e.NO_CHUNK)
        if arguments:
            self.foreign.add(call)
        self.world.trace.append(e.RequestSent(self.world.now_ms, *call))
        self._launch(call, 0, arguments)

    def _next_call(self, method: str, chunk: int) -> Call:
        attempt = self.attempts.get((method, chunk))
        if attempt is None:
            attempt = self.world.first_attempt()
        self.attempts[method, chunk] = attempt + 1
        return (method, chunk, attempt)

    def _launch(self, call: Call, copy: int, arguments: tuple[Any, ...]) -> None:
        delay, stream = self.world.request_leg(call, copy)
        self.world.add(Pending(("request", *call, copy), delay, stream, arguments))

    def request_arrives(self, pending: Pending, outcome: str) -> None:
        """The end of a request leg: delivered, lost, or delivered with a copy to follow."""
        _, method, chunk, attempt, copy = pending.key
        call = (method, chunk, attempt)
        now_ms = self.world.now_ms
        outcome = self._in_burst(outcome)
        if outcome == "lost":
            self.world.trace.append(e.RequestLost(now_ms, *call))
            self._stop_draining(call)
            self.fail(call, "request lost")
            return
        if outcome == "duplicated":
            self.world.trace.append(e.RequestDuplicated(now_ms, *call))
            self._launch(call, copy + 1, pending.payload)
        is_whole = method == UPLOAD and call not in self.draining
        if is_whole and self._is_cut(pending.payload[0].size_bytes):
            self._tell_later(call, CUT_OFF)
            return
        if method == UPLOAD and self._is_too_large(pending):
            self.respond((*call, copy), Response(413))
            return
        if self.world.object.is_down:
            self._stop_draining(call)
            self.fail(call, "object gone")
            return
        self.world.object.meter.worker_requests += 1
        self.world.trace.append(e.RequestArrived(now_ms, *call))
        if method == UPLOAD and call not in self.draining and call not in self.foreign:
            self.arrived.add(chunk)
        self.world.object.deliver("request", (*call, copy), pending.payload)

    def _in_burst(self, outcome: str) -> str:
        """What becomes of a leg, once it is noted whether it was in a burst of losses."""
        if outcome and self.world.scenario.network.burst_begins:
            in_burst = outcome.startswith(BURST)
            if in_burst is not self.in_burst:
                self.in_burst = in_burst
                event = e.NetworkBurstBegan if in_burst else e.NetworkBurstEnded
                self.world.trace.append(event(self.world.now_ms))
        return outcome.removeprefix(BURST)

    def _is_cut(self, size_bytes: Any) -> bool:
        """Whether a connection is cut before so many bytes are through."""
        limit = self.world.scenario.network.cut_after_bytes
        return limit is not None and not size_bytes <= limit

    def _is_too_large(self, pending: Pending) -> bool:
        """Whether the platform takes no body of that size; the code then never hears of it."""
        size_bytes = pending.payload[0].size_bytes
        if size_bytes <= self.world.settings.platform.body_bytes_max:
            return False
        _, method, chunk, attempt, _ = pending.key
        event = e.RequestTooLarge(self.world.now_ms, method, chunk, attempt, size_bytes)
        self.world.trace.append(event)
        return True

    # --- bodies on a shared uplink -----------------------------------------------------------

    def _plan_uplink(self) -> None:
        """The transfer that ends next is pending; it changes as others begin and end."""
        assert self.uplink is not None
        for call in self.planned:
            self.world.cancel((DRAINED, *call))
        plan = self.uplink.plan(self.world.now_ms)
        self.planned = tuple(call for call, _ in plan)
        for call, delay in plan:
            self.world.add(Pending((DRAINED, *call), delay))

    def drained(self, call: Call) -> None:
        """The last byte of an upload has left the page."""
        assert self.uplink is not None
        if self._is_cut(self.draining[call][0].size_bytes):
            self.cut(call, CUT_OFF)
            return
        self.uplink.finish(call, self.world.now_ms)
        self._plan_uplink()
        if self.world.settings.streams_bodies:
            # The end of the body needs as long as its beginning did: the same draw.
            delay, stream = self.world.request_leg(call, 0)
            self.world.add(Pending(("body", *call), delay, stream))
        else:
            self._launch(call, 0, self.draining.pop(call))

    def body_arrives(self, call: Call) -> None:
        """The last byte of a streamed body is at the object."""
        del self.draining[call]
        self.arrived.add(call[1])
        self.world.trace.append(e.BodyArrived(self.world.now_ms, *call))
        outside.body_arrived(self.world.object, call)

    def body_under_way(self, task: tuple[Any, ...]) -> bool:
        """Whether the body of the request that a handler answers is still arriving."""
        return task[:3] in self.draining

    def _stop_draining(self, call: Call) -> None:
        if call not in self.draining:
            return
        assert self.uplink is not None
        del self.draining[call]
        self.uplink.cancel(call, self.world.now_ms)
        self.world.cancel(("body", *call))
        self._plan_uplink()
        if self.world.settings.streams_bodies:
            outside.body_broke(self.world.object, call)

    # --- responses ---------------------------------------------------------------------------

    def respond(self, task: tuple[Any, ...], response: Response) -> None:
        """The object answers a request; where nobody waits any more, nothing is sent."""
        call = task[:3]
        if call not in self.calls or self._is_dead(call):
            return
        delay, stream = self.world.response_leg(call, task[3])
        pending = Pending(("response", *task), delay, stream, response)
        if self.world.settings.answers_at_once:
            self.response_arrives(pending, "")
        else:
            self.world.add(pending)

    def response_arrives(self, pending: Pending, outcome: str) -> None:
        """The end of a response leg: delivered, or lost."""
        call = pending.key[1:4]
        outcome = self._in_burst(outcome)
        if call not in self.calls:
            return
        if outcome == "lost":
            self.world.trace.append(e.ResponseLost(self.world.now_ms, *call))
            self.fail(call, "response lost")
            return
        task = self._over(call)
        # An answer that comes before the body has left makes the page stop sending it.
        self._stop_draining(call)
        if task is None:
            return  # nobody hears of it
        status = pending.payload.status
        self.world.trace.append(e.ResponseArrived(self.world.now_ms, *call, status))
        if call[0] == UPLOAD and status < 400:
            self.answered.add(call[1])
        if call[0] == self.world.settings.stop_call and status < 400:
            self.world.consumer.stop_answered()
        self.world.client.tell("send", task, pending.payload)

    # --- failures ----------------------------------------------------------------------------

    def _is_exposed(self, call: Call) -> bool:
        return self.world.settings.stop_may_fail or call[0] == UPLOAD

    def may_fail(self, call: Call) -> bool:
        """Whether a fault may still touch this call: a chunk's failures may be bounded."""
        failures_max = self.world.settings.failures_max
        return self._is_exposed(call) and (
            failures_max is None or self.failures.get(call[:2], 0) < failures_max
        )

    def fail(self, call: Call, reason: str) -> None:
        """The page will see a network error; how soon is a setting."""
        self.failures[call[:2]] = self.failures.get(call[:2], 0) + 1
        self._tell_later(call, reason)

    def _tell_later(self, call: Call, reason: str) -> None:
        """The page learns of a network error after the time that this takes."""
        if call not in self.calls:
            return
        if self.world.settings.error_ms == 0:
            self.error_arrives(call, reason)
        else:
            stream = ("error delay " + call[0], call[1], call[2])
            self.world.add(Pending(("error", *call), self.world.settings.error_ms, stream, reason))

    def error_arrives(self, call: Call, reason: str) -> None:
        """The page sees the network error, unless it has stopped waiting."""
        if call not in self.calls:
            return
        task = self._over(call)
        self._stop_draining(call)  # the page sends no more of a body that has failed
        if task is not None:
            self.world.trace.append(e.RequestFailed(self.world.now_ms, *call, reason))
            self.world.client.tell("throw", task, reason)
        elif (
            call[0] == UPLOAD
            and call[1] not in self.arrived
            and lifecycle.is_gone(self.world.client)
        ):
            self.world.trace.append(e.ChunksLost(self.world.now_ms, (call[1],)))

    def _over(self, call: Call) -> TaskId | None:
        """A call is over, one way or the other. Returns who waited for it, if somebody did."""
        self.world.cancel(("timeout", *call))
        self.keepalive.pop(call, None)
        return self.calls.pop(call)

    def leave(self) -> None:
        """The page goes away: what does not outlive it is cut, the rest nobody waits for."""
        for call in list(self.calls):
            if call in self.keepalive:
                self.world.cancel(("timeout", *call))
                self.calls[call] = None
            else:
                self.cut(call, "tab closed")

    def cut(self, call: Call, reason: str) -> None:
        """Break a call off: what has not arrived never will; a handler that runs goes on (R12)."""
        self.world.cancel(("request", *call, 0))
        self.world.cancel(("error", *call))
        self._stop_draining(call)
        self.error_arrives(call, reason)

    def _die(self, call: Call, fault: Any) -> None:
        """The connection of a call is dead, and the page learns of it later."""
        if ("error", *call) in self.world.pending:
            return  # it has failed before, and the page is about to learn of that
        self.world.cancel(("request", *call, 0))
        for key in [key for key in self.world.pending if key[:4] == ("response", *call)]:
            self.world.cancel(key)
        self._stop_draining(call)
        method, chunk, attempt = call
        stream = ("dead " + method, chunk, attempt)
        noticed_ms = self.world.exact(fault.noticed_after_ms)
        self.world.add(Pending(("error", *call), noticed_ms, stream, DEAD))

    def _is_dead(self, call: Call) -> bool:
        """Whether nothing comes over the connection of a call any more."""
        error = self.world.pending.get(("error", *call))
        return error is not None and error.payload == DEAD

    def disconnect(self, stays_down: bool, half_open: Any = None) -> None:
        """A disconnect strikes: every exposed call of the page under way is cut off.

        By a fault that leaves the connections ``half_open`` nobody notices for a while.
        """
        hit = [call for call in self.calls if self.may_fail(call)]
        self.is_down = stays_down
        self.half_open = half_open if stays_down else None
        self.world.trace.append(e.NetworkWentDown(self.world.now_ms, len(hit)))
        for call in hit:
            self.failures[call[:2]] = self.failures.get(call[:2], 0) + 1
            if half_open is None:
                self.cut(call, "disconnected")
            elif not self._is_dead(call):
                self._die(call, half_open)

    def comes_up(self) -> None:
        """The network is there again."""
        self.is_down, self.half_open = False, None
        self.world.trace.append(e.NetworkCameUp(self.world.now_ms))

    # --- copies ------------------------------------------------------------------------------

    def copy(self, world: World) -> Network:
        """The same network in another world."""
        other = Network(world, self.uplink.copy() if self.uplink is not None else None)
        other.calls = self.calls.copy()
        other.attempts = self.attempts.copy()
        other.failures = self.failures.copy()
        other.draining = self.draining.copy()
        other.keepalive = self.keepalive.copy()
        other.arrived = self.arrived.copy()
        other.answered = self.answered.copy()
        other.planned = self.planned
        other.is_down, other.half_open = self.is_down, self.half_open
        other.in_burst = self.in_burst
        other.foreign = self.foreign.copy()
        return other

    def fingerprint(self) -> Hashable:
        """The network's state, as something hashable."""
        return (
            tuple(sorted(self.calls.items(), key=repr)),
            tuple(sorted(self.attempts.items())),
            tuple(sorted(self.failures.items())),
            tuple(sorted(self.draining)),
            tuple(sorted(self.keepalive)),
            tuple(sorted(self.arrived)),
            tuple(sorted(self.answered)),
            self.is_down,
            self.half_open is not None,
            self.in_burst,
            tuple(sorted(self.foreign)),
            self.uplink.fingerprint() if self.uplink is not None else None,
        )
