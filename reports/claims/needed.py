"""The verdict matrix of a report: what can still settle a claim is explored, and nothing else.

The small classes of faults are explored first, one design after the other. A large one is explored
for a design only where a claim that it bears on is not refuted yet: a design that polls has far too
many states there, and none could change what is said of it. Of a large one those properties are
explored that a claim names in it, and what is asked of any class (`ALWAYS`). A cell that is left
out so is *not explored*, with that reason.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from lastchunk.model.explore.matrix.cells import SLUGS, Cell, Finding
from lastchunk.model.explore.matrix.fault_classes import FaultClass
from lastchunk.model.explore.matrix.matrix import Matrix, check_bounds, matrix_of
from lastchunk.model.explore.matrix.pairs import Pair, costliest_first, explore_pairs
from lastchunk.reports.claims.catalogue import CLAIMS
from lastchunk.reports.claims.evidence import Evidence, name_of
from lastchunk.reports.claims.ledger import judge_claim

LARGE = ("any-delay", "loss", "all")
"""The classes in which a design has many times the states that it has in the others."""
ALWAYS = frozenset(("complete_at_finalization", "nothing_lost"))
"""Whether finalization waits for every upload, and whether anything is lost."""
NEEDLESS = "every claim that this class bears on is refuted already"
NOT_NAMED = "no claim is about it under these faults; lastchunk matrix explores it"


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
    large = [item for item in classes if item.slug in LARGE]
    known: dict[Pair, list[Cell]] = {}

    def large_ones(pair: Pair, cells: list[Cell]) -> list[Pair]:
        """The large classes that a design needs, once all small ones of it are known."""
        known[pair] = cells
        name = pair[0]
        if pair[1] in LARGE or any((name, item.slug) not in known for item in small):
            return []
        first = matrix_of(known, [name], small, chunks, seconds)
        needed = [(name, item.slug) for item in large if _can_settle(first, name, item.slug)]
        if progress is not None:
            progress(len(large) - len(needed))
        return costliest_first(needed)

    # The design that a person gives last is most often the one that holds: it has most to explore.
    pairs = [
        pair
        for name in reversed(names)
        for pair in costliest_first((name, item.slug) for item in small)
    ]
    asked = {item.slug: named_in(item.slug) for item in large}
    given = chunks, seconds, workers, progress
    found = explore_pairs(pairs, *given, after=large_ones, asked=asked)
    whole = {
        (name, item.slug): _with_left_out(found, name, item) for name in names for item in classes
    }
    return matrix_of(whole, names, classes, chunks, seconds)


def named_in(faults: str) -> frozenset[str]:
    """The properties that the claims name in a class of faults, and those that are always asked."""
    return ALWAYS.union(*(claim.slugs for claim in CLAIMS if faults in claim.faults))


def _can_settle(first: Matrix, design: str, faults: str) -> bool:
    """Whether a class bears on a claim that the small classes do not refute."""
    name = name_of(design)
    evidence = Evidence({name: None}, matrix=first)
    return any(
        judge_claim(evidence, claim, name).status != "refuted"
        for claim in CLAIMS
        if faults in claim.faults
    )


def _with_left_out(
    found: Mapping[Pair, Sequence[Cell]], design: str, item: FaultClass
) -> list[Cell]:
    """The cells of a pair, those with it that were left out, and why."""
    explored = {cell.slug: cell for cell in found.get((design, item.slug), ())}
    bounds = tuple(scope.bounds for scope in item.scopes)
    finding = Finding("not explored", NOT_NAMED if explored else NEEDLESS, bounds)
    return [explored.get(slug) or Cell(design, item.slug, slug, finding) for slug in SLUGS]
