"""A number below 0 in an event log is refused: it would be taken for one that is not told."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from lastchunk.cli import main

LINES: list[dict[str, Any]] = [
    {"event": "HandlerStarted", "method": "createSession"},
    {"event": "StateWritten", "status": "active", "chunks_uploaded": 0},
    {"event": "HandlerEnded", "method": "createSession", "status": 200},
    {"event": "HandlerStarted", "method": "upload", "chunk": 0},
    {"event": "HandlerEnded", "method": "upload", "chunk": 0, "status": 200},
    {"event": "HandlerStarted", "method": "stop"},
    {"event": "HandlerEnded", "method": "stop", "status": 200},
    {"event": "StateWritten", "status": "completed", "chunks_uploaded": 1},
]


def checked(
    lines: list[dict[str, Any]], folder: Path, monkeypatch: pytest.MonkeyPatch, *more: str
) -> int:
    """The exit code of a check of a log of these lines."""
    log = folder / "own.jsonl"
    words = [json.dumps({"session": "a", "at_ms": at, **line}) for at, line in enumerate(lines)]
    log.write_text("\n".join(words))
    monkeypatch.chdir(folder)
    monkeypatch.setattr("sys.argv", ["lastchunk", "check-log", "own.jsonl", *more])
    with pytest.raises(SystemExit) as ended:
        main()
    assert isinstance(ended.value.code, int)
    return ended.value.code


@pytest.mark.parametrize(
    ("line", "change", "said"),
    [
        (3, {"chunk": -1}, "line 4: chunk: -1; allowed: the number of the chunk"),
        (3, {"chunk": None}, "line 4: chunk: -1; allowed: the number of the chunk"),
        (4, {"status": -200}, "line 5: status: -200; allowed: 0 to 999"),
        (4, {"status": 99_999}, "line 5: status: 99999; allowed: 0 to 999"),
        (7, {"chunks_uploaded": -7}, "line 8: chunks_uploaded: -7; allowed: 0 to "),
        (7, {"chunks_uploaded": -1}, "line 8: chunks_uploaded: -1; allowed: 0 to "),
        (4, {"event": "BlobStored", "method": None, "status": None, "chunk": -2}, "chunk: -2; "),
        (4, {"event": "BlobDeleted", "method": None, "status": None, "chunk": -1}, "chunk: -1; "),
        (5, {"chunk": -9}, "line 6: chunk: -9; allowed: -1 for none, or the number of a chunk"),
        (4, {"status": 0}, "line 5: status: 0; allowed: 100 to 999"),
        (4, {"status": 5}, "line 5: status: 5; allowed: 100 to 999"),
        (2, {"status": 0}, "line 3: status: 0; allowed: 100 to 999"),
    ],
)
def test_it_is_refused_with_its_line(
    line: int,
    change: dict[str, Any],
    said: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    lines = [dict(each) for each in LINES]
    changed = lines[line] | change
    lines[line] = {key: value for key, value in changed.items() if value is not None}
    assert checked(lines, tmp_path, monkeypatch) == 2
    assert said in capsys.readouterr().err


def test_an_alarm_that_ended_has_no_answer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ended = {"event": "HandlerEnded", "method": "alarm", "status": 0}
    assert checked([*LINES, ended], tmp_path, monkeypatch, "--property", "count_true") == 0


def test_the_log_itself_is_judged(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert checked(LINES, tmp_path, monkeypatch, "--property", "count_true") == 0


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--idle-minutes", "inf"), "--idle-minutes: inf; allowed: 1 to 1,000,000"),
        (("--idle-minutes", "nan"), "--idle-minutes: nan; allowed: 1 to 1,000,000"),
        (("--idle-minutes", "1e308"), "--idle-minutes: 1e+308; allowed: 1 to 1,000,000"),
        (("--set", "design.nosuch=3"), "--set design: 'nosuch'; allowed: one of grace_ms"),
        (("--set", "design.nosuch.grace_ms=3"), "--set design: 'nosuch'; allowed: one of "),
    ],
)
def test_options_that_cannot_be_are_refused(
    options: tuple[str, ...],
    said: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert checked(LINES, tmp_path, monkeypatch, *options) == 2
    assert said in capsys.readouterr().err
