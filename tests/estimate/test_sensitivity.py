"""Sensitivity against functions whose indices are known: linear ones, and Ishigami's."""

from __future__ import annotations

import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import lastchunk
from lastchunk.model.base.errors import InputError
from lastchunk.model.estimate.space import Space, between, sobol, sobol_shares
from lastchunk.model.estimate.sweeps.plan_file import read_plan
from lastchunk.model.estimate.sweeps.result import SweepResult
from lastchunk.model.estimate.sweeps.sensitivity import morris, saltelli, sensitivity

BOUNDS = {"a": (-math.pi, math.pi), "b": (-math.pi, math.pi), "c": (-math.pi, math.pi)}


def swept(method: str, space: Space, base: int, function: Callable[..., float]) -> SweepResult:
    """A sweep whose figure is a function of the settings."""
    rates = pd.DataFrame(space.points, columns=list(BOUNDS))
    rates["rate"] = [function(*point) for point in space.points]
    rates = rates.assign(scenario="x", design="alarm", property="finalizes")
    about = {"method": method, "axes": list(BOUNDS), "base": base, "bounds": BOUNDS}
    points = {"points": [list(point) for point in space.points]}
    return SweepResult(about | points, rates, pd.DataFrame(columns=["figure"]), 1, 1)


def ishigami(a: float, b: float, c: float) -> float:
    """A function whose indices are known in closed form (Ishigami & Homma 1990)."""
    return math.sin(a) + 7 * math.sin(b) ** 2 + 0.1 * c**4 * math.sin(a)


def test_the_indices_of_a_function_that_is_known() -> None:
    result = swept("saltelli", saltelli(BOUNDS, 1024, 1), 1024, ishigami)
    found = sensitivity(result, "finalizes").set_index("setting")
    expected = {"a": (0.3139, 0.5576), "b": (0.4424, 0.4424), "c": (0.0, 0.2437)}
    for name, (alone, others) in expected.items():
        assert found.loc[name, "alone"] == pytest.approx(alone, abs=0.03)
        assert found.loc[name, "with_others"] == pytest.approx(others, abs=0.03)
    assert list(found.index) == ["a", "b", "c"], "what matters most comes first"


def test_the_intervals_hold_what_is_known_as_often_as_they_say() -> None:
    """95 of 100 intervals, but for chance: 106 of these 120 at least."""
    known = {"a": (0.3139, 0.5576), "b": (0.4424, 0.4424), "c": (0.0, 0.2437)}
    held, widths = 0, []
    for seed in range(20):
        result = swept("saltelli", saltelli(BOUNDS, 64, seed), 64, ishigami)
        found = sensitivity(result, "finalizes").set_index("setting")
        for name, truths in known.items():
            for column, truth in zip(("alone", "with_others"), truths, strict=True):
                low, high = (float(found[f"{column}_{side}"][name]) for side in ("low", "high"))
                held += low <= truth <= high
                widths.append(high - low)
    assert held >= 106
    assert np.median(widths) < 0.5, "an interval of everything holds everything"


def test_the_same_sweep_has_the_same_intervals() -> None:
    result = swept("saltelli", saltelli(BOUNDS, 16, 1), 16, ishigami)
    assert sensitivity(result, "finalizes").equals(sensitivity(result, "finalizes"))


def test_the_effects_of_a_linear_function_are_its_slopes() -> None:
    pytest.importorskip("SALib", reason="no SALib here: pip install 'lastchunk[sensitivity]'")
    space = morris(BOUNDS, 6, 1)
    result = swept("morris", space, 6, lambda a, b, c: (3 * a - b) / (2 * math.pi))
    found = sensitivity(result, "finalizes").set_index("setting")
    assert found["effect"].to_dict() == pytest.approx({"a": 3.0, "b": 1.0, "c": 0.0}, abs=1e-9)
    assert found["spread"].tolist() == pytest.approx([0, 0, 0], abs=1e-9)
    assert found["effect_low"].to_dict() == pytest.approx(found["effect"].to_dict(), abs=1e-9)


def test_what_never_changes_matters_to_nothing() -> None:
    result = swept("saltelli", saltelli(BOUNDS, 8, 1), 8, lambda *_: 0.25)
    found = sensitivity(result, "finalizes")
    assert not found.drop(columns="setting").to_numpy().any()


def test_a_tornado_has_a_bar_a_setting_and_kind() -> None:
    result = swept("saltelli", saltelli(BOUNDS, 64, 1), 64, ishigami)
    found = sensitivity(result, "finalizes")
    axes: Any = lastchunk.plot_tornado(found)
    assert len(axes.patches) == 6
    for place, name in enumerate(("alone", "with_others")):
        drawn = [(line[0, 0], line[1, 0]) for line in axes.collections[place].get_segments()]
        assert drawn == list(zip(found[f"{name}_low"], found[f"{name}_high"], strict=True))
    with pytest.raises(InputError, match="sensitivity returned"):
        lastchunk.plot_tornado(pd.DataFrame({"setting": ["a"]}))


def test_the_key_of_a_tornado_covers_no_interval() -> None:
    of_sobol = sensitivity(swept("saltelli", saltelli(BOUNDS, 64, 1), 64, ishigami), "finalizes")
    of_morris = pd.DataFrame({"setting": ["a"], "effect": [0.4], "spread": [0.6]})
    for found in (of_sobol, of_morris):
        axes: Any = lastchunk.plot_tornado(found)
        axes.figure.draw_without_rendering()
        key = axes.get_legend().get_window_extent()
        assert not key.overlaps(axes.get_window_extent())
        assert not key.overlaps(axes.xaxis.label.get_window_extent())
        assert key.y0 >= 0
        assert key.x0 >= 0


def test_a_figure_that_does_not_vary_is_said_to_be_so() -> None:
    said = []
    for function in (ishigami, lambda *_: 0.25):
        result = swept("saltelli", saltelli(BOUNDS, 16, 1), 16, function)
        axes: Any = lastchunk.plot_tornado(sensitivity(result, "finalizes"))
        said.append([text.get_text() for text in axes.texts])
    assert said == [[], ["the figure does not vary"]]


def test_a_sobol_sequence_leaves_no_slice_empty() -> None:
    space = sobol({"design.grace_ms": (0, 16_000), "network.request_loss": (0.0, 1.0)}, 16, 3)
    losses = sorted(loss for _, loss in space.points)
    assert [int(loss * 16) for loss in losses] == list(range(16))
    assert all(isinstance(grace_ms, int) for grace_ms, _ in space.points)
    assert sobol_shares(2, 11, 1).shape == (11, 2)


def test_a_range_of_magnitudes_has_as_many_points_in_each() -> None:
    shares = np.linspace(0, 1, 4).reshape(-1, 1)
    assert [p for (p,) in between({"x": (1, 1_000)}, shares, ["x"]).points] == [1, 10, 100, 1_000]


PLAN = """
scenarios = ["everything-fast"]
designs = ["alarm"]
sessions = 2
method = "{method}"
points = 4
[set]
recording.chunks = 1
[axes]
"network.request_loss" = {{ low = 0.0, high = 0.4 }}
"design.grace_ms" = {{ low = 100, high = 10000, scale = "log" }}
"""


@pytest.mark.parametrize(
    ("method", "points"),
    [("saltelli", 16), ("morris", 12), ("sobol", 4), ("latin-hypercube", 4)],
)
def test_a_plan_has_the_points_of_its_method(tmp_path: Path, method: str, points: int) -> None:
    file = tmp_path / "plan.toml"
    file.write_text(PLAN.format(method=method), encoding="utf-8")
    plan = read_plan(file)
    assert len(plan.space.points) == points
    low: Any = min(grace_ms for _, grace_ms in plan.space.points)
    assert low >= 100
    assert read_plan(file).space.points == plan.space.points
