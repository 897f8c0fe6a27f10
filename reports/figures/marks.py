"""The violations on a session's timeline, and the key to its colours and marks."""

from __future__ import annotations

from typing import Any

from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from lastchunk.reports.base.palette import BLACK, GREEN, VERMILION
from lastchunk.reports.figures.bars import BAR_COLOURS, KEY_WORDS, Spans

SIGNS = {
    "fired": (BLACK, "^", "alarm runs"),
    "stale": ("white", "^", "delivery dropped"),
    "notified": (GREEN, "D", "consumer told"),
    "instance lost": (BLACK, "|", "instance lost"),
}
CHAR_IN = 0.075
"""The width of a character of the words at a violation."""
CROSSES = {("network", "lost"): "the client notices", ("alarm", "failed"): "an attempt fails"}

DUE = {"finalizes_promptly"}
"""What is violated at the moment by which something was due, and not when it came."""

Violations = list[tuple[int, str, str]]


def draw_violations(
    axes: Axes, violations: Violations, panel: tuple[int, int], width_in: float
) -> None:
    """A line for each violation with its number; the earliest is thick. Numbers of lines that are
    too near each other for words between them stand together, in the order of the lines: on the
    right of the last one, or left of the first one where the panel ends too early for them."""
    times = sorted({at_ms for at_ms, _, _ in violations})
    char_ms = CHAR_IN * (panel[1] - panel[0]) / width_in
    together: list[tuple[int, int, str]] = []
    for at_ms in times:
        if panel[0] <= at_ms <= panel[1]:
            lw = 2.2 if at_ms == times[0] else 1.0
            axes.axvline(at_ms / 1000, color=VERMILION, lw=lw, alpha=0.8)
            numbers = [str(n) for n, item in enumerate(violations, 1) if item[0] == at_ms]
            first_ms, words = at_ms, f" violated {', '.join(numbers)}"
            if together and at_ms - together[-1][1] < char_ms * len(together[-1][2]):
                first_ms, _, said = together.pop()
                words = ", ".join((said, *numbers))
            together.append((first_ms, at_ms, words))
    look: dict[str, Any] = {"fontsize": 8, "color": VERMILION, "clip_on": True}
    for place_ms, words, side in _placed(together, panel, char_ms):
        weight = "bold" if words.partition(",")[0].strip() == "violated 1" else "normal"
        axes.text(place_ms / 1000, 5.57, words, ha=side, fontweight=weight, **look)


def _placed(
    together: list[tuple[int, int, str]], panel: tuple[int, int], char_ms: float
) -> list[tuple[float, str, str]]:
    """Where the words of lines that stand together begin, or end."""
    if not together or together[-1][1] + char_ms * len(together[-1][2]) <= panel[1]:
        return [(last_ms, words, "left") for _, last_ms, words in together]
    *before, (first_ms, _, words) = together
    from_ms = first_ms - char_ms * len(words)
    if before and before[-1][1] + char_ms * len(before[-1][2]) > from_ms:
        earlier_ms, _, said = before.pop()
        words = said + words.replace(" violated", ",")
        return _placed([*before, (earlier_ms, panel[1], words)], panel, char_ms)
    end_ms = first_ms if from_ms >= panel[0] else panel[1]
    return [*((ms, said, "left") for _, ms, said in before), (end_ms, f"{words.strip()} ", "right")]


def violation_lines(violations: Violations, panels: list[tuple[int, int]]) -> list[str]:
    """The violations by their numbers in the picture."""
    lines = []
    for number, (at_ms, slug, detail) in enumerate(violations, 1):
        shown = any(begin <= at_ms <= end for begin, end in panels)
        where = "" if shown else " (not in the picture)"
        when = f"{'due by ' if slug in DUE else ''}{at_ms / 1000:,.3f} s"
        lines.append(f"{number}  {slug}, {when}: {detail}{where}")
    return lines


def key_of(spans: Spans, panels: list[tuple[int, int]]) -> list[Artist]:
    """What colours and marks mean, for those that the panels show."""

    def shown(from_ms: int, to_ms: int) -> bool:
        return any(to_ms >= begin and from_ms <= end for begin, end in panels)

    kinds = {bar.kind for bar in spans.bars if shown(bar.from_ms, bar.to_ms)}
    if "handler refused" in kinds:
        kinds.add("request lost")
    key: list[Artist] = [
        Patch(facecolor=BAR_COLOURS[kind], edgecolor=BLACK, lw=0.4, label=words)
        for kind, words in KEY_WORDS.items()
        if kind in kinds
    ]
    marks = {(mark.lane, mark.kind) for mark in spans.marks if shown(mark.at_ms, mark.at_ms)}
    for kind, (colour, sign, words) in SIGNS.items():
        if any(kind == other for _, other in marks):
            key.append(Line2D([], [], color=colour, marker=sign, mec=BLACK, ls="", label=words))
    crosses = [words for mark, words in CROSSES.items() if mark in marks]
    if crosses:
        label = ", or ".join(crosses)
        key.append(Line2D([], [], color=VERMILION, marker="x", ls="", label=label))
    return key
