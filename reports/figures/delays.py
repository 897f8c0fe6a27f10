"""How long from the stop to the final completion: on a log axis, where 5 s and 10 min both show."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from numpy.typing import NDArray

from lastchunk.reports.base.palette import DIM, GREY
from lastchunk.reports.figures.style import (
    DESIGN_COLOURS,
    DESIGN_DASHES,
    DESIGN_MARKERS,
    line_width,
    new_figure,
    styled,
)

STEPS_MAX = 100
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
        places: dict[str, int] = {}
        for place, (axes, (title, frame)) in enumerate(zip(grid, frames.items(), strict=False)):
            places |= _draw(axes, frame)
            axes.set_title(title, fontsize=9, loc="left", pad=12)
            axes.tick_params(labelbottom=place + columns >= count)
        for axes in grid[count:]:
            axes.set_visible(False)
        grid[0].set_xscale("log")
        grid[0].set_xticks(list(TICKS_S), list(TICKS_S.values()), fontsize=7)
        grid[0].set_xlim(0.01, 5_000)
        grid[0].set_ylim(-0.03, 1.03)
        if places:
            _key(figure, places)
        figure.supxlabel("time from stop to final completion (log)", fontsize=9)
        figure.supylabel("share of stopped sessions completed", fontsize=9)
    return figure


def _draw(axes: Axes, frame: pd.DataFrame) -> dict[str, int]:
    """One scenario: a curve a design, the promises, and what no curve can show.

    The result says which designs have a curve, and which look.
    """
    notes, curves = [], {}
    for place, (design, part) in enumerate(frame.groupby("design", observed=True)):
        stopped = part[part["stop_ms"] >= 0]
        if stopped.empty:
            continue
        curves[str(design)] = (place, _curve(stopped))
        axes.step(*_curve(stopped), where="post", label=str(design), **_look(place))
        before = (stopped["completed_ms"] >= 0) & (stopped["completed_ms"] < stopped["stop_ms"])
        if before.any():
            notes.append(f"{design}: {100 * before.mean():.0f} % completed before the stop")
    for place, curve in curves.values():
        _mark(axes, *curve, place)
    for at_ms, words in PROMISED.items():
        axes.axvline(at_ms / 1000, color=GREY, lw=0.8, ls=":")
        axes.text(at_ms / 1000, 1.05, words, fontsize=7, color=DIM, ha="center")
    if (frame["stop_ms"] < 0).all():
        notes.append("nobody stopped")
    box = {"facecolor": "white", "edgecolor": "none", "pad": 1}
    axes.text(0.1, 0.5, "\n".join(notes), transform=axes.transAxes, fontsize=7, bbox=box)
    return {design: place for design, (place, _) in curves.items()}


def _curve(stopped: pd.DataFrame) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """The share completed by each delay in s; of many sessions, one step in a hundred is enough."""
    delays = np.sort(stopped.loc[stopped["delay_ms"] >= 0, "delay_ms"].to_numpy())
    share = np.arange(1, delays.size + 1) / len(stopped)
    if delays.size > STEPS_MAX:
        kept = np.unique(np.linspace(0, delays.size - 1, STEPS_MAX).round().astype(int))
        delays, share = delays[kept], share[kept]
    x = np.concatenate([[1e-3], np.maximum(delays, 1) / 1000, [2e4]])
    y = np.concatenate([[0.0], share, [share[-1] if share.size else 0.0]])
    return x, y


def _look(place: int) -> dict[str, Any]:
    """What tells a design's curve from one that runs along it: colour, dashes and width."""
    return {
        "color": DESIGN_COLOURS[place % len(DESIGN_COLOURS)],
        "ls": DESIGN_DASHES[place % len(DESIGN_DASHES)],
        "lw": line_width(place),
    }


def _mark(axes: Axes, x: NDArray[np.float64], y: NDArray[np.float64], place: int) -> None:
    """The design's own mark here and there on its curve, at other places than the others'."""
    at = 10 ** (np.arange(-1.75, 3.6, 1.0) + 0.25 * (place % 4))
    height = y[np.searchsorted(x, at, side="right") - 1]
    marker = DESIGN_MARKERS[place % len(DESIGN_MARKERS)]
    colour = DESIGN_COLOURS[place % len(DESIGN_COLOURS)]
    axes.plot(at, height, marker, color=colour, mec="white", mew=0.5, ms=6, ls="")


def _key(figure: Figure, places: Mapping[str, int]) -> None:
    """The designs by line and mark."""
    handles = [
        Line2D(
            [], [], marker=DESIGN_MARKERS[place % len(DESIGN_MARKERS)], label=name, **_look(place)
        )
        for name, place in sorted(places.items(), key=lambda item: item[1])
    ]
    figure.legend(handles=handles, loc="outside lower right", ncols=4, frameon=False)
