"""One session on a real time axis: five lanes, faults shaded, the violation marked.

The axis is real within each panel; where nothing happens for long, it is broken, and the width of
the gap is written between the panels.
"""

from __future__ import annotations

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from lastchunk.model.simulate import Run
from lastchunk.reports.base.palette import DIM, PALE, VERMILION
from lastchunk.reports.base.violations import violations_of
from lastchunk.reports.figures.bars import Spans
from lastchunk.reports.figures.marks import draw_violations, key_of, violation_lines
from lastchunk.reports.figures.panel import BOTTOM, LANE_AT, LANE_WORDS, TOP, draw_panel
from lastchunk.reports.figures.spans import spans_of
from lastchunk.reports.figures.style import new_figure, styled

WIDTH_IN, HEIGHT_IN, LABELS_IN = 11, 4.9, 1.0
GAP_MS, BEFORE_MS, AFTER_MS, LEAST_MS, PANELS_MAX = 45_000, 4_000, 6_000, 4, 3
PANEL_MS_MAX = 90_000
KEY_MAX = 8  # entries of the key in one line


def panels_of(spans: Spans, marked: list[int]) -> list[tuple[int, int]]:
    """The pieces of time worth showing, as (from_ms, to_ms), in order."""
    times = sorted({*spans.stops, *marked, *(mark.at_ms for mark in spans.marks)})
    times += [bar.to_ms for bar in spans.bars if bar.lane == "status"]
    times += [at for _, from_ms, to_ms in spans.bands for at in (from_ms, to_ms)]
    times = sorted({min(at, spans.end_ms) for at in times}) or [0, spans.end_ms]
    groups = [[times[0]]]
    for at in times[1:]:
        if at - groups[-1][-1] > GAP_MS or at - groups[-1][0] > PANEL_MS_MAX:
            groups.append([at])
        else:
            groups[-1].append(at)
    if len(groups) > PANELS_MAX:
        groups = [*groups[: PANELS_MAX - 1], groups[-1]]
    return [_padded(group, is_first=place == 0) for place, group in enumerate(groups)]


def _padded(group: list[int], is_first: bool) -> tuple[int, int]:
    """A little time around a group: as much as it spans itself, within bounds."""
    spread_ms = group[-1] - group[0]
    before_ms = min(max(spread_ms, LEAST_MS), BEFORE_MS)
    after_ms = min(max(spread_ms, LEAST_MS), AFTER_MS)
    if len(group) == 1 or spread_ms == 0:
        before_ms, after_ms = BEFORE_MS, AFTER_MS
    return max(0, group[0] - before_ms * (2 if is_first else 1)), group[-1] + after_ms


def timeline_figure(run: Run, title: str | None = None) -> Figure:
    """Draw a session. Lanes: client, network, object (with its status), blob store, alarm."""
    spans = spans_of(run.trace)
    violations = violations_of(run)
    panels = panels_of(spans, [at for at, _, _ in violations])
    with styled():
        figure = new_figure(WIDTH_IN, HEIGHT_IN + 0.15 * len(violations))
        widths = [max(0.25 * max(b - a for a, b in panels), b - a) for a, b in panels]
        row = figure.subplots(1, len(panels), sharey=True, squeeze=False, width_ratios=widths)[0]
        for axes, panel, width in zip(row, panels, widths, strict=True):
            width_in = (WIDTH_IN - LABELS_IN) * width / sum(widths)
            draw_panel(axes, spans, panel, width_in)
            draw_violations(axes, violations, panel, width_in)
        _dress(figure, list(row), panels)
        name = title or f"{run.scenario.title}: {run.design.name} design, {run.origin}"
        key = key_of(spans, panels)
        lines = 1 if len(key) <= KEY_MAX else 2
        figure.suptitle(name + "\n" * lines, fontsize=11, x=0.01, ha="left")  # the key is below
        figure.legend(
            handles=key,
            loc="upper left",
            bbox_to_anchor=(0.0, 1 - 0.24 / figure.get_figheight()),
            ncols=-(-len(key) // lines),
            fontsize=7,
            frameon=False,
            handlelength=1.2,
            columnspacing=1.2,
        )
        words = "\n".join(violation_lines(violations, panels))
        figure.supxlabel(words, fontsize=8, color=VERMILION, x=0.01, ha="left")
    return figure


def _dress(figure: Figure, row: list[Axes], panels: list[tuple[int, int]]) -> None:
    row[0].set_yticks([LANE_AT[lane] for lane in LANE_WORDS], list(LANE_WORDS.values()))
    for place, axes in enumerate(row):
        axes.set_ylim(BOTTOM, TOP)
        axes.grid(axis="x", color=PALE, lw=0.5)
        axes.set_axisbelow(True)
        axes.locator_params(axis="x", nbins=8 if len(row) == 1 else 5)
        axes.ticklabel_format(axis="x", style="plain", useOffset=False)
        axes.set_xlabel("s since the page opened")
        if place:
            axes.spines["left"].set_visible(False)
            axes.tick_params(left=False)
            gap_s = (panels[place][0] - panels[place - 1][1]) / 1000
            words = f"{gap_s:.0f} s later" if gap_s > 0 else ""
            axes.set_title(words, fontsize=8, color=DIM, loc="left")
