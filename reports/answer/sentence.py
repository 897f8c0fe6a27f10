"""The question of a review, answered in one sentence by rules."""

from __future__ import annotations

from dataclasses import dataclass

from lastchunk.model.base.verdict import Verdict, percent, sessions_words
from lastchunk.reports.answer.roles import RACE, Roles, race_entry
from lastchunk.reports.base.pooled import Pooled, ScenarioVerdict
from lastchunk.reports.claims.by_matrix import explored
from lastchunk.reports.claims.by_sessions import Seen, seen
from lastchunk.reports.claims.catalogue import UPLINKS
from lastchunk.reports.claims.evidence import Evidence
from lastchunk.reports.claims.ledger import Ledger

FAILS = {
    "complete_at_finalization": "completes {rate} of sessions without a chunk",
    "completed_is_final": "makes {rate} of sessions active again after it completed them",
}
"""What a design does that violates a property of the first claim, with how often."""


@dataclass(frozen=True)
class ReviewAnswer:
    """``status`` is that of the first claim for the design that is asked about."""

    status: str
    sentence: str


def answer_of(evidence: Evidence, found: Ledger, roles: Roles) -> ReviewAnswer:
    """The sentence that answers, and what the recommended design does where it is another one."""
    status = race_entry(found, roles.asked).status
    words = _of_asked(evidence, found, roles)
    other = _of_other(evidence, found, roles)
    return ReviewAnswer(status, f"{words}{'; ' + other if other else ''}.")


def _of_asked(evidence: Evidence, found: Ledger, roles: Roles) -> str:
    design, entry = roles.asked, race_entry(found, roles.asked)
    name = roles.name(design)
    sessions = seen(evidence, RACE, design)
    if entry.status == "refuted":
        return "No: " + (_fails(sessions, name) or _can_fail(evidence, sessions, name, design))
    if entry.status.startswith("holds") and entry.status != "holds if":
        return f"Yes: {name} {_holds(entry.status)}{_and_sessions(sessions)}"
    if entry.status == "holds if":
        return f"Only if {_condition(evidence, design)}, for {name.rstrip(',')}"
    if entry.status == "not seen failing":
        return f"As far as was seen, yes: {name} {_not_seen(sessions)}, and not all of it is proved"
    if entry.status == "unknown":
        return f"Unknown: of {name} {entry.words.rstrip('.')}"
    return f"Nothing here says: no session and no schedule speaks of {name.rstrip(',')}"


def _of_other(evidence: Evidence, found: Ledger, roles: Roles) -> str:
    """What is found of the recommended design, unless it is the one that is asked about."""
    design = roles.recommended
    if design is None:
        others = [name for name in evidence.designs if name != roles.asked]
        return "no design here is shown to hold" if others else ""
    if design == roles.asked:
        return ""
    status = race_entry(found, design).status
    if status == "holds if":
        return f"{design} holds if {_condition(evidence, design)}"
    if status == "not seen failing":
        return f"{design} {_not_seen(seen(evidence, RACE, design))}, and not all of it is proved"
    return f"{design} {_holds(status)}"


def _holds(status: str) -> str:
    best = ", as far as any design can" if status == "holds as far as possible" else ""
    return f"holds in every class of faults explored{best}"


def _and_sessions(sessions: Seen) -> str:
    count = min(sessions.sessions.values(), default=0)
    return f", and fails in none of {sessions_words(count)}" if count else ""


def _not_seen(sessions: Seen) -> str:
    least = min(sessions.pooled.values(), key=lambda item: item.sessions)
    each = " in each scenario" if len(least.speaking) > 1 else ""
    many = sessions_words(least.sessions)
    return f"fails in none of {many} (rate below {percent(least.bound)}{each})"


def _condition(evidence: Evidence, design: str) -> str:
    words = " and ".join(
        dict.fromkeys(
            item.words
            for item in evidence.conditions
            if item.design == design and item.slug in RACE.slugs and item.turns
        )
    )
    return f"{words}, with the deployed constants"


# --- refuted -------------------------------------------------------------------------------------


def _fails(sessions: Seen, name: str) -> str:
    """Where and how often it fails; the worst measured uplink counts before other scenarios."""
    for slug, words in FAILS.items():
        worst = worst_of(sessions.pooled.get(slug))
        if worst is not None:
            does = words.format(rate=rate_in_short(worst.verdict))
            return f"under “{worst.title}”, {name} {does}"
    return ""


def worst_of(found: Pooled | None) -> ScenarioVerdict | None:
    """The measured uplink on which a property fails most, else the scenario in which it does."""
    failing = [] if found is None else found.of_kind("violated")
    on_uplinks = [item for item in failing if item.name in UPLINKS]
    return max(on_uplinks or failing, key=lambda item: (item.rate, item.title), default=None)


def _can_fail(evidence: Evidence, sessions: Seen, name: str, design: str) -> str:
    """A schedule refutes it, and no session does."""
    count = min(sessions.sessions.values(), default=0)
    cells = explored(evidence, RACE, design)
    where = cells.refuting[0].faults if cells is not None and cells.refuting else ""
    place = f"the class of faults “{where}”" if where else "the scope that was explored"
    rare = f", though none of {sessions_words(count)} shows it" if count else ""
    return f"a schedule in {place} makes {name} fail{rare}"


def rate_in_short(found: Verdict) -> str:
    """A rate with its 95 % interval: whole percents where they say enough."""
    values = (found.violations / found.sessions, found.low, found.high)
    if all(0.1 <= value <= 0.99 or value == 1 for value in values):
        rate, low, high = (f"{100 * value:.0f}" for value in values)
    else:
        rate, low, high = (percent(value).removesuffix(" %") for value in values)
    return f"{rate} % [{low}, {high}]"
