"""``verify``: every schedule within the bounds, proved or violated, and exact thresholds."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from lastchunk.cli.app import (
    DesignOption,
    PropertiesOption,
    ScenarioArgument,
    SetOption,
    check_least,
    console,
)
from lastchunk.cli.completing import properties_like
from lastchunk.cli.gate import failed_schedules
from lastchunk.cli.loading import load, options, own_properties, properties_options
from lastchunk.model.base.errors import InputError
from lastchunk.model.base.files import check_file, write_text
from lastchunk.model.base.verdict import EXIT_HOLDS, EXIT_UNKNOWN, EXIT_VIOLATED
from lastchunk.model.explore.export.promela import promela
from lastchunk.model.explore.export.tchecker import tchecker
from lastchunk.model.explore.scope.refusals import NotExplorableError
from lastchunk.model.explore.search.deadline import Deadline
from lastchunk.model.explore.threshold import Threshold, find_threshold
from lastchunk.model.explore.verify import DEFAULT_SCOPE, Budget, Reductions, Verification
from lastchunk.model.explore.verify import verify as run_verify
from lastchunk.model.explore.witness.words import explanation
from lastchunk.model.properties import Property, asked
from lastchunk.model.scenario.schema import Scenario

COMPLETE = "complete_at_finalization"
COLOURS = {"violated": "red", "unknown": "yellow", "proved": "green", "not seen": "cyan"}
EXITS = {"proved": EXIT_HOLDS, "violated": EXIT_VIOLATED, "unknown": EXIT_UNKNOWN}


TheseProperties = Annotated[
    list[str] | None,
    typer.Option(
        "--property", autocompletion=properties_like, help="These alone; may be repeated."
    ),
]


def verify(
    scenario: ScenarioArgument = DEFAULT_SCOPE,
    design: DesignOption = "alarm",
    overrides: SetOption = None,
    only: TheseProperties = None,
    threshold: Annotated[
        str | None,
        typer.Option("--threshold", help="Find the ms of this setting where the verdict turns."),
    ] = None,
    out: Annotated[Path | None, typer.Option("--out", help="Write verify.json and more.")] = None,
    promela_file: Annotated[
        Path | None, typer.Option("--promela", help="Write the small scope as a model for Spin.")
    ] = None,
    tchecker_file: Annotated[
        Path | None, typer.Option("--tchecker", help="Write it as timed automata for TChecker.")
    ] = None,
    classes: Annotated[int, typer.Option("--classes", help="Give up there.")] = 1_000_000,
    seconds: Annotated[float, typer.Option("--seconds", help="Give up there.")] = 600.0,
    memory_mb: Annotated[int, typer.Option("--memory-mb", help="Give up there.")] = 4_000,
    attack: Annotated[
        int | None,
        typer.Option("--attack", help="Try so many schedules against what is proved."),
    ] = None,
    inclusion: Annotated[bool, typer.Option(help="Keep the largest classes alone.")] = True,
    symmetry: Annotated[bool, typer.Option(help="Chunks alike are one.")] = True,
    pruning: Annotated[bool, typer.Option(help="Settle at once what changes nothing.")] = True,
    properties: PropertiesOption = None,
) -> None:
    """Explore every schedule of a design within the bounds of a scenario.

    Exits with 0 where every property is proved, 1 where one is violated, 3 where one is unknown.
    """
    for option, value in (("classes", classes), ("seconds", seconds), ("memory-mb", memory_mb)):
        check_least(f"--{option}", value)
    budget = Budget(classes, seconds, memory_mb)
    slugs, own = own_properties(only, properties)
    loaded, specs = load(scenario, [design], overrides, None, None)
    if out is not None:
        from lastchunk.reports.verification import check_verification_out, write_verification

        check_verification_out(out, own)
    write_exports(loaded, promela_file, tchecker_file)
    with progress_line() as progress, refused_as(scenario, design, overrides or []):
        deadline = Deadline(seconds)
        where = (scenario, overrides or [], design)
        limits = boundaries(where, slugs or [COMPLETE], threshold, budget, deadline, own)
        asks = asked_with(own, slugs, specs[0].cls, loaded)
        reductions = Reductions(inclusion, symmetry, pruning)
        result = run_verify(
            loaded, specs[0], asks, budget, reductions, progress, attack=attack, deadline=deadline
        )
    show(result, limits)
    if out is not None:
        write_verification(result, limits, out)
        console().print(escape(f"written: {out / 'verify.json'}"))
    given = options(overrides or []) + properties_options(only, properties)
    say_failed(result, scenario, given, out)
    raise typer.Exit(EXITS[result.verdict])


def say_failed(result: Verification, scenario: str, settings: list[str], out: Path | None) -> None:
    """Print a line for each verdict that fails, with the command that shows it."""
    for line in failed_schedules(result, scenario, settings, out):
        console().print(escape(line), soft_wrap=True)


def asked_with(
    own: Mapping[str, Property], slugs: list[str], design: object, scenario: Scenario
) -> list[str | Property] | None:
    """What is asked: the properties named, else all shipped ones, and the own ones beside them."""
    if not own:
        return [*slugs] or None
    named = [slug for slug in slugs if slug not in own] if slugs else asked(design, scenario)
    return [*named, *own.values()]


def boundaries(
    where: tuple[str, list[str], str],
    slugs: list[str],
    key: str | None,
    budget: Budget,
    deadline: Deadline,
    own: Mapping[str, Property],
) -> list[Threshold]:
    """The boundary of a setting for each property; none where none is asked for."""
    if key is None:
        return []
    for slug in slugs:
        if slug in own:
            raise InputError("--threshold", slug, "shipped properties alone")
    return [find_threshold(*where, slug, key, budget, deadline=deadline) for slug in slugs]


def write_exports(
    scenario: Scenario, promela_file: Path | None, tchecker_file: Path | None
) -> None:
    """Write the scope for other tools, where that was asked for."""
    exports = (("--promela", promela_file, promela), ("--tchecker", tchecker_file, tchecker))
    asked_for = [(option, file, export) for option, file, export in exports if file is not None]
    for option, file, _ in asked_for:
        check_file(file, option)
    texts = [export(scenario) for *_, export in asked_for]  # before any of them is written
    for (option, file, _), text in zip(asked_for, texts, strict=True):
        write_text(file, text, option)


def show(result: Verification, limits: list[Threshold]) -> None:
    """Print the verdicts, what was looked at, and the counterexamples in words."""
    out = console()
    title = f"{result.scenario.title}: {result.design.name}, every schedule within the bounds"
    table = Table("property", "verdict", "", title=escape(title))
    for slug, verdict in result.verdicts.items():
        words = f"[{COLOURS[verdict.kind]}]{verdict.kind}[/]"
        table.add_row(slug, words, escape(verdict.reason))
    out.print(table)
    out.print(
        f"{result.classes:,} classes of {result.states:,} states, {result.steps:,} steps, depth "
        f"{result.depth}, {result.seconds:.1f} s"
    )
    if "proved" in {verdict.kind for verdict in result.verdicts.values()}:
        out.print(escape(result.attack.sentence()))
    if result.silent:
        out.print("no schedule says anything about " + ", ".join(result.silent))
    if "code_threw" in result.sometimes:
        out.print(
            "its code threw an exception on some schedule, and its callers were told 500; "
            "lastchunk simulate shows where"
        )
    for line in result.unsaid:
        out.print(f"[yellow]{escape(line)}[/]")
    if result.late_ms is not None:
        out.print(f"longest from the later of stop and last upload: {result.late_ms:,} ms")
    if result.goes_on:
        out.print(result.goes_on)
    for examples in result.counterexamples.values():
        if examples:
            out.print("")
            out.print(escape(f"{examples[0].slug}: {explanation(examples[0])}"))
    for limit in limits:
        out.print(escape(limit.sentence()))
    out.print("")
    out.print("What these verdicts assume:")
    for line in result.assumptions:
        out.print(escape(f"  {line}"))


@contextmanager
def refused_as(scenario: str, design: str, overrides: list[str]) -> Iterator[None]:
    """What cannot be explored is refused with the command that was given, and what it lacks."""
    try:
        yield
    except NotExplorableError as error:
        given = [word for override in overrides for word in ("--set", override)]
        words = ["lastchunk", "verify", scenario, "--design", design, *given]
        raise error.of_command(words) from error


@contextmanager
def progress_line() -> Iterator[Callable[[int, int, int], None] | None]:
    """A line on standard error: classes, frontier, depth; nothing where that is no terminal."""
    if not sys.stderr.isatty():
        yield None
        return
    with Console(stderr=True).status("exploring") as status:
        yield lambda classes, frontier, depth: status.update(
            f"exploring: {classes:,} classes, {frontier:,} at the frontier, depth {depth}"
        )
