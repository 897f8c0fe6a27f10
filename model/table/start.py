"""The world that a session begins with: its numbers are registers from the beginning on."""

from __future__ import annotations

from typing import Any

from lastchunk.model.design.load import OBJECT_METHODS, DesignSpec
from lastchunk.model.explore.code.encode import Encoder
from lastchunk.model.scenario.schema import Scenario
from lastchunk.model.table.numbers.chunk import timed_chunk
from lastchunk.model.table.numbers.counter import Counter
from lastchunk.model.table.numbers.number import Number
from lastchunk.model.table.refused import Counted, Demoted, NotCarried
from lastchunk.model.table.state import TableEncoder
from lastchunk.model.table.step import RunningStep
from lastchunk.model.world.object.instances import CONSTRUCT
from lastchunk.model.world.object.meter import Meter
from lastchunk.model.world.world import World
from lastchunk.reference_impl.contract import Chunk
from lastchunk.reference_impl.detached import DETACHED

BEGINNING, DURATION, OFFSET, REQUESTS = "beginning", "duration", "object's clock", "requests"
OF_SESSION = tuple(k for k in Counted if k not in (Counted.ATTEMPTS, Counted.STORED))
BEGUN_WITH = (BEGINNING, DURATION, OFFSET, REQUESTS, *OF_SESSION)
"""The registers that a session begins with: its beginning, the recording, the object's clock, how
often the object was asked, and what is counted. All but the second and the third are 0."""


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
        signed = (OFFSET, *OF_SESSION)
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

        world = World(self.design, self.scenario, duration, None, offset, _not_given)
        self._count(world)
        world.chunk_of = timed_chunk
        world.blob_store.is_left_out = forgets_blobs
        meter = world.object.meter = StepMeter()
        if type(world.idle_ms) is not int:  # its draws are named by the requests so far
            meter.requests = self.number(REQUESTS)
        for program in world.programs:
            program.records = True
        return world

    def _count(self, world: Any) -> None:
        """What names things is a number of the session's."""
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


def _not_given(purpose: str, *entity: int) -> float:
    raise NotCarried(f"what chance gives besides times and outcomes ({purpose})")
