"""How late alarms of production come, by how far ahead they were set: published measurements.

The figures are of 50 trials for each distance, in one region. No alarm came early (D3). Up
to 30 s ahead the median is below 1 ms and nothing reached 36 ms. At 60 s the 99th percentile is
281 ms; at 300 s the median is 241 ms and the 99th percentile 709 ms.

What was not published is taken between the figures on straight lines: shares between two shares,
distances between two distances. So the median at 60 s, which nobody published, lies on the line
from 30 s to 300 s. With 50 trials nothing is known beyond the 99th percentile, and the table ends
there. An alarm that is set farther ahead than 300 s is as late as one at 300 s. Maintenance and
failover are no part of this: they are the fault ``alarm_late``.
"""

from __future__ import annotations

from bisect import bisect_left
from itertools import pairwise
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field

from lastchunk.model.scenario.delay import AnyDelay, Model, from_shorthand

SHARES = (0.0, 0.5, 0.99, 1.0)
NEAR = (30_000, (0, 0, 35, 35))
FAR = (300_000, (0, 241, 709, 709))
TABLE = (NEAR, (60_000, (0, 27, 281, 281)), FAR)
"""For each distance in ms the lateness in ms at each of `SHARES`."""
HIGH_MS = 709
"""The greatest lateness of the table."""
WORD = "measured"


class Ahead:
    """The lateness of an alarm that was set so far ahead.

    Its bounds are those of the whole table: so a schedule found by exploring, where a distance is
    no number, fits a replay.
    """

    __slots__ = ("lateness_ms",)
    low_ms = 0
    high_ms = HIGH_MS

    def __init__(self, ahead_ms: int) -> None:
        self.lateness_ms = _row(ahead_ms)

    def quantile(self, u: float) -> int:
        """The lateness below which a share ``u`` of the alarms lies, rounded down."""
        return int(_on_line(SHARES, self.lateness_ms, u))


class MeasuredLateness(Model):
    """As late as alarms of production were measured, by how far ahead they are set.

    Up to 30 s ahead half are on time and all within 36 ms; at 300 s half are later than 241 ms, and
    one in a hundred later than 709 ms. The word ``"measured"`` is short for this table. Exploring
    takes any lateness from 0 to 709 ms, however far ahead.
    """

    distribution: Literal["measured"] = "measured"

    def ahead(self, ahead_ms: Any) -> Any:
        """The lateness of an alarm set so far ahead; of any, where the distance is no number."""
        return Ahead(ahead_ms) if isinstance(ahead_ms, int) else self

    def quantile(self, u: float) -> int:
        """The lateness of an alarm that is set far ahead."""
        return Ahead(FAR[0]).quantile(u)

    @property
    def low_ms(self) -> int:
        """No alarm is early."""
        return 0

    @property
    def high_ms(self) -> int:
        """The greatest lateness measured, at any distance."""
        return HIGH_MS


def _row(ahead_ms: int) -> tuple[float, ...]:
    """The lateness at each share for one distance."""
    if ahead_ms <= NEAR[0]:
        return NEAR[1]
    for (near_ms, near), (far_ms, far) in pairwise(TABLE):
        if ahead_ms <= far_ms:
            share = (ahead_ms - near_ms) / (far_ms - near_ms)
            return tuple(a + (b - a) * share for a, b in zip(near, far, strict=True))
    return FAR[1]


def _on_line(xs: tuple[float, ...], ys: tuple[float, ...], x: float) -> float:
    """The height of a line through points at ``x``, which lies within them."""
    place = max(1, bisect_left(xs, x))
    (x0, x1), (y0, y1) = xs[place - 1 : place + 1], ys[place - 1 : place + 1]
    return y0 + (y1 - y0) * (x - x0) / (x1 - x0)


def _from_word(value: Any) -> Any:
    """The word stands for the table; all else is a delay."""
    if isinstance(value, str):
        if value == WORD:
            return {"distribution": WORD}
        try:
            return from_shorthand(value)
        except ValueError as error:
            raise ValueError(f"{error}, or {WORD!r}") from error
    return from_shorthand(value)


Lateness = Annotated[
    AnyDelay | MeasuredLateness, Field(discriminator="distribution"), BeforeValidator(_from_word)
]
"""How late alarms are: a delay, or ``"measured"``."""
