"""What a review recommends, and what that costs: dollars, delay, and the claims it gives up."""

from __future__ import annotations

from lastchunk.model.estimate.comparison import Comparison
from lastchunk.model.estimate.costs import cost_difference, money
from lastchunk.reports.answer.roles import RACE, Roles, refuted_claims
from lastchunk.reports.claims.by_cost import costs_of, load_of
from lastchunk.reports.claims.conditions import Condition
from lastchunk.reports.claims.evidence import Evidence
from lastchunk.reports.claims.ledger import Ledger


def recommendation(evidence: Evidence, roles: Roles) -> str:
    """What to do, in one sentence."""
    if roles.recommended is None:
        if len(evidence.designs) > 1:
            return "None of these designs: each is refuted, or not known to hold."
        return f"Not {roles.asked} as it is; no other design is compared here."
    if roles.recommended == roles.asked:
        return f"Keep {roles.asked}."
    return f"{roles.recommended}, in place of {roles.asked}."


def price(evidence: Evidence, found: Ledger, roles: Roles) -> list[str]:
    """What the recommended design costs, one sentence each; nothing where there is none."""
    design = roles.recommended
    if design is None:
        return [_would_hold(evidence.conditions, roles.asked)] if evidence.conditions else []
    lines = []
    if evidence.comparisons:
        item = load_of(evidence)
        other = None if design == roles.asked else roles.asked
        lines = [cost_line(item, design, other), delay_line(item, design, other)]
    return [line for line in [*lines, given_up(found, design)] if line]


def _would_hold(conditions: tuple[Condition, ...], design: str) -> str:
    """Under which exact condition. It was sought with the deployed constants, not the design's."""
    known = [c for c in conditions if c.design == design and c.turns and c.slug in RACE.slugs]
    words = dict.fromkeys(c.words for c in known)
    if not words:
        return "No exact condition was found under which it would hold."
    return f"With the deployed constants it would hold if {' and '.join(words)}."


def cost_line(item: Comparison, design: str, other: str | None) -> str:
    """Dollars per million sessions, against another design's, each with its interval."""
    own = costs_of(item, design)
    assert own is not None, "a design of the comparison has rows"
    cost = money(own.per_session, own.low, own.high)
    words = f"{cost} dollars per million sessions under “{item.scenario.title}”"
    old = costs_of(item, other) if other is not None else None
    if old is not None and old.per_session:
        share = cost_difference(own.per_session / old.per_session - 1)
        words += f", against {money(old.per_session, old.low, old.high)}: {share}"
    return f"Cost: {words}."


def delay_line(item: Comparison, design: str, other: str | None) -> str:
    """The median delay from the stop to the completion, against another design's."""
    own = _median_words(item, design)
    if not own:
        return ""
    old = _median_words(item, other) if other is not None else ""
    against = f", against {old}" if old else ""
    return f"Delay from stop to completion there, median: {own}{against}."


def _median_words(item: Comparison, design: str) -> str:
    delays = item.rows_of(design)["delay_ms"]
    delays = delays[delays >= 0]
    return "" if delays.empty else seconds_words(float(delays.median()))


def seconds_words(ms: float) -> str:
    """A span of time for reading: ms below a second, seconds, and minutes from ten on."""
    if abs(ms) < 1_000:
        return f"{ms:,.0f} ms"
    if abs(ms) < 600_000:
        return f"{ms / 1_000:.1f} s"
    return f"{ms / 60_000:.1f} min"


def given_up(found: Ledger, design: str) -> str:
    """The claims that are refuted for a design."""
    numbers = refuted_claims(found, design)
    if not numbers:
        return "No claim is refuted for it."
    words = {claim.number: claim.words.rstrip(".") for claim, _ in found}
    listed = "; ".join(f"{number}, “{words[number]}”" for number in numbers)
    noun = "claim" if len(numbers) == 1 else "claims"
    return f"It does not keep {noun} {listed}."
