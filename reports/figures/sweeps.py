"""Failure rates against one setting, with 95 % intervals as bands."""

from __future__ import annotations

import pandas as pd
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, NullFormatter

from lastchunk.model.estimate.space import Axis
from lastchunk.reports.figures.style import design_line, new_figure, styled

SWEPT_WORDS = {
    "complete_at_finalization": "completed without a chunk",
    "nothing_lost": "a chunk never stored",
    "finalizes_promptly": "completed, but late",
    "finalizes": "never finalized",
}


def sweep_figure(axis: Axis, frame: pd.DataFrame) -> Figure:
    """One panel a property, one line a design; ``frame`` is what `sweep` returned."""
    with styled():
        figure = new_figure(11, 3.2)
        row = figure.subplots(1, len(SWEPT_WORDS), sharey=True)
        designs = list(frame["design"].unique())
        for axes, (slug, words) in zip(row, SWEPT_WORDS.items(), strict=True):
            part = frame[frame["property"] == slug]
            for place, design in enumerate(designs):
                line = part[part["design"] == design]
                look = design_line(place)
                x = line["value"].to_numpy()
                low, high = line["low"], line["high"]
                axes.fill_between(x, low, high, color=look["color"], alpha=0.25, lw=0)
                axes.plot(x, line["rate"], **look, label=str(design))
            axes.set_xscale("log")
            axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:,g}"))
            axes.xaxis.set_minor_formatter(NullFormatter())
            axes.set_ylim(-0.03, 1.03)
            axes.set_title(words, fontsize=9, loc="left")
            axes.grid(axis="y", lw=0.4, alpha=0.5)
        row[0].set_ylabel("share of sessions")
        handles, labels = row[0].get_legend_handles_labels()
        figure.legend(handles, labels, loc="outside lower right", ncols=4, frameon=False)
        figure.supxlabel(axis.label, fontsize=9)
    return figure
