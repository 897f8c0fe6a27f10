"""The table as plain lists of numbers, for compiled code: they grow, and become arrays.

A *node* is a state of the table, and what is kept of a session's past (`past`). Of what is
pending it knows the trees that sessions have fallen down: *cells*, each a question or an end. An
*end* tells what is written, and the next node; or the row that the session comes to.

What a session knows stands in one row of numbers: its memory, the registers of the node that it is
at, and what a tree has made on the way. A node keeps a register where the step before had it, if
that place is free: so a step writes what it changes, and little else.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from itertools import chain
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from lastchunk.model.kernel.base.names import DrawName, draw_name
from lastchunk.model.kernel.base.quantiles import SpreadArrays
from lastchunk.model.kernel.uplink_rows import NO_ROWS, UPLINK_ROOM
from lastchunk.model.table.refused import NotCarried
from lastchunk.model.table.tree import Expression

AT_MOST_ZERO, IS_ZERO, QUOTIENT, DRAWN, LEAF = range(5)
TRANSFER_BEGINS, TRANSFER_ENDS, FIRST_TO_END = range(LEAF + 1, LEAF + 4)
"""Kinds of cells. Of a transfer that begins the size stands in the last three fields, and of one
that ends its place among those known in ``no``; what ends first is asked for by more cells."""
NOT_THERE = -1
Spot = tuple[list[list[int]], int, int]
"""Where a number of a cell stands: a list of rows, the row, and the place in it."""

CELL_FIELDS = (
    *("kind", "terms", "count", "constant"),
    *("yes", "no", "target", "divisor", "name"),
)
SLOT_FIELDS = ("first", "count", "name", "place")
OUTCOME_FIELDS = ("cell",)
NODE_FIELDS = ("slots", "fires")
END_FIELDS = ("moves", "count", "unseen", "node", "row", "fresh")
"""Of a leaf: its moves, and those that nothing waits for; what comes next, or the row; and how many
are newly pending."""
MOVE_FIELDS = (
    *("place", "terms", "count", "constant"),
    *("planned_terms", "planned_count", "planned"),
    *("spread", "name", "is_request", "order"),
)
VARYING_FIELDS = ("column", "terms", "count", "constant")
ROW_SPAN_FIELDS = ("first", "count")
NAME_FIELDS = ("parts", "count")
"""Of a name its numbers that hang on the session's."""
PART_FIELDS = ("terms", "count", "constant")
TABLES = {
    "cells": CELL_FIELDS,
    "slots": SLOT_FIELDS,
    "outcomes": OUTCOME_FIELDS,
    "nodes": NODE_FIELDS,
    "ends": END_FIELDS,
    "moves": MOVE_FIELDS,
    "varying": VARYING_FIELDS,
    "spans": ROW_SPAN_FIELDS,
    "name_rows": NAME_FIELDS,
    "parts": PART_FIELDS,
}
"""The tables of a store, and what a row of each holds."""
CHANGING = ("cells", "outcomes")
"""Tables whose rows change after they are made: a branch that is missing at first leads somewhere
later. Rows of the others stay as they are."""
NO_ORDER = 2**30
"""The order of what is no time of something pending."""
ONE_PLACE = -1
"""How many terms an expression has that is one number, and what is added: it is its place."""
MEMORY_MAX, REGISTERS_MAX, MADE_MAX = 512, 256, 64
FIRST_REGISTER = MEMORY_MAX
FIRST_MADE = FIRST_REGISTER + REGISTERS_MAX
NUMBERS_MAX = FIRST_MADE + MADE_MAX
"""How many numbers a session may have."""
ORDERS, WAITING, LEGS_SEEN = NUMBERS_MAX, 2 * NUMBERS_MAX, 4 * NUMBERS_MAX
"""Behind a session's numbers: the orders of what is pending; what waits to be moved; how many
request legs there were, and their sum."""
NODE_AT, BORN = LEGS_SEEN + 2, LEGS_SEEN + 3
"""At which node the session is, and how much has become pending in it."""
UPLINK = LEGS_SEEN + 4
"""Where what it shares on its uplink begins."""
SESSION_ROOM = UPLINK + UPLINK_ROOM
"""How many numbers there must be room for."""
NEW_STEP, ONLY_PYTHON = -1, -2
"""What a session comes to in place of a row: a step that nobody has taken; or Python alone can run
it, as it is cut, or has a draw at the very edge of two values."""
NodePlaces = tuple[int, ...]
"""Where the registers of a node stand."""


class NodeStore:
    """The nodes of one design in one scenario. They only grow."""

    def __init__(self) -> None:
        self.cells: list[list[int]] = []
        self.slots: list[list[int]] = []
        self.outcomes: list[list[int]] = []
        self.nodes: list[list[int]] = []
        self.ends: list[list[int]] = []
        self.moves: list[list[int]] = []
        self.varying: list[list[int]] = []
        self.spans: list[list[int]] = []
        self.rows: list[list[int]] = []
        self.row_numbers: dict[Any, int] = {}
        self.shares: list[float] = []
        self.terms_at: dict[tuple[tuple[int, int], ...], int] = {}
        self.term_at: list[int] = []
        self.term_factor: list[int] = []
        self.spreads = SpreadArrays()
        self.names: dict[tuple[DrawName, NodePlaces], int] = {}
        self.name_rows: list[list[int]] = []
        self.parts: list[list[int]] = []
        self.begun_with: list[tuple[int, int, int]] = []
        """The registers that a session draws as it begins: register, spread and name."""
        self.uplink = NO_ROWS
        self.flat = {name: Flat(_flat) for name in (*TABLES, "rows") if name not in CHANGING}
        self.floats = [Flat(_floats), Flat(_floats)]
        self.root = [[NOT_THERE]]
        self.memory = 0
        """How many places of memory there are."""

    # --- what is shared ----------------------------------------------------------------------

    def terms(self, expression: Expression, places: NodePlaces) -> tuple[int, int, int]:
        """An expression of a node's registers, -1 and below of memory: where its terms begin, how
        many there are, and the constant."""
        terms = tuple((_place_of(at, places), factor) for at, factor in expression.terms)
        if len(terms) == 1 and terms[0][1] == 1:
            return terms[0][0], ONE_PLACE, expression.constant
        at = self.terms_at.get(terms)
        if at is None:
            at = self.terms_at[terms] = len(self.term_at)
            for place, factor in terms:
                self.term_at.append(place)
                self.term_factor.append(factor)
        return at, len(terms), expression.constant

    def name(self, stream: tuple[Any, ...], places: NodePlaces) -> int:
        """The number of a name. Raises `NotCarried` for one that cannot be drawn."""
        purpose, *entity = stream
        name = draw_name(purpose, tuple(entity))
        key = (name, places if name.behind else ())
        if key not in self.names:
            behind = [list(self.terms(each, places)) for each in name.behind]
            self.name_rows.append([len(self.parts), len(behind)])
            self.parts += behind
            self.names[key] = len(self.names)
        return self.names[key]

    # --- growing -----------------------------------------------------------------------------

    @property
    def begin(self) -> Spot:
        """Where every session begins."""
        return self.root, 0, 0

    def branch(self, number: int, is_yes: bool) -> Spot:
        """Where a question leads."""
        return self.cells, number, CELL_FIELDS.index("yes" if is_yes else "no")

    def outcome_of(self, node: int, at: int, outcome: int) -> Spot:
        """Where an outcome of something pending leads."""
        slot = self.slots[self.nodes[node][0] + at]
        return self.outcomes, slot[0] + outcome, 0

    def at(self, spot: Spot) -> int:
        """What stands at a spot: a cell, or `NOT_THERE`."""
        table, row, place = spot
        return table[row][place]

    def cell(
        self, spot: Spot, kind: int, expression: Expression, places: NodePlaces = (), **more: int
    ) -> int:
        """The cell at a spot, made where nobody has been."""
        number = self.at(spot)
        if number != NOT_THERE:
            if self.cells[number][0] != kind:
                raise NotCarried("a step that asks something else the second time")
            return number
        given = dict.fromkeys(CELL_FIELDS, NOT_THERE) | {"kind": kind, **more}
        given["terms"], given["count"], given["constant"] = self.terms(expression, places)
        self.cells.append([given[name] for name in CELL_FIELDS])
        table, row, place = spot
        table[row][place] = len(self.cells) - 1
        return len(self.cells) - 1

    def node(self, choices: list[tuple[tuple[float, ...], int]], places: NodePlaces) -> int:
        """A new node; ``choices`` are the shares of the outcomes of what is pending, and the name
        of the draw that decides; ``places`` where what is pending stands."""
        self.nodes.append([len(self.slots), len(choices)])
        for (shares, name), place in zip(choices, places, strict=False):
            self.slots.append([len(self.outcomes), len(shares), name, place])
            self.outcomes += [[NOT_THERE] for _ in shares]
            self.shares += shares
        return len(self.nodes) - 1

    def end(self, moves: list[list[int]], unseen: list[list[int]], *rest: int) -> int:
        """A new end; ``rest`` are the node, the row, and how many are newly pending."""
        self.ends.append([len(self.moves), len(moves), len(unseen), *rest])
        self.moves += [*moves, *unseen]
        return len(self.ends) - 1

    def row(
        self, fixed: list[int], varying: list[tuple[int, Expression]], places: NodePlaces
    ) -> int:
        """A row of results: its numbers, and those that hang on the session's."""
        worth = [[column, *self.terms(each, places)] for column, each in varying]
        key = (tuple(fixed), tuple(map(tuple, worth)))
        number = self.row_numbers.setdefault(key, len(self.rows))
        if number == len(self.rows):
            self.spans.append([len(self.varying), len(varying)])
            self.varying += worth
            self.rows.append(fixed)
        return number


def _place_of(register: int, places: NodePlaces) -> int:
    """Where a number stands. Raises `NotCarried` where there is no room."""
    if register < 0:
        place, end = -1 - register, MEMORY_MAX
    elif register < len(places):
        place, end = places[register], SESSION_ROOM
    else:
        place, end = FIRST_MADE + register - len(places), NUMBERS_MAX
    if place >= end:
        raise NotCarried("a session of very many numbers")
    return place


class Frozen(NamedTuple):
    """Nodes as three arrays, for compiled code; ``ints`` begins with where each table does."""

    ints: npt.NDArray[np.int64]
    floats: npt.NDArray[np.float64]
    """The shares of outcomes, then the values of distributions, then an uplink's rates."""
    words: npt.NDArray[np.uint64]
    """The names of draws, a word each."""


PARTS = (*TABLES, "rows", "terms", "heads", "guides", "begun_with", "uplink")
"""The tables of ``ints``, in order."""
FIRST_INTS = ("root", "begun", "values", "rates", "memory", *PARTS)
"""What ``ints`` begins with."""


class Flat:
    """A list that only grows as an array: what was there before is not laid out again."""

    def __init__(self, lay_out: Callable[[list[Any]], npt.NDArray[Any]]) -> None:
        self.lay_out = lay_out
        self.known = 0
        self.numbers = lay_out([])

    def of(self, items: list[Any]) -> npt.NDArray[Any]:
        """All of the list."""
        if self.known < len(items):
            self.numbers = np.concatenate([self.numbers, self.lay_out(items[self.known :])])
            self.known = len(items)
        return self.numbers


def as_arrays(store: NodeStore) -> Frozen:
    """Nodes as arrays."""
    tables = {name: flat.of(getattr(store, name)) for name, flat in store.flat.items()}
    tables |= {name: _flat(getattr(store, name)) for name in (*CHANGING, "begun_with")}
    tables["terms"] = _flat(zip(store.term_at, store.term_factor, strict=True))
    tables["heads"] = _flat(store.spreads.heads)
    tables["guides"] = np.array(store.spreads.guides, np.int64)
    tables["uplink"] = store.uplink.ints
    lists = zip(store.floats, (store.shares, store.spreads.values), strict=True)
    floats = [*(flat.of(items) for flat, items in lists), _floats(store.uplink.floats)]
    rates = len(floats[0]) + len(floats[1])
    header = [store.root[0][0], len(store.begun_with), len(floats[0]), rates, store.memory]
    first = len(FIRST_INTS)
    for name in PARTS:
        header.append(first)
        first += len(tables[name])
    return Frozen(
        np.concatenate([np.array(header, np.int64), *(tables[name] for name in PARTS)]),
        np.concatenate(floats),
        np.array([name.word for name, _ in store.names], np.uint64),
    )


def _floats(numbers: Sequence[float]) -> npt.NDArray[np.float64]:
    return np.array(numbers, np.float64)


def _flat(rows: Iterable[Sequence[int]]) -> npt.NDArray[np.int64]:
    return np.array(list(chain.from_iterable(rows)), np.int64)
