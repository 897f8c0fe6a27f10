"""What an importer makes: settings, files beside them, and what could not be carried over."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from lastchunk.model.base.errors import InputError
from lastchunk.model.scenario.delay import MS_MAX
from lastchunk.model.scenario.mahimahi import PACKET_BYTES
from lastchunk.model.scenario.numbers import KBPS_MAX

KBPS_LEAST = 1
OPPORTUNITIES_MAX = 5_000_000
"""So many packets of 1500 bytes does a measured uplink hold: 7.5 GB, in a file of some 40 MB."""
LogInterval = tuple[int, float]
"""How long in ms, and the bytes that went through."""


@dataclass(frozen=True)
class Imported:
    """Settings of a scenario by table. ``opportunities_ms`` are a measured uplink's, if there is
    one; ``columns`` are delays in ms, for files of their own; ``left_out`` is what is not carried.
    ``command`` has made it, as ``verb`` says; ``notes`` stand above it.
    """

    kind: str
    said: str
    settings: dict[str, dict[str, Any]]
    left_out: tuple[str, ...] = ()
    opportunities_ms: tuple[int, ...] = ()
    columns: dict[str, tuple[int, ...]] = field(default_factory=dict)
    command: str = "import"
    verb: str = "Imported"
    notes: tuple[str, ...] = ()


def measured(
    kind: str, intervals: Sequence[LogInterval], left_out: Sequence[str], place: str
) -> Imported:
    """An uplink from the bytes of each interval, in mahimahi's opportunities."""
    total_ms = sum(length for length, _ in intervals)
    whole = sum(count for _, count in intervals)
    if not 0 < total_ms <= MS_MAX:
        allowed = f"a log of above 0 and at most {MS_MAX:,} ms"
        raise InputError(place, f"{total_ms:.6g} ms", allowed)
    if not PACKET_BYTES <= whole <= OPPORTUNITIES_MAX * PACKET_BYTES:
        allowed = (
            f"at least 1,500 bytes and at most {OPPORTUNITIES_MAX * PACKET_BYTES:,} in all: a part "
            "of a log that has more, and rates in their own unit"
        )
        raise InputError(place, f"{whole:.6g} bytes in {total_ms:,} ms", allowed)
    kbps = whole * 8 / total_ms
    said = f"{len(intervals)} intervals, {total_ms / 1000:,.1f} s, {kbps:,.0f} kbit/s on average"
    return Imported(kind, said, {}, tuple(left_out), opportunities(intervals))


def opportunities(intervals: Sequence[LogInterval]) -> tuple[int, ...]:
    """For each 1500 bytes the ms at which they have gone through; the last is the period."""
    times: list[int] = []
    begun_ms, bytes_before = 0, 0.0
    for length, count in intervals:
        while count and (len(times) + 1) * PACKET_BYTES <= bytes_before + count + 1e-6:
            share = ((len(times) + 1) * PACKET_BYTES - bytes_before) / count
            times.append(begun_ms + min(length, max(0, round(share * length))))
        begun_ms, bytes_before = begun_ms + length, bytes_before + count
    if times[-1] != begun_ms:
        times.append(begun_ms)  # the rest of the bytes, and the end of the log's last interval
    return tuple(times)


def halves(round_trip_ms: float, place: str) -> dict[str, Any]:
    """A round trip as the delay of a request and of its answer."""
    if not 0 <= round_trip_ms <= MS_MAX:
        raise InputError(place, round_trip_ms, f"a round trip of 0 to {MS_MAX:,} ms")
    there = round(round_trip_ms / 2)
    back = round(round_trip_ms) - there
    return {
        "request_delay_ms": {"distribution": "constant", "value_ms": there},
        "response_delay_ms": {"distribution": "constant", "value_ms": back},
    }


def constant_uplink(kbps: float, place: str) -> dict[str, Any]:
    """An uplink of one rate. Raises `InputError` for one that lets nothing through, or is none."""
    if not KBPS_LEAST <= kbps <= KBPS_MAX:
        allowed = f"an upload rate of at least 1 kbit/s and at most {KBPS_MAX:,}"
        raise InputError(place, kbps, allowed)
    return {"kind": "constant", "rate_kbps": round(kbps)}
