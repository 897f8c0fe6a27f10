"""The nodes in compiled code: a session is walked from node to node, to the row that it comes to.

What the walk does is what `model/table/walk.py` does, without a trace: the earliest of what is
pending happens, of several the one that was pending first; its tree leads to an end, and the end
tells what goes to memory and gives the next registers. Where a branch is missing the session is
given up, and Python walks it.

``tables`` are the three arrays of `Frozen`. ``session`` is the key of its draws, its numbers, and
the rates of its uplink. All are pointers: an array's owners would be counted at each call. Behind a
session's numbers lie the orders of what is pending, what waits to be moved, and what is on its
uplink. A name of a table is the place where its beginning stands.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from lastchunk.model.kernel.base.compiling import called_inside, in_machine_code, pointer_to
from lastchunk.model.kernel.base.draws import compiled_key
from lastchunk.model.kernel.drawing import NOT_DRAWN, draw_at, quantile, sum_at
from lastchunk.model.kernel.nodes import (
    AT_MOST_ZERO,
    BORN,
    CELL_FIELDS,
    DRAWN,
    END_FIELDS,
    FIRST_INTS,
    FIRST_REGISTER,
    IS_ZERO,
    LEAF,
    LEGS_SEEN,
    MOVE_FIELDS,
    NEW_STEP,
    NO_ORDER,
    NODE_AT,
    NODE_FIELDS,
    NOT_THERE,
    ONLY_PYTHON,
    ORDERS,
    QUOTIENT,
    ROW_SPAN_FIELDS,
    SLOT_FIELDS,
    TRANSFER_BEGINS,
    TRANSFER_ENDS,
    UPLINK,
    VARYING_FIELDS,
    WAITING,
)
from lastchunk.model.kernel.uplink import (
    begin_uplink,
    first_to_end,
    take_back,
    transfer_begins,
    transfer_ends,
)
from lastchunk.model.kernel.uplink_rows import AT_MS, IS_KEPT, USED
from lastchunk.model.table.start import BEGUN_WITH

_CELLS, _SLOTS, _OUTCOMES, _NODES, _ENDS, _MOVES = (
    FIRST_INTS.index(name) for name in ("cells", "slots", "outcomes", "nodes", "ends", "moves")
)
_VARYING, _SPANS, _ROWS, _BEGUN_WITH, _BEGUN, _MEMORY = map(
    FIRST_INTS.index, ("varying", "spans", "rows", "begun_with", "begun", "memory")
)
_CELL, _SLOT, _NODE, _END, _MOVE = map(
    len, (CELL_FIELDS, SLOT_FIELDS, NODE_FIELDS, END_FIELDS, MOVE_FIELDS)
)
_VARIES, _SPAN = map(len, (VARYING_FIELDS, ROW_SPAN_FIELDS))
_BEGIN_WITH = len(BEGUN_WITH)


@called_inside
def _fall(tables: Any, session: Any, cell: Any) -> Any:
    """The end of a tree that a session comes to: what its cell says; `NEW_STEP`, `ONLY_PYTHON`."""
    ints, floats, _ = tables
    work = session[1]
    while cell != NOT_THERE:
        at = ints[_CELLS] + _CELL * cell
        kind, yes = ints[at], ints[at + 4]
        if kind == AT_MOST_ZERO:
            cell = yes if sum_at(ints, at + 1, work) <= 0 else ints[at + 5]
        elif kind == IS_ZERO:
            cell = yes if sum_at(ints, at + 1, work) == 0 else ints[at + 5]
        elif kind == QUOTIENT:
            work[ints[at + 6]] = sum_at(ints, at + 1, work) // ints[at + 7]
            cell = yes
        elif kind == DRAWN:
            u = draw_at(tables, session, ints[at + 8])
            value = quantile(ints, floats, ints[at + 7], u)
            if value == NOT_DRAWN:
                return ONLY_PYTHON
            work[ints[at + 6]] = value
            cell = yes
        elif kind == LEAF:
            return yes
        else:
            if not _on_uplink(tables, session, at):
                return ONLY_PYTHON
            cell = yes
    take_back(work)
    return NEW_STEP


@called_inside
def _on_uplink(tables: Any, session: Any, at: Any) -> Any:
    """A transfer begins or ends, or the first to end is asked for. Whether that could be done."""
    ints, work = tables[0], session[1]
    kind, now_ms = ints[at], sum_at(ints, at + 1, work)
    if kind == TRANSFER_BEGINS:
        return transfer_begins(tables, session, sum_at(ints, at + 6, work), now_ms)
    if kind == TRANSFER_ENDS:
        return transfer_ends(tables, session, ints[at + 5], now_ms)
    due_ms = first_to_end(tables, session, now_ms)
    work[ints[at + 6]] = due_ms
    return due_ms != NOT_DRAWN


@called_inside
def _first(ints: Any, node: Any, work: Any) -> Any:
    """What comes next: the earliest, and of several the one that was pending first."""
    slot = ints[_SLOTS] + _SLOT * ints[node]
    first, place = slot, ints[slot + 3]
    least = work[place]
    for _ in range(1, ints[node + 1]):
        slot += _SLOT
        other = ints[slot + 3]
        due = work[other]
        if due < least or (due == least and work[ORDERS + other] < work[ORDERS + place]):
            first, place, least = slot, other, due
    return first


@called_inside
def _arrival(tables: Any, session: Any, move: Any) -> Any:
    """The delay of what has just become pending, or `NOT_DRAWN`; request legs are counted."""
    ints, floats, _ = tables
    work = session[1]
    spread, delay = ints[move + 7], 0
    planned = sum_at(ints, move + 4, work)
    if spread != NOT_THERE:
        u = draw_at(tables, session, ints[move + 8])
        delay = quantile(ints, floats, spread, u)
        if delay == NOT_DRAWN:
            return NOT_DRAWN
        delay = planned = max(np.int64(0), planned + delay)
    if ints[move + 9] == 1:
        work[LEGS_SEEN] += 1
        work[LEGS_SEEN + 1] += planned
    return delay


@called_inside
def _arrive(tables: Any, session: Any, end: Any, born: Any) -> Any:
    """The numbers at the next node: all are worked out before one is moved. Whether all could be
    drawn."""
    ints, _, _ = tables
    work = session[1]
    first, count = ints[_MOVES] + _MOVE * ints[end], ints[end + 1]
    move = first
    for number in range(count + ints[end + 2]):
        delay = 0
        if ints[move + 7] != NOT_THERE or ints[move + 9] == 1:
            delay = _arrival(tables, session, move)
            if delay == NOT_DRAWN:
                return False
        if number < count:
            work[WAITING + 2 * number] = sum_at(ints, move + 1, work) + delay
            order = ints[move + 10]
            if order != NO_ORDER:
                order = born - 1 - order if order < 0 else work[ORDERS + order]
                work[WAITING + 2 * number + 1] = order
        move += _MOVE
    move = first
    for number in range(count):
        place = ints[move]
        work[place] = work[WAITING + 2 * number]
        if ints[move + 10] != NO_ORDER:
            work[ORDERS + place] = work[WAITING + 2 * number + 1]
        move += _MOVE
    return True


@called_inside
def _outcome(tables: Any, session: Any, slot: Any) -> Any:
    """The cell that the outcome of what happens leads to."""
    ints, floats, _ = tables
    first, count = ints[slot], ints[slot + 1]
    outcome = first
    if count > 1:
        u = draw_at(tables, session, ints[slot + 2])
        while outcome < first + count:
            u -= floats[outcome]
            if u < 0:
                break
            outcome += 1
        outcome = min(outcome, first + count - 1)
    return ints[ints[_OUTCOMES] + outcome]


@called_inside
def _begin(tables: Any, session: Any) -> Any:
    """The registers of a session that begins; whether all could be drawn."""
    ints, floats, _ = tables
    work = session[1]
    for place in range(ints[_MEMORY]):
        work[place] = 0
    for place in range(FIRST_REGISTER, FIRST_REGISTER + _BEGIN_WITH):
        work[place] = 0
    row = ints[_BEGUN_WITH]
    for _ in range(ints[_BEGUN]):
        u = draw_at(tables, session, ints[row + 2])
        value = quantile(ints, floats, ints[row + 1], u)
        if value == NOT_DRAWN:
            return False
        work[ints[row]] = value
        row += 3
    begin_uplink(tables, session)
    return True


@called_inside
def _session(tables: Any, session: Any, limits: Any) -> Any:
    """Walk one session. Returns its row, `NEW_STEP` or `ONLY_PYTHON`."""
    ints, _, _ = tables
    work = session[1]
    horizon_ms, most = limits
    work[NODE_AT], work[BORN] = NOT_THERE, 0
    if not _begin(tables, session):
        return ONLY_PYTHON
    cell = ints[0]
    for _ in range(most + 1):
        work[UPLINK + IS_KEPT] = 0
        end = _fall(tables, session, cell)
        if end < 0:
            return end
        end = ints[_ENDS] + _END * end
        if not _arrive(tables, session, end, work[BORN]):
            return ONLY_PYTHON
        if ints[end + 3] == NOT_THERE:
            return ints[end + 4]
        work[NODE_AT] = ints[end + 3]
        work[BORN] += ints[end + 5]
        slot = _first(ints, ints[_NODES] + _NODE * ints[end + 3], work)
        if work[ints[slot + 3]] > horizon_ms:
            return ONLY_PYTHON
        cell = _outcome(tables, session, slot)
    return ONLY_PYTHON


@in_machine_code
def walked(
    ints: Any,
    floats: Any,
    words: Any,
    seed: Any,
    sessions: Any,
    limits: Any,
    room: Any,
    came_to: Any,
    rows: Any,
    legs: Any,
    places: Any,
) -> None:
    """Walk sessions: what each came to, its numbers, its request legs, and what its uplink had.

    ``limits`` are the horizon, and how often something may happen; ``room`` is a session's numbers,
    and rates. All are the caller's, as pointers lead there. ``places``
    has room for the numbers of the first sessions that come to an unknown step, as they are there.
    """
    columns = rows.shape[1]
    numbers, rates = room
    work = pointer_to(numbers)
    table = pointer_to(ints)
    tables = (table, pointer_to(floats), pointer_to(words))
    normal = np.zeros(1, np.float64)
    shared = pointer_to(rates), pointer_to(normal)
    unknown = 0
    for number in range(len(sessions)):
        key = compiled_key(seed, sessions[number])
        numbers[LEGS_SEEN] = numbers[LEGS_SEEN + 1] = 0
        row = _session(tables, (key, work, *shared), limits)
        came_to[number] = row
        if row < 0:
            if row == NEW_STEP and unknown < len(places):
                for place in range(len(numbers)):
                    places[unknown, place] = numbers[place]
                unknown += 1
            continue
        legs[number, 0], legs[number, 1] = numbers[LEGS_SEEN], numbers[LEGS_SEEN + 1]
        legs[number, 2], legs[number, 3] = numbers[UPLINK + USED], numbers[UPLINK + AT_MS]
        first = ints[_ROWS] + columns * row
        for column in range(columns):
            rows[number, column] = ints[first + column]
        span = ints[_SPANS] + _SPAN * row
        at = ints[_VARYING] + _VARIES * ints[span]
        for _ in range(ints[span + 1]):
            rows[number, ints[at]] = sum_at(table, at + 1, work)
            at += _VARIES
