"""One session walks the table in Python, and what is new on its way is written down for others."""

from __future__ import annotations

from typing import Any

from lastchunk.model.kernel.grown import BEGIN_PLACES, Grown, TableNode, WrittenStep
from lastchunk.model.kernel.nodes import (
    AT_MOST_ZERO,
    DRAWN,
    FIRST_MADE,
    IS_ZERO,
    LEAF,
    NOT_THERE,
    QUOTIENT,
    NodePlaces,
    Spot,
)
from lastchunk.model.kernel.step_to_write import StepToWrite
from lastchunk.model.simulate import Run
from lastchunk.model.table.machine import NO_TERMS, SessionTable, State, StepEnd
from lastchunk.model.table.refused import NotCarried
from lastchunk.model.table.start import begun
from lastchunk.model.table.tree import (
    AtMostZero,
    DrawnRegister,
    Exactly,
    Expression,
    Place,
    Quotient,
    worth,
)
from lastchunk.model.table.walk import TableWalk, run_of


class NotedWalk(TableWalk):
    """A walk that notes each step: its state, what happened, the registers before; and its end."""

    def __init__(self, machine: SessionTable, seed: int, session: int) -> None:
        super().__init__(machine, seed, session)
        self.steps: list[tuple[State, int, list[int]]] = []
        self.leaves: list[StepEnd] = []

    def _step(self, state: State, at: int, registers: list[int]) -> State | None:
        self.steps.append((state, at, list(registers)))
        return super()._step(state, at, registers)

    def _arrive(self, leaf: StepEnd, registers: list[int]) -> State | None:
        self.leaves.append(leaf)
        return super()._arrive(leaf, registers)


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


class _Session:
    """One session, whose steps are written down."""

    def __init__(self, grown: Grown, walk: NotedWalk) -> None:
        if grown.machine.scenario.uplink is not None:
            raise NotCarried("an uplink that transfers share")
        self.grown = grown
        self.store = grown.store
        self.walk = walk
        self.memory: list[int] = []
        self.places: NodePlaces = ()
        """Where the registers stand of the node that the session is at."""

    def write(self) -> None:
        """Go the whole way. Raises `NotCarried`."""
        machine, walk, store = self.grown.machine, self.walk, self.store
        given = begun(machine.scenario, walk.streams)
        step = self._step(store.begin, machine.root, None, 0, walk.leaves[0], given)
        for (state, at, registers), leaf in zip(walk.steps, walk.leaves[1:], strict=True):
            node = step.node
            assert node is not None
            assert node.state is state
            outcome = self._outcome(state, at, registers, leaf)
            spot = store.outcome_of(node.number, at, _number_of(state, at, outcome))
            place = state.slots[at][outcome]
            step = self._step(spot, place, node, at, leaf, list(registers))

    def _outcome(self, state: State, at: int, registers: list[int], leaf: StepEnd) -> str:
        """The outcome that has led to a leaf: each stands in one tree."""
        for outcome, place in state.slots[at].items():
            given = list(registers)
            while place.content is not None and type(place.content) is not StepEnd:
                place = place.content.follow(given, self.walk.streams)
            if place.content is leaf:
                return outcome
        raise NotCarried("a step that does something else the second time")

    def _step(
        self,
        spot: Spot,
        place: Place,
        node: TableNode | None,
        at: int,
        leaf: StepEnd,
        given: list[int],
    ) -> WrittenStep:
        """One step: first the table's tree, then that of the facts."""
        grown = self.grown
        self.places = BEGIN_PLACES if node is None else node.places
        spot, _ = self._fall(spot, place, given)
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
        return step

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
                spot = self._exactly(spot, asked.expression, number)
                place = asked.slots[number]
            elif kind in (Quotient, DrawnRegister):
                spot = self._made(spot, asked, len(given))
                place = asked.follow(given, self.walk.streams)
            elif asked is None or kind in (StepEnd, WrittenStep):
                return spot, place
            else:
                raise NotCarried(f"a question of the kind {kind.__name__}")

    def _exactly(self, spot: Spot, expression: Expression, number: int) -> Spot:
        """A question for each number that was met, one after another."""
        store = self.store
        wanted = expression._replace(constant=expression.constant - number)
        while store.at(spot) != NOT_THERE and store.cells[store.at(spot)][3] != wanted.constant:
            spot = store.branch(store.at(spot), False)
        return store.branch(store.cell(spot, IS_ZERO, wanted, self.places), True)

    def _made(self, spot: Spot, asked: Any, target: int) -> Spot:
        """A register more: a quotient, or a draw."""
        store = self.store
        place = FIRST_MADE + target - len(self.places)
        if type(asked) is Quotient:
            more = {"target": place, "divisor": asked.divisor}
            cell = store.cell(spot, QUOTIENT, asked.expression, self.places, **more)
        else:
            name, spread = store.name(asked.stream, self.places), asked.spread
            more = {"target": place, "name": name, "divisor": store.spreads.number_of(spread)}
            cell = store.cell(spot, DRAWN, NO_TERMS, self.places, **more)
        return store.branch(cell, True)


def _number_of(state: State, at: int, outcome: str) -> int:
    """Which of the outcomes it is."""
    choice = state.choices[at]
    return 0 if choice is None else [name for name, _ in choice[0]].index(outcome)
