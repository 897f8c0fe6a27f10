"""``import``: a log, a profile or toxics of others as a scenario."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape

from lastchunk.cli.app import console
from lastchunk.model.scenario.importing.read import read_import, write_import


def import_(
    file: Annotated[Path, typer.Argument(help="A throughput log, a profile, toxics or a CSV.")],
    out: Annotated[Path, typer.Option("--out", help="The scenario to write (TOML).")],
    profile: Annotated[
        str | None, typer.Option("--profile", help="Which one, where a file has several.")
    ] = None,
) -> None:
    """Make a scenario of a throughput log, a connectivity profile, toxics or a table."""
    found = read_import(file, profile)
    written = write_import(found, file, out)
    show = console()
    show.print(escape(f"{file}: {found.kind}, {found.said}"))
    for line in found.left_out:
        show.print(escape(f"not carried: {line}"))
    for path in written:
        show.print(escape(f"written: {path}"))
