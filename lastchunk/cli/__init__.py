"""The command line. `ends.py` says how its commands end."""

from __future__ import annotations

import sys

from lastchunk.cli.app import app, check_epoch
from lastchunk.cli.completing import PROGRAM, completed
from lastchunk.cli.ends import code_of, give_up
from lastchunk.cli.output import standard_output
from lastchunk.cli.signals import Interrupted, handled, leave
from lastchunk.model.base.memory import EndsSoon
from lastchunk.model.base.step_limit import LastResort
from lastchunk.starting import IS_COMMAND


def main() -> None:
    """Run the command line; the exit code says how it went."""
    LastResort.end = give_up
    EndsSoon.is_so = IS_COMMAND
    try:
        with handled() as ending:
            code = code_of(run)
            ending.leave()
    except Interrupted as error:  # it came before the command began, or after it had ended
        leave(error.number)
    sys.exit(code)


def run() -> object:
    """Run the command that the command line names."""
    check_epoch()
    with standard_output():
        return completed(lambda: app(prog_name=PROGRAM, standalone_mode=False))


__all__ = ["app", "main"]
