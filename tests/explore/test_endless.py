"""Schedules without an end, and what only real-valued times violate."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from lastchunk.model.base.verdict import Verdict
from lastchunk.model.design.load import load_design
from lastchunk.model.explore.property_groups import PropertyGroupSearch
from lastchunk.model.explore.search.search import Exploration, Search
from lastchunk.model.explore.verify import verify
from lastchunk.model.explore.witness.attack import violations
from lastchunk.model.properties import EXPLORABLE, Violation
from lastchunk.model.scenario.load import load_scenario
from lastchunk.model.simulate import replay, simulate
from lastchunk.model.simulate.edges import play_edges
from lastchunk.model.trace.events import AlarmStarted
from lastchunk.properties import after, at_end, completion, event, eventually, state
from lastchunk.reference_impl.alarm import AlarmDesign
from lastchunk.reference_impl.contract import COMPLETED, STATE_KEY, Chunk, Response
from lastchunk.reference_impl.session import set_status
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


def test_a_session_that_never_comes_about_is_not_unsettled_for_ever() -> None:
    """Where the call that creates is lost again and again there is nothing to be finalized."""
    changes = ["network.request_loss=0.1", "recording.duration_ms=15000"]
    scenario = load_scenario("everything-fast", changes)
    found = verify(scenario, load_design("alarm", scenario), ["finalizes"])
    assert found.verdict == "proved"
    lost = load_scenario("everything-fast", [*changes, "network.request_loss=1.0"])
    assert simulate(lost, load_design("alarm", lost)).facts.status == ""


def test_a_verdict_starts_no_search(monkeypatch: pytest.MonkeyPatch) -> None:
    """A second search is a step of its own; what it costs is no surprise of who asks."""
    under_way: list[str] = []
    verdicts, run = PropertyGroupSearch.verdicts, Search.run

    def telling(group: PropertyGroupSearch) -> dict[str, Verdict]:
        under_way.append("a verdict")
        try:
            return verdicts(group)
        finally:
            under_way.pop()

    def searching(search: Search[Any]) -> Exploration:
        assert not under_way
        return run(search)

    monkeypatch.setattr(PropertyGroupSearch, "verdicts", telling)
    monkeypatch.setattr(Search, "run", searching)
    assert explored(SetsAgain, ["finalizes"]).verdicts["finalizes"].kind == "violated"


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


class CountsTwice(SetsAgain):
    """Counts every upload twice; its session goes on for ever."""

    async def upload(self, chunk: Chunk) -> Response:
        """Store the chunk, and count it once more."""
        response = await super().upload(chunk)
        state = await self.ctx.storage.get(STATE_KEY)
        await self.ctx.storage.put(STATE_KEY, self.counted(state))
        return response

    def counted(self, state: dict[str, Any]) -> dict[str, Any]:
        """One too many."""
        return {**state, "chunks_uploaded": state["chunks_uploaded"] + 1}


class PutsRight(CountsTwice):
    """The same, and each alarm looks at the count: where it is even, it was right an alarm ago."""

    async def alarm(self) -> None:
        """Put the count right, at the first alarm after it went wrong."""
        state = await self.ctx.storage.get(STATE_KEY)
        if not state.get("right"):
            count = state["chunks_uploaded"] // 2
            await self.ctx.storage.put(
                STATE_KEY, {**state, "chunks_uploaded": count, "right": True}
            )
        await super().alarm()

    def counted(self, state: dict[str, Any]) -> dict[str, Any]:
        """One too many, which is known."""
        return {**super().counted(state), "right": False}


ONE = ("chunks=1", "failures=0", "disconnects=0")


def test_a_count_that_stays_wrong_for_ever_is_a_violation() -> None:
    found = explored(CountsTwice, ["count_true"], *ONE)
    assert found.verdicts["count_true"].kind == "violated"
    (example,) = found.counterexamples["count_true"]
    assert "chunks_uploaded is 2, uploaded are 1 for ever" in example.violation.detail
    assert replay(example.schedule, found.design).facts.chunks_uploaded == 2


def test_a_count_that_is_put_right_is_proved_and_a_cut_does_not_refute_it() -> None:
    found = explored(PutsRight, ["count_true"], *ONE)
    assert found.verdicts["count_true"].kind == "proved"
    wrong = 0
    for number in range(40):
        run, schedule = play_edges(found.design, found.scenario, number, 3 + number % 10)
        wrong += isinstance(EXPLORABLE["count_true"].check(run.facts, run.judge), Violation)
        assert violations(run, schedule, ["count_true"], ()) == {}
    assert wrong > 0, "some were cut while the count was wrong"


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


class SetsTwice(AlarmDesign):
    """Its alarm writes, and sets itself again: the next alarm is due after the write ends."""

    async def alarm(self) -> None:
        """Write, then put it off."""
        await self.ctx.storage.put("runs", 1)
        await self.ctx.storage.set_alarm(self.ctx.now() + 3)


@pytest.mark.parametrize("within_ms", [None, 6, 60])
def test_an_endless_session_is_told_of_a_bounded_property_as_well(within_ms: int | None) -> None:
    own = eventually(state.is_completed, within=within_ms, name="completed")
    for design in (SetsAgain, SetsTwice):
        asked: list[Any] = [own]
        found = explored(design, asked, "expect.sometimes=[]", "grace_ms=3", kinds=("endless",))
        assert found.verdicts["completed"].kind == "violated"
        kinds = [example.kind for example in found.counterexamples["completed"]]
        assert "endless" in kinds


@pytest.mark.parametrize(
    "own",
    [
        at_end(state.is_completed),
        after(event.StopPressed).eventually(completion, within=5, of="last upload"),
    ],
)
def test_an_endless_session_is_told_of_what_the_end_of_a_run_says(own: Any) -> None:
    found = explored(SetsAgain, [own], "expect.sometimes=[]", "grace_ms=3", kinds=("endless",))
    assert found.verdicts["property_1"].kind == "violated"
    assert [example.kind for example in found.counterexamples["property_1"]] == ["endless"]
