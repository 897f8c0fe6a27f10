"""From values that were judged to the ends of what holds, and the least value that is enough.

Between a value that holds and one that does not, the range is halved: to the millisecond where
exploring decides, else to a part in fifty, since a rate turns nowhere in particular.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

from lastchunk.model.estimate.choice.judged import (
    ChoiceQuestion,
    JudgedSetting,
    judged_setting,
    judged_until_one_fails,
)
from lastchunk.model.explore.halving import halved

FINE = 50
"""By sampling a value is found to a part in so many."""
SAMPLED_STEPS = 14
"""Settings that are sampled on the way to one end, at the most: of these all intervals hold."""
TURNS_MAX = 2
"""So many ends on each line are sought where something is sampled; others stay as they are."""


@dataclass(frozen=True)
class HeldRange:
    """Values next to each other that hold: the ends were looked at themselves.

    ``before`` and ``after`` are the nearest that do not, and what is known of them; None at an end
    of what was asked for.
    """

    low: int
    high: int
    before: tuple[int, str] | None
    after: tuple[int, str] | None

    @property
    def within(self) -> int:
        """How exactly the ends are known, in ms: 1 is exact; 0 where there are none inside."""
        gaps = [self.low - self.before[0]] if self.before is not None else []
        gaps += [self.after[0] - self.high] if self.after is not None else []
        return max(gaps, default=0)


def least_enough(is_enough: Callable[[int], bool], from_value: int, value_max: int) -> int | None:
    """The least value from one on that is enough, to a part in fifty; None where none is.

    Values are doubled until one is enough, and halved between.
    """
    if is_enough(from_value):
        return from_value
    low, high = from_value, max(1, from_value)
    while high < value_max:
        low, high = high, min(value_max, 2 * high)
        if is_enough(high):
            return halved(lambda value: not is_enough(value), low, high, FINE)[1]
    return None


@dataclass(frozen=True)
class SettingLine:
    """The settings in which one value alone is another one; ``along`` is its place."""

    along: int
    others: tuple[int, ...]

    def at(self, value: int) -> tuple[int, ...]:
        """The values with one along."""
        return (*self.others[: self.along], value, *self.others[self.along :])

    def of(self, settings: Iterable[JudgedSetting]) -> list[JudgedSetting]:
        """Those of some settings that lie on the line, in order."""
        found = [each for each in settings if self.at(each.values[self.along]) == each.values]
        return sorted(found, key=lambda each: each.values)


def sought(
    question: ChoiceQuestion, line: SettingLine, one: JudgedSetting, other: JudgedSetting
) -> list[JudgedSetting]:
    """The two ends between neighbours on a line of which one holds, judged: the last one that does,
    and the next one that does not."""
    fails, holds = (other, one) if one.holds else (one, other)
    known = {each.values[line.along]: each for each in (one, other)}

    def is_failing(value: int) -> bool:
        known[value] = judged_until_one_fails(question, line.at(value))
        return not known[value].holds

    first, last = fails.values[line.along], holds.values[line.along]
    rough = (FINE, SAMPLED_STEPS) if question.samples else ()
    failing, held = halved(is_failing, first, last, *rough)
    if rough and _is_explored_failure(question, known[failing]):
        failing, held = _exact(question, line, (failing, held), known)
    if failing != first:
        fails = judged_setting(question, line.at(failing))  # with the schedules
    return [known[held], fails]


def _exact(
    question: ChoiceQuestion,
    line: SettingLine,
    ends: tuple[int, int],
    known: dict[int, JudgedSetting],
) -> tuple[int, int]:
    """The same to the ms, where exploring alone decides: what it ends at is then sampled too."""
    alone = replace(
        question,
        scenarios=tuple(each for each in question.scenarios if not each.not_explored),
        requirements=tuple(each for each in question.requirements if not each.limit),
    )

    def is_failing(value: int) -> bool:
        return not judged_until_one_fails(alone, line.at(value)).holds

    failing, held = halved(is_failing, *ends)
    known[held] = judged_until_one_fails(question, line.at(held))
    return (failing, held) if known[held].holds else ends


def _is_explored_failure(question: ChoiceQuestion, found: JudgedSetting) -> bool:
    """Whether exploring, and no rate, says that a setting does not hold."""
    explored = {each.name for each in question.scenarios if not each.not_explored}
    failed = [each for each in found.verdicts if not each.holds]
    return any(each.scenario in explored and not each.requirement.limit for each in failed)


def ranges_on(line: SettingLine, settings: Iterable[JudgedSetting]) -> list[HeldRange]:
    """The ranges of a line in which every setting that was judged holds."""
    found: list[HeldRange] = []
    before: tuple[int, str] | None = None
    run: list[int] = []
    for each in line.of(settings):
        value = each.values[line.along]
        if each.holds:
            run.append(value)
            continue
        if run:
            found.append(HeldRange(run[0], run[-1], before, (value, each.status)))
        before, run = (value, each.status), []
    return [*found, HeldRange(run[0], run[-1], before, None)] if run else found
