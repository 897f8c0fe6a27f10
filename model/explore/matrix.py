"""The verdict matrix: designs by properties by classes of faults, each cell explored.

A cell is *proved* within bounds that it states, *violated* with a session to replay, *impossible*
with the reason and the best possible, *unknown* with the reason, or *not asked*, where no schedule
of its class says anything about its property. A class has several scopes: one violation violates a
cell and ends exploring for it, every scope that says anything must prove it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field, replace
from multiprocessing import get_context
from typing import Literal

import pandas as pd

from model.design import find_class, load_design
from model.errors import DesignError, InputError
from model.explore.fault_classes import BUILDERS, FaultClass, Impossible
from model.explore.scopes import Scope
from model.explore.verify import SILENT, Budget, Verification, check_budget, verify
from model.properties import PROPERTIES
from model.trace.schedule import Schedule

Kind = Literal["proved", "violated", "impossible", "unknown", "not asked"]
KINDS: tuple[Kind, ...] = ("proved", "violated", "impossible", "unknown", "not asked")
DEFAULT_DESIGNS = (
    "manual",
    "alarm",
    "short-grace",
    "re-read",
    "leases",
    "manifest",
    "lazy-alarm",
)
SLUGS = tuple(slug for slug, item in PROPERTIES.items() if item.asks == "every design")
"""The properties of a matrix: those that every design can be asked."""
CHUNKS_MAX = 6


@dataclass(frozen=True)
class Finding:
    """What some scopes say of one property. ``bounds`` are theirs; ``classes`` a sum over them."""

    kind: Kind = "not asked"
    reason: str = ""
    bounds: tuple[str, ...] = ()
    classes: int = 0
    seconds: float = 0.0
    schedule: Schedule | None = None


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
    def kind(self) -> Kind:
        """The verdict."""
        return self.finding.kind

    @property
    def name(self) -> str:
        """The name of its files."""
        return f"{self.design.rpartition(':')[2]}-{self.faults}-{self.slug}"


@dataclass(frozen=True)
class Matrix:
    """All cells, by design, class and property in order. ``seconds`` bounds each exploration."""

    designs: tuple[str, ...]
    faults: tuple[FaultClass, ...]
    cells: tuple[Cell, ...]
    chunks: int
    seconds: float
    slugs: tuple[str, ...] = field(default=SLUGS)

    def cell(self, design: str, faults: str, slug: str) -> Cell:
        """One cell. Raises `InputError` where there is none of that name."""
        for cell in self.cells:
            if (cell.design, cell.faults, cell.slug) == (design, faults, slug):
                return cell
        allowed = "a design, a class of faults and a property of this matrix"
        raise InputError("cell", (design, faults, slug), allowed)

    def to_frame(self) -> pd.DataFrame:
        """One row a cell; ``best`` and ``reached`` are empty where the property can hold."""
        rows = [
            {
                "design": cell.design,
                "faults": cell.faults,
                "property": cell.slug,
                "verdict": cell.kind,
                "reason": cell.finding.reason,
                "best": cell.best or "",
                "reached": "" if cell.reached is None else cell.reached.kind,
                "bounds": "; or ".join(cell.finding.bounds),
                "classes": cell.finding.classes,
                "seconds": cell.finding.seconds,
            }
            for cell in self.cells
        ]
        return pd.DataFrame(rows)


def matrix(
    designs: Sequence[str] = DEFAULT_DESIGNS,
    chunks: int = 3,
    seconds: float = 60.0,
    workers: int = 1,
    faults: Sequence[str] | None = None,
    progress: Callable[[int], None] | None = None,
) -> Matrix:
    """Explore every cell; the cells are the same for any number of ``workers``.

    ``seconds`` bounds each exploration: what takes longer is *unknown*, so a slow machine may know
    less. ``progress`` is told of each finished pair of design and class. Raises `InputError`.
    """
    names, classes = _checked(designs, chunks, seconds, faults)
    if workers < 1:
        raise InputError("--workers", workers, "at least 1")
    jobs = [(name, item.slug, chunks, seconds) for name in names for item in classes]
    # The longest first, so that no process is left with it alone at the end.
    order = sorted(range(len(jobs)), key=lambda at: -list(BUILDERS).index(jobs[at][1]))
    found: dict[int, list[Cell]] = {}
    if workers == 1:
        for at in order:
            found[at] = explore_class(*jobs[at])
            if progress is not None:
                progress(1)
    else:
        # A process of its own for each job: the budget of memory is the whole process's.
        with ProcessPoolExecutor(workers, get_context("spawn"), max_tasks_per_child=1) as pool:
            futures = {at: pool.submit(explore_class, *jobs[at]) for at in order}
            if progress is not None:
                for future in futures.values():
                    future.add_done_callback(lambda _: progress(1))
            found = {at: future.result() for at, future in futures.items()}
    cells = tuple(cell for at in range(len(jobs)) for cell in found[at])
    return Matrix(tuple(names), tuple(classes), cells, chunks, seconds)


def _checked(
    designs: Sequence[str], chunks: int, seconds: float, faults: Sequence[str] | None
) -> tuple[list[str], list[FaultClass]]:
    """The designs and the classes, known and each once. Raises `InputError`."""
    names = list(designs)
    known = [find_class(name)[0] for name in names]
    if not names or len(set(known)) < len(known):
        raise InputError("--design", names, "at least one, and each once")
    if not 1 <= chunks <= CHUNKS_MAX:
        raise InputError("--chunks", chunks, f"1 to {CHUNKS_MAX}")
    check_budget(Budget(seconds=seconds))
    slugs = list(BUILDERS) if faults is None else list(faults)
    for slug in slugs:
        if slug not in BUILDERS:
            raise InputError("--faults", slug, "one of " + ", ".join(BUILDERS))
    if not slugs or len(set(slugs)) < len(slugs):
        raise InputError("--faults", slugs, "at least one, and each once")
    return names, [BUILDERS[slug](chunks) for slug in slugs]


def explore_class(design: str, faults: str, chunks: int, seconds: float) -> list[Cell]:
    """The cells of one design under one class of faults."""
    item = BUILDERS[faults](chunks)
    extra = tuple(limit.slug for limit in item.impossible.values() if limit.slug)
    found = explore(design, item.scopes, (*SLUGS, *extra), seconds)
    cells = []
    for slug in SLUGS:
        limit = item.impossible.get(slug)
        cell = Cell(design, faults, slug, found[slug])
        if limit is not None and cell.kind == "violated":
            finding = replace(cell.finding, kind="impossible", reason=limit.reason)
            reached = best_of(design, slug, limit, found, seconds)
            cell = replace(cell, finding=finding, best=limit.best, reached=reached)
        cells.append(cell)
    return cells


def explore(
    design: str, scopes: Sequence[Scope], slugs: Sequence[str], seconds: float
) -> dict[str, Finding]:
    """What the scopes say, one after the other, of each property that none has violated yet."""
    found = dict.fromkeys(slugs, Finding())
    for scope in scopes:
        left = [slug for slug in slugs if found[slug].kind != "violated"]
        if not left:
            break
        for slug, finding in explore_scope(design, scope, left, seconds).items():
            found[slug] = joined(found[slug], finding)
    return found


def explore_scope(
    design: str, scope: Scope, slugs: Sequence[str], seconds: float
) -> dict[str, Finding]:
    """What one scope says. A design that cannot be explored in it leaves it unknown."""
    scenario = scope.load()
    spec = load_design(design, scenario)
    budget = Budget(seconds=seconds, memory_mb=3_000)
    try:
        result = verify(scenario, spec, slugs, budget, kinds=("shortest",), longest=False)
    except DesignError as error:
        finding = Finding("unknown", f"it cannot be explored: {error}", (scope.bounds,))
        return dict.fromkeys(slugs, finding)
    return {slug: _finding(result, slug, scope) for slug in slugs}


def _finding(result: Verification, slug: str, scope: Scope) -> Finding:
    verdict = result.verdicts[slug]
    if verdict.kind == "unknown" and verdict.reason == SILENT:
        return Finding(classes=result.classes, seconds=result.seconds)
    examples = result.counterexamples.get(slug, ())
    schedule = examples[0].schedule if examples else None
    kind: Kind = "unknown" if verdict.kind == "not seen" else verdict.kind
    bounds = (scope.bounds,)
    return Finding(kind, verdict.reason, bounds, result.classes, result.seconds, schedule)


STRENGTH: dict[Kind, int] = {"not asked": 0, "proved": 1, "unknown": 2, "violated": 3}
"""What two scopes say together: the greater."""


def joined(one: Finding, other: Finding) -> Finding:
    """What two findings say together. A violation speaks for its own scope alone."""
    classes, seconds = one.classes + other.classes, one.seconds + other.seconds
    if one.kind == other.kind == "proved":
        bounds = (*one.bounds, *other.bounds)
        return replace(one, bounds=bounds, classes=classes, seconds=seconds)
    stronger = one if STRENGTH[one.kind] >= STRENGTH[other.kind] else other
    return replace(stronger, classes=classes, seconds=seconds)


def best_of(
    design: str, slug: str, limit: Impossible, found: dict[str, Finding], seconds: float
) -> Finding:
    """Whether a design reaches the best possible where a property cannot hold."""
    if limit.slug:
        return found[limit.slug]
    return explore(design, limit.scopes, (slug,), seconds)[slug]


__all__ = ["DEFAULT_DESIGNS", "KINDS", "SLUGS", "Cell", "Finding", "Matrix", "matrix"]
