"""How figures look: which colour and which mark each design and outcome has."""

from __future__ import annotations

from contextlib import AbstractContextManager
from typing import Any

import matplotlib as mpl
from matplotlib.figure import Figure

from lastchunk.reports.base.palette import (
    BLACK,
    BLUE,
    GREEN,
    GREY,
    MINT,
    ORANGE,
    PALE,
    PURPLE,
    SKY,
    VERMILION,
    YELLOW,
)

OUTCOME_COLOURS = {
    "prompt": GREEN,
    "unstopped": MINT,
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
DESIGN_DASHES: tuple[Any, ...] = ("-", (0, (4, 1.5)), (0, (1.2, 1.2)), (0, (6, 1.5, 1.2, 1.5)))
"""How the line of each design is broken."""


def line_width(place: int) -> float:
    """The first line is the thickest, so that one that lies on it does not cover it."""
    return max(1.2, 4.2 - 1.3 * place)


def design_line(place: int) -> dict[str, Any]:
    """How a design's line with its marks is drawn: none covers one that lies beneath it."""
    return {
        "color": DESIGN_COLOURS[place % len(DESIGN_COLOURS)],
        "marker": DESIGN_MARKERS[place % len(DESIGN_MARKERS)],
        "ls": DESIGN_DASHES[place % len(DESIGN_DASHES)],
        "lw": line_width(place),
        "ms": 8 - 2 * min(place, 3),
    }


SETTINGS: dict[str, Any] = {
    "font.family": "DejaVu Sans",
    "font.size": 9,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "svg.hashsalt": "lastchunk",
    "svg.fonttype": "none",
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
