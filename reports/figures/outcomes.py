"""What became of the sessions: one bar a scenario and design, split by outcome."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd
from matplotlib.figure import Figure

from model.properties import OUTCOMES
from reports.figures.style import OUTCOME_COLOURS, new_figure, styled

WORDS = {
    "prompt": "complete and prompt",
    "late": "complete but late",
    "lost": "lost",
    "refused": "refused",
    "never finalized": "never finalized",
}


def outcome_figure(outcomes: Mapping[str, pd.DataFrame]) -> Figure:
    """``outcomes`` holds by scenario title the sessions by design (rows) and outcome (columns)."""
    bars = [
        (title if place == 0 else "", str(design), counts)
        for title, table in outcomes.items()
        for place, (design, counts) in enumerate(table.iterrows())
    ]
    positions: list[float] = []
    at = 0.0
    for title, _, _ in bars:
        at += 1.5 if title and positions else 1.0
        positions.append(-at)
    with styled():
        figure = new_figure(11, 1.0 + 0.27 * (at + 1))
        axes = figure.subplots()
        left = [0.0] * len(bars)
        for outcome in OUTCOMES:
            shares = [float(counts[outcome]) / float(counts.sum()) for _, _, counts in bars]
            axes.barh(
                positions,
                shares,
                left=left,
                color=OUTCOME_COLOURS[outcome],
                label=WORDS[outcome],
                height=0.85,
                edgecolor="white",
                lw=0.4,
            )
            left = [a + b for a, b in zip(left, shares, strict=True)]
        labels = [f"{title}   {design}" if title else design for title, design, _ in bars]
        axes.set_yticks(positions, labels)
        axes.tick_params(left=False)
        axes.spines["left"].set_visible(False)
        axes.set_xlim(0, 1)
        axes.set_ylim(positions[-1] - 0.6, positions[0] + 0.6)
        axes.set_xlabel("share of sessions")
        figure.legend(loc="outside upper right", ncols=len(OUTCOMES), frameon=False)
    return figure
