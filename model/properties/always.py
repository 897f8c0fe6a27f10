"""Properties that must hold at every instant of a run."""

from __future__ import annotations

from lastchunk.model.properties.base import (
    HOLDS,
    Judgement,
    JudgeSettings,
    NotApplicable,
    Violation,
)
from lastchunk.model.trace.facts import Facts
from lastchunk.reference_impl.contract import COMPLETED


def named(chunks: tuple[int, ...]) -> str:
    """Chunks in words, the first few by number."""
    shown = ", ".join(str(chunk) for chunk in chunks[:5])
    more = f" and {len(chunks) - 5} more" if len(chunks) > 5 else ""
    return f"chunk {shown}{more}" if len(chunks) == 1 else f"chunks {shown}{more}"


def complete_at_finalization(facts: Facts, judge: JudgeSettings) -> Judgement:
    """Every completion finds all recorded chunks stored."""
    if not facts.completions:
        return NotApplicable("never completed")
    for at_ms, missing in facts.completions:
        if missing:
            return Violation(at_ms, f"completed without {named(missing)}")
    return HOLDS


def nothing_refused(facts: Facts, judge: JudgeSettings) -> Judgement:
    """No upload is answered with a 4xx status."""
    if not facts.has_recorded:
        return NotApplicable("nothing was recorded")
    for at_ms, chunk, status in facts.refused:
        return Violation(at_ms, f"chunk {chunk} was answered {status}")
    return HOLDS


def nothing_lost(facts: Facts, judge: JudgeSettings) -> Judgement:
    """At the end of the run each recorded chunk is stored."""
    if not facts.has_recorded:
        return NotApplicable("nothing was recorded")
    lost = tuple(chunk for chunk in facts.recorded if chunk not in facts.stored)
    if not lost:
        return HOLDS
    if facts.ended != "quiet":
        return NotApplicable(f"the run ended at the {facts.ended}")
    return Violation(facts.last_ms, f"{named(lost)} never stored")


def nothing_recoverable_lost(facts: Facts, judge: JudgeSettings) -> Judgement:
    """As `nothing_lost`, less what a closed tab held and the object had never got."""
    if not facts.has_recorded:
        return NotApplicable("nothing was recorded")
    lost = facts.missing
    if not lost:
        return HOLDS
    if facts.ended != "quiet":
        return NotApplicable(f"the run ended at the {facts.ended}")
    return Violation(facts.last_ms, f"{named(lost)} never stored")


def completed_is_final(facts: Facts, judge: JudgeSettings) -> Judgement:
    """The status never leaves completed."""
    if not facts.completions:
        return NotApplicable("never completed")
    if facts.reopened:
        return Violation(facts.reopened[0], "completed became active again")
    return HOLDS


def count_true(facts: Facts, judge: JudgeSettings) -> Judgement:
    """At each completion and at the end, the count is the number of chunks uploaded."""
    if not facts.counts:
        return NotApplicable("no session")
    for at_ms, count, least, most in facts.counts:
        if not least <= count <= most:
            true_count = least if count < least else most
            return Violation(at_ms, f"chunks_uploaded is {count}, uploaded are {true_count}")
    return HOLDS


def was_miscounted(facts: Facts) -> bool:
    """Whether the count was wrong at a completion; at a cut it may still be put right."""
    told = facts.counts[:-1] if facts.status else facts.counts  # less what the end counted
    return any(not least <= count <= most for _, count, least, most in told)


def not_while_recording(facts: Facts, judge: JudgeSettings) -> Judgement:
    """The session is not completed while the user records."""
    if facts.start_ms < 0:
        return NotApplicable("no recording was started")
    if facts.completed_while_recording_ms >= 0:
        return Violation(facts.completed_while_recording_ms, "completed while recording")
    return HOLDS


def consumer_sees_all(facts: Facts, judge: JudgeSettings) -> Judgement:
    """A consumer that reads the record finds it completed, and every chunk stored."""
    if not facts.consumer_reads:
        return NotApplicable("no consumer read")
    for at_ms, status, missing in facts.consumer_reads:
        if status != COMPLETED:
            return Violation(at_ms, f"a consumer read a session that was {status or 'not there'}")
        if missing:
            return Violation(at_ms, f"a consumer read a session without {named(missing)}")
    return HOLDS


def duration_true(facts: Facts, judge: JudgeSettings) -> Judgement:
    """Once the recording has ended, the list shows the time recorded."""
    if facts.start_ms < 0:
        return NotApplicable("no recording was started")
    if facts.recorded_ms < 0:
        return NotApplicable("the recording never ended")
    if facts.row_ms != facts.recorded_ms:
        at_ms = max(facts.stop_ms, facts.tab_closed_ms)
        return Violation(at_ms, f"the list says {facts.row_ms} ms, recorded {facts.recorded_ms} ms")
    return HOLDS
