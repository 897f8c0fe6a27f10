"""``simulate``: one session, its trace as a readable timeline."""

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
from model.files import write_bytes
from model.properties import PROPERTIES, Held, Violation, check_all
from model.simulate import Run
from model.simulate import simulate as run_one
from model.trace.jsonl import write_jsonl
from model.trace.words import LANES, clock, lane_of, words_of
from reports.figures.save import png_bytes
from reports.figures.timeline import timeline_figure

COLOURS = {"client": "cyan", "network": "yellow", "object": "green", "blobs": "blue"}


def register(app: typer.Typer) -> None:
    """Add the command to the application."""
    app.command()(simulate)


def simulate(
    scenario: ScenarioArgument,
    design: Annotated[str, typer.Option("--design", help="A name, or file.py:Class.")] = "alarm",
    seed: SeedOption = 1,
    session: Annotated[int, typer.Option("--session", help="Which session.", min=0)] = 0,
    overrides: SetOption = None,
    uplink: UplinkOption = None,
    video_mbps: VideoOption = None,
    out: Annotated[
        Path | None, typer.Option("--out", help="Write the trace as JSON lines.")
    ] = None,
    figure: Annotated[Path | None, typer.Option("--figure", help="Draw the session (PNG).")] = None,
) -> None:
    """Run one session and show what happened, when, and what it means."""
    loaded, specs = load(scenario, [design], overrides, uplink, video_mbps)
    run = run_one(loaded, specs[0], seed, session)
    if out is not None:
        write_jsonl(run.trace, out)
    if figure is not None:
        write_bytes(figure, png_bytes(timeline_figure(run)))
    show(run)


def show(run: Run) -> None:
    """Print the timeline of a run and the judgement of every property."""
    title = f"{run.scenario.title}: {run.design.name}, seed {run.seed}, session {run.session}"
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
