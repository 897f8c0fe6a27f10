"""The nodes in compiled code: a session is walked from node to node, to the row that it comes to.

What the walk does is what `model/table/walk.py` does, without a trace: the earliest of what is
pending happens, of several the one that was pending first; its tree leads to an end, and the end
tells what goes to memory and gives the next registers. Where a branch is missing the session is
given up, and Python walks it.

``tables`` are the four arrays of `Frozen`. ``session`` is what its draws begin with, its numbers,
and a block for the names of draws, as letters and as words. All are pointers: an array's owners
would be counted at each call. Behind a session's numbers lie the orders of what is pending, and
what waits to be moved. A name of a table is the place where its beginning stands.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from lastchunk.model.kernel.compiling import in_machine_code, pointer_to, worked_in
from lastchunk.model.kernel.draws import SHORT_NAME, session_hash, uniform
from lastchunk.model.kernel.names import NAME_BYTES_MAX
from lastchunk.model.kernel.nodes import (
    AT_MOST_ZERO,
    BORN,
    CELL_FIELDS,
    DRAWN,
    END_FIELDS,
    FIRST_INTS,
    FIRST_REGISTER,
    IS_ZERO,
    LEGS_SEEN,
    MOVE_FIELDS,
    NAME_FIELDS,
    NEW_STEP,
    NO_ORDER,
    NODE_AT,
    NODE_FIELDS,
    NOT_THERE,
    ONE_PLACE,
    ONLY_PYTHON,
    ORDERS,
    PART_FIELDS,
    QUOTIENT,
    ROW_SPAN_FIELDS,
    SLOT_FIELDS,
    VARYING_FIELDS,
    WAITING,
)
from lastchunk.model.kernel.quantiles import EVEN, GUIDE, IN_ROWS, TOO_NEAR
from lastchunk.model.table.start import BEGUN_WITH

NOT_DRAWN = -(2**62)
"""A draw that only Python can give."""
_CELLS, _SLOTS, _OUTCOMES, _NODES, _ENDS, _MOVES = (
    FIRST_INTS.index(name) for name in ("cells", "slots", "outcomes", "nodes", "ends", "moves")
)
_VARYING, _SPANS, _NAMES, _PARTS, _ROWS, _TERMS, _HEADS, _GUIDES, _BEGUN_WITH = (
    FIRST_INTS.index(name)
    for name in (
        *("varying", "spans", "name_rows", "parts", "rows", "terms", "heads", "guides"),
        "begun_with",
    )
)
_BEGUN, _VALUES, _MEMORY = map(FIRST_INTS.index, ("begun", "values", "memory"))
_CELL, _SLOT, _NODE, _END, _MOVE = map(
    len, (CELL_FIELDS, SLOT_FIELDS, NODE_FIELDS, END_FIELDS, MOVE_FIELDS)
)
_VARIES, _SPAN, _NAME, _PART = map(len, (VARYING_FIELDS, ROW_SPAN_FIELDS, NAME_FIELDS, PART_FIELDS))
_BEGIN_WITH = len(BEGUN_WITH)
_BLOCK_WORDS = NAME_BYTES_MAX // 8
_MINUS, _DIGIT = 45, 48


@worked_in
def _worth(ints: Any, at: Any, work: Any) -> Any:
    """What an expression comes to."""
    if ints[at + 1] == ONE_PLACE:
        return ints[at + 2] + work[ints[at]]
    total = ints[at + 2]
    term = ints[_TERMS] + 2 * ints[at]
    for each in range(term, term + 2 * ints[at + 1], 2):
        total += ints[each + 1] * work[ints[each]]
    return total


@in_machine_code
def _spelled(tables: Any, session: Any, row: Any) -> Any:
    """A name whose numbers are a session's, spelled into a block. Returns its length."""
    ints, _, _, letters = tables
    _, work, block, _ = session
    at, part = 0, ints[_PARTS] + _PART * ints[row + 1]
    for _ in range(ints[row + 2]):
        first = ints[part]
        for letter in range(first, first + ints[part + 1]):
            block[at] = letters[letter]
            at += 1
        if ints[part + 2] == 1:
            number = _worth(ints, part + 3, work)
            if number < 0:
                block[at] = _MINUS
                at += 1
                number = -number
            power = 1
            while number // power >= 10:
                power *= 10
            while power > 0:
                block[at] = _DIGIT + number // power % 10
                at += 1
                power //= 10
        part += _PART
    for rest in range(at, SHORT_NAME if at <= SHORT_NAME else NAME_BYTES_MAX):
        block[rest] = 0
    return at


@in_machine_code
def _uniform(tables: Any, session: Any, name: Any) -> Any:
    """A draw by its name, as `Streams.uniform` gives it."""
    ints, _, words, _ = tables
    begun, _, _, spelled = session
    row = ints[_NAMES] + _NAME * name
    length = ints[row]
    if length != NOT_THERE:
        return uniform(begun, words, _BLOCK_WORDS * name, length)
    return uniform(begun, spelled, 0, _spelled(tables, session, row))


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
def _fall(tables: Any, session: Any, cell: Any) -> Any:
    """The end of a tree that a session comes to: what its cell says; `NEW_STEP`, `ONLY_PYTHON`."""
    ints, floats, _, _ = tables
    _, work, _, _ = session
    while cell != NOT_THERE:
        at = ints[_CELLS] + _CELL * cell
        kind, yes = ints[at], ints[at + 4]
        if kind == AT_MOST_ZERO:
            cell = yes if _worth(ints, at + 1, work) <= 0 else ints[at + 5]
        elif kind == IS_ZERO:
            cell = yes if _worth(ints, at + 1, work) == 0 else ints[at + 5]
        elif kind == QUOTIENT:
            work[ints[at + 6]] = _worth(ints, at + 1, work) // ints[at + 7]
            cell = yes
        elif kind == DRAWN:
            u = _uniform(tables, session, ints[at + 8])
            value = _quantile(ints, floats, ints[at + 7], u)
            if value == NOT_DRAWN:
                return ONLY_PYTHON
            work[ints[at + 6]] = value
            cell = yes
        else:
            return yes
    return NEW_STEP


@in_machine_code
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


@in_machine_code
def _arrival(tables: Any, session: Any, move: Any) -> Any:
    """The delay of what has just become pending, or `NOT_DRAWN`; request legs are counted."""
    ints, floats, _, _ = tables
    _, work, _, _ = session
    spread, delay = ints[move + 7], 0
    planned = _worth(ints, move + 4, work)
    if spread != NOT_THERE:
        u = _uniform(tables, session, ints[move + 8])
        delay = _quantile(ints, floats, spread, u)
        if delay == NOT_DRAWN:
            return NOT_DRAWN
        delay = planned = max(np.int64(0), planned + delay)
    if ints[move + 9] == 1:
        work[LEGS_SEEN] += 1
        work[LEGS_SEEN + 1] += planned
    return delay


@in_machine_code
def _arrive(tables: Any, session: Any, end: Any, born: Any) -> Any:
    """The numbers at the next node: all are worked out before one is moved. Whether all could be
    drawn."""
    ints, _, _, _ = tables
    _, work, _, _ = session
    first, count = ints[_MOVES] + _MOVE * ints[end], ints[end + 1]
    move = first
    for number in range(count + ints[end + 2]):
        delay = 0
        if ints[move + 7] != NOT_THERE or ints[move + 9] == 1:
            delay = _arrival(tables, session, move)
            if delay == NOT_DRAWN:
                return False
        if number < count:
            work[WAITING + 2 * number] = _worth(ints, move + 1, work) + delay
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


@in_machine_code
def _outcome(tables: Any, session: Any, slot: Any) -> Any:
    """The cell that the outcome of what happens leads to."""
    ints, floats, _, _ = tables
    first, count = ints[slot], ints[slot + 1]
    outcome = first
    if count > 1:
        u = _uniform(tables, session, ints[slot + 2])
        while outcome < first + count:
            u -= floats[outcome]
            if u < 0:
                break
            outcome += 1
        outcome = min(outcome, first + count - 1)
    return ints[ints[_OUTCOMES] + outcome]


@in_machine_code
def _begin(tables: Any, session: Any) -> Any:
    """The registers of a session that begins; whether all could be drawn."""
    ints, floats, _, _ = tables
    _, work, _, _ = session
    for place in range(ints[_MEMORY]):
        work[place] = 0
    for place in range(FIRST_REGISTER, FIRST_REGISTER + _BEGIN_WITH):
        work[place] = 0
    row = ints[_BEGUN_WITH]
    for _ in range(ints[_BEGUN]):
        u = _uniform(tables, session, ints[row + 2])
        value = _quantile(ints, floats, ints[row + 1], u)
        if value == NOT_DRAWN:
            return False
        work[ints[row]] = value
        row += 3
    return True


@in_machine_code
def _session(tables: Any, session: Any, limits: Any) -> Any:
    """Walk one session. Returns its row, `NEW_STEP` or `ONLY_PYTHON`."""
    ints, _, _, _ = tables
    _, work, _, _ = session
    horizon_ms, most = limits
    work[NODE_AT], work[BORN] = NOT_THERE, 0
    if not _begin(tables, session):
        return ONLY_PYTHON
    cell = ints[0]
    for _ in range(most + 1):
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
    letters: Any,
    seed: Any,
    sessions: Any,
    limits: Any,
    room: Any,
    came_to: Any,
    rows: Any,
    legs: Any,
    places: Any,
) -> None:
    """Walk sessions: what each came to, its numbers, and its request legs.

    ``limits`` are the horizon, and how often something may happen; ``room`` is a session's numbers,
    and a block to spell a name in. Both are the caller's, as pointers lead there. ``places`` has
    room for the numbers of the first sessions that come to an unknown step, as they are there.
    """
    columns = rows.shape[1]
    numbers, letter_block = room
    begin_block = np.zeros(_BLOCK_WORDS, np.uint64)
    work, block = pointer_to(numbers), pointer_to(letter_block)
    spelled = pointer_to(letter_block.view(np.uint64))
    table = pointer_to(ints)
    tables = (table, pointer_to(floats), pointer_to(words), pointer_to(letters))
    unknown = 0
    for number in range(len(sessions)):
        begun = session_hash(seed, sessions[number], begin_block)
        numbers[LEGS_SEEN:NODE_AT] = 0
        row = _session(tables, (begun, work, block, spelled), limits)
        came_to[number] = row
        if row < 0:
            if row == NEW_STEP and unknown < len(places):
                places[unknown] = numbers
                unknown += 1
            continue
        legs[number] = numbers[LEGS_SEEN:NODE_AT]
        first = ints[_ROWS] + columns * row
        for column in range(columns):
            rows[number, column] = ints[first + column]
        span = ints[_SPANS] + _SPAN * row
        at = ints[_VARYING] + _VARIES * ints[span]
        for _ in range(ints[span + 1]):
            rows[number, ints[at]] = _worth(table, at + 1, work)
            at += _VARIES
