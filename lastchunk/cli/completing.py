"""Completion in a shell: typer does it, and ends the process itself, in ways of its own.

Each of the last functions says which names may come next; options name them (`autocompletion`).
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterable

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


def _like(names: Iterable[str], incomplete: str) -> list[str]:
    """The names that begin so. Where none does, a shell offers files."""
    return [name for name in names if name.startswith(incomplete)]


def designs_like(incomplete: str) -> list[str]:
    """The shipped designs whose names begin so."""
    from lastchunk.reference_impl.designs import DESIGNS

    return _like(DESIGNS, incomplete)


def scenarios_like(incomplete: str) -> list[str]:
    """The shipped scenarios whose names begin so."""
    from lastchunk.model.scenario.load import shipped

    return _like(shipped(), incomplete)


def properties_like(incomplete: str) -> list[str]:
    """The shipped properties whose names begin so."""
    from lastchunk.model.properties import PROPERTIES

    return _like(PROPERTIES, incomplete)


def faults_like(incomplete: str) -> list[str]:
    """The classes of faults whose names begin so."""
    from lastchunk.model.explore.matrix.fault_classes import BUILDERS

    return _like(BUILDERS, incomplete)


def engines_like(incomplete: str) -> list[str]:
    """The engines whose names begin so."""
    from lastchunk.model.kernel.running.choice import ALL_ENGINES

    return _like(ALL_ENGINES, incomplete)
