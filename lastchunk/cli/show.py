"""``show``: a trace, a schedule or a counterexample, to step through or for another tool."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape

from lastchunk.cli.app import console
from lastchunk.model.base.errors import InputError
from lastchunk.model.base.files import check_file, is_standard_output, write_bytes
from lastchunk.reports.export.formats import ENDINGS, SUFFIXES, WRITERS
from lastchunk.reports.timeline.read import read_told


def show(
    file: Annotated[
        Path, typer.Argument(help="A trace or a schedule (JSON lines), or a verify.json.")
    ],
    out: Annotated[
        Path | None,
        typer.Option("--out", help="Write it there; its ending says the format, too."),
    ] = None,
    output_format: Annotated[
        str | None,
        typer.Option("--format", help="html (a page), text, mermaid, perfetto or jsonl."),
    ] = None,
) -> None:
    """Show a trace, a schedule or a counterexample: a page to step through, or for other tools.

    Without --out a page or a trace for Perfetto is written here, under the file's name; text,
    mermaid and jsonl are printed. A mermaid diagram ends at the first violation.
    """
    kind = chosen_format(out, output_format)
    place = out
    if place is None and kind in ENDINGS:
        place = Path(file.name).with_suffix(ENDINGS[kind])
    if place is not None:
        check_file(place)
    made = WRITERS[kind](read_told(file))
    data = made if isinstance(made, bytes) else made.encode("utf-8", errors="replace")
    if place is None:
        sys.stdout.write(data.decode("utf-8"))
        return
    write_bytes(place, data)
    if not is_standard_output(place):  # else it would be a part of what was asked for
        console().print(escape(f"written: {place}"))


def chosen_format(out: Path | None, output_format: str | None) -> str:
    """The format that is asked for, by its name or by the file's. Raises `InputError`."""
    if output_format is not None:
        if output_format not in WRITERS:
            raise InputError("--format", output_format, ", ".join(WRITERS))
        return output_format
    ending = "" if out is None else out.suffix.lower()
    if ending and ending not in SUFFIXES:
        allowed = "a name that ends in " + ", ".join(SUFFIXES) + "; or --format with it"
        raise InputError("--out", str(out), allowed)
    return SUFFIXES.get(ending, "html")
