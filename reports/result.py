"""``result.json``: the verdicts for programs, checked against ``result.schema.json``."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from lastchunk.model.base.verdict import Verdict
from lastchunk.model.estimate.comparison import Comparison
from lastchunk.model.properties import OUTCOMES
from lastchunk.reports.base.pooled import Pooled
from lastchunk.reports.claims.by_cost import costs_of
from lastchunk.reports.claims.ledger import Ledger, ledger, ledger_json
from lastchunk.reports.proofs import Proofs, kind_in, scope_block
from lastchunk.reports.review import Review, evidence_of

SCHEMA_PATH = Path(__file__).parent / "result.schema.json"
SCHEMA_VERSION = 3


def schema() -> dict[str, Any]:
    """The JSON schema of `result`."""
    data: dict[str, Any] = json.loads(SCHEMA_PATH.read_text(encoding="utf-8"))
    return data


def result(review: Review, found: Ledger | None = None) -> dict[str, Any]:
    """The review as plain data. Pooled verdicts stand under ``designs``, each scenario's below.

    ``found`` is the ledger, where it is made already.
    """
    return {
        "schema_version": SCHEMA_VERSION,
        "designs": {
            design: {
                "properties": {
                    slug: pooled(item)
                    for slug in review.slugs
                    if (item := review.pooled(design, slug)) is not None
                }
            }
            for design in review.designs
        },
        "claims": ledger_json(found or ledger(evidence_of(review))),
        "scenarios": {item.scenario.name: _scenario(item) for item in review.comparisons},
        "every_schedule": None if review.proofs is None else every_schedule(review.proofs),
        "provenance": provenance(review),
    }


def every_schedule(proofs: Proofs) -> dict[str, Any] | None:
    """The scope that was explored whole: what it assumes, and the verdict of each design."""
    scope = scope_block(proofs)
    return scope and {
        "scope": scope["name"],
        "assumptions": scope["assumptions"],
        "designs": {
            item.design.name: {
                "properties": {slug: kind_in(item, slug) for slug in item.verdicts},
                "state_classes": item.classes,
                "late_ms": item.late_ms,
            }
            for item in proofs.verifications
        },
    }


def _scenario(item: Comparison) -> dict[str, Any]:
    return {
        "title": item.scenario.title,
        "sessions": item.sessions,
        "designs": {
            name: {
                "properties": {slug: verdict(found) for slug, found in verdicts.items()},
                "outcomes": outcome_counts(item, name),
                "costs": costs(item, name),
            }
            for name, verdicts in item.verdicts.items()
        },
    }


def costs(item: Comparison, design: str) -> dict[str, float | None]:
    """Dollars per million sessions, completed sessions and stored chunks; None where none is."""
    spent = costs_of(item, design)
    assert spent is not None, "a design of the comparison has rows"
    return {
        "per_million_sessions": spent.per_session,
        "low": spent.low,
        "high": spent.high,
        "per_million_completed": spent.per_completed,
        "per_million_stored_chunks": spent.per_chunk,
    }


def outcome_counts(item: Comparison, design: str) -> dict[str, int]:
    """The sessions of a design by outcome, the best outcome first."""
    row = item.outcomes().loc[design].to_numpy()
    return {outcome: int(count) for outcome, count in zip(OUTCOMES, row, strict=True)}


def pooled(found: Pooled) -> dict[str, Any]:
    """The verdicts of all scenarios on one property: counts and a range, and never one rate."""
    rates = [item.rate for item in found.speaking if item.verdict.sessions]
    return {
        "verdict": found.kind,
        "reason": found.reason,
        "sessions": found.sessions,
        "violations": found.violations,
        "unsettled": sum(item.verdict.unsettled for item in found.found),
        "rate_min": min(rates, default=None),
        "rate_max": max(rates, default=None),
        "violated_in": [item.name for item in found.of_kind("violated")],
        "unknown_in": [item.name for item in found.of_kind("unknown")],
        "nothing_said_in": [item.name for item in found.found if item.is_silent],
    }


def verdict(found: Verdict) -> dict[str, Any]:
    """One verdict as plain data."""
    return {
        "verdict": found.kind,
        "sessions": found.sessions,
        "violations": found.violations,
        "unsettled": found.unsettled,
        "low": found.low,
        "high": found.high,
        "reason": found.reason,
        "witness_session": found.witness_session if found.witness_session >= 0 else None,
    }


def provenance(review: Review) -> dict[str, Any]:
    """Where the numbers come from, and how to get them again."""
    return {
        "version": review.version,
        "command": review.command,
        "seed": review.comparisons[0].seed,
        "machine": review.machine,
        "wall_seconds": round(review.wall_seconds, 3),
        "settings": {
            item.scenario.name: item.scenario.model_dump(
                mode="json", exclude_none=True, exclude={"name", "title", "summary", "parameters"}
            )
            for item in review.comparisons
        },
        "design_settings": {
            design.name: vars(design.settings) for design in review.comparisons[0].designs
        },
        "matrix": None
        if review.matrix is None
        else {
            "designs": list(review.matrix.designs),
            "fault_classes": [item.slug for item in review.matrix.faults],
            "chunks": review.matrix.chunks,
            "budget_s": review.matrix.budget_s,
        },
    }
