"""A scheduler that follows what was seen: each thing happens as near to its own time as it may.

Who guides says at what time a pending thing is wanted, and with which outcome; what nobody wants
takes the least time that it can, and the outcome that is no failure. Nothing leaves the bounds that
a replay holds a schedule to, so what comes of it replays.
"""

from __future__ import annotations

from typing import Protocol

from lastchunk.model.design.load import DesignSpec
from lastchunk.model.scenario.schema import Scenario
from lastchunk.model.simulate.planned import newly_pending
from lastchunk.model.simulate.run import Run
from lastchunk.model.simulate.schedule import Schedule, Step
from lastchunk.model.trace.events import RunEnded
from lastchunk.model.world.base.pending import Key, Pending
from lastchunk.model.world.edge.uplink import FreeUplink
from lastchunk.model.world.world import World


class Guide(Protocol):
    """Who knows what was seen."""

    def wanted_ms(self, pending: Pending) -> int | None:
        """When a pending thing happened; None where nobody knows."""

    def wanted_outcome(self, key: Key) -> str:
        """How it ended; "" where nobody knows."""


class Guided:
    """One world that is led along."""

    def __init__(
        self, design: DesignSpec, scenario: Scenario, duration_ms: int, guide: Guide
    ) -> None:
        self.design = design
        self.scenario = scenario
        self.guide = guide
        uplink = FreeUplink() if scenario.uplink is not None else None
        self.world = World(design, scenario, duration_ms, uplink)
        self.due: dict[Key, tuple[Pending, int, int]] = {}
        self.steps: list[Step] = []
        self.met = 0

    def play(self, happenings_max: int) -> tuple[Run, Schedule]:
        """Lead it to its end, or cut it after so many happenings."""
        world = self.world
        world.begin()
        self._note()
        while self.due and not world.ended and len(self.steps) < happenings_max:
            key = min(self.due, key=lambda key: self.due[key][1:])
            pending, at_ms, _ = self.due.pop(key)
            outcome = self._outcome(pending)
            self.steps.append(Step(key, at_ms, outcome))
            world.happen(pending, at_ms, outcome)
            self._note()
        reason = world.ended or ("limit" if world.pending else "quiet")
        world.trace.append(world.object.meter.event(world.now_ms))
        world.trace.append(RunEnded(world.now_ms, reason))
        world.close()
        nan = float("nan")
        run = Run(self.scenario, self.design, -1, -1, world.trace, nan, nan)
        offsets = tuple(map(world.clock_offset, range(world.object.instance + 1)))
        header = (self.scenario, self.design.reference, vars(self.design.settings))
        return run, Schedule(*header, world.duration_ms, offsets, reason, tuple(self.steps))

    def _outcome(self, pending: Pending) -> str:
        names = [name for name, share in self.world.choices(pending) if share > 0]
        if not names:
            return ""
        wanted = self.guide.wanted_outcome(pending.key)
        return wanted if wanted in names else names[-1]

    def _note(self) -> None:
        """Give what has become pending its time; forget what the world has cancelled."""
        for pending in newly_pending(self.world, self.due):
            self.met += 1
            self.due[pending.key] = (pending, self._time(pending), self.met)

    def _time(self, pending: Pending) -> int:
        low_ms, high_ms = pending.window()
        low_ms = max(low_ms, self.world.now_ms)
        wanted_ms = self.guide.wanted_ms(pending)
        if wanted_ms is None:
            return low_ms
        later_ms = max(low_ms, wanted_ms)
        return later_ms if high_ms is None else min(later_ms, high_ms)
