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
}


@pytest.mark.parametrize("name", CALLS)
def test_it_is_refused_by_name(name: str, tmp_path: Path) -> None:
    call, words = CALLS[name]
    with pytest.raises(InputError) as refused:
        call(tmp_path)
    assert str(refused.value).startswith(words)
    assert not (tmp_path / "o").exists()
