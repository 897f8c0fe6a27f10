"""The cells of one design under one class of faults: what its scopes say of each property.

One violation violates a cell and ends exploring for it; every scope that says anything must prove
it. Where a property cannot hold, the best possible is explored too.
"""

from __future__ import annotations

import re
import time
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from lastchunk.model.base.errors import DesignError
from lastchunk.model.base.files import safe_name
from lastchunk.model.base.memory import few_collections, let_go, make_room
from lastchunk.model.design.load import DesignLike, load_design
from lastchunk.model.explore.matrix.fault_classes import BUILDERS
from lastchunk.model.explore.matrix.scopes import Scope
from lastchunk.model.explore.property_groups import SILENT
from lastchunk.model.explore.shared import SharedScope
from lastchunk.model.explore.state.monitor import groups_of
from lastchunk.model.explore.verify import Budget, Verification, verify
from lastchunk.model.properties import EXPLORABLE, PROPERTIES
from lastchunk.model.scenario.schema import Scenario
from lastchunk.model.simulate.schedule import Schedule

CellKind = Literal["proved", "violated", "impossible", "unknown", "not explored", "not asked"]
CELL_KINDS: tuple[CellKind, ...] = (
    "proved",
    "violated",
    "impossible",
    "unknown",
    "not explored",
    "not asked",
)
"""*Unknown* was tried and did not come to an end; *not explored* was left out on purpose."""
SLUGS = tuple(slug for slug, item in PROPERTIES.items() if item.asks == "every design")
"""The properties of a matrix: those that every design can be asked."""
OF_FILE = re.compile(r".*\.(?:py|ts|mts):(\w+)", re.DOTALL)
"""A design of a file, by its class: files are named after the class alone."""
MEMORY_MB = 3_000


@dataclass(frozen=True)
class Finding:
    """What some scopes say of one property. ``bounds`` are theirs; ``state_classes`` is a sum.

    ``attacked`` is by how many schedules what is proved was attacked, each design and scope.
    """

    kind: CellKind = "not asked"
    reason: str = ""
    bounds: tuple[str, ...] = ()
    state_classes: int = 0
    wall_s: float = 0.0
    schedule: Schedule | None = None
    attacked: int = 0


@dataclass(frozen=True)
class Cell:
    """One design, one class of faults, one property.

    ``best`` says what the best possible is where the property cannot hold, ``reached`` whether the
    design reaches it; both None elsewhere. The session of an impossible cell shows why.
    """

    design: str
    faults: str
    slug: str
    finding: Finding
    best: str | None = None
    reached: Finding | None = None

    @property
    def kind(self) -> CellKind:
        """The verdict."""
        return self.finding.kind

    @property
    def name(self) -> str:
        """The name of its files."""
        is_class = OF_FILE.fullmatch(self.design)
        design = is_class[1] if is_class else safe_name(self.design)
        return f"{design}-{self.faults}-{self.slug}"


class ClassClock:
    """The wall time that one design has in a class for one group of properties, in all scopes.

    It goes while the group is explored (``with``); each group's time is its own.
    """

    def __init__(self, budget_s: float) -> None:
        self.budget_s = budget_s
        self.spent_s = 0.0
        self.began: float | None = None

    def __enter__(self) -> None:
        self.began = time.perf_counter()

    def __exit__(self, *error: object) -> None:
        self.spent_s = self.budget_s - self.left
        self.began = None

    @property
    def left(self) -> float:
        """What is left, in seconds; below 1 is nothing."""
        running_s = 0.0 if self.began is None else time.perf_counter() - self.began
        return self.budget_s - self.spent_s - running_s


class ClassClocks:
    """The clocks of one design in a class, one for each group of properties."""

    def __init__(self, budget_s: float) -> None:
        self.budget_s = budget_s
        self.clocks: dict[str, ClassClock] = {}

    def of(self, group: Sequence[str]) -> ClassClock:
        """The clock of a group: that of a timed property, or that of all others together."""
        name = group[0] if EXPLORABLE[group[0]].is_timed else ""
        return self.clocks.setdefault(name, ClassClock(self.budget_s))


FindingsBySlug = dict[str, Finding]
"""What is said of properties, by slug."""


def chains_of(faults: str, chunks: int, asked: Collection[str] = SLUGS) -> list[tuple[str, ...]]:
    """The properties of a class, by what is explored for them; no chain needs another's results.

    Each timed property is explored on its own, as `verify` does; so its budget is its own, too.
    With what is ``asked`` goes what shows the best possible of it.
    """
    limits = BUILDERS[faults](chunks).impossible.items()
    best = [limit.slug for slug, limit in limits if limit.slug and slug in asked]
    return [tuple(group) for group in groups_of([*filter(asked.__contains__, SLUGS), *best])]


@few_collections()
def explore_chain(
    design: DesignLike, faults: str, chunks: int, seconds: float, slugs: Sequence[str]
) -> tuple[FindingsBySlug, FindingsBySlug]:
    """What is found of some properties; and of those that cannot hold, in the class without why.

    They may be those of several chains, which then take the steps of the world together.
    """
    clocks = ClassClocks(seconds)
    item = BUILDERS[faults](chunks)
    found = explore_scopes(design, item.scopes, slugs, clocks)
    alike: dict[tuple[Scope, ...], list[str]] = {}
    for slug, limit in item.impossible.items():
        if slug in found and found[slug].kind == "violated" and not limit.slug:
            alike.setdefault(limit.scopes, []).append(slug)
    reached: FindingsBySlug = {}
    for scopes, asked in alike.items():
        reached |= explore_scopes(design, scopes, asked, clocks)
    return found, reached


def cells_of(
    design: str, faults: str, chunks: int, chains: Iterable[tuple[FindingsBySlug, FindingsBySlug]]
) -> list[Cell]:
    """The cells of what the chains say: whether a design reaches the best possible, too.

    A property that was not explored has none.
    """
    found: FindingsBySlug = {}
    reached: FindingsBySlug = {}
    for said, said_of_best in chains:
        found |= said
        reached |= said_of_best
    cells = []
    limits = BUILDERS[faults](chunks).impossible
    for slug in filter(found.__contains__, SLUGS):
        cell = Cell(design, faults, slug, found[slug])
        limit = limits.get(slug)
        if limit is not None and cell.kind == "violated":
            finding = replace(cell.finding, kind="impossible", reason=limit.reason)
            best = found[limit.slug] if limit.slug else reached[slug]
            cell = replace(cell, finding=finding, best=limit.best, reached=best)
        cells.append(cell)
    return cells


def explore_scopes(
    design: DesignLike, scopes: Sequence[Scope], slugs: Sequence[str], clocks: ClassClocks
) -> dict[str, Finding]:
    """What the scopes say, one after the other, of each property that none has violated yet."""
    found = dict.fromkeys(slugs, Finding())
    for scope in scopes:
        left = [slug for slug in slugs if found[slug].kind != "violated"]
        make_room()
        let_go(shared := SharedScope())
        for group in groups_of(left):
            with (clock := clocks.of(group)):
                said = explore_scope(design, scope, group, clock, shared)
            for slug, finding in said.items():
                found[slug] = joined(found[slug], finding)
        del shared  # it is left: who makes room frees it
    return found


def explore_scope(
    design: DesignLike,
    scope: Scope,
    slugs: Sequence[str],
    clock: ClassClock,
    shared: SharedScope,
) -> dict[str, Finding]:
    """What one scope says. A design that cannot be explored in it leaves it unknown.

    ``shared`` is of this design in this scope. Where no recorder runs, what only that can violate
    is not explored for itself; beside others it is, which holds it to saying nothing.
    """
    scenario, bounds = scope.load(), (scope.bounds,)
    if all(_is_silent(slug, scenario) for slug in slugs):
        return dict.fromkeys(slugs, Finding())
    if clock.left < 1:
        reason = f"the budget of {clock.budget_s:g} seconds was used up before it was explored here"
        return dict.fromkeys(slugs, Finding("unknown", reason, bounds))
    spec = load_design(design, scenario)
    budget = Budget(seconds=clock.left, memory_mb=MEMORY_MB)
    shortest = ("shortest",)
    try:
        result = verify(scenario, spec, slugs, budget, kinds=shortest, longest=False, shared=shared)
    except DesignError as error:
        finding = Finding("unknown", f"it cannot be explored: {error}", bounds)
        return dict.fromkeys(slugs, finding)
    return {slug: _finding(result, slug, scope, clock) for slug in slugs}


def _is_silent(slug: str, scenario: Scenario) -> bool:
    return EXPLORABLE[slug].is_of_recorder and scenario.recording.chunks is not None


def _finding(result: Verification, slug: str, scope: Scope, clock: ClassClock) -> Finding:
    verdict = result.verdicts[slug]
    if verdict.kind == "unknown" and verdict.reason == SILENT:
        return Finding(state_classes=result.classes, wall_s=result.seconds)
    assert not _is_silent(slug, result.scenario) or verdict.kind == "unknown", slug
    examples = result.counterexamples.get(slug, ())
    schedule = examples[0].schedule if examples else None
    kind: CellKind = "unknown" if verdict.kind == "not seen" else verdict.kind
    reason = verdict.reason
    if kind == "unknown" and clock.left < 1:
        reason = (
            f"the budget of {clock.budget_s:g} seconds was used up after {result.classes:,} classes"
        )
    attacked = result.attack.schedules if kind == "proved" else 0
    size = (result.classes, result.seconds)
    return Finding(kind, reason, (scope.bounds,), *size, schedule, attacked)


STRENGTH: dict[CellKind, int] = {"not asked": 0, "proved": 1, "unknown": 2, "violated": 3}
"""What two scopes say together: the greater."""


def joined(one: Finding, other: Finding) -> Finding:
    """What two findings say together. A violation speaks for its own scope alone."""
    classes, wall_s = one.state_classes + other.state_classes, one.wall_s + other.wall_s
    if one.kind == other.kind == "proved":
        bounds = (*one.bounds, *other.bounds)
        attacked = one.attacked + other.attacked
        return replace(one, bounds=bounds, state_classes=classes, wall_s=wall_s, attacked=attacked)
    stronger = one if STRENGTH[one.kind] >= STRENGTH[other.kind] else other
    return replace(stronger, state_classes=classes, wall_s=wall_s)
