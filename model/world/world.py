"""The world: one state, the set of pending things, and one function that lets one of them happen.

A scheduler asks which things are `pending`, chooses one, its time and its outcome, and calls
`happen`. The world adds and removes pending things; it has no clock, no order and no random
numbers of its own. It can be copied (`fork`) and compared (`fingerprint`).
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import TYPE_CHECKING, Any

from model.scenario.delay import Constant
from model.trace.events import NO_CHUNK, BlobStored, Event, StrayStop
from model.world import client as client_host
from model.world import object as object_runtime
from model.world.client import ClientHost
from model.world.network import DRAINED, Call, Network
from model.world.object import ALARM, ObjectRuntime
from model.world.pending import Key, Pending, Shifted, Spread

if TYPE_CHECKING:
    from model.design import DesignSpec
    from model.scenario.schema import Fault, Scenario
    from model.world.uplink import SharedUplink
    from reference_impl.contract import Chunk

Leg = tuple["int | Spread", tuple[Any, ...]]
Choices = tuple[tuple[str, float], ...]
CERTAIN = ""
CHOOSING = frozenset(("request", "response", "fault"))
"""The kinds of pending things that may have more than one outcome."""


def exact(delay: Any) -> int | Spread:
    """A distribution as the scheduler wants it: whole milliseconds where it is a constant."""
    if isinstance(delay, Constant):
        return delay.value_ms
    spread: Spread = delay
    return spread


class World:
    """One session: the object, the page, the network between them, and the faults to come.

    ``duration_ms`` is the media time after which the user stops; ``uplink`` the shared capacity
    that uploads drain through, None where the scenario has none.
    """

    def __init__(
        self,
        design: DesignSpec,
        scenario: Scenario,
        duration_ms: int,
        uplink: SharedUplink | None = None,
    ) -> None:
        self._read_settings(design, scenario, duration_ms)
        self.now_ms = 0
        self.ended = ""
        self.trace: list[Event] = []
        self.pending: dict[Key, Pending] = {}
        self.fresh: list[Pending] = []
        self.object = ObjectRuntime(self, object_runtime.build_program(design))
        self.network = Network(self, uplink)
        settings = scenario.client.to_settings()
        program = client_host.build_program(design, settings)
        self.client = ClientHost(self, program, settings)

    def _read_settings(self, design: DesignSpec, scenario: Scenario, duration_ms: int) -> None:
        network = scenario.network
        self.scenario = scenario
        self.stop_call: str = design.cls.stop_call
        self.duration_ms = duration_ms
        self.storage_read_ms = scenario.platform.storage_read_ms
        self.commit_ms = exact(scenario.platform.commit_ms)
        self.alarm_late_ms = exact(scenario.platform.alarm_late_ms)
        self.put_delay_ms = exact(scenario.blobs.put_delay_ms)
        self.request_ms = exact(network.request_delay_ms)
        stop_delay = network.stop_delay_ms
        self.stop_ms = self.request_ms if stop_delay is None else exact(stop_delay)
        self.response_ms = exact(network.response_delay_ms)
        self.error_ms = exact(network.error_delay_ms)
        self.stop_may_fail = network.stop_may_fail
        self.failures_max = network.failures_per_chunk_max
        self.streams_bodies = network.body == "streamed"
        self.end_at_completion = scenario.limits.end_at_completion
        self.request_choices = request_choices(network.request_loss, network.request_duplication)
        self.response_choices = request_choices(network.response_loss, 0.0)

    # --- the transition system ---------------------------------------------------------------

    def begin(self) -> None:
        """Let the run begin, at time 0."""
        if self.scenario.start.session == "active":
            self.object.deliver("request", ("create", NO_CHUNK, -1, 0), ())
            self.object.alarm_ms = None
            self.cancel((ALARM,))
        if self.scenario.recording.chunks is None:
            self.client.tell("start", client_host.START)
            return
        for _ in range(self.scenario.recording.chunks):
            self.client.hand_out(1)
        self.recording_started()

    def add(self, pending: Pending) -> None:
        """One more thing is pending."""
        self.pending[pending.key] = pending
        self.fresh.append(pending)

    def cancel(self, key: Key) -> None:
        """This will not happen, if it was pending at all."""
        self.pending.pop(key, None)

    def choices(self, pending: Pending) -> Choices:
        """The outcomes that a pending thing may have, each with its probability; () for one."""
        kind = pending.key[0]
        if kind == "request":
            choices = self.request_choices
        elif kind == "response":
            choices = self.response_choices
        elif kind == "fault":
            return fault_choices(pending.payload.probability)
        else:
            return ()
        if choices and self.network.may_fail(pending.key[1:4]):
            return choices
        return ()

    def happen(self, pending: Pending, at_ms: int, outcome: str = CERTAIN) -> None:
        """Let one pending thing happen. ``fresh`` then holds what has become pending by it."""
        self.now_ms = at_ms
        del self.pending[pending.key]
        _HAPPENINGS[pending.key[0]](self, pending, outcome)

    # --- delays ------------------------------------------------------------------------------

    def request_leg(self, call: Call, copy: int) -> Leg:
        """The delay of a request leg, and its random stream."""
        method, chunk, attempt = call
        if method == self.stop_call:
            return self.stop_ms, ("stop request delay", attempt, copy)
        return self.request_ms, (method + " request delay", chunk + 1, attempt, copy)

    def response_leg(self, call: Call, copy: int) -> Leg:
        """The delay of a response leg, and its random stream."""
        method, chunk, attempt = call
        if method == self.stop_call:
            return self.response_ms, ("stop response delay", attempt, copy)
        return self.response_ms, (method + " response delay", chunk + 1, attempt, copy)

    def set_alarm(self, due_ms: int) -> None:
        """Register the alarm: never early (D3), perhaps late."""
        late: Any = self.alarm_late_ms
        wait_ms = due_ms - self.now_ms
        stream = ("alarm lateness", due_ms)
        delay = wait_ms + late if isinstance(late, int) else Shifted(wait_ms, late)
        self.add(Pending((ALARM,), delay, stream, due_ms))

    def put_blob(self, task: tuple[Any, ...], chunk: Chunk) -> None:
        """The blob store has begun to store a chunk."""
        _, _, attempt, copy = task
        stream = ("blob put delay", chunk.index, attempt, copy)
        self.add(Pending(("blob", *task), self.put_delay_ms, stream, chunk))

    # --- plans -------------------------------------------------------------------------------

    def recording_started(self) -> None:
        """The recorder runs (or its chunks are there): the user's acts and the faults are due."""
        recording = self.scenario.recording
        if recording.chunks is not None:
            self.client.tell("stop", client_host.STOP)
            stop_ms = 0
        else:
            stop_ms = self.duration_ms
            pause_ms = recording.pause_at_ms
            if pause_ms is not None and pause_ms < self.duration_ms:
                stop_ms += recording.pause_for_ms
                self.add(Pending(("pause",), pause_ms))
                self.add(Pending(("unpause",), pause_ms + recording.pause_for_ms))
            self.add(Pending(("stop",), stop_ms))
        for number, fault in enumerate(self.scenario.faults):
            if getattr(fault, "when", "time") == "time":
                base_ms = stop_ms if fault.anchor == "stop" else 0
                self._plan_fault(number, fault, base_ms)

    def last_upload_sent(self) -> None:
        """The upload of the last chunk is on its way: faults anchored to it are due."""
        for number, fault in enumerate(self.scenario.faults):
            if getattr(fault, "when", "time") == "last_upload":
                self._plan_fault(number, fault, 0)

    def _plan_fault(self, number: int, fault: Fault, base_ms: int) -> None:
        delay = Shifted(base_ms, fault.offset_ms)
        self.add(Pending(("fault", number), delay, ("fault time", number), fault))

    # --- what may happen ---------------------------------------------------------------------

    def _fault(self, pending: Pending, outcome: str) -> None:
        if outcome == "passes":
            return
        fault, number = pending.payload, pending.key[1]
        if fault.kind == "network_down":
            self._network_down(number, exact(fault.for_ms))
        elif fault.kind == "tab_closed":
            self.client.close()
        elif fault.kind == "laptop_asleep":
            self.client.fall_asleep()
            self.add(Pending(("wake",), exact(fault.for_ms), ("sleep length", number)))
        elif fault.kind == "stray_stop":
            self.trace.append(StrayStop(self.now_ms))
            self.network.inject(self.stop_call)
        else:
            self.network.inject("create")

    def _network_down(self, number: int, for_ms: int | Spread) -> None:
        self.network.disconnect(stays_down=for_ms != 0)
        if for_ms != 0:
            self.add(Pending(("network_up",), for_ms, ("outage length", number)))

    def blob_stored(self, task: tuple[Any, ...], chunk: Chunk) -> None:
        """The blob store has a chunk."""
        self.trace.append(BlobStored(self.now_ms, chunk.index, task[2]))

    def _blob(self, pending: Pending) -> None:
        from_task = pending.key[1:]
        self.blob_stored(from_task, pending.payload)
        self.object.deliver("resume", from_task)

    # --- copies ------------------------------------------------------------------------------

    def fork(self) -> World:
        """An equal world that goes its own way from here."""
        other = World.__new__(World)
        other.__dict__.update(self.__dict__)
        other.trace = self.trace.copy()
        other.pending = self.pending.copy()
        other.fresh = self.fresh.copy()
        other.object = self.object.copy(other)
        other.network = self.network.copy(other)
        other.client = self.client.copy(other)
        return other

    def fingerprint(self) -> Hashable:
        """The whole state but the trace, as something hashable: equal worlds, equal results."""
        return (
            self.now_ms,
            self.ended,
            tuple(sorted(repr((p.key, p.payload)) for p in self.pending.values())),
            self.object.fingerprint(),
            self.network.fingerprint(),
            self.client.fingerprint(),
        )


def request_choices(loss: float, duplication: float) -> Choices:
    """The outcomes of a leg by the scenario's probabilities; () where nothing can go wrong."""
    choices = [("lost", loss), ("duplicated", duplication)]
    possible = [(name, share) for name, share in choices if share > 0]
    if not possible:
        return ()
    rest = 1.0 - sum(share for _, share in possible)
    return (*possible, ("delivered", rest))


def fault_choices(probability: float) -> Choices:
    """Whether a fault strikes."""
    if probability >= 1:
        return (("strikes", 1.0),)
    return (("strikes", probability), ("passes", 1.0 - probability))


_HAPPENINGS: dict[str, Callable[[World, Pending, str], None]] = {
    "request": lambda w, p, outcome: w.network.request_arrives(p, outcome),
    "response": lambda w, p, outcome: w.network.response_arrives(p, outcome),
    "error": lambda w, p, _: w.network.error_arrives(p.key[1:], p.payload),
    "timeout": lambda w, p, _: w.network.cut(p.key[1:], "timed out"),
    "body": lambda w, p, _: w.network.body_arrives(p.key[1:]),
    DRAINED[0]: lambda w, p, _: w.network.drained(p.payload),
    "blob": lambda w, p, _: w._blob(p),
    "timer": lambda w, p, _: w.object.deliver("resume", p.key[1:]),
    "storage": lambda w, p, _: w.object.storage_answered(p.key[1:], p.payload),
    "commit": lambda w, p, _: w.object.output.committed(p.payload),
    ALARM: lambda w, p, _: w.object.alarm_due(p.payload),
    "sleep": lambda w, p, _: w.client.tell("send", p.payload),
    "tick": lambda w, p, _: w.client.tick(),
    "last_chunk": lambda w, p, _: w.client.tell("chunk", client_host.TICK),
    "stop": lambda w, p, _: w.client.tell("stop", client_host.STOP),
    "pause": lambda w, p, _: w.client.pause(),
    "unpause": lambda w, p, _: w.client.resume(),
    "wake": lambda w, p, _: w.client.wake(),
    "network_up": lambda w, p, _: w.network.comes_up(),
    "fault": lambda w, p, outcome: w._fault(p, outcome),
}
