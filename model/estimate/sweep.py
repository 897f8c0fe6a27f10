"""Sweeps: one setting over a range of values, the failure rates at each."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from lastchunk.model.base.errors import InputError
from lastchunk.model.base.workers import workers_or_here
from lastchunk.model.design.load import DesignLike, load_designs
from lastchunk.model.estimate.comparison import Comparison, compare
from lastchunk.model.estimate.intervals import wilson
from lastchunk.model.scenario.load import ScenarioLike, load_scenario


@dataclass(frozen=True)
class Axis:
    """What is swept: its words for a figure, and the overrides that set one value.

    ``replaces_uplink`` tells that a measured uplink gives way to the one that is swept.
    """

    name: str
    label: str
    points: tuple[float, ...]
    overrides: Callable[[float], list[str]]
    replaces_uplink: bool = False


UPLINK_SPEED = Axis(
    "uplink-speed",
    "uplink speed (Mbit/s)",
    (0.5, 1.0, 1.5, 2.0, 2.4, 2.6, 3.0, 4.0, 6.0, 10.0, 20.0),
    lambda mbps: [f"uplink={{kind='constant', rate_kbps={round(mbps * 1000)}}}"],
    replaces_uplink=True,
)
REQUEST_DELAY = Axis(
    "request-delay",
    "mean request delay (ms), exponential",
    (10, 50, 200, 500, 1_000, 2_000, 4_000, 8_000, 16_000),
    lambda ms: [f"network.request_delay_ms={{distribution='exponential', mean_ms={ms}}}"],
)


def sweep(
    scenario: ScenarioLike,
    axis: Axis,
    designs: Sequence[DesignLike] | DesignLike,
    sessions: int,
    seed: int,
    workers: int = 1,
    overrides: Sequence[str] = (),
    uplink: Path | None = None,
    video_mbps: float | None = None,
    progress: Callable[[int], None] | None = None,
) -> pd.DataFrame:
    """One row per value, design and property: sessions, violations, rate and interval.

    The scenario is loaded anew for each value, with ``overrides``, ``uplink`` and ``video_mbps``
    as for `load_scenario`; the frame's ``attrs["scenario"]`` is its title.
    """
    if not isinstance(axis, Axis):
        raise InputError("axis", axis, "an Axis, such as UPLINK_SPEED")
    compared: list[Future[Comparison]] = []
    with workers_or_here(workers) as executor:  # a value is a task: few sessions are one batch
        for value in axis.points:
            measured = None if axis.replaces_uplink else uplink
            settings = [*overrides, *axis.overrides(value)]
            loaded = load_scenario(scenario, settings, measured, video_mbps)
            specs = load_designs(designs, loaded)
            future = executor.submit(compare, loaded, specs, sessions, seed)
            if progress is not None:
                future.add_done_callback(lambda _: progress(sessions))
            compared.append(future)
        results = [future.result() for future in compared]
    rows = []
    for value, result in zip(axis.points, results, strict=True):
        for design, verdicts in result.verdicts.items():
            for slug, verdict in verdicts.items():
                if verdict.sessions:
                    bounds = wilson(verdict.violations, verdict.sessions)
                    counts = (verdict.sessions, verdict.violations)
                    interval = (bounds.estimate, bounds.low, bounds.high)
                    rows.append((axis.name, value, design, slug, *counts, *interval))
    columns = ["axis", "value", "design", "property", "sessions", "violations"]
    frame = pd.DataFrame(rows, columns=[*columns, "rate", "low", "high"])
    frame.attrs["scenario"] = load_scenario(scenario, overrides, uplink, video_mbps).title
    return frame
