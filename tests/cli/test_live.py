"""What is shown while a comparison goes on until it knows enough, and what Ctrl-C leaves of it."""

from __future__ import annotations

import contextlib
import io
import os
import pty
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from rich.console import Console

from lastchunk.cli import live
from lastchunk.cli.compare import until_known
from lastchunk.model.estimate.comparison import Comparison, compare
from lastchunk.model.estimate.intervals import Interval
from lastchunk.model.estimate.precision import KnownFigure

UNTIL = ["alarm:finalizes=0.005", "alarm:delay_ms=50%"]


@pytest.fixture(scope="module")
def looks() -> list[Comparison]:
    """What was seen at each look, the result last."""
    seen: list[Comparison] = []
    result = compare(
        "small-scope", "alarm", 200, until=UNTIL, sessions_max=1_200, looked=seen.append
    )
    assert seen[-1] is result
    return seen


def test_what_is_seen_at_a_look_is_the_result_of_so_many_sessions(looks: list[Comparison]) -> None:
    assert [each.sessions for each in looks] == sorted({each.sessions for each in looks})
    assert len(looks) >= 3
    middle = looks[1]
    alone = compare(
        "small-scope", "alarm", middle.sessions, until=UNTIL, sessions_max=middle.sessions
    )
    assert middle.frame.equals(alone.frame)
    assert (middle.known, middle.verdicts) == (alone.known, alone.verdicts)


def test_the_figure_that_takes_the_most_sessions_comes_first(looks: list[Comparison]) -> None:
    line = live.figures_line(looks[0])
    assert line.startswith(
        "200 sessions; 1 of 2 figures are known as wanted; violations of finalizes"
    )
    assert re.search(r"at every look; takes about [\d,]+ sessions$", line)
    console = Console(width=160, record=True, file=io.StringIO())
    console.print(live.figures_table(looks[0]))
    shown = console.export_text()
    assert shown.index("violations of finalizes") < shown.index("known mean delay_ms")
    assert "Ctrl-C stops" in shown


@pytest.mark.parametrize(
    ("estimate", "half", "sessions"), [(0.0, 0.04, 400), (0.2, 0.04, 1_600), (0.2, 0.005, 100)]
)
def test_how_many_sessions_it_takes(estimate: float, half: float, sessions: int) -> None:
    """A fourth of the width takes 16 times as many, 4 times as many where none has failed."""
    figure = KnownFigure("x", Interval(estimate, -half, half), 0.01, 100, is_rate=True)
    assert figure.sessions_wanted == sessions


def test_without_a_terminal_a_line_comes_seldom(
    looks: list[Comparison], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    with live.live_figures() as seen:
        seen.look(looks[0])
    assert capsys.readouterr().err == ""
    monkeypatch.setattr(live, "LINE_SECONDS", 0.0)
    with live.live_figures() as seen:
        seen.look(looks[0])
    assert capsys.readouterr().err == f"lastchunk: {live.figures_line(looks[0])}\n"


def test_what_was_known_is_shown_where_it_is_interrupted(
    looks: list[Comparison], capsys: pytest.CaptureFixture[str]
) -> None:
    def interrupted(looked: Callable[[Comparison], None]) -> Comparison:
        looked(looks[0])
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        until_known(["finalizes"], interrupted)
    said = capsys.readouterr()
    assert "200 sessions" in said.out
    assert looks[0].known[0].sentence() in said.out.replace("\n", " ")
    assert "ended after 200 sessions" in said.err

    def at_once(looked: Callable[[Comparison], None]) -> Comparison:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        until_known(["finalizes"], at_once)
    assert "ended before its first look" in capsys.readouterr().err


def drain(terminal: int) -> None:
    """Read a terminal until its other end is closed."""
    with contextlib.suppress(OSError):
        while os.read(terminal, 65_536):
            pass


def test_ctrl_c_at_a_terminal_leaves_what_is_known(tmp_path: Path) -> None:
    """A real process at a terminal: its display is awaited, then it is interrupted."""
    words = "compare small-scope --design alarm --sessions 100 --workers 1 --precision 0.00001"
    leader, follower = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-m", "lastchunk", *words.split()],
        stdout=subprocess.PIPE,
        stderr=follower,
        cwd=tmp_path,
        env={**os.environ, "COLUMNS": "160", "TERM": "xterm"},
    )
    os.close(follower)
    shown, until = b"", time.monotonic() + 120
    while b"Ctrl-C stops" not in shown:
        assert time.monotonic() < until
        shown += os.read(leader, 65_536)
    drained = threading.Thread(target=drain, args=(leader,), daemon=True)
    drained.start()  # a terminal that nobody reads holds the process up
    process.send_signal(signal.SIGINT)
    try:
        out = process.communicate(timeout=60)[0].decode()
    finally:
        process.kill()
    drained.join()
    assert process.returncode == 130
    assert "at every look; not as exact as was wanted" in out
    assert re.search(r"Small scope \(\d[\d,]* sessions, seed 1\)", out)
    os.close(leader)
