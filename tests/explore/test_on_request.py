"""Shipped properties that are asked by name: each catches a design that the others let pass."""

from __future__ import annotations

from lastchunk.model.explore.verify import verify
from lastchunk.model.scenario.load import load_scenario
from lastchunk.model.simulate import simulate
from lastchunk.reference_impl.alarm import AlarmDesign
from tests.support.worlds import spec_of


class ArmsAgain(AlarmDesign):
    """The alarm arms itself again every second, also when nothing is left to do."""

    async def alarm(self) -> None:
        """Do the work, and come again."""
        await super().alarm()
        await self.ctx.storage.set_alarm(self.ctx.now() + 1_000)


def test_an_alarm_that_arms_itself_for_ever_is_found_and_a_quiet_one_is_proved() -> None:
    scenario = load_scenario("small-scope", ["limits.end_at_completion=false"])
    found = verify(scenario, ArmsAgain, ["quiet_once_settled", "finalizes"])
    assert {slug: v.kind for slug, v in found.verdicts.items()} == {
        "quiet_once_settled": "violated",
        "finalizes": "proved",
    }
    found = verify(scenario, "alarm", "quiet_once_settled")
    assert found.verdicts["quiet_once_settled"].kind == "proved"
    run = simulate(load_scenario("everything-fast"), spec_of(AlarmDesign), 1)
    assert set(run.check(["told_truth", "quiet_once_settled"])) == {
        "told_truth",
        "quiet_once_settled",
    }
