"""Schedules without an end, and what only real-valued times violate."""

from __future__ import annotations

from dataclasses import replace

from model.simulate import replay
from model.trace.events import AlarmStarted
from reference_impl.alarm import AlarmDesign
from reference_impl.contract import COMPLETED, Response
from reference_impl.session import set_status
from tests.explore.small import COMPLETE, Remembers, explored


class SetsAgain(AlarmDesign):
    """Its alarm sets itself again, for ever."""

    async def alarm(self) -> None:
        """Put it off."""
        await self.ctx.storage.set_alarm(self.ctx.now() + 5)


def test_a_schedule_that_goes_on_for_ever_is_a_violation() -> None:
    found = explored(SetsAgain, ["finalizes"])
    assert found.verdicts["finalizes"].kind == "violated"
    (example,) = found.counterexamples["finalizes"]
    assert example.kind == "endless"
    assert "active for ever: the last step takes 40 ms here" in example.violation.detail
    assert found.verdicts["finalizes"].reason == example.violation.detail
    run = replay(example.schedule, found.design)
    assert run.facts.status == "active"
    assert [step.key for step in example.schedule.steps][-1] == ("alarm",)


def test_an_endless_schedule_may_be_played_on_for_as_long_as_one_likes() -> None:
    found = explored(SetsAgain, ["finalizes"])
    (example,) = found.counterexamples["finalizes"]
    last = example.schedule.steps[-1]
    more = tuple(last._replace(at_ms=last.at_ms + 5 * times) for times in range(1, 40))
    schedule = replace(example.schedule, steps=(*example.schedule.steps, *more))
    run = replay(schedule, found.design)
    assert run.facts.status == "active"
    assert sum(isinstance(event, AlarmStarted) for event in run.trace) >= 40


def test_an_endless_schedule_with_chunks_that_change_places_is_found() -> None:
    found = explored(SetsAgain, ["finalizes"], "chunks=3", "failures=1")
    (example,) = found.counterexamples["finalizes"]
    assert replay(example.schedule, found.design).facts.status == "active"


class Between(Remembers):
    """Completes if the stop comes more than 3 and less than 4 ms after an upload."""

    async def signal_stop(self) -> Response:
        """Look at the time since."""
        last_ms = await self.ctx.storage.get("last")
        if last_ms is not None and last_ms + 3 < self.ctx.now() < last_ms + 4:
            await set_status(self.ctx, COMPLETED)
        return Response(200)


def test_what_only_real_valued_times_violate_is_unknown() -> None:
    overrides = ("high_ms=5", "failures=0", "disconnects=0", "long_alarm_ms=100")
    verdict = explored(Between, [COMPLETE], *overrides).verdicts[COMPLETE]
    assert verdict.kind == "unknown"
    assert "between whole milliseconds" in verdict.reason
