"""The rules of the ledger, each on a matrix made by hand, with and without sessions beside it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from lastchunk.model.design.load import load_designs
from lastchunk.model.estimate.comparison import Comparison, compare
from lastchunk.model.explore.matrix.cells import CELL_KINDS, CellKind
from lastchunk.model.explore.matrix.fault_classes import BUILDERS
from lastchunk.model.explore.matrix.matrix import Matrix
from lastchunk.model.explore.threshold import Threshold
from lastchunk.model.scenario.load import load_scenario, shipped
from lastchunk.reference_impl.designs import DESIGNS
from lastchunk.reports.base.kinds import LOOKS
from lastchunk.reports.claims.catalogue import CLAIMS
from lastchunk.reports.claims.conditions import Condition
from lastchunk.reports.claims.evidence import Evidence, evidence_of_matrix
from lastchunk.reports.claims.ledger import Entry, judge_claim, ledger
from lastchunk.reports.matrix.page import matrix_html
from tests.support.cells import Cells, Said, matrix_of, schedule

BY_NUMBER = {
    claim.number: replace(claim, figure=None) if claim.slugs else claim for claim in CLAIMS
}
"""The claims about behaviour without a figure beside it; what a figure adds has tests below."""
DESIGN = "lazy-alarm"
HOSTILE = "<script>alert('x')</script>.py:Bad<b>"


def entry(
    number: int,
    found: Matrix,
    comparisons: tuple[Comparison, ...] = (),
    conditions: tuple[Condition, ...] = (),
) -> Entry:
    evidence = Evidence({DESIGN: DESIGNS[DESIGN]}, comparisons, conditions, matrix=found)
    return judge_claim(evidence, BY_NUMBER[number], DESIGN)


def proved(number: int, **other: Said) -> dict[tuple[str, str], Said]:
    """Every cell that bears on a claim proved; ``other`` are those of its first property, by
    class, with a _ for each hyphen."""
    claim = BY_NUMBER[number]
    cells: dict[tuple[str, str], Said] = {
        (faults, slug): "proved" for faults in claim.faults for slug in claim.slugs
    }
    return cells | {(f.replace("_", "-"), claim.slugs[0]): kind for f, kind in other.items()}


def sessions_of(name: str, count: int = 40) -> Comparison:
    scenario = load_scenario(name)
    return compare(scenario, load_designs([DESIGN], scenario), count, seed=2)


BEHAVIOUR = [claim.number for claim in CLAIMS if claim.slugs]


def test_every_claim_about_behaviour_says_what_bears_on_it() -> None:
    for number in BEHAVIOUR:
        claim = BY_NUMBER[number]
        assert claim.faults
        assert set(claim.faults) <= set(BUILDERS)
        assert set(claim.scenarios) <= set(shipped())
        assert list(claim.faults) == [slug for slug in BUILDERS if slug in claim.faults]


@pytest.mark.parametrize("number", BEHAVIOUR)
def test_a_claim_holds_if_every_class_that_bears_on_it_is_proved(number: int) -> None:
    found = entry(number, matrix_of(proved(number)))
    assert found.status == "holds"
    titles = [BUILDERS[slug](2).title for slug in BY_NUMBER[number].faults]
    assert found.words == f"proved within bounds for 2 chunks: {', '.join(titles)}."
    assert found.schedules == ()


@pytest.mark.parametrize("number", BEHAVIOUR)
def test_cells_that_are_not_asked_prove_nothing(number: int) -> None:
    found = entry(number, matrix_of({}))
    assert found.status == "not asked"
    assert BY_NUMBER[number].slugs[0] in found.words


@pytest.mark.parametrize("number", BEHAVIOUR)
def test_every_property_must_be_proved_somewhere(number: int) -> None:
    claim = BY_NUMBER[number]
    cells = {key: kind for key, kind in proved(number).items() if key[1] != claim.slugs[-1]}
    found = entry(number, matrix_of(cells))
    assert found.status == "not asked"
    assert found.words == f"nothing here says anything of {claim.slugs[-1]}."


@pytest.mark.parametrize("number", [1, 2, 3, 5, 6, 7, 10])
def test_one_violation_refutes_and_names_its_class_and_its_schedule(number: int) -> None:
    claim = BY_NUMBER[number]
    faults = claim.faults[-1]
    cells = proved(number)
    cells[faults, claim.slugs[0]] = "violated"
    found = entry(number, matrix_of(cells))
    assert found.status == "refuted"
    title = BUILDERS[faults](2).title
    assert found.words == f"{claim.slugs[0]} is violated under “{title}” (it went wrong)."
    assert found.schedules == (f"counterexamples/lazy-alarm-{faults}-{claim.slugs[0]}.jsonl",)


def test_a_refutation_wins_over_what_is_unknown() -> None:
    cells = proved(3, commits="unknown", crashes="violated")
    assert entry(3, matrix_of(cells)).status == "refuted"


def test_the_mildest_class_that_is_violated_is_the_one_to_replay() -> None:
    cells = proved(1, loss="violated", all="violated")
    found = entry(1, matrix_of(cells))
    assert "under “loss with retries” (it went wrong), and under all together." in found.words
    assert found.schedules == ("counterexamples/lazy-alarm-loss-complete_at_finalization.jsonl",)


def test_a_violation_that_no_finite_session_shows_refutes_without_a_file() -> None:
    made = matrix_of(proved(2, client_lost="violated"))
    bare = [replace(cell, finding=replace(cell.finding, schedule=None)) for cell in made.cells]
    found = entry(2, replace(made, cells=tuple(bare)))
    assert (found.status, found.schedules) == ("refuted", ())


def test_what_no_design_can_hold_counts_against_nobody_who_reaches_the_best() -> None:
    found = entry(7, matrix_of(proved(7, client_lost=("impossible", "proved"))))
    assert found.status == "holds as far as possible"
    assert "as far as is possible: nothing_lost can be held by no design" in found.words
    assert "(every chunk whose whole upload reached the object is stored)" in found.words


def test_who_does_not_reach_the_best_possible_is_refuted() -> None:
    found = entry(7, matrix_of(proved(7, client_lost=("impossible", "violated"))))
    assert found.status == "refuted"
    assert "not even the best possible is reached: it went wrong" in found.words
    assert found.schedules == ("counterexamples/lazy-alarm-client-lost-nothing_lost-best.jsonl",)


@pytest.mark.parametrize("best", CELL_KINDS[3:])
def test_a_best_possible_that_is_not_known_leaves_the_claim_open(best: CellKind) -> None:
    assert CELL_KINDS[3:] == ("unknown", "not explored", "not asked")
    found = entry(7, matrix_of(proved(7, client_lost=("impossible", best))))
    assert found.status == "unknown"
    assert "whether the best possible is reached" in found.words


def test_an_unknown_cell_is_never_more_than_not_seen_failing() -> None:
    found = entry(3, matrix_of(proved(3, all="unknown")))
    assert found.status == "not seen failing"
    assert found.words == (
        "proved within bounds for 2 chunks: object crashes, late and failing alarms, commit "
        "failures; unknown: finalizes under “all together”: the budget was used up."
    )


def test_where_nothing_at_all_is_known_nothing_is_green() -> None:
    found = entry(3, matrix_of({}, rest="unknown"))
    assert found.status == "unknown"
    assert "proved" not in found.words


def test_a_class_that_was_not_explored_leaves_the_claim_open() -> None:
    found = entry(3, matrix_of(proved(3), faults=("crashes", "commits", "all")))
    assert found.status == "not seen failing"
    assert "finalizes under “late and failing alarms”: not explored" in found.words


def test_a_violation_without_a_pause_says_nothing_of_pauses() -> None:
    cells = proved(11, reliable="violated")
    without = entry(11, matrix_of(cells))
    assert without.status == "not seen failing"
    assert "without a pause already" in without.words
    assert entry(11, matrix_of(cells, shows=schedule(720_000))).status == "refuted"


# --- beside sessions and exact conditions ----------------------------------------------------


def test_sessions_stand_beside_a_proof() -> None:
    item = sessions_of("tab-closed-while-recording")
    found = entry(2, matrix_of(proved(2)), comparisons=(item,))
    assert found.status == "holds"
    assert found.words == (
        "proved within bounds for 2 chunks: client lost; "
        "not seen failing in 40 sessions, rate below 7.22 %."
    )


def test_a_session_that_fails_refutes_whatever_was_proved() -> None:
    scenario = load_scenario("twelve-minute-pause")
    item = compare(scenario, load_designs(["alarm"], scenario), 40, seed=2)
    evidence = Evidence({"alarm": None}, (item,), matrix=matrix_of(proved(11), designs=("alarm",)))
    found = judge_claim(evidence, BY_NUMBER[11], "alarm")
    assert found.status == "refuted"
    assert "not_while_recording fails in 100.0 % (91.2 % to 100.0 %)" in found.words
    assert "proved" not in found.words


def test_a_violation_that_no_session_met_says_how_rare_it_is() -> None:
    item = sessions_of("tab-closed-while-recording")
    found = entry(2, matrix_of(proved(2, client_lost="violated")), comparisons=(item,))
    assert found.status == "refuted"
    assert found.words.endswith("; not seen failing in 40 sessions, rate below 7.22 %.")


def condition(slug: str) -> Condition:
    limit = Threshold(slug, "high_ms", "proved", 7_010, 7_011, ())
    return Condition(DESIGN, slug, "no request takes longer than 7,010 ms", limit)


def test_an_exact_condition_says_up_to_where_a_claim_holds() -> None:
    cells = proved(10, any_delay=("impossible", "proved"))
    turns = (condition("finalizes_promptly"),)
    found = entry(10, matrix_of(cells), conditions=turns)
    assert found.status == "holds if"
    assert found.words.startswith("no request takes longer than 7,010 ms; proved within bounds")
    assert "as far as is possible: finalizes_promptly" in found.words
    cells = proved(10, loss="violated")
    found = entry(10, matrix_of(cells), conditions=turns)
    assert found.status == "refuted"
    assert found.words.endswith(". It would hold if no request takes longer than 7,010 ms.")


def test_a_condition_does_not_hold_where_a_class_is_left_open() -> None:
    cells = proved(10, loss="unknown")
    found = entry(10, matrix_of(cells), conditions=(condition("finalizes_promptly"),))
    assert found.status == "not seen failing"
    assert found.words.startswith("at most if no request takes longer than 7,010 ms; proved")
    assert "unknown: finalizes_promptly under “loss with retries”" in found.words


def test_a_matrix_of_other_designs_says_nothing_of_this_one() -> None:
    found = entry(2, matrix_of(proved(2, client_lost="violated"), designs=("alarm",)))
    assert found.status == "not asked"


# --- beside a figure -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("figure", "client_lost", "status"),
    [
        ("holds", "proved", "holds"),
        ("holds", "unknown", "unknown"),
        ("holds", "violated", "refuted"),
        ("refuted", "proved", "refuted"),
        ("refuted", "violated", "refuted"),
        ("not asked", "proved", "not asked"),
        ("not asked", "violated", "refuted"),
    ],
)
def test_a_claim_with_a_figure_needs_both(figure: str, client_lost: CellKind, status: str) -> None:
    claim = replace(BY_NUMBER[2], figure=lambda evidence, design: (figure, "so many messages."))
    found = matrix_of(proved(2, client_lost=client_lost))
    evidence = Evidence({DESIGN: DESIGNS[DESIGN]}, matrix=found)
    entry = judge_claim(evidence, claim, DESIGN)
    assert entry.status == status
    assert entry.words.startswith("so many messages; ")


# --- a matrix on its own ---------------------------------------------------------------------


def test_what_needs_sessions_is_not_asked_of_a_matrix() -> None:
    found = ledger(evidence_of_matrix(matrix_of({}, designs=("manual", "alarm", "lazy-alarm"))))
    by_number = {claim.number: entries for claim, entries in found}
    statuses = [item.status for item in by_number[4].values()]
    assert statuses == ["refuted", "not asked", "not asked"], "a page polls without sessions, too"
    assert [item.status for item in by_number[8].values()] == ["refuted", "holds", "holds"]
    # `simplicity_of` has a test of its own; here it is enough that no session is needed.
    statuses = [by_number[9][name].status for name in ("manual", "alarm", "lazy-alarm")]
    assert statuses == ["measured", "refuted", "refuted"]


def test_the_ledger_of_a_matrix_has_every_claim_and_design() -> None:
    names = ("manual", "alarm", "lazy-alarm")
    page = matrix_html(matrix_of({("loss", "nothing_refused"): "violated"}, "proved", names))
    for claim in CLAIMS:
        assert f'<ul id="claim-{claim.number}">' in page
    assert page.count(f"{LOOKS['refuted'].sign} refuted") > 3
    link = "counterexamples/alarm-loss-nothing_refused.jsonl"
    assert page.count(f'href="{link}"') == 2, "in the ledger, and in the table"
    assert page.index('id="claims"') < page.index("At a glance")


def test_the_name_of_a_design_cannot_become_markup() -> None:
    cells: Cells = {("loss", "nothing_refused"): "violated"}
    page = matrix_html(matrix_of(cells, designs=(HOSTILE,)))
    assert "<script>" not in page
    assert "Bad<b>" not in page
    assert "Bad&lt;b&gt;" in page
    assert "the code of the design is not at hand" in page
