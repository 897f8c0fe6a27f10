"""``timetravel``: any project's tests of the runtime, on a clock that a test moves over HTTP."""

from __future__ import annotations

import os
import shlex
import signal
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Annotated

import typer

from lastchunk.cli.app import console
from lastchunk.model.base.errors import InputError
from lastchunk.model.base.verdict import EXIT_UNKNOWN
from lastchunk.model.conformance.runtime.time_server import TimeServer
from lastchunk.model.conformance.runtime.toolbox import NotHereError, clocks_library
from lastchunk.model.conformance.runtime.travel import TravellingClock

TIME = "LASTCHUNK_TIME"
"""The variable by which a test knows where the clock is."""
BY_A_SIGNAL = 128


def timetravel(
    command: Annotated[
        list[str] | None, typer.Argument(help="What to run, after `--`.", metavar="[-- COMMAND]")
    ] = None,
    held: Annotated[bool, typer.Option("--held", help="The clock stands still at first.")] = False,
    port: Annotated[
        int, typer.Option("--port", help="Where the clock is served; 0: any.", min=0, max=65_535)
    ] = 0,
) -> int:
    """Run a project's tests on a clock that they move: ten minutes of alarms take milliseconds.

    Each workerd that COMMAND starts, by itself, in miniflare or in vitest, goes by that clock;
    LASTCHUNK_TIME says where it is asked (docs/timetravel.md). Exits as COMMAND does, with 3 where
    the clock is not to be had. Without COMMAND it says which variables to set, and serves until it
    is interrupted.
    """
    try:
        library = clocks_library()
    except NotHereError as error:
        console().print(f"nothing was run: {error}")
        return EXIT_UNKNOWN
    with tempfile.TemporaryDirectory(prefix="lastchunk-time-") as folder:
        clock = TravellingClock(Path(folder) / "clocks")
        if held:
            clock.hold()
        server = _serving(clock, port)
        variables = {
            TIME: server.url,
            "LASTCHUNK_CLOCKS": str(clock.clocks.path),
            "LD_PRELOAD": " ".join(filter(None, (str(library), os.environ.get("LD_PRELOAD")))),
        }
        try:
            return _run(command, variables) if command else _serve(variables)
        finally:
            server.stop()


def _serving(clock: TravellingClock, port: int) -> TimeServer:
    try:
        return TimeServer(clock, port)
    except OSError as error:
        raise InputError("--port", port, f"a port that is free: {error.strerror}") from error


def _run(command: list[str], variables: dict[str, str]) -> int:
    try:
        process = subprocess.Popen(command, env={**os.environ, **variables})
    except OSError as error:
        raise InputError("COMMAND", command[0], f"a program: {error.strerror}") from error
    try:
        code = process.wait()
    except BaseException:
        process.send_signal(signal.SIGTERM)
        process.wait()
        raise
    return code if code >= 0 else BY_A_SIGNAL - code


def _serve(variables: dict[str, str]) -> int:
    for name, value in variables.items():
        sys.stdout.write(f"export {name}={shlex.quote(value)}\n")
    sys.stdout.flush()
    signal.pause()
    return 0
