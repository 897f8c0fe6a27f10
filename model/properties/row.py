"""One session as one row of results: plain numbers, -1 where there is none."""

from __future__ import annotations

from typing import Any

from model.properties.base import Judgement, JudgeSettings, NotApplicable, Violation
from model.properties.catalogue import GUARDS, PROPERTIES
from model.trace.events import Costs
from model.trace.facts import Facts

OUTCOMES = ("prompt", "late", "lost", "refused", "never finalized")
"""What became of a session, the best first; each session has exactly one."""

COUNTERS = tuple(name for name in Costs._fields if name != "at_ms")
"""What a session costs, counted; see `model.trace.events.Costs`."""

HELD_CODE, VIOLATED_CODE, NOT_APPLICABLE_CODE = 1, 0, -1

ROW_COLUMNS = (
    "scenario",
    "design",
    "session",
    "outcome",
    *PROPERTIES,
    *(f"saw_{slug}" for slug in GUARDS),
    "duration_ms",
    "chunks",
    "stop_ms",
    "first_completed_ms",
    "completed_ms",
    "last_upload_ms",
    "delay_ms",
    "missing_at_finalization",
    "never_stored",
    "lost_with_tab",
    "refused",
    "retries",
    "violation_ms",
    "ended",
    *COUNTERS,
)


def check_all(facts: Facts, judge: JudgeSettings) -> dict[str, Judgement]:
    """The judgement of every property on one run."""
    return {slug: item.check(facts, judge) for slug, item in PROPERTIES.items()}


def outcome_of(facts: Facts, judgements: dict[str, Judgement]) -> str:
    """What became of the session; the worst that fits, in the order of `OUTCOMES` reversed."""
    if facts.final_completion_ms < 0:
        return "never finalized"
    if any(chunk not in facts.stored for _, chunk, _ in facts.refused):
        return "refused"
    missing = any(missing for _, missing in facts.completions)
    if missing or any(chunk not in facts.stored for chunk in facts.recorded):
        return "lost"
    if isinstance(judgements["finalizes_promptly"], Violation):
        return "late"
    return "prompt"


def row_of(
    facts: Facts, judge: JudgeSettings, scenario: str, design: str, session: int
) -> dict[str, Any]:
    """The row of one session; its keys are `ROW_COLUMNS`, in order."""
    judgements = check_all(facts, judge)
    completed_ms = facts.final_completion_ms
    has_delay = completed_ms >= 0 and facts.stop_ms >= 0
    violations = [item.at_ms for item in judgements.values() if isinstance(item, Violation)]
    return {
        "scenario": scenario,
        "design": design,
        "session": session,
        "outcome": outcome_of(facts, judgements),
        **{slug: _code(item) for slug, item in judgements.items()},
        **{f"saw_{slug}": slug in facts.seen for slug in GUARDS},
        "duration_ms": facts.recorded_ms,
        "chunks": len(facts.recorded),
        "stop_ms": facts.stop_ms,
        "first_completed_ms": facts.completions[0][0] if facts.completions else -1,
        "completed_ms": completed_ms,
        "last_upload_ms": facts.last_upload_ms,
        "delay_ms": completed_ms - facts.stop_ms if has_delay else -1,
        "missing_at_finalization": max((len(m) for _, m in facts.completions), default=0),
        "never_stored": sum(chunk not in facts.stored for chunk in facts.recorded),
        "lost_with_tab": sum(
            chunk in facts.held for chunk in facts.recorded if chunk not in facts.stored
        ),
        "refused": len(facts.refused),
        "retries": facts.retries,
        "violation_ms": min(violations, default=-1),
        "ended": facts.ended,
        **{name: getattr(facts.costs, name) if facts.costs else 0 for name in COUNTERS},
    }


def _code(judgement: Judgement) -> int:
    if isinstance(judgement, Violation):
        return VIOLATED_CODE
    return NOT_APPLICABLE_CODE if isinstance(judgement, NotApplicable) else HELD_CODE
