"""What exploring adds to a review: every schedule of a scope, a counterexample, and a map.

The designs are judged in the default scope, with the deployed times, and so is the map. Where the
verdict turns to the ms is shown in a scope of its own, whose times of a few ms are made up.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from lastchunk.model.base.errors import InputError
from lastchunk.model.base.workers import workers_or_here
from lastchunk.model.design.load import load_design
from lastchunk.model.explore.region import ExactRegion, exact_region
from lastchunk.model.explore.threshold import Threshold, find_threshold
from lastchunk.model.explore.verify import DEFAULT_SCOPE, Budget, Verification, verify
from lastchunk.model.explore.witness.counterexample import Counterexample
from lastchunk.model.explore.witness.words import explanation
from lastchunk.model.properties import PROPERTIES
from lastchunk.model.scenario.load import load_scenario
from lastchunk.reports.claims.conditions import Condition, ask_conditions, deployed_map
from lastchunk.reports.region.measured import MeasuredTimes, measured_uploads

MAP_SCOPE = "small-scope"
SLUG = "complete_at_finalization"
ALONG = "grace_ms"
MAPPED = "alarm"
MEASURED = "cellular-lte"
"""Whose uploads stand beneath the map of the deployed times: a measured uplink."""
BUDGET = Budget(seconds=60)


@dataclass(frozen=True)
class Proofs:
    """The default scope explored for each design; ``refused`` are those it cannot be, and why.

    ``example`` is the widest schedule just below the boundary of the grace, where there is one.
    ``deployed`` maps the grace with the deployed times, ``sampled`` is how long uploads take.
    """

    verifications: tuple[Verification, ...]
    refused: tuple[tuple[str, str], ...]
    threshold: Threshold | None
    example: Counterexample | None
    conditions: tuple[Condition, ...] = ()
    deployed: ExactRegion | None = None
    sampled: MeasuredTimes | None = None


def make_proofs(designs: Sequence[str], sessions: int, seed: int = 1, workers: int = 1) -> Proofs:
    """Explore the default scope for each design; map the alarm design if it is among them.

    ``sessions`` are sampled for how long uploads take. Each question is a task for the ``workers``.
    """
    with workers_or_here(workers) as executor:
        proofs = [executor.submit(_prove, reference, BUDGET) for reference in designs]
        turn = executor.submit(_turn, BUDGET) if MAPPED in designs else None
        conditions = ask_conditions(designs, executor)
        deployed = exact_region(deployed_map(), executor) if MAPPED in designs else None
        sampled = _sampled_uploads(sessions, seed) if deployed is not None else None
        found = [future.result() for future in proofs]
        done = tuple(item for item in found if isinstance(item, Verification))
        refused = tuple(item for item in found if not isinstance(item, Verification))
        threshold, example = turn.result() if turn is not None else (None, None)
        known = tuple(future.result() for future in conditions)
    return Proofs(done, refused, threshold, example, known, deployed, sampled)


def _sampled_uploads(sessions: int, seed: int) -> MeasuredTimes | None:
    """How long uploads take on a measured uplink; None where nothing is sampled."""
    if not sessions:
        return None
    return measured_uploads(load_scenario(MEASURED), MAPPED, sessions, seed, "upload")


def _prove(reference: str, budget: Budget) -> Verification | tuple[str, str]:
    """The default scope of a design; or its name, and why it cannot be explored."""
    scenario = load_scenario(DEFAULT_SCOPE)
    spec = load_design(reference, scenario)
    try:
        return verify(scenario, spec, None, budget, kinds=("shortest",))
    except InputError as error:
        return reference, str(error)


def _turn(budget: Budget) -> tuple[Threshold, Counterexample | None]:
    """Where the verdict of the mapped design turns, and the widest schedule just below it."""
    threshold = find_threshold(MAP_SCOPE, [], MAPPED, SLUG, ALONG, budget)
    if threshold.below != "violated":
        return threshold, None
    scenario = load_scenario(MAP_SCOPE, [f"{ALONG}={threshold.below_ms}"])
    found = verify(scenario, load_design(MAPPED, scenario), [SLUG], budget)
    return threshold, next(x for x in found.counterexamples[SLUG] if x.kind == "widest")


def kind_in(item: Verification, slug: str) -> str:
    """What exploring says of a property; *not asked* where no schedule says anything of it."""
    verdict = item.verdicts.get(slug)
    return "not asked" if verdict is None or slug in item.silent else verdict.kind


def proof_table(proofs: Proofs) -> dict[str, Any]:
    """One row a property, one column a design; and under it how much was explored."""
    names = [item.design.name for item in proofs.verifications]
    rows = [
        [slug, *(kind_in(item, slug) for item in proofs.verifications)]
        for slug in PROPERTIES
        if any(slug in item.verdicts for item in proofs.verifications)
    ]
    for words, values in (
        ("state classes", [f"{item.classes:,}" for item in proofs.verifications]),
        ("seconds", [f"{item.seconds:.1f}" for item in proofs.verifications]),
        ("longest to finalization, ms", [_late(item) for item in proofs.verifications]),
    ):
        rows.append([words, *values])
    return {"columns": ["property", *names], "rows": rows}


def _late(item: Verification) -> str:
    return "no bound" if item.late_ms is None else f"{item.late_ms:,}"


def scope_block(proofs: Proofs) -> dict[str, Any] | None:
    """The scope that the table is of: its title, what it is, and what it assumes, in words."""
    if not proofs.verifications:
        return None
    scenario = proofs.verifications[0].scenario
    return {
        "name": scenario.name,
        "title": scenario.title,
        "summary": scenario.summary,
        "assumptions": scope_assumptions(proofs.verifications),
    }


def scope_assumptions(items: Sequence[Verification]) -> list[str]:
    """What is assumed of all designs, then what is assumed of one alone."""
    said = [item.assumptions for item in items]
    common = [line for line in said[0] if all(line in lines for lines in said)]
    own = [
        f"{item.design.name}: {line}"
        for item in items
        for line in item.assumptions
        if line not in common
    ]
    return [*common, *own]


def proof_words(proofs: Proofs) -> list[str]:
    """What stands under the table."""
    return [f"{name} cannot be explored: {why}" for name, why in proofs.refused] + [
        f"{item.design.name}: {line}" for item in proofs.verifications for line in item.unsaid
    ]


def map_words(proofs: Proofs) -> list[str]:
    """Where a verdict turns in the scope of the map, with its counterexample."""
    if proofs.threshold is None:
        return []
    lines = [
        f"Where the verdict turns, in another scope: {MAP_SCOPE}, with made-up times of a few ms, "
        "so that it can be drawn. The chunks are there at once, no create is sent and a put takes "
        "no time; a verdict there says nothing of the deployed settings.",
        "Alarm design: " + proofs.threshold.sentence(),
    ]
    if proofs.example is not None:
        lines += explanation(proofs.example).splitlines()
    return lines
