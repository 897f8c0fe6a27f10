"""Ctrl-C and SIGTERM end a command and all of its processes, on a real terminal.

Every process of the terminal's session is counted, so that no worker is left behind.
"""

from __future__ import annotations

import os
import pty
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SECONDS_MAX = 2.0
START_SECONDS = 120.0
MANY = ("--sessions", "200000", "--workers", "2")
COMMANDS = {
    "compare": (("compare", "lossy-mobile", *MANY, "--sweep-sessions", "0"), 2),
    "matrix": (("matrix", "--chunks", "2", "--workers", "2"), 2),
    "report": (("report", *MANY), 2),
    "verify": (("verify", "small-scope", "--set", "chunks=6"), 0),
}
"""Each command that takes long, and how many workers it has."""


@contextmanager
def on_a_terminal(*arguments: str) -> Iterator[tuple[subprocess.Popen[bytes], int]]:
    """A command in a session of its own, whose terminal is a pty; yields it and the other end."""
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-c", TAKES_TERMINAL, *arguments],
        stdin=theirs, stdout=theirs, stderr=theirs, cwd=ROOT, start_new_session=True,
    )  # fmt: skip
    os.close(theirs)
    os.set_blocking(ours, False)
    try:
        yield process, ours
    finally:
        for number in processes_of(process.pid):
            os.kill(number, signal.SIGKILL)
        process.wait()
        os.close(ours)


TAKES_TERMINAL = (
    "import fcntl, signal, sys, termios; fcntl.ioctl(0, termios.TIOCSCTTY, 0); "
    # What was started in the background ignores the interrupt, and so do its children.
    "signal.signal(signal.SIGINT, signal.default_int_handler); "
    "from lastchunk.cli import main; main()"
)


def processes_of(session: int) -> list[int]:
    """Every process of a session that has not ended."""
    found = []
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = path.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if int(fields[3]) == session and fields[0] != "Z":
            found.append(int(path.parent.name))
    return found


def workers_of(session: int) -> int:
    """How many of them are workers at work: busy enough to have taken time since they began."""
    count = 0
    for number in processes_of(session):
        try:
            line = Path(f"/proc/{number}/cmdline").read_text()
            times = Path(f"/proc/{number}/stat").read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if "forkserver" in line and int(times[11]) > 150:  # in hundredths of a second
            count += 1
    return count


def drained(terminal: int) -> bytes:
    """What the command has shown since."""
    shown = b""
    while True:
        try:
            shown += os.read(terminal, 65_536)
        except OSError:
            return shown


def wait_until_at_work(process: subprocess.Popen[bytes], terminal: int, workers: int) -> bytes:
    """Wait until the command is in the middle of it: its workers run, or its status is shown."""
    shown = b""
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        shown += drained(terminal)
        assert process.poll() is None, shown.decode()
        is_shown = b"exploring" in shown or b"/" in shown
        if workers_of(process.pid) >= workers and is_shown:
            return shown
        time.sleep(0.1)
    raise AssertionError(f"it did not come to work: {shown.decode()}")


@pytest.mark.parametrize(
    ("name", "by"), [*((name, "Ctrl-C") for name in COMMANDS), (next(iter(COMMANDS)), "SIGTERM")]
)
def test_a_signal_ends_a_command_and_all_of_its_processes(
    name: str, by: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    arguments, workers = COMMANDS[name]
    out = tmp_path / "out"
    folder = tempfile.mkdtemp()  # a short name: there is a socket in it
    monkeypatch.setenv("TMPDIR", folder)
    with on_a_terminal(*arguments, "--out", str(out)) as (process, terminal):
        shown = wait_until_at_work(process, terminal, workers)
        began = time.monotonic()
        if by == "Ctrl-C":
            os.write(terminal, b"\x03")
        else:
            process.send_signal(signal.SIGTERM)
        code = process.wait(timeout=30)
        while processes_of(process.pid) and time.monotonic() - began < 30:
            time.sleep(0.02)
        seconds = time.monotonic() - began
        shown += drained(terminal)
    assert code == {"Ctrl-C": 130, "SIGTERM": 143}[by]
    assert seconds < SECONDS_MAX
    assert b"Traceback" not in shown
    assert list(tmp_path.iterdir()) == [], "nothing half-written"
    Path(folder).rmdir()  # which raises where something was left in it


def test_workers_end_with_a_command_that_is_killed(tmp_path: Path) -> None:
    arguments, workers = COMMANDS["compare"]
    with on_a_terminal(*arguments, "--out", str(tmp_path / "out")) as (process, terminal):
        wait_until_at_work(process, terminal, workers)
        process.kill()
        process.wait()
        began = time.monotonic()
        while processes_of(process.pid) and time.monotonic() - began < 30:
            time.sleep(0.02)
        assert time.monotonic() - began < SECONDS_MAX


@pytest.mark.parametrize("after_seconds", [0.1, 0.5, 1.0])
def test_workers_that_are_about_to_begin_say_nothing_of_an_interrupt(after_seconds: float) -> None:
    arguments = ("compare", "lossy-mobile", "--sessions", "20000", "--engine", "simpy")
    process = subprocess.Popen(
        [sys.executable, "-m", "lastchunk", *arguments, "--workers", "2"],
        cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, start_new_session=True,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
    )  # fmt: skip
    deadline = time.monotonic() + START_SECONDS
    while len(processes_of(process.pid)) < 2 and time.monotonic() < deadline:
        time.sleep(0.02)
    time.sleep(after_seconds)
    os.killpg(process.pid, signal.SIGINT)
    said = process.communicate(timeout=30)[1]
    assert process.returncode == 130
    assert b"Traceback" not in said
