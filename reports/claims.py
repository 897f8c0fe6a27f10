"""The ledger of the eleven claims: for each design holds, holds if, refuted, or not asked.

A claim about behaviour is judged by properties over the sessions of the scenarios that bear on it,
and by exploring: a proof, or the exact condition at which it turns. A claim about cost or
simplicity is judged by measured figures. What is said here is computed, none of it is typed in.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pandas as pd

from model.estimate.costs import dollars, load_prices, mean_interval
from model.estimate.intervals import upper_bound_if_none, wilson
from model.estimate.simplicity import simplicity_of
from model.properties.row import VIOLATED_CODE
from model.verdict import percent
from reports.review import Review

UPLINKS = ("cellular-driving", "cellular-lte", "slow-uplink", "everything-fast")
GONE = ("tab-closed-while-recording", "tab-closed-last-upload", "network-down-across-stop")
TROUBLE = (
    "platform-maintenance",
    "storage-trouble",
    "deploy-while-recording",
    "everything-at-once",
)
PAUSES = ("twelve-minute-pause", "sleeping-laptop")
BASELINE = "manual"


@dataclass(frozen=True)
class Claim:
    """One claim: what is said, the properties that test it, and the scenarios that bear on it.

    ``scenarios`` () are all. ``figure`` judges a claim by figures in place of properties.
    """

    number: int
    words: str
    slugs: tuple[str, ...] = ()
    scenarios: tuple[str, ...] = ()
    figure: Callable[[Review, str], tuple[str, str]] | None = None

    @property
    def is_of_the_network(self) -> bool:
        """Whether the small scope, which knows delays and retries alone, says anything of it."""
        return self.scenarios in ((), UPLINKS)


@dataclass(frozen=True)
class Entry:
    """What is found of a claim for one design."""

    status: str
    words: str


def ledger(review: Review) -> list[tuple[Claim, dict[str, Entry]]]:
    """Every claim with what is found of it, by design."""
    return [
        (claim, {design: judge(review, claim, design) for design in review.designs})
        for claim in CLAIMS
    ]


def judge(review: Review, claim: Claim, design: str) -> Entry:
    """What the review's sessions, proofs and figures say of a claim for a design."""
    if claim.figure is not None:
        return Entry(*claim.figure(review, design))
    rates = _failing(review, claim, design)
    if rates is None:
        return Entry("not asked", "no scenario of this report bears on it")
    conditions = [
        item
        for item in review.conditions
        if item.design == design and item.slug in claim.slugs and item.turns
    ]
    if rates:
        words = "; ".join(rates)
        if conditions:
            words += ". It would hold if " + " and ".join(item.words for item in conditions)
        return Entry("refuted", words + ".")
    if conditions:
        return Entry("holds if", " and ".join(item.words for item in conditions) + ".")
    return _unrefuted(review, claim, design)


def _relevant(review: Review, claim: Claim) -> list[Any]:
    return [
        item
        for item in review.comparisons
        if not claim.scenarios or item.scenario.name in claim.scenarios
    ]


def _failing(review: Review, claim: Claim, design: str) -> list[str] | None:
    """The worst failure of each property in words; None where no session speaks of any."""
    found, speaks = [], False
    for slug in claim.slugs:
        worst = (0.0, "")
        for item in _relevant(review, claim):
            failed, sessions = failures(item.rows_of(design), slug)
            speaks = speaks or sessions > 0
            if failed:
                bounds = wilson(failed, sessions)
                words = (
                    f"{slug} fails in {percent(bounds.estimate)} ({percent(bounds.low)} to "
                    f"{percent(bounds.high)}) of “{item.scenario.title}”"
                )
                worst = max(worst, (bounds.estimate, words))
        if worst[1]:
            found.append(worst[1])
    return found if speaks else None


def failures(rows: pd.DataFrame, slug: str) -> tuple[int, int]:
    """Sessions that fail, and those that say anything. A chunk that only a closed tab held is
    nobody's to save: its loss does not count here."""
    speaking = rows[rows[slug] >= 0]
    failing = speaking[slug] == VIOLATED_CODE
    if slug == "nothing_lost":
        failing &= speaking["never_stored"] > speaking["lost_with_tab"]
    return int(failing.sum()), len(speaking)


def _unrefuted(review: Review, claim: Claim, design: str) -> Entry:
    sessions = min(
        sum(failures(item.rows_of(design), slug)[1] for item in _relevant(review, claim))
        for slug in claim.slugs
    )
    words = f"not seen failing in {sessions:,} sessions" if sessions else "no session speaks of it"
    if sessions:
        words += f", rate below {percent(upper_bound_if_none(sessions))}"
    proved = [
        slug
        for item in (review.proofs.verifications if review.proofs else ())
        if item.design.name == design
        for slug in claim.slugs
        if slug in item.verdicts and item.verdicts[slug].kind == "proved"
    ]
    if claim.is_of_the_network and set(proved) == set(claim.slugs):
        return Entry("holds", f"proved on the small scope; {words}.")
    return Entry("not seen failing", words + ".")


# --- claims that figures judge ---------------------------------------------------------------


def _efficient(review: Review, design: str) -> tuple[str, str]:
    """Dollars per million sessions, and how many more than the old design on the same sessions."""
    item, prices = review.comparisons[0], load_prices()
    spent = {
        name: dollars(item.rows_of(name), prices).sum(axis=1).to_numpy()
        for name in {design, BASELINE} & set(review.designs)
    }
    mean, low, high = mean_interval(spent[design])
    words = (
        f"{mean:.2f} dollars ({low:.2f} to {high:.2f}) per million sessions of "
        f"“{item.scenario.title}”"
    )
    if design == BASELINE or BASELINE not in spent:
        return "measured", words + "."
    more, low, high = mean_interval(spent[design] - spent[BASELINE])
    words += f", {more:+.2f} ({low:+.2f} to {high:+.2f}) against the old design on the same ones."
    return ("refuted" if low > 0 else "holds"), words


def _native(review: Review, design: str) -> tuple[str, str]:
    """Whether the object's own alarm runs in the sessions."""
    rows = pd.concat([item.rows_of(design) for item in review.comparisons])
    share = float((rows["alarm_runs"] > 0).mean())
    status = "holds" if share > 0.5 else "refuted"
    return status, f"its alarm runs in {percent(share)} of {len(rows):,} sessions."


def _simpler(review: Review, design: str) -> tuple[str, str]:
    """Lines and awaits, object and stop flow together, against the old design's."""
    specs = {spec.name: spec.cls for spec in review.comparisons[0].designs}
    own = simplicity_of(specs[design])
    lines = own.lines + own.client_lines
    words = f"{lines} lines and {own.awaits} awaits"
    if design == BASELINE or BASELINE not in specs:
        return "measured", words + "."
    old = simplicity_of(specs[BASELINE])
    old_lines = old.lines + old.client_lines
    words += f", the old design {old_lines} and {old.awaits}."
    return ("holds" if lines <= old_lines else "refuted"), words


CLAIMS = (
    Claim(
        1,
        "No race: finalization happens only after all uploads.",
        ("complete_at_finalization", "completed_is_final"),
    ),
    Claim(2, "Automatic: no coordination between client and server.", ("finalizes",), GONE),
    Claim(3, "Guaranteed: at-least-once alarms with retries.", ("finalizes",), TROUBLE),
    Claim(4, "Efficient: no polling.", figure=_efficient),
    Claim(5, "No 403.", ("nothing_refused",)),
    Claim(
        6,
        "No timeouts, no arbitrary wait.",
        ("complete_at_finalization", "finalizes"),
        UPLINKS,
    ),
    Claim(7, "Works even if the client disconnects.", ("nothing_lost", "finalizes"), GONE),
    Claim(8, "Platform-native.", figure=_native),
    Claim(9, "Simpler code.", figure=_simpler),
    Claim(
        10,
        "The recording appears with the correct duration about 5 s after the stop.",
        ("finalizes_promptly", "duration_true"),
        UPLINKS,
    ),
    Claim(11, "10 minutes handle long pauses.", ("not_while_recording", "nothing_lost"), PAUSES),
)
