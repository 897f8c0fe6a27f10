"""What a sweep goes over: any setting, every combination, and a Latin hypercube."""

from __future__ import annotations

import pickle
import tomllib
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import lastchunk
from lastchunk.model.base.errors import InputError
from lastchunk.model.base.toml_text import toml_value


def test_an_axis_over_a_setting_is_the_same_as_the_override() -> None:
    axis = lastchunk.Axis.of("design.grace_ms", (1_000, 20_000))
    frame = lastchunk.sweep("cellular-driving", axis, "alarm", 20, seed=3)
    for value in axis.points:
        scenario = lastchunk.load_scenario("cellular-driving", [f"design.grace_ms={value:g}"])
        found = lastchunk.compare(scenario, "alarm", 20, seed=3).verdicts["alarm"][
            "complete_at_finalization"
        ]
        (row,) = frame[
            (frame["value"] == value) & (frame["property"] == "complete_at_finalization")
        ].to_dict("records")
        assert (row["sessions"], row["violations"]) == (found.sessions, found.violations)
        assert (row["low"], row["high"]) == pytest.approx((found.low, found.high))


def test_a_grid_has_every_combination_and_a_column_for_each_axis() -> None:
    chunks, delays = (5_000, 10_000), (10, 4_000)
    axes = [
        lastchunk.Axis.of("client.chunk_ms", chunks),
        lastchunk.Axis.of("network.request_delay_ms", delays),
    ]
    frame = lastchunk.sweep("harmless", axes, "alarm", 5, seed=1)
    assert list(frame.columns[:2]) == ["client.chunk_ms", "network.request_delay_ms"]
    pairs = frame[list(frame.columns[:2])].drop_duplicates()
    assert list(pairs.itertuples(index=False, name=None)) == list(product(chunks, delays))


def test_each_slice_of_a_latin_hypercube_has_one_point() -> None:
    bounds = {"network.request_loss": (0.0, 0.2), "network.response_loss": (0.1, 0.5)}
    space = lastchunk.latin_hypercube(bounds, points=16, seed=7)
    for column, (low, high) in zip(zip(*space.points, strict=True), bounds.values(), strict=True):
        slices = sorted(int((value - low) / (high - low) * 16) for value in column)
        assert slices == list(range(16))
    assert space == space
    again = lastchunk.latin_hypercube(bounds, points=16, seed=7)
    assert again.points == space.points != lastchunk.latin_hypercube(bounds, 16, seed=8).points


def test_whole_bounds_give_whole_values() -> None:
    space = lastchunk.latin_hypercube({"design.grace_ms": (1_000, 20_000)}, points=5)
    assert all(type(value) is int and 1_000 <= value <= 20_000 for (value,) in space.points)
    assert space.overrides(space.points[0]) == [f"design.grace_ms={space.points[0][0]}"]


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: lastchunk.Axis.of("design.grace_ms", []), "points"),
        (lambda: lastchunk.Axis.of("design.grace_ms", 5_000), "points: 5000; allowed: several"),  # type: ignore[arg-type]  # no list
        (lambda: lastchunk.Axis.of("platform.storage", "kv"), "points: 'kv'; allowed: several"),
        (lambda: lastchunk.Axis.of("chunks", [None]), "chunks; allowed: a number, a text"),
        (lambda: lastchunk.grid(), "at least one axis"),
        (lambda: lastchunk.latin_hypercube({"chunks": ("1", "2")}), "two numbers, the low one"),  # type: ignore[dict-item]  # texts
        (lambda: lastchunk.latin_hypercube({"chunks": 5}), "two numbers, the low one"),  # type: ignore[dict-item]  # no pair
        (lambda: lastchunk.latin_hypercube({"chunks": (1, float("inf"))}), "two numbers, the low"),
        (lambda: lastchunk.latin_hypercube({"chunks": (1, 9)}, points=2.5), "points: 2.5"),  # type: ignore[arg-type]  # no whole number
        (lambda: lastchunk.latin_hypercube({"chunks": (2, 2)}), "two numbers, the low one"),
        (
            lambda: lastchunk.latin_hypercube({"chunks": (1, 2)}, points=0),
            "points: 0; allowed: a whole number",
        ),
        (lambda: lastchunk.sweep("harmless", [], "alarm", 1, 1), "at least one axis"),
        (lambda: lastchunk.sweep("harmless", ["chunks"], "alarm", 1, 1), "an Axis, such as"),  # type: ignore[list-item]  # no axis
    ],
)
def test_what_cannot_be_swept_is_refused(call: object, words: str) -> None:
    with pytest.raises(InputError, match=words):
        call()  # type: ignore[operator]  # a lambda of the table


def test_words_are_swept_as_well_as_numbers() -> None:
    axis = lastchunk.Axis.of("platform.storage", ["sqlite", "kv"])
    assert axis.overrides("kv") == ['platform.storage="kv"']
    frame = lastchunk.sweep("harmless", axis, "alarm", 2, seed=1)
    assert list(frame["value"].unique()) == ["sqlite", "kv"]
    assert repr(axis) == "Axis('platform.storage', 2 points from sqlite to kv)"


def test_settings_are_completed_and_are_their_dotted_names() -> None:
    names = lastchunk.settings
    assert names.network.request_delay_ms.mean_ms == "network.request_delay_ms.mean_ms"
    assert set(dir(names)) == set(lastchunk.Scenario.model_fields)
    assert "rate_kbps" in dir(names.uplink)
    assert names.design.grace_ms == "design.grace_ms"
    assert lastchunk.load_scenario(
        "harmless", {names.network.request_loss: 0.5}
    ).network.request_loss
    with pytest.raises(AttributeError, match="no setting 'request_los' in 'network'"):
        _ = names.network.request_los


def test_what_is_swept_can_be_sent_to_another_process() -> None:
    axis = lastchunk.Axis.of("client.retry_ms", [1, 2.5])
    space = lastchunk.latin_hypercube({"client.retry_ms": (1, 9), "network.request_loss": (0, 1)})
    ready: list[Any] = [axis, lastchunk.grid(axis), space]
    for given in [*ready, lastchunk.UPLINK_SPEED, lastchunk.REQUEST_DELAY]:
        there = pickle.loads(pickle.dumps(given))
        assert there == given
        assert there.overrides(there.points[0]) == given.overrides(given.points[0])


def test_numbers_of_numpy_and_paths_are_settings_too() -> None:
    for given, kept in (
        (np.float64(0.25), 0.25),
        (np.int64(7), 7),
        (np.float32(0.5), 0.5),
        (np.bool_(True), True),
        ([np.float64(0.1), np.int64(2)], [0.1, 2]),
        (Path("a/b.csv"), "a/b.csv"),
    ):
        assert tomllib.loads(f"x = {toml_value(given)}")["x"] == kept
    delay = {"distribution": "lognormal", "median_ms": np.float64(145), "sigma": np.float64(0.9)}
    scenario = lastchunk.load_scenario("harmless", {"network.request_delay_ms": delay})
    assert scenario.network.request_delay_ms.sigma == 0.9  # type: ignore[union-attr]  # a lognormal
    values: Any = np.arange(1, 3)
    axis = lastchunk.Axis.of("chunks", values)
    assert axis.overrides(values[1]) == ["chunks=2"]
