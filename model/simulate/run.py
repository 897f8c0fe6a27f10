"""One session in SimPy, from a seed to a trace.

SimPy keeps the time and the queue; the world says what is pending. Each pending thing's delay and
outcome are drawn from a random stream named by its purpose and its entity, so two designs on the
same seed and session meet the same network. Happenings at the same millisecond run in the order
in which they became pending: that is SimPy's tie rule, and a real system owes nobody this order.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from heapq import heappush
from typing import Any

import simpy
from simpy.events import NORMAL

from lastchunk.model.base.errors import as_whole
from lastchunk.model.base.memory import MemoryLimit
from lastchunk.model.base.pictures import Pictured
from lastchunk.model.base.step_limit import StepLimit
from lastchunk.model.base.streams import Streams
from lastchunk.model.design.load import DesignLike, DesignSpec, load_design
from lastchunk.model.properties import Judgement, JudgeSettings, judge_settings
from lastchunk.model.properties.judged import PropertiesLike, asked_of, judge_trace
from lastchunk.model.scenario.load import ScenarioLike, as_scenario
from lastchunk.model.scenario.schema import Scenario
from lastchunk.model.simulate.schedule import Schedule, Step, given_name
from lastchunk.model.simulate.storm import LOOK, Storm
from lastchunk.model.subset import check_values, lasting_of
from lastchunk.model.trace.events import AlarmSet, Event, RunEnded
from lastchunk.model.trace.facts import Facts, facts_of
from lastchunk.model.trace.media import media_lost_ms
from lastchunk.model.world.base.pending import Pending
from lastchunk.model.world.edge.uplink import SharedUplink, build_uplink
from lastchunk.model.world.world import World


@dataclass(frozen=True)
class Run(Pictured):
    """What one session did; ``seed`` is -1 where no seed led to it.

    ``uplink_kbps`` is the uplink's mean up to the end of its last transfer, nan where it has none;
    ``mean_request_delay_ms`` is over all request legs, transfers left out; nan where none ended.
    """

    scenario: Scenario
    design: DesignSpec
    seed: int
    session: int
    trace: list[Event]
    uplink_kbps: float
    mean_request_delay_ms: float
    cut_by: str = ""
    """The limit that cut it, a key of ``limits``; "" where it came to its end."""

    def __repr__(self) -> str:
        ended = f"ended {self.facts.ended}, {self.facts.status or 'no session'}"
        name = f"{self.design.name} in {self.scenario.name}, {self.origin}"
        return f"<Run of {name}: {len(self.trace)} events, {ended}>"

    @cached_property
    def facts(self) -> Facts:
        """What the trace amounts to."""
        return facts_of(self.trace)

    @cached_property
    def media_lost_ms(self) -> int:
        """How many ms of what was recorded are stored nowhere."""
        return media_lost_ms(self.trace)

    @cached_property
    def alarm_writes(self) -> int:
        """How often the design's code set the alarm: each is a row written."""
        return sum(type(event) is AlarmSet for event in self.trace)

    @property
    def origin(self) -> str:
        """Where the run comes from, in words."""
        return f"seed {self.seed}, session {self.session}" if self.seed >= 0 else "a schedule"

    @property
    def judge(self) -> JudgeSettings:
        """What the properties measure this design by."""
        return judge_settings(self.design)

    def check(self, properties: PropertiesLike) -> dict[str, Judgement]:
        """What the run says of properties, own ones or slugs of shipped ones (docs/properties.md).

        Raises `InputError` for what is no property.
        """
        return {
            slug: judge_trace(item, self.trace, self.facts, self.judge)
            for slug, item in asked_of(properties).items()
        }


class Due(simpy.Event):
    """A pending thing in SimPy's queue. It is skipped if the world has cancelled it meanwhile.

    What SimPy's own constructor would set anew for each event is the same for all of these.
    """

    _ok = True
    _defused = False

    def __init__(self, callbacks: Any, pending: Pending) -> None:
        self.callbacks = callbacks
        self._value = pending


class Simulation:
    """One world under SimPy's clock."""

    def __init__(
        self,
        scenario: Scenario,
        design: DesignSpec,
        seed: int,
        session: int,
        streams: Streams | None = None,
    ) -> None:
        self.scenario = scenario
        self.design = design
        self.streams = streams or Streams(seed, session)
        self.env = simpy.Environment()
        self.callbacks = (self._happen,)
        duration = scenario.recording.duration_ms
        is_fixed = duration.low_ms == duration.high_ms
        u = 0.5 if is_fixed else self.streams.uniform("recording duration")
        duration_ms = duration.quantile(u)
        self.uplink = build_uplink(scenario.uplink, self.streams)
        shared = None if self.uplink is None else SharedUplink(self.uplink)
        self.shared = shared
        self.offset = scenario.platform.clock_offset_ms
        self.given: dict[str, float] = {}
        self.world = World(design, scenario, duration_ms, shared, self._clock_offset, self._give)
        self.happenings_left = scenario.limits.happenings_max
        self.storm = Storm(self.world, design)
        self.cut_by = ""
        self.request_legs = 0
        self.request_ms = 0
        self.steps: list[Step] | None = None

    @property
    def uplink_kbps(self) -> float:
        """The uplink's mean until nothing more went over it; nan where nothing did.

        A rate that nobody needed is not drawn for it: an alarm may be ten minutes later.
        """
        if self.shared is None or self.uplink is None or self.shared.at_ms == 0:
            return float("nan")
        return self.uplink.mean_kbps_between(0, self.shared.at_ms)

    def _clock_offset(self, instance: int) -> int:
        if self.offset.low_ms == self.offset.high_ms:
            return self.offset.low_ms
        return self.offset.quantile(self.streams.uniform("clock offset", instance))

    def _give(self, purpose: str, *entity: int) -> float:
        """What chance gives the session beside times and outcomes; a schedule keeps it."""
        share = self.given[given_name(purpose, *entity)] = self.streams.uniform(purpose, *entity)
        return share

    def run(self, horizon_ms: int) -> list[Event]:
        """Run until nothing is pending, or to a limit, which is said. Returns the trace."""
        limits, name = self.scenario.limits, self.design.name
        with (
            MemoryLimit(name, limits.memory_mb_max),
            StepLimit(name, limits.step_seconds_max, self._happenings_left, self.storm.waiting),
        ):
            return self._run(horizon_ms)

    def _happenings_left(self) -> int:
        return self.happenings_left

    def _run(self, horizon_ms: int) -> list[Event]:
        world = self.world
        look_at = self.happenings_left - LOOK
        world.begin()
        self._schedule_fresh()
        env = self.env
        # SimPy's own run(until=...) would let the queue's stale entries decide the end.
        queue, step = env._queue, env.step
        reason = "quiet"
        while world.pending and queue:
            if queue[0][0] > horizon_ms:
                reason, self.cut_by = "horizon", "horizon_ms"
                break
            step()
            if world.ended:
                reason = world.ended
                break
            if self.happenings_left <= 0 and world.pending:
                reason, self.cut_by = "limit", "happenings_max"
                break
            if self.happenings_left <= look_at:
                look_at -= LOOK
                if self.storm.look():
                    reason, self.cut_by = "limit", "alone_max"
                    break
        world.trace.append(world.object.meter.event(world.now_ms))
        world.trace.append(RunEnded(world.now_ms, reason))
        return world.trace

    def _schedule_fresh(self) -> None:
        world, env = self.world, self.env
        pending_now, queue, now_ms = world.pending, env._queue, world.now_ms
        callbacks, uniform, numbers = self.callbacks, self.streams.uniform, env._eid
        for pending in world.fresh:
            if pending_now.get(pending.key) is not pending:
                continue
            delay: Any = pending.delay
            if type(delay) is not int:
                delay = delay.quantile(uniform(*pending.stream))
            if pending.key[0] == "request":
                self.request_legs += 1
                self.request_ms += delay
            # What `env.schedule` does, without a call for each event.
            entry = (now_ms + delay, NORMAL, next(numbers), Due(callbacks, pending))
            heappush(queue, entry)
        world.fresh.clear()

    def _happen(self, due: Any) -> None:
        pending: Pending = due._value
        world = self.world
        if world.pending.get(pending.key) is not pending:
            return
        self.happenings_left -= 1
        outcome = ""
        if pending.key[0] in world.settings.choosing:
            choices = world.choices(pending)
            if choices:
                outcome = self._draw_outcome(pending, choices)
        at_ms: Any = self.env._now
        if self.steps is not None:
            self.steps.append(Step(pending.key, at_ms, outcome))
        world.happen(pending, at_ms, outcome)
        if world.fresh:
            self._schedule_fresh()

    def _draw_outcome(self, pending: Pending, choices: Any) -> str:
        purpose, *entity = pending.stream
        u = self.streams.uniform(purpose + " outcome", *entity)
        for name, share in choices:
            u -= share
            if u < 0:
                return str(name)
        return str(choices[-1][0])


def simulate(scenario: ScenarioLike, design: DesignLike, seed: int = 1, session: int = 0) -> Run:
    """Run one session. The same scenario, design, seed and session give the same trace.

    A scenario is an object, a name, a path or TOML text; a design a class, a name,
    ``file.py:Class``, or a label with one of these and settings of its own. Raises `InputError` for
    another thing, `DesignError` where the design throws, or awaits what it may not.

    >>> simulate("cellular-driving", "alarm", seed=1)
    <Run of alarm in cellular-driving, seed 1, session 0: 104 events, ended quiet, completed>
    """
    seed, session = as_whole("seed", seed), as_whole("session", session)
    return _run_of(_simulation(scenario, design, seed, session), seed, session)


def record(
    scenario: ScenarioLike, design: DesignLike, seed: int = 1, session: int = 0
) -> tuple[Run, Schedule]:
    """Run one session as `simulate` does, and write its choices down."""
    seed, session = as_whole("seed", seed), as_whole("session", session)
    return recorded(_simulation(scenario, design, seed, session), seed, session)


def _simulation(scenario: ScenarioLike, design: DesignLike, seed: int, session: int) -> Simulation:
    loaded = as_scenario(scenario)
    return Simulation(loaded, load_design(design, loaded), seed, session)


def recorded(simulation: Simulation, seed: int, session: int) -> tuple[Run, Schedule]:
    """Run one session and write its choices down."""
    scenario, design = simulation.scenario, simulation.design
    steps: list[Step] = []
    simulation.steps = steps
    run = _run_of(simulation, seed, session)
    world = simulation.world
    offsets = tuple(map(world.clock_offset, range(world.object.instance + 1)))
    ended = run.trace[-1]
    assert isinstance(ended, RunEnded)
    header = (scenario, design.reference, vars(design.settings), world.duration_ms, offsets)
    return run, Schedule(*header, ended.reason, tuple(steps), seed, session, simulation.given)


def _run_of(simulation: Simulation, seed: int, session: int) -> Run:
    scenario, design = simulation.scenario, simulation.design
    check_values(design.name, design.settings)
    lasting = lasting_of(design.name, design.cls)
    try:
        trace = simulation.run(scenario.limits.horizon_ms)
        lasting.check()
    finally:
        simulation.world.close()
    legs = simulation.request_legs
    return Run(
        scenario,
        design,
        seed,
        session,
        trace,
        simulation.uplink_kbps,
        simulation.request_ms / legs if legs else float("nan"),
        simulation.cut_by,
    )
