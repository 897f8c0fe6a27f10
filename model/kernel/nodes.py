"""The table as plain lists of numbers, for compiled code: they grow, and become arrays.

A *node* is a state of the table, and what is kept of a session's past (`past.py`). Of what is
pending it knows the trees that sessions have fallen down: *cells*, each a question or an end. An
*end* tells what goes to memory, the registers of the next node, and the node; or the row that the
session comes to. Registers are those of the table; -1 and below are the places of memory.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import chain
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from lastchunk.model.kernel.names import NAME_BYTES_MAX, DrawName, draw_name
from lastchunk.model.kernel.quantiles import SpreadArrays
from lastchunk.model.table.refused import NotCarried
from lastchunk.model.table.tree import Expression

AT_MOST_ZERO, IS_ZERO, QUOTIENT, DRAWN, LEAF = range(5)
"""Kinds of cells."""
NOT_THERE = -1
Spot = tuple[list[list[int]], int, int]
"""Where a number of a cell stands: a list of rows, the row, and the place in it."""

CELL_FIELDS = (
    *("kind", "terms", "count", "constant"),
    *("yes", "no", "target", "divisor", "name"),
)
SLOT_FIELDS = ("first", "count", "name")
OUTCOME_FIELDS = ("cell",)
NODE_FIELDS = ("slots", "fires")
END_FIELDS = ("columns", "count", "unseen", "node", "row", "fresh", "writes", "written")
"""Of a leaf: its columns, and those that nothing waits for; what comes next, or the row; how many
are newly pending; and what goes to memory."""
COLUMN_FIELDS = (
    *("terms", "count", "constant"),
    *("planned_terms", "planned_count", "planned"),
    *("spread", "name", "is_request", "order"),
)
WRITE_FIELDS = ("place", "terms", "count", "constant")
VARYING_FIELDS = ("column", "terms", "count", "constant")
ROW_SPAN_FIELDS = ("first", "count")
NAME_FIELDS = ("length", "parts", "count")
"""A fixed name has a length; of others it is `NOT_THERE`, and they have parts."""
PART_FIELDS = ("letters", "length", "is_number", "terms", "count", "constant")
TABLES = {
    "cells": CELL_FIELDS,
    "slots": SLOT_FIELDS,
    "outcomes": OUTCOME_FIELDS,
    "nodes": NODE_FIELDS,
    "ends": END_FIELDS,
    "columns": COLUMN_FIELDS,
    "writes": WRITE_FIELDS,
    "varying": VARYING_FIELDS,
    "spans": ROW_SPAN_FIELDS,
    "name_rows": NAME_FIELDS,
    "parts": PART_FIELDS,
}
"""The tables of a store, and what a row of each holds."""
NO_ORDER = 2**30
"""The order of a register that is no time of something pending."""


class NodeStore:
    """The nodes of one design in one scenario. They only grow."""

    def __init__(self) -> None:
        self.cells: list[list[int]] = []
        self.slots: list[list[int]] = []
        self.outcomes: list[list[int]] = []
        self.nodes: list[list[int]] = []
        self.ends: list[list[int]] = []
        self.columns: list[list[int]] = []
        self.writes: list[list[int]] = []
        self.varying: list[list[int]] = []
        self.spans: list[list[int]] = []
        self.rows: list[list[int]] = []
        self.row_numbers: dict[Any, int] = {}
        self.shares: list[float] = []
        self.terms_at: dict[tuple[tuple[int, int], ...], int] = {}
        self.term_at: list[int] = []
        self.term_factor: list[int] = []
        self.spreads = SpreadArrays()
        self.names: dict[DrawName, int] = {}
        self.name_rows: list[list[int]] = []
        self.parts: list[list[int]] = []
        self.letters = bytearray()
        self.begun_with: list[tuple[int, int, int]] = []
        """The registers that a session draws as it begins: register, spread and name."""
        self.root = [[NOT_THERE]]
        self.most_registers = self.most_memory = 1

    # --- what is shared ----------------------------------------------------------------------

    def terms(self, expression: Expression) -> tuple[int, int, int]:
        """An expression: where its terms begin, how many there are, and the constant."""
        at = self.terms_at.get(expression.terms)
        if at is None:
            at = self.terms_at[expression.terms] = len(self.term_at)
            for register, factor in expression.terms:
                self.term_at.append(register)
                self.term_factor.append(factor)
        return at, len(expression.terms), expression.constant

    def name(self, purpose: str, entity: tuple[Any, ...]) -> int:
        """The number of a name. Raises `NotCarried` for one that is too long."""
        name = draw_name(purpose, entity)
        number = self.names.get(name)
        if number is not None:
            return number
        if name.is_fixed:
            self.name_rows.append([len(name.letters()), 0, 0])
        else:
            parts = name.parts()
            self.name_rows.append([NOT_THERE, len(self.parts), len(parts)])
            for letters, behind in parts:
                terms = (0, 0, 0) if behind is None else self.terms(behind)
                span = [len(self.letters), len(letters), int(behind is not None)]
                self.parts.append([*span, *terms])
                self.letters += letters
        return self.names.setdefault(name, len(self.names))

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

    def cell(self, spot: Spot, kind: int, expression: Expression, **more: int) -> int:
        """The cell at a spot, made where nobody has been."""
        number = self.at(spot)
        if number != NOT_THERE:
            if self.cells[number][0] != kind:
                raise NotCarried("a step that asks something else the second time")
            return number
        given = dict.fromkeys(CELL_FIELDS, NOT_THERE) | {"kind": kind, **more}
        given["terms"], given["count"], given["constant"] = self.terms(expression)
        self.cells.append([given[name] for name in CELL_FIELDS])
        table, row, place = spot
        table[row][place] = len(self.cells) - 1
        return len(self.cells) - 1

    def node(self, choices: list[tuple[tuple[float, ...], int]]) -> int:
        """A new node; ``choices`` are the shares of the outcomes of what is pending, and the name
        of the draw that decides."""
        self.nodes.append([len(self.slots), len(choices)])
        for shares, name in choices:
            self.slots.append([len(self.outcomes), len(shares), name])
            self.outcomes += [[NOT_THERE] for _ in shares]
            self.shares += shares
        return len(self.nodes) - 1

    def row(self, fixed: list[int], varying: list[tuple[int, Expression]]) -> int:
        """A row of results: its numbers, and those that hang on the session's."""
        key = (tuple(fixed), tuple(varying))
        number = self.row_numbers.setdefault(key, len(self.rows))
        if number == len(self.rows):
            self.spans.append([len(self.varying), len(varying)])
            self.varying += [[column, *self.terms(worth)] for column, worth in varying]
            self.rows.append(fixed)
        return number


class Frozen(NamedTuple):
    """Nodes as four arrays, for compiled code; ``ints`` begins with where each table does."""

    ints: npt.NDArray[np.int64]
    floats: npt.NDArray[np.float64]
    """The shares of outcomes, then the values of distributions."""
    words: npt.NDArray[np.uint64]
    """The fixed names of draws, a block each."""
    letters: npt.NDArray[np.uint8]
    """The letters of the others."""


PARTS = (*TABLES, "rows", "terms", "heads", "guides", "begun_with")
"""The tables of ``ints``, in order."""
FIRST_INTS = ("root", "begun", "values", "registers", "memory", *PARTS)
"""What ``ints`` begins with."""


def as_arrays(store: NodeStore) -> Frozen:
    """Nodes as arrays."""
    blocks = [name.letters() if name.is_fixed else b"" for name in store.names]
    tables = {name: _flat(getattr(store, name)) for name in (*TABLES, "rows", "begun_with")}
    at = np.array(store.term_at, np.int64)
    at = np.where(at < 0, store.most_registers - 1 - at, at)
    tables["terms"] = np.column_stack([at, np.array(store.term_factor, np.int64)]).ravel()
    tables["heads"] = _flat(store.spreads.heads)
    tables["guides"] = np.array(store.spreads.guides, np.int64)
    sizes = (store.most_registers, store.most_memory)
    header = [store.root[0][0], len(store.begun_with), len(store.shares), *sizes]
    first = len(FIRST_INTS)
    for name in PARTS:
        header.append(first)
        first += len(tables[name])
    words = b"".join(block.ljust(NAME_BYTES_MAX, b"\0") for block in blocks)
    return Frozen(
        np.concatenate([np.array(header, np.int64), *(tables[name] for name in PARTS)]),
        np.array([*store.shares, *store.spreads.values], np.float64),
        np.frombuffer(words, "<u8").reshape(-1, NAME_BYTES_MAX // 8).astype(np.uint64),
        np.frombuffer(bytes(store.letters) + b"\0", np.uint8).copy(),
    )


def _flat(rows: Iterable[Sequence[int]]) -> npt.NDArray[np.int64]:
    return np.array(list(chain.from_iterable(rows)), np.int64)
