"""``compare``: many sessions of one scenario, and their verdicts side by side."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Annotated

import pandas as pd
import typer
from rich.markup import escape
from rich.table import Table

from lastchunk.cli.app import (
    AdapterOption,
    EngineOption,
    PropertiesOption,
    ScenarioArgument,
    SeedOption,
    SetOption,
    UplinkOption,
    VideoOption,
    WorkersOption,
    console,
    cores,
    note,
)
from lastchunk.cli.completing import designs_like, properties_like
from lastchunk.cli.gate import failed_sessions, many_rows, much_to_do
from lastchunk.cli.loading import (
    DEFAULT_DESIGNS,
    command,
    load,
    options,
    own_properties,
    properties_options,
)
from lastchunk.cli.progress import progress_bar
from lastchunk.model.base.errors import InputError
from lastchunk.model.base.verdict import Verdict, exit_code, p_words, percent, points
from lastchunk.model.design.load import DesignSpec
from lastchunk.model.estimate.checks import SESSIONS_MAX, check_range
from lastchunk.model.estimate.comparison import Comparison
from lastchunk.model.estimate.comparison import compare as run_compare
from lastchunk.model.estimate.space import Axis
from lastchunk.model.estimate.sweep import REQUEST_DELAY, UPLINK_SPEED, sweep
from lastchunk.model.estimate.tally import SessionTally, cut_lines
from lastchunk.model.properties import PROPERTIES, asked
from lastchunk.model.scenario.schema import Scenario
from lastchunk.model.table.engine import engine_words

COLOURS = {"violated": "red", "not seen": "cyan", "unknown": "yellow", "proved": "green"}

DesignsOption = Annotated[
    list[str] | None,
    typer.Option(
        "--design",
        autocompletion=designs_like,
        help="A design's name, or file.py:Class; may be repeated.",
    ),
]
SweepOption = Annotated[
    int,
    typer.Option("--sweep-sessions", help="Per point of the report's sweeps; 0: none.", min=0),
]

PrecisionOption = Annotated[
    float | None, typer.Option("--precision", help="Go on until every rate is known to so much.")
]
UntilOption = Annotated[
    list[str] | None,
    typer.Option(
        "--until",
        metavar="FIGURE=HALF-WIDTH",
        help="Go on until this is known, as nothing_lost=0.01, alarm:delay_ms=5% or "
        "manual,alarm:finalizes=0.01; may be repeated.",
    ),
]
SessionsMaxOption = Annotated[
    int | None, typer.Option("--sessions-max", help="Stop there, whatever is known.")
]
OnlyOption = Annotated[
    list[str] | None,
    typer.Option("--property", autocompletion=properties_like, help="Show and gate these alone."),
]


def compare(
    scenario: ScenarioArgument,
    design: DesignsOption = None,
    sessions: Annotated[int, typer.Option("--sessions", help="Sessions of each design.")] = 1_000,
    half_width: Annotated[
        float | None,
        typer.Option("--half-width", help="Go on until every interval is at most so wide."),
    ] = None,
    precision: PrecisionOption = None,
    until: UntilOption = None,
    sessions_max: SessionsMaxOption = None,
    seed: SeedOption = 1,
    overrides: SetOption = None,
    uplink: UplinkOption = None,
    video_mbps: VideoOption = None,
    workers: WorkersOption = None,
    engine: EngineOption = "auto",
    out: Annotated[Path | None, typer.Option("--out", help="Write a report here.")] = None,
    sweep_sessions: SweepOption = 100,
    gate: Annotated[bool, typer.Option("--gate", help="Exit by the verdicts: 0, 1, 3.")] = False,
    only: OnlyOption = None,
    properties: PropertiesOption = None,
    adapter: AdapterOption = None,
) -> None:
    """Compare designs on the same sessions of one scenario."""
    began = time.perf_counter()
    named, own = own_properties(only, properties)
    slugs = chosen(named, own)
    loaded, specs = load(scenario, design, overrides, uplink, video_mbps, adapter)
    if only:
        check_asked([slug for slug in slugs if slug not in own], loaded, specs)
    check_out(out, adapter)
    wanted = targets_of(precision, until or [], slugs, loaded, specs)
    limits = (sessions, seed, cores(workers), half_width)
    rest = (list(own.values()), wanted, sessions_max, engine)
    # Figures and a report are made of rows; what is shown is made of counts.
    keep_rows = bool(wanted) or out is not None
    say_before(loaded, specs, sessions, keep_rows)
    run = partial(run_compare, loaded, specs, *limits, keep_rows=keep_rows)
    if wanted:
        result = until_known(slugs, lambda looked: run(None, *rest, looked))
    else:
        with progress_bar(loaded.title, None if half_width else sessions) as progress:
            result = run(progress, *rest)
    show(result, slugs)
    note(engine_words(result.engines))
    if out is not None:
        settings = (overrides or [], uplink, video_mbps)
        names = design or DEFAULT_DESIGNS
        sweeps = run_sweeps(scenario, names, sweep_sessions, seed, cores(workers), *settings)
        given = {loaded.name: [scenario, *options(*settings)]}
        write_review(result, sweeps, time.perf_counter() - began, given, out)
    if gate:
        mute = not_asked(result, named)
        verdicts = [v for each in result.verdicts.values() for s, v in each.items() if s in slugs]
        verdicts += [Verdict("unknown", 0, 0, 0.0, 1.0, words) for words in mute]
        again = options(overrides or [], uplink, video_mbps) + properties_options(None, properties)
        again += [] if adapter is None else ["--adapter", str(adapter)]
        show_failed([*failed_sessions(result, slugs, scenario, again), *mute])
        raise typer.Exit(exit_code(verdicts))


def not_asked(result: Comparison, named: Sequence[str]) -> list[str]:
    """A line for each design that cannot be asked what was named: nothing holds there."""
    return [
        f"failed: {slug}, {design.name}: unknown, only {PROPERTIES[slug].asks} can be asked"
        for design in result.designs
        for slug in named
        if slug not in result.verdicts[design.name]
    ]


def say_before(
    scenario: Scenario, designs: Sequence[DesignSpec], sessions: int, keep_rows: bool
) -> None:
    """Say what will take long, or much memory, of a number of sessions that can be."""
    check_range("sessions", sessions, 1, SESSIONS_MAX)
    note(much_to_do(scenario, designs, sessions))
    if keep_rows:
        note(many_rows(sessions, len(designs)))


def show_failed(lines: Iterable[str]) -> None:
    """Print how to see each session that failed."""
    for line in lines:
        console().print(escape(line), soft_wrap=True)


def until_known(
    slugs: Sequence[str], run: Callable[[Callable[[Comparison], None]], Comparison]
) -> Comparison:
    """Go on until enough is known. Ctrl-C ends it, and what is known by then is shown."""
    from lastchunk.cli.live import live_figures  # where it is wanted

    seen = None
    try:
        with live_figures() as seen:
            return run(seen.look)
    except KeyboardInterrupt:
        last, done = None if seen is None else seen.last, "before its first look"
        if last is not None:
            show(last, slugs)
            done = f"after {last.sessions:,} sessions; what holds at every look holds now"
        note(f"ended {done}")
        raise


def check_out(out: Path | None, adapter: Path | None) -> None:
    """Refuse a folder that cannot be written, or a report whose designs it could not load again."""
    if out is None:
        return
    if adapter is not None:
        raise InputError("--out", str(out), "no report with --adapter: it loads its designs again")
    from lastchunk.reports.write import check_report_out  # with all that draws

    check_report_out(out)


def write_review(
    result: Comparison,
    sweeps: list[tuple[Axis, pd.DataFrame]],
    seconds: float,
    given: dict[str, list[str]],
    out: Path,
) -> None:
    """Write the report of one comparison."""
    from lastchunk.reports.review import make_review
    from lastchunk.reports.write import write_report

    write_report(make_review([result], sweeps, command(), seconds, given), out)
    console().print(escape(f"report: {out / 'report.html'}"))


def targets_of(
    precision: float | None,
    until: Sequence[str],
    slugs: Sequence[str],
    scenario: Scenario,
    designs: Sequence[DesignSpec],
) -> list[str]:
    """What is to be known: what was named, and each rate that can be asked of a design."""
    if precision is None:
        return list(until)
    if not 0 < precision < 0.5:
        raise InputError("--precision", precision, "above 0 and below 0.5")
    every = [
        f"{design.name}:{slug}={precision}"
        for design in designs
        for slug in slugs
        if slug not in PROPERTIES or slug in asked(design.cls, scenario)
    ]
    return [*every, *until]


def run_sweeps(
    scenario: str,
    designs: Sequence[str],
    sessions: int,
    seed: int,
    workers: int,
    overrides: Sequence[str] = (),
    uplink: Path | None = None,
    video_mbps: float | None = None,
) -> list[tuple[Axis, pd.DataFrame]]:
    """The sweeps of a report over uplink speed and request delay; none for 0 sessions."""
    sweeps = []
    given = (designs, sessions, seed, workers, overrides, uplink, video_mbps)
    for axis in (UPLINK_SPEED, REQUEST_DELAY) if sessions else ():
        with progress_bar(axis.label, len(axis.points) * sessions) as progress:
            sweeps.append((axis, sweep(scenario, axis, *given, progress)))
    return sweeps


def chosen(only: Sequence[str], own: Collection[str]) -> list[str]:
    """The properties to show and to gate; those of a file always."""
    known = [*PROPERTIES, *own]
    for slug in only:
        if slug not in known:
            raise InputError("--property", slug, "one of " + ", ".join(known))
    return list(dict.fromkeys([*only, *own])) if only else known


def check_asked(slugs: Sequence[str], scenario: Scenario, designs: Sequence[DesignSpec]) -> None:
    """Refuse a property that none of the designs can be asked under the scenario."""
    can = {slug for design in designs for slug in asked(design.cls, scenario)}
    for slug in slugs:
        if slug not in can:
            raise InputError("--property", slug, f"only with {PROPERTIES[slug].asks}")


def threw_lines(name: str, tally: SessionTally) -> Iterator[str]:
    """A line where code of a design threw."""
    threw = tally.count(name, "thrown")
    if threw.sessions:
        yield (
            f"{name}: its code threw in {threw.sessions:,} of {tally.sessions[name]:,} sessions, "
            f"and its callers were told 500; session {threw.first} shows where"
        )


def show(result: Comparison, slugs: Sequence[str]) -> None:
    """Print the verdicts of a comparison side by side, and the paired differences."""
    names = [design.name for design in result.designs]
    title = f"{escape(result.scenario.title)} ({result.sessions:,} sessions, seed {result.seed})"
    pairs = result.paired(*names[:2]) if len(names) >= 2 else {}
    gaps = ["difference of the first two, in points"] if pairs else []
    table = Table("property", *names, *gaps, title=title)
    for slug in slugs:
        if not any(slug in found for found in result.verdicts.values()):
            continue
        cells = []
        for name in names:
            verdict = result.verdicts[name].get(slug)
            if verdict is None:
                cells.append("not asked")
                continue
            words = f"[{COLOURS[verdict.kind]}]{verdict.kind}[/]"
            if verdict.kind == "unknown":
                words += f" ({verdict.reason})"
            elif verdict.kind == "violated":
                rate = verdict.violations / verdict.sessions
                words += f" {percent(rate)} [{percent(verdict.low)}, {percent(verdict.high)}]"
                words += f"; {verdict.unsettled_words}" if verdict.unsettled else ""
            else:
                words += f", below {percent(verdict.high)}"
            cells.append(words)
        if slug in pairs:
            pair, gap = pairs[slug], pairs[slug].difference
            cells.append(
                f"{points(gap.estimate)} \\[{points(gap.low)}, {points(gap.high)}]; "
                f"{pair.only_a:,} against {pair.only_b:,}, p {p_words(pair.p_value)}"
            )
        table.add_row(slug, *cells)
    console().print(table)
    for figure in result.known:
        console().print(escape(figure.sentence()))
    for name in names:
        for line in threw_lines(name, result.tally):
            console().print(escape(line))
        for line in cut_lines(name, result.tally, result.scenario.limits):
            console().print(escape(line), soft_wrap=True)
