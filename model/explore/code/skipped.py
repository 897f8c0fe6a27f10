"""Which fields of a world are no part of a state as they are."""

from __future__ import annotations

SKIPPED = {
    "World": {
        "clock_offset",
        "recorded_ms",
        "trace",
        "fresh",
        "pending",
        "now_ms",
        "object",
        "network",
        "client",
        "consumer",
        "blob_store",
        "put_ms",
    },
    "ObjectRuntime": {
        "world",
        "design",
        "program",
        "instance",
        "replaced",
        "storage",
        "alarms",
        "meter",
        "waiting",
    },
    "Alarms": {"runtime", "runs", "ended"},
    "Network": {
        "world",
        "uplink",
        "planned",
        "calls",
        "attempts",
        "failures",
        "arrived",
        "answered",
    },
    "ClientHost": {"world", "program", "settings", "hooks", "chunks", "sleeps"},
}
"""Fields that say nothing of the future, or that `WorldEncoder` writes out in its own way."""
