"""`lastchunk check-log`: what it finds in logs of a throttled run, and how it ends."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from lastchunk.cli import main
from lastchunk.cli.check_log import short
from lastchunk.model.properties import Violation
from lastchunk.model.scenario.load import load_scenario
from lastchunk.model.simulate import replay, simulate
from lastchunk.model.simulate.schedule import read_schedule
from lastchunk.model.trace.events import BlobStored
from lastchunk.model.trace.jsonl import write_jsonl
from tests.simulate.test_field_facts import FACTS, run_of
from tests.support.field_logs import har, har_entries, otlp, spans_of

Check = Callable[..., tuple[int, str]]


@pytest.fixture
def check(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Check:
    def run(*words: Any) -> tuple[int, str]:
        monkeypatch.setattr(sys, "argv", ["lastchunk", "check-log", *map(str, words)])
        capsys.readouterr()
        with pytest.raises(SystemExit) as ended:
            main()
        code = ended.value.code
        assert isinstance(code, int)
        return code, "".join(capsys.readouterr())

    return run


@pytest.fixture(scope="module")
def logs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One session of the race, one on a fast network, and one of the old flow, in two kinds."""
    facts = {fact.name: fact for fact in FACTS}
    runs = [
        run_of(facts["F4-refused-between-F1-and-F2"]),
        simulate("everything-fast", "alarm", 1, 0),
    ]
    place = tmp_path_factory.mktemp("logs")
    entries, spans = [], []
    for number, run in enumerate(runs):
        shift_ms = 3_600_000 * number
        entries += har_entries(run.trace, f"rec-{number}", shift_ms=shift_ms)
        spans += spans_of(run.trace, f"rec-{number}", shift_ms)
    (place / "run.har").write_text(har(entries), encoding="utf-8")
    (place / "run.json").write_text(otlp(spans), encoding="utf-8")
    good = simulate("everything-fast", "lazy-alarm", 1, 0)
    (place / "good.har").write_text(har(har_entries(good.trace)), encoding="utf-8")
    (place / "fast.har").write_text(har(har_entries(runs[1].trace)), encoding="utf-8")
    write_jsonl(good.trace, place / "good.jsonl")
    return place


@pytest.mark.parametrize("name", ["run.har", "run.json"])
def test_it_finds_the_403_and_the_late_finalization(
    name: str, logs: Path, check: Check, tmp_path: Path
) -> None:
    code, said = check(logs / name, "--out", tmp_path / "out", "--json", tmp_path / "found.json")
    assert code == 1
    told = json.loads((tmp_path / "found.json").read_text(encoding="utf-8"))
    race, fast = told["failed"]
    assert race["violations"]["nothing_refused"]["detail"] == "chunk 1 was answered 403"
    assert race["way"]["key"] == "F4"
    assert race["way"]["rule"] == "R4-R6"
    assert "finalizes_promptly" in fast["violations"]
    assert fast["way"]["key"] == "F3"
    assert "F4: a chunk was sent after the alarm ran inside the upload before it" in said
    for item in told["failed"]:
        found = replay(read_schedule(item["schedule"])).check(list(item["violations"]))
        assert any(isinstance(one, Violation) for one in found.values())
        assert f"lastchunk replay {item['schedule']}" in said


def test_a_design_that_holds_is_a_green_gate(logs: Path, check: Check) -> None:
    code, said = check(logs / "good.jsonl")
    assert code == 0, said
    assert "not judged: notified_once" in said


def test_a_har_does_not_see_in_which_turn_a_session_was_completed(logs: Path, check: Check) -> None:
    code, said = check(logs / "good.har")
    assert code == 3
    assert "stored before the completion" in said
    assert "not judged: notified_once: no notification is in the log" in said
    assert "taken for true: a stop ended the recording" in said


def test_what_no_log_of_the_kind_can_say_is_unknown_where_it_is_asked(
    logs: Path, check: Check
) -> None:
    code, said = check(logs / "good.har", "--property", "duration_true")
    assert code == 3
    assert "the recordings list is not in the log" in said


def test_an_own_property_is_judged_by_what_the_log_has(
    logs: Path, check: Check, tmp_path: Path
) -> None:
    mine = tmp_path / "mine.py"
    mine.write_text(
        "from lastchunk.properties import event, never\n"
        "no_403 = never(event.ResponseArrived(status=403))\n"
        "no_tab = never(event.TabClosed)\n",
        encoding="utf-8",
    )
    assert check(logs / "run.har", "--property", f"{mine}:no_403")[0] == 1
    code, said = check(logs / "run.har", "--property", f"{mine}:no_tab")
    assert code == 3
    assert "the log does not carry TabClosed" in said


def test_a_longer_grace_is_prompt_for_longer(logs: Path, check: Check) -> None:
    words = (logs / "good.har", "--property", "finalizes_promptly")
    assert check(*words, "--set", "design.grace_ms=600000")[0] == 0
    late = (logs / "fast.har", "--property", "finalizes_promptly")
    assert check(*late)[0] == 1
    assert check(*late, "--set", "design.grace_ms=900000")[0] == 0


def test_two_kinds_at_once_are_refused(logs: Path, check: Check) -> None:
    code, said = check(logs / "run.har", logs / "run.json")
    assert code == 2
    assert "logs of one kind at a time" in said


SAMPLES = Path(__file__).parents[1] / "browser" / "samples"
REAL = {
    "throttled.har": (
        {"complete_at_finalization", "completed_is_final", "finalizes_promptly"},
        "F1",
    ),
    "throttled-and-cut.har": (
        {"complete_at_finalization", "nothing_refused", "nothing_lost"},
        "F5",
    ),
}


UPLOADS_ELSEWHERE = '[calls]\nupload = "PUT /elsewhere/{chunk}"\n'


def test_a_log_in_which_no_upload_is_known_passes_no_gate(check: Check, tmp_path: Path) -> None:
    mapping = tmp_path / "mapping.toml"
    mapping.write_text(UPLOADS_ELSEWHERE, encoding="utf-8")
    words = SAMPLES / "throttled.har", "--mapping", str(mapping), "--property"
    for slug in ("complete_at_finalization", "nothing_lost", "count_true", "finalizes_promptly"):
        code, told = check(*words, slug)
        assert (slug, code) == (slug, 3)
        assert "no upload is in the log" in " ".join(told.split())


def test_long_names_that_begin_alike_are_told_apart() -> None:
    one, other = (short(f"recording-2026-11-27-{number:08}") for number in (1, 2))
    assert (one, other) == ("recordin...-27-00000001", "recordin...-27-00000002")
    assert short("a-name-of-24-characters-") == "a-name-of-24-characters-"


def test_a_log_is_given_once(check: Check, tmp_path: Path) -> None:
    file = SAMPLES / "throttled.har"
    code, said = check(file, str(file))
    assert code == 2
    assert said.endswith("allowed: each file once: it would count twice\n")


def test_a_har_without_bodies_says_how_to_get_one_that_has_them(
    check: Check, tmp_path: Path
) -> None:
    har = json.loads((SAMPLES / "throttled.har").read_text(encoding="utf-8"))
    for entry in har["log"]["entries"]:
        entry["response"].get("content", {}).pop("text", None)
    file = tmp_path / "no-content.har"
    file.write_text(json.dumps(har), encoding="utf-8")
    _, told = check(file)
    assert "export the HAR with content" in told
    assert "export the HAR with content" not in check(SAMPLES / "throttled.har")[1]


def told_of(check: Check, name: str, folder: Path) -> dict[str, Any]:
    """What is found in a log of the page's real runs, whose grace was a second."""
    out = folder / "found.json"
    words = ("--set", "design.grace_ms=1000", "--out", folder / "o", "--json", out)
    assert check(SAMPLES / name, *words)[0] == 1
    told: dict[str, Any] = json.loads(out.read_text(encoding="utf-8"))
    return told


@pytest.mark.parametrize("name", REAL)
def test_a_real_browser_on_a_throttled_line(name: str, check: Check, tmp_path: Path) -> None:
    (failed,) = told_of(check, name, tmp_path)["failed"]
    violated, way = REAL[name]
    assert set(failed["violations"]) == violated
    assert failed["way"]["key"] == way
    found = replay(read_schedule(failed["schedule"])).check(sorted(violated))
    assert any(isinstance(one, Violation) for one in found.values())


def test_spans_of_the_real_runtime(check: Check, tmp_path: Path) -> None:
    """Without keys: two throttled runs, of which one was late and one was refused."""
    told = told_of(check, "spans.json", tmp_path)
    late, cut = told["failed"]
    too_early = "complete_at_finalization"
    prompt = {"finalizes_promptly", "finalizes_once_known"}
    assert set(late["violations"]) == {too_early, "completed_is_final", *prompt}
    assert set(cut["violations"]) == {too_early, "nothing_refused", "nothing_lost"}
    assert "answered 403" in cut["violations"]["nothing_refused"]["detail"]
    assert [item["way"]["key"] for item in (late, cut)] == ["F1", "F5"]
    for item in (late, cut):
        found = replay(read_schedule(item["schedule"])).check(list(item["violations"]))
        assert any(isinstance(one, Violation) for one in found.values())


def test_a_trace_that_was_cut_is_no_green_gate(check: Check, tmp_path: Path) -> None:
    scenario = load_scenario("everything-fast", ["limits.horizon_ms=25000"])
    run = simulate(scenario, "lazy-alarm", 1, 0)
    assert run.facts.ended == "horizon"
    write_jsonl(run.trace, tmp_path / "cut.jsonl")
    code, said = check(tmp_path / "cut.jsonl", "--property", "nothing_lost")
    assert code == 3
    assert "the run ended at the horizon" in said


def test_a_trace_without_its_end_does_not_say_how_it_ends(check: Check, tmp_path: Path) -> None:
    mine = tmp_path / "mine.py"
    mine.write_text(
        "from lastchunk.model.properties.shipped.endings import at_end\n"
        "from lastchunk.properties import state\n"
        "none_left = at_end(state.not_stored == 0, when=state.has_recorded)\n",
        encoding="utf-8",
    )
    run = simulate("everything-fast", "lazy-alarm", 1, 0)
    write_jsonl(run.trace, tmp_path / "whole.jsonl")
    assert check(tmp_path / "whole.jsonl", "--property", f"{mine}:none_left")[0] == 0
    first = next(at for at, item in enumerate(run.trace) if isinstance(item, BlobStored))
    write_jsonl(run.trace[: first + 1], tmp_path / "some.jsonl")
    code, said = check(tmp_path / "some.jsonl", "--property", f"{mine}:none_left")
    assert code == 3
    assert "the log ends before the session does" in " ".join(said.split())
