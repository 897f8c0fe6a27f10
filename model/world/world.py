"""The world: one state, the set of pending things, and one function that lets one of them happen.

A scheduler asks which things are `pending`, chooses one, its time and its outcome, and calls
`happen`. The world adds and removes pending things; it has no clock, no order and no random
numbers of its own. It can be copied (`fork`) and compared (`fingerprint`).
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import TYPE_CHECKING, Any

from lastchunk.model.scenario.lateness import MeasuredLateness
from lastchunk.model.trace.events import NO_CHUNK, BlobOfOtherTab, BlobStored, Event
from lastchunk.model.world import faults
from lastchunk.model.world.base.pending import (
    BURST,
    GRACE_ENDS,
    Around,
    Key,
    Pending,
    Shifted,
    Spread,
    later,
)
from lastchunk.model.world.code.program import Program
from lastchunk.model.world.edge import client as client_host
from lastchunk.model.world.edge.client import ClientHost
from lastchunk.model.world.edge.consumer import Consumers
from lastchunk.model.world.edge.network import Call, Network
from lastchunk.model.world.happenings import HAPPENINGS
from lastchunk.model.world.object.alarms import SLOT
from lastchunk.model.world.object.blob_store import Bucket
from lastchunk.model.world.object.delivery import Delivery
from lastchunk.model.world.object.runtime import ObjectRuntime
from lastchunk.model.world.outcomes import (
    ANY,
    INSTANCE_LOST,
    Choices,
    counted,
    fault_choices,
    keeping,
    within,
)
from lastchunk.model.world.settings import WorldSettings, exact
from lastchunk.reference_impl.blobs import BlobObject, PutPart
from lastchunk.reference_impl.contract import Chunk

if TYPE_CHECKING:
    from lastchunk.model.design.load import DesignSpec
    from lastchunk.model.scenario.faults import Fault
    from lastchunk.model.scenario.schema import Scenario
    from lastchunk.model.world.edge.uplink import FreeUplink, SharedUplink

Leg = tuple["int | Spread", tuple[Any, ...]]
Given = Callable[..., float]
"""What chance gives a session, by purpose and entity: a share strictly between 0 and 1."""
CERTAIN = ""
LEGS = ("request", "response")
AWAITS = frozenset(("blob", "blob_call", "timer", "storage", "notify"))


def no_offset(instance: int) -> int:
    """Every clock shows the same time."""
    return 0


def middle(purpose: str, *entity: int) -> float:
    """What nobody gives is the middle."""
    return 0.5


class World:
    """One session: the object, the page, the network between them, and the faults to come.

    ``duration_ms`` is the media time after which the user stops; where that is not known,
    ``recorded_ms`` are its bounds. ``uplink`` is the shared capacity that uploads drain through,
    None where the scenario has none; ``clock_offset`` tells how far the clock of the object's n-th
    instance is ahead, in ms; ``given`` answers what else chance gives a session, as a share.
    """

    exact = staticmethod(exact)
    chunk_of: Callable[[int, int, int], Chunk] = staticmethod(client_host.chunk_of)
    chunk_with: Callable[[int, int], Chunk] = Chunk
    queued_chunk: Callable[[int, int], Chunk] = Chunk
    first_attempt: Callable[[], int] = staticmethod(lambda: 0)
    check_chunk: Callable[[Any], None] = staticmethod(lambda chunk: None)
    chunks_before: int = 0
    """What the first chunk's number is, where a scheduler counts in other numbers."""

    def __init__(
        self,
        design: DesignSpec,
        scenario: Scenario,
        duration_ms: int,
        uplink: SharedUplink | FreeUplink | None = None,
        clock_offset: Callable[[int], int] = no_offset,
        given: Given = middle,
    ) -> None:
        self.clock_offset = clock_offset
        self.given = given
        self.scenario = scenario
        self.design = design
        self.settings = WorldSettings(design, scenario)
        self.duration_ms = duration_ms
        self.recorded_ms: int | Spread = duration_ms
        self.failures_so_far: dict[str, int] = {}  # replaced, never changed: worlds share it
        self.now_ms = 0
        self.ended = ""
        self.trace: list[Event] = []
        self.pending: dict[Key, Pending] = {}
        self.fresh: list[Pending] = []
        self.troubles: dict[str, Any] = {}
        self.put_ms: dict[int, int] = {}  # when a put to each key last began
        self.object: ObjectRuntime = ObjectRuntime(self, design)
        self.blob_store = Bucket(self)
        self.consumer: Consumers = Consumers(self)
        self.network: Network = Network(self, uplink)
        settings = scenario.client.to_settings(getattr(design.cls, "client", {}))
        program = client_host.page_program(design, settings)
        self.client: ClientHost = ClientHost(self, program, settings)

    def worked_out(
        self, work: Callable[..., int], given: tuple[int, ...], stream: tuple[Any, ...]
    ) -> int:
        """What a function of the scenario's makes of numbers and of a share, drawn if named."""
        return work(*given, self.given(*stream) if stream else 0.5)

    # --- the transition system ---------------------------------------------------------------

    def begin(self) -> None:
        """Let the run begin, at time 0."""
        session = self.scenario.start.session
        if session != "new":
            self.object.deliver("request", ("create", NO_CHUNK, -1, 0), ())
            self.object.storage.settle()
        if session == "active":
            self.object.alarms.time_ms = self.object.alarms.told_ms = None
            self.object.storage.settle()
            self.cancel(SLOT)
        if self.scenario.recording.chunks is None or session == "new":
            self.client.tell("start", client_host.START)
        else:
            self.client.hand_out_chunks()

    def add(self, pending: Pending) -> None:
        """One more thing is pending."""
        pending.since_ms = self.now_ms
        self.pending[pending.key] = pending
        self.fresh.append(pending)

    def cancel(self, key: Key) -> None:
        """This will not happen, if it was pending at all."""
        self.pending.pop(key, None)

    def choices(self, pending: Pending) -> Choices:
        """The outcomes that a pending thing may have, each with its probability; () for one."""
        kind = pending.key[0]
        if kind == "fault":
            return self._fault_choices(pending.payload)
        if kind == GRACE_ENDS:
            return keeping(fault_choices(1.0), "strikes", self.object.storage.under_way)
        in_burst = self.network.in_burst and kind in LEGS
        settings = self.settings
        choices = settings.outcomes.get(BURST + kind if in_burst else kind, ())
        if choices and settings.failures_allowed:
            choices = within(kind, choices, settings.failures_allowed, self.failures_so_far)
        if kind in LEGS:
            return choices if choices and self.network.may_fail(pending.key[1:4]) else ()
        if kind in AWAITS and choices:
            return keeping(choices, INSTANCE_LOST, self.object.storage.under_way)
        return choices

    def _fault_choices(self, fault: Fault) -> Choices:
        allowed = self.settings.failures_allowed.get(ANY)
        is_left = allowed is None or self.failures_so_far.get(ANY, 0) < allowed
        choices = fault_choices(fault.probability, is_left)
        if faults.RULES[fault.kind].takes_instance and not faults.has_grace(fault):
            return keeping(choices, "strikes", self.object.storage.under_way)
        return choices

    def happen(self, pending: Pending, at_ms: int, outcome: str = CERTAIN) -> None:
        """Let one pending thing happen. ``fresh`` then holds what has become pending by it."""
        self.now_ms = at_ms
        del self.pending[pending.key]
        if outcome and self.settings.failures_allowed:
            self.failures_so_far = counted(
                pending.key[0], outcome, self.failures_so_far, self.settings.failures_allowed
            )
        HAPPENINGS[pending.key[0]](self, pending, outcome)

    # --- delays ------------------------------------------------------------------------------

    def request_leg(self, call: Call, copy: int) -> Leg:
        """The delay of a request leg, and its random stream."""
        method, chunk, attempt = call
        if method == self.settings.stop_call:
            return self.settings.stop_ms, ("stop request delay", attempt, copy)
        return self.settings.request_ms, (method + " request delay", chunk + 1, attempt, copy)

    def response_leg(self, call: Call, copy: int) -> Leg:
        """The delay of a response leg, and its random stream."""
        method, chunk, attempt = call
        if method == self.settings.stop_call:
            return self.settings.response_ms, ("stop response delay", attempt, copy)
        return self.settings.response_ms, (method + " response delay", chunk + 1, attempt, copy)

    def plan_alarm(self, wait_ms: int, delivery: Delivery) -> None:
        """Register the alarm with the scheduler: never early (D3), perhaps late."""
        late: Any = self.settings.alarm_late_ms
        if isinstance(late, MeasuredLateness):
            late = late.ahead(wait_ms)
        delay = wait_ms + late if isinstance(late, int) else Shifted(wait_ms, late)
        self.add(Pending(SLOT, delay, ("alarm lateness", delivery.due_ms), delivery))

    def move_alarm(self, due_ms: int | None) -> None:
        """Tell the scheduler of a later alarm, or of none: best effort (R9)."""
        if "move_alarm" in self.settings.outcomes:
            stream = ("alarm move", self.object.storage.confirmed)
            self.add(Pending(("move_alarm",), 0, stream, due_ms))
        else:
            self.object.alarms.tell(due_ms)

    def trouble_outcome(self, outcome: str) -> str:
        """How an attempt to deliver the alarm goes, given the trouble there is."""
        trouble = self.troubles.get("alarm_fails")
        return outcome if trouble is None else str(trouble.how)

    def put_blob(self, task: tuple[Any, ...], chunk: Chunk) -> None:
        """The blob store has begun to store a chunk, or to refuse it: too many to one key."""
        _, _, attempt, copy = task
        stream = ("blob put delay", chunk.index, attempt, copy)
        kind = "blob"
        if self.settings.same_key_ms:
            last_ms = self.put_ms.get(chunk.index)
            if last_ms is not None and self.now_ms - last_ms < self.settings.same_key_ms:
                kind = "blob_refused"
            else:
                self.put_ms[chunk.index] = self.now_ms
        self.add(Pending((kind, *task), self.settings.put_delay_ms, stream, chunk))

    # --- plans -------------------------------------------------------------------------------

    def recording_started(self) -> None:
        """The recorder runs (or its chunks are there): the user's acts and the faults are due."""
        recording = self.scenario.recording
        stop_delay: int | Spread = 0
        if recording.chunks is not None:
            self.client.tell("stop", client_host.STOP)
        else:
            stop_delay = self.recorded_ms
            pause_ms = recording.pause_at_ms
            if pause_ms is not None and pause_ms < self.duration_ms:
                stop_delay = later(stop_delay, recording.pause_for_ms)
                self.add(Pending(("pause",), pause_ms))
                self.add(Pending(("unpause",), pause_ms + recording.pause_for_ms))
            self.add(Pending(("stop",), stop_delay))
        for number, fault in enumerate(self.scenario.faults):
            if getattr(fault, "when", "time") == "time":
                base = stop_delay if fault.anchor == "stop" else 0
                self._plan_fault(number, fault, base)

    def last_upload_sent(self) -> None:
        """The upload of the last chunk is on its way: faults anchored to it are due."""
        for number, fault in enumerate(self.scenario.faults):
            if getattr(fault, "when", "time") == "last_upload":
                self._plan_fault(number, fault, 0)

    def _plan_fault(self, number: int, fault: Fault, base: int | Spread) -> None:
        delay: Spread
        if isinstance(base, int):
            delay = Shifted(base, fault.offset_ms)
        else:
            delay = Around(client_host.STOP, base, fault.offset_ms)
        self.add(Pending(("fault", number), delay, ("fault time", number), fault))

    def blob_stored(self, task: tuple[Any, ...], chunk: Chunk) -> BlobObject:
        """The blob store has a chunk; what the put is answered."""
        self.trace.append(BlobStored(self.now_ms, chunk.index, task[2]))
        if task[:3] in self.network.foreign:
            self.trace.append(BlobOfOtherTab(self.now_ms, chunk.index, task[2]))
        return self.blob_store.put(task, chunk)

    def call_blobs(self, task: tuple[Any, ...], call: Any) -> None:
        """Any other call of the blob store has left the object: a part takes as long as a put."""
        settings = self.settings
        delay = settings.put_delay_ms if isinstance(call, PutPart) else settings.call_delay_ms
        stream = ("blob call delay", *task[1:])
        self.add(Pending(("blob_call", *task), delay, stream, call))

    # --- copies ------------------------------------------------------------------------------

    def fork(self) -> World:
        """An equal world that goes its own way from here."""
        other = World.__new__(World)
        other.__dict__.update(self.__dict__)
        other.trace = self.trace.copy()
        other.pending = self.pending.copy()
        other.fresh = self.fresh.copy()
        other.troubles = self.troubles.copy()
        other.put_ms = self.put_ms.copy()
        other.object = self.object.copy(other)
        other.blob_store = self.blob_store.copy(other)
        other.consumer = self.consumer.copy(other)
        other.network = self.network.copy(other)
        other.client = self.client.copy(other)
        return other

    @property
    def programs(self) -> list[Program]:
        """All code that is under way: the object's, that of its old instances, the page's."""
        return [
            self.object.program,
            *(program for _, program in self.object.replaced),
            self.client.program,
        ]

    def close(self) -> None:
        """Nothing more happens here: code that is suspended ends."""
        for program in self.programs:
            program.close()

    def shed(self) -> None:
        """Keep of the code what a fork keeps: it is built again when it is needed."""
        for program in self.programs:
            program.shed()

    def fingerprint(self) -> Hashable:
        """The whole state but the trace, as something hashable: equal worlds, equal results."""
        return (
            self.now_ms,
            self.ended,
            tuple(sorted(repr((p.key, p.payload)) for p in self.pending.values())),
            tuple(sorted(self.troubles)),
            tuple(sorted(self.put_ms.items())),
            self.consumer.sent,
            self.blob_store.fingerprint(),
            self.object.fingerprint(),
            self.network.fingerprint(),
            self.client.fingerprint(),
        )
