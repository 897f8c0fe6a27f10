"""Properties that must come true in the end, or within a bound."""

from __future__ import annotations

from lastchunk.model.properties.base import (
    HOLDS,
    Judgement,
    JudgeSettings,
    NotApplicable,
    Violation,
)
from lastchunk.model.trace.facts import Facts
from lastchunk.reference_impl.contract import INCOMPLETE


def finalizes(facts: Facts, judge: JudgeSettings) -> Judgement:
    """The session is completed, or declared incomplete, when nothing can happen any more.

    Incomplete is no end for a session that misses nothing, by its own record, and whose stop was
    answered.
    """
    if not facts.status:
        return NotApplicable("no session")
    if facts.final_completion_ms >= 0:
        return HOLDS
    misses = facts.stop_answered_ms < 0 or facts.chunks_uploaded != facts.recorded_count
    if facts.status == INCOMPLETE and misses:
        return HOLDS
    if facts.ended != "quiet":
        return NotApplicable(f"the run ended at the {facts.ended}")
    return Violation(facts.last_ms, f"{facts.status} for ever")


def notified_once(facts: Facts, judge: JudgeSettings) -> Judgement:
    """The consumer acts exactly once: on each idempotency key once, without one every time.

    A design that does not say that it notifies is judged all the same once it has been heard.
    """
    if not judge.notifies and not facts.notified:
        return NotApplicable("the design has no notifies = True, and no notification came")
    acted = _acts(facts)
    if len(acted) > 1:
        return Violation(acted[1][0], f"the consumer acted {len(acted)} times")
    if acted:
        return HOLDS
    if facts.final_completion_ms < 0:
        return NotApplicable("not completed at the end")
    if facts.ended != "quiet":
        return NotApplicable(f"the run ended at the {facts.ended}")
    return Violation(facts.last_ms, "the consumer was never told")


def acted_again(facts: Facts) -> bool:
    """Whether the consumer has acted more than once: nothing takes that back."""
    return len(_acts(facts)) > 1


def _acts(facts: Facts) -> list[tuple[int, str]]:
    """The notifications that the consumer acted on."""
    acted: list[tuple[int, str]] = []
    for at_ms, key in facts.notified:
        if not key or all(key != other for _, other in acted):
            acted.append((at_ms, key))
    return acted


def finalizes_promptly(facts: Facts, judge: JudgeSettings) -> Judgement:
    """The final completion comes within the grace and 2 s of the later of stop and last upload."""
    if facts.stop_ms < 0:
        return NotApplicable("the user never stopped")
    return _soon_after(facts.stop_ms, "the stop", facts, judge)


def finalizes_once_known(facts: Facts, judge: JudgeSettings) -> Judgement:
    """As `finalizes_promptly`, counted from when the stop has come to the object."""
    if facts.stop_ran_ms < 0:
        return NotApplicable("no stop came to the object")
    return _soon_after(facts.stop_ran_ms, "the stop came", facts, judge)


def _soon_after(since_ms: int, words: str, facts: Facts, judge: JudgeSettings) -> Judgement:
    if facts.final_completion_ms < 0:
        return NotApplicable("not completed at the end")
    due_ms = max(since_ms, facts.last_upload_ms) + judge.prompt_ms
    if facts.final_completion_ms > due_ms:
        late_ms = facts.final_completion_ms - due_ms + judge.prompt_ms
        return Violation(due_ms, f"completed {late_ms:,} ms after {words} and the last upload")
    return HOLDS
