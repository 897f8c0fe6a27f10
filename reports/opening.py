"""The first screen of a report and what follows from it: answer, price, race, story, doubt."""

from __future__ import annotations

from typing import Any

from lastchunk.model.base.verdict import sessions_words
from lastchunk.model.explore.witness.words import explanation
from lastchunk.reports.answer.price import price, recommendation
from lastchunk.reports.answer.race import RaceRuns, race_caption
from lastchunk.reports.answer.roles import QUESTION, RACE, Roles
from lastchunk.reports.answer.sentence import answer_of
from lastchunk.reports.answer.story import cause_words, fix_words, story_of
from lastchunk.reports.answer.sure import (
    NOT_MODELLED,
    looked_at,
    never_met,
    trusted,
)
from lastchunk.reports.base.kinds import css
from lastchunk.reports.claims.by_matrix import chunks_words
from lastchunk.reports.claims.evidence import Evidence
from lastchunk.reports.claims.ledger import Ledger
from lastchunk.reports.figures.sweeps import SWEPT_WORDS
from lastchunk.reports.review import Review


def opening_block(
    review: Review, evidence: Evidence, found: Ledger, roles: Roles, race: RaceRuns | None
) -> dict[str, Any]:
    """What a reader sees first: it answers the question without a scroll."""
    answer = answer_of(evidence, found, roles)
    front = review.front
    return {
        "question": front.question or QUESTION,
        "byline": ", ".join(filter(None, (front.author, front.date))),
        "status": answer.status,
        "css": css(answer.status),
        "answer": answer.sentence,
        "recommendation": recommendation(evidence, roles),
        "price": price(evidence, found, roles),
        "cause": "" if race is None else cause_words(race.runs[roles.asked]),
        "fix": _fix(roles, race),
        "race_caption": "" if race is None else race_caption(race),
        "scope": scope_line(review),
    }


def _fix(roles: Roles, race: RaceRuns | None) -> str:
    """How the recommended design ends the same session."""
    if race is None or roles.recommended in (None, roles.asked):
        return ""
    assert roles.recommended is not None
    return fix_words(race.runs[roles.recommended])


def scope_line(review: Review) -> str:
    """What the report rests on, in one line."""
    items = review.comparisons
    most = max(item.sessions for item in items)
    one = len(items) == 1
    where = f"“{items[0].scenario.title}”" if one else f"each of {len(items)} scenarios"
    parts = [f"{', '.join(review.designs)}; {sessions_words(most)} of each design in {where}"]
    if review.matrix is not None:
        chunks = chunks_words(review.matrix.chunks)
        classes = len(review.matrix.faults)
        parts.append(f"every schedule of {chunks} in {classes} classes of faults")
    parts.append(f"lastchunk {review.version}, seed {items[0].seed}")
    return "; ".join(parts) + "."


def why_block(review: Review, roles: Roles, race: RaceRuns | None) -> dict[str, Any]:
    """One session told in sentences, and the shortest schedule that shows the same."""
    run = None if race is None else race.runs[roles.asked]
    return {
        "design": roles.asked,
        "told": [] if run is None else story_of(run),
        "cause": "" if run is None else cause_words(run),
        "schedule": _shortest(review, roles.asked),
    }


def _shortest(review: Review, design: str) -> dict[str, Any] | None:
    """The shortest schedule of the explored scope that breaks the design, if there is one."""
    verifications = review.proofs.verifications if review.proofs is not None else ()
    for item in verifications:
        for slug in RACE.slugs if item.design.name == design else ():
            for example in item.counterexamples.get(slug, ()):
                return {"scope": item.scenario.name, "lines": explanation(example).splitlines()}
    return None


def sure_block(evidence: Evidence) -> dict[str, Any]:
    """What was looked at, what is not modelled, what was taken on trust."""
    return {
        "looked_at": looked_at(evidence),
        "never_met": never_met(evidence),
        "not_modelled": NOT_MODELLED,
        "trusted": trusted(evidence),
    }


def often_lines(review: Review) -> list[str]:
    """For each design how often it completes without a chunk, and how often late."""
    lines = []
    for design in review.designs:
        for slug in ("complete_at_finalization", "finalizes_promptly"):
            found = review.pooled(design, slug)
            if found is not None:
                lines.append(f"{design}, {SWEPT_WORDS[slug]}: {found.rate_words()}.")
    return lines
