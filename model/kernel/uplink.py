"""A session's uplink in compiled code: what `model/world/edge/uplink.py` does, by the same sums.

``tables`` and ``session`` are those of `loop.py`. What cannot be told here, since a session has too
many transfers or rates, or a rate lies at the very edge of two whole numbers of bits, is left to
Python: then a function gives `NOT_DRAWN`, or says that it could not be done.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from lastchunk.model.kernel.base.compiling import called_inside, worked_in
from lastchunk.model.kernel.base.normal import normal_quantile
from lastchunk.model.kernel.drawing import NOT_DRAWN, draw_at
from lastchunk.model.kernel.nodes import FIRST_INTS, UPLINK
from lastchunk.model.kernel.uplink_rows import (
    AT_MS,
    BEGAN,
    FIRST_ENDS,
    GONE_BEFORE,
    INTERVAL,
    INTERVALS_MAX,
    IS_KEPT,
    KEPT_STATE,
    KNOWN_COUNT,
    KNOWN_KEYS,
    LEFT,
    NO_UPLINK,
    OF_ONE_RATE,
    OFFSET_MS,
    REPEATED,
    REST_BITS,
    STATE_ROOM,
    TRANSFER_KEYS,
    TRANSFERS_MAX,
    TURN,
    UNDER_WAY,
    UNTAKEN,
    UNTAKEN_KEYS,
    USED,
)
from lastchunk.model.scenario.mahimahi import PACKET_BYTES
from lastchunk.model.world.edge.rate_curve import FURTHEST, POINTS_PER_UNIT
from lastchunk.model.world.edge.uplink import PACKET_BITS

_UPLINK, _RATES = FIRST_INTS.index("uplink"), FIRST_INTS.index("rates")
_TIMES = 4
"""Where the opportunities of a measured uplink begin, behind its kind."""
_CURVE = 2
EDGE, EDGE_SHARE = 2.0**-20, 2.0**-40
"""A rate in bits that lies so near to half a bit, and by this share of it nearer, may be rounded
otherwise in Python."""
PRODUCT_MAX = 2**62
"""A larger product of bits and times may be none that 64 bits hold. Of more than 2**39 bits an
interval all are near an edge."""


@called_inside
def begin_uplink(tables: Any, session: Any) -> Any:
    """Nothing is under way yet."""
    ints, work = tables[0], session[1]
    if ints[ints[_UPLINK]] == NO_UPLINK:
        return
    state = UPLINK
    for place in range(state, state + KNOWN_COUNT + 1):
        work[place] = 0
    work[state + IS_KEPT] = 0
    work[state + INTERVAL] = work[state + REST_BITS] = 0
    if ints[ints[_UPLINK]] == REPEATED:
        uplink = ints[_UPLINK]
        u = draw_at(tables, session, ints[uplink + 3])
        work[state + OFFSET_MS] = np.int64(u * np.float64(ints[uplink + 1]))
        work[state + GONE_BEFORE] = _in_trace(ints, work[state + OFFSET_MS])


# --- opportunities ---------------------------------------------------------------------------


@called_inside
def _in_trace(ints: Any, t_ms: Any) -> Any:
    """Opportunities of a measured uplink up to a time of its own."""
    uplink = ints[_UPLINK]
    period_ms, count = ints[uplink + 1], ints[uplink + 2]
    laps, rest_ms = t_ms // period_ms, t_ms % period_ms
    left, right = np.int64(0), count
    while left < right:
        middle = (left + right) >> 1
        if ints[uplink + _TIMES + middle] <= rest_ms:
            left = middle + 1
        else:
            right = middle
    return laps * count + left


@worked_in
def _rate_at(floats: Any, curve: Any, normal: Any) -> Any:
    """The rate in kbit/s for a normal, as `rate_at` gives it."""
    position = (min(max(normal, -FURTHEST), FURTHEST) + FURTHEST) * POINTS_PER_UNIT
    at = np.int64(position)
    t = position - np.float64(at)
    before, here = floats[curve + at], floats[curve + at + 1]
    after, last = floats[curve + at + 2], floats[curve + at + 3]
    left, right, far = t + 1.0, t - 1.0, t - 2.0
    return (
        here * (left * right * far * 0.5)
        - after * (left * t * far * 0.5)
        + (last * (left * t * right) - before * (t * right * far)) * (1.0 / 6.0)
    )


@called_inside
def _extended(tables: Any, session: Any) -> Any:
    """Draw the rate of one interval more. Whether that could be done."""
    ints, floats = tables[0], tables[1]
    work, packets, normal = session[1], session[2], session[3]
    uplink, first = ints[_UPLINK], ints[_RATES]
    number = work[UPLINK + INTERVAL]
    if number + 1 >= INTERVALS_MAX:
        return False
    fresh = normal_quantile(draw_at(tables, session, ints[uplink + 2]))
    if number == 0:
        packets[0] = 0
        normal[0] = fresh
    else:
        normal[0] = floats[first] * normal[0] + floats[first + 1] * fresh
    rate_kbps = _rate_at(floats, first + _CURVE, normal[0])
    exact = rate_kbps * np.float64(ints[uplink + 1])
    bits = np.floor(exact)
    if abs(exact - bits - 0.5) < EDGE + EDGE_SHARE * exact:
        return False
    if exact * np.float64(ints[uplink + 1]) > PRODUCT_MAX:
        return False
    rounded = np.int64(bits)
    if exact - bits > 0.5:
        rounded += 1
    rounded = work[UPLINK + REST_BITS] + max(np.int64(0), rounded)
    packets[number + 1] = packets[number] + rounded // PACKET_BITS
    work[UPLINK + REST_BITS] = rounded % PACKET_BITS
    work[UPLINK + INTERVAL] = number + 1
    return True


@called_inside
def _packets_by(tables: Any, session: Any, t_ms: Any) -> Any:
    """Opportunities up to a time, or `NOT_DRAWN`."""
    ints, work, packets = tables[0], session[1], session[2]
    uplink = ints[_UPLINK]
    kind = ints[uplink]
    if kind == OF_ONE_RATE:
        if t_ms > PRODUCT_MAX // ints[uplink + 1]:
            return NOT_DRAWN
        return t_ms * ints[uplink + 1] // PACKET_BITS
    if kind == REPEATED:
        return _in_trace(ints, work[UPLINK + OFFSET_MS] + t_ms) - work[UPLINK + GONE_BEFORE]
    interval_ms = ints[uplink + 1]
    interval, within_ms = t_ms // interval_ms, t_ms % interval_ms
    while work[UPLINK + INTERVAL] <= interval:
        if not _extended(tables, session):
            return NOT_DRAWN
    before, after = packets[interval], packets[interval + 1]
    return before + (after - before) * within_ms // interval_ms


@called_inside
def _time_of(tables: Any, session: Any, number: Any) -> Any:
    """The time of an opportunity, or `NOT_DRAWN`."""
    ints, work, packets = tables[0], session[1], session[2]
    uplink = ints[_UPLINK]
    kind = ints[uplink]
    if kind == OF_ONE_RATE:
        return -(-number * PACKET_BITS // ints[uplink + 1])
    if kind == REPEATED:
        count, at = ints[uplink + 2], work[UPLINK + GONE_BEFORE] + number - 1
        time_ms = at // count * ints[uplink + 1] + ints[uplink + _TIMES + at % count]
        return time_ms - work[UPLINK + OFFSET_MS]
    while work[UPLINK + INTERVAL] == 0 or packets[work[UPLINK + INTERVAL]] < number:
        if not _extended(tables, session):
            return NOT_DRAWN
    left, right = np.int64(0), work[UPLINK + INTERVAL] + 1
    while left < right:
        middle = (left + right) >> 1
        if packets[middle] < number:
            left = middle + 1
        else:
            right = middle
    interval_ms, interval = ints[uplink + 1], left - 1
    before, after = packets[interval], packets[interval + 1]
    return interval * interval_ms - (-(number - before) * interval_ms // (after - before))


# --- transfers -------------------------------------------------------------------------------


@worked_in
def _turns(work: Any, count: Any) -> Any:
    """How many opportunities until the first transfer has its last packet."""
    least = (work[UPLINK + LEFT] - 1) * count + 1
    for place in range(1, count):
        least = min(least, (work[UPLINK + LEFT + place] - 1) * count + place + 1)
    return least


@called_inside
def _take_turns(work: Any, step: Any) -> Any:
    """Give so many opportunities to the transfers, in turn: no more than one gets its last."""
    count = work[UPLINK + UNDER_WAY]
    each, extra = step // count, step % count
    for place in range(count):
        to = place - extra if place >= extra else place - extra + count
        left = work[UPLINK + LEFT + place] - each
        if place < extra:
            left -= 1
        work[UPLINK + TURN + to] = work[UPLINK + TRANSFER_KEYS + place]
        work[UPLINK + TURN + TRANSFERS_MAX + to] = left
    kept = 0
    for place in range(count):
        key, left = work[UPLINK + TURN + place], work[UPLINK + TURN + TRANSFERS_MAX + place]
        if left == 0:
            work[UPLINK + UNTAKEN_KEYS + work[UPLINK + UNTAKEN]] = key
            work[UPLINK + UNTAKEN] += 1
        if left > 0:
            work[UPLINK + TRANSFER_KEYS + kept], work[UPLINK + LEFT + kept] = key, left
            kept += 1
    work[UPLINK + UNDER_WAY] = kept


@called_inside
def _changes(tables: Any, session: Any, now_ms: Any) -> Any:
    """The uplink is about to change: keep how it is, and give what has gone by since the last
    change. Whether that could be done."""
    work = session[1]
    if work[UPLINK + IS_KEPT] == 0:
        for place in range(UPLINK, UPLINK + STATE_ROOM):
            work[place + KEPT_STATE] = work[place]
        work[UPLINK + IS_KEPT] = 1
    by_now = _packets_by(tables, session, now_ms)
    if by_now == NOT_DRAWN:
        return False
    passed = by_now - work[UPLINK + USED]
    work[UPLINK + USED], work[UPLINK + AT_MS] = by_now, now_ms
    while passed > 0 and work[UPLINK + UNDER_WAY] > 0:
        step = min(passed, _turns(work, work[UPLINK + UNDER_WAY]))
        passed -= step
        _take_turns(work, step)
    return True


@called_inside
def transfer_begins(tables: Any, session: Any, size_bytes: Any, now_ms: Any) -> Any:
    """A transfer begins; it takes its turn last. Whether that could be done."""
    work = session[1]
    if not _changes(tables, session, now_ms):
        return False
    count, known = work[UPLINK + UNDER_WAY], work[UPLINK + KNOWN_COUNT]
    if known == TRANSFERS_MAX:
        return False
    key = work[UPLINK + BEGAN]
    work[UPLINK + TRANSFER_KEYS + count], work[UPLINK + KNOWN_KEYS + known] = key, key
    work[UPLINK + LEFT + count] = max(np.int64(1), -(-size_bytes // PACKET_BYTES))
    work[UPLINK + BEGAN] += 1
    work[UPLINK + UNDER_WAY] += 1
    work[UPLINK + KNOWN_COUNT] += 1
    return True


@called_inside
def _drop(work: Any, count: Any, keys: Any, beside: Any, key: Any) -> Any:
    """Take a transfer from a row of them, and what stands beside it; each may be in no row."""
    kept = 0
    for place in range(work[UPLINK + count]):
        if work[UPLINK + keys + place] != key:
            work[UPLINK + keys + kept] = work[UPLINK + keys + place]
            work[UPLINK + beside + kept] = work[UPLINK + beside + place]
            kept += 1
    work[UPLINK + count] = kept


@called_inside
def transfer_ends(tables: Any, session: Any, which: Any, now_ms: Any) -> Any:
    """The n-th of those known ends, -1 for none. Whether that could be done."""
    work = session[1]
    if not _changes(tables, session, now_ms):
        return False
    key = np.int64(-1)
    if which >= 0:
        key = work[UPLINK + KNOWN_KEYS + which]
        _drop(work, KNOWN_COUNT, KNOWN_KEYS, KNOWN_KEYS, key)
    _drop(work, UNDER_WAY, TRANSFER_KEYS, LEFT, key)
    _drop(work, UNTAKEN, UNTAKEN_KEYS, UNTAKEN_KEYS, key)
    return True


@called_inside
def first_to_end(tables: Any, session: Any, now_ms: Any) -> Any:
    """When a transfer ends next if nothing changes, or `NOT_DRAWN`; which, stands in the room."""
    work = session[1]
    count = work[UPLINK + UNDER_WAY]
    if work[UPLINK + UNTAKEN] > 0:
        key, due_ms = work[UPLINK + UNTAKEN_KEYS], work[UPLINK + AT_MS]
    elif count > 0:
        turns = _turns(work, count)
        key = work[UPLINK + TRANSFER_KEYS + (turns - 1) % count]
        due_ms = _time_of(tables, session, work[UPLINK + USED] + turns)
    else:
        key, due_ms = np.int64(-1), now_ms
    work[UPLINK + FIRST_ENDS] = -1
    for place in range(work[UPLINK + KNOWN_COUNT]):
        if work[UPLINK + KNOWN_KEYS + place] == key:
            work[UPLINK + FIRST_ENDS] = place
    return due_ms


@worked_in
def take_back(work: Any) -> Any:
    """The uplink is as it was before the step that is under way."""
    if work[UPLINK + IS_KEPT] == 1:
        for place in range(UPLINK, UPLINK + STATE_ROOM):
            work[place] = work[place + KEPT_STATE]
        work[UPLINK + IS_KEPT] = 0
