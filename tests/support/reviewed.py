"""A small review of two scenarios, made once: one has a title that means to break what shows it."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pytest

from lastchunk.model.base.workers import Here
from lastchunk.model.design.load import load_designs
from lastchunk.model.estimate.comparison import Comparison, compare
from lastchunk.model.scenario.load import load_scenario
from lastchunk.reports.claims.conditions import Condition, ask_conditions
from lastchunk.reports.review import Review, make_review
from lastchunk.reports.write import write_report

HOSTILE = "<script>alert(\"x\")</script> | **b** & [l](javascript:1) 'q' \\ `c`\nnew"
SESSIONS = 12
FOLDERS: list[Path] = []


@cache
def comparison() -> Comparison:
    """Two designs in a scenario with that title."""
    scenario = load_scenario("lossy-mobile").model_copy(update={"title": HOSTILE})
    return compare(scenario, load_designs(["manual", "alarm"], scenario), SESSIONS, 2)


@cache
def review() -> Review:
    """That one, and the same designs in another scenario."""
    scenario = load_scenario("tab-closed-while-recording")
    other = compare(scenario, load_designs(["manual", "alarm"], scenario), SESSIONS, 2)
    arguments = {"lossy-mobile": ("my $(file).toml", "--set", "title='x y'")}
    command = f"lastchunk compare {HOSTILE}"
    return make_review([comparison(), other], [], command, 1.23456, arguments)


def written(factory: pytest.TempPathFactory) -> Path:
    """The folder of its report."""
    if not FOLDERS:
        FOLDERS.append(factory.mktemp("written") / "out")
        write_report(review(), FOLDERS[0])
    return FOLDERS[0]


def conditions(*designs: str) -> tuple[Condition, ...]:
    """The exact conditions of some designs."""
    return tuple(task.result() for task in ask_conditions(designs, Here()))
