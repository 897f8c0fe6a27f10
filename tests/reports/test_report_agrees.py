"""A report agrees with itself: what stands twice, in words or numbers, is the same each time.

One small real report is built; its pages, tables, figures, rows and JSON are read back from the
files and compared cell by cell. What is held against each other is said in each test.
"""

from __future__ import annotations

import html
import json
import re
from functools import cached_property
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from lastchunk.model.design.load import load_design, load_designs
from lastchunk.model.estimate.comparison import compare
from lastchunk.model.estimate.costs import cost_table, dollars
from lastchunk.model.explore.verify import verify
from lastchunk.model.properties import PROPERTIES
from lastchunk.model.scenario.load import load_scenario
from lastchunk.model.trace.prices import load_prices
from lastchunk.reports.claims.catalogue import CLAIMS
from lastchunk.reports.proofs import Proofs
from lastchunk.reports.review import Review, make_review
from lastchunk.reports.write import write_report
from tests.support import reviewed
from tests.support.cells import matrix_of
from tests.support.pages import Page, Rows, markdown_tables

DESIGNS = ("manual", "alarm", "lazy-alarm")
SCENARIOS = (
    "cellular-driving",
    "everything-fast",
    "everything-at-once",
    "stray-stop",
    "tab-closed-last-upload",
    "tab-closed-while-recording",
)
SESSIONS = 25
PROMPT = [
    slug
    for slug in PROPERTIES
    if slug.startswith(("complete_at", "nothing_lost", "finalizes", "not_while"))
]


class Report:
    """The files of one report, read back."""

    def __init__(self, folder: Path, review: Review) -> None:
        self.folder = folder
        self.review = review
        self.page = Page((folder / "report.html").read_text(encoding="utf-8"))
        self.matrix = Page((folder / "matrix" / "matrix.html").read_text(encoding="utf-8"))
        self.text = (folder / "report.md").read_text(encoding="utf-8")
        self.json: dict[str, Any] = json.loads((folder / "result.json").read_text(encoding="utf-8"))
        matrix = (folder / "matrix" / "matrix.json").read_text(encoding="utf-8")
        self.matrix_json: dict[str, Any] = json.loads(matrix)
        self.frame = pd.read_parquet(folder / "sessions.parquet")

    @cached_property
    def tables(self) -> dict[str, list[Rows]]:
        """The tables of the Markdown, by heading."""
        out: dict[str, list[Rows]] = {}
        for heading, rows in markdown_tables(self.text.split("```json")[0]):
            out.setdefault(heading, []).append(rows)
        return out

    def rows(self, scenario: str, design: str) -> pd.DataFrame:
        frame = self.frame
        return frame[(frame["scenario"] == scenario) & (frame["design"] == design)]


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Report:
    comparisons = []
    for name in SCENARIOS:
        scenario = load_scenario(name)
        comparisons.append(compare(scenario, load_designs(list(DESIGNS), scenario), SESSIONS, 1))
    cells: Any = {
        ("any-delay", "finalizes_promptly"): ("impossible", "proved"),
        ("client-lost", "nothing_lost"): ("impossible", "proved"),
        ("client-lost", "duration_true"): ("impossible", "proved"),
        ("all", "nothing_refused"): "unknown",
        ("commits", "count_true"): "violated",
    }
    matrix = matrix_of(cells, "proved", DESIGNS)
    conditions = reviewed.conditions("lazy-alarm")
    scope, asked = load_scenario("default-scope"), ["complete_at_finalization", "finalizes"]
    explored = tuple(
        verify(scope, load_design(name, scope), asked, kinds=("shortest",))
        for name in ("alarm", "lazy-alarm")
    )
    proofs = Proofs(explored, (), None, None, conditions)
    costs = cost_table(DESIGNS, lengths_ms=(60_000,), sessions=2)
    folder = tmp_path_factory.mktemp("agrees") / "out"
    review = make_review(comparisons, [], "lastchunk report", 1.0, {}, proofs, costs, matrix)
    write_report(review, folder)
    return Report(folder, review)


# --- the ledger ----------------------------------------------------------------------------------


def statuses(report: Report) -> dict[tuple[str, str], str]:
    return {
        (number, design): entry["status"]
        for number, claim in report.json["claims"].items()
        for design, entry in claim["designs"].items()
    }


def test_a_claim_has_one_status_on_every_page(report: Report) -> None:
    wanted = statuses(report)
    assert len(wanted) == len(CLAIMS) * len(DESIGNS)
    written = {
        (number, design): entry["status"]
        for number, claim in report.matrix_json["claims"].items()
        for design, entry in claim["designs"].items()
    }
    assert written == wanted, "matrix.json"
    for page, column in ((report.page, 2), (report.matrix, 2)):
        head, *rows = page.rows["claims"]
        assert head[column:] == list(DESIGNS)
        shown = {
            (row[0], design): cell.split("|")[0]
            for row in rows
            for design, cell in zip(DESIGNS, row[column:], strict=True)
        }
        assert {key: re.sub(r"^\W+ ", "", kind) for key, kind in shown.items()} == wanted
    _, *lines = report.tables["The claims at a glance"][0]
    for row in lines:
        for design, cell in zip(DESIGNS, row[2:], strict=True):
            assert cell.split(":")[0] == wanted[row[0], design], "report.md"


def test_a_claim_has_the_same_words_on_every_page(report: Report) -> None:
    for number, claim in report.json["claims"].items():
        (row,) = [row for row in report.page.rows["claims"] if row[0] == number]
        (line,) = [row for row in report.tables["The claims at a glance"][0] if row[0] == number]
        others = report.matrix_json["claims"][number]["designs"]
        for design, cell, text in zip(DESIGNS, row[2:], line[2:], strict=True):
            words = claim["designs"][design]["words"]
            assert words == others[design]["words"]
            assert words in cell
            assert words in text
        assert claim["claim"] in row[1]


def test_a_claim_that_holds_has_no_property_that_its_scenarios_leave_open(report: Report) -> None:
    """*Holds* beside *unknown* or *violated* a page later is a contradiction."""
    for claim in CLAIMS:
        for design in DESIGNS:
            status = statuses(report)[str(claim.number), design]
            if not status.startswith(("holds", "not seen failing")):
                continue
            for slug in claim.slugs:
                names = claim.scenarios or SCENARIOS
                found = [
                    report.json["scenarios"][name]["designs"][design]["properties"][slug]
                    for name in names
                    if name in SCENARIOS
                ]
                said = [item for item in found if item["sessions"]]
                kinds = {item["verdict"] for item in said}
                assert "unknown" not in kinds, (claim.number, design, slug)
                if "violated" in kinds:
                    words = report.json["claims"][str(claim.number)]["designs"][design]["words"]
                    assert status == "holds as far as possible"
                    assert "that only a closed tab had held" in words
            pooled = report.json["designs"][design]["properties"]
            if not claim.scenarios:
                assert {pooled[slug]["verdict"] for slug in claim.slugs} <= {"not seen"}


def test_a_claim_with_an_exact_condition_says_so_everywhere(report: Report) -> None:
    assert statuses(report)["10", "lazy-alarm"] == "holds if"
    assert statuses(report)["1", "lazy-alarm"] == "holds"
    assert statuses(report)["7", "lazy-alarm"] == "holds as far as possible"


# --- verdicts ------------------------------------------------------------------------------------


def test_a_verdict_over_all_scenarios_is_the_same_in_every_place(report: Report) -> None:
    items = iter(report.page.items["verdicts"])
    lines = iter(re.findall(r"^- \*\*([\w ]+)\*\* `(\w+)` (.*)$", report.text, re.MULTILINE))
    for design in DESIGNS:
        verdicts = report.json["designs"][design]["properties"]
        for slug, found in ((slug, verdicts[slug]) for slug in PROPERTIES if slug in verdicts):
            kind, rest = next(items).split("|", 1)
            assert (kind, rest.split()[0]) == (found["verdict"], slug)
            assert next(lines)[:2] == (found["verdict"], slug)
    for table, column, split in (
        (report.page.rows["side-by-side"], 2, "|"),
        (report.tables["Side by side"][0], 1, ": "),
    ):
        for row in table[1:]:
            for design, cell in zip(DESIGNS, row[column:], strict=False):
                found = report.json["designs"][design]["properties"][row[0].split()[0]]
                assert cell.split(split)[0] == found["verdict"], (row[0], design)


def test_a_verdict_over_all_scenarios_is_that_of_its_scenarios(report: Report) -> None:
    for design in DESIGNS:
        for slug, pooled in report.json["designs"][design]["properties"].items():
            each = {
                name: item["designs"][design]["properties"][slug]
                for name, item in report.json["scenarios"].items()
                if slug in item["designs"][design]["properties"]
            }
            speaking = {name: item for name, item in each.items() if item["sessions"]}
            rates = [item["violations"] / item["sessions"] for item in speaking.values()]
            assert pooled["sessions"] == sum(item["sessions"] for item in each.values())
            assert pooled["violations"] == sum(item["violations"] for item in each.values())
            assert (pooled["rate_min"], pooled["rate_max"]) == (min(rates), max(rates))
            kinds = {item["verdict"] for item in speaking.values()}
            order = ("violated", "unknown", "not seen")
            assert pooled["verdict"] == next(kind for kind in order if kind in kinds)
            assert pooled["nothing_said_in"] == [n for n, i in each.items() if not i["sessions"]]


def test_no_rate_over_hand_picked_scenarios_has_an_interval_or_a_p(report: Report) -> None:
    tables = (report.page.rows["side-by-side"], report.tables["Side by side"][0])
    for head, *rows in tables:
        assert "p" not in head
        assert not any("interval" in name for name in head)
        for row in rows:
            assert not re.search(r"% \([\d.]+ % to", " ".join(row)), row
    for item in report.page.items["verdicts"]:
        assert "95 % interval" not in item
        assert "95 % confidence" not in item
    words = [e["words"] for c in report.json["claims"].values() for e in c["designs"].values()]
    assert any("of 5 scenarios, rate below" in text for text in words), "in each, not over all"


def test_the_statistics_are_counted_from_the_rows(report: Report) -> None:
    """One table a design, scenarios by properties, in HTML and Markdown alike."""
    titles = {item["title"]: name for name, item in report.json["scenarios"].items()}
    shown = iter(report.page.rows["statistics"])
    for design in DESIGNS:
        (table,) = report.tables[f"{design}: every scenario"]
        head, *rows = [next(shown) for _ in range(1 + len(SCENARIOS))]
        assert head == table[0]
        for (title, *cells), (_, *texts) in zip(rows, table[1:], strict=True):
            for slug, cell, text in zip(head[1:], cells, texts, strict=True):
                codes = report.rows(titles[title], design)[slug]
                failed, said = int((codes == 0).sum()), int((codes >= 0).sum())
                found = report.json["scenarios"][titles[title]]["designs"][design]["properties"]
                assert (found[slug]["violations"], found[slug]["sessions"]) == (failed, said)
                kind, rest = cell.split("|")
                assert kind == found[slug]["verdict"]
                assert " ".join(f"{kind} {rest}".split()) == " ".join(text.split())
                assert rest.endswith(f"{failed:,} / {said:,}" if said else "no session")
    assert next(shown, None) is None


def test_the_scope_is_the_same_in_every_place_and_refutes_what_it_violates(report: Report) -> None:
    found = report.json["every_schedule"]
    assert found["scope"] == "default-scope", "never one in which the deployed design is proved"
    (table,) = report.tables["Every schedule of one scope"]
    shown = report.page.rows["every-schedule"]
    assert [[cell.rstrip("|") for cell in row] for row in shown] == table
    head, *rows = table
    assert head[1:] == ["alarm", "lazy-alarm"]
    for slug, *kinds in rows[:2]:
        for design, kind in zip(head[1:], kinds, strict=True):
            assert found["designs"][design]["properties"][slug] == kind
            for claim in CLAIMS:
                if kind == "violated" and slug in claim.slugs and claim.is_of_the_network:
                    assert statuses(report)[str(claim.number), design] == "refuted"
    assert rows[0] == ["complete_at_finalization", "violated", "proved"]
    for line in found["assumptions"]:
        assert line in report.page.items["every-schedule"]
        assert f"- {line}" in report.text.replace("\\", "")


# --- outcomes ------------------------------------------------------------------------------------


def test_outcomes_are_counted_from_the_rows(report: Report) -> None:
    for name in SCENARIOS:
        for design in DESIGNS:
            outcomes = report.json["scenarios"][name]["designs"][design]["outcomes"]
            counted = report.rows(name, design)["outcome"].value_counts()
            assert {k: v for k, v in outcomes.items() if v} == {
                k: v for k, v in counted.items() if v
            }
            assert sum(outcomes.values()) == SESSIONS


def test_the_bars_of_the_outcomes_are_as_long_as_the_table_says(report: Report) -> None:
    """The figure is drawn from the tables of `result.json`: each bar's part is its share there."""
    from lastchunk.reports.figures.outcomes import OUTCOME_WORDS, outcome_figure

    said = report.json["scenarios"]
    counts = {
        (item["title"], design): found["outcomes"]
        for item in said.values()
        for design, found in item["designs"].items()
    }
    tables = {item.scenario.title: item.outcomes() for item in report.review.comparisons}
    axes = outcome_figure(tables).axes[0]
    parts = {bars.get_label(): [bar.get_width() for bar in bars] for bars in axes.containers}
    titles, drawn = "", []
    for label in axes.get_yticklabels():  # the first bar of a scenario has its title
        title, _, design = label.get_text().rpartition("   ")
        titles = title or titles
        drawn.append(counts.pop((titles, design)))
    assert counts == {}, "each has one bar"
    for outcome, words in OUTCOME_WORDS.items():
        shares = [table[outcome] / sum(table.values()) for table in drawn]
        assert parts.get(words, [0.0] * len(drawn)) == pytest.approx(shares), outcome
    ends = [sum(widths[at] for widths in parts.values()) for at in range(len(drawn))]
    assert ends == pytest.approx([1.0] * len(drawn)), "the parts fill the bar"


def test_no_outcome_contradicts_a_property(report: Report) -> None:
    """Session by session, over every scenario and design: each word means what a property says."""
    held, failed, silent = 1, 0, -1
    rows = report.frame
    outcome = rows["outcome"]
    is_done = rows["completed_ms"] >= 0
    never = outcome == "never finalized"
    assert (never == (rows["finalizes"] == failed)).all()
    incomplete = rows[outcome == "incomplete"]
    assert len(incomplete) >= SESSIONS, "the recommended design where the tab is closed"
    assert (incomplete["finalizes"] == held).all()
    assert (incomplete["completed_ms"] < 0).all()
    assert not outcome[~is_done].isin({"prompt", "late", "unstopped", "lost", "too early"}).any()
    prompt = rows[outcome == "prompt"]
    assert (prompt["finalizes_promptly"] == held).all()
    for slug in PROMPT:
        assert not (prompt[slug] == failed).any(), slug
    unstopped = rows[outcome == "unstopped"]
    assert len(unstopped) > 0
    assert (unstopped["finalizes_promptly"] == silent).all()
    assert (rows[outcome == "late"]["finalizes_promptly"] == failed).all()
    lost = outcome.isin(("lost", "refused and lost"))
    assert lost.any()
    assert (lost == (is_done & (rows["nothing_lost"] == failed))).all()
    early = rows[outcome == "too early"]
    assert len(early) > 0
    assert (early["nothing_lost"] == held).all()
    assert (
        (early["complete_at_finalization"] == failed) | (early["not_while_recording"] == failed)
    ).all()
    assert (rows[outcome == "no session"]["finalizes"] == silent).all()


def test_the_figure_of_the_outcomes_explains_each_that_it_shows(report: Report) -> None:
    from lastchunk.reports.figures.outcomes import OUTCOME_WORDS

    shown = set(report.frame["outcome"].unique())
    assert "Lost: a chunk was missing when" not in report.text, "lost has one meaning"
    for outcome, words in OUTCOME_WORDS.items():
        assert (f"{words.capitalize()}: " in report.text) is (outcome in shown)


# --- words and colours ---------------------------------------------------------------------------


def test_one_word_has_one_colour_on_every_page(report: Report) -> None:
    colours, others = report.page.colours, report.matrix.colours
    words = ("holds", "proved", "refuted", "violated", "unknown", "not-explored", "not-seen")
    for word in words:
        assert colours[word] == others[word]
    assert colours["holds"] == colours["proved"]
    assert colours["refuted"] == colours["violated"]
    assert colours["not-seen"] == colours["not-seen-failing"]
    assert colours["unknown"] not in {colours["not-explored"], colours["not-seen-failing"]}
    assert report.page.signs["proved"] == report.page.signs["holds"]
    assert report.page.signs["not-seen"] == report.page.signs["not-seen-failing"]
    assert report.page.signs["not-seen"] != report.page.signs["proved"]


# --- money and lines -----------------------------------------------------------------------------


def test_dollars_are_the_same_in_claim_table_and_json(report: Report) -> None:
    """Claim 4, the table by scenario, `result.json` and the rows, counted with the price list."""
    prices = load_prices()
    (money,) = [
        rows for rows in report.tables["What it costs, and what there is to read"]
        if rows[0][:2] == ["scenario", "design"]
    ]  # fmt: skip
    titles = {item["title"]: name for name, item in report.json["scenarios"].items()}
    assert len(money) == 1 + len(SCENARIOS) * len(DESIGNS)
    for title, design, session, completed, chunk, share in money[1:]:
        rows = report.rows(titles[title], design)
        total = float(dollars(rows, prices).to_numpy().sum())
        done, stored = (
            (rows["completed_ms"] >= 0).sum(),
            (rows["chunks"] - rows["never_stored"]).sum(),
        )
        found = report.json["scenarios"][titles[title]]["designs"][design]["costs"]
        assert session.split(" ")[0] == f"{total / SESSIONS:.2f}"
        assert completed == (f"{total / done:.2f}" if done else "none")
        assert chunk == f"{total / stored:.2f}"
        assert f"{found['per_million_sessions']:.2f}" == session.split(" ")[0]
        assert (found["per_million_completed"] is None) == (completed == "none")
        if title == "Everything fast":
            words = report.json["claims"]["4"]["designs"][design]["words"]
            assert f"{session} dollars per million sessions" in words
            assert f"{chunk} per million stored chunks" in words
            assert share in words
    (none,) = [row for row in money if row[:2] == ["Cellular uplink, driving", "manual"]]
    assert none[3] == "none", "the old design completes no session there"
    shown = report.page.rows["costs"]
    at = shown.index(money[0])
    assert shown[at : at + len(money)] == money


def test_no_interval_is_shown_where_there_is_none(report: Report) -> None:
    for text in (report.text, (report.folder / "report.html").read_text(encoding="utf-8")):
        assert not re.search(r"\(\+?([\d.]+) to \+?\1\)", text), "33.35 (33.35 to 33.35)"


def test_the_lines_of_a_claim_are_those_of_the_table(report: Report) -> None:
    (table,) = [
        rows for rows in report.tables["What it costs, and what there is to read"]
        if "client lines" in rows[0]
    ]  # fmt: skip
    head, *rows = table
    for row in rows:
        found = dict(zip(head, row, strict=True))
        lines, client = int(found["lines"]), int(found["client lines"])
        words = report.json["claims"]["9"]["designs"][found["design"]]["words"]
        parts = f"({lines} of the object, {client} of the stop flow)"
        assert words.startswith(f"{lines + client} lines {parts} and {found['awaits']} awaits")


def test_messages_and_polls_are_counted_from_the_rows(report: Report) -> None:
    for design in DESIGNS:
        means = [report.rows(name, design)["messages"].mean() for name in SCENARIOS]
        words = report.json["claims"]["2"]["designs"][design]["words"]
        assert (
            f"{min(means):.1f} to {max(means):.1f} messages a session (means by scenario)" in words
        )
    for row in report.page.rows["claims"][1:]:
        assert report.json["claims"][row[0]]["yardstick"] in row[1]
    for row in report.tables["The claims at a glance"][0][1:]:
        assert report.json["claims"][row[0]]["yardstick"] in row[1]
    page = (report.folder / "matrix" / "matrix.html").read_text(encoding="utf-8")
    for claim in report.matrix_json["claims"].values():
        assert html.escape(claim["yardstick"], quote=True).replace("&#x27;", "&#39;") in page
