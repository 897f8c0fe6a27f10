"""A review: everything that a report says, gathered before anything is written."""

from __future__ import annotations

import platform
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from importlib.metadata import version
from typing import Any

import pandas as pd

from lastchunk.model.estimate.comparison import Comparison
from lastchunk.model.estimate.intervals import Paired
from lastchunk.model.estimate.space import Axis
from lastchunk.model.explore.matrix.matrix import Matrix
from lastchunk.model.properties import PROPERTIES
from lastchunk.model.simulate import Run
from lastchunk.reports.base.pooled import Pooled, ScenarioVerdict
from lastchunk.reports.base.schedules import EXAMPLES, MATRIX_FOLDER
from lastchunk.reports.claims.conditions import Condition
from lastchunk.reports.claims.evidence import Evidence
from lastchunk.reports.proofs import Proofs
from lastchunk.reports.simplicity import Portrait, portrait_of

AUDIENCES = ("review", "ci")
"""Who a report is for: a design review reads all of it, a log of CI what decides."""


@dataclass(frozen=True)
class Front:
    """What stands on a report's front beside what is found; empty where nobody said it.

    ``date`` is as it was given: a report reads no clock, so the same review is the same bytes.
    """

    title: str = ""
    author: str = ""
    question: str = ""
    date: str = ""
    audience: str = "review"


@dataclass(frozen=True)
class Review:
    """Comparisons, sweeps, one failing session of each design, and where all of it comes from.

    ``arguments`` holds by scenario name what the command line was given for it, to replay it;
    ``costs`` is what `model.estimate.costs.cost_table` returned, ``matrix`` is of these designs,
    ``conformance`` what `lastchunk conform` has written, ``portraits`` those made ahead.
    """

    comparisons: tuple[Comparison, ...]
    sweeps: tuple[tuple[Axis, pd.DataFrame], ...]
    failures: tuple[Run, ...]
    command: str
    wall_seconds: float
    version: str
    machine: str
    arguments: Mapping[str, Sequence[str]]
    proofs: Proofs | None = None
    costs: pd.DataFrame | None = None
    matrix: Matrix | None = None
    conformance: dict[str, Any] | None = None
    front: Front = Front()
    portraits: Mapping[str, Portrait] = field(default_factory=dict)

    def portrait(self, design: str) -> Portrait:
        """The portrait of a shipped design: as it was brought, else made now."""
        return self.portraits.get(design) or portrait_of(design)

    @property
    def conditions(self) -> tuple[Condition, ...]:
        """What exploring found of the conditions of the claims."""
        return self.proofs.conditions if self.proofs is not None else ()

    @property
    def designs(self) -> list[str]:
        """The names of the designs, in the order in which they were given."""
        return [design.name for design in self.comparisons[0].designs]

    @property
    def slugs(self) -> list[str]:
        """The properties that some design was asked under some scenario, in order."""
        asked = [verdicts for item in self.comparisons for verdicts in item.verdicts.values()]
        found = {slug for verdicts in asked for slug in verdicts}
        return [slug for slug in PROPERTIES if slug in found]

    def pooled(self, design: str, slug: str) -> Pooled | None:
        """What all scenarios say of a property; None where it was not asked."""
        found = tuple(
            ScenarioVerdict(item.scenario.name, item.scenario.title, verdict)
            for item in self.comparisons
            if (verdict := item.verdicts[design].get(slug)) is not None
        )
        return Pooled(found) if found else None

    def pairs(self, slug: str) -> list[Paired]:
        """The first two designs compared in each scenario that speaks of both."""
        return [found[slug] for found in self._paired if slug in found]

    @cached_property
    def _paired(self) -> list[dict[str, Paired]]:
        a, b = self.designs[:2]
        return [item.paired(a, b) for item in self.comparisons]


def make_review(
    comparisons: Sequence[Comparison],
    sweeps: Sequence[tuple[Axis, pd.DataFrame]],
    command: str,
    wall_seconds: float,
    arguments: Mapping[str, Sequence[str]] | None = None,
    proofs: Proofs | None = None,
    costs: pd.DataFrame | None = None,
    matrix: Matrix | None = None,
    conformance: dict[str, Any] | None = None,
    front: Front | None = None,
    portraits: Mapping[str, Portrait] | None = None,
) -> Review:
    """Gather a review; the earliest failing session of each design is run again to be drawn."""
    return Review(
        tuple(comparisons),
        tuple(sweeps),
        tuple(_failures(comparisons)),
        command,
        wall_seconds,
        version("lastchunk"),
        f"{platform.system()} {platform.machine()}, Python {platform.python_version()}",
        arguments or {},
        proofs,
        costs,
        matrix,
        conformance,
        front or Front(),
        portraits or {},
    )


def _failures(comparisons: Sequence[Comparison]) -> list[Run]:
    """The earliest failing session of each design, by completeness first, then by anything."""
    runs = []
    for design in comparisons[0].designs:
        found = [(_rank(item, design.name), item) for item in comparisons]
        rank, item = min(found, key=lambda pair: pair[0])
        run = item.earliest_failure(design.name, rank[2])
        if run is not None:
            runs.append(run)
    return runs


def _rank(item: Comparison, design: str) -> tuple[int, int, str]:
    """How telling a scenario's earliest failure is: the property's place, then the session."""
    for place, slug in enumerate(PROPERTIES):
        verdict = item.verdicts[design].get(slug)
        if verdict is not None and verdict.witness_session >= 0:
            return place, verdict.witness_session, slug
    return len(PROPERTIES), 0, ""


def evidence_of(review: Review) -> Evidence:
    """All that a report has gathered."""
    return Evidence(
        {design.name: design.cls for design in review.comparisons[0].designs},
        review.comparisons,
        review.conditions,
        review.proofs.verifications if review.proofs is not None else (),
        review.matrix,
        f"{MATRIX_FOLDER}/{EXAMPLES}",
    )
