"""Figures that can be read: plain numbers, times from 0 on, settings in words, no covered curve."""

from __future__ import annotations

import re
from itertools import pairwise
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg

from lastchunk.model.design.load import load_design
from lastchunk.model.estimate.space import Axis
from lastchunk.model.explore.verify import verify
from lastchunk.model.scenario.load import load_scenario
from lastchunk.model.simulate import simulate
from lastchunk.reports.base import palette
from lastchunk.reports.base.kinds import LOOKS
from lastchunk.reports.base.setting_words import setting_words
from lastchunk.reports.figures.delays import delay_figure
from lastchunk.reports.figures.plots import plot_sweep
from lastchunk.reports.figures.sweeps import SWEPT_WORDS, sweep_figure
from lastchunk.reports.figures.timeline import timeline_figure

ROOT = Path(__file__).parents[2]
COMPLETE = "complete_at_finalization"


def counterexample() -> Any:
    """The shortest schedule of the small scope with a grace of 2 ms: its first event is at 0."""
    scenario = load_scenario("small-scope", ["grace_ms=2"])
    return verify(scenario, load_design("alarm", scenario), [COMPLETE]).counterexamples[COMPLETE][0]


def drawn(figure: Any) -> list[Any]:
    """The panels of a figure, once it is drawn: only then do axes know their numbers."""
    canvas: Any = FigureCanvasAgg(figure)
    canvas.draw()
    return [axes for axes in figure.axes if axes.get_visible()]


@pytest.mark.parametrize(
    ("name", "design", "seed"),
    [("everything-fast", "lazy-alarm", 1), ("twelve-minute-pause", "alarm", 1), ("", "alarm", 0)],
)
def test_a_timeline_has_plain_numbers_and_no_time_before_the_page(
    name: str, design: str, seed: int
) -> None:
    scenario = load_scenario(name or "small-scope")
    run = simulate(scenario, load_design(design, scenario), seed) if name else counterexample().run
    for axes in drawn(timeline_figure(run)):
        assert axes.xaxis.get_offset_text().get_text() == ""
        assert axes.get_xlim()[0] >= 0
        shown = [label.get_text() for label in axes.get_xticklabels()]
        assert all(re.fullmatch(r"[\d.,]*", text) for text in shown), shown


def test_settings_are_named_in_words_with_their_unit() -> None:
    assert setting_words("design.grace_ms") == "grace, from the stop to the alarm, ms"
    assert setting_words("blobs.put_delay_ms.value_ms") == "put delay, ms"
    assert setting_words("mine.patience_ms") == "patience, ms"
    assert setting_words("client.uploads_parallel") == "uploads parallel"


def same_curves() -> pd.DataFrame:
    """Three designs that do the same in every session."""
    names = ["one", "two", "three"]
    frames = [
        pd.DataFrame(
            {
                "design": pd.Categorical([name] * 4, names),
                "stop_ms": [0] * 4,
                "completed_ms": [10, 200, 3_000, 40_000],
                "delay_ms": [10, 200, 3_000, 40_000],
            }
        )
        for name in names
    ]
    return pd.concat(frames, ignore_index=True)


def test_curves_that_lie_on_each_other_can_still_be_told_apart() -> None:
    """Each later line is thinner and broken otherwise, and has marks where the others have none."""
    (axes,) = drawn(delay_figure({"title": same_curves()}))
    curves = axes.lines[:3]
    assert [line.get_label() for line in curves] == ["one", "two", "three"]
    assert all(a.get_linewidth() > b.get_linewidth() for a, b in pairwise(curves))
    assert len({str(line._unscaled_dash_pattern) for line in curves}) == 3  # the one place it is in
    marks = [line for line in axes.lines[3:] if line.get_marker() not in (None, "None", "")]
    assert len({line.get_marker() for line in marks}) == 3
    places = [set(line.get_xdata()) for line in marks]
    assert len(set.union(*places)) == sum(map(len, places))


def test_lines_of_a_sweep_that_lie_on_each_other_can_still_be_told_apart() -> None:
    data = [
        (slug, design, value, 0.5, 0.4, 0.6)
        for slug in SWEPT_WORDS
        for design in ("one", "two", "three")
        for value in (1.0, 10.0)
    ]
    frame = pd.DataFrame(data, columns=["property", "design", "value", "rate", "low", "high"])
    frame = frame.assign(sessions=10, violations=5)
    axis = Axis("speed", "uplink in Mbit/s", (1.0, 10.0), lambda value: [])
    shipped = drawn(sweep_figure(axis, frame))[0]
    for lines in (shipped.lines, plot_sweep(frame, "nothing_lost").lines):
        assert len({line.get_marker() for line in lines}) == 3
        for earlier, later in pairwise(lines):
            assert earlier.get_linewidth() > later.get_linewidth()
            assert earlier.get_markersize() > later.get_markersize()


def test_a_curve_of_many_sessions_is_thinned_and_stays_true() -> None:
    delays = [7 * at + 1 for at in range(2_000)]
    frame = pd.DataFrame({"design": pd.Categorical(["one"] * 2_000), "stop_ms": 0})
    frame = frame.assign(completed_ms=delays, delay_ms=delays)
    (line, *_) = drawn(delay_figure({"title": frame}))[0].lines
    points = [(x, y) for x, y in zip(line.get_xdata(), line.get_ydata(), strict=True) if x < 1e4]
    assert len(points) <= 101
    for x, y in points[1:]:
        assert y == sum(delay <= round(x * 1000) for delay in delays) / 2_000
    assert points[-1] == (delays[-1] / 1000, 1.0)


# --- colours -------------------------------------------------------------------------------------


def luminance(colour: str) -> float:
    """WCAG's relative luminance."""
    values = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [v / 12.92 if v <= 0.04045 else ((v + 0.055) / 1.055) ** 2.4 for v in values]
    return sum(w * v for w, v in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


def contrast(one: str, other: str) -> float:
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def test_words_stand_out_from_their_paper_on_light_and_dark_pages() -> None:
    assert contrast("#000000", "#FFFFFF") == pytest.approx(21), "the formula itself"
    for kind, look in LOOKS.items():
        assert contrast(look.tint.ink, look.tint.paper) >= 4.5, kind
        assert contrast(look.tint.dark_ink, look.tint.dark_paper) >= 4.5, kind
    for theme in (0, 1):
        for paper in ("paper", "panel"):
            for ink in ("ink", "dim", "link"):
                pair = palette.PAGE[ink][theme], palette.PAGE[paper][theme]
                assert contrast(*pair) >= 4.5, (ink, paper)


def test_one_palette_holds_every_colour() -> None:
    files = [*ROOT.glob("reports/**/*.py"), *ROOT.glob("reports/**/*.j2")]
    found = {
        str(path.relative_to(ROOT)): colours
        for path in files
        if path.name != "palette.py"
        and (colours := re.findall(r"#[0-9A-Fa-f]{6}\b|#[0-9A-Fa-f]{3}\b", path.read_text()))
    }
    assert found == {}
