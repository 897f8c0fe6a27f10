"""In which values of two settings a property is proved: an exact boundary for each of some values.

Each column is a threshold of its own (`find_threshold`), with both sides explored. Between two
columns nothing is explored, and nothing is claimed. That a column has one boundary alone is assumed
of the setting; a few values further out are explored too, and where they disagree, the column says
so.
"""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from typing import Any

from lastchunk.model.base.errors import InputError, as_plain, as_whole
from lastchunk.model.base.pictures import Paged
from lastchunk.model.base.workers import check_workers, workers_or_here
from lastchunk.model.design.load import load_design
from lastchunk.model.explore.threshold import Threshold, find_threshold
from lastchunk.model.explore.verify import DEFAULT_SCOPE, Budget, check_budget
from lastchunk.model.properties import EXPLORABLE
from lastchunk.model.scenario.load import as_overrides, load_scenario

COLUMNS_MAX = 60
OF_NOW = (0.25, 0.5, 0.75, 1.0, 1.5, 2.0, 3.0, 4.0)
"""The values of a setting that are looked at if none are given: these times what it is."""
RangeMs = tuple[int, int]


@dataclass(frozen=True)
class RegionColumn:
    """One value across, and the boundary along; None where a budget was used up, and why."""

    across_ms: int
    threshold: Threshold | None
    reason: str = ""

    def verdict_at(self, along_ms: int, span_ms: RangeMs) -> str:
        """What is known at a value along: proved, violated, or unknown."""
        limit = self.threshold
        if limit is None or not span_ms[0] <= along_ms <= span_ms[1]:
            return "unknown"
        if limit.above_ms is None or along_ms < limit.above_ms:
            return limit.below
        return "proved" if limit.below == "violated" else "violated"


@dataclass(frozen=True)
class ExactRegion(Paged):
    """A map: for each value of ``across`` the boundary of ``along`` within ``span_ms``.

    ``now_ms`` is where the scenario and the design stand, ``now_limit`` the boundary of ``across``
    there; None where it was not found. ``fixed`` is a third setting and its value, if there is one.
    ``marks_across`` is False where the value across is nobody's.
    """

    scenario: str
    title: str
    design: str
    slug: str
    across: str
    along: str
    span_ms: RangeMs
    columns: tuple[RegionColumn, ...]
    now_ms: tuple[int, int]
    now_limit: Threshold | None
    fixed: tuple[str, int] | None = None
    marks_across: bool = True

    def __repr__(self) -> str:
        what = f"{self.slug} of {self.design} in {self.scenario}"
        return f"<ExactRegion of {what}: {self.along} by {len(self.columns)} of {self.across}>"


@dataclass(frozen=True)
class RegionQuestion:
    """What is asked: which property of which design, where, and over which two settings."""

    scenario: str
    overrides: tuple[str, ...]
    design: str
    slug: str
    across: str
    along: str
    values_ms: tuple[int, ...]
    span_ms: RangeMs
    budget: Budget
    marks_across: bool = True

    def threshold(self, at_ms: int, near_ms: int | None = None) -> Threshold:
        """The boundary along, at a value across. Raises `InputError`."""
        settings = [*self.overrides, f"{self.across}={at_ms}"]
        where = (self.scenario, settings, self.design, self.slug, self.along, self.budget)
        return find_threshold(*where, *self.span_ms, near_ms=near_ms)


def ms_value_of(scenario: str, overrides: Sequence[str], design: str, key: str) -> int:
    """What a setting is now, in ms: a parameter, a setting of the design, or a dotted key."""
    loaded = load_scenario(scenario, overrides)
    found: Any = loaded.parameters.get(key)
    if found is None and key.startswith("design."):
        found = getattr(load_design(design, loaded).settings, key.rpartition(".")[2], None)
    elif found is None:
        found = loaded
        for name in key.split("."):
            found = getattr(found, name, None)
    if not key.endswith("_ms") or type(found) is not int:
        raise InputError(
            "setting", key, "a setting in whole ms, such as high_ms or design.grace_ms"
        )
    return found


def check_axes(x: str, y: str, z: str | None = None) -> None:
    """Refuse a setting that stands on two axes: one of its values would take the other's place."""
    for axis, given in (("--x", x), ("--y", y)):
        if not isinstance(given, str):
            raise InputError(axis, given, "the name of a setting")
    for option, key, others in (("--y", y, (x,)), ("--z", z, (x, y))):
        if key in others:
            raise InputError(option, key, "a setting of its own, on no other axis")


def values_around(now_ms: int) -> tuple[int, ...]:
    """Values of a setting on both sides of what it is now."""
    return tuple(sorted({max(1, round(now_ms * factor)) for factor in OF_NOW}))


def region_of(
    scenario: str = DEFAULT_SCOPE,
    design: str = "alarm",
    slug: str = "complete_at_finalization",
    *,
    x: str,
    y: str,
    x_values: Sequence[int] = (),
    y_range: RangeMs | None = None,
    settings: Sequence[str] = (),
    seconds: float = 600.0,
    workers: int = 1,
) -> ExactRegion:
    """Where a property is proved and where violated, for some values of ``x``, exact along ``y``.

    What `lastchunk region` does; a notebook shows it as a map with its table. Raises `InputError`.
    """
    workers = as_plain(workers)
    check_workers(workers)
    check_axes(x, y)
    if slug not in EXPLORABLE:
        raise InputError("--property", slug, ", ".join(EXPLORABLE))
    budget = check_budget(Budget(seconds=seconds))
    now = (scenario, tuple(as_overrides(settings, "settings")), design)
    values = _values_of(x_values) or values_around(ms_value_of(*now, x))
    span = (1, max(4 * ms_value_of(*now, y), 4)) if y_range is None else _span_of(y_range)
    question = RegionQuestion(*now, slug, x, y, values, span, budget)
    with workers_or_here(workers) as executor:
        return exact_region(question, executor)


def _values_of(given: Any) -> tuple[int, ...]:
    if isinstance(given, str) or not hasattr(given, "__iter__"):
        raise InputError("x_values", given, "several whole numbers, in a list")
    return tuple(as_whole("x_values", value) for value in given)


def _span_of(given: RangeMs) -> RangeMs:
    is_pair = isinstance(given, tuple | list) and len(given) == 2
    ends = [as_plain(end) for end in given] if is_pair else []
    if not ends or any(type(end) is not int for end in ends) or ends[0] >= ends[1]:
        raise InputError("y_range", given, "two whole numbers, the low one first")
    return (ends[0], ends[1])


def exact_region(question: RegionQuestion, executor: Executor) -> ExactRegion:
    """The map, its columns shared out to workers. Raises `InputError`."""
    values = sorted(set(question.values_ms))
    if not 2 <= len(values) <= COLUMNS_MAX:
        raise InputError("values", len(values), f"2 to {COLUMNS_MAX} different ones")
    where = (question.scenario, question.overrides, question.design)
    now_ms = (ms_value_of(*where, question.across), ms_value_of(*where, question.along))
    # The outermost first: between them a boundary mostly lies on their line.
    outer = {at_ms: executor.submit(_column, question, at_ms) for at_ms in (values[0], values[-1])}
    ends = [outer[at_ms].result() for at_ms in (values[0], values[-1])]
    limit = executor.submit(_limit_now, question, now_ms[1])
    inner = [
        executor.submit(_column, question, at_ms, _on_line(ends, at_ms)) for at_ms in values[1:-1]
    ]
    columns = (ends[0], *(future.result() for future in inner), ends[1])
    loaded = load_scenario(question.scenario, question.overrides)
    name = load_design(question.design, loaded).name
    keys = (question.slug, question.across, question.along, question.span_ms)
    return ExactRegion(
        loaded.name,
        loaded.title,
        name,
        *keys,
        columns,
        now_ms,
        limit.result(),
        None,
        question.marks_across,
    )


def _column(question: RegionQuestion, at_ms: int, near_ms: int | None = None) -> RegionColumn:
    try:
        return RegionColumn(at_ms, question.threshold(at_ms, near_ms))
    except InputError as error:
        if error.value != question.slug:  # else no input is to blame: it was not settled
            raise
        return RegionColumn(at_ms, None, error.allowed)


def _limit_now(question: RegionQuestion, along_ms: int) -> Threshold | None:
    """Up to where the setting across may go at what the one along is now."""
    settings = [*question.overrides, f"{question.along}={along_ms}"]
    where = (question.scenario, settings, question.design, question.slug, question.across)
    ends = (min(question.values_ms), max(question.values_ms))
    try:
        return find_threshold(*where, question.budget, *ends)
    except InputError as error:
        if error.value != question.slug:
            raise
        return None


def _on_line(ends: Sequence[RegionColumn], at_ms: int) -> int | None:
    """Where the boundary lies if it is straight between two columns; None where none is known."""
    one, two = (column.threshold for column in ends)
    if one is None or two is None or one.below_ms is None or two.below_ms is None:
        return None
    share = (at_ms - ends[0].across_ms) / (ends[1].across_ms - ends[0].across_ms)
    return round(one.below_ms + share * (two.below_ms - one.below_ms))
