"""One session on a real time axis: five lanes, faults shaded, the violation marked.

The axis is real within each panel; where nothing happens for long, it is broken, and the width of
the gap is written between the panels.
"""

from __future__ import annotations

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from model.properties import Violation, check_all
from model.simulate import Run
from reports.figures.marks import (
    COLOURS,
    LANE_AT,
    draw_marks,
    draw_violations,
    key_of,
    violation_lines,
)
from reports.figures.spans import Bar, Spans, spans_of
from reports.figures.style import (
    BLACK,
    GREY,
    PALE,
    PURPLE,
    VERMILION,
    new_figure,
    styled,
)

LANE_WORDS = {"client": "client", "network": "network", "object": "object", "blobs": "blob store"}
LANE_WORDS["alarm"] = "alarm"
BAND_COLOURS = {"network down": VERMILION, "tab closed": GREY, "laptop asleep": PURPLE}
GAP_MS, BEFORE_MS, AFTER_MS, LEAST_MS, PANELS_MAX = 45_000, 4_000, 6_000, 4, 3
PANEL_MS_MAX = 90_000


def violations_of(run: Run) -> list[tuple[int, str, str]]:
    """The violations of a run as (at_ms, slug, detail), the earliest first."""
    found = check_all(run.facts, run.judge)
    return sorted(
        (item.at_ms, slug, item.detail)
        for slug, item in found.items()
        if isinstance(item, Violation)
    )


def panels_of(spans: Spans, marked: list[int]) -> list[tuple[int, int]]:
    """The pieces of time worth showing, as (from_ms, to_ms), in order."""
    times = sorted({*spans.stops, *marked, *(mark[2] for mark in spans.marks)})
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
    return group[0] - before_ms * (2 if is_first else 1), group[-1] + after_ms


def timeline_figure(run: Run, title: str | None = None) -> Figure:
    """Draw a session. Lanes: client, network, object (with its status), blob store, alarm."""
    spans = spans_of(run.trace)
    violations = violations_of(run)
    panels = panels_of(spans, [at for at, _, _ in violations])
    with styled():
        figure = new_figure(11, 4.7 + 0.15 * len(violations))
        widths = [max(0.25 * max(b - a for a, b in panels), b - a) for a, b in panels]
        row = figure.subplots(1, len(panels), sharey=True, squeeze=False, width_ratios=widths)[0]
        for axes, panel in zip(row, panels, strict=True):
            _draw_panel(axes, spans, panel)
            draw_violations(axes, violations, panel)
        _dress(figure, list(row), panels)
        name = title or f"{run.scenario.title}: {run.design.name} design, {run.origin}"
        figure.suptitle(f"{name}\n", fontsize=11, x=0.01, ha="left")  # the key has the second line
        figure.legend(
            handles=key_of(spans, panels),
            loc="upper left",
            bbox_to_anchor=(0.0, 1 - 0.24 / figure.get_figheight()),
            ncols=10,
            fontsize=7,
            frameon=False,
            handlelength=1.2,
            columnspacing=1.2,
        )
        words = "\n".join(violation_lines(violations, panels))
        figure.supxlabel(words, fontsize=8, color=VERMILION, x=0.01, ha="left")
    return figure


def _draw_panel(axes: Axes, spans: Spans, panel: tuple[int, int]) -> None:
    from_ms, to_ms = panel
    for words, begin_ms, end_ms in spans.bands:
        if end_ms >= from_ms and begin_ms <= to_ms:
            colour = BAND_COLOURS.get(words, GREY)
            end_s = max(end_ms, begin_ms + (to_ms - from_ms) // 200) / 1000
            axes.axvspan(begin_ms / 1000, end_s, color=colour, alpha=0.15, lw=0)
            at_s = max(begin_ms, from_ms) / 1000
            axes.text(at_s, 5.62, " " + words, fontsize=8, color=colour, va="top")
    for bar in spans.bars:
        if bar.to_ms >= from_ms and bar.from_ms <= to_ms:
            _draw_bar(axes, bar, panel)
    draw_marks(axes, spans, panel)
    axes.set_xlim(from_ms / 1000, to_ms / 1000)


def _draw_bar(axes: Axes, bar: Bar, panel: tuple[int, int]) -> None:
    height = 0.18 if bar.lane == "status" else 0.34
    # Odd chunks a little lower, so that neighbours that overlap in time both show.
    shift = -0.2 if bar.label.isdigit() and int(bar.label) % 2 else 0.1
    at = LANE_AT[bar.lane] + (shift if bar.lane in ("network", "object", "blobs") else 0)
    least_s = (panel[1] - panel[0]) / 400_000
    width_s = max((bar.to_ms - bar.from_ms) / 1000, least_s)
    colour = COLOURS.get(bar.kind, GREY)
    axes.barh(
        at, width_s, left=bar.from_ms / 1000, height=height, color=colour, edgecolor=BLACK, lw=0.4
    )
    begin_ms, end_ms = max(bar.from_ms, panel[0]), min(bar.to_ms, panel[1])
    if bar.lane in ("alarm", "status", "network") and end_ms - begin_ms > 0.08 * (
        panel[1] - panel[0]
    ):
        words = bar.kind if bar.lane == "status" else bar.label
        words = f"chunk {words}" if words.isdigit() else words
        axes.text(
            (begin_ms + end_ms) / 2000,
            at,
            words,
            fontsize=7,
            ha="center",
            va="center",
            clip_on=True,
        )


def _dress(figure: Figure, row: list[Axes], panels: list[tuple[int, int]]) -> None:
    row[0].set_yticks([LANE_AT[lane] for lane in LANE_WORDS], list(LANE_WORDS.values()))
    for place, axes in enumerate(row):
        axes.set_ylim(0.35, 5.7)
        axes.grid(axis="x", color=PALE, lw=0.5)
        axes.set_axisbelow(True)
        axes.locator_params(axis="x", nbins=8 if len(row) == 1 else 5)
        axes.set_xlabel("s since the page opened")
        if place:
            axes.spines["left"].set_visible(False)
            axes.tick_params(left=False)
            gap_s = (panels[place][0] - panels[place - 1][1]) / 1000
            words = f"{gap_s:.0f} s later" if gap_s > 0 else ""
            axes.set_title(words, fontsize=8, color=GREY, loc="left")
