"""The command line. Bad input is one line on standard error and exit code 2."""

from __future__ import annotations

import sys

from pydantic import ValidationError
from typer import TyperException

from lastchunk.cli.app import app
from lastchunk.cli.catalogue import register as register_catalogue
from lastchunk.cli.compare import register as register_compare
from lastchunk.cli.matrix import register as register_matrix
from lastchunk.cli.report import register as register_report
from lastchunk.cli.simulate import register as register_simulate
from lastchunk.cli.verify import register as register_verify
from model.errors import InputError
from model.verdict import EXIT_USAGE

for _register in (
    register_catalogue,
    register_simulate,
    register_compare,
    register_report,
    register_verify,
    register_matrix,
):
    _register(app)


def main() -> None:
    """Run the command line; the exit code says how it went."""
    try:
        sys.exit(app(standalone_mode=False))
    except TyperException as error:
        if error.format_message():  # none where the help was shown instead
            sys.stderr.write(f"lastchunk: {error.format_message()}{_given(error)}\n")
        sys.exit(error.exit_code)
    except InputError as error:
        sys.stderr.write(f"lastchunk: {error}\n")
        sys.exit(EXIT_USAGE)


def _given(error: TyperException) -> str:
    """What the option was given, where its error names what is allowed alone."""
    cause = error.__cause__
    return f", not {cause.errors()[0]['input']!r}" if isinstance(cause, ValidationError) else ""


__all__ = ["app", "main"]
