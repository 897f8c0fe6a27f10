"""What is asked: looked at before anything is run, with a confidence by which all of it holds."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from itertools import product
from typing import Any

from lastchunk.model.base.errors import InputError
from lastchunk.model.design.load import DesignLike, load_design, to_send
from lastchunk.model.design.named_settings import check_set
from lastchunk.model.estimate.checks import check_range
from lastchunk.model.estimate.choice.free import VALUES_FIRST, VALUES_MAX, FreeSetting
from lastchunk.model.estimate.choice.judged import (
    CHOICE_CLASSES,
    AskedScenario,
    ChoiceQuestion,
)
from lastchunk.model.estimate.choice.requirement import Requirement
from lastchunk.model.estimate.choice.seek import SAMPLED_STEPS, TURNS_MAX, SettingLine
from lastchunk.model.estimate.intervals import CONFIDENCE
from lastchunk.model.estimate.intervals.confidence import rate_sequence
from lastchunk.model.properties import asked as asked_of_design
from lastchunk.model.scenario.load import ScenarioLike, as_overrides, load_scenario

FREE_MAX = 2
SETTINGS_MAX = 1_000
CORNERS_MAX = 4
"""So many ends along each of two settings are brought together."""
SESSIONS_FIRST = 1_000
"""Sessions of a setting at the most, where no rate needs more and nothing else is said."""
SESSIONS_ALLOWED = 10_000_000


def choice_question(
    free: Sequence[str] | str,
    scenarios: Sequence[ScenarioLike] | ScenarioLike,
    require: Sequence[str] | str,
    design: DesignLike,
    settings: Sequence[str] = (),
    *,
    values: int = VALUES_FIRST,
    sessions: int | None = None,
    seed: int = 1,
    classes: int = CHOICE_CLASSES,
) -> ChoiceQuestion:
    """What was given, looked at before anything is run. Raises `InputError`.

    Without ``sessions`` there are as many as the rates that are asked for need, 1,000 at least.
    """
    values = check_range("--values", values, 2, VALUES_MAX)
    if sessions is not None:
        sessions = check_range("sessions", sessions, 1, SESSIONS_ALLOWED)
    seed = check_range("seed", seed, 0, 2**63)
    classes = check_range("classes", classes, 1, 1 << 40)
    settings = as_overrides(settings, "settings")
    keys = [FreeSetting.of(each, values) for each in _several(free)]
    requirements = tuple(dict.fromkeys(Requirement.of(each) for each in _several(require)))
    if not 1 <= len({each.key for each in keys}) == len(keys) <= FREE_MAX:
        raise InputError("--free", [each.key for each in keys], "one setting, or two different")
    slugs = [each.slug for each in requirements]
    if not slugs or len(set(slugs)) < len(slugs):
        raise InputError("--require", slugs, "at least one property, each once")
    sent = to_send(design)[1]
    given = [scenarios] if isinstance(scenarios, str) else _several(scenarios)
    named, keys = _in_scenarios(given, sent, keys, slugs, settings, values)
    count = math.prod(len(key.values) for key in keys)
    if count > SETTINGS_MAX:
        raise InputError("--values", count, f"{SETTINGS_MAX:,} settings at the most")
    question = ChoiceQuestion(
        sent, named, requirements, tuple(keys), tuple(settings), SESSIONS_FIRST, seed, classes
    )
    _check_ends(question)
    return _with_sessions(question, sessions)


def _in_scenarios(
    given: Sequence[ScenarioLike],
    design: DesignLike,
    keys: list[FreeSetting],
    slugs: Sequence[str],
    settings: Sequence[str],
    values: int,
) -> tuple[tuple[AskedScenario, ...], list[FreeSetting]]:
    """The scenarios by name, and the free settings with values, looked at in each of them."""
    named: list[AskedScenario] = []
    for each in given:
        loaded = load_scenario(each, settings)
        spec = load_design(design, loaded)
        check_set((item.partition("=")[0] for item in settings), [spec])
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
    return tuple(named), keys


def _check_ends(question: ChoiceQuestion) -> None:
    """Load each scenario with the least and the greatest values: what is refused is said now."""
    ends = [dict.fromkeys((key.values[0], key.values[-1])) for key in question.free]
    for asked in question.scenarios:
        for values in product(*ends):
            question.load(asked, values)


def _several(given: Any) -> list[Any]:
    return [given] if isinstance(given, str) or not isinstance(given, Sequence) else list(given)


def _with_sessions(question: ChoiceQuestion, sessions: int | None) -> ChoiceQuestion:
    """The question with so many sessions of a setting, by default as many as its rates need.

    Raises `InputError` where so few could not show a rate to be below its limit.
    """
    limit = question.least_rate
    if not limit:
        return question if sessions is None else replace(question, sessions=sessions)
    least = sessions_to_show(limit, confident(question).confidence)
    if sessions is not None and sessions < least:
        allowed = f"at least {least:,}: fewer could not show a rate below {limit:g}"
        raise InputError("--sessions", sessions, allowed)
    return replace(question, sessions=max(SESSIONS_FIRST, least) if sessions is None else sessions)


def confident(question: ChoiceQuestion) -> ChoiceQuestion:
    """The question with a confidence of each interval by which all of them hold at once.

    A rate may have to be sampled in a scenario that is explored too. So where one is asked for
    every scenario counts, whether it can be explored or not, which nobody knows beforehand.
    """
    if not question.samples:
        return question
    is_rate = question.least_rate > 0
    scenarios = sum(bool(is_rate or each.not_explored) for each in question.scenarios)
    settings, lines = len(combinations(question)), len(lines_of(question))
    corners = CORNERS_MAX ** len(question.free) if len(question.free) > 1 else 0
    looked_at = settings + corners + lines * TURNS_MAX * (SAMPLED_STEPS + 1)
    intervals = scenarios * len(question.requirements) * looked_at
    return replace(question, confidence=1 - (1 - CONFIDENCE) / intervals)


def sessions_to_show(limit: float, confidence: float) -> int:
    """How many sessions without a violation have an interval below a limit."""
    low, high = 0, 1
    while rate_sequence(0, high, confidence).high >= limit:
        low, high = high, 2 * high
        if low > SESSIONS_ALLOWED:
            break
    while high - low > 1:
        middle = (low + high) // 2
        is_enough = rate_sequence(0, middle, confidence).high < limit
        low, high = (low, middle) if is_enough else (middle, high)
    if high > SESSIONS_ALLOWED:
        raise InputError("--require", limit, "a rate that ten million sessions can show")
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
