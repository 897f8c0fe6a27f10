"""The uplink of a scenario as numbers, and the room that a session has for what it shares on it.

The places here are counted from where a session's room for its uplink begins. Transfers are known
by their numbers, in the order in which they began, as in `model/table/start.py`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from lastchunk.model.scenario.schema import (
    ConstantUplinkSpec,
    FluctuatingUplinkSpec,
    TraceUplinkSpec,
)
from lastchunk.model.table.refused import NotCarried
from lastchunk.model.table.start import Transfers
from lastchunk.model.world.edge.rate_curve import fresh_share, rate_curve
from lastchunk.model.world.edge.uplink import PACKET_BITS, measured_times

NO_UPLINK, OF_ONE_RATE, REPEATED, FLUCTUATING = range(4)
"""Kinds of uplinks."""
TRANSFERS_MAX = 64
"""A session with more at once is run in Python."""
INTERVALS_MAX = 2**16
"""Nor are more rates drawn for a session in compiled code."""

AT_MS, USED, BEGAN, UNDER_WAY, UNTAKEN, KNOWN_COUNT = range(6)
"""When the uplink changed last, how many opportunities had gone by, how many transfers had begun;
and how many are under way, have ended without being taken, and are known to the session."""
TRANSFER_KEYS = KNOWN_COUNT + 1
LEFT = TRANSFER_KEYS + TRANSFERS_MAX
UNTAKEN_KEYS = LEFT + TRANSFERS_MAX
KNOWN_KEYS = UNTAKEN_KEYS + TRANSFERS_MAX
STATE_ROOM = KNOWN_KEYS + TRANSFERS_MAX
"""The numbers of those under way, and their packets; of those ended; of those known, in order."""
KEPT_STATE = STATE_ROOM
"""All of it, as it was before the step that is under way, if `IS_KEPT`."""
IS_KEPT = KEPT_STATE + STATE_ROOM
FIRST_ENDS, INTERVAL, REST_BITS, OFFSET_MS, GONE_BEFORE = range(IS_KEPT + 1, IS_KEPT + 6)
"""Which transfer ends first; the interval whose rate is drawn; bits that were no whole packet;
where in a measured uplink the session begins, in time and in opportunities."""
TURN = GONE_BEFORE + 1
UPLINK_ROOM = TURN + 2 * TRANSFERS_MAX
"""Numbers and packets in the order of their turns take the rest."""


class UplinkRows(NamedTuple):
    """An uplink as numbers: its kind, what compiled code must know, and the opportunities of a
    measured one; and the rates of a fluctuating one, behind its correlation and what is new."""

    ints: npt.NDArray[np.int64]
    floats: list[float]


NO_ROWS = UplinkRows(np.array([NO_UPLINK], np.int64), [])


def uplink_rows(spec: Any, named: Callable[..., int]) -> UplinkRows:
    """The numbers of an uplink; ``named`` gives the number of a draw's name, of a purpose and of
    what is a session's own. Raises `NotCarried` for an uplink of another kind."""
    if spec is None:
        return NO_ROWS
    if isinstance(spec, ConstantUplinkSpec):
        return UplinkRows(np.array([OF_ONE_RATE, spec.rate_kbps], np.int64), [])
    if isinstance(spec, TraceUplinkSpec):
        times_ms = measured_times(spec.file)
        head = [REPEATED, int(times_ms[-1]), len(times_ms), named("uplink start")]
        return UplinkRows(np.concatenate([np.array(head, np.int64), times_ms]), [])
    if isinstance(spec, FluctuatingUplinkSpec):
        head = [FLUCTUATING, spec.interval_ms, named("uplink rate", INTERVAL)]
        floats = [spec.correlation, fresh_share(spec), *rate_curve(spec)]
        return UplinkRows(np.array(head, np.int64), floats)
    raise NotCarried(f"an uplink of the kind {type(spec).__name__}")


def put_transfers(transfers: Transfers, room: Sequence[int]) -> None:
    """Let a session's uplink be as compiled code has it in its room."""

    def part(first: int, count: int) -> list[int]:
        return list(room[first : first + room[count]])

    shared = transfers.shared
    shared.at_ms, shared.used = room[AT_MS], room[USED]
    under_way = zip(part(TRANSFER_KEYS, UNDER_WAY), part(LEFT, UNDER_WAY), strict=True)
    shared.transfers, shared.finished = list(under_way), part(UNTAKEN_KEYS, UNTAKEN)
    transfers.order, transfers.began = part(KNOWN_KEYS, KNOWN_COUNT), room[BEGAN]


def mean_rates(
    spec: Any, packets: npt.NDArray[np.int64], until_ms: npt.NDArray[np.int64]
) -> npt.NDArray[np.float64]:
    """The mean rates of sessions' uplinks until nothing more went over them, in kbit/s; nan where
    nothing did. By the sums of `mean_kbps`; one rate is what it is."""
    rates = packets * PACKET_BITS / np.maximum(1, until_ms)
    if isinstance(spec, ConstantUplinkSpec):
        rates = np.full(len(packets), float(spec.rate_kbps))
    return np.where(until_ms > 0, rates, np.nan)
