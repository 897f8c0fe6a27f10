"""What comes through a pipe is read once: taken where that is enough, refused where it is not."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from lastchunk.cli import app
from lastchunk.cli.ends import code_of
from lastchunk.model.simulate import record
from lastchunk.model.simulate.schedule import write_schedule
from lastchunk.model.trace.jsonl import write_jsonl
from tests.support.field_logs import entry, har

CALLS = [("createSession", 0), ("upload", 100), ("upload", 300), ("signalStop", 500)]
LOG = har([entry(at_ms, 40, "POST", f"/{call}/s/0", 200) for call, at_ms in CALLS])


@contextmanager
def piped(content: bytes) -> Iterator[Path]:
    """The path of a pipe, as a shell gives it for ``<(...)``: who reads it again finds nothing."""
    read, write = os.pipe()

    def fill() -> None:
        with suppress(BrokenPipeError), os.fdopen(write, "wb") as file:  # it may be refused unread
            file.write(content)

    writer = threading.Thread(target=fill)
    writer.start()
    try:
        yield Path(f"/dev/fd/{read}")
    finally:
        os.close(read)
        writer.join()


def said(capsys: pytest.CaptureFixture[str], *words: object) -> tuple[int, str, str]:
    """The exit code and what was printed."""
    from typer.main import get_command

    arguments = list(map(str, words))
    code = code_of(lambda: get_command(app).main(arguments, "lastchunk", standalone_mode=False))
    printed = capsys.readouterr()
    return code, printed.out, printed.err


@pytest.mark.parametrize("command", ["check-log", "fit"])
def test_a_log(command: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    more = ["--out", tmp_path / "fitted.toml", "--sessions", "0"] if command == "fit" else []
    file = tmp_path / "file.har"
    file.write_text(LOG, encoding="utf-8")
    by_file = said(capsys, command, file, *more)
    assert "sessions" in by_file[1]
    with piped(LOG.encode()) as place:
        assert said(capsys, command, place, *more) == by_file


@pytest.mark.parametrize("kind", ["trace", "schedule"])
def test_a_session_to_show(kind: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run, schedule = record("everything-fast", "alarm", 1, 0)
    file = tmp_path / "file.jsonl"
    if kind == "trace":
        write_jsonl(run.trace, file)
    else:
        write_schedule(schedule, file)
    code, out, _ = said(capsys, "show", file, "--format", "jsonl")
    assert code == 0
    with piped(file.read_bytes()) as place:
        assert said(capsys, "show", place, "--format", "jsonl") == (0, out, "")


def test_an_uplink_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    with piped(b"1\n2\n3\n") as place:
        code, out, err = said(capsys, "simulate", "everything-fast", "--uplink", place)
    assert (code, out) == (2, "")
    assert err == (
        f"lastchunk: --uplink: uplink: '{place}'; allowed: a file on disk, which can be read more "
        "than once; this is a pipe or a device\n"
    )
