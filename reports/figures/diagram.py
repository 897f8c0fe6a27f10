"""The state diagram of a design: boxes for what the object knows, arrows for what changes it.

Each state has one place on every drawing, so two designs can be laid side by side. An arrow on
which chunks were missing as the session was completed is a recording cut short: it is vermilion and
dashed.
"""

from __future__ import annotations

from typing import Any

from matplotlib.figure import Figure
from matplotlib.patches import FancyArrowPatch, FancyBboxPatch

from lastchunk.model.explore.diagram import NOWHERE, ORDER, Diagram
from lastchunk.reference_impl.contract import COMPLETED
from lastchunk.reports.base.palette import BLACK, BLUE, FAINT_GREEN, GREY, PALE, VERMILION
from lastchunk.reports.figures.style import new_figure, styled

Point = tuple[float, float]
CORNERS: tuple[Point, ...] = ((-1, 3), (0.6, 3), (5.4, 3), (3, 1.5), (0.6, 0), (5.4, 0), (3, -1.3))
PLACES = dict(zip(ORDER, CORNERS, strict=True))
"""Where each known state stands, in inches; others stand in a row of their own above."""
START_STATE = "start"
CUT_SHORT = "chunks missing"
FILLS = {COMPLETED: FAINT_GREEN, NOWHERE: PALE}
BEND = 0.22
"""How far off the straight line an arrow bends, so that its opposite is another one."""
HEIGHT = 0.3


def diagram_figure(diagram: Diagram) -> Figure:
    """The states and transitions of a diagram as one drawing."""
    places = points_of(diagram)
    low = min(y for _, y in places.values()) - 0.8
    high = max(y for _, y in places.values()) + 0.9
    with styled():
        figure = new_figure(9, high - low + 0.3)
        axes = figure.subplots()
        axes.set_axis_off()
        axes.set_xlim(-1.6, 7.2)
        axes.set_ylim(low, high)
        axes.set_title(diagram.design, loc="left", fontweight="bold")
        boxes = {state: _box(axes, state, place) for state, place in places.items()}
        for before, after in dict.fromkeys((t.before, t.after) for t in diagram.transitions):
            words = diagram.triggers(before, after)
            if before == after:
                _loop(axes, places[before], "\n".join(words))
            else:
                _arrow(axes, boxes, (before, after), (places[before], places[after]), words)
    return figure


def points_of(diagram: Diagram) -> dict[str, Point]:
    """Where each state of a diagram stands; no two at one place."""
    unknown = [state for state in diagram.states if state not in PLACES]
    above = {state: (2.4 * at, 4.5) for at, state in enumerate(unknown)}
    return {state: above.get(state) or PLACES[state] for state in diagram.states}


def _box(axes: Any, state: str, place: Point) -> FancyBboxPatch:
    name, (x, y) = state or START_STATE, place
    width = 0.075 * len(name) + 0.2
    box = FancyBboxPatch(
        (x - width / 2, y - HEIGHT / 2),
        width,
        HEIGHT,
        boxstyle="round,pad=0.04",
        facecolor=FILLS.get(state, "white"),
        edgecolor=BLACK,
        zorder=3,
    )
    axes.add_patch(box)
    axes.text(x, y, name, ha="center", va="center", zorder=4)
    return box


def _arrow(
    axes: Any,
    boxes: dict[str, FancyBboxPatch],
    states: tuple[str, str],
    places: tuple[Point, Point],
    triggers: list[str],
) -> None:
    (before, after), ((x, y), (to_x, to_y)) = states, places
    is_cut = after == COMPLETED and any(CUT_SHORT in trigger for trigger in triggers)
    colour = VERMILION if is_cut or before == COMPLETED else BLUE
    arrow = FancyArrowPatch(
        (x, y),
        (to_x, to_y),
        patchA=boxes[before],
        patchB=boxes[after],
        connectionstyle=f"arc3,rad={BEND}",
        arrowstyle="-|>",
        mutation_scale=11,
        shrinkA=2,
        shrinkB=2,
        color=colour,
        linestyle="--" if is_cut else "-",
        lw=1.2,
    )
    axes.add_patch(arrow)
    # The middle of the bend is half of its height off the straight line, to the right of the way.
    middle = (
        (x + to_x) / 2 + BEND / 2 * (to_y - y),
        (y + to_y) / 2 - BEND / 2 * (to_x - x),
    )
    _words(axes, middle, "\n".join(triggers), colour)


def _loop(axes: Any, place: Point, words: str) -> None:
    """A transition that stays: a loop above the state in the upper half, below it in the lower."""
    x, y = place
    side = 1 if y > 0 else -1
    out = 0.0 if side > 0 else (-0.35 if x < CORNERS[-1][0] else 0.35)
    edge = y + (HEIGHT / 2 + 0.05) * side
    loop = FancyArrowPatch(
        (x + out - 0.15, edge),
        (x + out + 0.15, edge),
        connectionstyle=f"arc3,rad={-1.3 * side}",
        arrowstyle="-|>",
        mutation_scale=9,
        color=GREY,
        lw=1.0,
    )
    axes.add_patch(loop)
    _words(axes, (x + 1.8 * out, edge + 0.35 * side), words, BLACK)


def _words(axes: Any, place: Point, words: str, colour: str) -> None:
    backing = {"boxstyle": "square,pad=0.1", "facecolor": "white", "edgecolor": "none"}
    axes.text(*place, words, fontsize=7, color=colour, ha="center", va="center", bbox=backing)
