"""``sweep`` and ``merge``: a plan run in chunks that are kept, here, in shards, or on a cluster."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Annotated

import pandas as pd
import typer
from rich.markup import escape
from rich.table import Table

from lastchunk.cli.app import WorkersOption, console, cores, note
from lastchunk.cli.loading import command
from lastchunk.cli.progress import progress_and_words
from lastchunk.model.base.errors import InputError
from lastchunk.model.base.text_files import digits
from lastchunk.model.base.verdict import percent_within
from lastchunk.model.estimate.checks import check_name
from lastchunk.model.estimate.sweeps.chunk import MEANS
from lastchunk.model.estimate.sweeps.live import LiveSweep
from lastchunk.model.estimate.sweeps.plan_file import read_plan
from lastchunk.model.estimate.sweeps.result import SweepResult, write_result
from lastchunk.model.estimate.sweeps.run import SweepRun
from lastchunk.model.estimate.sweeps.store import merged
from lastchunk.model.properties import PROPERTIES

PlanArgument = Annotated[Path, typer.Argument(help="A plan (TOML); see docs/sweeps.md.")]


def sweep(
    plan: PlanArgument,
    out: Annotated[Path, typer.Option("--out", help="Its folder; one that is begun goes on.")],
    shard: Annotated[
        str, typer.Option("--shard", metavar="I/N", help="Run the I-th of N shards alone.")
    ] = "1/1",
    scheduler: Annotated[
        str, typer.Option("--scheduler", help="A Dask scheduler, such as tcp://10.0.0.1:8786.")
    ] = "",
    figure: Annotated[
        str, typer.Option("--figure", help="Which figure the report shows.")
    ] = "complete_at_finalization",
    workers: WorkersOption = None,
) -> None:
    """Run a plan over settings, scenarios and designs; ended at any moment, it goes on."""
    shown = shard_of(shard)
    check_name("--figure", figure, [*PROPERTIES, *MEANS])
    read = read_plan(plan)
    run = SweepRun(read, out, cores(workers), shown, scheduler)
    live = LiveSweep(read, run.mine, figure)
    waiting = run.waiting(live.add)
    if len(waiting) < len(run.mine):
        note(f"{len(run.mine) - len(waiting):,} of {len(run.mine):,} chunks are there; it goes on")
    try:
        with progress_and_words(plan.stem, run.sessions_of(waiting)) as (progress, say):
            result = run.run(progress, None if say is None else partial(say_most, live, say))
    except KeyboardInterrupt:
        there = len(run.folder.there())
        note(
            f"ended; {there:,} of {run.folder.chunks:,} chunks are in {out}; the same command goes "
            f"on: {command()}; what is there: {out}/rates.parquet"
        )
        run.partial()
        raise
    if result is None:
        there, chunks = len(run.folder.there()), run.folder.chunks
        console().print(
            escape(f"shard {shard} is done; {there:,} of {chunks:,} chunks are in {out}; then: ")
            + escape("lastchunk merge FOLDER ... --out FOLDER")
        )
        return
    deliver_sweep(result, out, figure)


def say_most(live: LiveSweep, say: Callable[[str], None], number: int, chunk: pd.DataFrame) -> None:
    """Count a chunk, and say what is known by now."""
    live.add(number, chunk)
    most = live.most()
    if most is not None:
        say(most.words)


def merge(
    folders: Annotated[list[Path], typer.Argument(metavar="FOLDER...", help="Folders of shards.")],
    out: Annotated[
        Path, typer.Option("--out", help="The folder of all of it; may be one of them.")
    ],
    partial: Annotated[
        bool, typer.Option("--partial", help="Take what is there, if chunks are missing.")
    ] = False,
    figure: Annotated[
        str, typer.Option("--figure", help="Which figure the report shows.")
    ] = "complete_at_finalization",
) -> None:
    """Bring the chunks of a sweep's shards together, and write the result."""
    check_name("--figure", figure, [*PROPERTIES, *MEANS])
    deliver_sweep(write_result(merged(folders, out, partial)), out, figure)


def shard_of(text: str) -> tuple[int, int]:
    """A shard and how many there are. Raises `InputError`."""
    first, _, last = text.partition("/")
    one, all_ = digits(first) or 0, digits(last) or 0
    if not 1 <= one <= all_:
        raise InputError("--shard", text, "I/N, with I from 1 to N, such as 1/8")
    return one, all_


def deliver_sweep(result: SweepResult, out: Path, figure: str) -> None:
    """Draw what was found, and print it."""
    if result.is_whole:
        from lastchunk.reports.sweep_page import write_sweep_page

        write_sweep_page(result, out, figure)
    show_sweep(result)
    state = "" if result.is_whole else f", {result.done:,} of {result.chunks:,} chunks"
    console().print(escape(f"{out}: rates.parquet, means.parquet{state}"))


def show_sweep(result: SweepResult) -> None:
    """Print of each design and property how its rate varies over the points, with the intervals."""
    table = Table("scenario", "design", "property", "least", "most", "sessions")
    groups = result.rates.groupby(["scenario", "design", "property"], sort=False)
    for (scenario, design, slug), rows in groups:
        ends = rows.loc[[rows["rate"].idxmin(), rows["rate"].idxmax()]]
        table.add_row(
            *(escape(str(each)) for each in (scenario, design, slug)),
            *map(percent_within, ends["rate"], ends["low"], ends["high"]),
            f"{int(rows['sessions'].sum()):,}",
        )
    console().print(table)
