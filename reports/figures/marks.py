"""The marks on a session's timeline: chunks, stops, losses, violations, and the key to it all."""

from __future__ import annotations

from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from reports.figures.spans import Spans
from reports.figures.style import (
    BLACK,
    BLUE,
    GREEN,
    GREY,
    ORANGE,
    PALE,
    SKY,
    VERMILION,
    YELLOW,
)

LANE_AT = {"client": 5.0, "network": 4.0, "object": 3.0, "status": 2.45, "blobs": 2.0, "alarm": 1.0}
COLOURS = {
    "request": SKY,
    "request lost": VERMILION,
    "stop": ORANGE,
    "response": PALE,
    "handler": BLUE,
    "handler refused": VERMILION,
    "put": GREEN,
    "alarm": YELLOW,
    "active": "#BDE3D3",
    "completed": GREY,
}
KEY_WORDS = {
    "request": "upload under way",
    "request lost": "request lost, or refused",
    "stop": "stop call",
    "response": "response",
    "handler": "handler runs or is suspended",
    "put": "blob put",
    "alarm": "alarm pending",
}

Found = list[tuple[int, str, str]]


def draw_marks(axes: Axes, spans: Spans, panel: tuple[int, int]) -> None:
    """What happens at an instant: a chunk recorded, a stop pressed, an alarm run, an answer."""
    chunks = [(index, at) for index, at in spans.chunks if panel[0] <= at <= panel[1]]
    for index, at_ms in chunks:
        words = f" chunk {index} recorded" if len(chunks) == 1 else f" {index}"
        axes.plot(at_ms / 1000, LANE_AT["client"], "|", color=BLUE, ms=14, mew=2)
        axes.text(at_ms / 1000, 5.13, words, fontsize=7, color=BLUE, clip_on=True)
    for at_ms in spans.stops:
        if panel[0] <= at_ms <= panel[1]:
            axes.axvline(at_ms / 1000, color=ORANGE, ls="--", lw=1.2)
            axes.text(at_ms / 1000, 0.42, " stop", fontsize=8, color=ORANGE)
    for lane, kind, at_ms in spans.marks:
        if not panel[0] <= at_ms <= panel[1]:
            continue
        if kind == "fired":
            axes.plot(at_ms / 1000, LANE_AT[lane], "^", color=BLACK, ms=9)
        elif kind == "lost":
            axes.plot(at_ms / 1000, LANE_AT[lane], "x", color=VERMILION, ms=7, mew=2)
        else:
            axes.text(at_ms / 1000, 4.6, f" {kind}", fontsize=8, color=VERMILION, clip_on=True)


def draw_violations(axes: Axes, violations: Found, panel: tuple[int, int]) -> None:
    """A line for each violation with its number; the earliest is thick."""
    times = sorted({at_ms for at_ms, _, _ in violations})
    for at_ms in times:
        if panel[0] <= at_ms <= panel[1]:
            first = at_ms == times[0]
            axes.axvline(at_ms / 1000, color=VERMILION, lw=2.2 if first else 1.0, alpha=0.8)
            numbers = [str(n) for n, item in enumerate(violations, 1) if item[0] == at_ms]
            words = f" violated {', '.join(numbers)}"
            axes.text(
                at_ms / 1000,
                5.45,
                words,
                fontsize=8,
                color=VERMILION,
                fontweight="bold" if first else "normal",
                clip_on=True,
            )


def violation_lines(violations: Found, panels: list[tuple[int, int]]) -> list[str]:
    """The violations by their numbers in the picture."""
    lines = []
    for number, (at_ms, slug, detail) in enumerate(violations, 1):
        shown = any(begin <= at_ms <= end for begin, end in panels)
        where = "" if shown else " (not in the picture)"
        lines.append(f"{number}  {slug}, {at_ms / 1000:,.3f} s: {detail}{where}")
    return lines


def key_of(spans: Spans, panels: list[tuple[int, int]]) -> list[Artist]:
    """What colours and marks mean, for those that the panels show."""

    def shown(from_ms: int, to_ms: int) -> bool:
        return any(to_ms >= begin and from_ms <= end for begin, end in panels)

    kinds = {bar.kind for bar in spans.bars if shown(bar.from_ms, bar.to_ms)}
    if "handler refused" in kinds:
        kinds.add("request lost")
    key: list[Artist] = [
        Patch(facecolor=COLOURS[kind], edgecolor=BLACK, lw=0.4, label=words)
        for kind, words in KEY_WORDS.items()
        if kind in kinds
    ]
    marks = {kind for _, kind, at_ms in spans.marks if shown(at_ms, at_ms)}
    if "fired" in marks:
        key.append(Line2D([], [], color=BLACK, marker="^", ls="", label="alarm runs"))
    if "lost" in marks:
        key.append(Line2D([], [], color=VERMILION, marker="x", ls="", label="the client notices"))
    return key
