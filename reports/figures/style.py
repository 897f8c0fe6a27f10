"""How figures look: the colours of Okabe and Ito, which the colour-blind can tell apart."""

from __future__ import annotations

from contextlib import AbstractContextManager
from typing import Any

import matplotlib as mpl
from matplotlib.figure import Figure

BLACK, ORANGE, SKY, GREEN = "#000000", "#E69F00", "#56B4E9", "#009E73"
YELLOW, BLUE, VERMILION, PURPLE = "#F0E442", "#0072B2", "#D55E00", "#CC79A7"
GREY, PALE = "#8A8A8A", "#D9D9D9"

OUTCOME_COLOURS = {
    "prompt": GREEN,
    "unstopped": "#8FD3BF",
    "late": SKY,
    "incomplete": PURPLE,
    "too early": YELLOW,
    "lost": ORANGE,
    "refused and lost": VERMILION,
    "never finalized": BLACK,
    "cut off": GREY,
    "no session": PALE,
}
DESIGN_COLOURS = (BLUE, VERMILION, GREEN, PURPLE, ORANGE, SKY)
DESIGN_MARKERS = ("o", "s", "^", "D", "v", "P")

SETTINGS: dict[str, Any] = {
    "font.family": "DejaVu Sans",
    "font.size": 9,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "svg.hashsalt": "lastchunk",
    "svg.fonttype": "path",
    "figure.dpi": 100,
}


def styled() -> AbstractContextManager[None]:
    """The house's style while the context lasts; nothing outside it is changed."""
    settings: Any = SETTINGS
    return mpl.rc_context(settings)


def new_figure(width_in: float, height_in: float) -> Figure:
    """An empty figure of that size, in the house's style, that no global state knows."""
    with styled():
        return Figure(figsize=(width_in, height_in), layout="constrained")
