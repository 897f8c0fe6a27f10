"""One session as one row of results: plain numbers, -1 where there is none."""

from __future__ import annotations

from typing import Any

from lastchunk.model.properties.base import Judgement, JudgeSettings, NotApplicable, Violation
from lastchunk.model.properties.catalogue import PROPERTIES, SOMETIMES
from lastchunk.model.trace.events import Costs
from lastchunk.model.trace.facts import Facts

OUTCOMES = (
    "prompt",
    "unstopped",
    "late",
    "incomplete",
    "too early",
    "lost",
    "refused and lost",
    "never finalized",
    "cut off",
    "no session",
)
"""What became of a session, each session exactly one of them; see `outcome_of`."""

TOO_EARLY = ("complete_at_finalization", "not_while_recording")
"""What is violated by a session that is completed before all was recorded and stored."""

COUNTERS = tuple(name for name in Costs._fields if name != "at_ms")
"""What a session costs, counted; see `model.trace.events.Costs`."""

HELD_CODE, VIOLATED_CODE, NOT_APPLICABLE_CODE = 1, 0, -1

ROW_COLUMNS = (
    "scenario",
    "design",
    "session",
    "outcome",
    *PROPERTIES,
    *(f"saw_{slug}" for slug in SOMETIMES),
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
    "messages",
    "stop_wait_ms",
    "thrown",
    "violation_ms",
    "ended",
    *COUNTERS,
)


def check_all(facts: Facts, judge: JudgeSettings) -> dict[str, Judgement]:
    """The judgement of every property on one run."""
    return {slug: item.check(facts, judge) for slug, item in PROPERTIES.items()}


def outcome_of(facts: Facts, judgements: dict[str, Judgement]) -> str:
    """What became of the session. Each word rests on judgements, so that none can contradict one.

    *Lost* is a session with a chunk that is stored nowhere at its end; *prompt* one whose
    promptness was judged, *unstopped* one that is complete and that nobody stopped.
    """
    if facts.final_completion_ms < 0:
        return _outcome_without_completion(facts, judgements["finalizes"])
    if isinstance(judgements["nothing_lost"], Violation):
        refused = any(chunk not in facts.stored for _, chunk, _ in facts.refused)
        return "refused and lost" if refused else "lost"
    if any(isinstance(judgements[slug], Violation) for slug in TOO_EARLY):
        return "too early"
    if any(chunk not in facts.stored for chunk in facts.recorded):
        return "cut off"
    promptly = judgements["finalizes_promptly"]
    if isinstance(promptly, NotApplicable):
        return "unstopped"
    return "late" if isinstance(promptly, Violation) else "prompt"


def _outcome_without_completion(facts: Facts, settled: Judgement) -> str:
    """A session that is not completed at its end: ``settled`` is what `finalizes` says of it."""
    if isinstance(settled, Violation):
        return "never finalized"
    if isinstance(settled, NotApplicable):
        return "cut off" if facts.status else "no session"
    return "incomplete"


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
        **{slug: row_code(item) for slug, item in judgements.items()},
        **{f"saw_{slug}": slug in facts.seen for slug in SOMETIMES},
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
            chunk in facts.in_closed_tab for chunk in facts.recorded if chunk not in facts.stored
        ),
        "refused": len(facts.refused),
        "retries": facts.retries,
        "messages": facts.messages,
        "stop_wait_ms": facts.stop_told_ms - facts.stop_ms if facts.stop_told_ms >= 0 else -1,
        "thrown": facts.thrown,
        "violation_ms": min(violations, default=-1),
        "ended": facts.ended,
        **{name: getattr(facts.costs, name) if facts.costs else 0 for name in COUNTERS},
    }


def row_code(judgement: Judgement) -> int:
    """A judgement as a number of a row."""
    if isinstance(judgement, Violation):
        return VIOLATED_CODE
    return NOT_APPLICABLE_CODE if isinstance(judgement, NotApplicable) else HELD_CODE
