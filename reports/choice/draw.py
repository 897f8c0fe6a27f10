"""A choice as a picture: what is known of each setting, and what those that hold cost and wait."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, NullFormatter

from lastchunk.model.base.errors import InputError
from lastchunk.model.estimate.choice.choose import SettingsChoice
from lastchunk.model.estimate.choice.price import PricedSetting
from lastchunk.reports.base.palette import BLACK, BLUE, GREEN, GREY, SKY, VERMILION, YELLOW
from lastchunk.reports.figures.style import new_figure, styled
from lastchunk.reports.region.words import axis_number, axis_words, in_seconds

MARKS = {
    "proved": ("o", GREEN, True),
    "not seen": ("o", BLUE, False),
    "rare enough": ("D", SKY, False),
    "unknown": ("s", YELLOW, True),
    "violated": ("x", VERMILION, True),
}
"""The mark of each status, its colour, and whether it is filled: none hangs on its colour alone."""
BAND: dict[str, Any] = {"color": GREEN, "lw": 6, "alpha": 0.25, "solid_capstyle": "round"}
ROOM = 1.25
"""So many times further than the outermost values go the axes of settings."""


def choice_figure(choice: SettingsChoice) -> Figure:
    """The map of the settings, and beside it the frontier, where anything holds."""
    rows = len(_rows(choice)) if len(choice.question.free) == 1 else 0
    height = 4.0 if not rows else 2.9 + 0.28 * rows
    with styled():
        figure = new_figure(11 if choice.held else 6.5, height)
        drawn: Any = figure.subplots(1, 2 if choice.held else 1, squeeze=False)
        left = drawn[0][0]
        if rows:
            _strip(choice, left)
        else:
            _map(choice, left)
        _legend(choice, left)
        if choice.held:
            frontier_axes(choice, drawn[0][1])
        else:
            left.set_title("no setting that was looked at holds", fontsize=9, loc="left")
    return figure


def choice_axes(choice: SettingsChoice, axes: Axes | None = None) -> Axes:
    """The frontier on axes of one's own; the whole picture where there are none."""
    if axes is None:
        return choice_figure(choice).axes[0]
    if not choice.held:
        raise InputError("choice", repr(choice), "one in which some setting holds")
    frontier_axes(choice, axes)
    return axes


def _rows(choice: SettingsChoice) -> list[tuple[str, str]]:
    """The rows of the strip: each requirement in each scenario."""
    names = [asked.name for asked in choice.question.scenarios]
    slugs = [each.slug for each in choice.question.requirements]
    return [(name, slug) for name in names for slug in slugs]


def _strip(choice: SettingsChoice, axes: Axes) -> None:
    """One setting across; a row for each requirement in each scenario, and one for all of them."""
    rows = _rows(choice)
    known = choice.settings
    for place, row in enumerate(rows):
        of_row = [
            (each.values[0], found.status)
            for each in known
            for found in each.verdicts
            if (found.scenario, found.requirement.slug) == row
        ]
        for status in MARKS:
            xs = [value for value, word in of_row if word == status]
            _points(axes, xs, [place] * len(xs), status)
    for held in (each for found in choice.ranges.values() for each in found):
        axes.plot([held.low, held.high], [len(rows)] * 2, **BAND)
    for each in known:
        _points(axes, [each.values[0]], [len(rows)], each.status)
    is_one = len(choice.question.requirements) == 1
    words = [name if is_one else f"{name}: {slug}" for name, slug in rows]
    axes.set_yticks(range(len(rows) + 1), [*words, "all of it"])
    axes.set_ylim(len(rows) + 0.6, -0.6)
    _setting_axis(choice, 0, axes.xaxis, axes)
    axes.axvline(choice.now[0], color=GREY, lw=0.8, ls=":")


def _map(choice: SettingsChoice, axes: Axes) -> None:
    """Two settings: a mark for each that was looked at, a band where a line of them holds."""
    for line, found in choice.ranges.items():
        for held in found:
            axes.plot(*zip(line.at(held.low), line.at(held.high), strict=True), **BAND)
    for status in MARKS:
        of_status = [each.values for each in choice.settings if each.status == status]
        _points(axes, [at[0] for at in of_status], [at[1] for at in of_status], status)
    axes.plot([choice.now[0]], [choice.now[1]], "+", color=BLACK, ms=11, mew=1.6)
    _setting_axis(choice, 0, axes.xaxis, axes)
    _setting_axis(choice, 1, axes.yaxis, axes)


def _points(axes: Axes, xs: Sequence[float], ys: Sequence[float], status: str) -> None:
    marker, colour, is_full = MARKS[status]
    face = colour if is_full else "white"
    axes.plot(xs, ys, marker, color=colour, mfc=face, ms=6, mew=1.5, ls="none", zorder=3)


def _setting_axis(choice: SettingsChoice, place: int, axis: Any, axes: Axes) -> None:
    """The axis of a free setting: magnitudes, in words, with its unit."""
    values = [each.values[place] for each in choice.settings] + [choice.now[place]]
    largest = max(values)
    seconds = in_seconds(largest)
    words = axis_words(choice.question.free[place].key, largest)
    bounds = min(values) / ROOM, largest * ROOM
    if axis is axes.xaxis:
        axes.set_xscale("log")
        axes.set_xlim(*bounds)
        axes.set_xlabel(words)
    else:
        axes.set_yscale("log")
        axes.set_ylim(*bounds)
        axes.set_ylabel(words)
    ticks = list(choice.question.free[place].values)
    axis.set_ticks(ticks, [axis_number(_rounded(value), seconds) for value in ticks])
    axis.set_minor_formatter(NullFormatter())
    axis.set_ticks([], minor=True)
    axes.grid(lw=0.4, alpha=0.4)


def _rounded(value: int) -> int:
    """A value to two digits, for a tick."""
    return round(value, min(0, 2 - len(str(value))))


def _legend(choice: SettingsChoice, axes: Axes) -> None:
    """What each mark is, and where the settings stand now."""
    statuses = {each.status for each in choice.settings}
    statuses |= {v.status for each in choice.settings for v in each.verdicts}
    for status, (marker, colour, is_full) in MARKS.items():
        if status in statuses:
            face = colour if is_full else "white"
            axes.plot([], [], marker, color=colour, mfc=face, mew=1.5, ls="none", label=status)
    is_map = len(choice.question.free) > 1
    marker, line = ("+", "none") if is_map else ("", ":")
    axes.plot([], [], marker=marker, color=BLACK if is_map else GREY, ls=line, label="as it is now")
    axes.legend(
        loc="lower left",
        bbox_to_anchor=(0, 1.0),
        ncols=6,
        frameon=False,
        fontsize=8,
        columnspacing=1.2,
        handletextpad=0.4,
    )


def frontier_axes(choice: SettingsChoice, axes: Axes) -> None:
    """Price and wait of all settings that hold, with their intervals as bars.

    A line joins those that nothing is better than.
    """
    seconds = in_seconds(round(max(each.price.wait_ms for each in choice.held)))
    best = choice.frontier
    for each in choice.held:
        is_best = each in best
        marker, colour, is_full = MARKS[each.setting.status]
        face = colour if is_full and is_best else "white"
        _interval_bars(axes, each, seconds)
        axes.plot(
            [each.price.dollars],
            [_wait(each, seconds)],
            marker,
            color=colour,
            mfc=face,
            ms=7 if is_best else 5,
            mew=1.5,
            zorder=3,
        )
    line = [(each.price.dollars, _wait(each, seconds)) for each in best]
    axes.plot(*zip(*line, strict=True), color=BLACK, lw=1, ls="--", zorder=2)
    named = {"cheapest": choice.cheapest, "promptest": choice.promptest}
    words: dict[tuple[float, float], list[str]] = {}
    for name, found in named.items():
        if found is not None:
            words.setdefault((found.price.dollars, _wait(found, seconds)), []).append(name)
    for (x, y), names in words.items():
        axes.annotate(
            " and ".join(names), (x, y), textcoords="offset points", xytext=(8, 6), fontsize=8
        )
    axes.set_xlabel("dollars per million sessions")
    axes.set_ylabel(f"mean wait for the completion, {'s' if seconds else 'ms'}")
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:,.4g}"))
    axes.margins(x=0.18)
    longest = max(each.price.wait_interval_ms.high for each in choice.held)
    axes.set_ylim(0, max(1.12 * longest / (1000 if seconds else 1), 1e-3))
    axes.set_title("what those that hold cost, and wait (bars: 95 %)", fontsize=9, loc="left")
    axes.grid(lw=0.4, alpha=0.4)


def _interval_bars(axes: Axes, found: PricedSetting, seconds: bool) -> None:
    """How well the price and the wait of a setting are known."""
    cost, wait = found.price.dollars_interval, found.price.wait_interval_ms
    unit = 1000 if seconds else 1
    x, y = cost.estimate, _wait(found, seconds)
    axes.plot([cost.low, cost.high], [y, y], color=GREY, lw=0.8, zorder=1)
    axes.plot([x, x], [wait.low / unit, wait.high / unit], color=GREY, lw=0.8, zorder=1)


def _wait(found: PricedSetting, seconds: bool) -> float:
    return found.price.wait_ms / (1000 if seconds else 1)
