"""`show` and `simulate --html`: every kind of file, every format, and one line for a bad file."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from lastchunk.cli import app
from lastchunk.cli.ends import code_of
from lastchunk.model.explore.verify import verify
from lastchunk.model.simulate import record
from lastchunk.model.simulate.schedule import write_schedule
from lastchunk.model.trace.jsonl import read_jsonl, write_jsonl
from lastchunk.reports.base.sealed import sealed
from lastchunk.reports.verification import write_verification

COMPLETE = "complete_at_finalization"


def sealed_bytes(data: dict[str, Any]) -> bytes:
    """Data with the digest that it should have, whoever wrote it."""
    return json.dumps(sealed(data)).encode()


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A trace, a schedule, and a verification with its counterexamples."""
    folder = tmp_path_factory.mktemp("files")
    run, schedule = record("everything-fast", "alarm", 1, 0)
    write_jsonl(run.trace, folder / "trace.jsonl")
    write_schedule(schedule, folder / "schedule.jsonl")
    found = verify(None, "alarm", [COMPLETE], kinds=("shortest",), attack=1)
    write_verification(found, [], folder / "proof")
    return folder


def shown(capsys: pytest.CaptureFixture[str], *words: object) -> tuple[int, str, str]:
    """The exit code and what was printed."""
    from typer.main import get_command

    arguments = ["show", *map(str, words)]
    code = code_of(lambda: get_command(app).main(arguments, "lastchunk", standalone_mode=False))
    said = capsys.readouterr()
    return code, said.out, said.err


@pytest.mark.parametrize("name", ["trace.jsonl", "schedule.jsonl"])
def test_a_trace_and_a_schedule_tell_the_same_events(
    files: Path, name: str, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    code, out, _ = shown(capsys, files / name, "--format", "jsonl")
    assert code == 0
    (tmp_path / "again.jsonl").write_text(out, encoding="utf-8")
    assert read_jsonl(tmp_path / "again.jsonl") == read_jsonl(files / "trace.jsonl")
    _, text, _ = shown(capsys, files / name, "--format", "text")
    assert text.count("\n") >= len(read_jsonl(files / "trace.jsonl"))
    assert "alarm set: for" in text
    _, diagram, _ = shown(capsys, files / name, "--format", "mermaid")
    assert diagram.startswith("sequenceDiagram\n")


def test_a_counterexample_may_be_dragged_by_the_bounds_beside_it(
    files: Path, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    schedule = files / "proof" / f"{COMPLETE}-shortest.jsonl"
    for file in (schedule, files / "proof" / "verify.json"):
        code, out, _ = shown(capsys, file, "--out", tmp_path / "page.html")
        assert (code, out) == (0, f"written: {tmp_path / 'page.html'}\n")
        page = (tmp_path / "page.html").read_text(encoding="utf-8")
        assert "What may vary, the violation kept" in page
        assert f"{COMPLETE}, completed without chunk 1" in page


@pytest.mark.parametrize("change", ["digest", "steps", "sources", "shape", "limits", "gone"])
def test_bounds_that_are_not_its_own_are_not_taken(
    files: Path, change: str, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    name = f"{COMPLETE}-shortest.jsonl"
    (tmp_path / name).write_bytes((files / "proof" / name).read_bytes())
    data = json.loads((files / "proof" / "verify.json").read_text(encoding="utf-8"))
    item = data["counterexamples"][COMPLETE][0]
    if change == "digest":
        item["limits_ms"][1][0] = 999_999
    elif change == "steps":
        item["steps"][0]["at_ms"] += 1
        data = sealed(data)
    elif change == "sources":
        data = sealed(data | {"sources": {"alarm": "0" * 64}})
    elif change == "shape":
        data = sealed({"counterexamples": {COMPLETE: 3}})
    elif change == "limits":
        item["limits_ms"] = [[0, "x"]]
        data = sealed(data)
    if change != "gone":
        (tmp_path / "verify.json").write_text(json.dumps(data), encoding="utf-8")
    code, _, _ = shown(capsys, tmp_path / name, "--out", tmp_path / "page.html")
    page = (tmp_path / "page.html").read_text(encoding="utf-8")
    assert code == 0
    assert "What may vary, the violation kept" not in page
    assert "How far its times may vary is not in this file" in page


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"{}",
        b"[1, 2]",
        b"hello\nworld\n",
        b'{"event": "Nonsense", "at_ms": 1}\n',
        b'{"event": "AlarmEnded", "at_ms": "x"}\n',
        b'{"format": "lastchunk schedule 9"}\n',
        b'{"event": "AlarmEnded", "at_ms": -1}\n',
        b'{"event": "AlarmEnded", "at_ms": 1' + b"0" * 400 + b"}\n",
        b'{"event": "RowWritten", "at_ms": 0, "duration_ms": 1' + b"0" * 400 + b"}\n",
        b'{"counterexamples": {}}',
        b'{"counterexamples": [], "digest": "x"}',
        sealed_bytes({"counterexamples": []}),
        sealed_bytes({"counterexamples": {"x": [3]}}),
        sealed_bytes({"counterexamples": {"x": [{"schedule": 7}]}}),
        b"\xff\xfe\x00",
        b"PK\x03\x04rest",
        b'{"event": ' + b"[" * 5_000,
    ],
)
def test_a_bad_file_gets_one_line(
    data: bytes, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    file = tmp_path / "bad.jsonl"
    file.write_bytes(data)
    code, out, said = shown(capsys, file, "--out", tmp_path / "page.html")
    assert (code, out, said.count("\n")) == (2, "", 1)
    assert "allowed:" in said
    assert not (tmp_path / "page.html").exists()


def test_other_bad_uses_get_one_line(
    files: Path, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    trace = files / "trace.jsonl"
    for words in (
        (tmp_path / "none.jsonl",),
        (trace, "--format", "pdf"),
        (trace, "--out", tmp_path),
        (trace, "--out", tmp_path / "no" / "page.html"),
    ):
        code, out, said = shown(capsys, *words)
        assert (code, out, said.count("\n")) == (2, "", 1), said


@pytest.mark.parametrize("name", ["x.pdf", "x.png", "x.json", "x.HTML.gz"])
def test_an_ending_that_is_no_format_is_refused(
    name: str, files: Path, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    out = tmp_path / name
    code, _, said = shown(capsys, files / "trace.jsonl", "--out", out)
    assert (code, said.count("\n")) == (2, 1)
    assert f"--out: '{out}'; allowed: a name that ends in .html, .htm, .txt" in said
    assert not out.exists()
    assert shown(capsys, files / "trace.jsonl", "--out", out, "--format", "text")[0] == 0
    assert shown(capsys, files / "trace.jsonl", "--out", tmp_path / "page")[0] == 0
    assert (tmp_path / "page").read_bytes().startswith(b"<!")


def test_the_ending_of_the_file_says_the_format(
    files: Path,
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    trace = files / "trace.jsonl"
    for ending, start in (
        (".mmd", b"sequenceDiagram"),
        (".txt", b"trace.jsonl\n"),
        (".htm", b"<!"),
    ):
        assert shown(capsys, trace, "--out", tmp_path / f"x{ending}")[0] == 0
        assert (tmp_path / f"x{ending}").read_bytes().startswith(start)
    assert shown(capsys, trace)[1] == "written: trace.html\n"
    assert shown(capsys, trace, "--format", "perfetto")[1] == "written: trace.perfetto-trace\n"


def test_a_session_of_one_design_or_of_two_becomes_a_page(tmp_path: Path) -> None:
    page = tmp_path / "page.html"
    words = ["simulate", "everything-fast", "--design", "alarm", "--design", "lazy-alarm"]
    done = CliRunner().invoke(app, [*words, "--html", str(page)])
    assert done.exit_code == 0
    assert page.read_text(encoding="utf-8").count('<svg class="tl-svg"') == 2
    done = CliRunner().invoke(app, words)
    assert "one; two with --html" in str(done.exception)


@pytest.mark.parametrize("to", ["| cat", "> told"])
def test_what_goes_to_standard_output_is_that_alone(files: Path, tmp_path: Path, to: str) -> None:
    lastchunk = f"{sys.executable} -m lastchunk show {files / 'trace.jsonl'} --format jsonl"
    done = subprocess.run(
        ["bash", "-c", f"{lastchunk} --out /dev/stdout {to}"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    told = tmp_path / "told"
    out = told.read_text(encoding="utf-8") if told.exists() else done.stdout
    assert (out, done.stderr) == ((files / "trace.jsonl").read_text(encoding="utf-8"), "")
