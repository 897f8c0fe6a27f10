"""Results are values one can work with: short in a line, drawn on axes, their examples true."""

from __future__ import annotations

import doctest
import sys
from typing import Any

import numpy as np
import pytest

import lastchunk
from lastchunk.model.base.errors import InputError
from lastchunk.model.base.pictures import PAGES, PLOTS
from lastchunk.reports.figures.plots import comparison_axes


@pytest.fixture(scope="module")
def results() -> dict[str, Any]:
    run, schedule = lastchunk.record("cellular-driving", "alarm", seed=1)
    result = lastchunk.compare("lossy-mobile", ["manual", "alarm"], 10)
    matrix = lastchunk.Matrix((), (), (), 2, 1.0)
    values = {"run": run, "schedule": schedule, "comparison": result, "matrix": matrix}
    return values | {"scenario": run.scenario, "axis": lastchunk.UPLINK_SPEED}


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("run", "<Run of alarm in cellular-driving, seed 1, session 0: "),
        ("schedule", "<Schedule of alarm in cellular-driving: "),
        ("comparison", "<Comparison in lossy-mobile: 10 sessions, seed 1>\n  manual: "),
        ("matrix", "<Matrix of 0 designs, 0 classes of faults, 2 chunks: "),
        ("scenario", "<Scenario cellular-driving: Cellular uplink, driving; it sets "),
        ("axis", "Axis('uplink-speed', 11 points from 0.5 to 20.0)"),
    ],
)
def test_a_result_is_short(results: dict[str, Any], name: str, words: str) -> None:
    shown = repr(results[name])
    assert shown.startswith(words)
    assert len(shown) < 600
    assert len(shown.splitlines()) <= 4


def test_a_comparison_is_drawn_as_it_counts(results: dict[str, Any]) -> None:
    result = results["comparison"]
    axes = result.plot("complete_at_finalization")
    assert [label.get_text() for label in axes.get_yticklabels()] == ["manual", "alarm"]
    for line, name in zip(axes.lines[1::2], ("manual", "alarm"), strict=True):
        found = result.verdicts[name]["complete_at_finalization"]
        assert line.get_xdata()[0] == found.violations / found.sessions
    assert comparison_axes(result, axes=axes) is axes
    silent = lastchunk.compare("cellular-driving", ["manual"], 3).plot("complete_at_finalization")
    assert [text.get_text() for text in silent.texts] == ["no session says anything about it"]
    with pytest.raises(InputError, match="property"):
        result.plot("typo")


def test_a_sweep_and_a_run_are_drawn(results: dict[str, Any]) -> None:
    axis = lastchunk.Axis.of("client.chunk_ms", (5_000, 10_000))
    frame = lastchunk.sweep("harmless", axis, ["alarm"], 3, seed=1)
    axes = lastchunk.plot_sweep(frame, "nothing_lost")
    assert axes.get_xlabel() == "client.chunk_ms"
    assert np.asarray(axes.lines[0].get_xdata()).tolist() == [5_000, 10_000]
    assert results["run"].plot().figure is not None
    with pytest.raises(InputError, match="allowed: what sweep returned"):
        lastchunk.plot_sweep(results["comparison"].to_frame())
    with pytest.raises(InputError, match="x: 'chunks'; allowed: one of value"):
        lastchunk.plot_sweep(frame, "nothing_lost", x="chunks")


def test_what_has_plot_has_what_draws_it() -> None:
    public = {name: getattr(lastchunk, name) for name in dir(lastchunk)}
    drawn = {name for name, item in public.items() if hasattr(item, "plot")}
    assert drawn == set(PLOTS)
    assert {name for name, item in public.items() if hasattr(item, "_repr_html_")} <= set(PAGES)


def documented() -> list[Any]:
    """The modules of public names."""
    return sorted(
        {
            sys.modules[getattr(lastchunk, name).__module__]
            for name in dir(lastchunk)
            if hasattr(getattr(lastchunk, name), "__module__")
        },
        key=lambda item: item.__name__,
    )


def test_the_examples_of_docstrings_are_true() -> None:
    tried = 0
    for module in documented():
        found = doctest.testmod(module, extraglobs={"lastchunk": lastchunk})
        assert found.failed == 0, module.__name__
        tried += found.attempted
    assert tried >= 12
