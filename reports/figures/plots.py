"""Small pictures of results, on axes that a caller may bring, and go on with.

Each returns the matplotlib axes, so that titles, limits and what else is drawn stay the caller's.
"""

from __future__ import annotations

from typing import Any

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from lastchunk.model.base.errors import InputError
from lastchunk.model.estimate.checks import check_kind, check_name
from lastchunk.model.estimate.comparison import Comparison
from lastchunk.model.properties import PROPERTIES
from lastchunk.model.simulate import Run
from lastchunk.reports.figures.style import (
    DESIGN_COLOURS,
    DESIGN_MARKERS,
    design_line,
    new_figure,
)
from lastchunk.reports.figures.timeline import timeline_figure

NO_AXIS = ("axis", "value", "design", "property", "sessions", "violations", "rate", "low", "high")
"""Columns of a sweep that are no axis of it; ``value`` is that of its only one."""


def run_axes(run: Run) -> Axes:
    """A session as its timeline."""
    figure: Figure = timeline_figure(run)
    return figure.axes[0]


def comparison_axes(
    result: Comparison, slug: str = "complete_at_finalization", axes: Axes | None = None
) -> Axes:
    """The rate at which each design violates a property, with its 95 % interval."""
    check_name("property", slug, [*PROPERTIES, *result.own])
    axes = axes or _axes(5, 0.6 + 0.4 * len(result.designs))
    table = result.statistics()
    table = table[table["property"] == slug]
    rows: Any = table.itertuples()  # the columns have names alone, and no types
    for place, row in enumerate(rows):
        if not row.sessions:
            axes.text(0, place, "no session says anything about it", va="center", fontsize=8)
            continue
        rate = row.violations / row.sessions
        colour = DESIGN_COLOURS[place % len(DESIGN_COLOURS)]
        axes.plot([row.low, row.high], [place, place], color=colour, lw=2)
        axes.plot([rate], [place], DESIGN_MARKERS[place % len(DESIGN_MARKERS)], color=colour)
    axes.set_yticks(range(len(table)), list(table["design"]))
    axes.set_ylim(len(table) - 0.5, -0.5)
    axes.set_xlim(-0.02, 1.02)
    axes.set_xlabel(f"share of sessions that violate {slug}")
    axes.grid(axis="x", lw=0.4, alpha=0.5)
    return axes


def plot_sweep(
    frame: pd.DataFrame,
    slug: str = "complete_at_finalization",
    axes: Axes | None = None,
    x: str = "",
) -> Axes:
    """The rates of a sweep over one axis, a line a design, with bands of 95 %.

    ``frame`` is what `sweep` returned; ``x`` is the column to go along, where there are several.
    """
    check_kind("frame", frame, pd.DataFrame, "what sweep returned")
    if not set(NO_AXIS[2:]) <= set(frame.columns):
        raise InputError("frame", list(frame.columns)[:3], "what sweep returned")
    known = [name for name in frame.columns if name not in NO_AXIS] or ["value"]
    x = x or known[0]
    if x not in frame.columns:
        raise InputError("x", x, "one of " + ", ".join(known))
    check_name("property", slug, list(frame["property"].unique()))
    axes = axes or _axes(5, 3.2)
    part = frame[frame["property"] == slug].sort_values(x)
    for place, (design, rows) in enumerate(part.groupby("design", sort=False)):
        look, at = design_line(place), rows[x].to_numpy()
        axes.fill_between(at, rows["low"], rows["high"], color=look["color"], alpha=0.2, lw=0)
        axes.plot(at, rows["rate"], **look, label=str(design))
    name = str(frame["axis"].iloc[0]) if "axis" in frame.columns and len(frame) else x
    axes.set_xlabel(name)
    axes.set_ylabel(f"share that violates {slug}")
    axes.set_ylim(-0.03, 1.03)
    axes.legend(frameon=False)
    return axes


def _axes(width: float, height: float) -> Axes:
    figure = new_figure(width, height)
    found: Any = figure.subplots()
    axes: Axes = found
    return axes
