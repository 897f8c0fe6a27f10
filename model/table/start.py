"""The world that a session begins with: its numbers are registers from the beginning on."""

from __future__ import annotations

from typing import Any

from lastchunk.model.base.streams import Streams
from lastchunk.model.design.load import OBJECT_METHODS, DesignSpec
from lastchunk.model.explore.code.encode import Encoder
from lastchunk.model.scenario.schema import Scenario
from lastchunk.model.table.numbers.chunk import chunk_with, timed_chunk
from lastchunk.model.table.numbers.counter import Counter
from lastchunk.model.table.numbers.number import Number
from lastchunk.model.table.refused import Counted, Demoted
from lastchunk.model.table.state import TableEncoder
from lastchunk.model.table.step import RunningStep
from lastchunk.model.world.edge.uplink import SharedUplink, Uplink, build_uplink
from lastchunk.model.world.object.instances import CONSTRUCT
from lastchunk.model.world.object.meter import Meter
from lastchunk.model.world.world import World
from lastchunk.reference_impl.contract import Chunk
from lastchunk.reference_impl.detached import DETACHED

BEGINNING, DURATION, OFFSET, REQUESTS = "beginning", "duration", "object's clock", "requests"
PAGE_CLOCK = "page's clock"
OF_SESSION = tuple(k for k in Counted if k not in (Counted.ATTEMPTS, Counted.STORED))
BEGUN_WITH = (BEGINNING, DURATION, OFFSET, REQUESTS, *OF_SESSION, PAGE_CLOCK)
"""The registers that a session begins with: its beginning, the recording, the object's clock, how
often the object was asked, what is counted, and the page's clock (`begun`)."""


def begun(scenario: Scenario, streams: Streams) -> list[int]:
    """The registers of a session that begins."""
    drawn: dict[str, tuple[Any, tuple[Any, ...]]] = {
        DURATION: (scenario.recording.duration_ms, ("recording duration",)),
        OFFSET: (scenario.platform.clock_offset_ms, ("clock offset", 0)),
        PAGE_CLOCK: (scenario.browser.clock_offset_ms, ("page clock offset",)),
    }
    registers = dict.fromkeys(BEGUN_WITH, 0)
    for kind, (spread, stream) in drawn.items():
        is_fixed = spread.low_ms == spread.high_ms
        registers[kind] = spread.quantile(0.5 if is_fixed else streams.uniform(*stream))
    return list(registers.values())


class StepMeter(Meter):
    """Counts what one step costs."""

    __slots__ = ()

    def copy(self) -> Meter:
        """The same object, as active as it is; nothing is counted yet."""
        other = StepMeter()
        other.active_since_ms = self.active_since_ms
        requests: Any = self.requests
        made: Any = other
        if isinstance(requests, Number):
            made.requests = requests
        return other


class SessionStart:
    """The world of a session before its first step. ``demoted`` are kinds that are no registers."""

    def __init__(
        self,
        scenario: Scenario,
        design: DesignSpec,
        step: RunningStep,
        forgets_blobs: bool,
        demoted: frozenset[str],
    ) -> None:
        self.scenario = scenario
        self.design = design
        self.step = step
        self.demoted = demoted
        signed = (OFFSET, PAGE_CLOCK, *OF_SESSION)
        self.names = {kind: step.fresh(is_never_negative=kind not in signed) for kind in BEGUN_WITH}
        self.places = {name: (at, 0) for at, name in enumerate(self.names.values())}
        step.kinds.update({self.names[kind]: kind for kind in OF_SESSION})
        self.world = self._world(forgets_blobs)

    def number(self, kind: str) -> Any:
        """One of the registers that a session begins with."""
        return Number(self.step, self.names[kind])

    def _world(self, forgets_blobs: bool) -> World:
        recorded = self.scenario.recording.duration_ms
        is_fixed = recorded.low_ms == recorded.high_ms
        duration = recorded.low_ms if is_fixed else self.number(DURATION)
        spread = self.scenario.platform.clock_offset_ms
        first = [self.number(OFFSET)]  # the first instance's is drawn beforehand

        def offset(instance: int) -> Any:
            if spread.low_ms == spread.high_ms:
                return spread.low_ms
            return first.pop() if first else self.step.draw(("clock offset", instance), spread)

        uplink: Any = None if self.scenario.uplink is None else OpaqueUplink(self.step)
        world = World(self.design, self.scenario, duration, uplink, offset)
        self._count(world)
        world.chunk_of, world.chunk_with = timed_chunk, chunk_with
        ahead = self.scenario.browser.clock_offset_ms
        if ahead.low_ms < ahead.high_ms:
            world.client.clock_offset_ms = self.number(PAGE_CLOCK)
        world.blob_store.is_left_out = forgets_blobs
        meter = world.object.meter = StepMeter()
        if type(world.settings.idle_ms) is not int:  # its draws are named by the requests so far
            meter.requests = self.number(REQUESTS)
        for program in world.programs:
            program.records = True
        return world

    def _count(self, world: Any) -> None:
        """What names things, or is drawn beside times, is a number of the session's."""
        world.worked_out = self.step.worked_out
        runtime = world.object
        runtime.alarms.runs = self._counter(Counted.RUNS)
        runtime.alarms.ended = self._counter(Counted.RETRIES)
        runtime.storage.begun = runtime.storage.confirmed = self._counter(Counted.COMMITS)
        world.client.sleeps = self._counter(Counted.SLEEPS)
        world.consumer.sent = self._counter(Counted.SENT)
        if Counted.CHUNKS not in self.demoted:
            world.chunks_before = self._counter(Counted.CHUNKS)
            world.client.emitted_ms = self.number(Counted.MEDIA)
            world.check_chunk = self._check_chunk
        world.first_attempt = self._first_attempt

    def _counter(self, kind: Counted) -> Any:
        return 0 if kind in self.demoted else Counter(self.step, self.names[kind])

    def _first_attempt(self) -> Any:
        """Each call that may be made again counts for itself."""
        return Counter(self.step, self.step.counting(Counted.ATTEMPTS, 0))

    def _check_chunk(self, chunk: Chunk) -> None:
        """A chunk that code has made is known by its number."""
        index: Any = chunk.index
        if type(index) is not Counter or index.name != self.names[Counted.CHUNKS]:
            self.step.refuse(Demoted(Counted.CHUNKS))

    def encoder(self) -> TableEncoder:
        """What writes the states of the table."""
        world, design = self.world, self.design
        methods = (*OBJECT_METHODS, CONSTRUCT, DETACHED, design.cls.stop_call)
        fixed = [self.scenario, design, design.settings, design.cls, world.client.settings]
        made = [part for program in world.programs for part in program.made_by_world()]
        return TableEncoder(Encoder(methods, [*fixed, *self.scenario.faults, *made]), world)


class OpaqueUplink:
    """The uplink, as a world of a table has it: each session knows its own (`Transfers`)."""

    def __init__(self, step: RunningStep) -> None:
        self.step = step
        self.transfers: list[Any] = []

    def start(self, key: Any, size_bytes: int, now_ms: int) -> None:
        """A transfer begins."""
        self.step.change_uplink("start", len(self.transfers), size_bytes, now_ms)
        self.transfers.append(key)

    def cancel(self, key: Any, now_ms: int) -> None:
        """A transfer ends, if it is under way."""
        at = self.transfers.index(key) if key in self.transfers else -1
        self.step.change_uplink("cancel", at, 0, now_ms)
        self.transfers = [other for other in self.transfers if other != key]

    finish = cancel

    def plan(self, now_ms: int) -> list[tuple[Any, Any]]:
        """The transfer that ends first, and in how many ms."""
        at, due_ms = self.step.plan_uplink(now_ms)
        return [] if at < 0 else [(self.transfers[at], due_ms - now_ms)]

    def copy(self) -> OpaqueUplink:
        """The same transfers in another world."""
        other = OpaqueUplink(self.step)
        other.transfers = self.transfers.copy()
        return other


class Transfers:
    """The uplink of one session. Its transfers are known by the order in which they began."""

    def __init__(self, uplink: Uplink) -> None:
        self.uplink = uplink
        self.shared = SharedUplink(uplink)
        self.order: list[int] = []
        self.began = 0
        self.before: Any = None

    def _keep(self) -> None:
        """A step may be taken back, when nobody has been where it leads."""
        if self.before is None:
            self.before = self.shared.copy(), self.order.copy(), self.began

    def take_back(self) -> None:
        """It is as it was before the step that is under way."""
        if self.before is not None:
            self.shared, self.order, self.began = self.before
            self.before = None

    def change(self, verb: str, at: int, size_bytes: int, now_ms: int) -> None:
        """A transfer begins, or the n-th ends."""
        self._keep()
        if verb == "start":
            self.shared.start(self.began, size_bytes, now_ms)
            self.order.append(self.began)
            self.began += 1
        else:
            self.shared.cancel(self.order.pop(at) if at >= 0 else -1, now_ms)

    def plan(self, now_ms: int) -> tuple[int, int]:
        """Which transfer ends first, and when; -1 for none."""
        following = self.shared.next_finish()
        return (-1, now_ms) if following is None else (self.order.index(following[0]), following[1])

    @property
    def mean_kbps(self) -> float:
        """The uplink's mean until nothing more went over it; nan where nothing did."""
        at_ms: int = self.shared.at_ms
        return self.uplink.mean_kbps_between(0, at_ms) if at_ms else float("nan")


class SessionDraws(Streams):
    """What chance gives one session, and its uplink."""

    __slots__ = ("transfers",)

    def __init__(self, scenario: Scenario, seed: int, session: int) -> None:
        super().__init__(seed, session)
        uplink = build_uplink(scenario.uplink, self)
        self.transfers = None if uplink is None else Transfers(uplink)
