"""All settings that hold on every scenario, the cheapest and the promptest, and the frontier."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Executor, Future
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, replace
from itertools import pairwise, product

from lastchunk.model.base.pictures import Pictured
from lastchunk.model.base.verdict import EXIT_HOLDS, EXIT_UNKNOWN, EXIT_VIOLATED
from lastchunk.model.base.workers import Here, check_workers, pool
from lastchunk.model.design.load import DesignLike, DesignSpec, load_design
from lastchunk.model.estimate.choice.free import VALUES_FIRST
from lastchunk.model.estimate.choice.judged import (
    CHOICE_CLASSES,
    ChoiceQuestion,
    JudgedSetting,
    asked_scenario,
    judged_setting,
)
from lastchunk.model.estimate.choice.price import PricedSetting, priced
from lastchunk.model.estimate.choice.question import (
    CORNERS_MAX,
    choice_question,
    combinations,
    confident,
    lines_of,
)
from lastchunk.model.estimate.choice.seek import (
    TURNS_MAX,
    HeldRange,
    SettingLine,
    ranges_on,
    sought,
)
from lastchunk.model.scenario.load import ScenarioLike, load_scenario


@dataclass(frozen=True)
class SettingsChoice(Pictured):
    """What is known of the free settings.

    ``settings`` are all that were judged, in order: those that were asked for, and the ends of what
    holds. ``held`` are those that hold, with their price; nothing else is ever chosen. ``now`` is
    how the free settings stand.
    """

    question: ChoiceQuestion
    design: DesignSpec
    settings: tuple[JudgedSetting, ...]
    held: tuple[PricedSetting, ...]
    now: tuple[int, ...]

    @property
    def ranges(self) -> dict[SettingLine, list[HeldRange]]:
        """What holds along each line of what was asked for, that of the last setting first."""
        return {line: ranges_on(line, self.settings) for line in lines_of(self.question)}

    @property
    def cheapest(self) -> PricedSetting | None:
        """The cheapest that holds, of several the promptest; None where none holds."""
        return min(self.held, key=lambda e: (e.price.dollars, e.price.lateness), default=None)

    @property
    def promptest(self) -> PricedSetting | None:
        """The promptest that holds, of several the cheapest; None where none holds."""
        return min(self.held, key=lambda e: (e.price.lateness, e.price.dollars), default=None)

    @property
    def frontier(self) -> list[PricedSetting]:
        """The settings than which none that holds is both cheaper and prompter, cheapest first."""
        found: list[PricedSetting] = []
        for each in sorted(self.held, key=lambda e: (e.price.dollars, e.price.lateness)):
            if not found or each.price.lateness < found[-1].price.lateness:
                found.append(each)
        return found

    @property
    def forbids(self) -> dict[str, int]:
        """How many of the settings each scenario forbids: a requirement is not shown there."""
        return {
            asked.name: sum(
                any(not v.holds and v.scenario == asked.name for v in each.verdicts)
                for each in self.settings
            )
            for asked in self.question.scenarios
        }

    @property
    def exit_code(self) -> int:
        """That of a gate: some setting holds, each is violated, or something is unknown."""
        if self.held:
            return EXIT_HOLDS
        is_known = all(each.status == "violated" for each in self.settings)
        return EXIT_VIOLATED if is_known else EXIT_UNKNOWN

    def __repr__(self) -> str:
        keys = ", ".join(each.key for each in self.question.free)
        return (
            f"<SettingsChoice of {self.design.name}: {keys}; {len(self.held)} of "
            f"{len(self.settings)} settings hold>"
        )


def choose(
    free: Sequence[str] | str,
    scenarios: Sequence[ScenarioLike] | ScenarioLike,
    require: Sequence[str] | str,
    design: DesignLike = "alarm",
    *,
    settings: Sequence[str] = (),
    values: int = VALUES_FIRST,
    sessions: int | None = None,
    seed: int = 1,
    workers: int = 1,
    classes: int = CHOICE_CLASSES,
    progress: Callable[[int], None] | None = None,
) -> SettingsChoice:
    """The settings that hold on every scenario, by price and by promptness.

    ``free`` are one or two settings in whole ms, each with a range, values or neither
    (`FreeSetting.of`), ``require`` what must hold (`Requirement.of`). The ends of what holds are
    sought to the ms where a scenario can be explored within ``classes``. Others are sampled, up to
    ``sessions`` of each setting, by default as many as the rates that are asked for need; all
    intervals of all settings hold at once with 95 %. Raises `InputError`.

    >>> found = choose("grace_ms=10..40", "small-scope", "complete_at_finalization")
    >>> list(found.ranges.values())
    [[HeldRange(low=17, high=40, before=(16, 'violated'), after=None)]]
    """
    check_workers(workers)
    question = choice_question(
        free,
        scenarios,
        require,
        design,
        settings,
        values=values,
        sessions=sessions,
        seed=seed,
        classes=classes,
    )
    return choice_of(question, workers, progress)


def choice_of(
    question: ChoiceQuestion, workers: int = 1, progress: Callable[[int], None] | None = None
) -> SettingsChoice:
    """The answer to a question."""
    check_workers(workers)
    executing: AbstractContextManager[Executor] = nullcontext(Here())
    with executing if workers == 1 else pool(workers) as executor:
        names = [asked.given for asked in question.scenarios]
        tried = [executor.submit(asked_scenario, question, each) for each in names]
        question = replace(question, scenarios=tuple(each.result() for each in tried))
        question = confident(question)
        found = _judged(question, executor, progress)
        prices = [executor.submit(priced, question, each) for each in found if each.holds]
        held = tuple(each.result() for each in prices)
    now, spec = _now(question)
    return SettingsChoice(question, spec, found, held, now)


def _now(question: ChoiceQuestion) -> tuple[tuple[int, ...], DesignSpec]:
    """The free settings as they stand in the first scenario, and the design there."""
    scenario = load_scenario(question.scenarios[0].given, question.overrides)
    spec = load_design(question.design, scenario)
    return tuple(each.now(scenario, spec) for each in question.free), spec


def _judged(
    question: ChoiceQuestion, executor: Executor, progress: Callable[[int], None] | None
) -> tuple[JudgedSetting, ...]:
    """The settings that were asked for, and on each line the ends of what holds."""

    def told(future: Future[JudgedSetting]) -> Future[JudgedSetting]:
        if progress is not None:
            future.add_done_callback(lambda _: progress(1))
        return future

    asked = [
        told(executor.submit(judged_setting, question, values)) for values in combinations(question)
    ]
    first = [each.result() for each in asked]
    ends = [
        executor.submit(sought, question, line, *pair)
        for line in lines_of(question)
        for pair in _turns(question, line.of(first))
    ]
    known = {each.values: each for each in first}
    for future in ends:
        known |= {each.values: each for each in future.result()}
    corners = [
        executor.submit(judged_setting, question, values) for values in _corners(question, known)
    ]
    known |= {each.result().values: each.result() for each in corners}
    return tuple(known[values] for values in sorted(known))


def _corners(
    question: ChoiceQuestion, known: Mapping[tuple[int, ...], JudgedSetting]
) -> list[tuple[int, ...]]:
    """Where the ends of what holds, found along different settings, meet: the first ones."""
    ends: list[set[int]] = [set() for _ in question.free]
    for values, each in known.items():
        for place, key in enumerate(question.free):
            if each.holds and values[place] not in key.values:
                ends[place].add(values[place])
    met = product(*(sorted(each)[:CORNERS_MAX] for each in ends))
    return [values for values in met if values not in known]


def _turns(
    question: ChoiceQuestion, settings: Sequence[JudgedSetting]
) -> list[tuple[JudgedSetting, JudgedSetting]]:
    """The neighbours of which one holds and the other does not."""
    found = [(a, b) for a, b in pairwise(settings) if a.holds != b.holds]
    return found[:TURNS_MAX] if question.samples else found
