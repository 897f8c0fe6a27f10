"""The ways in compiled code: a session is walked from node to node, to the row that it comes to.

What the walk does is what `model/table/walk.py` does, without a trace: the earliest of what is
pending happens, of several the one that was pending first; its tree leads to a leaf, and the leaf
gives the next registers. Where a branch is missing the session is given up, and Python walks it.

Tables and registers lie in few arrays, one behind another: what is handed from function to function
costs more than what is looked up. A name with ``AT`` is a place in a row, one with ``OF`` the place
where the beginning of a table stands.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from lastchunk.model.kernel.compiling import in_machine_code
from lastchunk.model.kernel.draws import session_hash, uniform
from lastchunk.model.kernel.quantiles import EVEN, GUIDE, IN_ROWS, TOO_NEAR
from lastchunk.model.kernel.ways import (
    AT_MOST_ZERO,
    CELL_FIELDS,
    COLUMN_FIELDS,
    DRAWN,
    END_FIELDS,
    FIRST_INTS,
    IS_ZERO,
    NO_ORDER,
    NODE_FIELDS,
    NOT_THERE,
    QUOTIENT,
    ROW_SPAN_FIELDS,
    SLOT_FIELDS,
    VARYING_FIELDS,
)

NOT_DRAWN = -(2**62)
"""A draw that only Python can give."""
_CELLS, _SLOTS, _OUTCOMES, _NODES, _ENDS, _COLUMNS, _VARYING, _SPANS, _ROWS, _TERMS, _HEADS = (
    FIRST_INTS.index(name)
    for name in (
        *("cells", "slots", "outcomes", "nodes", "ends", "columns", "varying", "spans"),
        *("rows", "terms", "heads"),
    )
)
_GUIDES, _LENGTHS, _VALUES = map(FIRST_INTS.index, ("guides", "lengths", "values"))
_DURATION = FIRST_INTS.index("duration")
_CELL, _SLOT, _NODE, _END, _COLUMN = map(
    len, (CELL_FIELDS, SLOT_FIELDS, NODE_FIELDS, END_FIELDS, COLUMN_FIELDS)
)
_VARIES, _SPAN = map(len, (VARYING_FIELDS, ROW_SPAN_FIELDS))


@in_machine_code
def _worth(ints: Any, at: Any, work: Any, base: Any) -> Any:
    """What an expression comes to; its registers lie behind ``base``."""
    total = ints[at + 2]
    term = ints[_TERMS] + 2 * ints[at]
    for each in range(term, term + 2 * ints[at + 1], 2):
        total += ints[each + 1] * work[base + ints[each]]
    return total


@in_machine_code
def _uniform(ints: Any, words: Any, begun: Any, name: Any) -> Any:
    return uniform(begun, words[name], ints[ints[_LENGTHS] + name])


@in_machine_code
def _quantile(ints: Any, floats: Any, spread: Any, u: Any) -> Any:
    """The value of a distribution, or `NOT_DRAWN`."""
    head = ints[_HEADS] + 5 * spread
    kind, low_ms, count, first = ints[head], ints[head + 1], ints[head + 2], ints[head + 3]
    first += ints[_VALUES]
    if kind == EVEN:
        return low_ms + np.int64(u * np.float64(count))
    if kind == IN_ROWS:
        return np.int64(floats[first + np.int64(u * np.float64(count))])
    bucket = ints[_GUIDES] + ints[head + 4] + np.int64(u * GUIDE)
    left, right = ints[bucket], ints[bucket + 1]
    while left < right:
        middle = (left + right) >> 1
        if floats[first + middle] <= u:
            left = middle + 1
        else:
            right = middle
    if left == count or floats[first + left] - u < TOO_NEAR:
        return NOT_DRAWN
    if left > 0 and u - floats[first + left - 1] < TOO_NEAR:
        return NOT_DRAWN
    return low_ms + left


@in_machine_code
def _drawn(ints: Any, floats: Any, words: Any, begun: Any, spread: Any, name: Any) -> Any:
    """A draw by its name."""
    return _quantile(ints, floats, spread, _uniform(ints, words, begun, name))


@in_machine_code
def _fall(
    ints: Any, floats: Any, words: Any, begun: Any, cell: Any, work: Any, base: Any, atoms: Any
) -> Any:
    """The end of a tree that a session comes to: what its cell says, or `NOT_THERE`."""
    while cell != NOT_THERE:
        at = ints[_CELLS] + _CELL * cell
        kind, yes = ints[at], ints[at + 4]
        if kind == AT_MOST_ZERO:
            cell = yes if _worth(ints, at + 1, work, base) <= 0 else ints[at + 5]
        elif kind == IS_ZERO:
            cell = yes if _worth(ints, at + 1, work, base) == 0 else ints[at + 5]
        elif kind in (QUOTIENT, DRAWN):
            if kind == QUOTIENT:
                value = _worth(ints, at + 1, work, base) // ints[at + 8]
            else:
                value = _drawn(ints, floats, words, begun, ints[at + 8], ints[at + 9])
            if value == NOT_DRAWN:
                return NOT_THERE
            work[base + ints[at + 6]] = value
            work[atoms + ints[at + 7]] = value
            cell = yes
        else:
            return yes
    return NOT_THERE


@in_machine_code
def _first(count: Any, work: Any, x: Any, orders: Any) -> Any:
    """What comes next: the earliest, and of several the one that was pending first."""
    first, least = 0, work[x]
    for at in range(1, count):
        due = work[x + at]
        if due < least or (due == least and work[orders + at] < work[orders + first]):
            first, least = at, due
    return first


@in_machine_code
def _delay(
    ints: Any, floats: Any, words: Any, begun: Any, at: Any, work: Any, base: Any, legs: Any
) -> Any:
    """The drawn delay of a column, or `NOT_DRAWN`; 0 where none is. Request legs are counted."""
    spread, is_request = ints[at + 6], ints[at + 9]
    delay = _worth(ints, at + 3, work, base)
    drawn = 0
    if spread != NOT_THERE:
        drawn = _drawn(ints, floats, words, begun, spread, ints[at + 7])
        if drawn == NOT_DRAWN:
            return NOT_DRAWN
        delay = max(np.int64(0), delay + drawn)
        drawn = delay
    if is_request == 1:
        legs[0] += 1
        legs[1] += delay
    return drawn


@in_machine_code
def _arrive(
    ints: Any,
    floats: Any,
    words: Any,
    begun: Any,
    end: Any,
    born: Any,
    work: Any,
    places: Any,
    legs: Any,
) -> Any:
    """The registers of the next state and their orders; whether all could be drawn."""
    x, y, orders, others, atoms = places
    at = ints[_COLUMNS] + _COLUMN * ints[end]
    count, unseen = ints[end + 1], ints[end + 2]
    for number in range(count + unseen):
        drawn = 0
        if ints[at + 6] != NOT_THERE or ints[at + 9] == 1:
            drawn = _delay(ints, floats, words, begun, at, work, x, legs)
            if drawn == NOT_DRAWN:
                return False
            if ints[at + 8] != NOT_THERE:
                work[atoms + ints[at + 8]] = drawn
        if number < count:
            work[y + number] = _worth(ints, at, work, x) + drawn
            order = ints[at + 10]
            if order < 0:
                work[others + number] = born - 1 - order
            elif order != NO_ORDER:
                work[others + number] = work[orders + order]
        at += _COLUMN
    return True


@in_machine_code
def _outcome(ints: Any, floats: Any, words: Any, begun: Any, slot: Any) -> Any:
    """The cell that the outcome of what happens leads to."""
    at = ints[_SLOTS] + _SLOT * slot
    first, count, name = ints[at], ints[at + 1], ints[at + 2]
    outcome = first
    if count > 1:
        u = _uniform(ints, words, begun, name)
        while outcome < first + count:
            u -= floats[outcome]
            if u < 0:
                break
            outcome += 1
        outcome = min(outcome, first + count - 1)
    return ints[ints[_OUTCOMES] + outcome]


@in_machine_code
def _begun(ints: Any, floats: Any, words: Any, begun: Any, work: Any, x: Any, atoms: Any) -> Any:
    """The registers of a session that begins; whether all could be drawn."""
    for at in range(2):
        spread, value = ints[_DURATION + 2 * at], 0
        if spread != NOT_THERE:
            value = _drawn(ints, floats, words, begun, spread, ints[_DURATION + 2 * at + 1])
        work[x + at + 1] = work[atoms + at] = value
    return work[atoms] != NOT_DRAWN and work[atoms + 1] != NOT_DRAWN


@in_machine_code
def _session(
    ints: Any,
    floats: Any,
    words: Any,
    begun: Any,
    work: Any,
    places: Any,
    legs: Any,
    horizon_ms: Any,
    most: Any,
) -> Any:
    """Walk one session. Returns the cell at which its judging begins, or `NOT_THERE`."""
    x, y, orders, others, atoms = places
    if not _begun(ints, floats, words, begun, work, x, atoms):
        return NOT_THERE
    cell, born = ints[0], 0
    for _ in range(most + 1):
        end = _fall(ints, floats, words, begun, cell, work, x, atoms)
        if end == NOT_THERE:
            return NOT_THERE
        end = ints[_ENDS] + _END * end
        places = (x, y, orders, others, atoms)
        if not _arrive(ints, floats, words, begun, end, born, work, places, legs):
            return NOT_THERE
        if ints[end + 3] == NOT_THERE:
            return ints[end + 4]
        born += ints[end + 5]
        x, y = y, x
        orders, others = others, orders
        node = ints[_NODES] + _NODE * ints[end + 3]
        first = _first(ints[node + 1], work, x, orders)
        if work[x + first] > horizon_ms:
            return NOT_THERE
        cell = _outcome(ints, floats, words, begun, ints[node] + first)
    return NOT_THERE


@in_machine_code
def walked(
    ints: Any,
    floats: Any,
    words: Any,
    seed: Any,
    sessions: Any,
    limits: Any,
    found: Any,
    rows: Any,
    legs: Any,
) -> None:
    """Walk sessions: whether each came to a row, its numbers, and its request legs.

    ``limits`` are the horizon, how often something may happen, and how many registers there are.
    """
    horizon_ms, most, width = limits
    places = (0, width, 2 * width, 3 * width, 4 * width)
    atoms = 4 * width
    work, block = np.zeros(5 * width, np.int64), np.empty(16, np.uint64)
    columns = rows.shape[1]
    for number in range(len(sessions)):
        begun = session_hash(seed, sessions[number], block)
        legs[number, 0] = 0
        legs[number, 1] = 0
        cell = _session(ints, floats, words, begun, work, places, legs[number], horizon_ms, most)
        row = _fall(ints, floats, words, begun, cell, work, atoms, atoms)
        found[number] = row != NOT_THERE
        if row == NOT_THERE:
            continue
        first = ints[_ROWS] + columns * row
        for column in range(columns):
            rows[number, column] = ints[first + column]
        span = ints[_SPANS] + _SPAN * row
        at = ints[_VARYING] + _VARIES * ints[span]
        for _ in range(ints[span + 1]):
            rows[number, ints[at]] = _worth(ints, at + 1, work, atoms)
            at += _VARIES
