"""What a call in a notebook cannot mean is refused by name: field, value, and what is allowed."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

import lastchunk
from lastchunk.model.base.errors import InputError

ANY: Any = lastchunk
AXIS = ANY.Axis.of("client.retry_ms", [1, 2])
BOUNDS = {"client.retry_ms": (1, 9)}
PLAN = """
scenarios = ["harmless"]
designs = ["alarm"]
sessions = 2
[axes]
"client.retry_ms" = [1, 2]
"""


def read(folder: Path) -> Any:
    """A plan."""
    (folder / "plan.toml").write_text(PLAN, encoding="utf-8")
    return ANY.read_plan(folder / "plan.toml")


CALLS: dict[str, tuple[Callable[[Path], object], str]] = {
    "a plan's file": (
        lambda folder: ANY.sweep_plan("plan.toml", folder / "o"),
        "plan: 'plan.toml'; allowed: a SweepPlan, as read_plan returns it",
    ),
    "a plan's folder": (
        lambda folder: ANY.sweep_plan(read(folder), 5),
        "out: 5; allowed: a path",
    ),
    "a shard": (
        lambda folder: ANY.sweep_plan(read(folder), folder / "o", shard="1/2"),
        "--shard: '1/2'; allowed: two whole numbers, such as (1, 8)",
    ),
    "a shard of words": (
        lambda folder: ANY.sweep_plan(read(folder), folder / "o", shard=("1", "2")),
        "--shard: ('1', '2'); allowed: two whole numbers, such as (1, 8)",
    ),
    "no plan": (lambda _: ANY.read_plan(None), "plan; allowed: a path"),
    "rates": (
        lambda _: ANY.sensitivity(pd.DataFrame()),
        "result: a DataFrame; allowed: a SweepResult, as sweep_plan returns it",
    ),
    "an axis": (
        lambda _: ANY.grid("client.retry_ms"),
        "axes: 'client.retry_ms'; allowed: an Axis, as Axis.of makes it",
    ),
    "bounds": (
        lambda _: ANY.latin_hypercube(["client.retry_ms"], 3),
        "bounds: ['client.retry_ms']; allowed: a table: each setting with its range",
    ),
    "no seed": (
        lambda _: ANY.latin_hypercube(BOUNDS, 3, None),
        "seed; allowed: a whole number from 0 to 9223372036854775808",
    ),
    "a seed": (lambda _: ANY.sobol(BOUNDS, 3, -1), "seed: -1; allowed: 0 to"),
    "until": (
        lambda _: ANY.compare("harmless", "alarm", sessions=2, until=0.1),
        "until: 0.1; allowed: FIGURE=HALF-WIDTH",
    ),
    "precision": (
        lambda _: ANY.rare_rate("small-scope", precision="0.1"),
        "precision: '0.1'; allowed: a share of the rate",
    ),
    "a list of properties": (
        lambda _: ANY.rare_rate("small-scope", slug=["finalizes"]),
        "--property: ['finalizes']; allowed: complete_at_finalization",
    ),
    "classes": (
        lambda _: ANY.rare_rate("small-scope", classes="9"),
        "classes: '9'; allowed: a whole number",
    ),
    "an attack": (
        lambda _: ANY.verify("small-scope", attack="many"),
        "--attack: 'many'; allowed: a whole number, at least 0",
    ),
    "reductions": (
        lambda _: ANY.verify("small-scope", reductions=True),
        "reductions: True; allowed: Reductions",
    ),
    "no budget": (
        lambda _: ANY.verify("small-scope", budget=0),
        "budget: 0; allowed: a Budget",
    ),
    "a budget of words": (
        lambda _: ANY.verify("small-scope", budget=ANY.Budget(seconds="9")),
        "budget.seconds: '9'; allowed: at least 1",
    ),
    "a frame of a sweep": (
        lambda _: ANY.plot_sweep("rates"),
        "frame: 'rates'; allowed: what sweep returned",
    ),
    "a frame of a tornado": (
        lambda _: ANY.plot_tornado(None),
        "frame; allowed: what sensitivity returned",
    ),
    "a bit rate of words": (
        lambda _: ANY.load_scenario("harmless", video_mbps="2.5"),
        "--video-mbps: '2.5'; allowed: a number above 0",
    ),
    "a bit rate that is none": (
        lambda _: ANY.load_scenario("harmless", video_mbps=True),
        "--video-mbps: True; allowed: a number above 0",
    ),
    "a value of a setting": (
        lambda _: ANY.load_scenario("harmless", {"recording.duration_ms": None}),
        "recording.duration_ms; allowed: a number, a text",
    ),
    "a value of an axis": (
        lambda _: ANY.Axis.of("client.retry_ms", [1, pd.Timedelta("5s")]),
        "client.retry_ms: Timedelta('0 days 00:00:05'); allowed: a number, a text",
    ),
    "one setting of a sweep": (
        lambda _: ANY.sweep("harmless", AXIS, "alarm", 2, 1, overrides="client.retry_ms=3"),
        "overrides: 'client.retry_ms=3'; allowed: a list of KEY=VALUE, or a mapping",
    ),
    "no settings of a sweep": (
        lambda _: ANY.sweep("harmless", AXIS, "alarm", 2, 1, overrides=None),
        "overrides; allowed: a list of KEY=VALUE, or a mapping",
    ),
    "no settings of a boundary": (
        lambda _: ANY.find_threshold("small-scope", None, "alarm", "finalizes", "grace_ms"),
        "overrides; allowed: a list of KEY=VALUE, or a mapping",
    ),
    "no settings of a map": (
        lambda _: ANY.region_of("small-scope", x="high_ms", y="grace_ms", settings=None),
        "settings; allowed: a list of KEY=VALUE, or a mapping",
    ),
    "one setting of a choice": (
        lambda _: ANY.choose(
            "grace_ms=10,40", "small-scope", "finalizes", settings="disconnects=0"
        ),
        "settings: 'disconnects=0'; allowed: a list of KEY=VALUE, or a mapping",
    ),
    "no key of a boundary": (
        lambda _: ANY.find_threshold("small-scope", [], "alarm", "finalizes", None),
        "--threshold; allowed: a setting in ms",
    ),
    "a guess of a boundary": (
        lambda _: ANY.find_threshold(
            "small-scope", [], "alarm", "finalizes", "grace_ms", near_ms="9"
        ),
        "near_ms: '9'; allowed: a whole number",
    ),
    "values across a region": (
        lambda _: ANY.safe_region("small-scope", [], "alarm", "finalizes", "chunks", "grace_ms"),
        "across: 'chunks'; allowed: a key and its values",
    ),
    "values of a map": (
        lambda _: ANY.region_of("small-scope", x="high_ms", y="grace_ms", x_values=[1.5, 8]),
        "x_values: 1.5; allowed: a whole number",
    ),
    "a range of a map": (
        lambda _: ANY.region_of("small-scope", x="high_ms", y="grace_ms", y_range=(5,)),
        "y_range: (5,); allowed: two whole numbers, the low one first",
    ),
    "a property of a map": (
        lambda _: ANY.region_of("small-scope", slug="nope", x="high_ms", y="grace_ms"),
        "--property: 'nope'; allowed: complete_at_finalization",
    ),
    "no property of a map": (
        lambda _: ANY.region_of("small-scope", slug=None, x="high_ms", y="grace_ms"),
        "--property; allowed: complete_at_finalization",
    ),
    "no time for a map": (
        lambda _: ANY.region_of("small-scope", x="high_ms", y="grace_ms", seconds=0),
        "budget.seconds: 0; allowed: at least 1",
    ),
    "a time of words for a map": (
        lambda _: ANY.region_of("small-scope", x="high_ms", y="grace_ms", seconds="9"),
        "budget.seconds: '9'; allowed: at least 1",
    ),
    "no setting across a map": (
        lambda _: ANY.region_of("small-scope", x=None, y="grace_ms", x_values=[4, 8]),
        "--x; allowed: the name of a setting",
    ),
    "a setting along a map": (
        lambda _: ANY.region_of("small-scope", x="high_ms", y=3, x_values=[4, 8]),
        "--y: 3; allowed: the name of a setting",
    ),
    "points that are no number": (
        lambda _: ANY.latin_hypercube(BOUNDS, True),
        "points: True; allowed: a whole number from 1 to 100,000",
    ),
    "bounds that are no numbers": (
        lambda _: ANY.sobol({"client.retry_ms": (False, True)}, 3),
        "client.retry_ms: (False, True); allowed: two numbers, the low one first",
    ),
}


@pytest.mark.parametrize("name", CALLS)
def test_it_is_refused_by_name(name: str, tmp_path: Path) -> None:
    call, words = CALLS[name]
    with pytest.raises(InputError) as refused:
        call(tmp_path)
    assert str(refused.value).startswith(words)
    assert not (tmp_path / "o").exists()
