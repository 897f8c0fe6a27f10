"""What is asked: looked at before anything is run, with a confidence by which all of it holds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import product
from typing import Any

from lastchunk.model.base.errors import InputError
from lastchunk.model.design.load import DesignLike, load_design, to_send
from lastchunk.model.estimate.choice.free import VALUES_MAX, FreeSetting
from lastchunk.model.estimate.choice.judged import AskedScenario, ChoiceQuestion
from lastchunk.model.estimate.choice.requirement import Requirement
from lastchunk.model.estimate.choice.seek import SAMPLED_STEPS, TURNS_MAX, SettingLine
from lastchunk.model.estimate.comparison import check_range
from lastchunk.model.estimate.intervals import CONFIDENCE
from lastchunk.model.estimate.intervals.confidence import rate_sequence
from lastchunk.model.properties import asked as asked_of_design
from lastchunk.model.scenario.load import ScenarioLike, load_scenario

FREE_MAX = 2
SETTINGS_MAX = 1_000
CORNERS_MAX = 4
"""So many ends along each of two settings are brought together."""
SESSIONS_ALLOWED = 10_000_000


def choice_question(
    free: Sequence[str] | str,
    scenarios: Sequence[ScenarioLike] | ScenarioLike,
    require: Sequence[str] | str,
    design: DesignLike,
    settings: Sequence[str],
    values: int,
) -> ChoiceQuestion:
    """What was given, looked at before anything is run. Raises `InputError`."""
    check_range("--values", values, 2, VALUES_MAX)
    keys = [FreeSetting.of(each, values) for each in _several(free)]
    requirements = tuple(dict.fromkeys(Requirement.of(each) for each in _several(require)))
    if not 1 <= len({each.key for each in keys}) == len(keys) <= FREE_MAX:
        raise InputError("--free", [each.key for each in keys], "one setting, or two different")
    slugs = [each.slug for each in requirements]
    if not slugs or len(set(slugs)) < len(slugs):
        raise InputError("--require", slugs, "at least one property, each once")
    named: list[AskedScenario] = []
    sent = to_send(design)[1]
    for each in [scenarios] if isinstance(scenarios, str) else _several(scenarios):
        loaded = load_scenario(each, settings)
        spec = load_design(sent, loaded)
        if any(loaded.name == other.name for other in named):
            raise InputError("--scenario", loaded.name, "each scenario once")
        named.append(AskedScenario(each, loaded.name))
        can = asked_of_design(spec.cls, loaded)
        for slug in slugs:
            if slug not in can:
                allowed = f"one that {spec.name} can be asked in {loaded.name}: {', '.join(can)}"
                raise InputError("--require", slug, allowed)
        keys = [key.with_values(loaded, spec, values) for key in keys]
    if not named:
        raise InputError("--scenario", [], "at least one")
    count = 1
    for key in keys:
        count *= len(key.values)
    if count > SETTINGS_MAX:
        raise InputError("--values", count, f"{SETTINGS_MAX:,} settings at the most")
    return ChoiceQuestion(sent, tuple(named), requirements, tuple(keys), tuple(settings))


def _several(given: Any) -> list[Any]:
    return [given] if isinstance(given, str) or not isinstance(given, Sequence) else list(given)


def confident(question: ChoiceQuestion) -> ChoiceQuestion:
    """The question with a confidence of each interval by which all of them hold at once.

    Raises `InputError` where so few sessions could not show a rate to be below its limit.
    """
    if not question.samples:
        return question
    rates = sum(bool(each.limit) for each in question.requirements)
    intervals = sum(
        len(question.requirements) if each.not_explored else rates for each in question.scenarios
    )
    settings, lines = len(combinations(question)), len(lines_of(question))
    corners = CORNERS_MAX ** len(question.free) if len(question.free) > 1 else 0
    intervals *= settings + corners + lines * TURNS_MAX * (SAMPLED_STEPS + 1)
    confidence = 1 - (1 - CONFIDENCE) / intervals
    limits = [each.limit for each in question.requirements if each.limit]
    is_sampled = any(each.not_explored for each in question.scenarios)
    if limits and is_sampled:
        least = sessions_to_show(min(limits), confidence)
        if question.sessions < least:
            allowed = f"at least {least:,}: fewer could not show a rate below {min(limits):g}"
            raise InputError("--sessions", question.sessions, allowed)
    return replace(question, confidence=confidence)


def sessions_to_show(limit: float, confidence: float) -> int:
    """How many sessions without a violation have an interval below a limit."""
    low, high = 0, 1
    while rate_sequence(0, high, confidence).high >= limit:
        low, high = high, 2 * high
        if low > SESSIONS_ALLOWED:
            raise InputError("--require", limit, "a rate that ten million sessions can show")
    while high - low > 1:
        middle = (low + high) // 2
        is_enough = rate_sequence(0, middle, confidence).high < limit
        low, high = (low, middle) if is_enough else (middle, high)
    return high


def combinations(question: ChoiceQuestion) -> list[tuple[int, ...]]:
    """Every combination of the values that were asked for."""
    return list(product(*(each.values for each in question.free)))


def lines_of(question: ChoiceQuestion) -> list[SettingLine]:
    """The lines through these, along each free setting, the last one first."""
    found = []
    for along in reversed(range(len(question.free))):
        others = (key.values for place, key in enumerate(question.free) if place != along)
        found += [SettingLine(along, each) for each in product(*others)]
    return found
