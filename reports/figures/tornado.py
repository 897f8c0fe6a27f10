"""A tornado: which settings matter to a figure, the one that matters most on top.

Each bar has its 95 % interval as a line, where the frame has one.
"""

from __future__ import annotations

from typing import Any

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from lastchunk.model.base.errors import InputError
from lastchunk.model.estimate.checks import check_kind
from lastchunk.reports.base.setting_words import setting_words
from lastchunk.reports.figures.style import DESIGN_COLOURS, new_figure, styled

OF_SOBOL, OF_MORRIS = ("alone", "with_others"), ("effect", "spread")
NOTHING = 1e-12
"""What rounding leaves of no effect."""
WORDS = {
    "alone": "alone",
    "with_others": "with all others",
    "effect": "mean effect over the range",
    "spread": "how unequal it is (standard deviation)",
}


def plot_tornado(frame: pd.DataFrame, axes: Axes | None = None) -> Axes:
    """A bar for each setting, both ways; ``frame`` is what `sensitivity` returned."""
    check_kind("frame", frame, pd.DataFrame, "what sensitivity returned")
    columns = next((c for c in (OF_SOBOL, OF_MORRIS) if set(c) <= set(frame.columns)), None)
    if columns is None or "setting" not in frame.columns:
        raise InputError("frame", list(frame.columns)[:3], "what sensitivity returned")
    with styled():
        if axes is None:
            figure = new_figure(7, 1.2 + 0.45 * len(frame))
            made: Any = figure.subplots()
            axes = made
        assert axes is not None
        for place, name in enumerate(columns):
            rows = [row + (place - 0.5) * 0.38 for row in range(len(frame))]
            widths = frame[name].to_numpy(dtype=float)
            axes.barh(rows, widths, height=0.36, color=DESIGN_COLOURS[place], label=WORDS[name])
            if f"{name}_low" in frame.columns:
                axes.hlines(rows, frame[f"{name}_low"], frame[f"{name}_high"], "black", lw=1.2)
        if not varies(frame):
            words, whole = "the figure does not vary", axes.transAxes
            axes.text(0.5, 0.5, words, fontsize=9, transform=whole, ha="center", va="center")
        axes.set_yticks(range(len(frame)), [setting_words(key) for key in frame["setting"]])
        axes.set_ylim(len(frame) - 0.5, -0.5)
        axes.axvline(0, color="black", lw=0.6)
        is_share = columns == OF_SOBOL
        words = "share of the variance" if is_share else "change of the figure"
        axes.set_xlabel(words, loc="left")
        axes.grid(axis="x", lw=0.4, alpha=0.5)
        # Below the axes: there an interval may reach anywhere.
        below = (1.0, 0.0)
        axes.legend(
            frameon=False, fontsize=8, loc="upper right", bbox_to_anchor=below, borderaxespad=2.2
        )
    return axes


def varies(frame: pd.DataFrame) -> bool:
    """Whether any setting changes the figure; ``frame`` is what `sensitivity` returned."""
    columns = [name for name in (*OF_SOBOL, *OF_MORRIS) if name in frame.columns]
    return bool((frame[columns].abs() > NOTHING).any(axis=None))


def tornado_figure(frame: pd.DataFrame, title: str) -> Figure:
    """The same as a figure with a title."""
    axes = plot_tornado(frame)
    axes.set_title(title, fontsize=9, loc="left")
    figure: Any = axes.figure
    found: Figure = figure
    return found
