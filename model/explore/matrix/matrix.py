"""The verdict matrix: designs by properties by classes of faults, each cell explored.

A cell is *proved* within bounds that it states, *violated* with a session to replay, *impossible*
with the reason and the best possible, *unknown* with the reason, or *not asked*, where no schedule
of its class says anything about its property. A class has several scopes: one violation violates a
cell and ends exploring for it, every scope that says anything must prove it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from lastchunk.model.base.errors import InputError
from lastchunk.model.base.pictures import Paged
from lastchunk.model.base.workers import check_workers
from lastchunk.model.design.load import (
    DesignLike,
    DesignSpec,
    find_class,
    load_design,
    sent_spec,
    several_designs,
    to_send,
)
from lastchunk.model.explore.matrix.cells import SLUGS, Cell
from lastchunk.model.explore.matrix.fault_classes import BUILDERS, FaultClass
from lastchunk.model.explore.matrix.pairs import Pair, costliest_first, explore_pairs
from lastchunk.model.explore.verify import Budget, check_budget

if TYPE_CHECKING:
    import pandas as pd

MATRIX_DESIGNS = (
    "manual",
    "alarm",
    "short-grace",
    "re-read",
    "leases",
    "manifest",
    "lazy-alarm",
)
CHUNKS_MAX = 6


@dataclass(frozen=True)
class Matrix(Paged):
    """All cells, by design, class and property in order.

    ``budget_s`` bounds what is explored for each group of properties of a design and class.
    ``origin`` says what the cells rest on where they were not explored just now. ``labelled`` are
    the designs that stand under a label with settings of their own, by it.
    """

    designs: tuple[str, ...]
    faults: tuple[FaultClass, ...]
    cells: tuple[Cell, ...]
    chunks: int
    budget_s: float
    slugs: tuple[str, ...] = field(default=SLUGS)
    origin: str = ""
    labelled: Mapping[str, DesignSpec] = field(default_factory=dict)

    def __repr__(self) -> str:
        counts = Counter(cell.kind for cell in self.cells)
        size = f"{len(self.designs)} designs, {len(self.faults)} classes of faults"
        words = ", ".join(f"{count} {kind}" for kind, count in sorted(counts.items()))
        return f"<Matrix of {size}, {self.chunks} chunks: {words}>"

    def cell(self, design: str, faults: str, slug: str) -> Cell:
        """One cell. Raises `InputError` where there is none of that name."""
        for cell in self.cells:
            if (cell.design, cell.faults, cell.slug) == (design, faults, slug):
                return cell
        allowed = "a design, a class of faults and a property of this matrix"
        raise InputError("cell", (design, faults, slug), allowed)

    def to_frame(self) -> pd.DataFrame:
        """One row a cell; ``best`` and ``reached`` are empty where the property can hold."""
        import pandas as pd  # slow to import, and exploring needs none of it

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
                "state_classes": cell.finding.state_classes,
                "wall_s": cell.finding.wall_s,
            }
            for cell in self.cells
        ]
        return pd.DataFrame(rows)


def matrix(
    designs: Sequence[DesignLike] | DesignLike = MATRIX_DESIGNS,
    chunks: int = 3,
    seconds: float = 180.0,
    workers: int = 1,
    faults: Sequence[str] | None = None,
    progress: Callable[[int], None] | None = None,
) -> Matrix:
    """Explore every cell; the cells are the same for any number of ``workers``.

    A design is a class, a name, ``file.py:Class``, or a label with one of these and settings.
    ``seconds`` bounds each chain of explorations of a class: what takes longer is *unknown*, so a
    slow machine may know less. ``progress`` is told of each finished pair of design and class.
    Raises `InputError`.
    """
    sent = [to_send(item) for item in (several_designs(designs) if designs else [])]
    given = dict(sent)
    names, classes = check_bounds(
        [name for name, _ in sent], chunks, seconds, workers, faults, given
    )
    pairs = [(name, item.slug) for name in names for item in classes]
    order = costliest_first(pairs)
    found = explore_pairs(order, chunks, seconds, workers, progress, given)
    whole = matrix_of(found, names, classes, chunks, seconds)
    return replace(whole, labelled=_labelled(given))


def _labelled(given: Mapping[str, DesignLike]) -> dict[str, DesignSpec]:
    """The designs that no reference tells, by their labels, with their settings."""
    specs = {name: sent_spec(item) for name, item in given.items()}
    return {
        name: load_design(given[name])
        for name, spec in specs.items()
        if spec is not None and name != spec.reference
    }


def matrix_of(
    found: Mapping[Pair, Sequence[Cell]],
    designs: Sequence[str],
    faults: Sequence[FaultClass],
    chunks: int,
    seconds: float,
) -> Matrix:
    """The matrix of what was explored, in the order of its designs and classes."""
    cells = tuple(cell for name in designs for item in faults for cell in found[name, item.slug])
    return Matrix(tuple(designs), tuple(faults), cells, chunks, seconds)


def check_bounds(
    designs: Sequence[str],
    chunks: int,
    seconds: float,
    workers: int = 1,
    faults: Sequence[str] | None = None,
    given: Mapping[str, DesignLike] | None = None,
) -> tuple[list[str], list[FaultClass]]:
    """The designs and the classes, known and each once. Raises `InputError`."""
    check_workers(workers)
    names = list(designs)
    sent = {name: sent_spec(item) for name, item in (given or {}).items()}
    known = [find_class(name)[0] if sent.get(name) is None else name for name in names]
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
