"""`lastchunk serve`: the page is there until Ctrl-C, the clock jumps as it is told."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import urllib.request
from pathlib import Path

import pytest

from lastchunk.cli import main
from lastchunk.model.conformance.page.server import free_port, is_free
from tests.support.real_runtime import tools_or_skip

COMMAND = (
    "import signal; signal.signal(signal.SIGINT, signal.default_int_handler); "
    "from lastchunk.cli import main; main()"
)
SECONDS_MAX = 60


def children_of(process: int) -> list[str]:
    """The names of its child processes."""
    pids = Path(f"/proc/{process}/task/{process}/children").read_text().split()
    return [Path(f"/proc/{pid}/comm").read_text().strip() for pid in pids]


def test_it_serves_until_it_is_interrupted() -> None:
    tools_or_skip()
    port = free_port()
    process = subprocess.Popen(
        [sys.executable, "-c", COMMAND, "serve", "--port", str(port)],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert process.stdin is not None
    assert process.stdout is not None
    assert f"http://localhost:{port}" in process.stdout.readline()
    assert "minutes" in process.stdout.readline()
    with urllib.request.urlopen(f"http://localhost:{port}/", timeout=SECONDS_MAX) as answer:
        assert b"Start recording" in answer.read()
    assert children_of(process.pid) == ["workerd"]
    process.stdin.write("10\nten\n5\n")
    process.stdin.flush()
    assert process.stdout.readline() == "the object's clock is 10 min ahead\n"
    assert process.stdout.readline() == "the object's clock is 15 min ahead\n"
    os.kill(process.pid, signal.SIGINT)
    _, said = process.communicate(timeout=SECONDS_MAX)
    assert process.returncode == 130
    assert said == "lastchunk: minutes are 'ten'; allowed: a whole number up to 1,000,000\n"
    assert is_free(port)


def test_a_port_in_use_is_refused(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        monkeypatch.setattr(sys, "argv", ["lastchunk", "serve", "--port", str(port)])
        with pytest.raises(SystemExit) as ended:
            main()
    assert ended.value.code == 2
    said = f"lastchunk: --port: {port}; allowed: a port that nobody listens at\n"
    assert capsys.readouterr().err == said
