"""How sure a review is: what was looked at, what is not modelled, and what was taken on trust."""

from __future__ import annotations

from lastchunk.model.base.verdict import sessions_words
from lastchunk.model.properties import SOMETIMES
from lastchunk.reports.claims.by_matrix import chunks_words
from lastchunk.reports.claims.evidence import Evidence

NOT_MODELLED = (
    "limits of CPU, memory and request rate",
    "SQL",
    "more than one object",
    "a whole second page (a second tab uploads, and no more)",
    "delays and faults of the Worker in front",
    "clocks that drift",
)
"""What no verdict says anything about; docs/architecture.md has the same list."""
TRUSTED = (
    "What is judged is the design's Python code. That the deployed code does the same is not "
    "checked here.",
    "The rules of the platform are those of its documents and of its open runtime; its alarm "
    "scheduler is closed source.",
)


def looked_at(evidence: Evidence) -> list[str]:
    """How much was explored and how much was run, one sentence each."""
    lines = []
    matrix = evidence.matrix
    if matrix is not None:
        lines.append(
            f"Proved means: for every order and every real-valued time of a class of faults, with "
            f"{chunks_words(matrix.chunks)} and the deployed constants. Longer recordings are "
            "sampled, not explored."
        )
        kinds = [cell.kind for cell in matrix.cells]
        lines.append(
            f"Of {len(kinds):,} cells (design, class of faults, property) "
            f"{kinds.count('proved'):,} are proved, {kinds.count('violated'):,} violated, "
            f"{kinds.count('impossible'):,} impossible for every design, "
            f"{kinds.count('unknown'):,} unknown, {kinds.count('not explored'):,} left out because "
            "nothing hangs on them."
        )
    if not lines and not evidence.verifications:
        lines.append("No schedule was explored: nothing here is proved.")
    if evidence.comparisons:
        counts = {item.sessions for item in evidence.comparisons}
        low, high = min(counts), max(counts)
        many = sessions_words(low) if low == high else f"{low:,} to {sessions_words(high)}"
        one = len(evidence.comparisons) == 1
        where = "one scenario" if one else f"each of {len(evidence.comparisons)} scenarios"
        lines.append(
            f"Sampled: {many} of each design in {where}, picked by hand. A rate holds for its "
            "scenario; how common that is in the field nobody says here."
        )
    else:
        lines.append("No session was run: nothing here says how often.")
    return lines


def never_met(evidence: Evidence) -> str:
    """The hard cases that no session of any design met; empty where each came up."""
    missing = [
        slug
        for slug in SOMETIMES
        if not any(bool(item.frame[f"saw_{slug}"].any()) for item in evidence.comparisons)
    ]
    if not missing or not evidence.comparisons:
        return ""
    words = "; ".join(SOMETIMES[slug].meaning.rstrip(".") for slug in missing)
    return f"Never happened in any sampled session: {words}."


def trusted(evidence: Evidence) -> list[str]:
    """What was not checked again."""
    lines = list(TRUSTED)
    if evidence.matrix is not None and evidence.matrix.origin:
        lines.insert(0, f"The verdict matrix was {evidence.matrix.origin}.")
    return lines
