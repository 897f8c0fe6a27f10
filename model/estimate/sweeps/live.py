"""What a sweep has found so far of one figure, by intervals that hold at every look.

Each point and design has a confidence sequence of its own: at different points the rates differ,
and the sessions are the same, so that a rate over all of them would have no interval. All hold at
once (Bonferroni), so that the one with the highest estimate may be picked, and whoever looks may
stop. Chunks count in the order of the plan: on a cluster the first to come back are the quick ones,
whose sessions are not like the others.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from functools import partial
from typing import Any

import pandas as pd

from lastchunk.model.estimate.intervals import CONFIDENCE, Interval, whatever_they_were
from lastchunk.model.estimate.intervals.confidence import mean_sequence, rate_sequence
from lastchunk.model.estimate.precision import AMOUNT_SESSIONS_MIN, KnownFigure
from lastchunk.model.estimate.sweeps.chunk import MEANS
from lastchunk.model.estimate.sweeps.plan import SweepPlan

_SUMS = ("sessions", "violations", "total", "squares", "unsettled")


class LiveSweep:
    """The sums of one figure by point and design, over the chunks that count by now."""

    def __init__(self, plan: SweepPlan, chunks: Iterable[int], figure: str) -> None:
        self.plan = plan
        self.figure = figure
        self.sums: dict[tuple[int, str], list[float]] = {}
        self._order = iter(chunks)
        self._next = next(self._order, None)
        self._early: dict[int, pd.DataFrame] = {}
        self.confidence = 1 - (1 - CONFIDENCE) / (plan.points * len(plan.designs))

    def add(self, number: int, chunk: pd.DataFrame) -> None:
        """Count a chunk, as soon as all before it are there."""
        self._early[number] = chunk[chunk["figure"] == self.figure]
        while self._next in self._early:
            self._count(self._early.pop(self._next))
            self._next = next(self._order, None)

    def _count(self, chunk: pd.DataFrame) -> None:
        rows: Any = chunk.itertuples()
        for row in rows:
            sums = self.sums.setdefault((int(row.point), row.design), [0.0] * len(_SUMS))
            for place, name in enumerate(_SUMS):
                sums[place] += getattr(row, name)

    def most(self) -> KnownFigure | None:
        """The figure where it is highest by now; None before a session says anything."""
        known = {key: sums for key, sums in self.sums.items() if sums[0]}
        if not known:
            return None
        is_rate = self.figure not in MEANS
        amount = _SUMS.index("violations" if is_rate else "total")
        key = max(known, key=lambda key: (known[key][amount] / known[key][0], known[key][0]))
        sessions, violations, total, squares, unsettled = known[key]
        count = int(sessions)
        if is_rate:
            sequence = partial(rate_sequence, confidence=self.confidence)
            interval = whatever_they_were(sequence, int(violations), count, int(unsettled))
        else:
            interval = self._mean(count, total, squares)
        what = "violations of" if is_rate else "mean"
        label = f"{what} {self.figure}, {self._where(*key)}"
        return KnownFigure(label, interval, 0.0, count, is_rate)

    def _mean(self, count: int, total: float, squares: float) -> Interval:
        mean = total / count
        if count < AMOUNT_SESSIONS_MIN:
            return Interval(mean, -math.inf, math.inf)
        deviation = math.sqrt(max(0.0, squares - total * mean) / (count - 1))
        return mean_sequence(mean, deviation, count, self.confidence)

    def _where(self, number: int, design: str) -> str:
        """A design and its point; of a sweep with one point the design alone."""
        if self.plan.points == 1:
            return design
        scenario, at = divmod(number, len(self.plan.space.points))
        each = self.plan.scenarios[scenario]
        names = [str(getattr(each, "name", each))] if len(self.plan.scenarios) > 1 else []
        settings = self.plan.space.overrides(self.plan.space.points[at])
        return f"most by {design} at {', '.join([*names, *settings])}"
