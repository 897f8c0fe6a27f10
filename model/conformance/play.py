"""Plays plans on the real runtime: one process for many that need nothing, one for each other.

All objects of a process share its two clocks, so the instants of all plans are visited in order.
At each the wall clock moves first, and what the schedules have before their alarms is done; then
the timers move, and the alarms run; then comes what stands behind them.
"""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Iterable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, TypeVar

from lastchunk.model.base.workers import workers_or_here
from lastchunk.model.conformance.plan import (
    BEFORE_AN_ALARM,
    OWN_CLOCK,
    NotPlayable,
    Plan,
    PlannedStep,
    Retry,
)
from lastchunk.model.conformance.result import Result
from lastchunk.model.conformance.runtime.clocks import STEADY_MS
from lastchunk.model.conformance.runtime.toolbox import Toolbox, WatchedWorker
from lastchunk.model.conformance.runtime.workerd import Workerd
from lastchunk.model.conformance.session import PlayedSession

TOGETHER = 70
"""Objects of one process."""
ONE_BY_ONE = 10
"""Processes of one object, one after the other in one task."""
AT_ONCE = 20
"""Objects that are prepared, and looked at, at a time."""
SPREAD_MS = 1_234_567
"""By how much the steady clocks of two processes differ: their jitter differs then."""
LATER_MS = 3_600_000
"""An hour after its end nothing has come of a session that was over."""
Found = TypeVar("Found")
Batches = list[list[int]]
Steps = dict[int, dict[PlayedSession, list[PlannedStep]]]


def play(
    tools: Toolbox,
    worker: WatchedWorker,
    plans: Sequence[Plan | NotPlayable],
    workers: int = 1,
    until_one_diverges: bool = False,
) -> list[Result]:
    """Play plans on a worker; a result for each, in their order.

    With ``until_one_diverges`` a process plays on until one does, and no further.
    """
    playable = {n: plan for n, plan in enumerate(plans) if isinstance(plan, Plan)}
    results: dict[int, Result] = {
        n: Result(plan.source, plan.design, "not playable", plan.reason)
        for n, plan in enumerate(plans)
        if isinstance(plan, NotPlayable)
    }
    tasks = tasks_of(playable)
    with workers_or_here(min(workers, max(1, len(tasks)))) as executor:
        told: list[tuple[Batches, Future[list[Result]]]] = []
        for turn, batches in enumerate(tasks):
            chosen = [[playable[n] for n in batch] for batch in batches]
            job = PlayTask(tools, worker, chosen, turn * len(playable), until_one_diverges)
            told.append((batches, executor.submit(job.play)))
        for batches, future in told:
            numbers = [n for batch in batches for n in batch]
            results.update(zip(numbers, future.result(), strict=True))
    return [results[n] for n in range(len(plans))]


def tasks_of(plans: Mapping[int, Plan]) -> list[Batches]:
    """Which plans share a process of the runtime, by their numbers, and which processes a task.

    Long plans share with long ones.
    """
    shared = sorted((n for n in plans if not plans[n].needs), key=lambda n: -len(plans[n].steps))
    alone = [[n] for n in plans if plans[n].needs]
    return [
        *([shared[at : at + TOGETHER]] for at in range(0, len(shared), TOGETHER)),
        *(alone[at : at + ONE_BY_ONE] for at in range(0, len(alone), ONE_BY_ONE)),
    ]


@dataclass(frozen=True)
class PlayTask:
    """Batches of plans to play one after the other, each in a process of its own.

    The ``turn`` of a process makes its steady clock differ from others', and so its jitter.
    """

    tools: Toolbox
    worker: WatchedWorker
    batches: Sequence[Sequence[Plan]]
    turn: int = 0
    is_brief: bool = False

    def play(self) -> list[Result]:
        """The results, batch after batch."""
        found: list[Result] = []
        for number, plans in enumerate(self.batches, self.turn):
            steady_ms = STEADY_MS + number * SPREAD_MS
            work = _played(self.tools, self.worker, plans, steady_ms, self.is_brief)
            found += run_to_end(work)
        return found


def run_to_end(work: Coroutine[Any, Any, Found]) -> Found:
    """What work comes to; another thread runs it where this one has a loop, as in a notebook."""
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return asyncio.run(work)
    with ThreadPoolExecutor(1) as apart:
        return apart.submit(asyncio.run, work).result()


async def _played(
    tools: Toolbox, worker: WatchedWorker, plans: Sequence[Plan], steady_ms: int, is_brief: bool
) -> list[Result]:
    runtime = Workerd(tools, worker, steady_ms)
    try:
        await runtime.start()
        return await Player(runtime, plans).play(is_brief)
    finally:
        await runtime.stop()


class Player:
    """Leads the objects of one process through their plans."""

    def __init__(self, runtime: Workerd, plans: Sequence[Plan]) -> None:
        self.runtime = runtime
        self.clocks = runtime.clocks
        self.sessions = [PlayedSession(runtime, plan, n) for n, plan in enumerate(plans)]
        self.retries = Retries(plans[0].retries if len(plans) == 1 else [])
        is_alone = len(plans) == 1
        self.is_late = is_alone and not plans[0].needs.isdisjoint(("late", "alarm_late", OWN_CLOCK))
        """Whether timers move for an alarm alone: one that is late waits for the schedule's ms."""

    async def play(self, is_brief: bool) -> list[Result]:
        """All of it, or until one diverges: what was not played to its end does not agree."""
        self.clocks.be_ahead(self.sessions[0].plan.offset_ms)
        for some in self._some():
            await asyncio.gather(*(session.prepare() for session in some))
        steps: Steps = {}
        for session in self.sessions:
            for step in session.plan.steps:
                steps.setdefault(step.at_ms, {}).setdefault(session, []).append(step)
        now_ms = 0
        for at_ms in sorted(steps):
            if at_ms - now_ms > 1:
                await self._just_before(at_ms)
            await self._at(at_ms, steps[at_ms])
            now_ms = at_ms
            if is_brief and any(session.divergence for session in self.sessions):
                cut = [session for session in self.sessions if session.divergence is None]
                for session in cut:
                    session.give_up("another one has diverged")
                break
        for session in self.sessions:
            if not session.plan.steps:  # it was made, and stays as it is
                await session.finish()
        await self._much_later(now_ms)
        for some in self._some():
            over = (session for session in some if session.plan.is_over and session.is_on)
            await asyncio.gather(*(session.check_still() for session in over))
        return [session.result for session in self.sessions]

    async def _much_later(self, now_ms: int) -> None:
        """What nobody foretold comes, where it has not come yet."""
        if any(session.plan.is_over and session.is_on for session in self.sessions):
            self.clocks.move_wall(now_ms + LATER_MS)
            await self._move_timers(now_ms + LATER_MS)

    def _some(self) -> Iterable[list[PlayedSession]]:
        for at in range(0, len(self.sessions), AT_ONCE):
            yield self.sessions[at : at + AT_ONCE]

    async def _just_before(self, at_ms: int) -> None:
        """What nobody foretold happens before this instant, and is seen."""
        self.clocks.move_wall(at_ms - 1)
        if not self.is_late:
            await self._move_timers(at_ms - 1)

    async def _at(self, at_ms: int, steps: dict[PlayedSession, list[PlannedStep]]) -> None:
        """One instant: what comes before the alarms, the timers, then the rest."""
        self.clocks.move_wall(at_ms)
        self.clocks.be_ahead(next(iter(steps.values()))[0].offset_ms)
        behind: list[tuple[PlayedSession, list[PlannedStep]]] = []

        async def before(session: PlayedSession, own: list[PlannedStep]) -> None:
            first = next((n for n, step in enumerate(own) if step.is_alarm), len(own))
            await self._go(session, own[:first])
            if first < len(own):
                for act in own[first].acts:
                    if act.kind in BEFORE_AN_ALARM:
                        await session.act(act)
                behind.append((session, own[first:]))

        await asyncio.gather(*(before(session, own) for session, own in steps.items()))
        self.retries.reach(at_ms)
        if behind or not self.is_late:
            await self._move_timers(at_ms)
        await asyncio.gather(*(self._go(session, own) for session, own in behind))

    async def _go(self, session: PlayedSession, steps: list[PlannedStep]) -> None:
        for step in steps:
            self.clocks.be_ahead(step.offset_ms)
            await session.play(step)
        if steps and steps[-1] is session.plan.steps[-1]:
            await session.finish()

    async def _move_timers(self, at_ms: int) -> None:
        """Then look: a timer that is early by the wall clock is set anew before that moves on."""
        target_ms = self.retries.timers_at(at_ms)
        if target_ms > self.clocks.timers_ms:
            self.clocks.move_timers(target_ms)
        await self.runtime.drain()


class Retries:
    """How far the timers run ahead, so that each retry comes at its schedule's ms.

    The wait of a retry has a jitter that nobody foretells. So the timers are held back until the
    schedule's ms, and then are moved past whatever the jitter was.
    """

    def __init__(self, retries: list[Retry]) -> None:
        self.retries = sorted(retries)
        self.lead_ms = 0

    def reach(self, at_ms: int) -> None:
        """An instant has come: the retry that is to run at it is due by the timers."""
        for retry in self.retries:
            if retry.runs and retry.until_ms == at_ms:
                due_ms = retry.failed_ms + self.lead_ms + retry.wait_ms + retry.wait_ms // 4 + 2
                self.lead_ms = max(self.lead_ms, due_ms - at_ms)

    def timers_at(self, at_ms: int) -> int:
        """What the timers may show at an instant."""
        target_ms = at_ms + self.lead_ms
        for retry in self.retries:
            if retry.failed_ms <= at_ms < retry.until_ms:
                target_ms = min(target_ms, retry.failed_ms + self.lead_ms + retry.wait_ms - 1)
        return target_ms
