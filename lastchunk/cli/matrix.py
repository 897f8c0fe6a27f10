"""``matrix``: designs by properties by classes of faults, every schedule of each explored."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape
from rich.table import Table

from lastchunk.cli.app import WorkersOption, check_least, console, cores
from lastchunk.cli.completing import designs_like, faults_like
from lastchunk.cli.progress import progress_bar
from lastchunk.model.explore.matrix.cells import Cell, CellKind
from lastchunk.model.explore.matrix.fault_classes import BUILDERS
from lastchunk.model.explore.matrix.matrix import MATRIX_DESIGNS, Matrix
from lastchunk.model.explore.matrix.matrix import matrix as run_matrix
from lastchunk.reports.base.kinds import LOOKS
from lastchunk.reports.matrix.page import check_matrix_out, write_matrix

COLOURS: dict[CellKind, str] = {
    "proved": "green",
    "violated": "red",
    "impossible": "magenta",
    "unknown": "yellow",
    "not explored": "dim",
    "not asked": "dim",
}


def matrix(
    out: Annotated[
        Path, typer.Option("--out", help="The folder for matrix.html, matrix.json and schedules.")
    ],
    design: Annotated[
        list[str] | None,
        typer.Option(
            "--design",
            autocompletion=designs_like,
            help="A name, or file.py:Class; may be repeated.",
        ),
    ] = None,
    faults: Annotated[
        list[str] | None,
        typer.Option(
            "--faults",
            autocompletion=faults_like,
            help="This class of faults alone; may be repeated.",
        ),
    ] = None,
    chunks: Annotated[int, typer.Option("--chunks", help="Chunks of a session.")] = 3,
    seconds: Annotated[
        float, typer.Option("--seconds", help="Each group of properties of a class ends.")
    ] = 180.0,
    workers: WorkersOption = None,
) -> None:
    """Say of each design, property and class of faults: proved, violated or impossible.

    What is written opens with the claims, judged by that alone.

    Exits with 0 whatever the verdicts are: it shows them.
    """
    check_least("--seconds", seconds)
    check_matrix_out(out)
    names = design or list(MATRIX_DESIGNS)
    total = len(names) * len(faults or BUILDERS)
    with progress_bar("exploring", total) as progress:
        result = run_matrix(names, chunks, seconds, cores(workers), faults or None, progress)
    write_matrix(result, out)
    show(result)
    console().print(escape(f"written: {out / 'matrix.html'}"))


def show(result: Matrix) -> None:
    """Print a table for each design."""
    to = console()
    for design in result.designs:
        table = Table("property", title=escape(f"{design}, {result.chunks} chunks"))
        for item in result.faults:
            table.add_column(item.title)
        for slug in result.slugs:
            cells = [result.cell(design, item.slug, slug) for item in result.faults]
            table.add_row(slug, *map(_words, cells))
        to.print(table)


def _words(cell: Cell) -> str:
    words = f"{LOOKS[cell.kind].sign} {cell.kind}"
    if cell.reached is not None:
        words += f", best {LOOKS[cell.reached.kind].sign}"
    return f"[{COLOURS[cell.kind]}]{words}[/]"
