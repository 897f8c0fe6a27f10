"""``new-design``: a first design and its test."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape

from lastchunk.cli.app import console
from lastchunk.gate.new_design import write_design


def new_design(
    name: Annotated[str, typer.Argument(help="The name of its class, such as MyDesign.")],
    out: Annotated[Path, typer.Option("--out", help="The folder to write into.")] = Path(),
) -> None:
    """Write a commented design to begin with, and its test."""
    show = console()
    design, test = write_design(name, out)
    for path in (design, test):
        show.print(escape(f"written: {path}"))
    show.print(escape(f"next: pytest {test}"))
