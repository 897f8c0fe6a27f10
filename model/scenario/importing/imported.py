"""What an importer makes: settings, files beside them, and what could not be carried over."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from lastchunk.model.base.errors import InputError
from lastchunk.model.scenario.mahimahi import PACKET_BYTES

KBPS_LEAST = 1
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
    if total_ms <= 0 or whole < PACKET_BYTES:
        raise InputError(place, f"{whole:,.0f} bytes in {total_ms:,} ms", "at least 1,500 bytes")
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


def halves(round_trip_ms: float) -> dict[str, Any]:
    """A round trip as the delay of a request and of its answer."""
    there = round(round_trip_ms / 2)
    back = round(round_trip_ms) - there
    return {
        "request_delay_ms": {"distribution": "constant", "value_ms": there},
        "response_delay_ms": {"distribution": "constant", "value_ms": back},
    }


def constant_uplink(kbps: float, place: str) -> dict[str, Any]:
    """An uplink of one rate. Raises `InputError` for one that lets nothing through."""
    if not kbps >= KBPS_LEAST:
        raise InputError(place, kbps, "an upload rate of at least 1 kbit/s")
    return {"kind": "constant", "rate_kbps": round(kbps)}
