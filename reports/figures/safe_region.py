"""The safe region of two settings: the exact boundary over the failure rate that sampling sees."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from matplotlib.figure import Figure

from lastchunk.model.explore.threshold import Threshold
from lastchunk.reports.base.palette import BLUE
from lastchunk.reports.base.setting_words import setting_words
from lastchunk.reports.figures.style import new_figure, styled

Rates = Sequence[Sequence[float]]


def safe_region_figure(
    region: Sequence[tuple[int, Threshold]],
    across: str,
    grid: tuple[Sequence[int], Sequence[int]],
    rates: Rates,
) -> Figure:
    """``region`` holds the boundary for each value across; ``rates[row][column]`` the sampled share
    of sessions that fail, over the values of ``grid`` (across, along). Times are ms.
    """
    columns, rows = grid
    with styled():
        figure = new_figure(7, 4)
        axes = figure.subplots()
        shading = axes.pcolormesh(
            np.array(columns), np.array(rows), np.array(rates), cmap="Greys", vmin=0, vmax=1
        )
        found = [(value, item.above_ms) for value, item in region if item.above_ms is not None]
        values = [value for value, _ in found]
        limits = [limit for _, limit in found]
        axes.step(values, limits, where="mid", color=BLUE, lw=2, label="proved from here up")
        axes.plot(values, limits, "o", color=BLUE, ms=4)
        axes.set_xlabel(setting_words(across))
        axes.set_ylabel(setting_words(region[0][1].key))
        axes.set_ylim(min(rows), max(rows))
        axes.legend(loc="upper left", frameon=False)
        figure.colorbar(shading, ax=axes, label="share of sessions that fail, sampled")
    return figure
