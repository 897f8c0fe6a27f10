"""What a session costs: one bar a design, split by item, one panel a session length."""

from __future__ import annotations

import pandas as pd
from matplotlib.figure import Figure

from lastchunk.model.trace.prices import ITEMS
from lastchunk.reports.base.palette import BLUE, GREEN, ORANGE, PURPLE, SKY, VERMILION
from lastchunk.reports.figures.style import new_figure, styled

COLOURS = dict(zip(ITEMS, (SKY, BLUE, PURPLE, VERMILION, GREEN, ORANGE), strict=True))
COST_WORDS = {
    "worker_requests": "requests to the Worker",
    "requests": "requests to the object",
    "rows_read": "rows read",
    "rows_written": "rows written",
    "blob_puts": "blob puts",
    "active_seconds": "active time",
}


def length_words(length_ms: int) -> str:
    """A session length for reading."""
    if length_ms >= 3_600_000:
        return f"{length_ms / 3_600_000:g} h"
    return f"{length_ms / 60_000:g} min" if length_ms >= 60_000 else f"{length_ms / 1000:g} s"


def cost_figure(table: pd.DataFrame) -> Figure:
    """``table`` is what `model.estimate.costs.cost_table` returned."""
    lengths = list(dict.fromkeys(table["length_ms"]))
    designs = list(dict.fromkeys(table["design"]))
    positions = range(len(designs), 0, -1)
    with styled():
        figure = new_figure(11, 1.3 + 0.3 * len(designs))
        row = figure.subplots(1, len(lengths), sharey=True, squeeze=False)[0]
        for axes, length_ms in zip(row, lengths, strict=True):
            part = table[table["length_ms"] == length_ms].set_index("design").loc[designs]
            left = part["total"].to_numpy() * 0.0
            for item in ITEMS:
                width = part[item].to_numpy()
                axes.barh(
                    positions,
                    width,
                    left=left,
                    height=0.75,
                    color=COLOURS[item],
                    label=COST_WORDS[item],
                    edgecolor="white",
                    lw=0.3,
                )
                left = left + width
            errors = [part["total"] - part["low"], part["high"] - part["total"]]
            axes.errorbar(part["total"], positions, xerr=errors, fmt="none", ecolor="black", lw=1)
            axes.set_title(f"{length_words(int(length_ms))} of video", fontsize=9, loc="left")
            axes.set_xlim(left=0)
        row[0].set_yticks(positions, designs)
        figure.supxlabel("dollars per million sessions", fontsize=9)
        handles, labels = row[0].get_legend_handles_labels()
        figure.legend(handles, labels, loc="outside upper right", ncols=len(ITEMS), frameon=False)
    return figure
