"""``result.json``: the verdicts for programs, checked against ``result.schema.json``."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from model.estimate.comparison import Comparison
from model.properties import OUTCOMES
from model.verdict import Verdict
from reports.evidence import evidence_of
from reports.ledger import ledger, ledger_json
from reports.review import Review

SCHEMA_PATH = Path(__file__).parent / "result.schema.json"
SCHEMA_VERSION = 1


def schema() -> dict[str, Any]:
    """The JSON schema of `result`."""
    data: dict[str, Any] = json.loads(SCHEMA_PATH.read_text(encoding="utf-8"))
    return data


def result(review: Review) -> dict[str, Any]:
    """The review as plain data. Pooled verdicts stand under ``designs``, each scenario's below."""
    return {
        "schema_version": SCHEMA_VERSION,
        "designs": {
            design: {
                "properties": {
                    slug: verdict(found)
                    for slug in review.slugs
                    if (found := review.pooled(design, slug)) is not None
                }
            }
            for design in review.designs
        },
        "claims": ledger_json(ledger(evidence_of(review))),
        "scenarios": {item.scenario.name: _scenario(item) for item in review.comparisons},
        "provenance": provenance(review),
    }


def _scenario(item: Comparison) -> dict[str, Any]:
    return {
        "title": item.scenario.title,
        "sessions": item.sessions,
        "designs": {
            name: {
                "properties": {slug: verdict(found) for slug, found in verdicts.items()},
                "outcomes": outcome_counts(item, name),
            }
            for name, verdicts in item.verdicts.items()
        },
    }


def outcome_counts(item: Comparison, design: str) -> dict[str, int]:
    """The sessions of a design by outcome, the best outcome first."""
    row = item.outcomes().loc[design].to_numpy()
    return {outcome: int(count) for outcome, count in zip(OUTCOMES, row, strict=True)}


def verdict(found: Verdict) -> dict[str, Any]:
    """One verdict as plain data."""
    return {
        "verdict": found.kind,
        "sessions": found.sessions,
        "violations": found.violations,
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
            "seconds": review.matrix.seconds,
        },
    }
