"""A review: everything that a report says, gathered before anything is written."""

from __future__ import annotations

import platform
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import version

import pandas as pd

from model.estimate.comparison import Comparison
from model.estimate.intervals import Paired, paired, upper_bound_if_none, wilson
from model.estimate.sweep import Axis
from model.explore.matrix import Matrix
from model.properties import PROPERTIES
from model.simulate import Run
from model.verdict import Verdict
from reports.conditions import Condition
from reports.proofs import Proofs


@dataclass(frozen=True)
class Review:
    """Comparisons, sweeps, one failing session of each design, and where all of it comes from.

    ``arguments`` holds by scenario name what the command line was given for it, to replay it;
    ``costs`` is what `model.estimate.costs.cost_table` returned, ``matrix`` is of these designs.
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

    def pooled(self, design: str, slug: str) -> Verdict | None:
        """The verdict on a property over all scenarios: violated if it is so in any.

        None where it was not asked.
        """
        found = [item.verdicts[design].get(slug) for item in self.comparisons]
        verdicts = [verdict for verdict in found if verdict is not None]
        if not verdicts:
            return None
        if len(verdicts) == 1:
            return verdicts[0]
        sessions = sum(verdict.sessions for verdict in verdicts)
        violations = sum(verdict.violations for verdict in verdicts)
        if violations:
            bounds = wilson(violations, sessions)
            return Verdict("violated", sessions, violations, bounds.low, bounds.high)
        unknown = [item.scenario.name for item, v in self._with(design, slug) if v == "unknown"]
        high = upper_bound_if_none(sessions) if sessions else 1.0
        if unknown:
            reason = "unknown in " + ", ".join(unknown)
            return Verdict("unknown", sessions, 0, 0.0, high, reason)
        return Verdict("not seen", sessions, 0, 0.0, high)

    def _with(self, design: str, slug: str) -> list[tuple[Comparison, str]]:
        found = [(item, item.verdicts[design].get(slug)) for item in self.comparisons]
        return [(item, verdict.kind) for item, verdict in found if verdict is not None]

    def paired(self, slug: str) -> Paired | None:
        """The first two designs over all scenarios; None where none speaks of both."""
        a, b = self.designs[:2]
        pairs = [found[slug] for item in self.comparisons if slug in (found := item.paired(a, b))]
        if not pairs:
            return None
        both, only_a = sum(p.both for p in pairs), sum(p.only_a for p in pairs)
        only_b, sessions = sum(p.only_b for p in pairs), sum(p.sessions for p in pairs)
        return paired(both, only_a, only_b, sessions - both - only_a - only_b)

    def scenarios_by_verdict(self, design: str, slug: str, kind: str) -> list[str]:
        """The titles of the scenarios in which a property got that kind of verdict."""
        return [item.scenario.title for item, found in self._with(design, slug) if found == kind]


def make_review(
    comparisons: Sequence[Comparison],
    sweeps: Sequence[tuple[Axis, pd.DataFrame]],
    command: str,
    wall_seconds: float,
    arguments: Mapping[str, Sequence[str]] | None = None,
    proofs: Proofs | None = None,
    costs: pd.DataFrame | None = None,
    matrix: Matrix | None = None,
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
