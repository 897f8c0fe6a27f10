"""Everyday code with sets passes: what is refused of sets is their order, and nothing else."""

from __future__ import annotations

from pathlib import Path

from lastchunk.model.design.load import load_design
from lastchunk.model.explore.verify import verify
from lastchunk.model.scenario.load import load_scenario
from lastchunk.model.simulate import simulate
from lastchunk.model.trace.events import StateWritten

TRACKER = """
from dataclasses import dataclass, field

from lastchunk.reference_impl.alarm import AlarmDesign
from lastchunk.reference_impl.contract import STATE_KEY


@dataclass
class Tracker:
    seen: set[int] = field(default_factory=set)
    late: set[int] = field(default_factory=set)

    def missing(self, total: int) -> list[int]:
        return sorted(set(range(total)) - self.seen)

    def note(self, index: int, is_late: bool = False) -> None:
        (self.late if is_late else self.seen).add(index)


class Tracked(AlarmDesign):
    TERMINAL = frozenset({"completed", "failed"})

    def __init__(self, ctx, settings):
        super().__init__(ctx, settings)
        self.tracker = Tracker()
        self.inflight: set[int] = set()

    async def upload(self, chunk):
        self.inflight.add(chunk.index)
        try:
            response = await super().upload(chunk)
        finally:
            self.inflight.discard(chunk.index)
        state = await self.ctx.storage.get(STATE_KEY)
        if state["status"] in self.TERMINAL:
            return response
        self.tracker.note(chunk.index, is_late=len(self.inflight) > 0)
        state["seen"] = set(state.get("seen", ())) | {chunk.index}
        state["missing"] = self.tracker.missing(2)
        if all(index in state["seen"] for index in range(2)):
            state["first"] = min(state["seen"], default=None)
        await self.ctx.storage.put(STATE_KEY, state)
        return response
"""


def test_a_design_that_keeps_and_stores_sets_is_run_and_explored(tmp_path: Path) -> None:
    file = tmp_path / "tracked.py"
    file.write_text(TRACKER, encoding="utf-8")
    scenario = load_scenario("small-scope", ["chunks=2", "disconnects=0", "failures=0"])
    design = load_design(f"{file}:Tracked", scenario)
    run = simulate(scenario, design, 1, 0)
    states = [item.status for item in run.trace if isinstance(item, StateWritten)]
    assert states[-1] == "completed"
    assert verify(scenario, design).verdict == "proved"
