"""How a table grows: where no session has been, one runs the world, and the step is kept.

A `State` holds one world that stands for every session that comes to it: of its code the log alone.
A `StepEnd` says what a step comes to: the next state, how its registers follow, what was written
into the trace, and what it cost.
"""

from __future__ import annotations

from typing import Any

from lastchunk.model.design.load import DesignSpec
from lastchunk.model.explore.code.watched import step_time_limit
from lastchunk.model.scenario.schema import Scenario
from lastchunk.model.subset import check_values, lasting_of
from lastchunk.model.table.numbers.number import Number
from lastchunk.model.table.numbers.pilot import Pilot
from lastchunk.model.table.promoted import Promoter
from lastchunk.model.table.refused import Counted, Demoted, NotCarried, uncounted
from lastchunk.model.table.start import BEGINNING, SessionStart
from lastchunk.model.table.state import TableState
from lastchunk.model.table.step import Places, RunningStep
from lastchunk.model.table.tree import Expression, FieldItems, Place
from lastchunk.model.trace.events import CodeThrew, Costs
from lastchunk.model.world.base.pending import Around, Key, Pending, Shifted
from lastchunk.model.world.object.meter import IDLE
from lastchunk.model.world.world import World

COUNTS = Costs._fields[1:]
NO_TERMS = Expression((), 0)
UNTRIED: dict[str, Place] = {}
"""What has not happened in a state yet; it stays empty."""
STATES_MAX = 10_000
"""A table takes 14 to 18 KB for each; a session that would need more runs in SimPy."""


class Arrival:
    """When something becomes due that has just become pending: ``base`` and a draw.

    ``spread`` is None where nothing is drawn.
    """

    __slots__ = ("base", "is_request", "planned", "spread", "stream")

    def __init__(self) -> None:
        self.base = self.planned = NO_TERMS
        self.spread: Any = None
        self.stream: tuple[Any, ...] = ()
        self.is_request = False


class StepEnd:
    """What one step comes to. ``columns`` make the next state's registers, ``orders`` the order
    of what is pending: that of a register before, or the n-th that is new (-1 - n)."""

    __slots__ = (
        "columns",
        "costs",
        "events",
        "fresh",
        "orders",
        "reason",
        "state",
        "unseen",
        "used",
        "work",
    )

    def __init__(self) -> None:
        self.events: list[tuple[Any, tuple[Any, ...]]] = []
        self.costs: list[tuple[int, Expression]] = []
        self.columns: list[Any] = []
        self.orders: list[int] = []
        self.unseen: list[Arrival] = []
        self.fresh = 0
        self.reason = ""
        self.state: State | None = None
        self.used = 0
        self.work: Any = None


class State:
    """A discrete state, with the world that stands for it."""

    __slots__ = ("active_since", "choices", "discrete", "slots", "times", "world")

    def __init__(self, discrete: TableState, world: World, times: dict[Key, Number]) -> None:
        self.discrete = discrete
        self.world = world
        self.times = times
        self.slots: list[dict[str, Place]] = [UNTRIED] * len(discrete.fires)
        self.choices: list[Any] = [None] * len(discrete.fires)
        self.active_since: Expression | None = None

    @property
    def places(self) -> Places:
        """Where each name stands: for a step that is new, so it is not kept."""
        columns = enumerate(self.discrete.columns)
        return {name: (at, offset_ms) for at, (name, offset_ms) in columns}

    def place(self, at: int, outcome: str) -> Place:
        """Where the tree of a happening and its outcome begins."""
        if not self.slots[at]:
            self.slots[at] = {}
        return self.slots[at].setdefault(outcome, Place())


class SessionTable:
    """A design in a scenario as a table that grows. Raises `NotCarried` for what it cannot hold."""

    def __init__(
        self,
        scenario: Scenario,
        design: DesignSpec,
        forgets_blobs: bool = True,
        demoted: frozenset[str] = frozenset(),
    ) -> None:
        self.scenario = scenario
        self.demoted = demoted | uncounted(scenario, design.cls)
        self.forgets_blobs = forgets_blobs
        self.design = design
        check_values(design.name, design.settings)
        self.lasting = lasting_of(design.name, design.cls)
        self.step = RunningStep()
        self.root = Place()
        self.states: dict[Any, State] = {}
        self.grown = 0
        self.pilot: Pilot | None = None
        start = SessionStart(scenario, design, self.step, forgets_blobs, self.demoted)
        self.places, self.pristine = start.places, start.world
        self.beginning = start.number(BEGINNING)
        self.encoder = start.encoder()
        self.promoter = Promoter(self.step, self.demoted)

    # --- growing -------------------------------------------------------------------------------

    def begin(self, registers: list[int], streams: Any) -> StepEnd:
        """Let a session begin where none has begun so."""
        world = self.pristine.fork()
        now: Any = self.beginning
        world.now_ms = now
        return self._grown(self.root, self.places, registers, streams, world, {}, [], world.begin)

    def happen(
        self, state: State, at: int, outcome: str, registers: list[int], streams: Any
    ) -> StepEnd:
        """Let something happen in a state, as it has not happened yet."""
        slot = state.place(at, outcome)
        world = state.world.fork()
        world.trace, world.fresh = [], []
        key = state.discrete.fires[at]
        now: Any = state.times[key]

        def work() -> None:
            world.happen(world.pending[key], now, outcome)

        fires = state.discrete.fires
        return self._grown(slot, state.places, registers, streams, world, state.times, fires, work)

    def _grown(
        self,
        slot: Place,
        places: Places,
        registers: list[int],
        streams: Any,
        world: World,
        times: dict[Key, Number],
        fires: list[Key],
        work: Any,
    ) -> StepEnd:
        if len(self.states) >= STATES_MAX:
            raise NotCarried(f"a table of more than {STATES_MAX:,} states")
        self.grown += 1
        self.step.streams = streams
        self.step.begin(places, registers, slot)
        self.step.refusal = None
        before = world.object.meter.requests
        try:
            with step_time_limit(self.design.name, (world.object.program, world.client.program)):
                work()
            leaf = self._leaf(world, times, fires, before)
            self.lasting.check()
        finally:
            world.shed()
            if self.step.refusal is not None:
                raise self.step.refusal
        self.step.slot.content = leaf
        return leaf

    def _leaf(
        self, world: World, times: dict[Key, Number], fires: list[Key], before: Any
    ) -> StepEnd:
        expression = self.step.expression_of
        leaf = StepEnd()
        events: list[Any] = world.trace
        world.trace = []
        leaf.events = [(type(event), tuple(map(self._field, event))) for event in events]
        if any(type(event) is CodeThrew for event in events):
            self._threw()
        leaf.reason = world.ended or ("" if world.pending else "quiet")
        meter: Any = world.object.meter
        counts = [getattr(meter, name) for name in COUNTS]
        counts[COUNTS.index("requests")] = meter.requests - before
        if leaf.reason and meter.active_since_ms != IDLE:
            counts[-1] = counts[-1] + (world.now_ms - meter.active_since_ms)
        counted = [(at, n) for at, n in enumerate(counts) if type(n) is not int or n != 0]
        costs = [(at, expression(count)) for at, count in counted]
        leaf.costs = [cost for cost in costs if cost[1] != NO_TERMS]
        self._connect(leaf, world, times, fires)
        return leaf

    def _threw(self) -> None:
        """Code threw: perhaps since it was given a register where it wanted a plain number."""
        for kind in (Counted.STORED, Counted.CHUNKS):
            if kind not in self.demoted:
                self.step.refuse(Demoted(kind))

    def _field(self, value: Any) -> Any:
        if isinstance(value, Number):
            return self.step.expression_of(value)
        if type(value) is tuple and any(isinstance(item, Number) for item in value):
            return FieldItems(map(self._field, value))
        return value

    def _connect(
        self, leaf: StepEnd, world: World, times: dict[Key, Number], fires: list[Key]
    ) -> None:
        """Find the state that a step comes to, and how its registers follow."""
        made: dict[int, Arrival] = {}
        known = {key: times[key] for key in world.pending if key in times}
        orders = {key: at for at, key in enumerate(fires)}
        for pending in world.fresh:
            if world.pending.get(pending.key) is not pending:
                continue
            name = self.step.fresh()
            made[name] = self._arrival(pending, world.now_ms)
            known[pending.key] = Number(self.step, name)
            orders[pending.key] = -1 - leaf.fresh
            leaf.fresh += 1
        world.fresh = []
        if leaf.reason:  # a session that ends has drawn what it will not wait for
            leaf.unseen = [arrival for arrival in made.values() if arrival.is_request]
            return
        self.promoter.promote(world)
        discrete = self.encoder.state(world, known, self.step.never_negative)
        for at, (name, offset_ms) in enumerate(discrete.columns):
            if name in made:
                assert offset_ms == 0 or at >= len(discrete.fires)
                leaf.columns.append(made[name])
            else:
                leaf.columns.append(self.step.expression_named(name, offset_ms))
        leaf.orders = [orders[key] for key in discrete.fires]
        self.step.keep([name for name, _ in discrete.columns])
        state = self.states.get(discrete.key)
        if state is None:
            state = self.states[discrete.key] = State(discrete, world, known)
            place = self.step.slot
            self._complete(state)
            self.step.slot = place
        leaf.state = state

    def _arrival(self, pending: Pending, now_ms: Any) -> Arrival:
        expression = self.step.expression_of
        arrival = Arrival()
        arrival.is_request = pending.key[0] == "request"
        planned, spread = _parts(pending.delay)
        if spread is None:
            arrival.base = expression(now_ms + planned)
            arrival.planned = expression(planned)
            return arrival
        arrival.base, arrival.planned = expression(now_ms), expression(planned)
        arrival.spread = spread
        arrival.stream = tuple(map(self._field, pending.stream))
        return arrival

    def _complete(self, state: State) -> None:
        """What may come of what is pending, each with the stream that decides; and the meter."""
        self.step.begin(state.places, [], Place())
        world = state.world
        since = world.object.meter.active_since_ms
        if since is not IDLE:
            state.active_since = self.step.expression_of(since)
        for at, key in enumerate(state.discrete.fires):
            pending = world.pending[key]
            choices = world.choices(pending) if key[0] in world.settings.choosing else ()
            if choices:
                purpose, *entity = map(self._field, pending.stream)
                state.choices[at] = (choices, (f"{purpose} outcome", *entity))


def _parts(delay: Any) -> tuple[Any, Any]:
    """A delay as what is planned, and the spread around it; None where it is exact."""
    planned: Any = 0
    while isinstance(delay, Shifted | Around):
        base = delay.base_ms if isinstance(delay, Shifted) else delay.window
        if isinstance(base, Shifted):  # the stop is so much later
            known: Any = base.spread
            base = base.base_ms + known
        planned = planned + base
        delay = delay.spread
    if isinstance(delay, int | Number):
        return planned + delay, None
    return planned, delay
