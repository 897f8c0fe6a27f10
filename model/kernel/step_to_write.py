"""A step that nobody has taken at a node: what it writes, and the node that it comes to."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from lastchunk.model.kernel.grown import BEGIN_PLACES, Grown, TableNode, WrittenStep
from lastchunk.model.kernel.nodes import (
    FIRST_MADE,
    FIRST_REGISTER,
    NO_ORDER,
    NOT_THERE,
    NUMBERS_MAX,
    NodePlaces,
)
from lastchunk.model.kernel.past.facts import PastFacts
from lastchunk.model.kernel.past.judging import judged_end
from lastchunk.model.kernel.past.settling import Settling
from lastchunk.model.table.machine import State
from lastchunk.model.table.numbers.counter import Counter
from lastchunk.model.table.numbers.number import Number
from lastchunk.model.table.refused import Counted, NotCarried
from lastchunk.model.table.tree import NO_TERMS, Arrival, Expression, FieldItems, Place, StepEnd

NO_ARRIVAL = (0, 0, 0, NOT_THERE, NOT_THERE, 0)
"""What a move has that is no arrival."""
CHUNK_FIELDS = ("chunk", "attempt", "in_tab", "chunks")
"""Fields of events that are numbers of chunks and attempts."""


class StepToWrite:
    """A step that nobody has taken at a node: ``known`` are the registers and the memory of the
    session that takes it first."""

    def __init__(
        self, grown: Grown, node: TableNode | None, at: int, leaf: StepEnd, known: list[int]
    ) -> None:
        self.grown = grown
        self.store = grown.store
        self.step = grown.step
        self.leaf = leaf
        self.known = known
        self.now = at
        self.places = BEGIN_PLACES if node is None else node.places
        self.is_first = node is None
        self.facts = PastFacts() if node is None else node.facts.copy()
        names, machine = self._columns(node), grown.machine
        self.signs = [name in machine.step.never_negative and least >= 0 for name, least in names]
        self.chunks = self._chunk_register(names)

    def _columns(self, node: TableNode | None) -> list[tuple[int, int]]:
        if node is None:
            return [(name, 0) for name in self.grown.machine.places]
        return node.state.discrete.columns

    def _chunk_register(self, names: list[tuple[int, int]]) -> int:
        """The register that chunks are named by; `NOT_THERE` where they are numbered."""
        kinds = self.grown.machine.step.kinds
        found = (at for at, (name, _) in enumerate(names) if kinds.get(name) == Counted.CHUNKS)
        return next(found, NOT_THERE)

    def take(self, place: Place) -> None:
        """Take the step, and put what it comes to where its questions lead. Raises `NotCarried`."""
        grown, leaf, facts = self.grown, self.leaf, self.facts
        atoms = range(len(self.known) - len(grown.memory.names))
        for register in atoms:
            self._atom(register)
        self.step.begin(grown.places(), self.known, place)
        self.step.refusal = None
        for kind, fields in leaf.events:
            facts.take_in(kind(*map(self._field, kind._fields, fields)))
        for at, cost in leaf.costs:
            facts.spent[at] = facts.spent[at] + self._value(cost)
        following = self._last() if leaf.state is None else self._next(leaf.state)
        self.step.slot.content = following

    # --- numbers -----------------------------------------------------------------------------

    def _atom(self, register: int) -> int:
        is_never_negative = register < len(self.signs) and self.signs[register]
        return self.grown.atom(register, is_never_negative)

    def _number(self, register: int) -> Number:
        return Number(self.step, self._atom(register))

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
        return Counter(self.step, self.grown.atom(register, False), value.constant)

    # --- what comes next ---------------------------------------------------------------------

    def _next(self, state: State) -> WrittenStep:
        grown, leaf = self.grown, self.leaf
        settling = Settling(grown.memory, self.facts, self._chunk_as(state))
        key, writes = settling.settle()
        self.store.memory = len(grown.memory.names)
        if self.is_first:  # a session begins with nothing in its memory
            writes = [write for write in writes if write[1] != NO_TERMS]
        node = grown.nodes.get((id(state), key))
        if node is None:
            places = kept_places(leaf, self.places)
            number = self.store.node(self._choices(state, places), places)
            node = grown.put((id(state), key), TableNode(number, state, places, self.facts))
        written = [
            [to, *self.store.terms(expression, self.places), *NO_ARRIVAL, NO_ORDER]
            for to, expression in writes
        ]
        moves = [*self._moves(node.places), *written]
        if len(moves) > NUMBERS_MAX:
            raise NotCarried("a session of very many numbers")
        end = self.store.end(moves, [], node.number, NOT_THERE, leaf.fresh)
        return WrittenStep(end, writes, node)

    def _last(self) -> WrittenStep:
        grown, store = self.grown, self.store
        now: Any = self._number(self.now)
        judged = judged_end(
            self.facts, grown.machine, self.step, now, self.leaf.reason, grown.row_of
        )
        unseen = [self._move(NOT_THERE, column, NO_ORDER) for column in self.leaf.unseen]
        row = store.row(*judged, self.places)
        return WrittenStep(store.end([], unseen, NOT_THERE, row, 0), [], None)

    def _moves(self, places: NodePlaces) -> list[list[int]]:
        """What of the next registers does not stand where it stood."""
        orders = self.leaf.orders
        moves = []
        for at, column in enumerate(self.leaf.columns):
            order = orders[at] if at < len(orders) else NO_ORDER
            if 0 <= order < NO_ORDER:
                order = self.places[order]
            if not (order in (NO_ORDER, places[at]) and self._stands(column, places[at])):
                moves.append(self._move(places[at], column, order))
        return moves

    def _stands(self, column: Any, place: int) -> bool:
        """Whether a register keeps its number and its place."""
        if type(column) is not Expression or column.constant or len(column.terms) != 1:
            return False
        (register, factor), places = column.terms[0], self.places
        return factor == 1 and 0 <= register < len(places) and places[register] == place

    def _move(self, to: int, column: Any, order: int) -> list[int]:
        store = self.store
        if type(column) is Expression:
            return [to, *store.terms(column, self.places), *NO_ARRIVAL, order]
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
        grown, before = self.grown, self.chunks
        after = self._chunk_register(state.discrete.columns)
        column = self.leaf.columns[after] if after != NOT_THERE else None

        def named(chunk: Any) -> Any:
            if not isinstance(chunk, Number):
                return chunk
            is_same = chunk.name == grown.atom(before, False)
            if not is_same or type(column) is not Expression or column.terms != ((before, 1),):
                raise NotCarried("a chunk that the next state does not name")
            offset_ms = chunk.offset_ms - column.constant
            return Counter(grown.step, grown.atom(after, False), offset_ms)

        return named

    def _choices(self, state: State, places: NodePlaces) -> list[tuple[tuple[float, ...], int]]:
        found: list[tuple[tuple[float, ...], int]] = []
        for choice in state.choices:
            if choice is None:
                found.append(((1.0,), NOT_THERE))
            else:
                shares = tuple(share for _, share in choice[0])
                found.append((shares, self.store.name(choice[1], places)))
        return found


def kept_places(leaf: StepEnd, places: NodePlaces) -> NodePlaces:
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
