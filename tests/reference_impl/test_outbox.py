"""The outbox: one effect at the consumer, over lost notifications, crashes and repeated alarms."""

from __future__ import annotations

import dataclasses
import itertools
from typing import Any

import pytest

from lastchunk.model.design.load import DesignSpec, load_design
from lastchunk.model.estimate.comparison import compare
from lastchunk.model.properties import Violation, check_all
from lastchunk.model.scenario.load import load_scenario
from lastchunk.model.scenario.schema import Scenario
from lastchunk.model.simulate import simulate
from lastchunk.model.trace import events as e
from lastchunk.model.trace.facts import facts_of
from lastchunk.reference_impl.contract import ACTIVE, COMPLETED, STATE_KEY
from lastchunk.reference_impl.outbox import OUTBOX_KEY, OutboxDesign
from tests.support.worlds import of, quiet, spec_of

STORM = [
    "consumer.notify_loss=0.3",
    "consumer.notify_answer_loss=0.3",
    "platform.instance_loss=0.05",
    "platform.alarm_unacknowledged=0.3",
    "platform.commit_failure=0.05",
]


def stormy() -> Scenario:
    return load_scenario("everything-at-once", STORM)


class ForgetsAtCrash(OutboxDesign):
    """Canary: sends first and writes afterwards, so a lost instance takes the promise with it."""

    async def alarm(self) -> None:
        """Complete, tell, and only then note that there is something to tell."""
        state = await self.ctx.storage.get(STATE_KEY)
        if state is not None and state["status"] == ACTIVE:
            state["status"] = COMPLETED
            await self.ctx.storage.put(STATE_KEY, state)
            await self.ctx.notify("session-completed")


class NewKeyEachTry(OutboxDesign):
    """Canary: an idempotency key that is not the same at the next try is none."""

    async def send_outbox(self) -> None:
        """Number the tries in the key."""
        failures = await self.ctx.storage.get(OUTBOX_KEY)
        if failures is None:
            return
        await self.ctx.storage.set_alarm(self.ctx.now() + 2_000)
        await self.ctx.storage.put(OUTBOX_KEY, failures + 1)
        await self.ctx.notify(f"try {failures}")
        await self.ctx.storage.delete(OUTBOX_KEY)


def test_not_seen_violated_in_the_storm_and_the_storm_is_one() -> None:
    scenario = stormy()
    outbox = load_design("outbox", scenario)
    result = compare(scenario, [outbox], 600, seed=3)
    verdict = result.verdicts["outbox"]["notified_once"]
    assert (verdict.kind, verdict.violations) == ("not seen", 0)
    assert verdict.sessions > 550
    seen = result.sometimes().set_index("property")["sessions"]
    for slug in ("notification_repeated", "alarm_repeated", "instance_lost", "commit_failed"):
        assert seen[slug] > 30, slug


@pytest.mark.parametrize("cls", [ForgetsAtCrash, NewKeyEachTry])
def test_canaries_are_caught(cls: Any) -> None:
    result = compare(stormy(), [spec_of(cls)], 200, seed=3)
    assert result.verdicts[cls.__name__]["notified_once"].violations > 5


def run_of(design: DesignSpec, *overrides: str) -> list[e.Event]:
    return simulate(quiet(*overrides), design, 1).trace


def test_the_tries_back_off_and_end_with_an_answer() -> None:
    trace = run_of(load_design("outbox", quiet()), "consumer.notify_loss=1.0")
    tries = [event.at_ms for event in of(trace, e.AlarmStarted)]
    gaps = [b - a for a, b in itertools.pairwise(tries)]
    assert gaps[:8] == [2_000, 4_000, 8_000, 16_000, 32_000, 64_000, 128_000, 256_000]
    assert set(gaps[8:]) == {300_000}, "doubled up to the greatest, without end"
    trace = run_of(load_design("outbox", quiet()))
    assert [event.key for event in of(trace, e.Notified)] == ["session-completed"]
    assert len(of(trace, e.AlarmStarted)) == 2, "the last alarm finds an empty outbox"


def test_a_session_that_is_completed_twice_is_told_of_once() -> None:
    slow = ("recording.duration_ms=19000", "blobs.put_delay_ms=6000")
    scenario = quiet(*slow)
    run = simulate(scenario, load_design("outbox", scenario), 1)
    assert len(run.facts.completions) == 2
    assert [key for _, key in run.facts.notified] == ["session-completed"] * 2
    assert not isinstance(check_all(run.facts, run.judge)["notified_once"], Violation)


def test_a_crash_between_the_commit_and_the_notification_loses_nothing() -> None:
    # The alarm runs at 625,050 and waits for its consumer until 625,100.
    for at_ms, tries in ((625_060, 2), (625_099, 2)):
        fault = f"faults=[{{kind='instance_lost', offset_ms={at_ms - 20}}}]"
        trace = run_of(load_design("outbox", quiet()), fault)
        assert len(of(trace, e.InstanceLost)) == 1
        assert len(facts_of(trace).notified) == tries
        assert facts_of(trace).status == COMPLETED


def test_the_settings_are_those_of_the_alarm_design_and_two_more() -> None:
    names = {field.name for field in dataclasses.fields(OutboxDesign.Settings)}
    assert names == {"grace_ms", "long_alarm_ms", "notify_retry_ms", "notify_retry_ms_max"}
