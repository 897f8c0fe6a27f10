"""Completion in a shell: typer does it, and ends the process itself, in ways of its own."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable

from lastchunk.model.base.errors import InputError
from lastchunk.model.base.verdict import EXIT_USAGE

PROGRAM = "lastchunk"
"""What the command is called, however it was: a shell knows it by this name."""
VARIABLE = f"_{PROGRAM.upper()}_COMPLETE"
"""A shell sets it where it asks for what may come next."""
OPTIONS = ("--install-completion", "--show-completion")


def completed(run: Callable[[], object]) -> object:
    """Run the command line. Where it completes, what fails is a wrong use, no violation. Raises
    `InputError` where no shell asks."""
    asked = os.environ.get(VARIABLE)
    if not asked and not set(OPTIONS) & set(sys.argv[1:2]):
        return run()
    try:
        code = run()
    except SystemExit as error:
        code = error.code
    except (KeyError, ValueError) as error:  # what a shell says beside it is missing, or none
        allowed = f"as a shell sets it; lastchunk {OPTIONS[0]} tells yours to"
        raise InputError(VARIABLE, asked, allowed) from error
    return EXIT_USAGE if code else 0
