"""The command line: what it shows, what it writes, and how it ends."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import jsonschema
import pandas as pd
import pytest
from typer.testing import CliRunner

from lastchunk.cli import app, run
from lastchunk.cli.ends import code_of
from lastchunk.model.base.errors import InputError
from lastchunk.reports.result import schema

ROOT = Path(__file__).parents[2]
CANARIES = Path(__file__).parents[1] / "oracles" / "canaries.py"


def lastchunk(*arguments: str) -> subprocess.CompletedProcess[str]:
    """Run the command line in a process of its own."""
    return subprocess.run(
        [sys.executable, "-m", "lastchunk", *arguments],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )


def here(monkeypatch: pytest.MonkeyPatch, *arguments: str) -> int:
    """Run the command line in this process; its exit code."""
    monkeypatch.setattr(sys, "argv", ["lastchunk", *arguments])
    return code_of(run)


def show(*arguments: str) -> Any:
    """Run one command in this process."""
    return CliRunner().invoke(app, list(arguments), catch_exceptions=False)


def test_designs_and_scenarios_are_listed() -> None:
    designs = show("designs").output
    assert "manual" in designs
    assert "design.alarm.grace_ms" in designs
    assert "design.alarm.long_alarm_ms" in designs
    assert "5000" in designs
    assert "cellular-driving" in show("scenarios").output
    assert "network.request_loss" in show("scenarios", "lossy-mobile").output


def test_doctor_runs_the_whole_chain() -> None:
    result = show("doctor")
    assert result.exit_code == 0
    assert "Node.js" in result.output
    assert "each twice with the same trace: well" in result.output


def test_simulate_shows_a_timeline_and_writes_the_trace(tmp_path: Path) -> None:
    out, figure = tmp_path / "trace.jsonl", tmp_path / "session.png"
    result = show("simulate", "everything-fast", "--out", str(out), "--figure", str(figure))
    assert result.exit_code == 0
    assert "Signaling stop to Durable Object" in result.output
    assert "finalizes_promptly" in result.output
    assert json.loads(out.read_text().splitlines()[-1])["event"] == "RunEnded"
    assert figure.read_bytes().startswith(b"\x89PNG")


def test_compare_writes_a_report_that_fits_its_schema(tmp_path: Path) -> None:
    out = tmp_path / "report"
    done = lastchunk(
        "compare", "lossy-mobile", "--sessions", "60", "--seed", "4", "--workers", "1",
        "--sweep-sessions", "5", "--out", str(out),
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    data = json.loads((out / "result.json").read_text())
    jsonschema.validate(data, schema())
    found = data["designs"]["alarm"]["properties"]["finalizes_promptly"]
    rows = pd.read_parquet(out / "sessions.parquet")
    alarm = rows[rows["design"] == "alarm"]
    assert found["verdict"] == "violated"
    assert found["violations"] == int((alarm["finalizes_promptly"] == 0).sum())
    assert len(rows) == 120
    page = (out / "report.html").read_text()
    assert "simulate lossy-mobile --design alarm --seed 4 --session" in page
    assert data["provenance"]["command"].endswith(f"--out {out}")
    assert (out / "figures" / "sweep-request-delay.svg").is_file()
    arguments = ("compare", "lossy-mobile", "--sessions", "60", "--sweep-sessions", "0")
    again = lastchunk(*arguments, "--out", str(out))
    assert again.returncode == 0, "an older report is replaced"
    assert [path.name for path in tmp_path.iterdir()] == ["report"]


def test_a_report_explores_its_designs_or_takes_a_matrix_that_was_written(tmp_path: Path) -> None:
    quick = [
        "--scenario", "tab-closed-while-recording", "--sessions", "20", "--workers", "1",
        "--sweep-sessions", "0", "--proof-sessions", "0", "--design", "lazy-alarm",
    ]  # fmt: skip
    written, out = tmp_path / "matrix", tmp_path / "report"
    only = ("--faults", "client-lost", "--chunks", "1", "--workers", "1")
    show("matrix", "--out", str(written), "--design", "alarm", "--design", "lazy-alarm", *only)
    show("report", "--out", str(out), "--matrix", str(written), *quick)
    data = json.loads((out / "result.json").read_text())
    jsonschema.validate(data, schema())
    assert data["provenance"]["matrix"]["designs"] == ["lazy-alarm"]
    entry = data["claims"]["7"]["designs"]["lazy-alarm"]
    assert entry["status"] == "holds as far as possible"
    assert entry["words"].startswith("proved within bounds for 1 chunk: client lost; as far as")
    assert "not explored" in data["claims"]["1"]["designs"]["lazy-alarm"]["words"]
    again = (out / "matrix" / "matrix.json").read_text(encoding="utf-8")
    assert list(json.loads(again)["designs"]) == ["lazy-alarm"]
    show("report", "--out", str(out), "--matrix-chunks", "0", *quick)
    data = json.loads((out / "result.json").read_text())
    assert data["provenance"]["matrix"] is None
    assert data["claims"]["7"]["designs"]["lazy-alarm"]["status"] == "not seen failing"
    assert not (out / "matrix").exists()
    with pytest.raises(InputError, match="one of the report's designs: manual"):
        show("report", "--out", str(out), "--matrix", str(written), *quick[:-1], "manual")


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["everything-fast", "--gate"], 1),
        (["harmless", "--gate", "--property", "complete_at_finalization"], 0),
        (["harmless", "--gate", "--property", "finalizes_promptly", "--design", "alarm"], 1),
        (["tab-closed-while-recording", "--gate", "--property", "finalizes_promptly"], 3),
        (["everything-fast"], 0),
    ],
)
def test_a_gate_exits_by_its_verdicts(
    arguments: list[str], code: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert here(monkeypatch, "compare", *arguments, "--sessions", "30", "--workers", "1") == code


def test_half_width_goes_on_until_it_is_met() -> None:
    result = show(
        "compare", "slow-uplink", "--sessions", "100", "--half-width", "0.05",
        "--design", "alarm", "--workers", "1",
    )  # fmt: skip
    assert "700 sessions" in result.output or "600 sessions" in result.output


def test_video_rate_and_uplink_come_from_options(tmp_path: Path) -> None:
    trace = tmp_path / "steady.up"
    trace.write_text("".join(f"{ms}\n" for ms in range(4, 4_004, 4)))  # 3 Mbit/s
    shown = [
        show(
            "compare", "everything-fast", "--uplink", str(trace), "--video-mbps", rate,
            "--sessions", "40", "--design", "alarm", "--workers", "1",
            "--property", "complete_at_finalization",
        ).output
        for rate in ("0.5", "2.9")
    ]  # fmt: skip
    assert "not seen" in shown[0]
    assert "violated" in shown[1]


BAD = [
    (["compare", "everything-fast", "--set", "network.request_dealy_ms=5"], "request_delay_ms"),
    (["compare", "everything-fast", "--set", "network.request_delay_ms=-5"], "-5"),
    (["compare", "everything-fast", "--uplink", "{empty}"], "this one is empty"),
    (["compare", "everything-fast", "--uplink", "{garbage}"], "line 2"),
    (["compare", "everything-fast", "--design", "{canaries}:Nothing"], "Nothing"),
    (["compare", "everything-fast", "--design", "{canaries}:SleepsForReal"], "the module asyncio"),
    (["compare", "everything-fast", "--design", "{canaries}:AwaitsUnknown"], "the module asyncio"),
    (["compare", "everything-fast", "--out", "{file}/inside"], "can be written"),
    (["compare", "everything-fast", "--sessions", "0"], "sessions: 0"),
    (["compare", "everything-fast", "--half-width", "2"], "--half-width: 2"),
    (["compare", "everything-fast", "--property", "finalises"], "finalises"),
    (["compare", "everything-fast", "--video-mbps", "0"], "--video-mbps: 0.0"),
    (["compare", "nowhere.toml"], "nowhere.toml"),
    (["compare"], "Missing argument"),
    (["compare", "everything-fast", "--sessions", "many"], "--sessions"),
    (["finalize"], "No such command 'finalize'"),
    (["report", "--out", "{file}"], "can be written"),
    (["report", "--out", "{file}/.."], "this one holds"),
    (["report", "--out", "{file}-out", "--matrix", "{file}"], "that `lastchunk matrix` wrote"),
    (["report", "--out", "{file}-out", "--matrix-chunks", "7"], "--matrix-chunks"),
    (["report", "--out", "{file}-out", "--matrix-seconds", "0"], "--matrix-seconds"),
    (["simulate", "everything-fast", "--out", "{file}/inside.jsonl"], "can be written"),
]


@pytest.mark.parametrize(("arguments", "words"), BAD, ids=lambda item: str(item)[:60])
def test_bad_input_is_one_clear_error(
    arguments: list[str],
    words: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    places = {name: tmp_path / name for name in ("empty", "garbage", "file")}
    places["empty"].write_text("")
    places["garbage"].write_text("5\nxyz\n")
    places["file"].write_text("in the way")
    filled = [item.format(canaries=CANARIES, **places) for item in arguments]
    assert here(monkeypatch, *filled) == 2
    told = capsys.readouterr().err
    assert words in told
    assert told.startswith("lastchunk: ")
    assert told.count("\n") == 1
    assert sorted(path.name for path in tmp_path.iterdir()) == ["empty", "file", "garbage"]


def test_a_design_that_raises_is_the_same_error_from_a_worker() -> None:
    endless = Path(__file__).parents[1] / "support" / "endless_designs.py"
    with pytest.raises(InputError, match=r"NanAlarm.upload\(\) set the alarm to nan at line \d+"):
        show(
            "compare", "everything-fast", "--design", f"{endless}:NanAlarm",
            "--sessions", "600", "--workers", "2",
        )  # fmt: skip


def test_code_that_throws_is_said_and_the_run_goes_on() -> None:
    design = ("--design", f"{CANARIES}:Raises")
    compared = show("compare", "everything-fast", *design, "--sessions", "20")
    assert "Raises: its code threw in 20 of 20 sessions" in compared.output
    shown = show("simulate", "everything-fast", *design).output
    assert "code threw: upload, chunk 0, error ZeroDivisionError at line" in shown
    assert "status 500" in shown
    explored = show("verify", "small-scope", *design, "--set", "chunks=1", "--seconds", "20")
    assert "its code threw an exception on some schedule" in explored.output


def test_a_number_of_sessions_that_cannot_be_is_refused_before_anything_is_said(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert (
        here(monkeypatch, "compare", "harmless", "--design", "alarm", "--sessions", "9" * 20) == 2
    )
    said = capsys.readouterr().err
    assert said.count("\n") == 1
    assert "sessions: 99999999999999999999; allowed: 1 to 10000000" in said
