"""One session walks the table in Python, and what is new on its way is written down for others."""

from __future__ import annotations

from collections.abc import Sequence
from copy import copy
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from lastchunk.model.kernel.grown import BEGIN_PLACES, Grown, TableNode, WrittenStep
from lastchunk.model.kernel.nodes import (
    AT_MOST_ZERO,
    BORN,
    CELL_FIELDS,
    DRAWN,
    FIRST_MADE,
    FIRST_TO_END,
    IS_ZERO,
    LEAF,
    NODE_AT,
    NOT_THERE,
    ORDERS,
    QUOTIENT,
    TRANSFER_BEGINS,
    TRANSFER_ENDS,
    UPLINK,
    NodePlaces,
    Spot,
)
from lastchunk.model.kernel.step_to_write import StepToWrite
from lastchunk.model.kernel.uplink_rows import FIRST_ENDS, put_transfers
from lastchunk.model.simulate import Run
from lastchunk.model.table.machine import SessionTable, State
from lastchunk.model.table.refused import NotCarried
from lastchunk.model.table.start import SessionDraws, Transfers, begun
from lastchunk.model.table.tree import (
    NO_TERMS,
    AtMostZero,
    DrawnRegister,
    Exactly,
    Expression,
    Place,
    Quotient,
    StepEnd,
    UplinkChange,
    UplinkPlan,
    worth,
)
from lastchunk.model.table.walk import TableWalk, run_of

SIZE_FIELDS = CELL_FIELDS[-3:]
"""Where the size of a transfer stands."""
WHICH_ENDS = Expression(((0, 1),), 0)
KNOWN_MAX = 4
"""After so many known steps one behind another compiled code goes on by itself."""
STEPS_MAX = 500
"""Nor are more taken at once: compiled code counts them, and finds what never ends."""


class Noted(NamedTuple):
    """A step of a walk: its state, what happened and how, the registers before, and its end."""

    state: State
    at: int
    outcome: str
    registers: list[int]
    leaf: StepEnd


class NotedWalk(TableWalk):
    """A walk that notes each step."""

    def __init__(self, machine: SessionTable, seed: int, session: int) -> None:
        super().__init__(machine, seed, session)
        self.steps: list[Noted] = []
        self.first: StepEnd | None = None
        self.outcome = ""
        self.leaf: StepEnd | None = None

    def _step(self, state: State, at: int, registers: list[int]) -> State | None:
        before = list(registers)
        self.outcome = ""
        following = super()._step(state, at, registers)
        assert self.leaf is not None
        self.steps.append(Noted(state, at, self.outcome, before, self.leaf))
        return following

    def _outcome(self, state: State, at: int, registers: list[int]) -> str:
        self.outcome = super()._outcome(state, at, registers)
        return self.outcome

    def _arrive(self, leaf: StepEnd, registers: list[int]) -> State | None:
        self.first = self.first or leaf
        self.leaf = leaf
        return super()._arrive(leaf, registers)

    def go_on(self, node: TableNode, room: NDArray[np.int64]) -> None:
        """Begin in the middle, where compiled code has come to."""
        places = np.array(node.places, np.int64)
        self.registers = room[places].tolist()
        self.orders = room[ORDERS + places[: len(node.state.slots)]].tolist()
        self.born = int(room[BORN])
        self.streams = draws_again(self.streams, room)

    def next_step(self, state: State) -> State | None:
        """One step more; None where the session ends, or is cut."""
        registers = self.registers
        at = self._first(len(state.slots), registers)
        if registers[at] > self.machine.scenario.limits.horizon_ms:
            return None
        self.now_ms = registers[at]
        return self._step(state, at, registers)


def learn(grown: Grown, seed: int, session: int) -> tuple[Run, str]:
    """Run a session by the table, and write down what is new. Returns the run, and why not all is
    written down, if it is not. Raises `NotCarried` where the table does not carry it."""
    walk = NotedWalk(grown.machine, seed, session)
    run = run_of(walk)
    if walk.cut_by:
        return run, f"cut at limits.{walk.cut_by}"
    try:
        _Session(grown, walk).write()
    except NotCarried as error:
        return run, str(error)
    return run, ""


def learn_on(grown: Grown, seed: int, session: int, room: NDArray[np.int64]) -> None:
    """Take the steps that are new where compiled code could not go on, and write them down.

    ``room`` are all the numbers of the session at its node. Raises `NotCarried`.
    """
    node = grown.in_order[room[NODE_AT]]
    walk = NotedWalk(grown.machine, seed, session)
    walk.go_on(node, room)
    memory = room[: len(grown.memory.names)].tolist()
    writer = _Session(grown, walk, node, memory, draws_again(walk.streams, room))
    state: State | None = node.state
    known = 0
    for _ in range(STEPS_MAX):
        if state is None or known == KNOWN_MAX:
            return
        before = len(grown.store.cells)
        state = walk.next_step(state)
        if walk.steps:
            writer.take(walk.steps.pop())
        known = known + 1 if len(grown.store.cells) == before else 0


def draws_again(draws: SessionDraws, room: NDArray[np.int64] | None = None) -> SessionDraws:
    """The draws of a session, with its uplink as it is at first, or as it is in a room."""
    other = copy(draws)
    if draws.transfers is not None:
        other.transfers = Transfers(draws.transfers.uplink)
        if room is not None:
            put_transfers(other.transfers, room[UPLINK:].tolist())
    return other


class _Session:
    """One session, whose steps are written down; it begins, or is at a node with its memory. Its
    draws are its own: the walk has taken the steps before."""

    def __init__(
        self,
        grown: Grown,
        walk: NotedWalk,
        node: TableNode | None = None,
        memory: Sequence[int] = (),
        draws: SessionDraws | None = None,
    ) -> None:
        self.grown = grown
        self.store = grown.store
        self.walk = walk
        self.node = node
        self.memory = list(memory)
        self.draws = draws_again(walk.streams) if draws is None else draws

    @property
    def places(self) -> NodePlaces:
        """Where the registers stand of the node that the session is at."""
        return BEGIN_PLACES if self.node is None else self.node.places

    def write(self) -> None:
        """Go the whole way. Raises `NotCarried`."""
        machine, walk = self.grown.machine, self.walk
        given = begun(machine.scenario, self.draws)
        assert walk.first is not None
        self._step(self.store.begin, machine.root, 0, walk.first, given)
        for step in walk.steps:
            self.take(step)

    def take(self, step: Noted) -> None:
        """Write the step down that the session takes next. Raises `NotCarried`."""
        state, at, outcome, registers, leaf = step
        assert self.node is not None
        assert self.node.state is state
        spot = self.store.outcome_of(self.node.number, at, _number_of(state, at, outcome))
        self._step(spot, state.slots[at][outcome], at, leaf, registers)

    def _step(
        self,
        spot: Spot,
        place: Place,
        at: int,
        leaf: StepEnd,
        given: list[int],
    ) -> None:
        """One step: first the table's tree, then that of the facts."""
        grown, node = self.grown, self.node
        spot, reached = self._fall(spot, place, given)
        if reached.content is not leaf:
            raise NotCarried("a step that does something else the second time")
        memory = self.memory + [0] * (len(grown.memory.names) - len(self.memory))
        known = [*given, *reversed(memory)]
        key = (-1 if node is None else node.number, at, id(leaf))
        first = grown.steps.setdefault(key, Place())
        following, last = self._fall(spot, first, known)
        if last.content is None:
            StepToWrite(grown, node, at, leaf, known).take(first)
            following, last = self._fall(spot, first, known)
        step: WrittenStep = last.content
        self.store.cell(following, LEAF, NO_TERMS, yes=step.end)
        memory += [0] * (len(grown.memory.names) - len(memory))
        for to, expression in step.writes:
            memory[to] = worth(expression, known)
        self.memory = memory
        self.node = step.node

    def _fall(self, spot: Spot, place: Place, given: list[int]) -> tuple[Spot, Place]:
        """Write the questions of a tree down, up to its end; registers that it makes are added."""
        store = self.store
        while True:
            asked = place.content
            kind = type(asked)
            if kind is AtMostZero:
                is_yes = worth(asked.expression, given) <= 0
                cell = store.cell(spot, AT_MOST_ZERO, asked.expression, self.places)
                spot = store.branch(cell, is_yes)
                place = asked.yes if is_yes else asked.no
            elif kind is Exactly:
                number = worth(asked.expression, given)
                spot = self._exactly(spot, asked.expression, number, self.places)
                place = asked.slots[number]
            elif kind in (Quotient, DrawnRegister):
                spot = self._made(spot, asked, len(given))
                place = asked.follow(given, self.draws)
            elif kind is UplinkChange:
                spot = self._changed(spot, asked)
                place = asked.follow(given, self.draws)
            elif kind is UplinkPlan:
                spot = self._made(spot, asked, len(given))
                place = asked.follow(given, self.draws)
                first = next(at for at, slot in asked.slots.items() if slot is place)
                spot = self._exactly(spot, WHICH_ENDS, first, (UPLINK + FIRST_ENDS,))
            elif asked is None or kind in (StepEnd, WrittenStep):
                return spot, place
            else:
                raise NotCarried(f"a question of the kind {kind.__name__}")

    def _exactly(self, spot: Spot, expression: Expression, number: int, places: NodePlaces) -> Spot:
        """A question for each number that was met, one after another."""
        store = self.store
        wanted = expression._replace(constant=expression.constant - number)
        while store.at(spot) != NOT_THERE and store.cells[store.at(spot)][3] != wanted.constant:
            spot = store.branch(store.at(spot), False)
        return store.branch(store.cell(spot, IS_ZERO, wanted, places), True)

    def _made(self, spot: Spot, asked: Any, target: int) -> Spot:
        """A register more: a quotient, when a transfer ends, or a draw."""
        store = self.store
        place = FIRST_MADE + target - len(self.places)
        if type(asked) is UplinkPlan:
            cell = store.cell(spot, FIRST_TO_END, asked.now, self.places, target=place)
            return store.branch(cell, True)
        if type(asked) is Quotient:
            more = {"target": place, "divisor": asked.divisor}
            cell = store.cell(spot, QUOTIENT, asked.expression, self.places, **more)
        else:
            name, spread = store.name(asked.stream, self.places), asked.spread
            more = {"target": place, "name": name, "divisor": store.spreads.number_of(spread)}
            cell = store.cell(spot, DRAWN, NO_TERMS, self.places, **more)
        return store.branch(cell, True)

    def _changed(self, spot: Spot, asked: UplinkChange) -> Spot:
        """A transfer begins, with its size, or ends, by its place among those known."""
        store = self.store
        if asked.verb == "start":
            size = zip(SIZE_FIELDS, store.terms(asked.size, self.places), strict=True)
            cell = store.cell(spot, TRANSFER_BEGINS, asked.now, self.places, **dict(size))
        else:
            cell = store.cell(spot, TRANSFER_ENDS, asked.now, self.places, no=asked.at)
        return store.branch(cell, True)


def _number_of(state: State, at: int, outcome: str) -> int:
    """Which of the outcomes it is."""
    choice = state.choices[at]
    return 0 if choice is None else [name for name, _ in choice[0]].index(outcome)
