"""Quantities in words: ms, ranges, and how many."""

from __future__ import annotations

from typing import Any


def ms(value: int) -> str:
    """A time in ms."""
    return f"{value:,} ms"


def range_of(delay: Any) -> str:
    """The bounds of a delay or an offset: exploring tries every value in them."""
    low_ms, high_ms = delay.low_ms, delay.high_ms
    if high_ms is None:
        return f"{ms(low_ms)} or more, without a bound" if low_ms else "any time, without a bound"
    if low_ms == high_ms:
        return ms(low_ms) if low_ms else "no time"
    return f"{low_ms:,} to {ms(high_ms)}"


def count(number: int, one: str, many: str) -> str:
    """So many things."""
    return f"{number:,} {one if number == 1 else many}"


def times(number: int) -> str:
    """How often."""
    return {1: "once", 2: "twice"}.get(number, f"{number:,} times")
