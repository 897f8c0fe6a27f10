"""One setting in every scenario: explored where that can be, else sampled, each verdict as it is.

A rate's interval is a confidence sequence, since sampling stops as soon as enough is known. The
question's ``confidence`` is so high that all intervals of all settings hold at once.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial

import pandas as pd

from lastchunk.model.base.errors import DesignError
from lastchunk.model.base.verdict import Verdict
from lastchunk.model.design.load import DesignLike, DesignSpec
from lastchunk.model.estimate.choice.free import FreeSetting, loaded_with
from lastchunk.model.estimate.choice.requirement import Requirement
from lastchunk.model.estimate.intervals import (
    CONFIDENCE,
    upper_bound_if_none,
    whatever_they_were,
)
from lastchunk.model.estimate.intervals.confidence import rate_sequence
from lastchunk.model.estimate.replicate import BATCH, replicate
from lastchunk.model.estimate.tally import judge_rows
from lastchunk.model.explore.scope.refusals import NotExplorableError
from lastchunk.model.explore.verify import Budget, verify
from lastchunk.model.scenario.load import ScenarioLike
from lastchunk.model.scenario.schema import Scenario
from lastchunk.model.simulate import record
from lastchunk.model.simulate.schedule import Schedule

CHOICE_CLASSES = 20_000
"""Exploring gives up there. No clock decides: what is known is the same on any machine."""
NO_CLOCK_S = 1e9


@dataclass(frozen=True)
class AskedScenario:
    """A scenario; ``not_explored`` is why it is sampled, "" where it is explored."""

    given: ScenarioLike
    name: str
    not_explored: str = ""


@dataclass(frozen=True)
class ChoiceQuestion:
    """Which design, where, over which settings, and what is required of them."""

    design: DesignLike
    scenarios: tuple[AskedScenario, ...]
    requirements: tuple[Requirement, ...]
    free: tuple[FreeSetting, ...]
    overrides: tuple[str, ...] = ()
    sessions: int = 1_000
    seed: int = 1
    classes: int = CHOICE_CLASSES
    confidence: float = CONFIDENCE

    def load(self, asked: AskedScenario, values: Sequence[int]) -> tuple[Scenario, DesignSpec]:
        """A scenario and the design, with such values. Raises `InputError`."""
        return loaded_with(asked.given, self.overrides, self.design, self.free, values)

    @property
    def samples(self) -> bool:
        """Whether something may have to be sampled: a scenario, or a rate."""
        return self.least_rate > 0 or any(each.not_explored for each in self.scenarios)

    @property
    def least_rate(self) -> float:
        """The least rate that something must stay below; 0 where nothing may happen at all."""
        return min((each.limit for each in self.requirements if each.limit), default=0.0)


@dataclass(frozen=True)
class RequirementVerdict:
    """What is known of a requirement in a scenario; ``schedule`` shows how it is violated."""

    scenario: str
    requirement: Requirement
    verdict: Verdict
    schedule: Schedule | None = None

    @property
    def holds(self) -> bool:
        """Whether it is shown to be met."""
        return self.requirement.is_shown_by(self.verdict)

    @property
    def status(self) -> str:
        """The verdict in a word; *rare enough* is a rate that is shown to be below its limit."""
        if self.holds:
            return "rare enough" if self.verdict.kind == "violated" else self.verdict.kind
        return "violated" if self.requirement.is_refuted_by(self.verdict) else "unknown"


@dataclass(frozen=True)
class JudgedSetting:
    """Values of the free settings, and all that is known of them."""

    values: tuple[int, ...]
    verdicts: tuple[RequirementVerdict, ...]

    @property
    def holds(self) -> bool:
        """Whether every requirement is shown to be met in every scenario."""
        return bool(self.verdicts) and all(each.holds for each in self.verdicts)

    @property
    def status(self) -> str:
        """The weakest of its verdicts: one that is violated, or unknown, is that of the setting."""
        found = {each.status for each in self.verdicts}
        weakest = ("violated", "unknown", "rare enough", "not seen", "proved")
        return next((word for word in weakest if word in found), "unknown")


def judged_setting(question: ChoiceQuestion, values: tuple[int, ...]) -> JudgedSetting:
    """A setting, judged in every scenario; schedules are attached to what is violated."""
    found = (v for asked in question.scenarios for v in in_scenario(question, asked, values, True))
    return JudgedSetting(values, tuple(found))


def judged_until_one_fails(question: ChoiceQuestion, values: tuple[int, ...]) -> JudgedSetting:
    """The same without schedules, up to the first scenario in which a requirement fails.

    What is explored comes first: that costs the least.
    """
    found: list[RequirementVerdict] = []
    for asked in sorted(question.scenarios, key=lambda each: bool(each.not_explored)):
        found += in_scenario(question, asked, values, False)
        if not all(each.holds for each in found):
            break
    names = [asked.name for asked in question.scenarios]
    return JudgedSetting(values, tuple(sorted(found, key=lambda each: names.index(each.scenario))))


def in_scenario(
    question: ChoiceQuestion, asked: AskedScenario, values: tuple[int, ...], attaches: bool
) -> Iterator[RequirementVerdict]:
    """The verdict on each requirement in a scenario.

    What is not proved may still be rare enough, so a rate is sampled there too.
    """
    scenario, design = question.load(asked, values)
    left = list(question.requirements)
    if not asked.not_explored:
        explored = list(_explored(question, asked, scenario, design, attaches))
        yield from (each for each in explored if each.holds or not each.requirement.limit)
        left = [each.requirement for each in explored if not each.holds and each.requirement.limit]
    if left:
        yield from _sampled(question, asked, left, (scenario, design), attaches)


def _explored(
    question: ChoiceQuestion,
    asked: AskedScenario,
    scenario: Scenario,
    design: DesignSpec,
    attaches: bool,
) -> Iterator[RequirementVerdict]:
    slugs = list(dict.fromkeys(each.slug for each in question.requirements))
    found = verify(
        scenario,
        design,
        slugs,
        Budget(classes=question.classes, seconds=NO_CLOCK_S),
        counterexamples=attaches,
        kinds=("shortest", "endless"),
        longest=False,
    )
    for each in question.requirements:
        examples = found.counterexamples.get(each.slug, ())
        schedule = examples[0].schedule if examples else None
        yield RequirementVerdict(asked.name, each, found.verdicts[each.slug], schedule)


def _sampled(
    question: ChoiceQuestion,
    asked: AskedScenario,
    requirements: Sequence[Requirement],
    where: tuple[Scenario, DesignSpec],
    attaches: bool,
) -> Iterator[RequirementVerdict]:
    scenario, design = where
    rows = pd.DataFrame()
    while True:
        count = min(max(BATCH, len(rows)), question.sessions - len(rows))
        given = (count, question.seed, 1, None, len(rows))
        more = replicate(scenario, [design], *given, engine="auto", of_all=len(rows) + count)
        more.attrs = {}
        rows = pd.concat([rows, more], ignore_index=True)
        found = [
            RequirementVerdict(asked.name, each, rate_verdict(rows, each, scenario, question))
            for each in requirements
        ]
        if len(rows) >= question.sessions or not any(_is_open(each) for each in found):
            break
    for each in found:
        schedule = None
        if attaches and each.status == "violated":
            session = each.verdict.witness_session
            schedule = record(scenario, design, question.seed, session)[1]
        yield replace(each, schedule=schedule)


def _is_open(found: RequirementVerdict) -> bool:
    """Whether more sessions may tell more. A property that was not seen violated always may be."""
    is_refuted = found.requirement.is_refuted_by(found.verdict)
    return not (is_refuted or (found.requirement.limit and found.holds))


def rate_verdict(
    rows: pd.DataFrame, requirement: Requirement, scenario: Scenario, question: ChoiceQuestion
) -> Verdict:
    """The verdict on a property, with an interval that holds at every look.

    Where nothing was seen in as many sessions as were meant from the first, the bound is exact.
    """
    found = judge_rows(rows, requirement.slug, scenario.expect.sometimes)
    if not found.sessions:
        return found
    sequence = partial(rate_sequence, confidence=question.confidence)
    counts = (found.violations, found.sessions, found.unsettled)
    bounds = whatever_they_were(sequence, *counts)
    high = bounds.high
    if not (found.violations or found.unsettled or requirement.limit):
        high = upper_bound_if_none(found.sessions, question.confidence)
    return replace(found, low=bounds.low, high=high)


def asked_scenario(question: ChoiceQuestion, given: ScenarioLike) -> AskedScenario:
    """A scenario, and whether it can be explored: tried where the free settings stand now."""
    from lastchunk.model.design.load import load_design
    from lastchunk.model.scenario.load import load_scenario

    scenario = load_scenario(given, question.overrides)
    design = load_design(question.design, scenario)
    asked = AskedScenario(given, scenario.name)
    try:
        found = list(_explored(question, asked, scenario, design, False))
    except NotExplorableError as error:
        return replace(asked, not_explored=f"it cannot be explored: {error.refusals[0].field}")
    except DesignError as error:
        return replace(asked, not_explored=f"the design cannot be explored: {error}")
    unknown = next((each.verdict for each in found if each.verdict.kind == "unknown"), None)
    return replace(asked, not_explored=unknown.reason if unknown is not None else "")
