"""The axis of time: true to scale but for long waits, which are drawn short with a break.

A session is some seconds around its stop and a wait of ten minutes. What is drawn to scale is told
in *drawn ms*: a gap that is broken takes a fixed share of the axis, whatever it lasts.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise

from lastchunk.reports.base.axes import nice_step

LONG_MS = 60_000
"""A gap of more than this is broken: nothing that a page waits for takes as long."""
BREAK_SHARE, BREAKS_SHARE = 0.05, 0.4
"""Of what is drawn to scale: the width of a break, and of all breaks together at the most."""
ALIKE_MAX = 3
"""So many gaps may be broken since one is longer than all else together."""


@dataclass(frozen=True)
class Scale:
    """Corners (ms, drawn ms), straight between them; ``breaks`` are the gaps that are cut short."""

    corners: tuple[tuple[int, float], ...]
    breaks: tuple[tuple[int, int], ...]

    def at(self, ms: float) -> float:
        """Where a time is drawn, in drawn ms."""
        place = bisect_right(self.corners, (ms, float("inf"))) - 1
        place = min(max(place, 0), len(self.corners) - 2)
        (one, one_at), (two, two_at) = self.corners[place : place + 2]
        return one_at + (ms - one) * (two_at - one_at) / (two - one)

    @property
    def end(self) -> float:
        """The length of the axis."""
        return self.corners[-1][1]


def scale_of(times_ms: Iterable[int]) -> Scale:
    """The axis for these times; it begins and ends a little outside of them."""
    times = sorted(set(map(int, times_ms))) or [0]
    gaps = [(b - a, a, b) for a, b in pairwise(times)]
    broken = _broken([gap for gap, _, _ in gaps])
    true_ms = sum(gap for gap, _, _ in gaps if gap not in broken) or 1
    count = sum(gap in broken for gap, _, _ in gaps)
    width = true_ms * min(BREAK_SHARE, BREAKS_SHARE / count) if count else 0.0
    pad = max(1, round(true_ms * 0.03))
    corners = [(times[0] - pad, 0.0), (times[0], float(pad))]
    for gap, _, to_ms in gaps:
        corners.append((to_ms, corners[-1][1] + (width if gap in broken else gap)))
    corners.append((times[-1] + pad, corners[-1][1] + pad))
    return Scale(_few(corners), tuple((a, b) for gap, a, b in gaps if gap in broken))


def _broken(gaps: list[int]) -> set[int]:
    """The lengths of the gaps to break: long ones, and one that would squeeze all the others."""
    found = {gap for gap in gaps if gap > LONG_MS}
    rest = sorted(gap for gap in gaps if gap not in found)
    if not rest:  # nothing else is there to be seen
        return set() if len(gaps) == 1 else found
    for _ in range(ALIKE_MAX):
        if len(rest) > 1 and rest[-1] > 4 * sum(rest[:-1]):
            found.add(rest.pop())
    return found


def _few(corners: list[tuple[int, float]]) -> tuple[tuple[int, float], ...]:
    """The corners without those that lie on a line of slope one."""
    kept = [corners[0]]
    for before, here, after in zip(corners, corners[1:], corners[2:], strict=False):
        is_straight = here[1] - before[1] == here[0] - before[0]
        if not (is_straight and after[1] - here[1] == after[0] - here[0]):
            kept.append(here)
    kept.append(corners[-1])
    return tuple((ms, round(at, 3)) for ms, at in kept)


def ticks_of(scale: Scale, count: int) -> list[int]:
    """Round times for some ``count`` marks on the axis, none inside of a break."""
    step = nice_step(scale.end / count)
    first, last = scale.corners[0][0], scale.corners[-1][0]
    out: list[int] = []
    pieces = [first, *(ms for gap in scale.breaks for ms in gap), last]
    for from_ms, to_ms in zip(pieces[::2], pieces[1::2], strict=True):
        begin = max(0, -(-from_ms // step) * step)
        out += range(begin, to_ms + 1, step)
    return out
