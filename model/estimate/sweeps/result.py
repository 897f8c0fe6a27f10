"""What the chunks say together: a row for each point, design and figure."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import pandas as pd

from lastchunk.model.estimate.intervals import whatever_they_were, wilson
from lastchunk.model.estimate.sweep import SWEEP_COLUMNS
from lastchunk.model.estimate.sweeps.chunk import MEANS, parquet_bytes
from lastchunk.model.estimate.sweeps.store import RESULTS, SweepFolder, json_bytes

NORMAL = 1.959963984540054
"""The 97.5 % point of the normal distribution, for a mean's interval."""
MEAN_COLUMNS = ["design", "figure", "sessions", "mean", "low", "high"]


@dataclass(frozen=True)
class SweepResult:
    """What a sweep found. ``rates`` is what `lastchunk.sweep` returns, with a column more: the
    scenario. ``means`` has the amounts. Not all is there where some ``chunks`` are not ``done``.
    ``about`` describes the plan: its scenarios, designs, axes, points and sessions."""

    about: dict[str, Any]
    rates: pd.DataFrame
    means: pd.DataFrame
    done: int
    chunks: int

    @property
    def is_whole(self) -> bool:
        """Whether every chunk is in it."""
        return self.done == self.chunks


def result_of(about: dict[str, Any], frames: Iterable[pd.DataFrame]) -> SweepResult:
    """The result of some chunks, in their order."""
    listed = list(frames)
    keys = ["point", "design", "figure"]
    order = {design: place for place, design in enumerate(_designs(listed))}
    counted = pd.concat(listed, ignore_index=True) if listed else pd.DataFrame(columns=keys)
    rates: list[tuple[Any, ...]] = []
    means: list[tuple[Any, ...]] = []
    if listed:
        sums = counted.groupby(keys, sort=False).sum(numeric_only=True).reset_index()
        sums["place"] = sums["design"].map(order)
        sums = sums.sort_values(["point", "place"], kind="stable")
        names, points = [each["name"] for each in about["scenarios"]], about["points"]
        each: Any = sums.itertuples()
        for row in each:
            scenario, at = divmod(int(row.point), len(points))
            head = (names[scenario], *points[at], row.design, row.figure)
            if row.figure in MEANS:
                means.append((*head, *_mean(int(row.sessions), row.total, row.squares)))
            elif row.sessions:
                sessions, violations = int(row.sessions), int(row.violations)
                found = whatever_they_were(wilson, violations, sessions, int(row.unsettled))
                counts = (sessions, violations)
                rates.append((*head, *counts, found.estimate, found.low, found.high))
    axes = ["scenario", *about["axes"]]
    return SweepResult(
        about,
        pd.DataFrame(rates, columns=[*axes, *SWEEP_COLUMNS]),
        pd.DataFrame(means, columns=[*axes, *MEAN_COLUMNS]),
        len(listed),
        int(about["chunks"]),
    )


def _designs(frames: list[pd.DataFrame]) -> list[str]:
    return list(dict.fromkeys(name for frame in frames for name in frame["design"]))


def _mean(sessions: int, total: float, squares: float) -> tuple[int, float, float, float]:
    """Sessions, mean and its interval; nothing is known of fewer than two."""
    if not sessions:
        return 0, math.nan, math.nan, math.nan
    mean = total / sessions
    if sessions < 2:
        return sessions, mean, math.nan, math.nan
    spread = max(0.0, squares - total * mean) / (sessions - 1)
    half = NORMAL * math.sqrt(spread / sessions)
    return sessions, mean, mean - half, mean + half


def write_result(folder: SweepFolder) -> SweepResult:
    """Write what the chunks that are there say. It is the same bytes however they came there."""
    there = folder.there()
    result = result_of(folder.manifest["plan"], (folder.read(number) for number in there))
    for name, frame in zip(RESULTS, (result.rates, result.means), strict=False):
        folder.write(name, parquet_bytes(frame, {"digest": folder.digest}))
    said = {
        "format": folder.manifest["format"],
        "digest": folder.digest,
        "is_whole": result.is_whole,
        "chunks_done": result.done,
        "chunks": result.chunks,
    }
    folder.write(RESULTS[2], json_bytes(said))
    return result
