"""The uplink: delivery opportunities of 1500 bytes, and the transfers that share them.

An opportunity goes to one transfer; with several under way they take turns. A transfer that
starts at an instant uses the opportunities after it.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Hashable
from functools import lru_cache
from pathlib import Path
from statistics import NormalDist
from typing import TYPE_CHECKING, Any, Protocol

from lastchunk.model.base.streams import Streams
from lastchunk.model.scenario.mahimahi import PACKET_BYTES, read_mahimahi
from lastchunk.model.scenario.schema import (
    ConstantUplinkSpec,
    FluctuatingUplinkSpec,
    TraceUplinkSpec,
)
from lastchunk.model.world.base.pending import AnyTime, Spread
from lastchunk.model.world.edge.rate_curve import fresh_share, rate_at, rate_curve

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

PACKET_BITS = PACKET_BYTES * 8
_NORMAL = NormalDist()


class Uplink(Protocol):
    """Opportunities as a function of time; time 0 is the run's start."""

    def packets_by(self, t_ms: int) -> int:
        """Opportunities in (0, t_ms]."""

    def time_of(self, number: int) -> int:
        """The time in ms of an opportunity, counted from 1."""

    def mean_kbps_between(self, from_ms: int, to_ms: int) -> float:
        """The mean rate between two instants, in kbit/s."""


def mean_kbps(uplink: Uplink, from_ms: int, to_ms: int) -> float:
    """The mean rate of an uplink between two instants, in kbit/s."""
    packets = uplink.packets_by(to_ms) - uplink.packets_by(from_ms)
    return packets * PACKET_BITS / max(1, to_ms - from_ms)


class TraceUplink:
    """A measured uplink, repeated for ever, from ``offset_ms`` into it.

    ``times_ms`` has shape (opportunities,) and ends with the period.
    """

    def __init__(self, times_ms: NDArray[np.int64], offset_ms: int = 0) -> None:
        self.times_ms = times_ms
        self.period_ms = int(times_ms[-1])
        self.offset_ms = offset_ms
        self.skipped = self._packets_in_trace(offset_ms)

    def _packets_in_trace(self, t_ms: int) -> int:
        laps, rest_ms = divmod(t_ms, self.period_ms)
        within = int(self.times_ms.searchsorted(rest_ms, side="right"))
        return laps * self.times_ms.size + within

    def packets_by(self, t_ms: int) -> int:
        """Opportunities in (0, t_ms]."""
        return self._packets_in_trace(self.offset_ms + t_ms) - self.skipped

    def time_of(self, number: int) -> int:
        """The time in ms of an opportunity, counted from 1."""
        laps, within = divmod(self.skipped + number - 1, self.times_ms.size)
        return laps * self.period_ms + int(self.times_ms[within]) - self.offset_ms

    def mean_kbps_between(self, from_ms: int, to_ms: int) -> float:
        """The mean rate between two instants, in kbit/s."""
        return mean_kbps(self, from_ms, to_ms)


class ConstantUplink:
    """An uplink of one rate: the n-th opportunity comes when n packets have had their time."""

    def __init__(self, rate_kbps: int) -> None:
        self.rate_kbps = rate_kbps

    def packets_by(self, t_ms: int) -> int:
        """Opportunities in (0, t_ms]."""
        return t_ms * self.rate_kbps // PACKET_BITS

    def time_of(self, number: int) -> int:
        """The time in ms of an opportunity, counted from 1."""
        return -(-number * PACKET_BITS // self.rate_kbps)

    def mean_kbps_between(self, from_ms: int, to_ms: int) -> float:
        """The rate, in kbit/s."""
        return float(self.rate_kbps)


class FluctuatingUplink:
    """A rate that changes each interval: gamma marginal over an autoregressive normal.

    Intervals are drawn as they are needed, each from its own stream.
    """

    def __init__(self, spec: FluctuatingUplinkSpec, streams: Streams) -> None:
        self.spec = spec
        self.streams = streams
        self.packets = [0]  # by the end of each interval
        self._normal = 0.0
        self._rest_bits = 0
        self._curve = rate_curve(spec)
        self._share = fresh_share(spec)

    def _extend(self) -> None:
        number = len(self.packets) - 1
        fresh = _NORMAL.inv_cdf(self.streams.uniform("uplink rate", number))
        keep = self.spec.correlation if number else 0.0
        self._normal = keep * self._normal + (self._share if number else 1.0) * fresh
        rate_kbps = rate_at(self._curve, self._normal)
        bits = self._rest_bits + max(0, round(rate_kbps * self.spec.interval_ms))
        packets, self._rest_bits = divmod(bits, PACKET_BITS)
        self.packets.append(self.packets[-1] + packets)

    def packets_by(self, t_ms: int) -> int:
        """Opportunities in (0, t_ms]: spread evenly over each interval."""
        interval, within_ms = divmod(t_ms, self.spec.interval_ms)
        while len(self.packets) <= interval + 1:
            self._extend()
        before, after = self.packets[interval], self.packets[interval + 1]
        return before + (after - before) * within_ms // self.spec.interval_ms

    def time_of(self, number: int) -> int:
        """The time in ms of an opportunity, counted from 1."""
        while self.packets[-1] < number:
            self._extend()
        interval = bisect_right(self.packets, number - 1) - 1
        before, after = self.packets[interval], self.packets[interval + 1]
        within_ms = -(-(number - before) * self.spec.interval_ms // (after - before))
        return interval * self.spec.interval_ms + within_ms

    def mean_kbps_between(self, from_ms: int, to_ms: int) -> float:
        """The mean rate between two instants, in kbit/s."""
        return mean_kbps(self, from_ms, to_ms)


class SharedUplink:
    """One uplink shared by transfers, one opportunity each in turn."""

    def __init__(self, uplink: Uplink) -> None:
        self.uplink = uplink
        self.at_ms = 0
        self.used = 0  # opportunities gone by, used or not
        self.transfers: list[tuple[Any, int]] = []  # (key, packets left), who is next first
        self.finished: list[Any] = []  # by ``at_ms``, not yet taken by `finish`

    def _turns(self) -> int:
        """How many opportunities from now until the first transfer has its last packet."""
        count = len(self.transfers)
        return min(
            (packets - 1) * count + place + 1 for place, (_, packets) in enumerate(self.transfers)
        )

    def _advance(self, now_ms: int) -> None:
        """Give the opportunities since the last change to the transfers, in turn."""
        by_now = self.uplink.packets_by(now_ms)
        passed, self.used, self.at_ms = by_now - self.used, by_now, now_ms
        while passed and self.transfers:
            step = min(passed, self._turns())
            passed -= step
            each, extra = divmod(step, len(self.transfers))
            left = [
                (key, packets - each - (place < extra))
                for place, (key, packets) in enumerate(self.transfers)
            ]
            left = left[extra:] + left[:extra]
            self.finished += [key for key, packets in left if packets == 0]
            self.transfers = [item for item in left if item[1] > 0]

    def start(self, key: Any, size_bytes: int, now_ms: int) -> None:
        """Begin a transfer; it takes its turn last."""
        self._advance(now_ms)
        self.transfers.append((key, max(1, -(-size_bytes // PACKET_BYTES))))

    def cancel(self, key: Any, now_ms: int) -> None:
        """End a transfer before its time, if it is under way."""
        self._advance(now_ms)
        self.transfers = [item for item in self.transfers if item[0] != key]
        self.finished = [other for other in self.finished if other != key]

    def next_finish(self) -> tuple[Any, int] | None:
        """The transfer that ends first if nothing changes, and when; None where there is none."""
        if self.finished:
            return self.finished[0], self.at_ms
        if not self.transfers:
            return None
        turns = self._turns()
        key, _ = self.transfers[(turns - 1) % len(self.transfers)]
        return key, self.uplink.time_of(self.used + turns)

    def plan(self, now_ms: int) -> list[tuple[Any, int | Spread]]:
        """What is pending: the transfer that ends first, and in how many ms."""
        following = self.next_finish()
        return [] if following is None else [(following[0], following[1] - now_ms)]

    def finish(self, key: Any, now_ms: int) -> None:
        """A transfer has ended, as `next_finish` said."""
        self.cancel(key, now_ms)

    def copy(self) -> SharedUplink:
        """The same sharing; the uplink itself is a function of time and stays one."""
        other = SharedUplink(self.uplink)
        other.at_ms = self.at_ms
        other.used = self.used
        other.transfers = self.transfers.copy()
        other.finished = self.finished.copy()
        return other

    def fingerprint(self) -> Hashable:
        """The sharing's state, as something hashable."""
        return (self.used, tuple(self.transfers), tuple(self.finished))


class FreeUplink:
    """An uplink whose transfers end whenever a schedule says so, in any order."""

    def __init__(self) -> None:
        self.transfers: list[Any] = []

    def start(self, key: Any, size_bytes: int, now_ms: int) -> None:
        """Begin a transfer."""
        self.transfers.append(key)

    def cancel(self, key: Any, now_ms: int) -> None:
        """End a transfer before its time, if it is under way."""
        self.transfers = [other for other in self.transfers if other != key]

    def plan(self, now_ms: int) -> list[tuple[Any, int | Spread]]:
        """What is pending: every transfer, at any time."""
        return [(key, AnyTime()) for key in self.transfers]

    def finish(self, key: Any, now_ms: int) -> None:
        """A transfer has ended."""
        self.cancel(key, now_ms)

    def copy(self) -> FreeUplink:
        """The same transfers."""
        other = FreeUplink()
        other.transfers = self.transfers.copy()
        return other

    def fingerprint(self) -> Hashable:
        """What is under way."""
        return tuple(self.transfers)


@lru_cache(maxsize=8)
def measured_times(path: Path) -> NDArray[np.int64]:
    """The opportunities of a measured uplink, in ms; the last one is its period."""
    return read_mahimahi(path)


@lru_cache(maxsize=2)
def _met_by_all(spec: FluctuatingUplinkSpec, seed: int, session: int) -> FluctuatingUplink:
    """The uplink of a session, which is drawn once for the designs that meet it in turn."""
    return FluctuatingUplink(spec, Streams(seed, session))


def build_uplink(spec: Any, streams: Streams) -> Uplink | None:
    """The uplink of a scenario for one session; a measured one starts at a random place."""
    if spec is None:
        return None
    if isinstance(spec, ConstantUplinkSpec):
        return ConstantUplink(spec.rate_kbps)
    if isinstance(spec, FluctuatingUplinkSpec):
        if type(streams) is Streams:
            return _met_by_all(spec, streams.seed, streams.session)
        return FluctuatingUplink(spec, streams)
    assert isinstance(spec, TraceUplinkSpec)
    times_ms = measured_times(spec.file)
    offset_ms = int(streams.uniform("uplink start") * int(times_ms[-1]))
    return TraceUplink(times_ms, offset_ms)
