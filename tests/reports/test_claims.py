"""The ledger of the claims: refuted by sessions, bounded by thresholds, or not asked."""

from __future__ import annotations

import pytest

from lastchunk.model.design.load import load_designs
from lastchunk.model.estimate.comparison import Comparison, compare
from lastchunk.model.scenario.load import load_scenario
from lastchunk.reports.claims.by_sessions import failures, of_a_closed_tab, seen
from lastchunk.reports.claims.catalogue import CLAIMS
from lastchunk.reports.claims.conditions import QUESTIONS
from lastchunk.reports.claims.ledger import TITLES, ledger
from lastchunk.reports.proofs import Proofs
from lastchunk.reports.review import Review, evidence_of, make_review
from tests.support import reviewed

DESIGNS = ["manual", "alarm", "lazy-alarm"]
BY_NUMBER = {claim.number: claim for claim in CLAIMS}


def comparison(name: str) -> Comparison:
    scenario = load_scenario(name)
    return compare(scenario, load_designs(DESIGNS, scenario), 60, seed=2)


def review_of(names: list[str], conditions: bool = False) -> Review:
    proofs = None
    if conditions:
        proofs = Proofs((), (), None, None, reviewed.conditions("alarm", "lazy-alarm"))
    return make_review([comparison(name) for name in names], [], "lastchunk", 1.0, {}, proofs)


@pytest.fixture(scope="module")
def review() -> Review:
    names = ["everything-fast", "cellular-driving", "tab-closed-last-upload", "twelve-minute-pause"]
    return review_of(names, conditions=True)


def status(review: Review, number: int, design: str) -> str:
    found = {claim.number: entries for claim, entries in ledger(evidence_of(review))}
    return found[number][design].status


def words(review: Review, number: int, design: str) -> str:
    found = {claim.number: entries for claim, entries in ledger(evidence_of(review))}
    return found[number][design].words


def test_there_are_eleven_claims_each_with_a_judge() -> None:
    assert [claim.number for claim in CLAIMS] == list(range(1, 12))
    assert all(claim.slugs or claim.figure for claim in CLAIMS)
    assert all(bool(claim.figure) == bool(claim.yardstick) for claim in CLAIMS)
    assert all(claim.judged_by(TITLES) for claim in CLAIMS)


def test_the_race_is_refuted_with_its_rate_and_its_exact_condition(review: Review) -> None:
    assert status(review, 1, "alarm") == "refuted"
    found = words(review, 1, "alarm")
    assert "of “Cellular uplink, driving”" in found
    assert "no request in flight at the stop takes longer than 5,009 ms" in found
    assert "It would hold if" in found


def test_the_threshold_is_the_grace_and_the_shortest_leg() -> None:
    (found,) = [
        item
        for item in reviewed.conditions("alarm")
        if item.slug == "complete_at_finalization" and item.turns
    ]
    # The stop runs after 10 ms at the soonest; an upload that ends as the alarm is due is a tie.
    assert found.threshold is not None
    assert (found.threshold.below_ms, found.threshold.above_ms) == (10 + 5_000 - 1, 10 + 5_000)


def test_the_longest_pause_is_found_to_the_millisecond(review: Review) -> None:
    # The last chunk before the pause at 15 s came at 10 s: 600 s from its end, less 10 s.
    assert "no pause is longer than 589,999 ms" in words(review, 11, "alarm")
    assert status(review, 11, "lazy-alarm") in ("holds", "not seen failing")


def test_the_recommended_design_is_refuted_in_no_claim_of_behaviour(review: Review) -> None:
    for claim, entries in ledger(evidence_of(review)):
        if claim.figure is None:
            assert entries["lazy-alarm"].status != "refuted", claim.words


def test_a_chunk_that_only_a_closed_tab_held_counts_for_nobody(review: Review) -> None:
    item = review.comparisons[2]
    rows = item.rows_of("lazy-alarm")
    lost = int((rows["nothing_lost"] == 0).sum())
    assert lost > 0
    assert int(of_a_closed_tab(rows).sum()) == lost
    found = seen(evidence_of(review), BY_NUMBER[7], "lazy-alarm")
    assert (found.pooled["nothing_lost"].violations, found.excused) == (0, lost)
    assert "that only a closed tab had held, which no design can save" in found.words
    other = seen(evidence_of(review), BY_NUMBER[7], "manual")
    kept = item.rows_of("manual")
    failing = int((kept["nothing_lost"] == 0).sum() - of_a_closed_tab(kept).sum())
    assert other.pooled["nothing_lost"].violations == failing > 0
    assert failures(kept, "nothing_lost") == (failing, int((kept["nothing_lost"] >= 0).sum()))


def test_cost_and_simplicity_are_judged_by_figures(review: Review) -> None:
    assert status(review, 9, "lazy-alarm") == "refuted", "more lines than the old design"
    assert status(review, 9, "manual") == "measured"
    assert "(32 of the object, 8 of the stop flow)" in words(review, 9, "manual")


def test_polling_is_judged_by_polls_and_cost_by_stored_chunks(review: Review) -> None:
    assert status(review, 4, "manual") == "refuted"
    assert "the page polls its queue for" in words(review, 4, "manual")
    assert status(review, 4, "alarm") == "refuted", "a row more for each upload"
    assert "a stored chunk against the old design: +17" in words(review, 4, "alarm")
    assert "%, dearer." in words(review, 4, "alarm")
    assert status(review, 4, "lazy-alarm") == "holds"
    assert "about the same" in words(review, 4, "lazy-alarm")
    for design in DESIGNS[1:]:
        assert "the page never polls and waits 0 ms before its message" in words(review, 4, design)


def test_coordination_is_judged_by_what_the_page_must_know(review: Review) -> None:
    assert status(review, 2, "manual") == "refuted"
    assert "must know which of its uploads are under way" in words(review, 2, "manual")
    assert status(review, 2, "lazy-alarm") == "refuted"
    assert "must know how many chunks it recorded" in words(review, 2, "lazy-alarm")
    assert status(review, 2, "alarm") == "not seen failing", "and its sessions settle"
    found = words(review, 2, "alarm")
    assert "need know nothing of its recording; beyond its uploads it sends" in found
    assert "messages a session" in found


def test_native_is_what_waits_by_the_alarm_of_the_platform(review: Review) -> None:
    assert [status(review, 8, name) for name in DESIGNS] == ["refuted", "holds", "holds"]
    assert "the object sets no alarm; the page waits by polling" in words(review, 8, "manual")


def test_what_no_scenario_bears_on_is_not_asked() -> None:
    found = review_of(["everything-fast"])
    assert status(found, 11, "alarm") == "not asked"
    assert status(found, 3, "alarm") == "not asked"


def test_a_condition_that_cannot_be_explored_says_why() -> None:
    found = {item.slug: item for item in reviewed.conditions("manual")}
    assert len(found) == len(QUESTIONS)
    refused = [item for item in found.values() if item.threshold is None]
    assert refused
    assert all("budget" in item.reason and not item.turns for item in refused)
