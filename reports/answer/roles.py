"""Which design a review is about, and which one it recommends."""

from __future__ import annotations

from dataclasses import dataclass

from lastchunk.reports.claims.by_cost import costs_of, load_of
from lastchunk.reports.claims.catalogue import CLAIMS
from lastchunk.reports.claims.evidence import Evidence
from lastchunk.reports.claims.ledger import Entry, Ledger

DEPLOYED = "alarm"
"""The design that runs in production; the review is about it where it is there."""
RACE = CLAIMS[0]
"""The claim that the question of a review is about."""
QUESTION = "Does finalization always wait for every upload, and if not: when, and how often?"
STANDING = ("holds", "holds as far as possible", "not seen failing", "holds if")
"""What a claim may be that can be relied on, the firmest first. The rest is refuted or open."""


@dataclass(frozen=True)
class Roles:
    """``asked`` is the design that the question is put to; ``recommended`` may be none, or it."""

    asked: str
    recommended: str | None

    def name(self, design: str) -> str:
        """A design as a sentence calls it."""
        return f"the deployed design, {design}," if design == DEPLOYED else design

    def title(self, design: str) -> str:
        """A design as a heading calls it."""
        if design == DEPLOYED:
            return f"{design} (deployed)"
        return f"{design} (recommended)" if design == self.recommended else design


def roles_of(evidence: Evidence, found: Ledger) -> Roles:
    """The deployed design where it is there, else the first; and the one that stands best."""
    designs = evidence.designs
    asked = DEPLOYED if DEPLOYED in designs else designs[0]
    standing = [name for name in designs if race_entry(found, name).status in STANDING]
    best = min(standing, key=lambda name: _merit(evidence, found, name), default=None)
    return Roles(asked, best)


def race_entry(found: Ledger, design: str) -> Entry:
    """What is found of the first claim, which is the question of a review."""
    return found[0][1][design]


def refuted_claims(found: Ledger, design: str) -> list[int]:
    """The numbers of the claims that are refuted for a design."""
    return [claim.number for claim, entries in found if entries[design].status == "refuted"]


def _merit(evidence: Evidence, found: Ledger, design: str) -> tuple[int, int, float, int]:
    """The firmest answer to the question first; then the fewest refuted claims; then the cost."""
    spent = costs_of(load_of(evidence), design) if evidence.comparisons else None
    return (
        STANDING.index(race_entry(found, design).status),
        len(refuted_claims(found, design)),
        0.0 if spent is None else round(spent.per_session, 2),
        evidence.designs.index(design),
    )
