"""A class of a worker, unchanged, in the place of a world's object."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from lastchunk.cli import run
from lastchunk.cli.ends import code_of
from lastchunk.model.base.errors import InputError
from lastchunk.model.conformance.own import real as own_real
from lastchunk.model.conformance.own.adapter import read_adapter
from lastchunk.model.conformance.own.load import load_real, on_real_runtime
from lastchunk.model.conformance.own.real import end_real_objects
from lastchunk.model.conformance.runtime import workerd
from lastchunk.model.conformance.runtime.toolbox import WORKER, Toolbox
from lastchunk.model.design.load import DesignSpec
from lastchunk.model.scenario.load import load_scenario
from lastchunk.model.scenario.schema import Scenario
from lastchunk.model.simulate import Run, record, replay, simulate
from lastchunk.model.table.engine import way_of
from lastchunk.model.trace import events as e
from lastchunk.reference_impl.designs import DESIGNS

OWN = Path(__file__).parent / "own_classes/recording.ts"
TWINS = WORKER / "src/designs.ts"
RECORDING = """
create = "POST /start"
upload = "PUT /parts/{chunk}"
stop = "rpc stop"
record = "recording"
status = "phase"
count = "parts"
[statuses]
recording = "active"
done = "completed"
"""
SQL = """
create = "POST /start"
upload = "PUT /parts/{chunk}"
stop = "POST /stop"
record = "SELECT phase, parts FROM recording"
status = "phase"
count = "parts"
"""
OF_TWINS = """
create = "POST /createSession"
upload = "POST /upload/{chunk}"
stop = "POST /signalStop?chunks={chunks}"
finalize = "POST /finalizeSession"
record = "state"
status = "status"
count = "chunks_uploaded"
page = "PAGE"
"""
MEMORY = (e.InstanceLost,)
"""What tells of memory alone: nobody knows whether a class keeps something in it."""


@pytest.fixture(scope="module", autouse=True)
def processes() -> Iterator[None]:
    yield
    end_real_objects()


def real(
    reference: str, adapter: str, folder: Path, scenario: Scenario
) -> tuple[Scenario, DesignSpec]:
    file = folder / "adapter.toml"
    file.write_text(adapter, encoding="utf-8")
    scenario = on_real_runtime(scenario)
    return scenario, load_real(reference, file, scenario, lambda text: None)


def events(run: Run, *hidden: type) -> list[e.Event]:
    """The trace without what tells of memory, which ends a run later."""
    trace = [event for event in run.trace if not isinstance(event, (*MEMORY, *hidden))]
    return [event._replace(at_ms=0) if type(event) in ENDS else event for event in trace]


ENDS = (e.Costs, e.RunEnded)


@pytest.mark.parametrize("design", DESIGNS)
def test_a_twin_that_stands_in_gives_the_designs_own_trace(
    tools: Toolbox, tmp_path: Path, design: str
) -> None:
    reference = f"{TWINS}:{DESIGNS[design].__name__}"
    for number, name in enumerate(("lossy-mobile", "slow-uplink")):
        given = load_scenario(name)
        scenario, spec = real(reference, OF_TWINS.replace("PAGE", design), tmp_path, given)
        found = simulate(scenario, spec, 5, number)
        assert events(found) == events(simulate(scenario, design, 5, number)), name
        assert len(found.trace) >= 50


def test_a_class_of_another_shape_is_judged_as_the_deployed_design(
    tools: Toolbox, tmp_path: Path
) -> None:
    for name in ("cellular-driving", "tab-reloaded", "twelve-minute-pause"):
        given = load_scenario(name)
        scenario, spec = real(f"{OWN}:RecordingSession", RECORDING, tmp_path, given)
        found, twin = simulate(scenario, spec, 5, 1), simulate(scenario, "alarm", 5, 1)
        # It reads its record once an alarm, the twin twice.
        assert events(found, e.Costs) == events(twin, e.Costs)
        verdicts = [type(item) for item in found.check(["complete_at_finalization"]).values()]
        assert verdicts == [type(i) for i in twin.check(["complete_at_finalization"]).values()]


def test_its_schedule_replays_to_the_same_bytes(tools: Toolbox, tmp_path: Path) -> None:
    lost = "faults=[{kind='instance_lost',offset_ms={low_ms=9000,high_ms=9000}}]"
    given = load_scenario("lossy-mobile", [lost])
    scenario, spec = real(f"{OWN}:RecordingSession", RECORDING, tmp_path, given)
    first, schedule = record(scenario, spec, 3, 0)
    assert replay(schedule, spec).trace == first.trace
    reasons = [event.reason for event in first.trace if isinstance(event, e.InstanceLost)]
    assert "reset" in reasons


def test_sql_timers_a_gate_and_a_call_to_the_outside_are_followed(
    tools: Toolbox, tmp_path: Path
) -> None:
    given = load_scenario("everything-fast", ["consumer.notify_delay_ms=70"])
    scenario, spec = real(f"{OWN}:SqlSession", SQL, tmp_path, given)
    trace = simulate(scenario, spec, 5, 0).trace
    (notified,) = [event.at_ms for event in trace if isinstance(event, e.Notified)]
    completed = [ev for ev in trace if isinstance(ev, e.StateWritten) and ev.status == "completed"]
    assert notified == completed[-1].at_ms + 70
    uploads = {}
    for event in trace:
        if isinstance(event, e.BlobStored):
            uploads[event.chunk] = event.at_ms
        elif isinstance(event, e.HandlerEnded) and event.method == "upload":
            assert event.at_ms == uploads[event.chunk] + 250
    counts = [event.chunks_uploaded for event in trace if isinstance(event, e.StateWritten)]
    assert counts == sorted(counts)
    assert counts[-1] == len(uploads) > 2


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("Polls", r"no setInterval \(recording.ts, line \d+\)"),
        ("InATransaction", r"no transaction \(recording.ts, line \d+\)"),
        ("ReadsBack", r"no R2 get \(recording.ts, line \d+\)"),
        ("TwoAtOnce", "upload goes on while its blob is under way"),
        ("Gives", r"no abort \(recording.ts, line \d+\)"),
        ("NeedsArchive", "with ARCHIVE, which the class reads in its env; upload fails without it"),
    ],
)
def test_what_cannot_be_followed_is_refused_by_name(
    tools: Toolbox, tmp_path: Path, name: str, words: str
) -> None:
    scenario, spec = real(f"{OWN}:{name}", RECORDING, tmp_path, load_scenario("everything-fast"))
    with pytest.raises(InputError, match=words):
        simulate(scenario, spec, 5, 0)


# --- what is refused before anything runs --------------------------------------------------------


def changed(old: str, new: str) -> str:
    assert old in RECORDING
    return RECORDING.replace(old, new)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (changed('create = "POST /start"', ""), "create: "),
        (changed('"POST /start"', '"start"'), 'such as "POST /chunks/{chunk}" or "rpc signalStop"'),
        (changed("{chunk}", "{part}"), "in braces {chunk}, {chunks}, {body}, {session}"),
        (changed('stop = "rpc stop"', 'stop = "rpc stop"\nstopp = "x"'), "unknown key: 'stopp'"),
        (changed('done = "completed"', 'done = "finished"'), "'active', 'completed'"),
        (changed('count = "parts"', 'count = "parts"\npage = "nobody"'), "page: 'nobody'"),
        (changed('count = "parts"', 'count = "parts"\npage = "manual"'), "finalize"),
        (changed('count = "parts"', 'count = "parts"\nbuckets = ["a b"]'), "buckets"),
        ("not toml", "valid TOML"),
        ("", "at least one setting"),
    ],
)
def test_a_bad_adapter_is_one_line(
    tmp_path: Path,
    text: str,
    words: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    (tmp_path / "bad.toml").write_text(text, encoding="utf-8")
    command = ["simulate", "harmless", "--design", f"{OWN}:RecordingSession", "--adapter"]
    monkeypatch.setattr("sys.argv", ["lastchunk", *command, str(tmp_path / "bad.toml")])
    assert code_of(run) == 2
    said = capsys.readouterr().err
    assert said.count("\n") == 1
    assert words in said


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--design", "alarm"), "a --design path/to/worker.ts:ClassName beside it"),
        (("--design", "none.ts:Session"), "a TypeScript or JavaScript file that exists"),
        (("--design", f"{OWN}:Nobody"), 'No matching export in "recording.ts" for import "Nobody"'),
        (
            ("--design", f"{OWN}:RecordingSession", "--set", "platform.commit_ms=5"),
            "0 with --adapter",
        ),
        (
            (
                "--design",
                f"{OWN}:RecordingSession",
                "--set",
                "faults=[{kind='deploy',offset_ms=5}]",
            ),
            "any but a deploy",
        ),
    ],
)
def test_what_is_given_beside_an_adapter_is_looked_at(
    tools: Toolbox,
    tmp_path: Path,
    words: tuple[str, ...],
    said: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    (tmp_path / "a.toml").write_text(RECORDING, encoding="utf-8")
    command = ["simulate", "harmless", *words, "--adapter", str(tmp_path / "a.toml")]
    monkeypatch.setattr("sys.argv", ["lastchunk", *command])
    assert code_of(run) == 2
    error = capsys.readouterr().err
    assert error.count("\n") == 1
    assert said in error


@pytest.mark.parametrize(
    ("name", "adapter", "words"),
    [
        ("NoWayIn", RECORDING, "create is answered before its code runs: 500 Error: no way in"),
        ("NeverAnswers", RECORDING, "create waits for something else"),
        ("NeverEnds", RECORDING, "it computes for over 1 s and lets nothing else run"),
        ("NoFetch", RECORDING, "adapter: create: 'POST /start'; allowed: a request that begins"),
        ("noClass", RECORDING, "Class extends value 5 is not a constructor"),
        ("RecordingSession", changed("rpc stop", "rpc stopp"), "501 no method stopp"),
        ("RecordingSession", changed("POST /start", "POST /begin"), "it answers 404"),
        (
            "RecordingSession",
            changed("/parts/{", "/part/{"),
            "adapter: upload: 'PUT /part/{chunk}'",
        ),
        ("RecordingSession", changed('"recording"', '"session"'), "'session'; allowed: what the"),
        ("RecordingSession", changed('"parts"', '"part"'), "a field of the record: phase, began"),
    ],
)
def test_a_class_or_an_adapter_that_cannot_work_is_one_line_and_leaves_nothing(
    tools: Toolbox,
    tmp_path: Path,
    name: str,
    adapter: str,
    words: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(workerd, "STUCK_SECONDS", 1.0)
    monkeypatch.setattr(own_real, "LOOKS_MAX", 12)
    scenario, spec = real(f"{OWN}:{name}", adapter, tmp_path, load_scenario("everything-fast"))
    with pytest.raises(InputError) as refused:
        simulate(scenario, spec, 5, 0)
    assert words in str(refused.value)
    assert "\n" not in str(refused.value)
    begun = [objects.runtime.process for objects in own_real.RUNNING.values()]
    end_real_objects()
    assert all(process is not None and process.returncode is not None for process in begun)


def test_the_commands_replay_and_draw_what_the_real_object_did(
    tools: Toolbox,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    (tmp_path / "a.toml").write_text(RECORDING, encoding="utf-8")
    own = ["--adapter", str(tmp_path / "a.toml")]
    asked = ["everything-fast", "--design", f"{OWN}:RecordingSession"]
    files = {word: str(tmp_path / word) for word in ("s.jsonl", "1.jsonl", "2.jsonl", "s.html")}
    out = ["--schedule", files["s.jsonl"], "--out", files["1.jsonl"], "--html", files["s.html"]]

    def ends(*words: str) -> int:
        monkeypatch.setattr("sys.argv", ["lastchunk", *words])
        return code_of(run)

    assert ends("simulate", *asked, *own, *out) == 0
    assert ends("replay", files["s.jsonl"], *own, "--out", files["2.jsonl"]) == 0
    assert Path(files["1.jsonl"]).read_bytes() == Path(files["2.jsonl"]).read_bytes()
    assert "RecordingSession" in Path(files["s.html"]).read_text(encoding="utf-8")
    capsys.readouterr()
    assert ends("compare", *asked, *own, "--sessions", "1", "--out", str(tmp_path / "report")) == 2
    assert "no report with --adapter" in capsys.readouterr().err
    assert not (tmp_path / "report").exists()


def test_no_table_stands_for_the_real_object(tools: Toolbox, tmp_path: Path) -> None:
    given = load_scenario("everything-fast")
    scenario, spec = real(f"{OWN}:RecordingSession", RECORDING, tmp_path, given)
    assert str(way_of("auto", scenario, spec, 10_000)) == "SimPy (an object on the real runtime)"


def test_the_ordinary_adapter_has_six_lines(tmp_path: Path) -> None:
    (tmp_path / "a.toml").write_text(SQL, encoding="utf-8")
    adapter = read_adapter(tmp_path / "a.toml")
    assert len(SQL.strip().splitlines()) == 6
    assert adapter.call("upload", 7, None, "s").path == "/parts/7"
    assert adapter.query == "SELECT phase, parts FROM recording"
