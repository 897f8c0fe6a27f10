"""Thresholds: the exact millisecond of one setting at which a verdict turns, or a map for two.

The search halves the range between a value that is proved and one that is violated, so the two
sides of what it returns were both explored. That there is one boundary alone is assumed of the
setting; a few values further out are explored as well, and where they disagree, it is said.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, Literal

from lastchunk.model.base.errors import InputError, as_plain, as_whole
from lastchunk.model.design.load import DesignLike, DesignSpec, load_design
from lastchunk.model.explore.halving import halved
from lastchunk.model.explore.search.deadline import Deadline
from lastchunk.model.explore.verify import Budget, verify
from lastchunk.model.scenario.load import ScenarioLike, as_overrides, load_scenario
from lastchunk.model.scenario.schema import Scenario

VALUE_MS_MAX = 1 << 32
SPOTS = 3

Side = Literal["proved", "violated"]


@dataclass(frozen=True)
class Threshold:
    """Where the verdict on ``slug`` turns as the setting ``key`` grows.

    ``below_ms`` is the last value with the verdict ``below``, ``above_ms`` the next one, with the
    other verdict; None where no such value was found. ``explored`` are all values tried.
    """

    slug: str
    key: str
    below: Side
    below_ms: int | None
    above_ms: int | None
    explored: tuple[tuple[int, Side], ...]
    is_single: bool = True

    def sentence(self) -> str:
        """The threshold in one sentence."""
        above = "proved" if self.below == "violated" else "violated"
        if self.above_ms is None:
            return f"{self.slug} is {self.below} for every {self.key} that was tried."
        words = (
            f"{self.slug} is {self.below} up to {self.key} = {self.below_ms:,} and {above} from "
            f"{self.above_ms:,} on."
        )
        return words if self.is_single else words + " Further out the verdict turns again."


def find_threshold(
    scenario: ScenarioLike,
    overrides: Sequence[str],
    design: DesignLike,
    slug: str,
    key: str,
    budget: Budget | None = None,
    low_ms: int | None = None,
    high_ms: int | None = None,
    deadline: Deadline | None = None,
    near_ms: int | None = None,
) -> Threshold:
    """The boundary of one setting in whole ms, for one property.

    It is sought from the lowest value on that the scenario allows, where no ``low_ms`` is said.

    Where somebody guesses that it lies ``near_ms``, fewer values need be explored if that is true.

    ``key`` is a dotted setting or a parameter of the scenario. Raises `InputError` for a key that
    is not known, or not in ms, or where a budget is used up on the way; its seconds are those of
    the whole search for the boundary, or of all that shares the ``deadline``.

    >>> find_threshold("small-scope", [], "alarm", "complete_at_finalization", "grace_ms").above_ms
    17
    """
    overrides = as_overrides(overrides)
    low_ms, high_ms, near_ms = _ends(low_ms=low_ms, high_ms=high_ms, near_ms=near_ms)
    is_allowed = partial(_is_allowed, scenario, overrides, design, key)
    low_ms = _lowest(is_allowed) if low_ms is None else low_ms
    if high_ms is not None and high_ms < low_ms:
        raise InputError("high_ms", high_ms, f"at least low_ms, which is {low_ms}")
    known: dict[int, Side] = {}
    whole = budget or Budget()
    until = deadline or Deadline(whole.seconds)

    def side(value: int) -> Side:
        if value not in known:
            if until.is_over():
                allowed = f"a boundary found within the budget of {until.words}"
                raise InputError(f"{key}={value}", slug, allowed)
            known[value] = _side(scenario, overrides, design, slug, key, value, whole, until)
        return known[value]

    below = side(low_ms)
    high_ms = _far(side, is_allowed, low_ms) if high_ms is None else high_ms
    if side(high_ms) == below:
        return Threshold(slug, key, below, None, None, tuple(sorted(known.items())))
    low, high = low_ms, high_ms
    guesses = () if near_ms is None else (near_ms, near_ms + 1)
    for guess in guesses:
        if low < guess < high:
            low, high = (guess, high) if side(guess) == below else (low, guess)
    low, high = halved(lambda value: side(value) == below, low, high)
    is_single = all(
        side(low_ms + (low - low_ms) * spot // (SPOTS + 1)) == below
        and side(high + (high_ms - high) * spot // (SPOTS + 1)) != below
        for spot in range(1, SPOTS + 1)
    )
    explored = tuple(sorted(known.items()))
    return Threshold(slug, key, below, low, high, explored, is_single)


def _ends(**given: Any) -> Iterator[int | None]:
    """Whole numbers, where there are any."""
    for name, value in given.items():
        yield None if value is None else as_whole(name, value)


def _lowest(is_allowed: Callable[[int], bool]) -> int:
    """The lowest value that is allowed; 1 where none is found, which then says why."""
    value = 1
    while not is_allowed(value) and value < VALUE_MS_MAX:
        value *= 2
    if value == 1 or not is_allowed(value):
        return 1
    return halved(lambda each: not is_allowed(each), value // 2, value)[1]


def _far(side: Callable[[int], Side], is_allowed: Callable[[int], bool], low_ms: int) -> int:
    """A value with another verdict than the lowest one has, or the highest that is tried."""
    below, value = side(low_ms), max(2, 2 * low_ms)
    try:
        while side(value) == below and value < VALUE_MS_MAX:
            value *= 4
    except InputError:
        if is_allowed(value):
            raise
        value = halved(is_allowed, low_ms, value)[0]
    return value


def _is_allowed(
    scenario: ScenarioLike, overrides: Sequence[str], design: DesignLike, key: str, value: int
) -> bool:
    try:
        _loaded(scenario, overrides, design, key, value)
    except InputError:
        return False
    return True


def _side(
    scenario: ScenarioLike,
    overrides: Sequence[str],
    design: DesignLike,
    slug: str,
    key: str,
    value: int,
    budget: Budget,
    deadline: Deadline,
) -> Side:
    loaded, spec = _loaded(scenario, overrides, design, key, value)
    result = verify(loaded, spec, [slug], budget, counterexamples=False, deadline=deadline)
    verdict = result.verdicts[slug]
    if verdict.kind in ("proved", "violated"):
        return "proved" if verdict.kind == "proved" else "violated"
    raise InputError(f"{key}={value}", slug, f"a verdict that is not unknown: {verdict.reason}")


def _loaded(
    scenario: ScenarioLike, overrides: Sequence[str], design: DesignLike, key: str, value: int
) -> tuple[Scenario, DesignSpec]:
    """The scenario and the design at a value. Raises `InputError`, also for what is no key."""
    if not isinstance(key, str) or not key.removesuffix("_ms") or not key.endswith("_ms"):
        raise InputError("--threshold", key, "a setting in ms, such as grace_ms or design.grace_ms")
    try:
        loaded = load_scenario(scenario, [*overrides, f"{key}={value}"])
    except InputError as error:
        if error.field != "--set" or error.value != key:
            raise
        raise InputError("--threshold", key, f"{error.allowed}, or design.{key}") from None
    spec = load_design(design, loaded)
    if key.startswith("design.") and not hasattr(spec.settings, key.rpartition(".")[2]):
        names = ", ".join(f"design.{name}" for name in vars(spec.settings))
        raise InputError("--threshold", key, f"a setting of the design: {names}")
    return loaded, spec


def safe_region(
    scenario: ScenarioLike,
    overrides: Sequence[str],
    design: DesignLike,
    slug: str,
    across: tuple[str, Sequence[int]],
    along: str,
    budget: Budget | None = None,
) -> list[tuple[int, Threshold]]:
    """For each value of one setting the exact boundary of another: a map in whole ms.

    ``across`` is a key with its values, ``along`` the key whose boundary is sought.
    """
    overrides = as_overrides(overrides)
    given: Any = across
    is_pair = isinstance(given, tuple | list) and len(given) == 2
    if not is_pair or isinstance(given[1], str) or not hasattr(given[1], "__iter__"):
        raise InputError("across", across, "a key and its values, such as ('chunks', [1, 2])")
    key, values = given
    settings = [(value, [*overrides, f"{key}={value}"]) for value in map(as_plain, values)]
    return [
        (value, find_threshold(scenario, each, design, slug, along, budget))
        for value, each in settings
    ]
