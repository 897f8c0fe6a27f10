"""``simulate`` and ``replay``: one session, its trace as a readable timeline."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape
from rich.table import Table

from lastchunk.cli.app import (
    ScenarioArgument,
    SeedOption,
    SetOption,
    UplinkOption,
    VideoOption,
    console,
    load,
)
from model.design import load_design
from model.files import write_bytes
from model.properties import PROPERTIES, Held, Violation, check_all
from model.simulate import Run, record
from model.simulate import replay as run_schedule
from model.trace.jsonl import write_jsonl
from model.trace.schedule import read_schedule, write_schedule
from model.trace.words import LANES, clock, lane_of, words_of
from reports.figures.save import png_bytes
from reports.figures.timeline import timeline_figure

COLOURS = {"client": "cyan", "network": "yellow", "object": "green", "blobs": "blue"}


def register(app: typer.Typer) -> None:
    """Add the command to the application."""
    app.command()(simulate)
    app.command()(replay)


OutOption = Annotated[Path | None, typer.Option("--out", help="Write the trace as JSON lines.")]
FigureOption = Annotated[Path | None, typer.Option("--figure", help="Draw the session (PNG).")]


def simulate(
    scenario: ScenarioArgument,
    design: Annotated[str, typer.Option("--design", help="A name, or file.py:Class.")] = "alarm",
    seed: SeedOption = 1,
    session: Annotated[int, typer.Option("--session", help="Which session.", min=0)] = 0,
    overrides: SetOption = None,
    uplink: UplinkOption = None,
    video_mbps: VideoOption = None,
    out: OutOption = None,
    figure: FigureOption = None,
    schedule: Annotated[
        Path | None, typer.Option("--schedule", help="Write the choices, for `replay`.")
    ] = None,
) -> None:
    """Run one session and show what happened, when, and what it means."""
    loaded, specs = load(scenario, [design], overrides, uplink, video_mbps)
    run, choices = record(loaded, specs[0], seed, session)
    if schedule is not None:
        write_schedule(choices, schedule)
    deliver(run, out, figure)


def replay(
    file: Annotated[Path, typer.Argument(help="A recorded schedule.")],
    design: Annotated[
        str | None, typer.Option("--design", help="Another design than the recorded one.")
    ] = None,
    out: OutOption = None,
    figure: FigureOption = None,
) -> None:
    """Run a recorded schedule again: the same choices, the same trace."""
    schedule = read_schedule(file)
    spec = None if design is None else load_design(design, schedule.scenario)
    deliver(run_schedule(schedule, spec), out, figure)


def deliver(run: Run, out: Path | None, figure: Path | None) -> None:
    """Write what was asked for, and show the run."""
    if out is not None:
        write_jsonl(run.trace, out)
    if figure is not None:
        write_bytes(figure, png_bytes(timeline_figure(run)))
    show(run)


def show(run: Run) -> None:
    """Print the timeline of a run and the judgement of every property."""
    title = f"{run.scenario.title}: {run.design.name}, {run.origin}"
    table = Table("time", "lane", "what happened", title=escape(title), box=None)
    for event in run.trace:
        lane = lane_of(event)
        colour = COLOURS.get(lane, "magenta")
        table.add_row(
            clock(event.at_ms), f"[{colour}]{LANES[lane]}[/{colour}]", escape(words_of(event))
        )
    out = console()
    out.print(table)
    verdicts = Table("property", "in this session", "means", box=None)
    for slug, judgement in check_all(run.facts, run.judge).items():
        if isinstance(judgement, Violation):
            words = f"[red]violated at {clock(judgement.at_ms)}: {escape(judgement.detail)}[/red]"
        elif isinstance(judgement, Held):
            words = "[green]holds[/green]"
        else:
            words = f"says nothing: {judgement.reason}"
        verdicts.add_row(slug, words, PROPERTIES[slug].meaning)
    out.print(verdicts)
    out.print("Happenings at the same millisecond are shown in the order in which they were due.")
