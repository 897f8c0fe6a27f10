"""What became of the sessions: one bar a scenario and design, split by outcome."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import pandas as pd
from matplotlib.figure import Figure

from lastchunk.model.properties import OUTCOMES
from lastchunk.reports.figures.style import OUTCOME_COLOURS, new_figure, styled

OUTCOME_WORDS = {
    "prompt": "complete and prompt",
    "unstopped": "complete, nobody stopped",
    "late": "complete but late",
    "incomplete": "declared incomplete",
    "too early": "completed too early",
    "lost": "lost",
    "refused and lost": "refused and lost",
    "never finalized": "never finalized",
    "cut off": "run cut off",
    "no session": "no session",
}
MEANINGS = {
    "prompt": "all stored, and completed in time after the stop and the last upload",
    "unstopped": "all stored and completed; without a stop, promptness is not judged",
    "late": "all stored, but completed later than that",
    "incomplete": "settled by the design as incomplete, and not completed",
    "too early": "completed before all was recorded and stored; all is stored in the end",
    "lost": "completed, and a recorded chunk is stored nowhere at the end",
    "refused and lost": "the same, and that chunk was answered with a 4xx status",
    "never finalized": "neither completed nor declared incomplete, for ever",
    "cut off": "the run ended at a limit of the scenario before this was decided",
    "no session": "the object never heard of it",
}
"""What each outcome means, for a caption; by the same rules as the properties."""


def outcome_words(seen: Iterable[str]) -> str:
    """A caption that explains those outcomes, in their order."""
    shown = [item for item in OUTCOMES if item in set(seen)]
    return "Each session has one outcome. " + " ".join(
        f"{OUTCOME_WORDS[item].capitalize()}: {MEANINGS[item]}." for item in shown
    )


def outcomes_met(tables: Iterable[pd.DataFrame]) -> list[str]:
    """The outcomes that any session has, in order."""
    tables = list(tables)
    return [item for item in OUTCOMES if any(table[item].any() for table in tables)]


def outcome_figure(outcomes: Mapping[str, pd.DataFrame]) -> Figure:
    """``outcomes`` holds by scenario title the sessions by design (rows) and outcome (columns).

    Outcomes that no session has are left out.
    """
    shown = outcomes_met(outcomes.values())
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
        for outcome in shown:
            shares = [float(counts[outcome]) / float(counts.sum()) for _, _, counts in bars]
            axes.barh(
                positions,
                shares,
                left=left,
                color=OUTCOME_COLOURS[outcome],
                label=OUTCOME_WORDS[outcome],
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
        figure.legend(loc="outside upper right", ncols=min(5, len(shown)), frameon=False)
    return figure
