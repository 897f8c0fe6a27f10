"""How every command ends: its exit code, one line for bad input, nothing left half-written.

`main` itself is run, with the arguments that a shell would give it.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from lastchunk.cli import app, catalogue, main
from lastchunk.cli.app import cores
from lastchunk.cli.loading import command, options
from lastchunk.cli.progress import progress_bar
from lastchunk.model.scenario.load import SHIPPED
from lastchunk.model.simulate import simulate

COMPLETE = "complete_at_finalization"
ENDLESS = "recording.duration_ms={{distribution='exponential', mean_ms=9000}}"
COMMANDS = (
    "bind",
    "check-log",
    "choose",
    "ci",
    "compare",
    "conform",
    "designs",
    "doctor",
    "fit",
    "import",
    "matrix",
    "merge",
    "new-design",
    "rare",
    "region",
    "replay",
    "report",
    "scenarios",
    "serve",
    "show",
    "simulate",
    "sweep",
    "timetravel",
    "verify",
)
SMALL = ("small-scope", "--set", "chunks=1", "--set", "disconnects=0", "--property", COMPLETE)
FEW = ("--sessions", "3", "--workers", "1")
TITLE = "[red]Rough[/] [/b] & <b>1 | 2</b> [link=x]"


class Ended(NamedTuple):
    """How a command ended, and what it said."""

    code: Any
    out: str
    err: str


Run = Callable[..., Ended]


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Run the command line in this process."""

    def run(*arguments: object) -> Ended:
        monkeypatch.setattr(sys, "argv", ["lastchunk", *map(str, arguments)])
        capsys.readouterr()
        with pytest.raises(SystemExit) as ended:
            main()
        return Ended(ended.value.code or 0, *capsys.readouterr())

    return run


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def titled(folder: Path, base: str) -> Path:
    """A shipped scenario under a title that a terminal, a page and a table could stumble over."""
    path = folder / f"{base}.toml"
    lines = (SHIPPED / path.name).read_text(encoding="utf-8").splitlines()
    lines[[line.startswith("title") for line in lines].index(True)] = f"title = '{TITLE}'"
    path.write_text("\n".join(lines), encoding="utf-8")
    return path


# --- help ----------------------------------------------------------------------------------------


def test_there_are_these_commands_and_no_others() -> None:
    from typer.main import get_command

    assert tuple(sorted(getattr(get_command(app), "commands", {}))) == COMMANDS


@pytest.mark.parametrize("name", COMMANDS)
def test_each_command_helps_with_every_option(name: str, run: Run) -> None:
    from typer.main import get_command

    ended = run(name, "--help")
    assert (ended.code, ended.err) == (0, "")
    assert "Usage: " in ended.out
    for parameter in getattr(get_command(app), "commands", {})[name].params:
        spelled = parameter.opts[0] if parameter.opts[0][0] == "-" else parameter.name
        assert str(spelled).upper().lower() in ended.out.lower(), parameter.name


def test_without_a_command_the_help_is_shown(run: Run) -> None:
    ended = run()
    assert "Usage: " in ended.out + ended.err
    assert "Traceback" not in ended.err
    assert run("--help").code == 0


# --- exit codes ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("more", "code", "verdict"),
    [
        ((), 0, "proved"),
        (("--set", "grace_ms=3"), 1, "violated"),
        (("--set", "grace_ms=3", "--property", "finalizes_promptly"), 1, "violated"),
        (("--set", "expect.sometimes=['tab_closed']"), 3, "unknown"),
        (("--classes", "2"), 3, "unknown"),
    ],
)
def test_verify_exits_by_its_verdict(
    more: tuple[str, ...], code: int, verdict: str, run: Run, tmp_path: Path
) -> None:
    ended = run("verify", *SMALL, *more, "--out", tmp_path / "out")
    assert (ended.code, ended.err) == (code, "")
    assert verdict in ended.out
    assert f"written: {tmp_path / 'out' / 'verify.json'}" in ended.out
    data = json.loads((tmp_path / "out" / "verify.json").read_text(encoding="utf-8"))
    assert data["verdict"] == verdict
    assert names(tmp_path) == ["out"]


def test_verify_with_a_threshold_says_it(run: Run) -> None:
    ended = run("verify", *SMALL, "--set", "failures=0", "--threshold", "grace_ms")
    assert ended.code == 0
    assert f"{COMPLETE} is violated up to grace_ms = 7 and proved from 8 on." in ended.out


def test_commands_that_show_something_end_well(run: Run) -> None:
    assert run("designs").code == run("scenarios").code == run("scenarios", "harmless").code == 0
    assert run("simulate", "stray-stop").code == 0, "a session is shown, whatever it violates"


def test_the_doctor_refuses_to_call_a_run_that_varies_well(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    runs = iter(range(1, 10_000))
    monkeypatch.setattr(catalogue, "simulate", lambda s, d, seed: simulate(s, d, next(runs)))
    monkeypatch.setattr(catalogue, "shipped", lambda: ["lossy-mobile"])
    ended = run("doctor")
    assert ended.code == 4
    assert "lossy-mobile, manual: two runs of one seed differ" in ended.err
    assert "well" not in ended.out


def test_the_doctor_says_what_is_skipped_without_other_programs(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(catalogue, "shipped", lambda: ["harmless"])
    monkeypatch.setattr("shutil.which", lambda name: None)
    ended = run("doctor")
    assert ended.code == 0
    assert "Node.js: not found" in ended.out
    assert "lastchunk conform is skipped here: it needs a C compiler" in ended.out
    assert "all 1 scenarios run, each twice with the same trace: well" in ended.out


# --- bad input -----------------------------------------------------------------------------------

BAD: dict[str, tuple[tuple[str, ...], str]] = {
    "no such property": (("verify", *SMALL, "--property", "finalises"), "--property: 'finalises'"),
    "no such design": (("verify", *SMALL, "--design", "alram"), "nearest known name 'alarm'"),
    "no such scenario": (("verify", "small-scoop"), "such as 'small-scope'"),
    "no classes": (("verify", *SMALL, "--classes", "0"), "--classes: 0; allowed: at least 1"),
    "no time": (("verify", *SMALL, "--seconds", "nan"), "--seconds: nan; allowed: at least 1"),
    "no memory": (("verify", *SMALL, "--memory-mb", "-1"), "--memory-mb: -1"),
    "an uplink": (("verify", "cellular-driving"), "uplink: 'a shared uplink'"),
    "a duration without end": (("verify", "harmless", "--set", ENDLESS), "recording.duration_ms"),
    "a threshold without ms": (("verify", *SMALL, "--threshold", "chunks"), "'chunks'; allowed: a"),
    "no such threshold": (("verify", *SMALL, "--threshold", "graze_ms"), "known name 'grace_ms'"),
    "a threshold of the design": (("verify", "lossy-mobile", "--threshold", "grace_ms"),
        "--threshold: 'grace_ms'; allowed: one of blobs"),
    "a setting beside a threshold": (("verify", *SMALL, "--set", "chunky=1", "--threshold",
        "grace_ms"), "--set: 'chunky'"),
    "no end of a class": (("bind", "{typescript}"), "line 1: this is not TypeScript that can be "
        "read (} is missing)"),
    "an export of another": (("verify", "harmless", "--promela", "{out}"), "small-scope with"),
    "a file is in the way": (("verify", *SMALL, "--out", "{file}"), "it is a file"),
    "an export into nothing": (("verify", *SMALL, "--promela", "{file}/m.pml"), "can be written"),
    "no such faults": (("matrix", "--faults", "meteor", "--out", "{out}"), "meteor"),
    "no chunks": (("matrix", "--chunks", "0", "--out", "{out}"), "chunks: 0"),
    "matrix without out": (("matrix",), "Missing option '--out'"),
    "matrix into a file": (("matrix", "--out", "{file}"), "it is a file"),
    "no sessions": (("compare", "harmless", "--sessions", "0"), "sessions: 0; allowed: 1 to"),
    "a negative seed": (("compare", "harmless", "--seed", "-1"),
        "'--seed': Input should be greater than or equal to 0, not '-1'"),
    "no workers": (("compare", "harmless", "--workers", "0"), "than or equal to 1, not '0'"),
    "nobody can be asked": (("compare", "harmless", "--property", "notified_once"),
                            "'notified_once'; allowed: only with a design that notifies"),
    "a design twice": (("compare", "harmless", "--design", "alarm", "--design", "alarm"), "once"),
    "no value": (("simulate", "harmless", "--set", "client.retry_ms"), "allowed: KEY=VALUE"),
    "a jitter without end": (("simulate", "harmless", "--set", "client.retry_jitter=inf"),
        "client.retry_jitter: inf; allowed: Input should be a finite number"),
    "a mean without end": (("simulate", "harmless", "--set",
        "network.request_delay_ms={{distribution='exponential', mean_ms=inf}}"), "finite"),
    "no such table": (("simulate", "harmless", "--set", "clinet.retry_ms=4"), "'client'"),
    "a word for a number": (("simulate", "harmless", "--session", "first"),
        "an integer, not 'first'"),
    "an option that is none": (("simulate", "harmless", "--sessions", "5"), "--sessions"),
    "a figure into nothing": (("simulate", "harmless", "--figure", "{file}/f.png"), "--figure: "),
    "a figure onto a folder": (("simulate", "harmless", "--figure", "{folder}"), "Is a directory"),
    "a schedule nowhere": (("simulate", "harmless", "--schedule", "{file}/s"), "can be written"),
    "no schedule": (("replay", "{folder}/none"), "a readable file of JSON lines"),
    "a schedule that is none": (("replay", "{file}"), "line 1"),
    "a report onto a file": (("report", "--out", "{file}"), "it is a file"),
    "a report of nothing": (("report", "--sessions", "0", "--out", "{out}"), "sessions: 0"),
    "a report of no scenario": (("report", "--scenario", "x", "--out", "{out}"), "scenario: 'x'"),
    "show what is not there": (("scenarios", "harmles"), "such as 'harmless'"),
}  # fmt: skip


@pytest.mark.parametrize("name", BAD)
def test_bad_input_is_one_line_and_leaves_nothing(name: str, run: Run, tmp_path: Path) -> None:
    arguments, words = BAD[name]
    (tmp_path / "file").write_text("in the way")
    (tmp_path / "folder").mkdir()
    (tmp_path / "cut.ts").write_text("class A {")
    places = {place: tmp_path / place for place in ("file", "folder", "out")}
    ended = run(*(item.format(**places, typescript=tmp_path / "cut.ts") for item in arguments))
    assert ended.code == 2, ended
    assert words in ended.err
    assert ended.err.startswith("lastchunk: ")
    assert ended.err.endswith("\n")
    assert ended.err.count("\n") == 1
    assert names(tmp_path) == ["cut.ts", "file", "folder"]
    assert names(tmp_path / "folder") == []
    assert (tmp_path / "file").read_text() == "in the way"


# --- interrupted ---------------------------------------------------------------------------------

INTERRUPTED = {
    "compare": (
        ("harmless", *FEW, "--sweep-sessions", "0"),
        "lastchunk.reports.write.write_rows",
        "report.html",
    ),
    "verify": (SMALL, "lastchunk.reports.verification.write_text", "verify.json"),
}


@pytest.mark.parametrize("name", INTERRUPTED)
def test_an_interrupt_while_writing_leaves_the_older_folder(
    name: str, run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    arguments, writer, written = INTERRUPTED[name]
    out = tmp_path / "out"
    out.mkdir()
    (out / written).write_text("older")

    def interrupt(*arguments: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(writer, interrupt)
    ended = run(name, *arguments, "--out", out)
    assert ended.code == 130
    assert "Traceback" not in ended.err
    assert names(tmp_path) == ["out"]
    assert names(out) == [written]
    assert (out / written).read_text() == "older"


# --- text from outside ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("base", "arguments"),
    [
        ("harmless", ("compare", "{}", *FEW)),
        ("harmless", ("simulate", "{}")),
        ("harmless", ("scenarios", "{}")),
        ("small-scope", ("verify", "{}", *SMALL[1:])),
    ],
)
def test_a_title_is_shown_as_it_is(
    base: str, arguments: tuple[str, ...], run: Run, tmp_path: Path
) -> None:
    path = titled(tmp_path, base)
    ended = run(*(item.format(path) for item in arguments))
    assert (ended.code, ended.err) == (0, "")
    assert TITLE in ended.out


@pytest.mark.parametrize(
    ("arguments", "written"),
    [
        (("compare", "harmless", *FEW, "--sweep-sessions", "0"), "report.html"),
        (("verify", *SMALL), "verify.json"),
    ],
)
def test_a_folder_is_named_as_it_is(
    arguments: tuple[str, ...], written: str, run: Run, tmp_path: Path
) -> None:
    out = tmp_path / "[red] out [/b]"
    ended = run(*arguments, "--out", out)
    assert (ended.code, ended.err) == (0, "")
    assert f": {out / written}\n" in ended.out
    assert (out / written).is_file()


def test_a_terminal_s_progress_bar_takes_any_title(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True, raising=False)
    with progress_bar(TITLE, 4) as progress:
        progress(4)
    shown = capsys.readouterr().err
    assert TITLE in shown
    assert "4/4" in shown


# --- what a command repeats ----------------------------------------------------------------------


def test_the_command_of_a_report_is_what_was_typed(monkeypatch: pytest.MonkeyPatch) -> None:
    typed = ["/usr/bin/lastchunk", "compare", "my scenario.toml", "--set", "title='a b'"]
    monkeypatch.setattr(sys, "argv", typed)
    assert command() == "lastchunk compare 'my scenario.toml' --set 'title='\"'\"'a b'\"'\"''"


def test_settings_are_said_again_as_options() -> None:
    assert options([]) == []
    assert options(["a=1", "b=2"], Path("x.up"), 2.5) == [
        "--set", "a=1", "--set", "b=2", "--uplink", "x.up", "--video-mbps", "2.5",
    ]  # fmt: skip


def test_settings_are_flat_as_set_takes_them() -> None:
    data: Any = {"a": {"b": [1, 2], "c": [{"d": 1}, {"d": {"e": 2}}]}, "f": {}, "g": [], "h": None}
    assert catalogue.flat(data) == [
        ("a.b", [1, 2]), ("a.c.0.d", 1), ("a.c.1.d.e", 2), ("f", {}), ("g", []), ("h", None),
    ]  # fmt: skip


def test_the_number_of_workers_is_what_was_asked_or_all_cores(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("os.cpu_count", lambda: 7)
    assert [cores(number) for number in (None, 1, 3)] == [7, 1, 3]
    monkeypatch.setattr("os.cpu_count", lambda: None)
    assert cores(None) == 1
