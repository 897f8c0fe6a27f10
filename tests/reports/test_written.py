"""What is written: strict JSON, rows with their columns, text from outside as text."""

from __future__ import annotations

import html.parser
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

from lastchunk.model.base.verdict import Verdict
from lastchunk.model.design.load import DesignSpec, load_design
from lastchunk.model.estimate.comparison import Comparison, compare
from lastchunk.model.explore.threshold import Threshold
from lastchunk.model.explore.verify import Budget, verify
from lastchunk.model.properties import OUTCOMES, ROW_COLUMNS
from lastchunk.model.scenario.load import load_scenario
from lastchunk.reports.notebook import comparison_html, image_html
from lastchunk.reports.result import outcome_counts, result
from lastchunk.reports.review import Review, make_review
from lastchunk.reports.verification import (
    CONTENTS,
    check_verification_out,
    verification_html,
    verification_json,
    write_verification,
)
from lastchunk.reports.write import write_report, write_rows
from tests.support.reviewed import HOSTILE, SESSIONS

COMPLETE = "complete_at_finalization"


class Outline(html.parser.HTMLParser):
    """The tags of a page, the attributes that would run something, and its text."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.handlers: list[str] = []
        self.text = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.handlers += [name for name, _ in attrs if name.startswith("on")]

    def handle_data(self, data: str) -> None:
        self.text += data


def no_constants(name: str) -> Any:
    raise AssertionError(f"{name} is no JSON")


def strict(text: str) -> Any:
    """What a strict reader makes of a text."""
    return json.loads(text, parse_constant=no_constants)


# --- a report ------------------------------------------------------------------------------------


def test_a_page_shows_text_from_outside_as_text(folder: Path) -> None:
    page = Outline((folder / "report.html").read_text(encoding="utf-8"))
    assert page.tags.count("script") == 3, "the timeline's own, its data, and the theme's"
    assert page.handlers == []
    assert page.text.count("<script>alert") >= 5, "title, command, settings, captions"
    assert "'q' \\ `c`\nnew" in page.text


def said_in(data: dict[str, Any]) -> dict[str, Any]:
    """What a file says, without what makes it checkable."""
    return {key: value for key, value in data.items() if key not in ("digest", "sources")}


def test_a_result_is_strict_json_with_every_verdict(folder: Path, review: Review) -> None:
    data = strict((folder / "result.json").read_text(encoding="utf-8"))
    assert said_in(data) == json.loads(json.dumps(result(review)))
    assert set(data["scenarios"]) == {"lossy-mobile", "tab-closed-while-recording"}
    for item in review.comparisons:
        block = data["scenarios"][item.scenario.name]
        assert (block["title"], block["sessions"]) == (item.scenario.title, SESSIONS)
        for design, verdicts in item.verdicts.items():
            shown = block["designs"][design]["properties"]
            assert {slug: found["verdict"] for slug, found in shown.items()} == {
                slug: verdict.kind for slug, verdict in verdicts.items()
            }
            for slug, verdict in verdicts.items():
                first = verdict.witness_session
                assert shown[slug]["witness_session"] == (first if first >= 0 else None)
                assert (shown[slug]["low"], shown[slug]["high"]) == (verdict.low, verdict.high)
            outcomes = block["designs"][design]["outcomes"]
            rows = item.rows_of(design)
            assert outcomes == {o: int((rows["outcome"] == o).sum()) for o in OUTCOMES}
            assert outcomes == outcome_counts(item, design)
    provenance = data["provenance"]
    assert provenance["wall_seconds"] == 1.235
    assert provenance["seed"] == 2
    assert set(provenance["settings"]) == set(data["scenarios"])
    assert not {"name", "title", "summary"} & set(provenance["settings"]["lossy-mobile"])


def test_the_rows_have_the_documented_columns_and_nothing_of_when(
    folder: Path, review: Review
) -> None:
    stored = pq.read_table(folder / "sessions.parquet")
    assert set(stored.column_names) == {
        *ROW_COLUMNS,
        "uplink_kbps",
        "request_delay_ms",
        "media_lost_ms",
        "alarm_writes",
    }
    assert stored.schema.metadata is None
    frame = stored.to_pandas()
    assert len(frame) == SESSIONS * 2 * 2
    assert set(frame["scenario"]) == {"lossy-mobile", "tab-closed-while-recording"}
    for item in review.comparisons:
        part = frame[frame["scenario"] == item.scenario.name].reset_index(drop=True)
        for column in ("session", "completed_ms", COMPLETE, "saw_retry_happened", "delay_ms"):
            assert part[column].tolist() == item.frame[column].tolist(), column
        assert part["design"].tolist() == item.frame["design"].astype(str).tolist()


def test_the_same_rows_give_the_same_bytes(review: Review, tmp_path: Path) -> None:
    for name in ("a", "b"):
        write_rows(review, tmp_path / name)
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()


def test_a_notebook_shows_text_from_outside_as_text(comparison: Comparison) -> None:
    shown = Outline(comparison_html(comparison))
    assert "script" not in shown.tags
    assert HOSTILE in shown.text
    assert shown.tags.count("img") == 2
    assert f"{SESSIONS} sessions of each design, seed 2" in shown.text


def test_an_image_says_what_it_is(comparison: Comparison) -> None:
    from lastchunk.reports.figures.outcomes import outcome_figure

    page = image_html(outcome_figure({"t": comparison.outcomes()}), '"><script>')
    assert Outline(page).tags == ["img"]
    assert 'alt="&quot;&gt;&lt;script&gt;"' in page


# --- a verification ------------------------------------------------------------------------------


def verified(*overrides: str, **options: Any) -> Any:
    scenario = load_scenario("small-scope", ["chunks=1", "disconnects=0", *overrides])
    scenario = scenario.model_copy(update={"title": HOSTILE})
    return verify(scenario, load_design("alarm", scenario), [COMPLETE], **options)


def test_a_verification_is_strict_json_whatever_the_budget(tmp_path: Path) -> None:
    found = verified("grace_ms=3", budget=Budget(seconds=float("inf")))
    limit = Threshold(COMPLETE, "grace_ms", "violated", 16, 17, ((1, "violated"), (17, "proved")))
    turned = replace(limit, below="proved")
    write_verification(found, [limit, turned], tmp_path / "out")
    data = strict((tmp_path / "out" / "verify.json").read_text(encoding="utf-8"))
    assert said_in(data) == verification_json(found, [limit, turned])
    assert data["budget"] == {"classes": 1_000_000, "seconds": None, "memory_mb": 4_000}
    assert data["properties"] == {
        COMPLETE: {"verdict": "violated", "reason": found.verdicts[COMPLETE].reason}
    }
    assert [(t.get("violated"), t.get("proved")) for t in data["thresholds"]] == [
        (16, 17),
        (17, 16),
    ]
    assert data["thresholds"][0]["explored"] == [[1, "violated"], [17, "proved"]]
    assert data["state_classes"] == found.classes
    for name in ("expanded", "steps", "states", "depth", "frontier", "late_ms"):
        assert data[name] == getattr(found, name)
    examples = data["counterexamples"][COMPLETE]
    assert [item["kind"] for item in examples] == ["shortest", "widest", "earliest"]
    for item, example in zip(examples, found.counterexamples[COMPLETE], strict=True):
        assert (tmp_path / "out" / item["schedule"]).is_file()
        assert [step["at_ms"] for step in item["steps"]] == [
            s.at_ms for s in example.schedule.steps
        ]
        assert [tuple(step["range_ms"]) for step in item["steps"]] == list(example.ranges_ms)
        assert item["violated_ms"] == example.violation.at_ms
    assert {path.name for path in (tmp_path / "out").iterdir()} <= set(CONTENTS)
    assert len(list((tmp_path / "out").iterdir())) == 1 + 3 * 3


def test_a_verification_replaces_an_older_one_with_all_of_its_files(tmp_path: Path) -> None:
    write_verification(verified("grace_ms=3"), [], tmp_path / "out")
    check_verification_out(tmp_path / "out")
    write_verification(verified(), [], tmp_path / "out")
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["verify.json"]


def test_a_verification_in_a_notebook_shows_text_from_outside_as_text() -> None:
    found = verified("grace_ms=3")
    reason = Verdict("violated", 0, 0, 0.0, 1.0, HOSTILE)
    named = DesignSpec(HOSTILE, found.design.cls, found.design.settings, "alarm")
    shown = Outline(verification_html(replace(found, verdicts={COMPLETE: reason}, design=named)))
    table = {"table", "caption", "tr", "th", "td"}
    assert set(shown.tags) == table | {"details", "summary", "ul", "li"}
    assert shown.text.count(HOSTILE) == 3


def test_labels_of_any_signs_are_drawn_each_in_a_file_of_its_own(tmp_path: Path) -> None:
    labels = ["a/b", "a-b", "../c", "..", "CON", "<u>", "x" * 61]
    designs: list[Any] = [(label, "manual", {}) for label in labels]
    compared = compare("lossy-mobile", designs, 30, 1)
    given = {compared.scenario.name: ["lossy-mobile"]}
    write_report(make_review([compared], [], "", 1.0, given), tmp_path / "out")
    drawn = [item.name for item in (tmp_path / "out" / "figures").glob("failure-*.png")]
    assert len(drawn) == len(labels)
    assert "<u>" not in (tmp_path / "out" / "report.html").read_text(encoding="utf-8")
    assert [item.name for item in tmp_path.iterdir()] == ["out"]
