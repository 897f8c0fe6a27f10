"""A campaign: schedules from many sources, planned and played on all cores, and what came out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from lastchunk.model.base.workers import workers_or_here
from lastchunk.model.conformance.blame import rules_blamed, rules_named
from lastchunk.model.conformance.coverage import class_coverage, counterexamples_of
from lastchunk.model.conformance.own.bundled import bundle_own
from lastchunk.model.conformance.plan import NotPlayable, Plan, plan_of
from lastchunk.model.conformance.play import play
from lastchunk.model.conformance.recipes import Recipe
from lastchunk.model.conformance.result import PlayVerdict, Result
from lastchunk.model.conformance.runtime.toolbox import Toolbox, WatchedWorker, bundle
from lastchunk.model.conformance.runtime.workerd import COMPATIBILITY_DATE
from lastchunk.model.simulate.schedule import Schedule

PLANNED_AT_ONCE = 100
COVERAGE = "class coverage"
PlanningProgress = Callable[[int], None]
"""Told how many more schedules are planned."""


@dataclass(frozen=True)
class Conformance:
    """What came out. ``results`` are in the order of the ``recipes``.

    ``classes`` are the state classes of the small scope's proof by design, where they were asked
    for.
    """

    version: str
    recipes: tuple[Recipe, ...]
    results: tuple[Result, ...]
    classes: dict[str, int] = field(default_factory=dict)
    compatibility_date: str = COMPATIBILITY_DATE
    counts: Counter[PlayVerdict] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "counts", Counter(result.verdict for result in self.results))

    @property
    def verdict(self) -> PlayVerdict:
        """The verdict on all of it: one divergence counts, and a skip never does."""
        if self.counts["diverges"]:
            return "diverges"
        return "agrees" if self.counts["agrees"] else "not playable"

    @property
    def divergences(self) -> list[tuple[Recipe, Result]]:
        """What diverges, with how its schedule is made."""
        pairs = zip(self.recipes, self.results, strict=True)
        return [(recipe, result) for recipe, result in pairs if result.verdict == "diverges"]

    @property
    def reasons(self) -> Counter[str]:
        """How many could not be played, by reason."""
        return Counter(item.why for item in self.results if item.verdict == "not playable")

    def visited(self) -> dict[str, int]:
        """Of each design the state classes that a schedule has passed through and agreed."""
        found = dict.fromkeys(self.classes, 0)
        for recipe, result in zip(self.recipes, self.results, strict=True):
            if recipe.through and result.verdict == "agrees":
                found[recipe.design] += recipe.through
        return found

    def by_design(self) -> dict[str, Counter[PlayVerdict]]:
        """The counts of each design."""
        found: dict[str, Counter[PlayVerdict]] = {}
        for result in self.results:
            found.setdefault(result.design, Counter())[result.verdict] += 1
        return found

    def data(self) -> dict[str, Any]:
        """The same as plain data."""
        return {
            "format": "lastchunk conformance 1",
            "workerd": self.version,
            "compatibility_date": self.compatibility_date,
            "schedules": len(self.results),
            "agree": self.counts["agrees"],
            "diverge": self.counts["diverges"],
            "not_playable": dict(sorted(self.reasons.items())),
            "designs": {
                name: {
                    "agree": c["agrees"],
                    "diverge": c["diverges"],
                    "not_playable": c["not playable"],
                }
                for name, c in self.by_design().items()
            },
            "classes": self.classes,
            "classes_visited": self.visited(),
            "divergences": [result.sentence() for _, result in self.divergences],
            "rules": [list(rules_blamed(result)) for _, result in self.divergences],
            "rules_named": dict(rules_named(self.results)),
        }


def plan_of_recipe(recipe: Recipe) -> Plan | NotPlayable:
    """The plan of one recipe. Raises `InputError`."""
    schedule, design = recipe.schedule()
    plan = plan_of(schedule, recipe.source, design, recipe.twinned)
    if not recipe.shows or isinstance(plan, NotPlayable):
        return plan
    # No alarm of a trial is late by chance: no timer is held back for one.
    return replace(plan, shows=recipe.shows, needs=plan.needs - {"late"})


def plans_of(recipes: Sequence[Recipe]) -> list[Plan | NotPlayable]:
    """The plans of some recipes."""
    return [plan_of_recipe(recipe) for recipe in recipes]


def play_recipes(
    tools: Toolbox,
    worker: WatchedWorker | None,
    recipes: Sequence[Recipe],
    workers: int,
    progress: PlanningProgress,
    classes: dict[str, int] | None = None,
) -> Conformance:
    """Plan and play some recipes; ``classes`` are those that are to be covered.

    A design in TypeScript is played on its own file; the others on the ``worker``, which is made
    where it is needed and none is given.
    """
    plans: list[Plan | NotPlayable] = []
    pieces = [recipes[at : at + PLANNED_AT_ONCE] for at in range(0, len(recipes), PLANNED_AT_ONCE)]
    with workers_or_here(min(workers, max(1, len(pieces)))) as executor:
        futures = [executor.submit(plans_of, piece) for piece in pieces]
        for future in futures:
            some = future.result()
            plans += some
            progress(len(some))
    results = _played_by_file(tools, worker, plans, workers)
    return Conformance(tools.version, tuple(recipes), tuple(results), classes or {})


def _played_by_file(
    tools: Toolbox, worker: WatchedWorker | None, plans: list[Plan | NotPlayable], workers: int
) -> list[Result]:
    """Play the plans of each file on a worker of its own; a result for each, in their order."""
    groups: dict[tuple[str, ...], list[int]] = {}
    for number, plan in enumerate(plans):
        own = plan.own if isinstance(plan, Plan) else None
        groups.setdefault(() if own is None else own.key, []).append(number)
    results: dict[int, Result] = {}
    for numbers in groups.values():
        some = [plans[number] for number in numbers]
        own = some[0].own if isinstance(some[0], Plan) else None
        if own is not None:
            played_on = bundle_own(tools, own.file, own.name, own.adapter, own.text)
        else:
            worker = played_on = worker or bundle(tools)
        results.update(zip(numbers, play(tools, played_on, some, workers), strict=True))
    return [results[number] for number in range(len(plans))]


def made_by_exploring(
    designs: Sequence[str],
    chunks: int,
    with_examples: bool,
    workers: int,
    own_settings: bool = False,
) -> tuple[list[Recipe], dict[str, int]]:
    """The recipes that exploring gives, and how many state classes each design's proof has.

    With 0 ``chunks`` no class is to be covered. With ``own_settings`` a design has its own ones,
    and not the small scope's.
    """
    found: list[Recipe] = []
    classes: dict[str, int] = {}
    with workers_or_here(min(workers, len(designs))) as executor:
        examples = [
            executor.submit(counterexamples_of, d, 2, own_settings)
            for d in designs
            if with_examples
        ]
        covers = [
            executor.submit(class_coverage, d, chunks, own_settings) for d in designs if chunks
        ]
        for cover in (future.result() for future in covers):
            classes[cover.design] = cover.classes
            for number, made in enumerate(zip(cover.schedules, cover.passed, strict=True)):
                found.append(_made(COVERAGE, cover.design, number, *made))
        for future in examples:
            for number, (where, schedule) in enumerate(future.result()):
                found.append(_made(where, schedule.design, number, schedule))
    return found, classes


def _made(group: str, design: str, number: int, schedule: Schedule, through: int = 0) -> Recipe:
    return Recipe("made", group, "", design, number=number, made=schedule, through=through)
