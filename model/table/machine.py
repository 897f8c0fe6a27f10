"""How a table grows: where no session has been, one runs the world, and the step is kept.

A `State` may hold a world that stands for every session that comes to it: of its code the log
alone. Most let it go (`WORLDS_MAX`), and some on each way keep it: the others take the steps from
there once more when theirs is needed. A `StepEnd` (`tree.py`) says what a step comes to: the next
state, how its registers follow, what was written into the trace, and what it cost.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple

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
from lastchunk.model.table.step import OTHERWISE, Places, RunningStep
from lastchunk.model.table.tree import (
    NO_TERMS,
    Arrival,
    Expression,
    FieldItems,
    Place,
    StepEnd,
    way_to,
)
from lastchunk.model.trace.events import CodeThrew, Costs
from lastchunk.model.world.base.pending import Around, Key, Pending, Shifted
from lastchunk.model.world.object.meter import IDLE
from lastchunk.model.world.world import World

COUNTS = Costs._fields[1:]
UNTRIED: dict[str, Place] = {}
"""What has not happened in a state yet; it stays empty."""
STATES_MAX = 10_000
"""A session that would need more runs in SimPy."""
WORLDS_MAX = 16
"""So many of the newest states of a table have their world, whatever they are."""
KEPT_EVERY = 8
"""A world is kept so many steps apart for good: no other takes more than that to be made again."""


class State:
    """A discrete state, and the world that stands for it; None while it has let it go.

    It was first come to from the state ``before`` (None: a session began), by the happening ``at``
    with its ``outcome``, to an ``end``, with names from ``first`` on; ``depth`` is how many steps
    that is from the beginning.
    """

    __slots__ = (
        "active_since",
        "at",
        "before",
        "choices",
        "depth",
        "discrete",
        "end",
        "first",
        "outcome",
        "slots",
        "times",
        "world",
    )

    def __init__(self, discrete: TableState, by: StepFrom, end: StepEnd, first: int) -> None:
        self.discrete = discrete
        self.first = first
        self.before, self.at, self.outcome = by
        self.end = end
        self.depth: int = 0 if by.state is None else by.state.depth + 1
        self.world: World | None = None
        self.times: dict[Key, Number] = {}
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

    @property
    def standing(self) -> World:
        """Its world, which it must have."""
        assert self.world is not None
        return self.world

    def let_go(self) -> None:
        """Keep the world only where others are made again from it, and of that what it must."""
        if self.depth % KEPT_EVERY:
            self.standing.__dict__.clear()  # its parts lead back to it: they are free at once
            self.world, self.times = None, {}
        else:
            for program in self.standing.programs:
                program.digest = None


class StepFrom(NamedTuple):
    """A happening of a state, and its outcome; without a state a session begins."""

    state: State | None
    at: int
    outcome: str


BEGIN = StepFrom(None, 0, "")


class Taken(NamedTuple):
    """What a step has come to: a world, what its times are called, and what has become pending, by
    the names of its times; what was pending before, and how often the object had been asked."""

    world: World
    known: dict[Key, Number]
    made: dict[int, Pending]
    fires: list[Key]
    requests_before: Any


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
        self.states: dict[bytes, State] = {}
        self.holding: deque[State] = deque()
        """The last ones that got their worlds."""
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
        self._check_room()
        return self._grown(BEGIN, registers, streams)

    def happen(
        self, state: State, at: int, outcome: str, registers: list[int], streams: Any
    ) -> StepEnd:
        """Let something happen in a state, as it has not happened yet."""
        self._check_room()
        self._stand(state)
        return self._grown(StepFrom(state, at, outcome), registers, streams)

    @property
    def full(self) -> str:
        """Why no step is taken any more that is not known; "" while there is room."""
        if len(self.states) < STATES_MAX:
            return ""
        return f"a table of more than {STATES_MAX:,} states"

    def _check_room(self) -> None:
        if self.full:
            raise NotCarried(self.full)

    def _grown(self, by: StepFrom, registers: list[int], streams: Any) -> StepEnd:
        self.grown += 1
        self.step.streams = streams
        first = self.step.named
        with self._taken(by, registers, self._top(by)) as taken:
            end = self._end(taken)
            come = None if end.reason else self._come(end, taken)
            self.lasting.check()
        place = self.step.slot
        if come is not None:
            end.state = self.states.get(come.key)
            if end.state is None:
                end.state = State(come, by, end, first)
                self._complete(end.state, taken.world)
                self.states[come.key] = end.state
                self._hold(end.state, taken)
        place.content = end
        return end

    def _stand(self, state: State) -> None:
        """Let a state have its world again, and so each on the way to it since one that has.
        Raises `NotCarried` where the last one is another state then."""
        without = []
        before: State | None = state
        while before is not None and before.world is None:
            without.append(before)
            before = before.before
        for again in reversed(without):
            by = StepFrom(again.before, again.at, again.outcome)
            top = self._top(by)
            way = way_to(top, again.end)
            with self.step.naming_from(again.first), self._taken(by, [], top, way) as taken:
                taken.world.trace = []
                if again is state and not self._is_at(state, taken):
                    self.step.refuse(NotCarried(OTHERWISE))
            self._hold(again, taken)

    def _top(self, by: StepFrom) -> Place:
        """Where the tree of a step begins."""
        return self.root if by.state is None else by.state.place(by.at, by.outcome)

    def _is_at(self, state: State, taken: Taken) -> bool:
        """Whether a step has come to the state that it came to before, with the same names."""
        discrete = self.encoder.state(taken.world, taken.known, self.step)
        return (discrete.key, discrete.names) == (state.discrete.key, state.discrete.names)

    def _hold(self, state: State, taken: Taken) -> None:
        """A state has its world; one that got its own long ago may have to let it go."""
        state.world, state.times = taken.world, taken.known
        self.holding.append(state)
        if len(self.holding) > WORLDS_MAX:
            self.holding.popleft().let_go()

    @contextmanager
    def _taken(
        self, by: StepFrom, registers: list[int], slot: Place, way: list[Place] | None = None
    ) -> Iterator[Taken]:
        """Take a step, for the session with these registers or along the way that is known."""
        state, at, outcome = by
        places, times, fires = self.places, dict[Key, Number](), list[Key]()
        world = (self.pristine if state is None else state.standing).fork()
        if state is not None:
            places, times, fires = state.places, state.times, state.discrete.fires
        world.trace, world.fresh = [], []
        self.step.begin(places, registers if way is None else [0] * len(places), slot, way)
        self.step.refusal = None
        before = world.object.meter.requests
        try:
            with step_time_limit(self.design.name, (world.object.program, world.client.program)):
                if state is None:
                    now: Any = self.beginning
                    world.now_ms = now
                    world.begin()
                else:
                    now = times[fires[at]]
                    world.happen(world.pending[fires[at]], now, outcome)
            yield self._named(world, times, fires, before)
        finally:
            world.shed()
            if self.step.refusal is not None:
                raise self.step.refusal

    def _named(
        self, world: World, times: dict[Key, Number], fires: list[Key], before: Any
    ) -> Taken:
        """What a step has come to: each time that is new and each number that is stored has a
        name. What is named here hangs on the step alone."""
        known = {key: times[key] for key in world.pending if key in times}
        made: dict[int, Pending] = {}
        for pending in world.fresh:
            if world.pending.get(pending.key) is pending:
                name = self.step.fresh()
                made[name] = pending
                known[pending.key] = Number(self.step, name)
        world.fresh = []
        if not world.ended and world.pending:
            self.promoter.promote(world)
        return Taken(world, known, made, fires, before)

    def _end(self, taken: Taken) -> StepEnd:
        """What a step has written and cost, and whether the session ends by it."""
        world, expression = taken.world, self.step.expression_of
        end = StepEnd()
        events: list[Any] = world.trace
        world.trace = []
        end.events = [(type(event), tuple(map(self._field, event))) for event in events]
        if any(type(event) is CodeThrew for event in events):
            self._threw()
        end.reason = world.ended or ("" if world.pending else "quiet")
        meter: Any = world.object.meter
        counts = [getattr(meter, name) for name in COUNTS]
        counts[COUNTS.index("requests")] = meter.requests - taken.requests_before
        if end.reason and meter.active_since_ms != IDLE:
            counts[-1] = counts[-1] + (world.now_ms - meter.active_since_ms)
        counted = [(at, n) for at, n in enumerate(counts) if type(n) is not int or n != 0]
        costs = [(at, expression(count)) for at, count in counted]
        end.costs = [cost for cost in costs if cost[1] != NO_TERMS]
        if end.reason:  # a session that ends has drawn what it will not wait for
            made = [self._arrival(pending, world.now_ms) for pending in taken.made.values()]
            end.unseen = [arrival for arrival in made if arrival.is_request]
        return end

    def _come(self, end: StepEnd, taken: Taken) -> TableState:
        """The state that a step has come to, and how its registers follow."""
        world, step = taken.world, self.step
        made = {name: self._arrival(pending, world.now_ms) for name, pending in taken.made.items()}
        orders = {key: at for at, key in enumerate(taken.fires)}
        orders |= {pending.key: -1 - at for at, pending in enumerate(taken.made.values())}
        end.fresh = len(made)
        discrete = self.encoder.state(world, taken.known, step)
        for at, (name, offset_ms) in enumerate(discrete.columns):
            if name in made:
                assert offset_ms == 0 or at >= len(discrete.fires)
                end.columns.append(made[name])
            else:
                end.columns.append(step.expression_named(name, offset_ms))
        end.orders = step.once(tuple([orders[key] for key in discrete.fires]))
        step.keep(discrete.names)
        return discrete

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

    def _complete(self, state: State, world: World) -> None:
        """What may come of what is pending, each with the stream that decides; and the meter."""
        self.step.begin(state.places, [], Place())
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
