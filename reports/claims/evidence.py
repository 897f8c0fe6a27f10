"""What the claims are judged by: sessions, exact conditions, proofs, and a verdict matrix.

A report has all of them, a matrix on its own has but itself. What there is none of is left empty,
and what it would have said is said by nobody.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from lastchunk.model.base.errors import InputError
from lastchunk.model.design.load import find_class
from lastchunk.model.estimate.comparison import Comparison
from lastchunk.model.explore.matrix.matrix import Matrix
from lastchunk.model.explore.verify import Verification
from lastchunk.reports.base.schedules import EXAMPLES
from lastchunk.reports.claims.conditions import Condition


@dataclass(frozen=True)
class Evidence:
    """``classes`` are the designs to judge by name, None where a class is not at hand.

    ``schedules`` is the folder of the matrix's schedules, as seen from the page with the ledger.
    """

    classes: Mapping[str, Any]
    comparisons: tuple[Comparison, ...] = ()
    conditions: tuple[Condition, ...] = ()
    verifications: tuple[Verification, ...] = ()
    matrix: Matrix | None = None
    schedules: str = EXAMPLES

    @property
    def designs(self) -> list[str]:
        """The names of the designs, in the order in which they were given."""
        return list(self.classes)

    def settings(self, design: str) -> Any:
        """The settings that a design ran with; None, its defaults, where no session was run."""
        specs = [spec for item in self.comparisons for spec in item.designs]
        return next((spec.settings for spec in specs if spec.name == design), None)


def evidence_of_matrix(matrix: Matrix) -> Evidence:
    """A matrix alone: no session was run for it."""
    known = {name: spec.cls for name, spec in matrix.labelled.items()}
    classes = {name_of(item): known.get(item) or _class_of(item) for item in matrix.designs}
    return Evidence(classes, matrix=matrix)


def name_of(reference: str) -> str:
    """The name of a design by its reference: a shipped name, or the class of ``file.py:Class``."""
    return reference.rpartition(":")[2]


def _class_of(reference: str) -> Any:
    """The class of a design; None where its file has gone since it was explored."""
    try:
        return find_class(reference)[1]
    except InputError:
        return None
