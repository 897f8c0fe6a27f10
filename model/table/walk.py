"""A session walks a table: from state to state by its own draws, and its trace is written again."""

from __future__ import annotations

from typing import Any

from lastchunk.model.design.load import DesignSpec
from lastchunk.model.scenario.lateness import MeasuredLateness
from lastchunk.model.scenario.schema import Scenario
from lastchunk.model.simulate import Run
from lastchunk.model.simulate.storm import LOOK
from lastchunk.model.table.compiled import compiled
from lastchunk.model.table.machine import COUNTS, SessionTable, State
from lastchunk.model.table.refused import NotCarried
from lastchunk.model.table.start import SessionDraws, begun
from lastchunk.model.table.tree import Arrival, AtMostZero, Place, StepEnd, field_worth, worth
from lastchunk.model.trace.events import Costs, Event, RunEnded

HAPPENINGS_MAX = LOOK
"""A session of more is left to SimPy, which looks after storms."""

COMPILED_AFTER = 16
"""The end of a step that was walked so often is made code of its own."""


class TableWalk:
    """One session on its way through a table."""

    def __init__(self, machine: SessionTable, seed: int, session: int) -> None:
        self.machine = machine
        self.streams = SessionDraws(machine.scenario, seed, session)
        self.trace: list[Event] = []
        self.costs = [0] * len(COUNTS)
        self.now_ms = 0
        self.legs = self.legs_ms = 0
        self.born = 0
        self.orders: list[int] = []
        self.registers: list[int] = []
        self.reason = self.cut_by = ""

    def run(self) -> list[Event]:
        """Go to the end. Returns the trace. Raises `NotCarried`."""
        machine, limits = self.machine, self.machine.scenario.limits
        registers = begun(machine.scenario, self.streams)
        leaf = self._fall(machine.root, registers)
        if leaf is None:
            registers = begun(machine.scenario, self.streams)
            self._take_back()
            leaf = machine.begin(registers, self.streams)
        state = self._arrive(leaf, registers)
        most = min(limits.happenings_max, HAPPENINGS_MAX)
        reason = ""
        while state is not None:
            registers = self.registers
            at = self._first(len(state.slots), registers)
            if registers[at] > limits.horizon_ms:
                reason, self.cut_by = "horizon", "horizon_ms"
                break
            most -= 1
            self.now_ms = registers[at]
            state = self._step(state, at, registers)
            if most == 0 and state is not None:
                if limits.happenings_max > HAPPENINGS_MAX:
                    raise NotCarried(f"a session of more than {HAPPENINGS_MAX:,} happenings")
                reason, self.cut_by = "limit", "happenings_max"
                break
        return self._ended(state, reason or self.reason)

    def _take_back(self) -> None:
        """What a step did to the uplink before it was found that nobody has been there."""
        if self.streams.transfers is not None:
            self.streams.transfers.take_back()

    def _first(self, count: int, registers: list[int]) -> int:
        """What comes next: the earliest, and of several the one that was pending first."""
        if count == 1:
            return 0
        due = registers[:count]
        least = min(due)
        first = due.index(least)
        if due.count(least) > 1:
            orders = self.orders
            for at in range(first + 1, count):
                if due[at] == least and orders[at] < orders[first]:
                    first = at
        return first

    def _outcome(self, state: State, at: int, registers: list[int]) -> str:
        """What becomes of what happens, where a draw decides."""
        choices, stream = state.choices[at]
        u = self._uniform(stream, registers)
        outcome: str = choices[-1][0]
        for name, share in choices:
            u -= share
            if u < 0:
                outcome = name
                break
        return outcome

    def _step(self, state: State, at: int, registers: list[int]) -> State | None:
        if self.streams.transfers is not None:
            self.streams.transfers.before = None
        outcome = "" if state.choices[at] is None else self._outcome(state, at, registers)
        slot = state.slots[at].get(outcome)
        count = len(registers)
        leaf = None if slot is None else self._fall(slot, registers)
        if leaf is None:
            del registers[count:]  # what the tree has made on the way is made again
            self._take_back()
            leaf = self.machine.happen(state, at, outcome, registers, self.streams)
        return self._arrive(leaf, registers)

    def _fall(self, slot: Place, registers: list[int]) -> StepEnd | None:
        """The leaf of a tree that the session comes to; None where nobody has been."""
        streams = self.streams
        while True:
            content = slot.content
            kind = type(content)
            if kind is AtMostZero:  # the commonest, worked out here
                terms, total = content.expression
                for at, factor in terms:
                    total += factor * registers[at]
                slot = content.yes if total <= 0 else content.no
            elif kind is StepEnd:
                end: StepEnd = content
                return end
            elif content is None:
                return None
            else:
                slot = content.follow(registers, streams)

    def _arrive(self, leaf: StepEnd, registers: list[int]) -> State | None:
        """What comes of a leaf: events, costs, and the registers of the next state."""
        if leaf.work is not None:
            following = leaf.work(registers, self.trace, self.costs, self._due)
        else:
            leaf.used += 1
            if leaf.used > COMPILED_AFTER:
                leaf.work = compiled(leaf)
            following = self._worked_out(leaf, registers)
        state: State | None = leaf.state
        if state is None:
            self.reason = leaf.reason
            return None
        self.registers = following
        born, orders = self.born, self.orders
        self.orders = [born - 1 - order if order < 0 else orders[order] for order in leaf.orders]
        self.born += leaf.fresh
        return state

    def _worked_out(self, leaf: StepEnd, registers: list[int]) -> list[int]:
        for kind, fields in leaf.events:
            self.trace.append(kind(*[field_worth(field, registers) for field in fields]))
        for at, count in leaf.costs:
            self.costs[at] += worth(count, registers)
        for arrival in leaf.unseen:
            self._due(arrival, registers)
        return [
            self._due(column, registers) if type(column) is Arrival else worth(column, registers)
            for column in leaf.columns
        ]

    def _due(self, arrival: Arrival, registers: list[int]) -> int:
        if arrival.spread is None:
            if arrival.is_request:
                self._count_leg(worth(arrival.planned, registers))
            return worth(arrival.base, registers)
        u = self._uniform(arrival.stream, registers)
        spread, planned = arrival.spread, worth(arrival.planned, registers)
        if type(spread) is MeasuredLateness:  # it hangs on how far ahead the alarm is set
            spread = spread.ahead(planned)
        delay: int = spread.quantile(u) + planned
        delay = max(0, delay)
        if arrival.is_request:
            self._count_leg(delay)
        return worth(arrival.base, registers) + delay

    def _count_leg(self, delay_ms: int) -> None:
        self.legs += 1
        self.legs_ms += delay_ms

    def _uniform(self, stream: Any, registers: list[int]) -> float:
        return self.streams.uniform(*[field_worth(part, registers) for part in stream])

    def _ended(self, state: State | None, reason: str) -> list[Event]:
        if state is not None and state.active_since is not None:  # cut, with the object at work
            self.costs[-1] += self.now_ms - worth(state.active_since, self.registers)
        self.trace.append(Costs(self.now_ms, *self.costs))
        self.trace.append(RunEnded(self.now_ms, reason))
        return self.trace


def run_by_table(machine: SessionTable, seed: int, session: int) -> Run:
    """Run one session by a table. Raises `NotCarried`."""
    return run_of(TableWalk(machine, seed, session))


def run_of(walk: TableWalk) -> Run:
    """Let a walk go to its end. Raises `NotCarried`."""
    machine, streams = walk.machine, walk.streams
    trace = walk.run()
    mean = walk.legs_ms / walk.legs if walk.legs else float("nan")
    scenario: Scenario = machine.scenario
    design: DesignSpec = machine.design
    transfers = streams.transfers
    kbps = float("nan") if transfers is None else transfers.mean_kbps
    return Run(scenario, design, streams.seed, streams.session, trace, kbps, mean, walk.cut_by)
