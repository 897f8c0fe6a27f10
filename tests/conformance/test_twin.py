"""Is the design that was proved the class that is deployed? It is, or it diverges."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest

from lastchunk.cli import run
from lastchunk.cli.ends import code_of
from lastchunk.model.base.errors import InputError
from lastchunk.model.conformance import coverage, recipes
from lastchunk.model.conformance.campaign import made_by_exploring, plans_of
from lastchunk.model.conformance.own.bundled import bundle_own
from lastchunk.model.conformance.own.twin import TwinnedClass, load_twinned
from lastchunk.model.conformance.plan import NotPlayable, Plan
from lastchunk.model.conformance.play import play
from lastchunk.model.conformance.result import Result
from lastchunk.model.conformance.runtime.toolbox import Toolbox
from lastchunk.model.design.load import load_design

OWN = Path(__file__).parent / "own_classes"
TWINS = OWN / "twins.py"
ADAPTERS = {
    "RecordingSession": """
create = "POST /start"
upload = "PUT /parts/{chunk}"
stop = "rpc stop"
record = "recording"
status = "phase"
count = "parts"
[statuses]
recording = "active"
done = "completed"
""",
    "QuietSession": """
create = "POST /open"
upload = "PUT /{chunk}"
stop = "POST /stop"
record = "meta"
status = "state"
count = "received"
[statuses]
open = "active"
closed = "completed"
""",
    "SqlSession": """
create = "POST /start"
upload = "PUT /parts/{chunk}"
stop = "POST /stop"
record = "SELECT phase, parts FROM recording"
status = "phase"
count = "parts"
""",
}
FILES = {
    "RecordingSession": "recording.ts",
    "QuietSession": "quiet.ts",
    "SqlSession": "recording.ts",
}
TWIN_OF = {
    "RecordingSession": "RecordingTwin",
    "QuietSession": "QuietTwin",
    "SqlSession": "SqlTwin",
}
Planned = dict[str, tuple[TwinnedClass, list[Plan | NotPlayable]]]


def twinned(name: str, folder: Path) -> TwinnedClass:
    adapter = folder / f"{name}.toml"
    adapter.write_text(ADAPTERS[name], encoding="utf-8")
    twin = load_design(f"{TWINS}:{TWIN_OF[name]}")
    return load_twinned(f"{OWN / FILES[name]}:{name}", adapter, twin)


@pytest.fixture(scope="module")
def planned(tools: Toolbox, tmp_path_factory: pytest.TempPathFactory) -> Planned:
    """Of each class the schedules at its twin's edges."""
    found: Planned = {}
    for name in ADAPTERS:
        own = twinned(name, tmp_path_factory.mktemp(name))
        reference = f"{TWINS}:{TWIN_OF[name]}"
        asked = list(recipes.edges([reference], 3, seed=5))
        found[name] = own, plans_of(recipes.of_class(asked, own, [reference]))
    return found


def played(
    tools: Toolbox, own: TwinnedClass, plans: list[Plan | NotPlayable], is_brief: bool = False
) -> list[Result]:
    worker = bundle_own(tools, own.file, own.name, own.adapter, own.text)
    some = [replace(plan, own=own) if isinstance(plan, Plan) else plan for plan in plans]
    return play(tools, worker, some, 1, is_brief)


@pytest.mark.parametrize("name", ADAPTERS)
def test_a_class_of_another_shape_is_its_twin(tools: Toolbox, planned: Planned, name: str) -> None:
    results = played(tools, *planned[name])
    assert [item.sentence() for item in results if item.verdict == "diverges"] == []
    counts = Counter(item.verdict for item in results)
    assert counts["agrees"] >= (6 if name == "SqlSession" else 18), [item.why for item in results]


def test_timers_of_the_code_are_played(tools: Toolbox, planned: Planned) -> None:
    own, plans = planned["SqlSession"]
    timed = [plan for plan in plans if isinstance(plan, Plan) and fires_a_timer(plan)]
    assert len(timed) >= 5
    (result, *_) = played(tools, own, [timed[0]])
    assert result.verdict == "agrees"


def fires_a_timer(plan: Plan) -> bool:
    return any(step.key[0] == "timer" for step in plan.steps)


def test_a_record_in_sql_is_not_written_anew_by_who_finds_it(
    tools: Toolbox, tmp_path: Path
) -> None:
    """A process that is killed leaves the record to the next one, whose constructor looks at it."""
    own = replace(twinned("SqlSession", tmp_path), name="RowSession")
    reference = f"{TWINS}:RecordingTwin"
    asked = [item for item in recipes.troubles([reference], 2, seed=5) if "killed" in item.group]
    results = played(tools, own, plans_of(recipes.of_class(asked, own, [reference])))
    assert [item.sentence() for item in results if item.verdict == "diverges"] == []
    assert sum(item.verdict == "agrees" for item in results) >= 2, [item.why for item in results]


def test_what_wipes_the_storage_wipes_the_alarm(tools: Toolbox, tmp_path: Path) -> None:
    own = replace(twinned("RecordingSession", tmp_path), name="WipesAll")
    reference = f"{TWINS}:WipesTwin"
    asked = [item for item in recipes.edges([reference], 2, seed=5) if "puts" in item.group]
    plans = plans_of(recipes.of_class(asked, own, [reference]))
    results = played(tools, own, plans)
    assert [item.sentence() for item in results if item.verdict == "diverges"] == []
    assert sum(item.verdict == "agrees" for item in results) >= 3, [item.why for item in results]
    other = played(tools, replace(own, name="RecordingSession"), plans, is_brief=True)
    assert any(item.verdict == "diverges" for item in other)


PLANTED = [
    ("RecordingSession", "GRACE_MS = 5 * 1000", "GRACE_MS = 5 * 1000 + 1"),
    ("RecordingSession", "GRACE_MS = 5 * 1000", "GRACE_MS = 5 * 1000 - 1"),
    ("RecordingSession", 'phase !== "recording") return new Response',
     'phase === "done" && number > 1) return new Response'),
    ("RecordingSession", 'await this.ctx.storage.put("recording", recording);\n    await', "await"),
    ("RecordingSession", 'phase !== "recording") return;', 'phase === undefined) return;'),
    ("QuietSession", "Date.now() >= due", "Date.now() > due"),
    ("QuietSession", "lastMs: Date.now() });\n    return", "lastMs: meta.lastMs });\n    return"),
    ("QuietSession", 'await this.ctx.storage.put("stopped", true);', ""),
    ("QuietSession", "    const meta = await this.meta();\n    if (meta === undefined) return new",
     "    if (meta === undefined) return new"),
    ("SqlSession", "setTimeout(done, 250)", "setTimeout(done, 251)"),
    ("SqlSession", "SET parts = parts + 1", "SET parts = parts + 2"),
]  # fmt: skip
"""A class, and what is wrong in it: two texts."""


@pytest.mark.parametrize(("name", "old", "new"), PLANTED)
def test_a_planted_difference_diverges(
    tools: Toolbox, planned: Planned, name: str, old: str, new: str
) -> None:
    own, plans = planned[name]
    text = own.file.read_text(encoding="utf-8")
    assert old in text
    text = text.replace(old, new)
    if "const meta" in old:  # the copy from before the put is written back
        text = text.replace(
            'if ((await this.meta())?.state !== "open")',
            'const meta = await this.meta();\n    if (meta?.state !== "open")',
        )
    results = played(tools, replace(own, text=text), plans, is_brief=True)
    assert any(item.verdict == "diverges" for item in results)


def test_every_state_class_of_the_twins_proof_is_visited(tools: Toolbox, tmp_path: Path) -> None:
    own, reference = twinned("QuietSession", tmp_path), f"{TWINS}:QuietTwin"
    asked, classes = made_by_exploring([reference], 1, False, 1, own_settings=True)
    results = played(tools, own, plans_of(recipes.of_class(asked, own, [reference])))
    assert {item.verdict for item in results} == {"agrees"}
    assert sum(recipe.through for recipe in asked) == classes[reference] > 20


def test_a_schedule_with_other_settings_is_not_the_classs(tmp_path: Path) -> None:
    own, reference = twinned("RecordingSession", tmp_path), f"{TWINS}:RecordingTwin"
    asked = recipes.Recipe("session", "s", "small-scope", reference, (recipes.QUIET,))
    schedule, _ = asked.schedule()
    made = recipes.Recipe("made", "s", "", reference, made=schedule, twinned=own)
    (found,) = plans_of([made])
    assert isinstance(found, NotPlayable)
    assert found.reason == (
        "made with other settings than the class's: grace_ms=20, long_alarm_ms=40"
    )


# --- the command ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--design", f"{OWN}/recording.ts:NoWayIn"), "create is answered before its code runs"),
        (("--design", f"{OWN}/recording.ts:Nobody"), 'import "Nobody"'),
        (("--design", f"{OWN}/none.ts:Session"), "a TypeScript or JavaScript file that exists"),
        (("--design", "alarm"), "path/to/worker.ts:ClassName"),
        (("--design", f"{OWN}/recording.ts:RecordingSession", "--adapter", "none.toml"),
         "--adapter: 'none.toml'"),
        ((), "one path/to/worker.ts:ClassName beside --twin"),
        (("--design", f"{OWN}/quiet.ts:QuietSession"), "adapter: create: 'POST /start'"),
        (("--design", f"{OWN}/recording.ts:RecordingSession", "--twin", "manual"), "finalize"),
    ],
)  # fmt: skip
def test_the_command_refuses_in_one_line(
    tools: Toolbox,
    tmp_path: Path,
    words: tuple[str, ...],
    said: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    (tmp_path / "a.toml").write_text(ADAPTERS["RecordingSession"], encoding="utf-8")
    given = ["--twin", "alarm", "--adapter", str(tmp_path / "a.toml"), "--workers", "1"]
    monkeypatch.setattr("sys.argv", ["lastchunk", "conform", *given, *words])
    assert code_of(run) == 2
    error = capsys.readouterr().err
    assert error.count("\n") == 1
    assert said in error


def test_a_record_without_the_field_is_one_line(tools: Toolbox, tmp_path: Path) -> None:
    own = twinned("RecordingSession", tmp_path)
    other = replace(own, adapter=own.adapter.model_copy(update={"count": "pieces"}))
    with pytest.raises(InputError, match="a field of the record: phase, began, parts"):
        other.seen({"recording": {"phase": "done", "began": 1, "parts": []}})


def test_the_command_says_what_agrees_and_exits_as_a_gate(
    tools: Toolbox,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    (tmp_path / "a.toml").write_text(ADAPTERS["RecordingSession"], encoding="utf-8")
    given = ["--adapter", str(tmp_path / "a.toml"), "--workers", "1", "--coverage", "1"]
    few = ["--sessions", "0", "--edges", "1", "--troubles", "0"]
    monkeypatch.setattr(coverage, "EXAMPLES_IN", ("reliable",))
    own = ["--design", f"{OWN}/recording.ts:RecordingSession"]
    for twin, code, words in (
        (f"{TWINS}:RecordingTwin", 0, "0 diverge, 0 not playable"),
        ("short-grace", 1, "diverges at step"),
    ):
        argv = ["lastchunk", "conform", "--twin", twin, *own, *given, *few]
        monkeypatch.setattr("sys.argv", argv)
        assert code_of(run) == code
        out = capsys.readouterr().out
        assert words in out
        assert "RecordingSession (recording.ts) beside its twin" in out
