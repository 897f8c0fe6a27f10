"""The report: complete, in order, self-contained, escaped, and the same every time."""

from __future__ import annotations

import html.parser
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from matplotlib.figure import Figure

import lastchunk
from lastchunk.model.base.errors import InputError
from lastchunk.model.design.load import load_designs
from lastchunk.model.estimate.comparison import Comparison, compare
from lastchunk.model.estimate.sweep import UPLINK_SPEED, sweep
from lastchunk.model.explore.matrix.matrix import Matrix
from lastchunk.model.properties import PROPERTIES
from lastchunk.model.scenario.load import load_scenario, shipped
from lastchunk.model.simulate import Run, simulate
from lastchunk.reports.base.violations import violations_of
from lastchunk.reports.figures.marks import violation_lines
from lastchunk.reports.figures.save import png_bytes, svg_bytes
from lastchunk.reports.figures.spans import spans_of
from lastchunk.reports.figures.timeline import panels_of, timeline_figure
from lastchunk.reports.notebook import comparison_html, run_html
from lastchunk.reports.result import schema
from lastchunk.reports.review import Front, Review, make_review
from lastchunk.reports.write import write_report
from tests.support.cells import matrix_of

ASKED = [slug for slug, item in PROPERTIES.items() if item.asks == "every design"]
HOSTILE = "<script>alert('x')</script> | **bold** & [link](javascript:1)"
ORDER = [
    "claims",
    "why",
    "steps",
    "failures",
    "how-often",
    "outcomes",
    "delays",
    "sweeps",
    "fix",
    "how-sure",
    "tables",
    "verdicts",
    "side-by-side",
    "statistics",
    "sometimes",
    "provenance",
]


def review_of(names: list[str], title: str = "", matrix: Matrix | None = None) -> Review:
    """A small review, with one short sweep."""
    comparisons = []
    for name in names:
        scenario = load_scenario(name)
        if title:
            scenario = scenario.model_copy(update={"title": title})
        comparisons.append(compare(scenario, load_designs(["manual", "alarm"], scenario), 30, 2))
    axis = replace(UPLINK_SPEED, points=(1.0, 10.0))
    frame = sweep("everything-fast", axis, ["manual", "alarm"], 20, 2)
    return make_review(comparisons, [(axis, frame)], "lastchunk report", 1.0, matrix=matrix)


class Page(html.parser.HTMLParser):
    """The headings and the outward references of a page."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.sections: list[str] = []
        self.outward: list[str] = []
        self.scripts = 0
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        if tag in ("h2", "h3") and found.get("id"):
            self.sections.append(found["id"] or "")
        self.scripts += tag == "script"
        for name in ("src", "href"):
            value = found.get(name)
            if value is not None and not value.startswith(("data:", "#")):
                self.outward.append(value)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("report") / "out"
    write_report(review_of(["lossy-mobile", "slow-uplink"]), out)
    return out


def test_the_page_is_self_contained_and_in_order(folder: Path) -> None:
    page = Page((folder / "report.html").read_text())
    assert page.sections == ORDER
    assert page.outward == []
    assert page.scripts == 3, "the timeline's own, its data, and the theme's"


def test_every_property_has_its_sentence(folder: Path) -> None:
    for name in ("report.html", "report.md"):
        text = (folder / name).read_text()
        assert all(text.count(slug) >= 3 for slug in ASKED)
        assert "notified_once" not in text, "nobody was asked"


def test_all_files_are_there(folder: Path) -> None:
    figures = {path.name for path in (folder / "figures").iterdir()}
    names = ("failure-manual", "failure-alarm", "delays", "outcomes", "sweep-uplink-speed")
    drawn = {f"{name}.{kind}" for name in names for kind in ("png", "svg")}
    assert figures == drawn | {"race.svg"}
    files = {path.name for path in folder.iterdir() if path.is_file()}
    assert files == {"report.html", "report.md", "result.json", "sessions.parquet"}


def test_pooled_verdicts_are_the_sum_of_the_scenarios(folder: Path) -> None:
    data = json.loads((folder / "result.json").read_text())
    for design in ("manual", "alarm"):
        for slug in ASKED:
            pooled = data["designs"][design]["properties"][slug]
            each = [s["designs"][design]["properties"][slug] for s in data["scenarios"].values()]
            assert pooled["violations"] == sum(item["violations"] for item in each)
            assert pooled["sessions"] == sum(item["sessions"] for item in each)


def test_the_same_review_gives_the_same_bytes(tmp_path: Path) -> None:
    for name in ("a", "b"):
        write_report(review_of(["lossy-mobile"]), tmp_path / name)
    files = [path.relative_to(tmp_path / "a") for path in (tmp_path / "a").rglob("*.*")]
    assert len(files) == 15
    for file in files:
        assert (tmp_path / "a" / file).read_bytes() == (tmp_path / "b" / file).read_bytes(), file


def test_for_ci_it_is_the_answer_why_and_how_sure_and_no_more(tmp_path: Path) -> None:
    short = replace(review_of(["slow-uplink"]), front=Front(audience="ci"))
    write_report(short, tmp_path / "out")
    text = (tmp_path / "out" / "report.html").read_text()
    page = Page(text)
    assert page.scripts == 1, "the theme's alone"
    for part in ('id="answer"', 'id="claims"', 'id="why"', 'id="how-sure"', "lastchunk simulate"):
        assert part in text
    for part in ('id="how-often"', 'id="tables"', 'class="tl"'):
        assert part not in text
    assert len(text) < 80_000


def test_text_from_outside_is_escaped(tmp_path: Path) -> None:
    write_report(review_of(["harmless"], HOSTILE), tmp_path / "out")
    page = (tmp_path / "out" / "report.html").read_text()
    assert Page(page).scripts == 3
    assert "&lt;script&gt;" in page
    assert "<script>alert" not in page
    assert "<script>" not in (tmp_path / "out" / "report.md").read_text()


def test_the_claims_cite_a_matrix_whose_schedules_lie_beside_them(tmp_path: Path) -> None:
    cells = {("commits", "finalizes"): "violated", ("all", "finalizes"): "unknown"}
    made = matrix_of(cells, "proved", ("manual", "alarm"))  # type: ignore[arg-type]
    hostile = [replace(cell, finding=replace(cell.finding, reason=HOSTILE)) for cell in made.cells]
    made = replace(made, cells=tuple(hostile))
    write_report(review_of(["harmless"], matrix=made), tmp_path / "out")
    file = "matrix/counterexamples/alarm-commits-finalizes.jsonl"
    assert (tmp_path / "out" / file).is_file()
    data = json.loads((tmp_path / "out" / "result.json").read_text())
    jsonschema.validate(data, schema())
    entry = data["claims"]["3"]["designs"]["alarm"]
    assert (entry["status"], entry["counterexamples"]) == ("refuted", [file])
    assert data["claims"]["2"]["designs"]["alarm"]["status"] == "holds"
    assert data["provenance"]["matrix"]["chunks"] == 2
    page = Page((tmp_path / "out" / "report.html").read_text())
    assert (page.sections, page.outward, page.scripts) == (ORDER, [], 3)
    for name in ("report.html", "report.md"):
        text = (tmp_path / "out" / name).read_text()
        assert f"lastchunk replay {file}" in text
        assert "proved within bounds for 2 chunks: client lost" in text
        assert "<script>alert" not in text
        assert (
            "2 chunks, at most 10 s for each design, class of faults and group of properties"
            in text
        )
    assert (tmp_path / "out" / "matrix" / "matrix.html").is_file()


def test_a_folder_that_cannot_be_written_leaves_nothing(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(InputError, match="can be written"):
        write_report(review_of(["harmless"]), tmp_path / "file")
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


def test_a_failed_report_keeps_the_older_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "out"
    out.mkdir()
    (out / "report.html").write_text("older")

    def fail(*arguments: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("lastchunk.reports.write.write_rows", fail)
    with pytest.raises(InputError, match="No space left"):
        write_report(review_of(["harmless"]), out)
    assert (out / "report.html").read_text() == "older"
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


@pytest.mark.parametrize("name", shipped())
def test_every_scenario_can_be_drawn(name: str) -> None:
    scenario = load_scenario(name)
    for design in load_designs(["manual", "alarm"], scenario):
        run = simulate(scenario, design, 1)
        spans = spans_of(run.trace)
        assert all(bar.to_ms >= bar.from_ms for bar in spans.bars)
        panels = panels_of(spans, [at_ms for at_ms, _, _ in violations_of(run)])
        assert all(begin < end for begin, end in panels)
        figure = timeline_figure(run)
        assert isinstance(figure, Figure)
        shown = [text.get_text() for axes in figure.axes for text in axes.texts]
        first = violations_of(run)[:1]
        inside = [a <= at_ms <= b for at_ms, _, _ in first for a, b in panels]
        assert any(inside) == bool(first), "the violation must be in the picture"
        assert any("violated" in text for text in shown) == bool(first)


def test_figures_are_the_same_bytes_each_time() -> None:
    scenario = load_scenario("stray-stop")
    run = simulate(scenario, load_designs(["alarm"], scenario)[0], 1)
    assert svg_bytes(timeline_figure(run)) == svg_bytes(timeline_figure(run))
    assert png_bytes(timeline_figure(run)) == png_bytes(timeline_figure(run))


def test_a_layout_that_differs_in_its_last_digits_draws_the_same(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    scenario = load_scenario("stray-stop")
    run = simulate(scenario, load_designs(["alarm"], scenario)[0], 1)
    kind: Any = type(timeline_figure(run).get_layout_engine())
    execute, drawn = kind.execute, set()
    for noise in (0.0, 1e-15):

        def disturbed(self: Any, figure: Any, noise: float = noise) -> None:
            execute(self, figure)
            for axes in figure.axes:
                bounds = axes.get_position(original=True).bounds
                axes.set_position([part + noise for part in bounds], which="original")
                axes.set_in_layout(True)

        monkeypatch.setattr(kind, "execute", disturbed)
        drawn.add(svg_bytes(timeline_figure(run)))
    assert len(drawn) == 1


def test_results_show_themselves_in_a_notebook() -> None:
    scenario = load_scenario("slow-uplink").model_copy(update={"title": HOSTILE})
    designs = load_designs(["manual", "alarm"], scenario)
    assert lastchunk.Comparison is Comparison
    assert lastchunk.Run is Run
    result, run = compare(scenario, designs, 30, 2), simulate(scenario, designs[1], 1)
    page = comparison_html(result)
    assert result._repr_html_() == page
    assert run._repr_html_() == run_html(run)
    shown = scenario._repr_html_()
    assert html.escape(HOSTILE) in shown
    assert "<tr><th>uplink" in shown, "what it sets beside the defaults"
    assert "<script>" not in shown
    assert "<script>" not in page
    assert page.count("<tr>") == 1 + len(ASKED)
    assert page.count("data:image/png;base64,") == 2
    assert "30 sessions of each design, seed 2" in page
    assert "data:image/png;base64," in run_html(run)


def test_a_timeline_numbers_its_violations_and_explains_its_marks() -> None:
    scenario = load_scenario("cellular-lte")
    run = simulate(scenario, load_designs(["manual"], scenario)[0], 1, 2)
    found = violations_of(run)
    figure = timeline_figure(run)
    shown = [text.get_text().strip() for axes in figure.axes for text in axes.texts]
    assert [text for text in shown if text.startswith("violated")] == [
        "violated 1, 2",
        "violated 3",
    ]
    assert figure.get_supxlabel().splitlines() == [
        f"{number}  {slug}, {at_ms / 1000:,.3f} s: {detail}"
        for number, (at_ms, slug, detail) in enumerate(found, 1)
    ]
    key = [text.get_text() for text in figure.legends[0].get_texts()]
    assert key[:2] == ["upload under way", "request lost, or refused"]
    elsewhere = violation_lines([(5, "finalizes", "late")], [(6, 9)])
    assert elsewhere == ["1  finalizes, 0.005 s: late (not in the picture)"]
