"""What sessions say of a claim: its worst failure rates, and how many sessions speak of it.

The verdicts are those that the report shows of each scenario, but for one thing: a chunk that only
a closed tab held is nobody's to save, and its loss counts for no design.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from lastchunk.model.base.verdict import Verdict, percent, sessions_words
from lastchunk.model.estimate.comparison import Comparison
from lastchunk.model.estimate.tally import judge_rows
from lastchunk.model.properties.row import HELD_CODE, VIOLATED_CODE
from lastchunk.reports.base.pooled import Pooled, ScenarioVerdict
from lastchunk.reports.claims.catalogue import Claim
from lastchunk.reports.claims.evidence import Evidence


@dataclass(frozen=True)
class Seen:
    """What the scenarios that bear on a claim say of each of its properties.

    ``excused`` are sessions in which only a closed tab held what was lost.
    """

    pooled: Mapping[str, Pooled]
    excused: int = 0

    @property
    def sessions(self) -> dict[str, int]:
        """How many sessions speak, by property."""
        return {slug: found.sessions for slug, found in self.pooled.items()}

    @property
    def failing(self) -> list[str]:
        """The worst failure of each property, in words."""
        return [_worst(slug, found) for slug, found in self.pooled.items() if found.violations]

    @property
    def doubtful(self) -> set[str]:
        """The properties that sessions speak of, and leave unknown: a hard case never came."""
        return {slug for slug, found in self.pooled.items() if found.speaking and found.reason}

    @property
    def words(self) -> str:
        """How many sessions spoke and none failed, and what they leave unknown."""
        parts = [
            f"sessions leave {slug} {self.pooled[slug].reason}" for slug in sorted(self.doubtful)
        ]
        silent = not all(self.sessions.values())
        if not (parts or silent or self.failing or not self.pooled):
            parts = [_none_failing(min(self.pooled.values(), key=lambda item: item.sessions))]
        if self.excused:
            many = sessions_words(self.excused)
            parts.append(
                f"in {many} a chunk was lost that only a closed tab had held, "
                "which no design can save"
            )
        return "; ".join(parts)


def seen(evidence: Evidence, claim: Claim, design: str) -> Seen:
    """What the sessions of the scenarios that bear on a claim say of a design."""
    items = [
        item
        for item in evidence.comparisons
        if not claim.scenarios or item.scenario.name in claim.scenarios
    ]
    pooled = {
        slug: Pooled(
            tuple(
                ScenarioVerdict(
                    item.scenario.name, item.scenario.title, _verdict(item, slug, design)
                )
                for item in items
            )
        )
        for slug in claim.slugs
    }
    excused = 0
    if "nothing_lost" in claim.slugs:
        excused = sum(int(of_a_closed_tab(item.rows_of(design)).sum()) for item in items)
    return Seen(pooled, excused)


def of_a_closed_tab(rows: pd.DataFrame) -> pd.Series[bool]:
    """The sessions in which something is lost, and only a closed tab held it."""
    lost = rows["nothing_lost"] == VIOLATED_CODE
    return lost & (rows["never_stored"] <= rows["lost_with_tab"])


def failures(rows: pd.DataFrame, slug: str) -> tuple[int, int]:
    """The sessions that fail, less what only a closed tab held, and those that say anything."""
    failing = rows[slug] == VIOLATED_CODE
    if slug == "nothing_lost":
        failing &= ~of_a_closed_tab(rows)
    return int(failing.sum()), int((rows[slug] >= 0).sum())


def _verdict(item: Comparison, slug: str, design: str) -> Verdict:
    """The scenario's own verdict, less what only a closed tab held."""
    rows = item.rows_of(design)
    if slug != "nothing_lost" or not of_a_closed_tab(rows).any():
        return item.verdicts[design][slug]
    codes = rows[slug].mask(of_a_closed_tab(rows), HELD_CODE)
    return judge_rows(rows.assign(**{slug: codes}), slug, item.scenario.expect.sometimes)


def _worst(slug: str, found: Pooled) -> str:
    """The scenario in which a property fails most, with its rate and interval, in words."""
    worst = max(found.of_kind("violated"), key=lambda item: (item.rate, item.title))
    verdict = worst.verdict
    interval = f"{percent(verdict.low)} to {percent(verdict.high)}"
    return f"{slug} fails in {percent(worst.rate)} ({interval}) of “{worst.title}”"


def _none_failing(least: Pooled) -> str:
    many = len(least.speaking)
    where = f" of {many} scenarios" if many > 1 else ""
    each = " in each" if many > 1 else ""
    words = f"not seen failing in {sessions_words(least.sessions)}{where}"
    return f"{words}, rate below {percent(least.bound)}{each}"
