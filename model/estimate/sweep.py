"""Sweeps: one setting over a range of values, the failure rates at each."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import pandas as pd

from model.design import load_designs
from model.estimate.comparison import compare
from model.estimate.intervals import wilson
from model.properties import PROPERTIES
from model.scenario.load import load_scenario


@dataclass(frozen=True)
class Axis:
    """What is swept: its words for a figure, and the overrides that set one value."""

    name: str
    label: str
    points: tuple[float, ...]
    overrides: Callable[[float], list[str]]


UPLINK_SPEED = Axis(
    "uplink-speed",
    "uplink speed (Mbit/s)",
    (0.5, 1.0, 1.5, 2.0, 2.4, 2.6, 3.0, 4.0, 6.0, 10.0, 20.0),
    lambda mbps: [f"uplink={{kind='constant', rate_kbps={round(mbps * 1000)}}}"],
)
REQUEST_DELAY = Axis(
    "request-delay",
    "mean request delay (ms), exponential",
    (10, 50, 200, 500, 1_000, 2_000, 4_000, 8_000, 16_000),
    lambda ms: [f"network.request_delay_ms={{distribution='exponential', mean_ms={ms}}}"],
)


def sweep(
    scenario: str,
    axis: Axis,
    designs: Sequence[str],
    sessions: int,
    seed: int,
    workers: int = 1,
    overrides: Sequence[str] = (),
    progress: Callable[[int], None] | None = None,
) -> pd.DataFrame:
    """One row per value, design and property: sessions, violations, rate and interval."""
    rows = []
    for value in axis.points:
        loaded = load_scenario(scenario, [*overrides, *axis.overrides(value)])
        specs = load_designs(list(designs), loaded)
        result = compare(loaded, specs, sessions, seed, workers, progress=progress)
        for design, verdicts in result.verdicts.items():
            for slug in PROPERTIES:
                verdict = verdicts[slug]
                if verdict.sessions:
                    bounds = wilson(verdict.violations, verdict.sessions)
                    counts = (verdict.sessions, verdict.violations)
                    interval = (bounds.estimate, bounds.low, bounds.high)
                    rows.append((axis.name, value, design, slug, *counts, *interval))
    columns = ["axis", "value", "design", "property", "sessions", "violations"]
    return pd.DataFrame(rows, columns=[*columns, "rate", "low", "high"])
