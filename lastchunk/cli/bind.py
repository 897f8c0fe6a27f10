"""``bind``: a first binding for a class of TypeScript."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape

from lastchunk.cli.app import console, renamed
from lastchunk.model.base.errors import InputError
from lastchunk.model.base.files import write_text
from lastchunk.model.typescript.binding.proposal.propose import propose
from lastchunk.model.typescript.binding.proposal.record import UNKNOWN


def bind(
    file: Annotated[Path, typer.Argument(help="A TypeScript file with a Durable Object's class.")],
    name: Annotated[str, typer.Option("--class", help="The class; else that with an alarm.")] = "",
    write: Annotated[
        bool, typer.Option("--write", help="Write it beside the file, where there is none.")
    ] = False,
) -> None:
    """Propose the binding of a TypeScript class: which call is which."""
    show = console()
    with renamed({"--design": "FILE", "bind": "--class" if name else "FILE"}):
        made = propose(file, name)
    beside = file.with_suffix(".toml")
    if write and beside.exists():
        raise InputError("--write", str(beside), "a file that is not there yet")
    if write:
        write_text(beside, made.text)
        show.print(escape(f"written: {beside}"))
    else:
        typer.echo(made.text)
    # As comments: what is printed may be a file.
    if UNKNOWN in made.text:
        typer.echo(f"# Fill in what says {UNKNOWN}: it was not found in the text.")
    typer.echo(f"# Next: lastchunk verify --design {file}:{made.name}")
