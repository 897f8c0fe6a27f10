"""What a report says in words and tables: counted again from the rows, escaped for Markdown."""

from __future__ import annotations

import re
import shlex
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lastchunk.model.base.verdict import Verdict, percent
from lastchunk.model.estimate.comparison import Comparison
from lastchunk.model.explore.diagram import Diagram
from lastchunk.model.properties import PROPERTIES, SOMETIMES
from lastchunk.reports.base.kinds import css
from lastchunk.reports.base.pooled import Pooled, ScenarioVerdict, rate_words
from lastchunk.reports.content import (
    costs_block,
    failure_words,
    heading,
    side_by_side,
    sometimes,
    statistics,
    verdict_blocks,
)
from lastchunk.reports.markdown import plain, table
from lastchunk.reports.review import Review, make_review
from lastchunk.reports.simplicity import Portrait, SimplicityRow
from tests.support.reviewed import HOSTILE

# --- Markdown ------------------------------------------------------------------------------------


def cells_of(line: str) -> list[str]:
    """The cells of a table's line, as a reader of Markdown parts them."""
    return [cell.strip() for cell in re.split(r"(?<!\\)(?:\\\\)*\|", line)[1:-1]]


@given(st.lists(st.lists(st.text(max_size=12), min_size=3, max_size=3), max_size=3))
def test_a_table_keeps_its_shape_whatever_is_in_its_cells(rows: list[list[str]]) -> None:
    lines = table(["a", "b|c", "d"], rows).split("\n")
    assert lines[1] == "| --- | --- | --- |"
    assert len(lines) == 2 + len(rows)
    for line in (lines[0], *lines[2:]):
        assert len(cells_of(line)) == 3, line


@given(st.text(alphabet="ab<>[]|*\\\n&", max_size=20))
def test_text_is_escaped_so_that_it_can_be_read_back(text: str) -> None:
    shown = plain(text)
    assert "\n" not in shown
    assert re.search(r"(?<!\\)(?:\\\\)*[<>|*\[\]]", shown) is None, "a mark that is not escaped"
    assert re.sub(r"\\(.)", r"\1", shown) == text.replace("\n", " ")


def test_the_markdown_report_has_no_markup_from_outside(folder: Path, review: Review) -> None:
    text = (folder / "report.md").read_text(encoding="utf-8")
    assert "<script>" not in text.split("```json")[0]
    tables = [line for line in text.split("```json")[0].split("\n") if line.startswith("|")]
    widths = {len(cells_of(line)) for line in tables if "lossy" in line or "alert" in line}
    known = {2, 4, 5, 6, 1 + len(review.slugs)}
    assert widths <= known, "verdicts of two designs have no p over several scenarios"


# --- content -------------------------------------------------------------------------------------


def test_a_portrait_that_was_brought_is_not_made_again(review: Review) -> None:
    row = SimplicityRow("alarm", *range(1, 9))
    brought = Portrait(row, Diagram("alarm", ("active",), ()))
    prices = review.comparisons[0].frame.iloc[:0]
    shown = replace(review, costs=prices, portraits=dict.fromkeys(review.designs, brought))
    block = costs_block(shown)
    assert block is not None
    assert ["alarm", *map(str, range(1, 9))] in block["simplicity"]["rows"]


def test_a_heading_names_the_one_scenario_or_counts_them(
    comparison: Comparison, review: Review
) -> None:
    alone = make_review([comparison], [], "", 0.0)
    assert heading(alone) == f"lastchunk: {HOSTILE}"
    assert heading(review) == "lastchunk: 2 scenarios, 2 designs"
    assert css("not seen failing") == "not-seen-failing"


VERDICTS = [
    (Verdict("violated", 2_000, 500, 0.231, 0.268), "25.0 % (23.1 % to 26.8 %) of 2,000"),
    (Verdict("not seen", 1, 0, 0.0, 0.9747), "rate below 97.5 % (1 session)"),
    (Verdict("not seen", 1_200, 0, 0.0, 0.0025), "rate below 0.25 % (1,200 sessions)"),
    (Verdict("unknown", 0, 0, 0.0, 1.0, "nobody knows"), "nobody knows"),
]


@pytest.mark.parametrize(("verdict", "words"), VERDICTS)
def test_a_rate_in_words(verdict: Verdict, words: str) -> None:
    assert rate_words(verdict) == words


def test_each_design_has_a_line_a_property_and_says_where_it_fails(review: Review) -> None:
    blocks = verdict_blocks(review)
    assert [block["design"] for block in blocks] == ["manual", "alarm"]
    for block in blocks:
        assert [line["slug"] for line in block["lines"]] == review.slugs
        for line in block["lines"]:
            found = review.pooled(block["design"], line["slug"])
            assert found is not None
            assert (line["kind"], line["words"]) == (
                found.kind,
                found.sentence(PROPERTIES[line["slug"]]),
            )
            failing = [item.title for item in found.of_kind("violated")]
            assert all(title in line["where"] for title in failing)
            assert bool(failing) == ("Violated in: " in line["where"])
    assert (
        verdict_blocks(make_review(review.comparisons[:1], [], "", 0.0))[0]["lines"][0]["where"]
        == ""
    )


def pooled(*verdicts: Verdict) -> Pooled:
    return Pooled(
        tuple(ScenarioVerdict(f"s{at}", f"S {at}", item) for at, item in enumerate(verdicts))
    )


RARE, OFTEN = Verdict("violated", 100, 2, 0.005, 0.07), Verdict("violated", 50, 50, 0.93, 1.0)
NEVER, FEW = Verdict("not seen", 300, 0, 0.0, 0.0099), Verdict("not seen", 10, 0, 0.0, 0.259)
SILENT = Verdict("unknown", 0, 0, 0.0, 1.0, "no session says anything about it")
UNMET = Verdict("unknown", 40, 0, 0.0, 0.072, "never happened: refused")


BOTH_ENDS = "in 2 of 3 scenarios: 2.00 % (S 2) to 100.0 % (S 0)"
IN_EACH = "in none of 2 scenarios, 310 sessions; rate below 25.9 % in each"


@pytest.mark.parametrize(
    ("found", "kind", "words"),
    [
        (pooled(OFTEN, NEVER, RARE), "violated", BOTH_ENDS),
        (pooled(NEVER, RARE, SILENT), "violated", "in 1 of 2 scenarios: 2.00 % (S 1)"),
        (pooled(NEVER, FEW, SILENT), "not seen", IN_EACH),
        (pooled(NEVER, UNMET), "unknown", "unknown in s1 (never happened: refused)"),
        (pooled(SILENT, SILENT), "unknown", "no session says anything about it"),
        (pooled(RARE), "violated", "2.00 % (0.50 % to 7.00 %) of 100"),
        (pooled(UNMET), "unknown", "never happened: refused"),
    ],
)
def test_several_scenarios_are_said_by_their_range(found: Pooled, kind: str, words: str) -> None:
    assert (found.kind, found.rate_words()) == (kind, words)
    assert found.sentence(PROPERTIES["finalizes"]).count("95 %") == (words.endswith("of 100"))


def test_a_pooled_verdict_counts_the_scenarios_that_speak(review: Review) -> None:
    for design in review.designs:
        for slug in review.slugs:
            each = [item.verdicts[design][slug] for item in review.comparisons]
            kinds = {verdict.kind for verdict in each if verdict.sessions}
            found = review.pooled(design, slug)
            assert found is not None
            order = ("violated", "unknown", "not seen")
            assert found.kind == next((kind for kind in order if kind in kinds), "unknown")
            assert found.sessions == sum(verdict.sessions for verdict in each)
            assert found.violations == sum(verdict.violations for verdict in each)
    assert review.pooled("alarm", "notified_once") is None


def test_the_difference_counts_the_sessions_that_speak_of_both(review: Review) -> None:
    shown = {row["slug"]: row for row in side_by_side(review)["rows"]}
    for slug in review.slugs:
        both = only_a = only_b = 0
        for item in review.comparisons:
            codes = zip(item.rows_of("manual")[slug], item.rows_of("alarm")[slug], strict=True)
            for a, b in codes:
                both += a >= 0 and b >= 0
                only_a += a == 0 and b == 1
                only_b += a == 1 and b == 0
        expected = f"{only_a:,} / {only_b:,} of {both:,}" if both else ""
        assert shown[slug]["discordant"] == expected
        assert (shown[slug]["difference"] == "none in common") is (both == 0)
        speaking = len(review.pairs(slug))
        assert ("over 2 scenarios" in shown[slug]["difference"]) is (speaking == 2)
        assert bool(shown[slug]["p"]) is (speaking == 1)
    alone = replace_designs(review, 1)
    assert side_by_side(alone)["has_difference"] is False
    assert "difference" not in side_by_side(alone)["rows"][0]


def replace_designs(review: Review, count: int) -> Review:
    """The same review with the first designs alone."""
    kept = [
        replace(
            item, designs=item.designs[:count], kept=item.frame[item.frame["design"] == "manual"]
        )
        for item in review.comparisons
    ]
    return make_review(kept, [], "", 0.0)


def test_sometimes_count_the_sessions_that_met_each_property(review: Review) -> None:
    shown = sometimes(review)
    assert [row[0] for row in shown["rows"]] == list(SOMETIMES)
    assert shown["columns"] == ["property", "meaning", "manual", "alarm"]
    for slug, _, *cells in shown["rows"]:
        for design, cell in zip(("manual", "alarm"), cells, strict=True):
            met = [
                (item.scenario.name, session)
                for item in review.comparisons
                for rows in [item.rows_of(design)]
                for session, saw in zip(rows["session"], rows[f"saw_{slug}"], strict=True)
                if saw
            ]
            name, session = met[0] if met else ("", 0)
            words = f"{len(met):,} sessions, first in {name} session {session}"
            first = words if met else "never"
            assert cell == first


def test_statistics_have_a_cell_for_each_scenario_design_and_property(review: Review) -> None:
    blocks = statistics(review)
    assert [block["design"] for block in blocks] == review.designs
    for block in blocks:
        assert block["columns"] == ["scenario", *review.slugs]
        for item, row in zip(review.comparisons, block["rows"], strict=True):
            assert row["title"] == item.scenario.title
            for slug, cell in zip(review.slugs, row["cells"], strict=True):
                found = item.verdicts[block["design"]][slug]
                assert cell["kind"] == found.kind
                if not found.sessions:
                    assert (cell["rate"], cell["counts"]) == ("", "no session")
                    continue
                assert cell["counts"].endswith(f"{found.violations:,} / {found.sessions:,}")
                shown = found.violations / found.sessions if found.violations else found.high
                assert cell["rate"].removeprefix("< ") == percent(shown)
                assert cell["rate"].startswith("<") is (found.violations == 0)


def test_a_failing_session_comes_with_the_command_that_shows_it_again(review: Review) -> None:
    assert len(review.failures) == 2
    for run in review.failures:
        words = failure_words(review, run)
        given = review.arguments.get(run.scenario.name, (run.scenario.name,))
        assert shlex.split(words["command"]) == [
            "lastchunk", "simulate", *given, "--design", run.design.reference,
            "--seed", "2", "--session", str(run.session),
        ]  # fmt: skip
        assert words["alt"] == f"Timeline. {words['caption']}"
        slug = re.match(rf"{run.design.name}: (\w+) is violated", words["caption"])
        assert slug is not None
        assert slug[1] in PROPERTIES
