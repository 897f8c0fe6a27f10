"""Objects on machines whose clocks differ, on the real runtime: the wall clock jumps with them."""

from __future__ import annotations

from dataclasses import replace

import pytest

from lastchunk.model.conformance import recipes
from lastchunk.model.conformance.campaign import plans_of
from lastchunk.model.conformance.plan import Plan
from lastchunk.model.conformance.play import play
from lastchunk.model.conformance.recipes import Recipe
from lastchunk.model.conformance.runtime.toolbox import Toolbox, WatchedWorker

BASE, OVERRIDES = recipes.TROUBLES["clocks that differ"]
ASKED = [
    Recipe("edges", "clocks", BASE, design, OVERRIDES, 5, number)
    for design, number in (("alarm", 0), ("lazy-alarm", 1), ("leases", 3), ("outbox", 2))
]
"""The first loses a put of an instance that is gone; the last one its first notification."""


@pytest.fixture(scope="module")
def plans() -> list[Plan]:
    return [plan for plan in plans_of(ASKED) if isinstance(plan, Plan)]


def test_each_machine_has_its_own_clock(
    tools: Toolbox, worker: WatchedWorker, plans: list[Plan]
) -> None:
    offsets = [{step.offset_ms for step in plan.steps} for plan in plans]
    assert len(offsets) == len(ASKED)
    assert max(map(len, offsets)) > 1
    assert {result.verdict for result in play(tools, worker, plans)} == {"agrees"}


def test_a_put_of_a_lost_instance_is_heard_by_nobody(tools: Toolbox, worker: WatchedWorker) -> None:
    """Another copy of its call is under way in the new instance, and hears nothing of it."""
    plans = plans_of([Recipe("edges", "clocks", BASE, "manual", OVERRIDES, 2, 0)])
    assert [result.verdict for result in play(tools, worker, plans)] == ["agrees"]


def test_an_alarm_by_another_clock_diverges(
    tools: Toolbox, worker: WatchedWorker, plans: list[Plan]
) -> None:
    """The world's clock is 1 ms off that of the machine: each time that it tells is another."""
    wrong = [
        replace(plan, steps=[step._replace(offset_ms=step.offset_ms + 1) for step in plan.steps])
        for plan in plans[:2]
    ]
    assert {result.verdict for result in play(tools, worker, wrong)} == {"diverges"}


def test_a_put_of_an_instance_that_is_gone_resets_nothing(plans: list[Plan]) -> None:
    schedule, _ = ASKED[0].schedule()
    asked = [step for step in schedule.steps if step.outcome == "instance lost"]
    resets = [act for step in plans[0].steps for act in step.acts if act.kind == "reset"]
    assert (len(asked), len(resets)) == (2, 1)
