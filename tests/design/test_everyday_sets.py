"""Everyday code with sets passes: what is refused of sets is their order, and nothing else."""

from __future__ import annotations

from pathlib import Path

from lastchunk.model.design.load import load_design
from lastchunk.model.explore.verify import verify
from lastchunk.model.scenario.load import load_scenario
from lastchunk.model.simulate import simulate
from lastchunk.model.subset import check_subset
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

COUNTED = """
import logging
from collections import Counter, OrderedDict, deque
from operator import itemgetter

from lastchunk.reference_impl.alarm import AlarmDesign

log = logging.getLogger("uploads")
SIZES = {"a": 1, "b": 2}


class Counted(AlarmDesign):
    def __init__(self, ctx, settings):
        super().__init__(ctx, settings)
        self.items, self.count, self.flying, self.kept = [], Counter(), set(), {}
        self.steps = {"one": self.one, "row": self.row, "flying": self.one}

    def one(self, number):
        return number + 1

    def row(self, number):
        return [number]

    def late(self):
        return {index for index in self.flying if index > 3}

    def total(self, items, base=0):
        for _, value in items:
            base += value
        return base

    def pairs(self):
        return self.kept.items()

    def key_of(self, index):
        return f"chunk/{index}"

    async def upload(self, chunk):
        self.flying.add(chunk.index)
        table = {"a": 1, "b": 2}
        for key, value in table.items():
            self.kept[key] = value
        self.items.append(self.total(table.items()) + self.total(items=table.items()))
        rows = [self.items, list(table.keys()), (self.items, 1)]
        spare = self.items[0] - len(rows) - self.total(self.pairs())
        self.count.update(table.keys())
        log.info("%s", table.keys())
        first = sorted(table.items(), key=itemgetter(1))[0]
        largest = max(table.items(), key=lambda pair: pair[1])
        last = deque(OrderedDict(table.items()), maxlen=1)
        more = sorted(table.keys() - SIZES.keys())
        steps = self.steps["flying"](1) - self.steps["row"](2)[0] - len(self.late())
        state = {"seen": sorted(self.flying), "items": self.items}
        if all(index in state["seen"] for index in self.flying) and table.keys() == SIZES.keys():
            names = {self.key_of(index) for index in self.flying} | {str(i) for i in self.flying}
            is_late = any(index > 3 or index // 2 == 1 for index in self.flying)
            size = sum(len(name) for name in names) + sum(1 for index in self.flying if index)
            rows = [spare, first, largest, last, more, steps, is_late, size]
        try:
            return await super().upload(chunk)
        finally:
            self.flying.discard(chunk.index)
"""


def test_a_design_that_goes_through_views_and_works_with_items_passes(tmp_path: Path) -> None:
    file = tmp_path / "counted.py"
    file.write_text(COUNTED, encoding="utf-8")
    scenario = load_scenario("small-scope", ["chunks=1", "disconnects=0", "failures=0"])
    check_subset("Counted", load_design(f"{file}:Counted", scenario).cls)


def test_a_design_that_keeps_and_stores_sets_is_run_and_explored(tmp_path: Path) -> None:
    file = tmp_path / "tracked.py"
    file.write_text(TRACKER, encoding="utf-8")
    scenario = load_scenario("small-scope", ["chunks=2", "disconnects=0", "failures=0"])
    design = load_design(f"{file}:Tracked", scenario)
    run = simulate(scenario, design, 1, 0)
    states = [item.status for item in run.trace if isinstance(item, StateWritten)]
    assert states[-1] == "completed"
    assert verify(scenario, design).verdict == "proved"
