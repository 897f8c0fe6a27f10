"""One session as one row of results: plain numbers, -1 where there is none."""

from __future__ import annotations

from typing import Any

from lastchunk.model.properties.base import (
    Judgement,
    JudgeSettings,
    NotApplicable,
    Unsettled,
    Violation,
)
from lastchunk.model.properties.catalogue import PROPERTIES, SOMETIMES
from lastchunk.model.trace.events import Costs
from lastchunk.model.trace.facts import Facts

OUTCOMES = {
    "prompt": "Completed with every chunk, within the grace and 2 s.",
    "unstopped": "Completed with every chunk, and nobody stopped.",
    "late": "Completed with every chunk, and later than that.",
    "incomplete": "Settled, and declared incomplete.",
    "too early": "Completed before all was recorded and stored; all is stored in the end.",
    "lost": "Completed, and a chunk is stored nowhere at the end.",
    "refused and lost": "The same, and such a chunk was refused.",
    "never finalized": "Neither completed nor declared incomplete at its end.",
    "cut off": "Cut before its end: nothing more is known.",
    "no session": "No session was created.",
}
"""What became of a session, each session exactly one of them; see `outcome_of`."""

TOO_EARLY = ("complete_at_finalization", "not_while_recording")
"""What is violated by a session that is completed before all was recorded and stored."""

COUNTERS = {
    "worker_requests": "Requests of the Worker in front.",
    "requests": "Events of the object, alarm runs included.",
    "alarm_runs": "Runs of ``alarm()``.",
    "rows_read": "Rows of storage read.",
    "rows_written": "Rows of storage written, alarms included.",
    "blob_puts": "Puts to the blob store.",
    "notifications": "Notifications sent.",
    "active_ms": "The time with at least one event in the object.",
}
"""What a session costs, counted (`model.trace.events.Costs`), and what each count means."""

assert tuple(COUNTERS) == Costs._fields[1:]

HELD_CODE, VIOLATED_CODE, NOT_APPLICABLE_CODE, UNSETTLED_CODE = 1, 0, -1, -2

ROW_WORDS = {
    "scenario": "The scenario's name.",
    "design": "The design's name or label.",
    "session": "The number of the session, from 0: the same network for each design.",
    "outcome": "What became of the session, in a word.",
    **{
        slug: f"1 holds, 0 violated, -1 says nothing, -2 cut before it was settled: {item.meaning}"
        for slug, item in PROPERTIES.items()
    },
    **{f"saw_{slug}": f"Whether it was met: {item.meaning}" for slug, item in SOMETIMES.items()},
    "duration_ms": "The time recorded, pauses left out.",
    "chunks": "How many chunks the recorder handed out.",
    "stop_ms": "When the user stopped; -1 where nobody did.",
    "first_completed_ms": "When the session was first completed; -1 where it never was.",
    "completed_ms": "When it was completed for good; -1 where it is not at the end.",
    "last_upload_ms": "When the last chunk was stored; -1 where none was.",
    "delay_ms": "From the stop to ``completed_ms``; -1 where either is missing.",
    "missing_at_finalization": "The most chunks that a completion found not stored.",
    "never_stored": "Chunks recorded that are stored nowhere at the end.",
    "lost_with_tab": "Those of them that were in a closed tab.",
    "refused": "Uploads answered with a 4xx status.",
    "retries": "Uploads sent once more.",
    "messages": "Requests of the page that are no uploads.",
    "stop_wait_ms": "From the stop to the next call that is no upload, or to giving up; -1: none.",
    "thrown": "Exceptions that the design's code did not catch.",
    "violation_ms": "The first violation of any property; -1 where there is none.",
    "ended": "Why the run ended: quiet, completion, horizon or limit.",
    **COUNTERS,
}
"""What each column of a row means."""

ROW_COLUMNS = tuple(ROW_WORDS)
COLUMNS = {
    **ROW_WORDS,
    "uplink_kbps": "The uplink's mean rate until its last transfer ended; nan without one.",
    "request_delay_ms": "The mean of the request legs, transfers left out; nan where none ended.",
    "media_lost_ms": "The recorded media that is stored nowhere.",
    "alarm_writes": "How often the design's code set the alarm.",
}
"""What each column of a frame of results means: those of a row, and what the network gave."""


def check_all(facts: Facts, judge: JudgeSettings) -> dict[str, Judgement]:
    """The judgement of every property on one run."""
    return {slug: item.judge(facts, judge) for slug, item in PROPERTIES.items()}


def outcome_of(facts: Facts, judgements: dict[str, Judgement]) -> str:
    """What became of the session. Each word rests on judgements, so that none can contradict one.

    *Lost* is a session with a chunk that is stored nowhere at its end; *prompt* one whose
    promptness was judged, *unstopped* one that is complete and that nobody stopped. Of a session
    that was cut nothing but that is known: what it lacks may have been on its way.
    """
    if facts.is_cut:
        return "cut off"
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
        **{f"saw_{slug}": facts.has_met(slug) for slug in SOMETIMES},
        "duration_ms": facts.recorded_ms,
        "chunks": facts.recorded_count,
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
        "refused": facts.refusals,
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
    if isinstance(judgement, Unsettled):
        return UNSETTLED_CODE
    return NOT_APPLICABLE_CODE if isinstance(judgement, NotApplicable) else HELD_CODE
