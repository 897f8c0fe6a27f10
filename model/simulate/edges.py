"""A scheduler that looks for trouble: it plays times and orders at the edges of what is allowed.

Each pending thing gets its time when it becomes pending: the first or the last ms of its window,
one next to these, a random one, or one at -1, 0 or +1 ms around something else. What becomes
pending may draw others close to it. Happenings at one millisecond come in any order, and what may
go wrong does so often, seldom or never. A number names a schedule: the same number, the same
schedule. Nothing leaves the bounds that `model.simulate.replay` holds a schedule to.
"""

from __future__ import annotations

import random
from typing import Any, NamedTuple

from lastchunk.model.base.streams import Streams
from lastchunk.model.design.load import DesignSpec
from lastchunk.model.scenario.schema import Scenario
from lastchunk.model.simulate.planned import newly_pending
from lastchunk.model.simulate.run import Run, Simulation, recorded
from lastchunk.model.simulate.schedule import Schedule, Step, given_name
from lastchunk.model.trace.events import RunEnded
from lastchunk.model.world.base.pending import AnyTime, Key, Pending
from lastchunk.model.world.edge.uplink import FreeUplink
from lastchunk.model.world.object.alarms import SLOT
from lastchunk.model.world.world import World

FIRST, SECOND, LAST_BUT_ONE, LAST = 0, 1, -2, -1
EDGES = (FIRST, FIRST, SECOND, LAST_BUT_ONE, LAST, LAST)
AROUND_MS = (-1, 0, 1)
PAST = 8
"""How many happenings back are remembered, to put something at a setting's ms after one."""
ALMOST_ONE = 1 - 2.0**-40
ANY_TIMES_MS = (0, 1, 10, 1_000, 100_000)
"""How long a transfer may take that has no distribution."""
CUT = "limit"
"""The end of a schedule that went on for longer than it may."""


class Habits(NamedTuple):
    """The habits of one schedule, as shares: how often a time is an edge, near something else, the
    same for all of a kind; how often something goes wrong. ``ties`` is the order of a tie: 1 the
    first come first, -1 the last, 0 any.
    """

    edge: float
    near: float
    steady: float
    trouble: float
    ties: int

    @classmethod
    def drawn(cls, dice: random.Random) -> Habits:
        """Habits that differ much from one schedule to the next: so they meet different bugs."""
        return cls(
            dice.choice((0.3, 0.7, 0.95)),
            dice.choice((0.0, 0.3, 0.6)),
            dice.choice((0.0, 0.5, 0.9)),
            dice.choice((0.0, 0.15, 0.5, 0.9)),
            dice.choice((1, 1, 0, 0, -1)),
        )


class Edges:
    """One schedule at the edges, of a design in a scenario."""

    def __init__(self, design: DesignSpec, scenario: Scenario, number: int) -> None:
        self.design = design
        self.scenario = scenario
        self.dice = random.Random(number)
        self.habits = Habits.drawn(self.dice)
        self.favourite: dict[str, int] = {}
        self.duration_ms = self._within(*_bounds(scenario.recording.duration_ms))
        self.offsets: list[int] = []
        self.given: dict[str, float] = {}
        uplink = FreeUplink() if scenario.uplink is not None else None  # as a replay has it
        self.world = World(design, scenario, self.duration_ms, uplink, self._offset, self._give)
        self.plan: dict[Key, tuple[Pending, int, float]] = {}
        self.steps: list[Step] = []
        self.lengths_ms = [
            value
            for name, value in vars(design.settings).items()
            if name.endswith("_ms") and type(value) is int
        ]

    def _offset(self, instance: int) -> int:
        offset = self.scenario.platform.clock_offset_ms
        while len(self.offsets) <= instance:
            self.offsets.append(self._within(offset.low_ms, offset.high_ms))
        return self.offsets[instance]

    def _give(self, purpose: str, *entity: int) -> float:
        name = given_name(purpose, *entity)
        if name not in self.given:
            self.given[name] = self.dice.choice((1 - ALMOST_ONE, 0.5, ALMOST_ONE))
        return self.given[name]

    def play(self, happenings_max: int) -> tuple[Run, Schedule]:
        """Play the schedule to its end, or cut it after so many happenings."""
        world = self.world
        world.begin()
        self._note()
        while self.plan and not world.ended and len(self.steps) < happenings_max:
            self._step()
        reason = world.ended or (CUT if world.pending else "quiet")
        world.trace.append(world.object.meter.event(world.now_ms))
        world.trace.append(RunEnded(world.now_ms, reason))
        world.close()
        nan = float("nan")
        run = Run(self.scenario, self.design, -1, -1, world.trace, nan, nan)
        offsets = tuple(map(self._offset, range(world.object.instance + 1)))
        settings = vars(self.design.settings)
        header = (self.scenario, self.design.reference, settings, self.duration_ms, offsets)
        return run, Schedule(*header, reason, tuple(self.steps), given=self.given)

    def _step(self) -> None:
        """The next happening: the earliest; in a tie the one that its rank puts first."""
        world, plan = self.world, self.plan
        key = min(plan, key=lambda key: plan[key][1:])
        pending, at_ms, _ = plan.pop(key)
        outcome = self._outcome(pending)
        self.steps.append(Step(key, at_ms, outcome))
        world.happen(pending, at_ms, outcome)
        self._note()

    def _outcome(self, pending: Pending) -> str:
        choices = [name for name, share in self.world.choices(pending) if share > 0]
        if not choices:
            return ""
        if self.dice.random() < self.habits.trouble:
            return self.dice.choice(choices)
        return choices[-1]

    # --- times -------------------------------------------------------------------------------

    def _note(self) -> None:
        """Give what has become pending its time; forget what the world has cancelled."""
        for pending in newly_pending(self.world, self.plan):
            at_ms = self._time(pending)
            self.plan[pending.key] = (pending, at_ms, self._rank())
            self._draw_others_near(pending.key, at_ms)

    def _rank(self) -> float:
        ties = self.habits.ties
        return ties * float(len(self.steps)) if ties else self.dice.random()

    def _time(self, pending: Pending) -> int:
        """A time in the window of a pending thing."""
        dice, habits, now_ms = self.dice, self.habits, self.world.now_ms
        low_ms, high_ms = pending.window()
        if high_ms is None:
            return self._unbounded(pending, low_ms)
        if low_ms == high_ms:
            return low_ms
        kind = pending.key[0]
        if dice.random() < habits.steady:
            edge = self.favourite.setdefault(kind, dice.choice(EDGES))
            return _edge(edge, low_ms, high_ms)
        if dice.random() < habits.near:
            near_ms = self._near(now_ms)
            if low_ms <= near_ms <= high_ms:
                return near_ms
        return self._within(low_ms, high_ms)

    def _within(self, low_ms: int, high_ms: int) -> int:
        if self.dice.random() < self.habits.edge:
            return _edge(self.dice.choice(EDGES), low_ms, high_ms)
        return self.dice.randint(low_ms, high_ms)

    def _unbounded(self, pending: Pending, low_ms: int) -> int:
        delay: Any = pending.delay
        if isinstance(delay, AnyTime):
            return max(low_ms, self.world.now_ms) + self.dice.choice(ANY_TIMES_MS)
        u = self.dice.choice((0.0, self.dice.random(), ALMOST_ONE))
        return max(low_ms, pending.since_ms + int(delay.quantile(u))) if u else low_ms

    def _near(self, now_ms: int) -> int:
        """Around something else that is planned, or as long after a past happening as a setting."""
        dice = self.dice
        if self.lengths_ms and self.steps and dice.random() < 0.5:
            base_ms = dice.choice(self.steps[-PAST:]).at_ms + dice.choice(self.lengths_ms)
        else:
            base_ms = dice.choice([at_ms for _, at_ms, _ in self.plan.values()] or [now_ms])
        return base_ms + dice.choice(AROUND_MS)

    def _draw_others_near(self, key: Key, at_ms: int) -> None:
        """What else may come around that time does so, now and then."""
        dice, now_ms = self.dice, self.world.now_ms
        share = self.habits.near if key == SLOT else self.habits.near / 2
        for other, (pending, _, rank) in self.plan.items():
            if other == key or dice.random() >= share:
                continue
            low_ms, high_ms = pending.window()
            near_ms = at_ms + dice.choice(AROUND_MS)
            if max(low_ms, now_ms) <= near_ms and (high_ms is None or near_ms <= high_ms):
                self.plan[other] = (pending, near_ms, rank)


def _bounds(delay: Any) -> tuple[int, int]:
    """A delay's bounds; one without an upper bound gets a far one."""
    high_ms = delay.high_ms
    return delay.low_ms, delay.quantile(ALMOST_ONE) if high_ms is None else high_ms


def _edge(edge: int, low_ms: int, high_ms: int) -> int:
    """The ms at an edge of a window; one past the other edge stands for that edge."""
    return min(low_ms + edge, high_ms) if edge >= 0 else max(low_ms, high_ms + 1 + edge)


class EdgeStreams(Streams):
    """Random numbers at the edges, for SimPy's own path: the least, the greatest, or as drawn."""

    __slots__ = ("edge",)

    def __init__(self, number: int) -> None:
        super().__init__(number, 0)
        self.edge = random.Random(number).choice((0.3, 0.7, 0.95))

    def uniform(self, purpose: str, *entity: int) -> float:
        """A number strictly between 0 and 1 for this purpose and entity."""
        if super().uniform("edge of " + purpose, *entity) >= self.edge:
            return super().uniform(purpose, *entity)
        return (
            1 - ALMOST_ONE if super().uniform("which of " + purpose, *entity) < 0.5 else ALMOST_ONE
        )


def play_edges(
    design: DesignSpec, scenario: Scenario, number: int, happenings_max: int
) -> tuple[Run, Schedule]:
    """The schedule of that number in the plain world."""
    return Edges(design, scenario, number).play(happenings_max)


def simulate_edges(
    design: DesignSpec, scenario: Scenario, number: int, happenings_max: int
) -> tuple[Run, Schedule]:
    """A session in SimPy whose random numbers are at the edges."""
    simulation = Simulation(scenario, design, 0, 0, EdgeStreams(number))
    simulation.happenings_left = min(simulation.happenings_left, happenings_max)
    return recorded(simulation, -1, -1)
