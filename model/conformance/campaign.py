"""A campaign: schedules from many sources, planned and played on all cores, and what came out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from lastchunk.model.base.workers import workers_or_here
from lastchunk.model.conformance.plan import NotPlayable, Plan, plan_of
from lastchunk.model.conformance.play import play
from lastchunk.model.conformance.recipes import Recipe
from lastchunk.model.conformance.result import PlayVerdict, Result
from lastchunk.model.conformance.runtime.toolbox import Toolbox
from lastchunk.model.conformance.runtime.workerd import COMPATIBILITY_DATE

PLANNED_AT_ONCE = 25
PlanningProgress = Callable[[int, int], None]
"""Told how many schedules are planned, of how many."""


@dataclass(frozen=True)
class Conformance:
    """What came out. ``results`` are in the order of the ``recipes``."""

    version: str
    recipes: tuple[Recipe, ...]
    results: tuple[Result, ...]
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
            "divergences": [result.sentence() for _, result in self.divergences],
        }


def plan_of_recipe(recipe: Recipe) -> Plan | NotPlayable:
    """The plan of one recipe. Raises `InputError`."""
    schedule, design = recipe.schedule()
    return plan_of(schedule, recipe.source, design)


def plans_of(recipes: Sequence[Recipe]) -> list[Plan | NotPlayable]:
    """The plans of some recipes."""
    return [plan_of_recipe(recipe) for recipe in recipes]


def play_recipes(
    tools: Toolbox,
    worker: Path,
    recipes: Sequence[Recipe],
    workers: int,
    progress: PlanningProgress,
) -> Conformance:
    """Plan and play some recipes."""
    plans: list[Plan | NotPlayable] = []
    pieces = [recipes[at : at + PLANNED_AT_ONCE] for at in range(0, len(recipes), PLANNED_AT_ONCE)]
    with workers_or_here(min(workers, max(1, len(pieces)))) as executor:
        futures = [executor.submit(plans_of, piece) for piece in pieces]
        for future in futures:
            plans += future.result()
            progress(len(plans), len(recipes))
    results = play(tools, worker, plans, workers)
    return Conformance(tools.version, tuple(recipes), tuple(results))
