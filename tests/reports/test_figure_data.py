"""Figures of many sessions draw the data that they were given: it is read off their artists."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import matplotlib as mpl
import numpy as np
import pandas as pd
import pytest
from matplotlib.colors import to_hex
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from lastchunk.model.estimate.space import Axis
from lastchunk.model.properties import OUTCOMES
from lastchunk.model.trace.prices import ITEMS
from lastchunk.reports.figures.costs import cost_figure, length_words
from lastchunk.reports.figures.delays import delay_figure
from lastchunk.reports.figures.outcomes import outcome_figure
from lastchunk.reports.figures.style import DESIGN_COLOURS, OUTCOME_COLOURS, SETTINGS, styled
from lastchunk.reports.figures.sweeps import SWEPT_WORDS, sweep_figure


def drawn(figure: Figure) -> list[Any]:
    """The panels of a figure; its library says of what is drawn no more than that it is so."""
    return list(figure.axes)


def bars_of(axes: Any) -> list[Rectangle]:
    return [patch for patch in axes.patches if isinstance(patch, Rectangle)]


def key_of(figure: Figure) -> list[str]:
    return [text.get_text() for legend in figure.legends for text in legend.get_texts()]


# --- delays --------------------------------------------------------------------------------------


def rows(design: str, *sessions: tuple[int, int]) -> pd.DataFrame:
    """Sessions as (stop_ms, completed_ms), -1 where it did not come."""
    delays = [done - stop if stop >= 0 and done >= 0 else -1 for stop, done in sessions]
    frame = {
        "design": pd.Categorical([design] * len(sessions), ["old", "new"]),
        "stop_ms": [stop for stop, _ in sessions],
        "completed_ms": [done for _, done in sessions],
        "delay_ms": delays,
    }
    return pd.DataFrame(frame)


def both(*frames: pd.DataFrame) -> pd.DataFrame:
    return pd.concat(frames, ignore_index=True)


OLD = rows("old", (0, 400), (0, 200), (1_000, 1_200), (0, -1))
NEW = rows("new", (0, 6_000), (9_000, 4_000), (-1, 50), (0, -1))
UNSTOPPED = both(rows("old", (-1, 5)), rows("new", (-1, -1)))


def share_at(axes: Any, label: str, delay_ms: float) -> float:
    """The drawn share of sessions that are completed so long after the stop."""
    (line,) = [line for line in axes.lines if line.get_label() == label]
    assert line.get_drawstyle() == "steps-post"
    x, y = np.asarray(line.get_xdata(), float), np.asarray(line.get_ydata(), float)
    assert list(x) == sorted(x)
    return float(y[np.searchsorted(x, delay_ms / 1000, side="right") - 1])


@pytest.mark.parametrize("delay_ms", [1, 199, 200, 399, 400, 5_999, 6_000, 900_000])
def test_a_curve_of_delays_is_the_share_completed_by_then(delay_ms: int) -> None:
    (axes,) = drawn(delay_figure({"title": both(OLD, NEW)}))
    assert share_at(axes, "old", delay_ms) == sum(d <= delay_ms for d in (400, 200, 200)) / 4
    assert share_at(axes, "new", delay_ms) == (delay_ms >= 6_000) / 3


def test_a_delay_of_0_is_drawn_at_the_left_and_not_lost() -> None:
    (axes,) = drawn(delay_figure({"title": rows("old", (5, 5), (5, 65))}))
    assert [share_at(axes, "old", at_ms) for at_ms in (2, 59, 61)] == [0.5, 0.5, 1.0]
    assert axes.get_xscale() == "log"
    assert axes.get_xlim() == (0.01, 5_000)


def test_completions_before_the_stop_and_missing_stops_are_written_in_words() -> None:
    figure = delay_figure({"one": both(OLD, NEW), "two": UNSTOPPED})
    one, two, *_ = drawn(figure)
    assert one.texts[-1].get_text() == "new: 33 % completed before the stop"
    assert two.texts[-1].get_text() == "nobody stopped"
    assert [axes.get_title(loc="left") for axes in drawn(figure)[:2]] == ["one", "two"]
    assert [line.get_label() for line in two.lines if str(line.get_label())[0] != "_"] == []


def test_the_two_promises_are_marked_in_every_panel() -> None:
    figure = delay_figure({"one": OLD, "two": NEW})
    for axes in drawn(figure):
        marks = [line.get_xdata() for line in axes.lines if len(set(line.get_xdata())) == 1]
        assert [next(iter(x)) for x in marks] == [5.0, 600.0]
        words = [(text.get_position()[0], text.get_text()) for text in axes.texts[:2]]
        assert words == [(5.0, "5 s"), (600.0, "10 min")]


def test_the_key_names_the_designs_whichever_panel_has_curves() -> None:
    assert key_of(delay_figure({"one": both(OLD, NEW)})) == ["old", "new"]
    assert key_of(delay_figure({"none": UNSTOPPED, "two": both(OLD, NEW)})) == ["old", "new"]
    assert key_of(delay_figure({"none": UNSTOPPED})) == []


@pytest.mark.parametrize(("count", "shape"), [(1, (1, 1)), (3, (1, 3)), (4, (2, 3)), (7, (3, 3))])
def test_panels_stand_in_rows_of_three_and_empty_ones_are_hidden(
    count: int, shape: tuple[int, int]
) -> None:
    figure = delay_figure({f"scenario {at}": both(OLD, NEW) for at in range(count)})
    assert len(figure.axes) == shape[0] * shape[1]
    assert [axes.get_visible() for axes in figure.axes] == [
        at < count for at in range(len(figure.axes))
    ]
    lowest = [axes.xaxis.get_tick_params()["labelbottom"] for axes in drawn(figure)[:count]]
    assert lowest == [at + shape[1] >= count for at in range(count)]


def test_a_design_has_one_colour_in_the_delays_and_in_the_sweeps() -> None:
    (axes,) = drawn(delay_figure({"title": both(OLD, NEW)}))
    colours = {str(line.get_label()): line.get_color() for line in axes.lines[:2]}
    assert colours == dict(zip(("old", "new"), DESIGN_COLOURS, strict=False))
    swept = drawn(sweep_figure(AXIS, sweep_of("old", "new")))[0]
    assert {str(line.get_label()): line.get_color() for line in swept.lines} == colours


# --- sweeps --------------------------------------------------------------------------------------

AXIS = Axis("speed", "uplink in Mbit/s", (1.0, 4.0, 16.0), lambda value: [])


def sweep_of(*designs: str) -> pd.DataFrame:
    """Made-up rates, each of them another one."""
    data = [
        (slug, design, value, at / 100, at / 200, at / 50)
        for at, (slug, design, value) in enumerate(
            (slug, design, value)
            for slug in SWEPT_WORDS
            for design in designs
            for value in AXIS.points
        )
    ]
    return pd.DataFrame(data, columns=["property", "design", "value", "rate", "low", "high"])


def test_a_sweep_draws_each_rate_with_its_interval() -> None:
    frame = sweep_of("old", "new")
    figure = sweep_figure(AXIS, frame)
    assert len(figure.axes) == len(SWEPT_WORDS)
    for axes, (slug, words) in zip(drawn(figure), SWEPT_WORDS.items(), strict=True):
        assert axes.get_title(loc="left") == words
        assert axes.get_xscale() == "log"
        for design, line, band in zip(("old", "new"), axes.lines, axes.collections, strict=True):
            part = frame[(frame["property"] == slug) & (frame["design"] == design)]
            assert line.get_label() == design
            assert list(line.get_xdata()) == list(AXIS.points)
            assert list(line.get_ydata()) == list(part["rate"])
            corners = {(float(x), float(y)) for x, y in band.get_paths()[0].vertices}
            expected = [zip(part["value"], part[side], strict=True) for side in ("low", "high")]
            assert {(float(x), float(y)) for pairs in expected for x, y in pairs} <= corners
    assert key_of(figure) == ["old", "new"]
    assert figure.get_supxlabel() == "uplink in Mbit/s"


# --- outcomes ------------------------------------------------------------------------------------


SOME = ("prompt", "late", "incomplete", "lost", "never finalized")


def counts(*sessions: Sequence[int]) -> pd.DataFrame:
    table = pd.DataFrame(sessions, index=["old", "new"], columns=list(SOME))
    return table.reindex(columns=list(OUTCOMES), fill_value=0)


def test_a_bar_of_outcomes_is_made_of_their_shares() -> None:
    tables = {
        "one": counts((5, 3, 1, 1, 0), (0, 0, 2, 0, 6)),
        "two": counts((1, 0, 0, 0, 0), (1, 1, 1, 1, 0)),
    }
    figure = outcome_figure(tables)
    (axes,) = drawn(figure)
    found: dict[float, dict[str, tuple[float, float]]] = {}
    names = {colour.lower(): outcome for outcome, colour in OUTCOME_COLOURS.items()}
    for bar in bars_of(axes):
        at = round(bar.get_y() + bar.get_height() / 2, 6)
        found.setdefault(at, {})[names[to_hex(bar.get_facecolor())]] = (
            bar.get_x(),
            bar.get_width(),
        )
    given = [list(row) for table in tables.values() for row in table[list(SOME)].to_numpy()]
    shown = [found[at] for at in sorted(found, reverse=True)]  # from the top down
    assert len(shown) == len(given)
    for shares, sessions in zip(shown, given, strict=True):
        left = 0.0
        for outcome, count in zip(SOME, sessions, strict=True):
            begin, width = shares[outcome]
            assert (begin, width) == pytest.approx((left, count / sum(sessions)))
            left += count / sum(sessions)
        assert left == pytest.approx(1.0)
    labels = [label.get_text() for label in axes.get_yticklabels()]
    assert labels == ["one   old", "new", "two   old", "new"]
    assert sorted(found, reverse=True) == list(axes.get_yticks())
    gaps = -np.diff(list(axes.get_yticks()))
    assert list(gaps) == [1.0, 1.5, 1.0], "a scenario stands apart from the next"
    assert key_of(figure) == [
        "complete and prompt",
        "complete but late",
        "declared incomplete",
        "lost",
        "never finalized",
    ]
    assert axes.get_xlim() == (0, 1)
    low, high = axes.get_ylim()
    assert low < min(found) < max(found) < high


# --- costs ---------------------------------------------------------------------------------------


def cost_table_of(lengths: Sequence[int], designs: Sequence[str]) -> pd.DataFrame:
    data: list[dict[str, Any]] = []
    for number, (length_ms, design) in enumerate(
        (length_ms, design) for length_ms in lengths for design in designs
    ):
        items = {item: (number + 1.0) * (at + 1) for at, item in enumerate(ITEMS)}
        total = sum(items.values())
        spread = {"total": total, "low": total - 1 - number, "high": total + 2 + number}
        data.append({"length_ms": length_ms, "design": design} | items | spread)
    return pd.DataFrame(data)


def test_a_bar_of_costs_is_made_of_its_items_and_ends_at_the_total() -> None:
    lengths, designs = (30_000, 600_000, 7_200_000), ("old", "new", "newest")
    table = cost_table_of(lengths, designs)
    figure = cost_figure(table)
    titles = [axes.get_title(loc="left") for axes in figure.axes]
    assert titles == ["30 s of video", "10 min of video", "2 h of video"]
    for axes, length_ms in zip(drawn(figure), lengths, strict=True):
        part: Any = table[table["length_ms"] == length_ms].set_index("design")
        by_row: dict[float, list[tuple[float, float]]] = {}
        for bar in bars_of(axes):
            at = bar.get_y() + bar.get_height() / 2
            by_row.setdefault(at, []).append((bar.get_x(), bar.get_width()))
        assert sorted(by_row, reverse=True) == list(range(len(designs), 0, -1))
        for at, design in zip(sorted(by_row, reverse=True), designs, strict=True):
            widths = [part.loc[design, item] for item in ITEMS]
            begins = [sum(widths[:place]) for place in range(len(widths))]
            assert np.allclose(by_row[at], list(zip(begins, widths, strict=True)))
        (whiskers,) = axes.collections
        ends = [sorted(float(x) for x, _ in s) for s in whiskers.get_segments()]
        assert ends == [[part.loc[d, "low"], part.loc[d, "high"]] for d in designs]
        assert axes.get_xlim()[0] == 0
    assert [label.get_text() for label in drawn(figure)[0].get_yticklabels()] == list(designs)
    assert len(key_of(figure)) == len(ITEMS)


@pytest.mark.parametrize(
    ("length_ms", "words"),
    [(500, "0.5 s"), (59_999, "59.999 s"), (60_000, "1 min"), (90_000, "1.5 min"),
     (3_599_000, "59.9833 min"), (3_600_000, "1 h"), (5_400_000, "1.5 h")],
)  # fmt: skip
def test_lengths_are_said_in_the_largest_unit_that_fits(length_ms: int, words: str) -> None:
    assert length_words(length_ms) == words


# --- the safe region -----------------------------------------------------------------------------


def test_the_style_of_a_figure_stays_inside_it() -> None:
    settings: Any = mpl.rcParams
    before = dict(settings)
    with styled():
        assert all(
            settings[key] == value or key == "font.family" for key, value in SETTINGS.items()
        )
    delay_figure({"title": OLD})
    assert dict(settings) == before
