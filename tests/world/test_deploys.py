"""Deploys that wait until the object is idle, or until their grace is over (R19)."""

from __future__ import annotations

from typing import Any

import pytest

from lastchunk.model.design.load import load_design
from lastchunk.model.scenario.faults import Deploy
from lastchunk.model.scenario.load import load_scenario
from lastchunk.model.simulate import simulate
from lastchunk.model.trace import events as e
from tests.explore.small import explored
from tests.support.worlds import ManualScheduler, of
from tests.world.test_instances_gone import KILL, RESET, answers, strike, world

WORK_MS, ARRIVES_MS, ENDS_MS = 100, 10, 110
"""`Works.poke` runs from 10 ms to 110 ms."""


def deploy(grace_ms: int) -> Deploy:
    """A deploy that leaves no time to an old instance."""
    fault: Any = {"kind": "deploy", "offset_ms": 0, "grace_ms": grace_ms, "old_instance_ms": 1}
    return Deploy(**fault)


def lost(scheduler: ManualScheduler) -> list[tuple[int, str]]:
    """When an instance was lost, and why."""
    return [(x.at_ms, x.reason) for x in of(scheduler.world.trace, e.InstanceLost)]


def poked(grace_ms: int, at_ms: int, *overrides: str) -> ManualScheduler:
    """Somebody calls at 0 ms, and a deploy strikes."""
    scheduler = world(*overrides)
    scheduler.call("poke", 0)
    strike(scheduler, at_ms, deploy(grace_ms))
    scheduler.until(5_000)
    return scheduler


def test_r19_no_work_shorter_than_the_grace_is_lost() -> None:
    for grace_ms in (0, 1, 30, 99, 100, 150):
        check_every_instant(grace_ms)


def check_every_instant(grace_ms: int) -> None:
    """A deploy at each instant comes when it must, and takes along what is longer."""
    for at_ms in range(1, 140):
        scheduler = poked(grace_ms, at_ms)
        is_busy = ARRIVES_MS <= at_ms < ENDS_MS
        comes_ms = min(at_ms + grace_ms, ENDS_MS) if is_busy else at_ms
        assert lost(scheduler) == [(comes_ms, "deploy")], at_ms
        # Where both end at one instant (the old instance has 1 ms), either may be the first.
        if comes_ms + 1 != ENDS_MS and at_ms + grace_ms != ENDS_MS:
            is_lost = is_busy and comes_ms < ENDS_MS
            assert answers(scheduler)[0][2] == (500 if is_lost else 200), at_ms


def test_a_deploy_waits_until_what_was_written_is_on_disk() -> None:
    slow = "platform.commit_ms=300"
    waited = poked(1_000, 150, slow)  # the handler is over, its write is not
    assert lost(waited) == [(310, "deploy")]
    assert answers(waited) == [(320, "poke", 200)]
    cut_off = poked(100, 150, slow)
    assert lost(cut_off) == [(250, "deploy")]
    assert answers(cut_off) == [(260, "poke", 500)]


def test_at_the_end_of_its_grace_any_commit_under_way_may_be_kept() -> None:
    for kept in (0, 1):
        scheduler = world("platform.commit_ms=300")
        scheduler.call("poke", 0)
        strike(scheduler, 50, deploy(100))
        pending = scheduler.world.pending["grace_ends", 0]
        names = [name for name, _ in scheduler.world.choices(pending)]
        assert names == ["strikes keeping 0", "strikes keeping 1"]
        scheduler.at(150, "grace_ends", outcome=names[kept])
        assert ("state" in scheduler.world.object.storage.values) is bool(kept)


@pytest.mark.parametrize(("fault", "reason"), [(RESET, "reset"), (KILL, ""), (deploy(0), "deploy")])
def test_what_takes_the_instance_first_brings_the_new_version(fault: Any, reason: str) -> None:
    scheduler = world()
    scheduler.call("poke", 0)
    strike(scheduler, 50, deploy(1_000))
    strike(scheduler, 60, fault)
    scheduler.until(5_000)
    assert lost(scheduler) == ([(60, reason)] if reason else [])
    assert "grace_ends" not in scheduler.kinds()
    assert scheduler.world.object.instance == 1


def test_a_call_after_another_keeps_a_deploy_waiting_until_its_grace_is_over() -> None:
    scheduler = world()
    scheduler.call("poke", 0)
    scheduler.call("poke", 40)
    strike(scheduler, 50, deploy(70))
    scheduler.until(5_000)
    assert lost(scheduler) == [(120, "deploy")]
    assert [status for _, _, status in answers(scheduler)] == [200, 500]


DEPLOYS = "faults=[{{kind='deploy',offset_ms={{low_ms=0,high_ms={1}}},grace_ms={0}}}]"


@pytest.mark.parametrize("seed", range(5))
def test_a_page_whose_uploads_are_short_never_sees_a_deploy(seed: int) -> None:
    lost_uploads = {}
    for grace_ms in (0, 1_000):
        overrides = (
            "blobs.put_delay_ms=900",
            "recording.duration_ms=25000",
            "network.request_delay_ms=10",
            DEPLOYS.format(grace_ms, 10_800).replace("low_ms=0", "low_ms=10100"),
        )
        scenario = load_scenario("everything-fast", overrides)
        trace = simulate(scenario, load_design("alarm", scenario), seed).trace
        assert len(of(trace, e.InstanceLost)) >= 1
        ended = of(trace, e.HandlerEnded)
        lost_uploads[grace_ms] = sum(x.method == "upload" and x.status == 500 for x in ended)
    assert lost_uploads == {0: 1, 1_000: 0}


EXPLORED = ("chunks=1", "blobs.put_delay_ms={distribution='uniform',low_ms=1,high_ms=5}")


@pytest.mark.parametrize(("grace_ms", "verdict"), [(0, "violated"), (3, "violated"), (6, "proved")])
def test_deploys_that_wait_are_explored(grace_ms: int, verdict: str) -> None:
    found = explored("alarm", ["count_true"], *EXPLORED, DEPLOYS.format(grace_ms, 10))
    assert found.verdict == verdict
