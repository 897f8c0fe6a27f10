"""One session walks the table in Python, and the way that it takes is written down for others."""

from __future__ import annotations

from hashlib import blake2b
from typing import Any

from lastchunk.model.kernel.judging import RowOf, WayRun, WayStep, judged_way
from lastchunk.model.kernel.ways import (
    AT_MOST_ZERO,
    AT_ROW,
    DRAWN,
    IS_ZERO,
    LEAF,
    NO_ORDER,
    NOT_THERE,
    QUOTIENT,
    Spot,
    WayStore,
)
from lastchunk.model.simulate import Run
from lastchunk.model.table.machine import COUNTS, Arrival, SessionTable, State, StepEnd
from lastchunk.model.table.numbers.number import Number
from lastchunk.model.table.refused import NotCarried
from lastchunk.model.table.start import BEGUN_WITH, DURATION, OFFSET, SessionDraws, begun
from lastchunk.model.table.tree import (
    AtMostZero,
    DrawnRegister,
    Exactly,
    Expression,
    FieldItems,
    Place,
    Quotient,
    field_worth,
    worth,
)
from lastchunk.model.table.walk import TableWalk, run_of
from lastchunk.model.trace.events import Costs, RunEnded

Registers = list[Any]
"""The registers of a way: what is fixed on it is a number, the rest is known by name."""
_NAN = float("nan")


class WaysDiffer(Exception):  # noqa: N818 - a signal between two functions, not an error
    """A table that was made anew lays its registers out in another way: the ways begin anew."""


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


def learn(
    ways: WayStore, machine: SessionTable, seed: int, session: int, row_of: RowOf
) -> tuple[Run, str]:
    """Run a session by the table, and write its way down. Returns the run, and why its way is not
    written down, if it is not. Raises `NotCarried` where the table does not carry it."""
    walk = NotedWalk(machine, seed, session)
    run = run_of(walk)
    if walk.cut_by:
        return run, f"cut at limits.{walk.cut_by}"
    try:
        _Way(ways, machine, walk, row_of).write()
    except NotCarried as error:
        return run, str(error)
    return run, ""


class _Way:
    """The way of one session, on its way into the store."""

    def __init__(
        self, ways: WayStore, machine: SessionTable, walk: NotedWalk, row_of: RowOf
    ) -> None:
        self.ways = ways
        self.machine = machine
        self.walk = walk
        self.row_of = row_of
        self.streams = SessionDraws(machine.scenario, walk.streams.seed, walk.streams.session)
        self.step = WayStep()
        self.step.places = {}
        self.atoms: list[int] = []
        self.trace: list[Any] = []
        self.costs: list[Any] = [0] * len(COUNTS)
        self.now: Any = 0

    def write(self) -> None:
        """Go the whole way. Raises `NotCarried`, `WaysDiffer`."""
        walk, ways = self.walk, self.ways
        if self.machine.scenario.uplink is not None:
            raise NotCarried("an uplink that transfers share")
        page_clock = self.machine.scenario.browser.clock_offset_ms
        if page_clock.low_ms != page_clock.high_ms:
            raise NotCarried("a page whose clock is off by a range")
        given = begun(self.machine.scenario, self.streams)
        named = self._first(given)
        spot = self._fall(ways.begin, self.machine.root, given, named, walk.leaves[0])
        node, following = self._arrive(spot, walk.leaves[0], given, named)
        for (state, at, registers), leaf in zip(walk.steps, walk.leaves[1:], strict=True):
            outcome = self._outcome(state, at, registers, leaf)
            self.now = following[at]
            place = state.slots[at][outcome]
            spot = ways.outcome_of(node, at, _number_of(state, at, outcome))
            spot = self._fall(spot, place, registers, following, leaf)
            node, following = self._arrive(spot, leaf, registers, following)

    def _first(self, given: list[int]) -> Registers:
        """What a session begins with: what is drawn is known by name."""
        named: Registers = list(given)
        scenario, ways = self.machine.scenario, self.ways
        recorded, offset = scenario.recording.duration_ms, scenario.platform.clock_offset_ms
        for place, kind, spread, name in (
            (0, DURATION, recorded, ("recording duration", ())),
            (2, OFFSET, offset, ("clock offset", (0,))),
        ):
            register = BEGUN_WITH.index(kind)
            atom = self._atom(given[register], spread.low_ms >= 0)
            if spread.low_ms != spread.high_ms:
                named[register] = atom
                if ways.first[place] == NOT_THERE:
                    number = ways.spreads.number_of(spread)
                    ways.first[place : place + 2] = number, ways.name(*name)
        return named

    # --- numbers -----------------------------------------------------------------------------

    def _atom(self, value: int, is_never_negative: bool) -> Number:
        name = self.step.fresh(is_never_negative)
        self.step.places[name] = (len(self.atoms), 0)
        self.atoms.append(value)
        return Number(self.step, name)

    def _named(self, value: Any, named: Registers) -> Any:
        """A value on this way: expressions by name, the rest as it is."""
        if type(value) is Expression:
            total: Any = value.constant
            for at, factor in value.terms:
                total = total + named[at] * factor
            return total
        if type(value) is FieldItems:
            return tuple(self._named(item, named) for item in value)
        return value

    def _fixed(self, expression: Expression, named: Registers) -> Expression:
        """An expression without what is fixed on this way."""
        total = self._named(expression, named)
        if type(total) is int:
            return Expression((), total)
        constant, terms = expression.constant, []
        for at, factor in expression.terms:
            if type(named[at]) is int:
                constant += named[at] * factor
            else:
                terms.append((at, factor))
        return Expression(tuple(terms), constant)

    def _name_of(self, stream: Any, named: Registers, added: str = "") -> int:
        purpose, *entity = stream
        numbers = tuple(self._named(number, named) for number in entity)
        if any(type(number) is not int for number in numbers):
            raise NotCarried(f"a draw whose name hangs on another draw ({purpose})")
        return self.ways.name(purpose, numbers)

    # --- trees -------------------------------------------------------------------------------

    def _fall(
        self, spot: Spot, place: Place, given: list[int], named: Registers, end: StepEnd | None
    ) -> Spot:
        """Write the questions of a tree down, up to its end; registers that it makes are added."""
        ways = self.ways
        while place.content is not end:
            asked = place.content
            if type(asked) is AtMostZero:
                is_yes = worth(asked.expression, given) <= 0
                spot = self._asked(spot, AT_MOST_ZERO, asked.expression, named, is_yes)
                place = asked.yes if is_yes else asked.no
            elif type(asked) is Exactly:
                number = worth(asked.expression, given)
                spot = self._exactly(spot, asked.expression, named, number)
                place = asked.slots[number]
            elif type(asked) in (Quotient, DrawnRegister):
                spot = self._made(spot, asked, given, named)
                place = asked.then
            else:
                raise NotCarried(f"a question of the kind {type(asked).__name__}")
        ways.most_registers = max(ways.most_registers, len(named))
        return spot

    def _asked(
        self, spot: Spot, kind: int, expression: Expression, named: Registers, is_yes: bool
    ) -> Spot:
        fixed = self._fixed(expression, named)
        if not fixed.terms:
            return spot
        return self.ways.branch(self.ways.cell(spot, kind, fixed), is_yes)

    def _exactly(self, spot: Spot, expression: Expression, named: Registers, number: int) -> Spot:
        """A question for each number that was met, one after another."""
        ways = self.ways
        fixed = self._fixed(expression, named)
        if not fixed.terms:
            return spot
        wanted = fixed._replace(constant=fixed.constant - number)
        while ways.at(spot) != NOT_THERE and ways.cells[ways.at(spot)][3] != wanted.constant:
            spot = ways.branch(ways.cell(spot, IS_ZERO, wanted), False)
        return ways.branch(ways.cell(spot, IS_ZERO, wanted), True)

    def _made(self, spot: Spot, asked: Any, given: list[int], named: Registers) -> Spot:
        """A register more: a quotient, or a draw."""
        target = len(given)
        if type(asked) is Quotient:
            asked.follow(given, None)
            fixed = self._fixed(asked.expression, named)
            if not fixed.terms:
                named.append(given[-1])
                return spot
            more = {"divisor": asked.divisor}
            atom, kind, is_never_negative = len(self.atoms), QUOTIENT, False
        else:
            asked.follow(given, self.streams)
            fixed, kind = Expression((), 0), DRAWN
            name = self._name_of(asked.stream, named)
            more = {"name": name, "divisor": self.ways.spreads.number_of(asked.spread)}
            atom, is_never_negative = len(self.atoms), asked.spread.low_ms >= 0
        cell = self.ways.cell(spot, kind, fixed, target=target, atom=atom, **more)
        named.append(self._atom(given[-1], is_never_negative))
        return self.ways.branch(cell, True)

    def _outcome(self, state: State, at: int, registers: list[int], leaf: StepEnd) -> str:
        """The outcome that has led to a leaf: each stands in one tree."""
        for outcome, place in state.slots[at].items():
            given = list(registers)
            while place.content is not None and type(place.content) is not StepEnd:
                place = place.content.follow(given, self.streams)
            if place.content is leaf:
                return outcome
        raise NotCarried("a step that does something else the second time")

    # --- leaves ------------------------------------------------------------------------------

    def _arrive(
        self, spot: Spot, leaf: StepEnd, given: list[int], named: Registers
    ) -> tuple[int, Registers]:
        """Write a leaf down. Returns the next node, and its registers."""
        ways = self.ways
        self.trace += [
            kind(*[self._named(field, named) for field in fields]) for kind, fields in leaf.events
        ]
        for at, cost in leaf.costs:
            self.costs[at] = self.costs[at] + self._named(cost, named)
        cell = ways.at(spot)
        end = ways.cells[cell][4] if cell != NOT_THERE else self._new_end(spot, leaf, named)
        following = [self._following(column, given, named) for column in leaf.columns]
        ways.most_registers = max(ways.most_registers, len(following))
        ways.most_atoms = max(ways.most_atoms, len(self.atoms))
        if leaf.state is None:
            self._judge(end, leaf)
            return NOT_THERE, []
        mark = self._mark(leaf.state, following)
        node = ways.ends[end][3]
        if node == NOT_THERE:
            node = ways.ends[end][3] = ways.node(self._choices(leaf.state, following), mark)
        elif ways.nodes[node][2] != mark:
            raise WaysDiffer
        return node, following

    def _new_end(self, spot: Spot, leaf: StepEnd, named: Registers) -> int:
        ways, atom = self.ways, len(self.atoms)
        orders = [*leaf.orders, *[NO_ORDER] * (len(leaf.columns) - len(leaf.orders))]
        rows = []
        for column, order in zip(leaf.columns, orders, strict=True):
            is_drawn = type(column) is Arrival and column.spread is not None
            rows.append(self._column(column, named, atom if is_drawn else NOT_THERE, order))
            atom += is_drawn
        rows += [self._column(column, named, NOT_THERE, NO_ORDER) for column in leaf.unseen]
        counts = (len(leaf.columns), len(leaf.unseen))
        ways.ends.append([len(ways.columns), *counts, NOT_THERE, NOT_THERE, leaf.fresh])
        ways.columns += rows
        ways.cell(spot, LEAF, Expression((), 0), yes=len(ways.ends) - 1)
        return len(ways.ends) - 1

    def _column(self, column: Any, named: Registers, atom: int, order: int) -> list[int]:
        ways = self.ways
        if type(column) is Expression:
            terms = ways.terms(self._fixed(column, named))
            return [*terms, 0, 0, 0, NOT_THERE, NOT_THERE, NOT_THERE, 0, order]
        if type(column) is not Arrival:
            raise NotCarried(f"a register of the kind {type(column).__name__}")
        drawn = [NOT_THERE, NOT_THERE]
        if column.spread is not None:
            drawn = [ways.spreads.number_of(column.spread), self._name_of(column.stream, named)]
        base, planned = (self._fixed(each, named) for each in (column.base, column.planned))
        return [*ways.terms(base), *ways.terms(planned), *drawn, atom, column.is_request, order]

    def _following(self, column: Any, given: list[int], named: Registers) -> Any:
        """A register of the next state, by name."""
        if type(column) is Expression:
            return self._named(column, named)
        base = self._named(column.base, named)
        if column.spread is None:
            return base
        purpose, *entity = column.stream
        numbers = [field_worth(each, given) for each in entity]
        u = self.streams.uniform(purpose, *numbers)
        delay_ms = max(0, column.spread.quantile(u) + worth(column.planned, given))
        return base + self._atom(delay_ms, True)

    def _choices(self, state: State, named: Registers) -> list[tuple[tuple[float, ...], int]]:
        found: list[tuple[tuple[float, ...], int]] = []
        for choice in state.choices:
            if choice is None:
                found.append(((1.0,), NOT_THERE))
            else:
                shares = tuple(share for _, share in choice[0])
                found.append((shares, self._name_of(choice[1], named)))
        return found

    def _mark(self, state: State, named: Registers) -> int:
        """What the registers of a node are, in atoms: the same in every table of a design."""
        forms = [each if type(each) is int else self.step.expression_of(each) for each in named]
        keys = [[_word(item, state, named) for item in key] for key in state.discrete.fires]
        words = repr((keys, forms))
        return int.from_bytes(blake2b(words.encode(), digest_size=7).digest(), "little")

    def _judge(self, end: int, leaf: StepEnd) -> None:
        """Write the row down that the way comes to."""
        machine, ways, walk = self.machine, self.ways, self.walk
        ended: list[Any] = [Costs(self.now, *self.costs), RunEnded(self.now, leaf.reason)]
        seed, session = walk.streams.seed, walk.streams.session
        run = WayRun(
            machine.scenario, machine.design, seed, session, [*self.trace, *ended], _NAN, _NAN
        )
        atoms = list(self.atoms)
        named: Registers = [Number(self.step, name) for name in self.step.places]
        place, fixed, varying = judged_way(run, self.step, list(atoms), self.row_of)
        spot = self._fall(ways.judge_of(end), place, atoms, named, None)
        ways.most_atoms = max(ways.most_atoms, len(atoms))
        if ways.at(spot) == NOT_THERE:
            ways.cell(spot, AT_ROW, Expression((), 0), yes=ways.row(fixed, varying))


def _number_of(state: State, at: int, outcome: str) -> int:
    """Which of the outcomes it is."""
    choice = state.choices[at]
    return 0 if choice is None else [name for name, _ in choice[0]].index(outcome)


def _word(item: Any, state: State, named: Registers) -> str:
    """A part of the key of something pending, the same in every table."""
    if not isinstance(item, Number):
        return str(item)
    at, offset_ms = state.places.get(item.name, (0, 0))
    return f"register {at} and {item.offset_ms - offset_ms}"
