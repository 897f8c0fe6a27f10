"""Round steps for the marks of an axis in ms."""

from __future__ import annotations


def nice_step(ms: float) -> int:
    """The least of 1, 2, 5, 10, ... ms, then of round seconds and minutes, that is enough."""
    steps = [factor * 10**power for power in range(4) for factor in (1, 2, 5)]
    steps += [10_000, 15_000, 30_000, 60_000, 120_000, 300_000, 600_000, 1_800_000, 3_600_000]
    return next((step for step in steps if step >= ms), 36_000_000)
