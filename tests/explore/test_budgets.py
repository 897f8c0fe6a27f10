"""Budgets of seconds are kept: by all that one answer needs, and by the search for a boundary."""

from __future__ import annotations

import time

import pytest

from lastchunk.model.base.errors import InputError
from lastchunk.model.design.load import load_design
from lastchunk.model.explore.matrix.fault_classes import BUILDERS
from lastchunk.model.explore.threshold import find_threshold
from lastchunk.model.explore.verify import Budget, verify

SECONDS = 3.0
SLACK = 3.0
"""For a machine that does other things as well."""


def test_the_seconds_are_those_of_all_that_an_answer_needs() -> None:
    # `finalizes` is told after the last state only, and this class has more than minutes of them.
    scenario = BUILDERS["all"](8).scopes[-1].load()
    design = load_design("alarm", scenario)
    began = time.perf_counter()
    found = verify(scenario, design, None, Budget(seconds=SECONDS))
    assert time.perf_counter() - began <= 1.1 * SECONDS + SLACK
    assert "the budget of 3 seconds was used up" in found.verdicts["finalizes"].reason
    assert {item.kind for item in found.verdicts.values()} <= {"violated", "unknown"}


def test_a_boundary_is_found_within_the_seconds_or_not_at_all() -> None:
    overrides = ["chunks=5", "expect.sometimes=[]"]
    began = time.perf_counter()
    with pytest.raises(InputError, match=r"budget of"):
        find_threshold(
            "small-scope",
            overrides,
            "alarm",
            "complete_at_finalization",
            "grace_ms",
            Budget(seconds=1.0),
        )
    assert time.perf_counter() - began <= 1.1 + SLACK
