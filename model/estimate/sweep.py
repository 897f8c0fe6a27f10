"""Sweeps: one setting or several over a range of values, the failure rates at each."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future
from pathlib import Path

import pandas as pd

from lastchunk.model.base.errors import InputError, as_plain
from lastchunk.model.base.workers import check_workers, workers_or_here
from lastchunk.model.design.load import DesignLike, load_designs
from lastchunk.model.estimate.comparison import Comparison, compare
from lastchunk.model.estimate.intervals import whatever_they_were, wilson
from lastchunk.model.estimate.space import Axis, Space, grid
from lastchunk.model.scenario.load import ScenarioLike, as_overrides, load_scenario


def _at_speed(mbps: float) -> list[str]:
    return [f"uplink={{kind='constant', rate_kbps={round(mbps * 1000)}}}"]


def _at_delay(mean_ms: float) -> list[str]:
    return [f"network.request_delay_ms={{distribution='exponential', mean_ms={mean_ms}}}"]


UPLINK_SPEED = Axis(
    "uplink-speed",
    "uplink speed (Mbit/s)",
    (0.5, 1.0, 1.5, 2.0, 2.4, 2.6, 3.0, 4.0, 6.0, 10.0, 20.0),
    _at_speed,
    replaces_uplink=True,
)
REQUEST_DELAY = Axis(
    "request-delay",
    "mean request delay (ms), exponential",
    (10, 50, 200, 500, 1_000, 2_000, 4_000, 8_000, 16_000),
    _at_delay,
)


def sweep(
    scenario: ScenarioLike,
    axis: Axis | Space | Sequence[Axis],
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

    ``axis`` is one `Axis`, whose value is in the column ``value``; or several, every combination of
    which is tried; or a `Space`, such as a `latin_hypercube`: then each axis has a column of its
    name. The scenario is loaded anew for each point, with ``overrides``, ``uplink`` and
    ``video_mbps`` as for `load_scenario`; the frame's ``attrs["scenario"]`` is its title.

    >>> frame = sweep("harmless", Axis.of("client.chunk_ms", [5_000, 10_000]), "alarm", 5, seed=1)
    >>> frame[frame["property"] == "nothing_lost"][["value", "design", "rate"]].values.tolist()
    [[5000, 'alarm', 0.0], [10000, 'alarm', 0.0]]
    """
    workers = as_plain(workers)
    check_workers(workers)
    overrides, space = as_overrides(overrides), _space_of(axis)
    compared: list[Future[Comparison]] = []
    with workers_or_here(workers) as executor:  # a point is a task: few sessions are one batch
        for point in space.points:
            measured = None if space.replaces_uplink else uplink
            settings = [*overrides, *space.overrides(point)]
            loaded = load_scenario(scenario, settings, measured, video_mbps)
            specs = load_designs(designs, loaded)
            future = executor.submit(compare, loaded, specs, sessions, seed)
            if progress is not None:
                future.add_done_callback(lambda _: progress(sessions))
            compared.append(future)
        results = [future.result() for future in compared]
    names = [each.name for each in space.axes]
    rows = [
        (*point, *row)
        for point, result in zip(space.points, results, strict=True)
        for row in _rows(result)
    ]
    frame = pd.DataFrame(rows, columns=[*names, *SWEEP_COLUMNS])
    if isinstance(axis, Axis):
        frame = frame.rename(columns={axis.name: "value"})
        frame.insert(0, "axis", axis.name)
    frame.attrs["scenario"] = load_scenario(scenario, overrides, uplink, video_mbps).title
    return frame


SWEEP_COLUMNS = ["design", "property", "sessions", "violations", "rate", "low", "high"]
"""The columns of a sweep beside those of its axes."""


def _space_of(axis: object) -> Space:
    if isinstance(axis, Space):
        return axis
    axes = [axis] if isinstance(axis, Axis) else axis
    if not isinstance(axes, Sequence) or not all(isinstance(item, Axis) for item in axes):
        raise InputError("axis", axis, "an Axis, such as UPLINK_SPEED, several, or a Space")
    return grid(*axes)


def _rows(result: Comparison) -> Iterator[tuple[object, ...]]:
    """What one comparison says, by design and property; nothing where no session speaks."""
    for design, verdicts in result.verdicts.items():
        for slug, verdict in verdicts.items():
            if verdict.sessions:
                counts = (verdict.sessions, verdict.violations)
                given = (verdict.violations, verdict.sessions, verdict.unsettled)
                bounds = whatever_they_were(wilson, *given)
                yield (design, slug, *counts, bounds.estimate, bounds.low, bounds.high)
