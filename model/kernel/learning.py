"""One session walks the table in Python, and what is new on its way is written down for others."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from lastchunk.model.kernel.judging import RowOf, judged_end
from lastchunk.model.kernel.nodes import (
    ALONE,
    AT_MOST_ZERO,
    DRAWN,
    FIRST_MADE,
    FIRST_REGISTER,
    IS_ZERO,
    LEAF,
    NO_ORDER,
    NOT_THERE,
    NUMBERS,
    QUOTIENT,
    NodeStore,
    Places,
    Spot,
)
from lastchunk.model.kernel.past import PastFacts
from lastchunk.model.kernel.settling import Memory, Settling, Write
from lastchunk.model.simulate import Run
from lastchunk.model.table.machine import NOTHING, Arrival, SessionTable, State, StepEnd
from lastchunk.model.table.numbers.counter import Counter
from lastchunk.model.table.numbers.number import Number
from lastchunk.model.table.refused import Counted, NotCarried
from lastchunk.model.table.start import BEGUN_WITH, DURATION, OFFSET, PAGE_CLOCK, begun
from lastchunk.model.table.step import RunningStep
from lastchunk.model.table.tree import (
    AtMostZero,
    DrawnRegister,
    Exactly,
    Expression,
    FieldItems,
    Place,
    Quotient,
    worth,
)
from lastchunk.model.table.walk import TableWalk, run_of

BEGIN_PLACES = tuple(FIRST_REGISTER + at for at in range(len(BEGUN_WITH)))
"""Where the registers stand that a session begins with."""
PLAIN = (0, 0, 0, NOT_THERE, NOT_THERE, 0)
"""What a move has that is no arrival."""
CHUNK_FIELDS = ("chunk", "attempt", "in_tab", "chunks")
"""Fields of events that are numbers of chunks and attempts."""


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


class PastStep(RunningStep):
    """Answers questions about registers and memory. What a text says of a number is in no row."""

    def text_of(self, number: Number, how: str) -> str:
        """A number in a text: nobody asks which."""
        return "?"

    def exactly(self, number: Number) -> int:
        """Facts compare numbers, and need none of them."""
        self.refuse(NotCarried("facts that hang on the very number of something"))

    def _made(self, atom: int, asked: Any, streams: Any) -> tuple[int, int]:
        self.refuse(NotCarried("facts that divide"))


@dataclass(frozen=True)
class Node:
    """A node: its number, the state of the table, where its registers stand, and the facts."""

    number: int
    state: State
    places: Places
    facts: PastFacts


@dataclass(frozen=True)
class Turn:
    """What a step comes to at a node: the number of its end, what goes to memory, what is next."""

    end: int
    writes: list[Write]
    node: Node | None


class Learner:
    """The nodes that sessions of one table have come to."""

    def __init__(self, machine: SessionTable, row_of: RowOf) -> None:
        self.machine = machine
        self.row_of = row_of
        self.store = NodeStore()
        self.step = PastStep()
        self.memory = Memory(self.step)
        self.nodes: dict[Any, Node] = {}
        self.turns: dict[tuple[int, int, int], Place] = {}
        self.atoms: dict[tuple[int, bool], int] = {}
        self._begin()

    def _begin(self) -> None:
        scenario, store = self.machine.scenario, self.store
        for kind, spread, name in (
            (DURATION, scenario.recording.duration_ms, ("recording duration",)),
            (OFFSET, scenario.platform.clock_offset_ms, ("clock offset", 0)),
            (PAGE_CLOCK, scenario.browser.clock_offset_ms, ("page clock offset",)),
        ):
            number = store.spreads.number_of(spread)
            place = BEGIN_PLACES[BEGUN_WITH.index(kind)]
            store.begun_with.append([place, number, store.name(name, ())])

    def learn(self, seed: int, session: int) -> tuple[Run, str]:
        """Run a session by the table, and write down what is new. Returns the run, and why not all
        is written down, if it is not. Raises `NotCarried` where the table does not carry it."""
        walk = NotedWalk(self.machine, seed, session)
        run = run_of(walk)
        if walk.cut_by:
            return run, f"cut at limits.{walk.cut_by}"
        try:
            _Session(self, walk).write()
        except NotCarried as error:
            return run, str(error)
        return run, ""

    def atom(self, register: int, is_never_negative: bool) -> int:
        """The name of a register."""
        key = (register, is_never_negative)
        if key not in self.atoms:
            name = self.atoms[key] = self.step.fresh(is_never_negative)
            self.step.places[name] = (register, 0)
        return self.atoms[key]

    def places(self) -> dict[int, tuple[int, int]]:
        """Where each name stands: those of memory are counted from the end."""
        places = {name: (register, 0) for (register, _), name in self.atoms.items()}
        return places | {name: (-1 - at, 0) for at, name in enumerate(self.memory.names)}


class _Session:
    """One session, whose steps are written down."""

    def __init__(self, learner: Learner, walk: NotedWalk) -> None:
        if learner.machine.scenario.uplink is not None:
            raise NotCarried("an uplink that transfers share")
        self.learner = learner
        self.store = learner.store
        self.walk = walk
        self.memory: list[int] = []
        self.places: Places = ()
        """Where the registers stand of the node that the session is at."""

    def write(self) -> None:
        """Go the whole way. Raises `NotCarried`."""
        machine, walk, store = self.learner.machine, self.walk, self.store
        given = begun(machine.scenario, walk.streams)
        turn = self._step(store.begin, machine.root, None, 0, walk.leaves[0], given)
        for (state, at, registers), leaf in zip(walk.steps, walk.leaves[1:], strict=True):
            node = turn.node
            assert node is not None
            assert node.state is state
            outcome = self._outcome(state, at, registers, leaf)
            spot = store.outcome_of(node.number, at, _number_of(state, at, outcome))
            place = state.slots[at][outcome]
            turn = self._step(spot, place, node, at, leaf, list(registers))

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
        node: Node | None,
        at: int,
        leaf: StepEnd,
        given: list[int],
    ) -> Turn:
        """One step: first the table's tree, then that of the facts."""
        learner = self.learner
        self.places = BEGIN_PLACES if node is None else node.places
        spot, _ = self._fall(spot, place, given)
        memory = self.memory + [0] * (len(learner.memory.names) - len(self.memory))
        known = [*given, *reversed(memory)]
        key = (-1 if node is None else node.number, at, id(leaf))
        first = learner.turns.setdefault(key, Place())
        following, last = self._fall(spot, first, known)
        if last.content is None:
            NewTurn(learner, node, at, leaf, known).take(first)
            following, last = self._fall(spot, first, known)
        turn: Turn = last.content
        self.store.cell(following, LEAF, NOTHING, yes=turn.end)
        memory += [0] * (len(learner.memory.names) - len(memory))
        for to, expression in turn.writes:
            memory[to] = worth(expression, known)
        self.memory = memory
        return turn

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
            elif asked is None or kind in (StepEnd, Turn):
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
            more = {"target": place, "name": store.name(asked.stream, self.places)}
            more["divisor"] = store.spreads.number_of(asked.spread)
            cell = store.cell(spot, DRAWN, NOTHING, **more)
        return store.branch(cell, True)


class NewTurn:
    """A step that nobody has taken at a node: ``known`` are the registers and the memory of the
    session that takes it first."""

    def __init__(
        self, learner: Learner, node: Node | None, at: int, leaf: StepEnd, known: list[int]
    ) -> None:
        self.learner = learner
        self.store = learner.store
        self.step = learner.step
        self.leaf = leaf
        self.known = known
        self.now = at
        self.places = BEGIN_PLACES if node is None else node.places
        self.is_first = node is None
        self.facts = PastFacts() if node is None else node.facts.copy()
        names, machine = self._columns(node), learner.machine
        self.signs = [name in machine.step.never_negative and least >= 0 for name, least in names]
        self.chunks = self._chunk_register(names)

    def _columns(self, node: Node | None) -> list[tuple[int, int]]:
        if node is None:
            return [(name, 0) for name in self.learner.machine.places]
        return node.state.discrete.columns

    def _chunk_register(self, names: list[tuple[int, int]]) -> int:
        """The register that chunks are named by; `NOT_THERE` where they are numbered."""
        kinds = self.learner.machine.step.kinds
        found = (at for at, (name, _) in enumerate(names) if kinds.get(name) == Counted.CHUNKS)
        return next(found, NOT_THERE)

    def take(self, place: Place) -> None:
        """Take the step, and put what it comes to where its questions lead. Raises `NotCarried`."""
        learner, leaf, facts = self.learner, self.leaf, self.facts
        atoms = range(len(self.known) - len(learner.memory.names))
        for register in atoms:
            self._number(register)
        self.step.begin(learner.places(), self.known, place)
        self.step.refusal = None
        for kind, fields in leaf.events:
            facts.take_in(kind(*map(self._field, kind._fields, fields)))
        for at, cost in leaf.costs:
            facts.spent[at] = facts.spent[at] + self._value(cost)
        if leaf.state is None:
            turn = self._last()
        else:
            turn = self._next(leaf.state)
        self.step.slot.content = turn

    # --- numbers -----------------------------------------------------------------------------

    def _number(self, register: int) -> Number:
        is_never_negative = register < len(self.signs) and self.signs[register]
        return Number(self.step, self.learner.atom(register, is_never_negative))

    def _value(self, value: Any) -> Any:
        """A field of an event."""
        if type(value) is FieldItems:
            return tuple(map(self._value, value))
        if type(value) is not Expression:
            return value
        total: Any = value.constant
        for register, factor in value.terms:
            total = self._number(register) * factor + total
        return total

    def _field(self, name: str, value: Any) -> Any:
        return self._chunk(value) if name in CHUNK_FIELDS else self._value(value)

    def _chunk(self, value: Any) -> Any:
        """A chunk or an attempt."""
        if type(value) is FieldItems:
            return tuple(map(self._chunk, value))
        if type(value) is not Expression:
            return value
        if not value.terms:
            return value.constant
        ((register, factor),) = value.terms if len(value.terms) == 1 else ((0, 0),)
        if factor != 1:
            raise NotCarried("a chunk that is worked out of several numbers")
        return Counter(self.step, self.learner.atom(register, False), value.constant)

    # --- what comes next ---------------------------------------------------------------------

    def _next(self, state: State) -> Turn:
        learner, leaf = self.learner, self.leaf
        settling = Settling(learner.memory, self.facts, self._chunk_as(state))
        key, writes = settling.settle()
        self.store.memory = len(learner.memory.names)
        if self.is_first:  # a session begins with nothing in its memory
            writes = [write for write in writes if write[1] != NOTHING]
        node = learner.nodes.get((id(state), key))
        if node is None:
            places = kept_places(leaf, self.places)
            number = self.store.node(self._choices(state, places), places)
            node = Node(number, state, places, self.facts)
            learner.nodes[id(state), key] = node
        written = [
            [to, *self.store.terms(expression, self.places), *PLAIN, NO_ORDER]
            for to, expression in writes
        ]
        moves = [*self._moves(node.places), *written]
        if len(moves) > NUMBERS:
            raise NotCarried("a session of very many numbers")
        return Turn(self.store.end(moves, [], node.number, NOT_THERE, leaf.fresh), writes, node)

    def _last(self) -> Turn:
        learner, store = self.learner, self.store
        now: Any = self._number(self.now)
        judged = judged_end(
            self.facts, learner.machine, self.step, now, self.leaf.reason, learner.row_of
        )
        unseen = [self._move(NOT_THERE, column, NO_ORDER) for column in self.leaf.unseen]
        row = store.row(*judged, self.places)
        return Turn(store.end([], unseen, NOT_THERE, row, 0), [], None)

    def _moves(self, places: Places) -> list[list[int]]:
        """What of the next registers does not stand where it stood."""
        orders = self.leaf.orders
        moves = []
        for at, column in enumerate(self.leaf.columns):
            order = orders[at] if at < len(orders) else NO_ORDER
            if 0 <= order < NO_ORDER:
                order = self.places[order]
            move = self._move(places[at], column, order)
            if move != [places[at], places[at], ALONE, 0, *PLAIN, move[-1]] or (
                order not in (NO_ORDER, places[at])
            ):
                moves.append(move)
        return moves

    def _move(self, to: int, column: Any, order: int) -> list[int]:
        store = self.store
        if type(column) is Expression:
            return [to, *store.terms(column, self.places), *PLAIN, order]
        if type(column) is not Arrival:
            raise NotCarried(f"a register of the kind {type(column).__name__}")
        drawn = [NOT_THERE, NOT_THERE]
        if column.spread is not None:
            name = store.name(column.stream, self.places)
            drawn = [store.spreads.number_of(column.spread), name]
        base, planned = (store.terms(each, self.places) for each in (column.base, column.planned))
        return [to, *base, *planned, *drawn, int(column.is_request), order]

    def _chunk_as(self, state: State) -> Callable[[Any], Any]:
        """Names chunks by the register that the next state has for them."""
        learner, before = self.learner, self.chunks
        after = self._chunk_register(state.discrete.columns)
        column = self.leaf.columns[after] if after != NOT_THERE else None

        def named(chunk: Any) -> Any:
            if not isinstance(chunk, Number):
                return chunk
            is_same = chunk.name == learner.atom(before, False)
            if not is_same or type(column) is not Expression or column.terms != ((before, 1),):
                raise NotCarried("a chunk that the next state does not name")
            offset_ms = chunk.offset_ms - column.constant
            return Counter(learner.step, learner.atom(after, False), offset_ms)

        return named

    def _choices(self, state: State, places: Places) -> list[tuple[tuple[float, ...], int]]:
        found: list[tuple[tuple[float, ...], int]] = []
        for choice in state.choices:
            if choice is None:
                found.append(((1.0,), NOT_THERE))
            else:
                shares = tuple(share for _, share in choice[0])
                found.append((shares, self.store.name(choice[1], places)))
        return found


def kept_places(leaf: StepEnd, places: Places) -> Places:
    """Where the registers of a new node stand: where they stood, if that can be."""
    found = dict[int, int]()
    taken = set[int]()
    for is_changed in (False, True):
        for at, column in enumerate(leaf.columns):
            if at in found or type(column) is not Expression or len(column.terms) != 1:
                continue
            (register, factor), changed = column.terms[0], column.constant != 0
            if factor != 1 or changed != is_changed or not 0 <= register < len(places):
                continue
            if places[register] not in taken:
                found[at] = places[register]
                taken.add(places[register])
    free = (place for place in range(FIRST_REGISTER, FIRST_MADE) if place not in taken)
    for at in range(len(leaf.columns)):
        if at not in found:
            place = next(free, None)
            if place is None:
                raise NotCarried("a session of very many numbers")
            found[at] = place
    return tuple(found[at] for at in range(len(leaf.columns)))


def _number_of(state: State, at: int, outcome: str) -> int:
    """Which of the outcomes it is."""
    choice = state.choices[at]
    return 0 if choice is None else [name for name, _ in choice[0]].index(outcome)
