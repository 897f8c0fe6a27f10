"""The map of two settings: its grid against `verify`, its words, its files, its sessions."""

from __future__ import annotations

import itertools
import json
import re
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

import pytest
from typer.main import get_command

import lastchunk
from lastchunk.cli import app
from lastchunk.cli.ends import code_of
from lastchunk.model.base.errors import InputError
from lastchunk.model.base.workers import workers_or_here
from lastchunk.model.explore.region import ExactRegion, RegionQuestion, exact_region
from lastchunk.model.explore.verify import Budget, verify
from lastchunk.model.scenario.load import load_scenario
from lastchunk.model.simulate import simulate
from lastchunk.model.trace import events as e
from lastchunk.reports.claims.conditions import deployed_map
from lastchunk.reports.region import region_json, region_page, region_picture, region_words
from lastchunk.reports.region.measured import MeasuredTimes, longest_ms, measured_uploads

COMPLETE = "complete_at_finalization"
ONE = ("chunks=1", "failures=0", "disconnects=0")
QUESTION = RegionQuestion(
    "small-scope", ONE, "alarm", COMPLETE, "high_ms", "grace_ms", (2, 4, 8, 11), (1, 30), Budget()
)


def asked_of_all(question: RegionQuestion) -> ExactRegion:
    with workers_or_here(1) as executor:
        return exact_region(question, executor)


@pytest.fixture(scope="module")
def region() -> ExactRegion:
    return asked_of_all(QUESTION)


def test_each_boundary_is_that_of_the_formula(region: ExactRegion) -> None:
    """One chunk in flight, between low and high: the stop comes at low, the chunk at high."""
    for column in region.columns:
        assert column.threshold is not None
        assert column.threshold.above_ms == column.across_ms - 1 + 1
        assert column.threshold.is_single
    assert region.now_ms == (8, 20)
    assert region.now_limit is not None
    assert region.now_limit.below == "proved"


def test_the_grid_agrees_with_verify(region: ExactRegion) -> None:
    found = set()
    for column, along in itertools.product(region.columns, (1, 3, 4, 7, 8, 12, 29)):
        settings = [*ONE, f"high_ms={column.across_ms}", f"grace_ms={along}"]
        kind = verify(load_scenario("small-scope", settings), "alarm", [COMPLETE]).verdict
        assert column.verdict_at(along, region.span_ms) == kind, settings
        found.add(kind)
    assert found == {"proved", "violated"}
    assert region.columns[0].verdict_at(31, region.span_ms) == "unknown", "it was not looked at"


def test_a_guess_spares_explorations_and_changes_nothing() -> None:
    alone = QUESTION.threshold(8)
    for guess in (3, 20, 400):
        guessed = QUESTION.threshold(8, guess)
        assert (guessed.below_ms, guessed.above_ms) == (alone.below_ms, alone.above_ms)
    near = QUESTION.threshold(8, alone.below_ms)
    assert len(near.explored) <= len(alone.explored)


def test_what_was_not_settled_is_unknown_and_said(region: ExactRegion) -> None:
    cut = asked_of_all(replace(QUESTION, budget=Budget(classes=3)))
    assert {column.threshold for column in cut.columns} == {None}
    assert all("budget" in column.reason for column in cut.columns)
    assert "unknown" in region_page([cut])
    assert 'class="rg-proved"' not in region_picture(cut)
    assert 'class="rg-proved"' in region_picture(region)


def test_the_deployed_map_is_in_seconds_and_says_where_it_turns() -> None:
    found = asked_of_all(replace(deployed_map(), values_ms=(2_000, 5_000)))
    assert [c.threshold.above_ms for c in found.columns if c.threshold] == [1_991, 4_991]
    words = " ".join(region_words(found, None))
    assert "grace" in words
    assert "is proved in every column" in words
    assert "_ms" not in words
    picture = region_picture(found)
    assert ">4.991<" in picture
    assert "takes, s<" in picture


def test_columns_that_are_violated_throughout_are_named() -> None:
    """They are the last ones, which a narrow window does not show."""
    found = asked_of_all(replace(QUESTION, span_ms=(1, 6)))
    assert [c.threshold.above_ms for c in found.columns if c.threshold] == [2, 4, None, None]
    words = " ".join(region_words(found, None))
    assert "It is violated for every" in words
    assert "is 8 ms, 11 ms." in words
    assert "violated for every" not in " ".join(region_words(asked_of_all(QUESTION), None))


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"across": "nonsense_ms"}, "setting"),
        ({"along": "chunks"}, "setting"),
        ({"values_ms": (5,)}, "values"),
        ({"design": "none"}, "design"),
    ],
)
def test_what_cannot_be_mapped_is_refused(change: dict[str, object], field: str) -> None:
    with pytest.raises(InputError) as error:
        asked_of_all(replace(QUESTION, **change))  # type: ignore[arg-type]
    assert field in error.value.field


# --- what lies beneath -------------------------------------------------------------------------


def test_longest_times_are_those_of_the_trace() -> None:
    trace: list[e.Event] = [
        e.RequestSent(0, "upload", 0, 0),
        e.BlobPutStarted(20, 0, 0),
        e.BodyArrived(300, "upload", 0, 0),
        e.BlobStored(420, 0, 0),
        e.HandlerEnded(450, "upload", 0, 0, 200),
        e.RequestSent(500, "signal_stop", -1, 0),
        e.HandlerEnded(9_000, "signal_stop", -1, 0, 200),
    ]
    assert [longest_ms(trace, what) for what in ("upload", "put", "request")] == [450, 400, 300]
    cut = [*trace, e.RequestSent(9_100, "upload", 1, 0), e.RunEnded(10_000, "horizon")]
    assert longest_ms(cut, "upload") == 900, "what does not end counts to the end"


def test_the_share_is_counted_over_the_sessions(region: ExactRegion) -> None:
    scenario = load_scenario("slow-uplink")
    found = measured_uploads(scenario, "alarm", 6, 1, "put")
    runs = [simulate(scenario, "alarm", 1, session) for session in range(6)]
    assert sorted(longest_ms(run.trace, "put") for run in runs) == list(found.longest_ms)
    assert found.share_within(10**9).estimate == 1
    some = MeasuredTimes("put", "4 sessions of x", (3, 8, 9, 30))
    assert some.share_within(8).estimate == 0.5
    assert "75.0 % (30.1 % to 95.4 %) of the sessions have none of more than 11 ms" in " ".join(
        region_words(region, some)
    )
    with pytest.raises(InputError, match="upload, put, request"):
        measured_uploads(scenario, "alarm", 1, 1, "nonsense")


# --- files -------------------------------------------------------------------------------------


def mapped(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, str, str]:
    """The exit code of the command, and what was printed."""
    few = [word for item in ONE for word in ("--set", item)]
    arguments = ["region", "small-scope", "--workers", "1", *few, *words]
    code = code_of(lambda: get_command(app).main(arguments, "lastchunk", standalone_mode=False))
    said = capsys.readouterr()
    return code, said.out, said.err


def test_a_map_is_written_as_page_picture_and_data(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    outs = [
        word for end in ("html", "svg", "json") for word in ("--out", str(tmp_path / f"m.{end}"))
    ]
    keys = ("--x", "high_ms", "--y", "grace_ms", "--x-values", "2,4,8", "--y-range", "1..20")
    code, out, _ = mapped(capsys, *keys, *outs)
    assert code == 0
    assert "violated 7 ms" in out
    data = json.loads((tmp_path / "m.json").read_text(encoding="utf-8"))
    (one,) = data["maps"]
    limits = [(c["across_ms"], c["last_below_ms"], c["first_above_ms"]) for c in one["columns"]]
    assert limits == [(2, 1, 2), (4, 3, 4), (8, 7, 8)]
    ElementTree.parse(tmp_path / "m.svg")
    page = (tmp_path / "m.html").read_text(encoding="utf-8")
    assert re.search(r"(https?:)?//\w|@import|url\(", page) is None


def test_a_third_setting_has_a_map_a_value(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    page = tmp_path / "m.html"
    keys = ("--x", "high_ms", "--y", "grace_ms", "--x-values", "4,8", "--y-range", "1..20")
    code, _, _ = mapped(capsys, *keys, "--z", "low_ms", "--z-values", "1,2", "--out", str(page))
    assert code == 0
    text = page.read_text(encoding="utf-8")
    assert text.count('<svg class="rg-svg"') == 2
    assert 'type="range"' in text


@pytest.mark.parametrize(
    "words",
    [
        ("--x", "high_ms", "--y", "nonsense"),
        ("--x", "high_ms", "--y", "grace_ms", "--x-values", "1,two"),
        ("--x", "high_ms", "--y", "grace_ms", "--y-range", "9..2"),
        ("--x", "high_ms", "--y", "grace_ms", "--z-values", "2"),
        ("--x", "high_ms", "--y", "grace_ms", "--out", "map.pdf"),
        ("--x", "high_ms", "--y", "grace_ms", "--property", "nonsense"),
        ("--x", "high_ms", "--y", "grace_ms", "--x-values", "2,4", "--measured", "nonsense"),
        ("--x", "high_ms"),
    ],
)
def test_a_bad_use_gets_one_line(
    words: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    code, _, said = mapped(capsys, *words)
    assert (code, said.count("\n")) == (2, 1), said


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("--measure", "put"), "--measure: 'put'; allowed: only with --measured"),
        (("--uplink", "nope"), "--uplink: 'nope'; allowed: only with --measured"),
        (("--sessions", "7"), "--sessions: 7; allowed: only with --measured"),
        (("--seed", "7"), "--seed: 7; allowed: only with --measured"),
        (("--measured", "harmless", "--measure", "bogus"), "--measure: 'bogus'; allowed: upload"),
        (("--measured", "harmless", "--uplink", "nope"), "'nope'"),
        (("--measured", "nosuch"), "--measured: 'nosuch'"),
        (("--z", "low_ms", "--z-values", "1,9"), "high_ms 4 is below low_ms 9"),
    ],
)
def test_what_cannot_be_is_refused_before_anything_is_explored(
    words: tuple[str, ...],
    told: str,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    explored: list[object] = []
    monkeypatch.setattr("lastchunk.cli.region.exact_region", lambda *found: explored.append(found))
    keys = ("--x", "high_ms", "--y", "grace_ms", "--x-values", "4,8")
    code, _, said = mapped(capsys, *keys, *words)
    assert (code, said.count("\n"), explored) == (2, 1, []), said
    assert told in said


def test_the_data_and_the_picture_are_the_same_each_time(region: ExactRegion) -> None:
    one, two = (asked_of_all(replace(QUESTION, values_ms=(2, 4))) for _ in range(2))
    assert json.dumps(region_json([one], None)) == json.dumps(region_json([two], None))
    assert region_page([one]) == region_page([two]) != region_page([region])


def test_from_python_it_is_a_value_that_a_notebook_shows() -> None:
    found = lastchunk.region_of(
        "small-scope", x="high_ms", y="grace_ms", x_values=(1, 3), y_range=(1, 12)
    )
    limits = [column.threshold for column in found.columns]
    # Twice the longest leg and the back-off of 1 ms.
    assert [limit.above_ms for limit in limits if limit is not None] == [3, 7]
    assert "grace_ms by 2 of high_ms" in repr(found)
    page = found._repr_html_()
    assert page.count("<svg") == page.count("<table") == 1
    with pytest.raises(InputError, match="a setting in whole ms"):
        lastchunk.region_of("small-scope", x="chunks", y="grace_ms")
