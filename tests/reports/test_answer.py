"""What a review concludes, held for every kind of evidence: each sentence follows from a rule."""

from __future__ import annotations

import re
from dataclasses import replace
from itertools import product
from pathlib import Path
from typing import Any

import pytest
from scipy.stats import t

from lastchunk.model.base.verdict import Verdict
from lastchunk.model.design.load import load_designs
from lastchunk.model.estimate.comparison import Comparison, compare
from lastchunk.model.estimate.costs import dollars
from lastchunk.model.explore.threshold import Threshold
from lastchunk.model.scenario.load import load_scenario
from lastchunk.model.trace.events import StateWritten
from lastchunk.model.trace.prices import load_prices
from lastchunk.reference_impl.designs import DESIGNS
from lastchunk.reports.answer.price import price, recommendation, seconds_words
from lastchunk.reports.answer.race import race_picture, race_runs
from lastchunk.reports.answer.roles import Roles, roles_of
from lastchunk.reports.answer.sentence import answer_of, rate_in_short
from lastchunk.reports.answer.session_read import chunks_listed, session_read
from lastchunk.reports.answer.story import cause_words, fix_words, story_of
from lastchunk.reports.answer.sure import NOT_MODELLED, looked_at, never_met
from lastchunk.reports.base.kinds import STATUSES
from lastchunk.reports.claims.catalogue import CLAIMS
from lastchunk.reports.claims.conditions import Condition
from lastchunk.reports.claims.evidence import Evidence
from lastchunk.reports.claims.ledger import Entry, Ledger, ledger
from lastchunk.reports.figures.race import RacePicture, race_svg, race_ticks
from tests.support.cells import matrix_of

ROOT = Path(__file__).parents[2]
LIMIT = Threshold("complete_at_finalization", "high_ms", "proved", 5_009, 5_010, ())
BEGINS = {
    "holds": "Yes: {} holds in every class of faults explored",
    "holds as far as possible": "Yes: {} holds in every class of faults explored, as far as any",
    "holds if": "Only if no request takes longer than 5,009 ms, with the deployed constants, for ",
    "not seen failing": "As far as was seen, yes: {} fails in none of 0 sessions",
    "refuted": "No: a schedule in ",
    "unknown": "Unknown: of {} nobody knows",
    "measured": "Nothing here says: ",
    "not asked": "Nothing here says: ",
}


def evidence(*designs: str, **more: Any) -> Evidence:
    """Evidence without a session and without a schedule, unless it is given."""
    turns = tuple(
        Condition(name, LIMIT.slug, "no request takes longer than 5,009 ms", LIMIT)
        for name in designs
    )
    return Evidence({name: DESIGNS.get(name) for name in designs}, conditions=turns, **more)


def entries(**statuses: str) -> Ledger:
    """A ledger whose first claim has these statuses; the others hold for everybody."""
    found = {name.replace("_", "-"): status for name, status in statuses.items()}
    first = {name: Entry(status, "nobody knows.") for name, status in found.items()}
    rest = {name: Entry("holds", "") for name in found}
    return [(CLAIMS[0], first), *((claim, dict(rest)) for claim in CLAIMS[1:])]


def answered(**statuses: str) -> tuple[Roles, str]:
    found = entries(**statuses)
    given = evidence(*found[0][1])
    roles = roles_of(given, found)
    return roles, answer_of(given, found, roles).sentence


# --- every combination of what is found ----------------------------------------------------------


@pytest.mark.parametrize(("asked", "other"), list(product(STATUSES, STATUSES)))
def test_each_pair_of_statuses_has_its_sentence(asked: str, other: str) -> None:
    roles, words = answered(alarm=asked, lazy_alarm=other)
    name = "the deployed design, alarm,"
    assert words.startswith(BEGINS[asked].format(name)), words
    assert words.endswith(".")
    assert ".." not in words
    assert "  " not in words
    assert not re.search(r"[{}]|None|,\.|, ;", words)
    order = ["holds", "holds as far as possible", "not seen failing", "holds if"]
    stands = {n: order.index(s) for n, s in (("alarm", asked), ("lazy-alarm", other)) if s in order}
    best = min(stands, key=lambda n: (stands[n], n != "alarm"), default=None)
    assert roles == Roles("alarm", best)
    assert ("no design here is shown to hold" in words) is (best is None)
    assert ("lazy-alarm" in words) is (best == "lazy-alarm")


@pytest.mark.parametrize("status", list(STATUSES))
def test_one_design_on_its_own_is_called_by_its_name(status: str) -> None:
    roles, words = answered(Mine=status)
    assert roles.asked == "Mine"
    assert words.startswith(BEGINS[status].format("Mine"))
    assert "deployed design" not in words
    assert "no design here" not in words
    said = recommendation(evidence("Mine"), roles)
    assert said == ("Keep Mine." if roles.recommended else "Not Mine as it is; no other design is "
                    "compared here.")  # fmt: skip


def test_nothing_refuted_keeps_what_is_deployed() -> None:
    roles, words = answered(manual="holds", alarm="holds", lazy_alarm="holds")
    assert roles == Roles("alarm", "alarm") or roles.recommended == "manual"
    roles, words = answered(alarm="holds", lazy_alarm="holds")
    assert words == "Yes: the deployed design, alarm, holds in every class of faults explored."
    assert recommendation(evidence("alarm", "lazy-alarm"), roles) == "Keep alarm."


def test_everything_unknown_recommends_nothing() -> None:
    roles, words = answered(manual="unknown", alarm="unknown", lazy_alarm="not asked")
    assert roles.recommended is None
    assert words == (
        "Unknown: of the deployed design, alarm, nobody knows; no design here is shown to hold."
    )
    given = evidence("manual", "alarm", "lazy-alarm")
    assert recommendation(given, roles).startswith("None of these designs")
    assert price(given, entries(alarm="unknown"), roles) == [
        "With the deployed constants it would hold if no request takes longer than 5,009 ms."
    ]


def test_a_condition_of_another_property_is_not_said_of_the_race() -> None:
    given = evidence("Mine")
    other = Condition("Mine", "not_while_recording", "no pause is longer than 9 ms", LIMIT)
    given = replace(given, conditions=(*given.conditions, other))
    (line,) = price(given, entries(Mine="refuted"), Roles("Mine", None))
    assert line == (
        "With the deployed constants it would hold if no request takes longer than 5,009 ms."
    )


def test_the_first_design_is_asked_about_where_the_deployed_one_is_not_there() -> None:
    found = entries(leases="refuted", manifest="holds")
    assert roles_of(evidence("leases", "manifest"), found) == Roles("leases", "manifest")


def test_the_recommended_design_keeps_the_most_claims_among_equals() -> None:
    found = entries(leases="holds", manifest="holds")
    found[3][1]["leases"] = Entry("refuted", "")
    roles = roles_of(evidence("leases", "manifest"), found)
    assert roles.recommended == "manifest"
    (line,) = price(evidence("leases", "manifest"), found, Roles("manifest", "leases"))
    assert line == "It does not keep claim 4, “Efficient: no polling”."


def test_a_schedule_alone_refutes_and_says_in_which_class() -> None:
    cells: Any = {("commits", "complete_at_finalization"): "violated"}
    given = evidence("alarm", matrix=matrix_of(cells, "proved", ("alarm",)))
    found = ledger(given)
    words = answer_of(given, found, roles_of(given, found)).sentence
    assert words == (
        "No: a schedule in the class of faults “commit failures” makes the deployed design, "
        "alarm, fail."
    )


@pytest.mark.parametrize(
    ("verdict", "words"),
    [
        (Verdict("violated", 1_000, 840, 0.816, 0.861), "84 % [82, 86]"),
        (Verdict("violated", 20, 20, 0.839, 1.0), "100 % [84, 100]"),
        (Verdict("violated", 1_000, 3, 0.001, 0.0088), "0.30 % [0.10, 0.88]"),
    ],
)
def test_a_rate_in_an_answer_is_short_and_never_rounded_away(verdict: Verdict, words: str) -> None:
    assert rate_in_short(verdict) == words


# --- from sessions that were run -----------------------------------------------------------------


def compared(name: str, *designs: str) -> Comparison:
    scenario = load_scenario(name)
    return compare(scenario, load_designs(list(designs), scenario), 12, 1)


@pytest.fixture(scope="module")
def cellular() -> Comparison:
    return compared("cellular-driving", "manual", "alarm", "lazy-alarm")


@pytest.fixture(scope="module")
def given(cellular: Comparison) -> Evidence:
    return replace(
        evidence("manual", "alarm", "lazy-alarm", comparisons=(cellular,)), conditions=()
    )


def test_the_answer_counts_the_sessions_of_the_worst_uplink(
    given: Evidence, cellular: Comparison
) -> None:
    found = ledger(given)
    roles = roles_of(given, found)
    failed = int((cellular.rows_of("alarm")["complete_at_finalization"] == 0).sum())
    rate = f"{100 * failed / 12:.0f} %"
    words = answer_of(given, found, roles).sentence
    assert words.startswith(
        f"No: under “Cellular uplink, driving”, the deployed design, alarm, completes {rate} ["
    )
    assert "; lazy-alarm fails in none of 12 sessions" in words
    assert roles.recommended == "lazy-alarm"
    cost, delay, _ = price(given, found, roles)
    assert cost.startswith("Cost: ")
    told = [cost_with_interval(cellular, design) for design in ("lazy-alarm", "alarm")]
    assert f"Cost: {told[0]} dollars per million sessions under “Cellular uplink, driving”" in cost
    assert f", against {told[1]}: " in cost
    median = cellular.rows_of("lazy-alarm")["delay_ms"].median()
    assert f"median: {seconds_words(median)}, against" in delay


def cost_with_interval(item: Comparison, design: str) -> str:
    """The mean of what the sessions cost, with Student's interval by scipy."""
    spent = dollars(item.rows_of(design), load_prices()).sum(axis=1)
    half = float(t.ppf(0.975, len(spent) - 1) * spent.std() / len(spent) ** 0.5)
    return f"{spent.mean():.2f} ({spent.mean() - half:.2f} to {spent.mean() + half:.2f})"


def test_the_race_is_the_same_session_for_each_design_and_drawn_in_its_times(
    given: Evidence, cellular: Comparison
) -> None:
    roles = Roles("alarm", "lazy-alarm")
    found = race_runs(given, roles)
    assert found is not None
    rows = cellular.rows_of("alarm")
    first = rows[rows["complete_at_finalization"] == 0].iloc[0]
    assert found.session == first["session"]
    assert {run.session for run in found.runs.values()} == {found.session}
    picture = race_picture(found)
    assert [t.design for t in picture.tracks] == [
        "alarm (deployed)", "lazy-alarm (recommended)", "manual",
    ]  # fmt: skip
    early, whole, never = picture.tracks
    assert early.completed_ms == first["first_completed_ms"] - first["stop_ms"]
    assert not early.is_whole
    assert {u.chunk for u in early.uploads if not u.in_time} == set(
        session_read(found.runs["alarm"]).completions[0].missing
    )
    assert whole.is_whole
    assert whole.completed_ms == max(upload.to_ms for upload in whole.uploads)
    assert never.completed_ms is None
    svg = race_svg(picture)
    assert svg.count("<rect") == sum(
        u.to_ms >= picture.from_ms for t in picture.tracks for u in t.uploads
    )
    assert svg == race_svg(picture)
    named = re.findall(r'style="([^"]*)">([^<]*)</text>', svg)
    on_paper = [
        words for style, words in named if "paint-order: stroke; stroke: var(--paper" in style
    ]
    assert on_paper == [track.design for track in picture.tracks], "the line of the stop is behind"
    assert all(track.words in svg for track in picture.tracks)


def test_a_session_is_told_in_the_order_in_which_it_happens(given: Evidence) -> None:
    found = race_runs(given, Roles("alarm", "lazy-alarm"))
    assert found is not None
    read = session_read(found.runs["alarm"])
    cut = read.cut_short
    assert cut is not None
    lines = [f"{at}: {words}" for at, words in story_of(found.runs["alarm"])]
    assert lines[0].startswith("at the stop: The user stops.")
    assert any("signal_stop runs in the object, and sets the alarm 5.0 s ahead" in x for x in lines)
    (done,) = [x for x in lines if x.endswith(f"without {chunks_listed(cut.missing)}.")]
    assert done.startswith("5.0 s after the stop: The alarm completes the session")
    cause = cause_words(found.runs["alarm"])
    assert cause.startswith(done.partition(": ")[2].partition(" without")[0])
    assert f"5.0 s after the stop, without {chunks_listed(cut.missing)}. " in cause
    last = max(upload.chunk for upload in read.uploads)
    fix = fix_words(found.runs["lazy-alarm"])
    assert fix.startswith("In lazy-alarm the page tells it how many chunks it recorded; ")
    assert f"the upload of chunk {last} completes the session" in fix
    assert fix.endswith("with every chunk.")


@pytest.mark.parametrize("name", ["harmless", "tab-closed-while-recording", "stray-stop"])
@pytest.mark.parametrize("design", ["manual", "alarm", "lazy-alarm"])
def test_any_session_can_be_told_and_drawn(name: str, design: str) -> None:
    item = compared(name, design)
    given = evidence(design, comparisons=(item,))
    found = race_runs(given, Roles(design, None))
    assert found is not None
    (run,) = found.runs.values()
    assert story_of(run)
    assert all(at and words.endswith(".") for at, words in story_of(run))
    picture = race_picture(found)
    assert picture.from_ms <= 0 < picture.to_ms
    assert 1 <= len(race_ticks(picture)) <= 9
    assert race_svg(picture).startswith("<svg")
    read = session_read(run)
    states = [event for event in run.trace if isinstance(event, StateWritten)]
    done = [s for s in states if s.status == "completed" and s.previous != "completed"]
    assert [c.at_ms for c in read.completions] == [s.at_ms for s in done]


def test_no_session_means_no_race_and_no_cost() -> None:
    given = evidence("alarm", "lazy-alarm")
    assert race_runs(given, Roles("alarm", "lazy-alarm")) is None
    assert price(
        given, entries(alarm="refuted", lazy_alarm="holds"), Roles("alarm", "lazy-alarm")
    ) == ["No claim is refuted for it."]
    assert looked_at(given) == [
        "No schedule was explored: nothing here is proved.",
        "No session was run: nothing here says how often.",
    ]
    assert never_met(given) == ""


@pytest.mark.parametrize(
    ("chunks", "words"),
    [((3,), "chunk 3"), ((2, 3), "chunks 2 and 3"), ((2, 3, 4, 7), "chunks 2 to 4 and 7")],
)
def test_chunks_are_listed_shortly(chunks: tuple[int, ...], words: str) -> None:
    assert chunks_listed(chunks) == words


@pytest.mark.parametrize(
    ("ms", "words"), [(55, "55 ms"), (5_000, "5.0 s"), (160_149, "160.1 s"), (600_000, "10.0 min")]
)
def test_spans_of_time_are_said_in_fitting_units(ms: float, words: str) -> None:
    assert seconds_words(ms) == words


# --- how sure ------------------------------------------------------------------------------------


def test_what_is_not_modelled_is_what_the_architecture_says() -> None:
    text = " ".join((ROOT / "docs" / "architecture.md").read_text(encoding="utf-8").split())
    listed = text[text.index("Not simulated yet:") :].partition(". A verdict says")[0]
    assert listed.removeprefix("Not simulated yet: ").split("; ") == list(NOT_MODELLED)


def test_cells_are_counted_and_what_never_happened_is_named(given: Evidence) -> None:
    made = matrix_of({("all", "nothing_refused"): "unknown"}, "proved", ("alarm",))
    lines = looked_at(replace(given, matrix=made))
    kinds = [cell.kind for cell in made.cells]
    assert f"Of {len(kinds):,} cells" in lines[1]
    assert f"{kinds.count('proved'):,} are proved" in lines[1]
    assert "1 unknown" in lines[1]
    assert "A blob put was refused" not in never_met(given)
    assert never_met(given).startswith("Never happened in any sampled session: ")


def test_an_axis_has_round_numbers() -> None:
    picture = RacePicture((), -2_000, 21_000, True, "")
    assert race_ticks(picture) == [0.0, 5.0, 10.0, 15.0, 20.0]
    close = race_ticks(replace(picture, from_ms=-5, to_ms=60))
    assert close == [0.0, 0.01, 0.02, 0.03, 0.04, 0.05, 0.06]
