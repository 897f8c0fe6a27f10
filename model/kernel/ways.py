"""The ways that sessions have taken, as plain lists of numbers: they grow, and are kept in files.

A *node* is a state, come to on one certain way. Of what is pending it knows the trees that sessions
have fallen down: *cells*, each a question or an end. What has a fixed number on a way (a chunk, an
attempt, a count) stands there as that number; the rest is in *registers*, as in the table, and in
*atoms*: all that the session has drawn or worked out by a quotient, one after another. At the end
of a way a tree of questions to the atoms leads to the row of results.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import chain
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from lastchunk.model.kernel.quantiles import SpreadArrays
from lastchunk.model.table.refused import NotCarried
from lastchunk.model.table.tree import Expression

AT_MOST_ZERO, IS_ZERO, QUOTIENT, DRAWN, LEAF, AT_ROW = range(6)
"""Kinds of cells."""
NAME_BYTES_MAX = 128
"""One block of the hash that draws: a longer name is not drawn in compiled code."""
NOT_THERE = -1
Spot = tuple[list[list[int]], int, int]
"""Where a number of a cell stands: a list of rows, the row, and the place in it."""

CELL_FIELDS = (
    "kind",
    "terms",
    "count",
    "constant",
    "yes",
    "no",
    "target",
    "atom",
    "divisor",
    "name",
)
SLOT_FIELDS = ("first", "count", "name")
OUTCOME_FIELDS = ("cell",)
NODE_FIELDS = ("slots", "fires", "mark")
END_FIELDS = ("columns", "count", "unseen", "node", "judge", "fresh")
"""Of a leaf: its columns, and those that nothing waits for; what comes next, or what judges it."""
COLUMN_FIELDS = (
    *("terms", "count", "constant"),
    *("planned_terms", "planned_count", "planned"),
    *("spread", "name", "atom", "is_request", "order"),
)
VARYING_FIELDS = ("column", "terms", "count", "constant")
ROW_SPAN_FIELDS = ("first", "count")
TABLES = {
    "cells": CELL_FIELDS,
    "slots": SLOT_FIELDS,
    "outcomes": OUTCOME_FIELDS,
    "nodes": NODE_FIELDS,
    "ends": END_FIELDS,
    "columns": COLUMN_FIELDS,
    "varying": VARYING_FIELDS,
    "spans": ROW_SPAN_FIELDS,
}
"""The tables of a store of ways, and what a row of each holds."""
NO_ORDER = 2**30
"""The order of a register that is no time of something pending."""


class DrawName(NamedTuple):
    """The name of a draw, whose numbers are fixed on a way."""

    purpose: str
    entity: tuple[int, ...]


class WayStore:
    """The ways of one design in one scenario. They only grow."""

    def __init__(self) -> None:
        self.cells: list[list[int]] = []
        self.slots: list[list[int]] = []
        self.outcomes: list[list[int]] = []
        self.nodes: list[list[int]] = []
        self.ends: list[list[int]] = []
        self.columns: list[list[int]] = []
        self.varying: list[list[int]] = []
        self.spans: list[list[int]] = []
        self.rows: list[list[int]] = []
        self.shares: list[float] = []
        self.term_at: list[int] = []
        self.term_factor: list[int] = []
        self.spreads = SpreadArrays()
        self.names: dict[DrawName, int] = {}
        self.first = [NOT_THERE] * 4
        """The spread and the name of the recording's duration, and of the object's clock."""
        self.root = [[NOT_THERE]]
        self.most_registers = self.most_atoms = 1

    # --- what is shared ----------------------------------------------------------------------

    def terms(self, expression: Expression) -> tuple[int, int, int]:
        """An expression: where its terms begin, how many there are, and the constant."""
        at = len(self.term_at)
        for register, factor in expression.terms:
            self.term_at.append(register)
            self.term_factor.append(factor)
        return at, len(expression.terms), expression.constant

    def name(self, purpose: str, entity: tuple[int, ...]) -> int:
        """The number of a name. Raises `NotCarried` for one that is too long."""
        name = DrawName(purpose, entity)
        if len(_bytes_of(name)) > NAME_BYTES_MAX:
            raise NotCarried(f"a draw whose name is long ({purpose})")
        return self.names.setdefault(name, len(self.names))

    # --- growing -----------------------------------------------------------------------------

    @property
    def begin(self) -> Spot:
        """Where every session begins."""
        return self.root, 0, 0

    def branch(self, number: int, is_yes: bool) -> Spot:
        """Where a question leads."""
        return self.cells, number, CELL_FIELDS.index("yes" if is_yes else "no")

    def judge_of(self, end: int) -> Spot:
        """Where the judging of a leaf begins."""
        return self.ends, end, END_FIELDS.index("judge")

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
                raise NotCarried("a way that asks something else the second time")
            return number
        given = dict.fromkeys(CELL_FIELDS, NOT_THERE) | {"kind": kind, **more}
        given["terms"], given["count"], given["constant"] = self.terms(expression)
        self.cells.append([given[name] for name in CELL_FIELDS])
        table, row, place = spot
        table[row][place] = len(self.cells) - 1
        return len(self.cells) - 1

    def node(self, choices: list[tuple[tuple[float, ...], int]], mark: int) -> int:
        """A new node; ``choices`` are the shares of the outcomes of what is pending, and the name
        of the draw that decides; ``mark`` tells what its registers are."""
        self.nodes.append([len(self.slots), len(choices), mark])
        for shares, name in choices:
            self.slots.append([len(self.outcomes), len(shares), name])
            self.outcomes += [[NOT_THERE] for _ in shares]
            self.shares += shares
        return len(self.nodes) - 1

    def row(self, fixed: list[int], varying: list[tuple[int, Expression]]) -> int:
        """A new row of results: its numbers, and those that hang on the atoms."""
        self.spans.append([len(self.varying), len(varying)])
        self.varying += [[column, *self.terms(expression)] for column, expression in varying]
        self.rows.append(fixed)
        return len(self.rows) - 1


class Frozen(NamedTuple):
    """Ways as three arrays, for compiled code; ``ints`` begins with where each table does."""

    ints: npt.NDArray[np.int64]
    floats: npt.NDArray[np.float64]
    """The shares of outcomes, then the values of distributions."""
    words: npt.NDArray[np.uint64]
    """The names of draws, a block each."""


PARTS = (*TABLES, "rows", "terms", "heads", "guides", "lengths")
"""The tables of ``ints``, in order."""
FIRST_INTS = ("root", *("duration", "duration_name", "clock", "clock_name"), "values", *PARTS)
"""What ``ints`` begins with."""


def as_arrays(ways: WayStore) -> Frozen:
    """Ways as arrays."""
    blocks = [_bytes_of(name) for name in ways.names]
    tables = {name: _flat(getattr(ways, name)) for name in (*TABLES, "rows")}
    tables["terms"] = _flat(zip(ways.term_at, ways.term_factor, strict=True))
    tables["heads"] = _flat(ways.spreads.heads)
    tables["guides"] = np.array(ways.spreads.guides, np.int64)
    tables["lengths"] = np.array([len(block) for block in blocks], np.int64)
    header = [ways.root[0][0], *ways.first, len(ways.shares)]
    at = len(FIRST_INTS)
    for name in PARTS:
        header.append(at)
        at += len(tables[name])
    words = b"".join(block.ljust(NAME_BYTES_MAX, b"\0") for block in blocks)
    return Frozen(
        np.concatenate([np.array(header, np.int64), *(tables[name] for name in PARTS)]),
        np.array([*ways.shares, *ways.spreads.values], np.float64),
        np.frombuffer(words, "<u8").reshape(-1, NAME_BYTES_MAX // 8).astype(np.uint64),
    )


def _flat(rows: Iterable[Sequence[int]]) -> npt.NDArray[np.int64]:
    return np.array(list(chain.from_iterable(rows)), np.int64)


def _bytes_of(name: DrawName) -> bytes:
    """The name of a draw as `Streams` hashes it."""
    return f"{name.purpose}{name.entity}".encode()
