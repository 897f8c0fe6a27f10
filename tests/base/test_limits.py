"""Nothing runs without a limit, and nothing that a design raises ends the program.

Each design here hung the tool once, ended it with 0, or ended in a traceback.
"""

from __future__ import annotations

import inspect
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from lastchunk.cli import app
from lastchunk.model.base.blame import is_from_outside, place_of_frame
from lastchunk.model.base.errors import DesignError
from lastchunk.model.base.step_limit import StepLimit, time_limit
from lastchunk.model.design.load import find_class, load_design
from lastchunk.model.estimate.replicate import run_batch
from lastchunk.model.explore.verify import verify
from lastchunk.model.scenario.load import load_scenario
from lastchunk.model.simulate import simulate
from lastchunk.model.trace.events import AlarmStarted
from tests.support import endless_designs

FILE = Path(endless_designs.__file__)
RAISES = {
    "SysExit": ("raised SystemExit", "raise SystemExit(0)", "upload"),
    "Interrupts": ("raised KeyboardInterrupt", "raise KeyboardInterrupt", "upload"),
    "Closes": ("raised GeneratorExit", "raise GeneratorExit", "upload"),
    "StopFlowExits": ("raised SystemExit", "raise SystemExit(0)", "stop_flow"),
    "InitExits": ("raised SystemExit", "raise SystemExit(0)", "__init__"),
    "BadStatus": ("returned Response(status='200', body=None)", 'return Response("200")', "upload"),
    "NoStatus": ("returned Response(status=1, body=None)", "return Response(1)", "upload"),
    "NanAlarm": ("set the alarm to nan", "set_alarm(self.at_ms)", "upload"),
    "InfAlarm": ("set the alarm to inf", "set_alarm(self.at_ms)", "upload"),
    "TextAlarm": ("set the alarm to '5s'", "set_alarm(self.at_ms)", "upload"),
    "NoneAlarm": ("set the alarm to None", "set_alarm(self.at_ms)", "upload"),
    "HalfAlarm": ("set the alarm to 5000.5", "set_alarm(self.at_ms)", "upload"),
    "SleepsBack": ("sleeps -5", "self.ctx.sleep(-5)", "upload"),
    "Loop": ("did not come to an await or an end within 0.4 s", "", "upload"),
    "LoopInHelper": ("did not come to an await or an end within 0.4 s", "", "spin"),
    "Blocking": ("the module time is not listed", "time.sleep(3600)", "upload"),
    "Catches": ("within 0.4 s", "", "upload"),
    "AwaitLoop": ("awaited 3,000 times", 'self.ctx.storage.get("key")', "upload"),
    "AlarmStorm": ("had 10,000 happenings at", "async def alarm", "alarm"),
    "Hoards": ("raised MemoryError", "self.hoard", "upload"),
}
"""For each design what is said of it, what stands in the line that is named, and the method."""
LIMITS = ("limits.step_seconds_max=0.4", "limits.awaits_max=3000", "limits.memory_mb_max=500")


def line_of(name: str, text: str) -> int:
    """The line of a class, or of the class that it inherits from, with a text in it."""
    for cls in getattr(endless_designs, name).__mro__:
        lines, first = inspect.getsourcelines(cls)
        for at, line in enumerate(lines):
            if text in line:
                return first + at
    raise AssertionError(text)


@pytest.mark.parametrize("name", RAISES)
def test_a_design_is_refused_by_its_line_and_soon(name: str) -> None:
    words, text, method = RAISES[name]
    scenario = load_scenario("everything-fast", LIMITS)
    began = time.perf_counter()
    with pytest.raises(DesignError) as refused:
        simulate(scenario, load_design(f"{FILE}:{name}", scenario), 1)
    said = str(refused.value)
    assert said.startswith((f"{name} ", f"{name}."))
    assert words in said
    assert f"in {method}() of endless_designs.py" in said
    if text:
        assert f" at line {line_of(name, text)}, in" in said
    assert time.perf_counter() - began < 20


@pytest.mark.parametrize("name", ["SysExit", "Interrupts", "InitExits", "BadStatus", "NanAlarm"])
def test_it_is_refused_while_exploring_too(name: str) -> None:
    scenario = load_scenario("small-scope", ["chunks=1"])
    with pytest.raises(DesignError, match=f"{name}.*of endless_designs.py"):
        verify(scenario, load_design(f"{FILE}:{name}", scenario))


def test_a_wrong_constructor_is_refused_before_anything_runs() -> None:
    with pytest.raises(DesignError, match=r"^BadInit.__init__\(\) at line \d+.*\(ctx, settings\)"):
        find_class(f"{FILE}:BadInit")


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ("import sys\nsys.exit(0)\n", "raised SystemExit as it was imported at line 2"),
        ("raise KeyboardInterrupt\n", "raised KeyboardInterrupt as it was imported at line 1"),
        ("while True:\n    pass\n", "did not come to an end within 0.3 s at line"),
        ("import time\ntime.sleep(3600)\n", "did not come to an end within 0.3 s at line 2"),
    ],
)
def test_a_file_that_ends_the_program_or_never_ends_is_refused(
    source: str, words: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("lastchunk.model.design.load.STEP_SECONDS_MAX", 0.3)
    (tmp_path / "mine.py").write_text(source)
    with pytest.raises(DesignError, match=words):
        find_class(f"{tmp_path / 'mine.py'}:Mine")


def test_a_comparison_does_not_go_on_with_sessions_that_have_no_end() -> None:
    scenario = load_scenario("everything-fast", ["limits.happenings_max=20000"])
    design = load_design(f"{FILE}:AlarmDrizzle", scenario)
    assert simulate(scenario, design, 1).facts.ended == "limit", "one session is shown, and cut"
    with pytest.raises(DesignError, match=r"session 0: no end after 20,000 .*alarm\(\) ran"):
        run_batch(scenario, [design], 1, range(3))
    few = load_scenario("everything-fast", ["limits.happenings_max=50"])
    assert set(run_batch(few, [design], 1, range(3))["ended"]) == {"limit"}


@pytest.mark.parametrize(
    "command",
    [
        "simulate everything-fast --set limits.step_seconds_max=0.4",
        "compare everything-fast --sessions 3 --workers 1 --set limits.step_seconds_max=0.4",
    ],
)
def test_a_design_that_catches_everything_ends_the_process(command: str) -> None:
    design = f"{FILE}:CatchesAll"
    done = subprocess.run(
        [sys.executable, "-m", "lastchunk", *command.split(), "--design", design],
        cwd=FILE.parent.parent, capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    assert done.returncode == 2
    assert done.stderr.startswith("lastchunk: CatchesAll did not come to an await or an end within")
    assert "in upload() of endless_designs.py" in done.stderr
    assert (done.stdout, done.stderr.count("\n")) == ("", 1)


# --- whose interrupt it is -----------------------------------------------------------------------


def raised(text: str) -> BaseException:
    try:
        exec(text, {"sys": __import__("sys"), "signal": signal, "os": __import__("os")})
    except BaseException as error:
        return error
    raise AssertionError(text)


@pytest.fixture
def interruptible() -> Iterator[None]:
    """A process that was started in the background ignores the interrupt; here it must come."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.mark.usefixtures("interruptible")
def test_an_interrupt_that_code_raises_is_told_from_a_person_s() -> None:
    assert not is_from_outside(raised("raise KeyboardInterrupt"))
    assert not is_from_outside(raised("def f():\n  raise KeyboardInterrupt('x')\nf()"))
    assert not is_from_outside(raised("sys.exit()"))
    loop = "import os\nos.kill(os.getpid(), signal.SIGINT)\nfor _ in range(10**9): pass"
    assert is_from_outside(raised(loop))


# --- the limits themselves -----------------------------------------------------------------------


def test_a_run_that_moves_on_is_never_over_time() -> None:
    done = 0

    def steps() -> int:
        return done

    with StepLimit("slow", 0.2, steps, str):
        for done in range(1, 60):  # noqa: B007 - it is read by the limit
            time.sleep(0.01)
    assert done == 59, "it ran for three times its limit, a step at a time"


def spin() -> None:
    while True:
        pass


@pytest.mark.parametrize("limit", [StepLimit, time_limit])
def test_a_step_on_a_busy_machine_is_not_over_time(
    limit: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    ticks = 0

    def steps() -> int:
        nonlocal ticks
        ticks += 1
        return 0

    # Of each 20 s of the clock on the wall this process has one.
    monkeypatch.setattr(time, "monotonic", lambda: time.thread_time() * 20)
    given = (0.2, steps, str) if limit is StepLimit else (0.2,)
    began = time.thread_time()
    with limit("starved", *given):
        while time.thread_time() < began + 0.1 or (limit is StepLimit and ticks < 2):
            pass
    with pytest.raises(DesignError, match="endless did not come"), limit("endless", *given):
        spin()
    assert time.thread_time() > began + 0.3


def test_a_limit_within_a_limit_leaves_the_outer_one_to_tick() -> None:
    def work() -> None:
        with pytest.raises(DesignError, match="inner did not come"), time_limit("inner", 0.05):
            time.sleep(60)
        time.sleep(60)

    with pytest.raises(DesignError, match="outer did not come"), time_limit("outer", 0.3):
        work()
    assert signal.getitimer(signal.ITIMER_REAL) == (0.0, 0.0)


def test_a_frame_of_the_world_has_no_line_of_a_design() -> None:
    frame: Any = inspect.currentframe()
    assert place_of_frame(frame) == ""


def test_a_settled_session_that_goes_on_for_ever_is_cut_at_a_stated_limit() -> None:
    scenario = load_scenario("everything-fast", ["recording.duration_ms=15000"])
    run = simulate(scenario, endless_designs.Heartbeat, 1)
    assert (run.facts.ended, run.cut_by) == ("limit", "alone_max")
    alarms = sum(isinstance(event, AlarmStarted) for event in run.trace)
    assert 5_000 / 3 < alarms <= 7_000, "an alarm is one to three happenings"
    frame = run_batch(scenario, [load_design(endless_designs.Heartbeat, scenario)], 1, range(2))
    assert set(frame["ended"]) == {"limit"}
    few = load_scenario("everything-fast", ["recording.duration_ms=15000", "limits.alone_max=1"])
    assert len(simulate(few, endless_designs.Heartbeat, 1).trace) < len(run.trace) / 2


def test_a_cut_session_is_said_in_a_line() -> None:
    text = "everything-fast --set limits.end_at_completion=false --set recording.duration_ms=15000"
    for command, line in (
        (f"compare {text} --sessions 3", "Heartbeat: 3 of 3 sessions had no end and were cut at"),
        (f"simulate {text}", "it was cut at limits.alone_max = 5,000"),
    ):
        done = CliRunner().invoke(app, [*command.split(), "--design", f"{FILE}:Heartbeat"])
        assert done.exit_code == 0
        assert line in " ".join(done.output.split())
