"""The verdict matrix: cells that are true, counterexamples that replay, files, bad input."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

import lastchunk
from lastchunk.cli import app
from lastchunk.model.base.errors import InputError
from lastchunk.model.explore.matrix import cells
from lastchunk.model.explore.matrix.cells import SLUGS, ClassClocks, Finding, explore_scopes, joined
from lastchunk.model.explore.matrix.fault_classes import BUILDERS
from lastchunk.model.explore.matrix.matrix import Matrix, matrix
from lastchunk.model.explore.property_groups import SILENT
from lastchunk.model.explore.verify import Budget, verify
from lastchunk.model.properties import EXPLORABLE, EXTRA_PROPERTIES, PROPERTIES, Violation
from lastchunk.model.simulate import replay
from lastchunk.model.simulate.schedule import read_schedule
from lastchunk.reports.matrix.file import read_matrix
from lastchunk.reports.matrix.page import matrix_html, matrix_json, write_matrix

DESIGNS = ("alarm", "lazy-alarm")
CHEAP = ("client-lost", "late-alarms")
BROKEN = """
from lastchunk.reference_impl.alarm import AlarmDesign


class Broken(AlarmDesign):
    async def alarm(self):
        await self.ctx.storage.set_alarm(5)
"""


@pytest.fixture(scope="module")
def small() -> Matrix:
    return matrix(DESIGNS, chunks=2, faults=CHEAP)


@pytest.fixture(scope="module")
def folder(small: Matrix, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("matrix") / "out"
    write_matrix(small, out)
    return out


def test_every_cell_has_a_verdict_and_its_bounds(small: Matrix) -> None:
    frame = small.to_frame()
    assert len(frame) == len(DESIGNS) * len(CHEAP) * len(SLUGS)
    assert set(frame["verdict"]) == {"proved", "violated", "impossible"}
    assert (frame["bounds"] != "").all()
    assert (frame["state_classes"] > 0).all()


def test_the_recommended_design_holds_what_can_be_held(small: Matrix) -> None:
    frame = small.to_frame()
    own = frame[frame["design"] == "lazy-alarm"]
    assert set(own["verdict"]) == {"proved", "impossible"}
    assert set(own.loc[own["verdict"] == "impossible", "reached"]) == {"proved"}


def test_an_impossible_cell_says_why_and_what_is_possible(small: Matrix) -> None:
    cell = small.cell("lazy-alarm", "client-lost", "nothing_lost")
    assert cell.kind == "impossible"
    assert "cannot be saved" in cell.finding.reason
    assert cell.best == "every chunk whose whole upload reached the object is stored"
    assert cell.reached is not None
    assert (cell.reached.kind, len(cell.reached.bounds)) == ("proved", 3)
    assert cell.finding.schedule is not None, "it shows what cannot be helped"
    assert small.cell("lazy-alarm", "late-alarms", "nothing_lost").reached is None


def test_a_violated_cell_speaks_for_the_scope_that_shows_it(small: Matrix) -> None:
    cell = small.cell("alarm", "late-alarms", "not_while_recording")
    assert cell.kind == "violated"
    assert len(cell.finding.bounds) == 1
    assert "pauses for 12 minutes" in cell.finding.bounds[0]


def test_the_claims_of_the_deployed_and_of_the_recommended_design(folder: Path) -> None:
    data = json.loads((folder / "matrix.json").read_text(encoding="utf-8"))
    claims = {int(number): item["designs"] for number, item in data["claims"].items()}
    assert next(iter(data)) == "claims"
    assert list(claims) == list(range(1, 12))
    # The field facts: a vanished client is finalized by the long alarm (F10); a long pause ends
    # the recording (F8), and every later chunk is refused.
    best = "holds as far as possible"
    for number, status in ((2, "holds"), (7, best), (5, "refuted"), (11, "refuted")):
        assert claims[number]["alarm"]["status"] == status, number
    assert claims[7]["lazy-alarm"]["status"] == best
    assert claims[2]["lazy-alarm"]["status"] == "refuted"
    assert "must know how many chunks it recorded" in claims[2]["lazy-alarm"]["words"]
    for number in (1, 3, 5, 6, 7, 10, 11):
        assert claims[number]["lazy-alarm"]["status"] != "refuted"
    assert "“late and failing alarms” (chunk 1 was answered 403)" in claims[5]["alarm"]["words"]
    for item in claims.values():
        for found in item.values():
            for file in found["counterexamples"]:
                assert (folder / file).is_file()


def test_every_counterexample_replays_from_its_file(small: Matrix, folder: Path) -> None:
    data = json.loads((folder / "matrix.json").read_text(encoding="utf-8"))
    shown = 0
    for classes in data["designs"].values():
        for found in classes["fault_classes"].values():
            for slug, cell in found["properties"].items():
                for item in (cell, cell.get("best_possible", {})):
                    if item.get("counterexample") is None:
                        assert item.get("verdict") != "violated"
                        continue
                    run = replay(read_schedule(folder / item["counterexample"]))
                    judgement = EXPLORABLE[slug].check(run.facts, run.judge)
                    assert isinstance(judgement, Violation), item["counterexample"]
                    shown += 1
    assert shown == len(list((folder / "counterexamples").iterdir())) > 5


def test_a_schedule_of_the_matrix_replays_on_the_command_line(folder: Path) -> None:
    file = folder / "counterexamples" / "alarm-late-alarms-nothing_refused.jsonl"
    result = CliRunner().invoke(app, ["replay", str(file)])
    assert result.exit_code == 0, result.output
    assert "403" in result.output


def without_seconds(data: Any) -> Any:
    if isinstance(data, dict):
        return {key: without_seconds(item) for key, item in data.items() if key != "wall_s"}
    return [without_seconds(item) for item in data] if isinstance(data, list) else data


def test_the_number_of_workers_changes_nothing(small: Matrix) -> None:
    again = matrix(DESIGNS, chunks=2, faults=CHEAP, workers=2)
    assert json.dumps(without_seconds(matrix_json(again))) == json.dumps(
        without_seconds(matrix_json(small))
    )


def test_a_budget_leaves_cells_unknown() -> None:
    found = matrix(["lazy-alarm"], chunks=3, seconds=1, faults=["all"])
    cell = found.cell("lazy-alarm", "all", "finalizes_promptly")
    assert cell.kind == "unknown"
    assert "the budget of 1 seconds was used up" in cell.finding.reason


def test_a_design_that_cannot_be_explored_is_unknown_with_the_reason(tmp_path: Path) -> None:
    file = tmp_path / "broken.py"
    file.write_text(BROKEN, encoding="utf-8")
    found = matrix([f"{file}:Broken"], chunks=2, faults=["late-alarms"])
    cell = found.cell(f"{file}:Broken", "late-alarms", "finalizes")
    assert cell.kind == "unknown"
    assert "cannot be explored" in cell.finding.reason
    assert "set the alarm to 5" in cell.finding.reason
    assert cell.name == "Broken-late-alarms-finalizes"


@pytest.mark.parametrize(
    ("one", "other", "both"),
    [
        ("not asked", "not asked", "not asked"),
        ("not asked", "proved", "proved"),
        ("proved", "proved", "proved"),
        ("proved", "unknown", "unknown"),
        ("unknown", "violated", "violated"),
    ],
)
def test_what_two_scopes_say_together(one: Any, other: Any, both: str) -> None:
    a, b = Finding(one, "a", ("a",), 1, 1.0), Finding(other, "b", ("b",), 2, 1.0)
    for found in (joined(a, b), joined(b, a)):
        assert (found.kind, found.state_classes, found.wall_s) == (both, 3, 2.0)
        assert len(found.bounds) == (2 if one == other == "proved" else 1)


def test_the_recommended_design_completes_as_soon_as_the_stop_is_known() -> None:
    (scope, *_) = BUILDERS["any-delay"](2).scopes
    slugs = ("finalizes_promptly", "finalizes_once_known")
    kinds = {
        name: [
            finding.kind
            for finding in explore_scopes(name, [scope], slugs, ClassClocks(60)).values()
        ]
        for name in ("alarm", "lazy-alarm")
    }
    assert kinds == {"alarm": ["violated", "violated"], "lazy-alarm": ["violated", "proved"]}


OF_RECORDER = [slug for slug, item in EXPLORABLE.items() if item.is_of_recorder]


@pytest.mark.parametrize("faults", BUILDERS)
def test_where_no_recorder_runs_what_only_it_can_violate_is_not_asked(faults: str) -> None:
    """It is explored beside others, for a design that violates it where a recorder runs."""
    scopes = BUILDERS[faults](1).scopes
    at_once = [scope for scope in scopes if scope.load().recording.chunks is not None]
    assert 0 < len(at_once) < len(scopes), "each class has both"
    for scope in at_once:
        result = verify(scope.load(), "alarm", OF_RECORDER, Budget(seconds=60), attack=0)
        assert {item.reason for item in result.verdicts.values()} == {SILENT}
        assert result.steps > 0


def test_for_what_only_a_recorder_can_violate_alone_no_step_is_taken(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked: list[tuple[str, ...]] = []

    def noted(scenario: Any, design: Any, slugs: Any, *rest: Any, **options: Any) -> Any:
        asked.append(tuple(slugs))
        return verify(scenario, design, slugs, *rest, **options)

    monkeypatch.setattr(cells, "verify", noted)
    scope = BUILDERS["late-alarms"](1).scopes[-1]
    clocks = ClassClocks(60)
    assert explore_scopes("alarm", [scope], OF_RECORDER, clocks) == dict.fromkeys(
        OF_RECORDER, Finding()
    )
    assert asked == []
    beside = explore_scopes("alarm", [scope], [*OF_RECORDER, "finalizes"], clocks)
    assert asked == [(*OF_RECORDER, "finalizes")]
    assert {slug: item.kind for slug, item in beside.items()} == {
        **dict.fromkeys(OF_RECORDER, "not asked"),
        "finalizes": "proved",
    }


def test_the_extra_properties_are_asked_by_name_alone() -> None:
    assert set(EXTRA_PROPERTIES) == {"nothing_recoverable_lost", "finalizes_once_known"}
    assert not set(EXTRA_PROPERTIES) & set(PROPERTIES)
    scenario = lastchunk.load_scenario("small-scope")
    found = lastchunk.verify(
        scenario, lastchunk.load_design("manifest", scenario), list(EXTRA_PROPERTIES)
    )
    assert set(found.verdicts) == set(EXTRA_PROPERTIES)


def test_the_page_stands_alone_and_escapes_what_it_shows(small: Matrix, folder: Path) -> None:
    page = (folder / "matrix.html").read_text(encoding="utf-8")
    assert page.startswith("<!doctype html>")
    assert "http" not in page, "nothing is fetched"
    for sign in ("\u2713 proved", "\u2717 violated", "\u2298 impossible"):
        assert sign in page
    assert "stop&#39;s" in page or "page&#39;s" in page
    assert matrix_html(small).startswith("<style>")
    assert "<html" not in matrix_html(small)
    assert small._repr_html_() == matrix_html(small)


def test_the_command_line_shows_it_and_writes_it(tmp_path: Path) -> None:
    out = tmp_path / "matrix"
    arguments = ["matrix", "--out", str(out), "--design", "manifest", "--faults", "late-alarms"]
    result = CliRunner().invoke(app, [*arguments, "--chunks", "1", "--workers", "1"])
    assert result.exit_code == 0, result.output
    assert "\u2713 proved" in result.output
    assert {item.name for item in out.iterdir()} == {
        "matrix.html",
        "matrix.json",
        "counterexamples",
    }
    again = CliRunner().invoke(app, [*arguments, "--chunks", "1", "--workers", "1"])
    assert again.exit_code == 0, "a folder that holds just a matrix is replaced"


@pytest.mark.parametrize(
    ("options", "field"),
    [
        ({"chunks": 0}, "--chunks"),
        ({"chunks": 7}, "--chunks"),
        ({"seconds": 0}, "budget.seconds"),
        ({"faults": ["floods"]}, "--faults"),
        ({"faults": ["all", "all"]}, "--faults"),
        ({"faults": []}, "--faults"),
        ({"designs": ["no-such"]}, "--design"),
        ({"designs": ["alarm", "alarm"]}, "--design"),
        ({"designs": []}, "--design"),
        ({"workers": 0}, "workers"),
    ],
)
def test_bad_input_is_refused(options: dict[str, Any], field: str) -> None:
    with pytest.raises(InputError) as error:
        matrix(**options)
    assert error.value.field == field


def test_a_folder_with_something_else_in_it_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("years", encoding="utf-8")
    result = CliRunner().invoke(app, ["matrix", "--out", str(tmp_path), "--chunks", "1"])
    assert isinstance(result.exception, InputError)
    assert (tmp_path / "thesis.txt").exists()


def test_a_cell_that_is_not_there_is_refused(small: Matrix) -> None:
    with pytest.raises(InputError):
        small.cell("alarm", "commits", "nothing_lost")


SCRIPT = """
import pathlib
import sys

import lastchunk
from lastchunk.properties import never
from lastchunk.reference_impl.alarm import AlarmDesign

LEAST = 0


class Mine(AlarmDesign):
    '''Mine.'''


whole = {"whole": never(lambda now: now.is_completed and now.missing > LEAST)}
given = [Mine, ("long", Mine, {"grace_ms": 9_000}), "lazy-alarm"]
for workers in (1, 2):
    found = lastchunk.matrix(given, chunks=1, faults=["client-lost"], workers=workers)
    print([cell.kind for cell in found.cells])
lastchunk.write_matrix(found, pathlib.Path(sys.argv[1]))
print(*found.designs)
one, two = (
    lastchunk.compare("cellular-lte", Mine, sessions=260, workers=workers, properties=whole)
    for workers in (1, 2)
)
assert one.frame.equals(two.frame)
print(two.verdicts["Mine"]["whole"].violations > 0)
"""


def test_a_script_s_classes_settings_and_properties_reach_the_workers(tmp_path: Path) -> None:
    file, out = tmp_path / "mine.py", tmp_path / "out"
    file.write_text(SCRIPT, encoding="utf-8")
    words = [sys.executable, "mine.py", str(out)]
    done = subprocess.run(words, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    one, two, designs, is_found = done.stdout.splitlines()
    assert one == two
    assert (designs, is_found) == ("mine.py:Mine long lazy-alarm", "True")
    data = json.loads((out / "matrix.json").read_text(encoding="utf-8"))
    assert data["labels"]["long"]["settings"]["grace_ms"] == 9_000
    assert data["sources"]["long"] == data["sources"]["mine.py:Mine"]
    with pytest.raises(InputError, match="labelled settings is not read again"):
        read_matrix(out)


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ([3], "a class, a shipped name"),
        ([("a", "alarm", {"grace": 1})], "nearest known name 'grace_ms'"),
        ([("a", "alarm", {}), ("a", "alarm", {})], "each once"),
        (3, "a list, each of it"),
    ],
)
def test_what_is_no_design_of_a_matrix_is_refused(given: Any, said: str) -> None:
    with pytest.raises(InputError, match=said):
        matrix(given, chunks=1, faults=["client-lost"])
