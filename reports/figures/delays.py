"""How long from the stop to the final completion: on a log axis, where 5 s and 10 min both show."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from lastchunk.reports.figures.style import DESIGN_COLOURS, GREY, new_figure, styled

PROMISED = {5_000: "5 s", 600_000: "10 min"}
TICKS_S = {0.01: "10 ms", 0.1: "0.1 s", 1: "1 s", 10: "10 s", 100: "100 s", 1000: "1000 s"}


def delay_figure(frames: Mapping[str, pd.DataFrame]) -> Figure:
    """The share of sessions completed by each delay after the stop, one panel a scenario.

    ``frames`` holds the rows of each scenario by its title. A curve that ends below 100 % belongs
    to a design that never completed the rest, or completed it before the stop, which is written
    there; sessions whose user never stopped are left out.
    """
    count = len(frames)
    columns = min(3, count)
    rows = -(-count // columns)
    with styled():
        figure = new_figure(11, 0.6 + 2.3 * rows)
        grid = figure.subplots(rows, columns, sharex=True, sharey=True, squeeze=False).ravel()
        for place, (axes, (title, frame)) in enumerate(zip(grid, frames.items(), strict=False)):
            _draw(axes, frame)
            axes.set_title(title, fontsize=9, loc="left", pad=12)
            axes.tick_params(labelbottom=place + columns >= count)
        for axes in grid[count:]:
            axes.set_visible(False)
        grid[0].set_xscale("log")
        grid[0].set_xticks(list(TICKS_S), list(TICKS_S.values()), fontsize=7)
        grid[0].set_xlim(0.01, 5_000)
        grid[0].set_ylim(-0.03, 1.03)
        pairs = [axes.get_legend_handles_labels() for axes in grid]  # a panel may have no curve
        key = {label: handle for found in pairs for handle, label in zip(*found, strict=True)}
        if key:
            handles, labels = list(key.values()), list(key)
            figure.legend(handles, labels, loc="outside lower right", ncols=4, frameon=False)
        figure.supxlabel("time from stop to final completion (log)", fontsize=9)
        figure.supylabel("share of stopped sessions completed", fontsize=9)
    return figure


def _draw(axes: Axes, frame: pd.DataFrame) -> None:
    """One scenario: a curve a design, the promises, and what no curve can show."""
    notes = []
    for place, (design, part) in enumerate(frame.groupby("design", observed=True)):
        stopped = part[part["stop_ms"] >= 0]
        if stopped.empty:
            continue
        delays = np.sort(stopped.loc[stopped["delay_ms"] >= 0, "delay_ms"].to_numpy())
        share = np.arange(1, delays.size + 1) / len(stopped)
        x = np.concatenate([[1e-3], np.maximum(delays, 1) / 1000, [2e4]])
        y = np.concatenate([[0.0], share, [share[-1] if share.size else 0.0]])
        colour = DESIGN_COLOURS[place % len(DESIGN_COLOURS)]
        style = "-" if place % 2 else "--"
        axes.step(x, y, where="post", color=colour, ls=style, lw=1.8, label=str(design))
        before = (stopped["completed_ms"] >= 0) & (stopped["completed_ms"] < stopped["stop_ms"])
        if before.any():
            notes.append(f"{design}: {100 * before.mean():.0f} % completed before the stop")
    for at_ms, words in PROMISED.items():
        axes.axvline(at_ms / 1000, color=GREY, lw=0.8, ls=":")
        axes.text(at_ms / 1000, 1.05, words, fontsize=7, color=GREY, ha="center")
    if (frame["stop_ms"] < 0).all():
        notes.append("nobody stopped")
    box = {"facecolor": "white", "edgecolor": "none", "pad": 1}
    axes.text(0.1, 0.5, "\n".join(notes), transform=axes.transAxes, fontsize=7, bbox=box)
