"""Each rule that a trial shows: its switch makes the trial diverge, and it is named first."""

from __future__ import annotations

import pytest

from lastchunk.model.conformance import recipes as made
from lastchunk.model.conformance.blame import rules_named
from lastchunk.model.conformance.campaign import plans_of
from lastchunk.model.conformance.plan import NotPlayable, Plan
from lastchunk.model.conformance.play import play
from lastchunk.model.conformance.result import Result
from lastchunk.model.conformance.rules.rule_trials import RULE_TRIALS, rule_trials
from lastchunk.model.conformance.runtime.toolbox import Toolbox, WatchedWorker
from lastchunk.model.world.object.alarms import Alarms
from lastchunk.model.world.object.delivery import Delivery
from tests.world.test_switches import SWITCHES

SHOWN = sorted({recipe.shows[0] for recipe in RULE_TRIALS})
OTHERS = ("A1", "A4", "A5", "D1", "D2", "R1", "R5")
"""Rules that other schedules of the nightly run show: no trial may be in their way."""
Plans = list[Plan | NotPlayable]


def the_deleted_alarm_is_kept(patch: pytest.MonkeyPatch) -> None:
    """A6 off: the retry comes all the same, and is not dropped as out of date (R8)."""
    fail = Alarms.fail

    def fail_with_it(self: Alarms, delivery: Delivery, counted: bool, reason: str) -> None:
        if self.time_ms is None:
            self.time_ms = delivery.due_ms
        fail(self, delivery, counted, reason)

    patch.setattr(Alarms, "fail", fail_with_it)


def planned_without(rule: str) -> Plans:
    with pytest.MonkeyPatch.context() as patch:
        SWITCHES[rule][0](patch)
        if rule == "A6":
            the_deleted_alarm_is_kept(patch)
        elif rule == "D3":  # nor does the object look at its own clock
            patch.setattr(Alarms, "is_early", lambda self, delivery: False)
        return plans_of(RULE_TRIALS)


@pytest.fixture(scope="module")
def found(tools: Toolbox, worker: WatchedWorker) -> dict[str, list[Result]]:
    """What becomes of the trials, by the rule that is off ('' for none); each plan once."""
    plans = {"": plans_of(RULE_TRIALS)}
    plans.update((rule, planned_without(rule)) for rule in (*SHOWN, *OTHERS))
    played: Plans = []
    for plan in (plan for some in plans.values() for plan in some):
        if plan not in played:
            played.append(plan)
    results = play(tools, worker, played, workers=2)
    return {rule: [results[played.index(plan)] for plan in some] for rule, some in plans.items()}


def test_the_trials_agree(found: dict[str, list[Result]]) -> None:
    assert [result.verdict for result in found[""]] == ["agrees"] * len(RULE_TRIALS)


@pytest.mark.parametrize("rule", SHOWN)
def test_a_rule_that_is_switched_off_is_named_first(
    found: dict[str, list[Result]], rule: str
) -> None:
    assert rules_named(found[rule])[0][0] == rule


@pytest.mark.parametrize("rule", OTHERS)
def test_no_trial_is_in_the_way_of_another_rule(found: dict[str, list[Result]], rule: str) -> None:
    assert [name for name, _ in rules_named(found[rule])][:1] in ([], [rule])


def test_a_trial_goes_before_many_other_divergences() -> None:
    shown, wanted = (), (("enter", "signal_stop", -1, 0),)
    gate = Result("s", "alarm", "diverges", "it did something else", 3, shown, wanted, inside=True)
    trial = Result("t", "alarm", "diverges", "it did something else", 3, shows=("R6", "A1"))
    assert rules_named([gate] * 9)[0][0] == "R5"
    assert rules_named([*[gate] * 9, trial])[0] == ("R6", 10)


def test_without_troubles_the_designs_that_are_asked_for_are_alone() -> None:
    def played(each: int) -> set[str]:
        asked = ["alarm"]
        found = [*made.sessions(asked, 1, 1), *made.edges(asked, 1, 1)]
        return {recipe.design for recipe in (*found, *made.troubles(asked, each, 1))}

    assert played(0) == {"alarm"}
    assert played(1) > {"alarm"}


def test_trials_are_of_the_worker_alone() -> None:
    assert rule_trials(["my_design.py:MyDesign"]) == []
    assert rule_trials(["alarm"]) == list(RULE_TRIALS)
