"""The verdict matrix of a report: what can still settle a claim is explored, and nothing else.

The small classes of faults are explored first. A large one is explored for a design only where a
claim that it bears on is not refuted yet: a design that polls has far too many states there, and
none could change what is said of it. A cell that is left out so is *not explored*, with that
reason.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from lastchunk.model.explore.matrix.cells import SLUGS, Cell, Finding
from lastchunk.model.explore.matrix.fault_classes import FaultClass
from lastchunk.model.explore.matrix.matrix import (
    Matrix,
    Pair,
    check_bounds,
    explore_pairs,
    matrix_of,
)
from lastchunk.reports.claims.catalogue import CLAIMS
from lastchunk.reports.claims.evidence import Evidence, name_of
from lastchunk.reports.claims.ledger import judge_claim

LARGE = ("any-delay", "loss", "all")
"""The classes in which a design has many times the states that it has in the others."""
NEEDLESS = "every claim that this class bears on is refuted already"


def matrix_for_claims(
    designs: Sequence[str],
    chunks: int,
    seconds: float,
    workers: int = 1,
    progress: Callable[[int], None] | None = None,
) -> Matrix:
    """A matrix with the cells that the claims about these designs need; ``seconds`` as there.

    ``progress`` is told of each pair of design and class that is done with. Raises `InputError`.
    """
    names, classes = check_bounds(designs, chunks, seconds, workers)
    small = [item for item in classes if item.slug not in LARGE]
    pairs = [(name, item.slug) for name in names for item in small]
    found = explore_pairs(pairs, chunks, seconds, workers, progress)
    first = matrix_of(found, names, small, chunks, seconds)
    rest = [(name, item) for name in names for item in classes if item.slug in LARGE]
    needed: list[Pair] = []
    for name, item in rest:
        if _can_settle(first, name, item.slug):
            needed.append((name, item.slug))
        else:
            found[name, item.slug] = _left_out(name, item)
    if progress is not None:
        progress(len(rest) - len(needed))
    found |= explore_pairs(needed, chunks, seconds, workers, progress)
    return matrix_of(found, names, classes, chunks, seconds)


def _can_settle(first: Matrix, design: str, faults: str) -> bool:
    """Whether a class bears on a claim that the small classes do not refute."""
    name = name_of(design)
    evidence = Evidence({name: None}, matrix=first)
    return any(
        judge_claim(evidence, claim, name).status != "refuted"
        for claim in CLAIMS
        if faults in claim.faults
    )


def _left_out(design: str, item: FaultClass) -> list[Cell]:
    bounds = tuple(scope.bounds for scope in item.scopes)
    finding = Finding("not explored", NEEDLESS, bounds)
    return [Cell(design, item.slug, slug, finding) for slug in SLUGS]
