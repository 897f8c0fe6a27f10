"""``serve``: the recorder page on the real runtime, for a person to try."""

from __future__ import annotations

import sys
import threading
from collections.abc import Iterable
from typing import Annotated

import typer

from lastchunk.cli.app import console, note
from lastchunk.model.base.errors import InputError
from lastchunk.model.base.verdict import EXIT_HOLDS, EXIT_UNKNOWN
from lastchunk.model.conformance.page.built import built_page
from lastchunk.model.conformance.page.server import ServedPage, is_free
from lastchunk.model.conformance.runtime.toolbox import NotHereError, toolbox

PORT = 8787
PORT_MAX = 65_535
MINUTE_MS = 60_000
MINUTES_MAX = 1_000_000


def serve(
    port: Annotated[
        int, typer.Option("--port", help="Where, on this machine alone.", min=1, max=PORT_MAX)
    ] = PORT,
) -> int:
    """Serve a page that records with any design, on the real runtime, until Ctrl-C.

    A number and Enter: the object's clock jumps ahead by so many minutes, so that an alarm need not
    be waited for. Exits with 3 where nothing can be served here.
    """
    if not is_free(port):
        raise InputError("--port", port, "a port that nobody listens at")
    try:
        tools = toolbox(note)
    except NotHereError as error:
        console().print(f"nothing is served: {error}")
        return EXIT_UNKNOWN
    with ServedPage(tools, built_page(tools), port) as served:
        console().print(f"the page is at {served.url}; Ctrl-C ends it")
        console().print("a number and Enter: the object's clock jumps by so many minutes")
        sys.stdout.flush()
        jump_as_told(served, sys.stdin)
        threading.Event().wait()  # nobody types any more; a signal ends it
    return EXIT_HOLDS


def jump_as_told(served: ServedPage, lines: Iterable[str]) -> None:
    """Move the clock as each line says."""
    for line in lines:
        text = line.strip()
        if not text:
            continue
        if not text.isdecimal() or int(text) > MINUTES_MAX:
            note(f"minutes are {text!r}; allowed: a whole number up to {MINUTES_MAX:,}")
            continue
        served.clock.jump(int(text) * MINUTE_MS)
        console().print(f"the object's clock is {served.clock.jumped_ms // MINUTE_MS} min ahead")
