"""``simulate`` and ``replay``: one session, its trace as a readable timeline."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape
from rich.table import Table

from lastchunk.cli.app import (
    AdapterOption,
    PropertiesOption,
    ScenarioArgument,
    SeedOption,
    SetOption,
    UplinkOption,
    VideoOption,
    console,
    note,
)
from lastchunk.cli.completing import designs_like
from lastchunk.cli.gate import much_to_do
from lastchunk.cli.loading import load, loaded_for_replay, own_properties
from lastchunk.cli.trace_table import trace_table
from lastchunk.model.base.errors import InputError
from lastchunk.model.base.files import check_file, write_bytes, write_text
from lastchunk.model.properties import PROPERTIES, Holds, Property, Violation, check_all
from lastchunk.model.simulate import Run, record
from lastchunk.model.simulate import replay as run_schedule
from lastchunk.model.simulate.schedule import Schedule, read_schedule, write_schedule
from lastchunk.model.trace.jsonl import write_jsonl
from lastchunk.model.trace.words import clock

OutOption = Annotated[Path | None, typer.Option("--out", help="Write the trace as JSON lines.")]
NOT_SHOWN = (
    "The schedule is one that ends at a violation, and it violates none of these: its design has "
    "changed, the file was cut off, or an own property is meant (--properties)."
)
FIGURE, HTML = "--figure", "--html"
FullOption = Annotated[bool, typer.Option("--full", help="Show all of a long trace.")]
FigureOption = Annotated[Path | None, typer.Option("--figure", help="Draw the session (PNG).")]


def simulate(
    scenario: ScenarioArgument,
    designs: Annotated[
        list[str] | None,
        typer.Option(
            "--design",
            autocompletion=designs_like,
            help="A name, or file.py:Class; with --html a second one, too.",
        ),
    ] = None,
    seed: SeedOption = 1,
    session: Annotated[int, typer.Option("--session", help="Which session.", min=0)] = 0,
    overrides: SetOption = None,
    uplink: UplinkOption = None,
    video_mbps: VideoOption = None,
    out: OutOption = None,
    figure: FigureOption = None,
    full: FullOption = False,
    schedule: Annotated[
        Path | None, typer.Option("--schedule", help="Write the choices, for `replay`.")
    ] = None,
    html: Annotated[
        Path | None,
        typer.Option("--html", help="Write the session as a page that is stepped through."),
    ] = None,
    properties: PropertiesOption = None,
    adapter: AdapterOption = None,
) -> None:
    """Run one session and show what happened, when, and what it means."""
    _, own = own_properties(None, properties)
    loaded, specs = load(scenario, designs or ["alarm"], overrides, uplink, video_mbps, adapter)
    if len(specs) > (1 if html is None else 2):
        raise InputError("--design", len(specs), "one; two with --html, which shows both")
    check_places(out, figure)
    for place, option in ((schedule, "--schedule"), (html, HTML)):
        if place is not None:
            check_file(place, option)
    note(much_to_do(loaded, specs, 1))
    made = [record(loaded, spec, seed, session) for spec in specs]
    run, choices = made[0]
    if schedule is not None:
        write_schedule(choices, schedule, "--schedule")
    if html is not None:
        write_timeline(made, html, own)
    deliver(run, out, figure, full, own)


def write_timeline(
    made: Sequence[tuple[Run, Schedule]], place: Path, own: Mapping[str, Property]
) -> None:
    """Write one session, or what two designs make of the same one, as a page."""
    from lastchunk.reports.timeline import timeline_page, told

    scenario, origin = made[0][0].scenario, made[0][0].origin
    sessions = [
        told(run, run.design.name, choices).judged(run.check(list(own.values())))
        for run, choices in made
    ]
    write_text(place, timeline_page(*sessions, title=f"{scenario.title}, {origin}"), HTML)


def replay(
    file: Annotated[Path, typer.Argument(help="A recorded schedule.")],
    design: Annotated[
        str | None,
        typer.Option(
            "--design", autocompletion=designs_like, help="Another design than the recorded one."
        ),
    ] = None,
    out: OutOption = None,
    figure: FigureOption = None,
    full: FullOption = False,
    properties: PropertiesOption = None,
    adapter: AdapterOption = None,
) -> None:
    """Run a recorded schedule again: the same choices, the same trace."""
    _, own = own_properties(None, properties)
    schedule = read_schedule(file)
    check_places(out, figure)
    schedule, spec = loaded_for_replay(schedule, design, adapter)
    deliver(run_schedule(schedule, spec), out, figure, full, own)


def check_places(out: Path | None, figure: Path | None) -> None:
    """Refuse places that cannot be written, before the session is run."""
    if out is not None:
        check_file(out)
    if figure is not None:
        check_file(figure, FIGURE, ".png")


def deliver(
    run: Run,
    out: Path | None,
    figure: Path | None,
    full: bool,
    own: Mapping[str, Property],
) -> None:
    """Write what was asked for, and show the run."""
    if out is not None:
        write_jsonl(run.trace, out)
    if figure is not None:
        from lastchunk.reports.figures.save import png_bytes
        from lastchunk.reports.figures.timeline import timeline_figure

        write_bytes(figure, png_bytes(timeline_figure(run)), FIGURE)
    show(run, full, own)


def show(run: Run, full: bool, own: Mapping[str, Property]) -> None:
    """Print the timeline of a run and the judgement of every property, own ones last."""
    title = f"{run.scenario.title}: {run.design.name}, {run.origin}"
    judgements = check_all(run.facts, run.judge) | run.check(list(own.values()))
    known = PROPERTIES | dict(own)
    at_ms = [item.at_ms for item in judgements.values() if isinstance(item, Violation)]
    out = console()
    out.print(trace_table(title, run.trace, at_ms, full))
    verdicts = Table("property", "in this session", "means", box=None)
    for slug, judgement in judgements.items():
        if isinstance(judgement, Violation):
            words = f"[red]violated at {clock(judgement.at_ms)}: {escape(judgement.detail)}[/red]"
        elif isinstance(judgement, Holds):
            words = "[green]holds[/green]"
        else:
            words = f"says nothing: {judgement.reason}"
        verdicts.add_row(slug, words, known[slug].meaning)
    out.print(verdicts)
    if run.facts.ended == "violation" and not at_ms:
        out.print(NOT_SHOWN)
    if run.cut_by:
        bound = getattr(run.scenario.limits, run.cut_by)
        out.print(f"The session had no end: it was cut at limits.{run.cut_by} = {bound:,}.")
    out.print("Happenings at the same millisecond are shown in the order in which they were due.")
