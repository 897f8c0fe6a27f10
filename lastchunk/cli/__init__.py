"""The command line. `ends.py` says how its commands end."""

from __future__ import annotations

import sys

from lastchunk.cli.app import app
from lastchunk.cli.catalogue import register as register_catalogue
from lastchunk.cli.compare import register as register_compare
from lastchunk.cli.ends import code_of
from lastchunk.cli.matrix import register as register_matrix
from lastchunk.cli.report import register as register_report
from lastchunk.cli.simulate import register as register_simulate
from lastchunk.cli.verify import register as register_verify

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
    sys.exit(code_of(lambda: app(standalone_mode=False)))


__all__ = ["app", "main"]
