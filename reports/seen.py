"""What sessions say of a claim: its worst failure rates, and how many sessions speak of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from model.estimate.comparison import Comparison
from model.estimate.intervals import upper_bound_if_none, wilson
from model.properties.row import VIOLATED_CODE
from model.verdict import percent, sessions_words
from reports.claims import Claim
from reports.evidence import Evidence


@dataclass(frozen=True)
class Seen:
    """``failing`` is the worst failure of each property in words; ``sessions`` speak, by slug."""

    failing: tuple[str, ...]
    sessions: Mapping[str, int]

    @property
    def words(self) -> str:
        """How many sessions spoke and none failed; empty where none spoke."""
        least = min(self.sessions.values(), default=0)
        if not least:
            return ""
        bound = percent(upper_bound_if_none(least))
        return f"not seen failing in {sessions_words(least)}, rate below {bound}"


def seen(evidence: Evidence, claim: Claim, design: str) -> Seen:
    """What the sessions of the scenarios that bear on a claim say of a design."""
    items = [
        item
        for item in evidence.comparisons
        if not claim.scenarios or item.scenario.name in claim.scenarios
    ]
    failing = [_worst(items, slug, design) for slug in claim.slugs]
    sessions = {
        slug: sum(failures(item.rows_of(design), slug)[1] for item in items) for slug in claim.slugs
    }
    return Seen(tuple(filter(None, failing)), sessions)


def _worst(items: list[Comparison], slug: str, design: str) -> str:
    """The scenario in which a property fails most, in words; empty where it fails in none."""
    worst = (0.0, "")
    for item in items:
        failed, sessions = failures(item.rows_of(design), slug)
        if failed:
            bounds = wilson(failed, sessions)
            words = (
                f"{slug} fails in {percent(bounds.estimate)} ({percent(bounds.low)} to "
                f"{percent(bounds.high)}) of “{item.scenario.title}”"
            )
            worst = max(worst, (bounds.estimate, words))
    return worst[1]


def failures(rows: pd.DataFrame, slug: str) -> tuple[int, int]:
    """Sessions that fail, and those that say anything. A chunk that only a closed tab held is
    nobody's to save: its loss does not count here."""
    speaking = rows[rows[slug] >= 0]
    failing = speaking[slug] == VIOLATED_CODE
    if slug == "nothing_lost":
        failing &= speaking["never_stored"] > speaking["lost_with_tab"]
    return int(failing.sum()), len(speaking)
