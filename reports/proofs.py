"""What exploring adds to a review: the small scope proved or not, a counterexample, and a map."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from model.design import load_design
from model.errors import InputError
from model.explore.counterexample import Counterexample
from model.explore.threshold import Threshold, find_threshold
from model.explore.verify import Budget, Verification, verify
from model.explore.words import explanation
from model.properties import PROPERTIES, Violation
from model.scenario.load import load_scenario
from model.simulate import simulate
from reports.conditions import Condition, find_conditions

SCOPE = "small-scope"
SLUG = "complete_at_finalization"
ACROSS, ALONG = "high_ms", "grace_ms"
VALUES = (2, 4, 6, 8, 10, 12)
MAPPED = "alarm"


@dataclass(frozen=True)
class Region:
    """A map: exact boundaries by ``ACROSS``, and sampled failure rates by (along, across)."""

    boundaries: tuple[tuple[int, Threshold], ...]
    columns: tuple[int, ...]
    rows: tuple[int, ...]
    rates: tuple[tuple[float, ...], ...]


@dataclass(frozen=True)
class Proofs:
    """The small scope explored for each design; ``refused`` are those it cannot be for, and why.

    ``example`` is the widest schedule just below the boundary of the grace, where there is one.
    """

    verifications: tuple[Verification, ...]
    refused: tuple[tuple[str, str], ...]
    threshold: Threshold | None
    example: Counterexample | None
    region: Region | None
    conditions: tuple[Condition, ...] = ()


def make_proofs(designs: Sequence[str], sessions: int, seed: int = 1) -> Proofs:
    """Explore the small scope for each design; map the alarm design if it is among them.

    ``sessions`` are sampled for each point of the map.
    """
    done, refused = [], []
    budget = Budget(seconds=60)
    for reference in designs:
        scenario = load_scenario(SCOPE)
        try:
            done.append(verify(scenario, load_design(reference, scenario), None, budget))
        except InputError as error:
            refused.append((reference, str(error)))
    threshold = example = region = None
    if MAPPED in designs:
        threshold = find_threshold(SCOPE, [], MAPPED, SLUG, ALONG, budget)
        if threshold.below == "violated":
            scenario = load_scenario(SCOPE, [f"{ALONG}={threshold.below_ms}"])
            found = verify(scenario, load_design(MAPPED, scenario), [SLUG], budget)
            example = next(x for x in found.counterexamples[SLUG] if x.kind == "widest")
        region = make_region(sessions, seed, budget)
    conditions = tuple(find_conditions(designs))
    return Proofs(tuple(done), tuple(refused), threshold, example, region, conditions)


def make_region(sessions: int, seed: int, budget: Budget) -> Region:
    """The exact boundary of the grace for each longest leg, and what sampling sees around it."""
    boundaries = tuple(
        (value, find_threshold(SCOPE, [f"{ACROSS}={value}"], MAPPED, SLUG, ALONG, budget))
        for value in VALUES
    )
    highest = max(limit.above_ms or 0 for _, limit in boundaries)
    rows = tuple(range(1, highest + 4, max(1, highest // 12)))
    rates = tuple(
        tuple(_sampled(value, grace_ms, sessions, seed) for value in VALUES) for grace_ms in rows
    )
    return Region(boundaries, VALUES, rows, rates)


def _sampled(value: int, grace_ms: int, sessions: int, seed: int) -> float:
    scenario = load_scenario(SCOPE, [f"{ACROSS}={value}", f"{ALONG}={grace_ms}"])
    design = load_design(MAPPED, scenario)
    failed = 0
    for session in range(sessions):
        run = simulate(scenario, design, seed, session)
        failed += isinstance(PROPERTIES[SLUG].check(run.facts, run.judge), Violation)
    return failed / sessions if sessions else 0.0


def proof_table(proofs: Proofs) -> dict[str, Any]:
    """One row a property, one column a design, and how much was explored."""
    names = [item.design.name for item in proofs.verifications]
    rows = []
    for slug in PROPERTIES:
        found = [item.verdicts.get(slug) for item in proofs.verifications]
        if any(found):
            rows.append([slug, *("says nothing" if v is None else v.kind for v in found)])
    for words, values in (
        ("state classes", [f"{item.classes:,}" for item in proofs.verifications]),
        ("seconds", [f"{item.seconds:.1f}" for item in proofs.verifications]),
        ("longest to finalization, ms", [_late(item) for item in proofs.verifications]),
    ):
        rows.append([words, *values])
    return {"columns": ["property", *names], "rows": rows}


def _late(item: Verification) -> str:
    return "no bound" if item.late_ms is None else f"{item.late_ms:,}"


def proof_words(proofs: Proofs) -> list[str]:
    """What stands beside the table."""
    lines = [f"{name} cannot be explored: {why}" for name, why in proofs.refused]
    if proofs.threshold is not None:
        lines.append("Alarm design: " + proofs.threshold.sentence())
    if proofs.example is not None:
        lines += explanation(proofs.example).splitlines()
    return lines
