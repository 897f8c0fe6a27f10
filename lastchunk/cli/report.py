"""``report``: every scenario and every design, every schedule, and what a design review reads."""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape

from lastchunk.cli.app import (
    EngineOption,
    SeedOption,
    SetOption,
    WorkersOption,
    console,
    cores,
)
from lastchunk.cli.compare import DesignsOption, SweepOption, show
from lastchunk.cli.completing import scenarios_like
from lastchunk.cli.evidence import Work
from lastchunk.cli.front import (
    AudienceOption,
    AuthorOption,
    DateOption,
    QuestionOption,
    TitleOption,
    front_of,
)
from lastchunk.cli.loading import DEFAULT_DESIGNS, command, options
from lastchunk.model.design.load import DesignSpec, load_designs
from lastchunk.model.design.named_settings import check_set
from lastchunk.model.estimate.checks import check_once
from lastchunk.model.estimate.comparison import Comparison
from lastchunk.model.explore.matrix.matrix import CHUNKS_MAX
from lastchunk.model.properties import PROPERTIES
from lastchunk.model.scenario.load import load_scenario, shipped
from lastchunk.model.scenario.schema import Scenario
from lastchunk.reports.conformance import read_conformance
from lastchunk.reports.matrix.file import of_designs, read_matrix
from lastchunk.reports.review import make_review
from lastchunk.reports.write import check_report_out, write_report

REPORT_DESIGNS = [*DEFAULT_DESIGNS, "lazy-alarm"]
"""Old, new, and the recommended one."""

ReportScenarios = Annotated[
    list[str] | None,
    typer.Option(
        "--scenario",
        autocompletion=scenarios_like,
        help="These scenarios, not all shipped ones.",
    ),
]
MatrixOption = Annotated[
    Path | None,
    typer.Option("--matrix", help="A folder of `lastchunk matrix`, in place of exploring anew."),
]
MatrixChunksOption = Annotated[
    int,
    typer.Option(
        "--matrix-chunks", help="Chunks of the verdict matrix; 0: no matrix.", min=0, max=CHUNKS_MAX
    ),
]
MatrixSecondsOption = Annotated[
    float,
    typer.Option("--matrix-seconds", help="Each group of properties of a class ends.", min=1),
]
ConformanceOption = Annotated[
    Path | None,
    typer.Option("--conformance", help="A conform.json of `lastchunk conform`, to show, too."),
]


def report(
    out: Annotated[Path, typer.Option("--out", help="The folder to write.")] = Path("reports/out"),
    scenario: ReportScenarios = None,
    design: DesignsOption = None,
    sessions: Annotated[int, typer.Option("--sessions", help="Per scenario and design.")] = 1_000,
    sweep_sessions: SweepOption = 200,
    proof_sessions: Annotated[
        int,
        typer.Option("--proof-sessions", help="Per point of the map; 0: no proofs.", min=0),
    ] = 100,
    matrix: MatrixOption = None,
    matrix_chunks: MatrixChunksOption = 2,
    matrix_seconds: MatrixSecondsOption = 120.0,
    conformance: ConformanceOption = None,
    seed: SeedOption = 1,
    overrides: SetOption = None,
    workers: WorkersOption = None,
    engine: EngineOption = "auto",
    title: TitleOption = "",
    author: AuthorOption = "",
    question: QuestionOption = "",
    date: DateOption = "",
    audience: AudienceOption = "review",
) -> None:
    """Write the design review: every scenario, every design, figures and verdicts.

    Its first screen answers the question; then come claims, why, how often, what fixes it, doubt.

    A class that takes longer than --matrix-seconds is unknown: a slow machine may know less.
    """
    began = time.perf_counter()
    check_report_out(out)
    front = front_of(title, author, question, date, audience)
    written = None if matrix is None else read_matrix(matrix)
    played = None if conformance is None else read_conformance(conformance)
    names, designs = scenario or shipped(), design or REPORT_DESIGNS
    loaded = each_once(names, overrides or [])
    specs = in_each(designs, loaded, overrides or [])
    written = written and of_designs(written, [spec.name for spec in specs[0]])
    chunks = matrix_chunks if written is None else 0
    counts = (sessions, sweep_sessions, proof_sessions, chunks, matrix_seconds)
    shared = (seed, cores(workers), engine, front.audience == "review")
    evidence = Work(designs, loaded, specs, *shared).done(*counts)
    review = make_review(
        evidence.comparisons,
        evidence.sweeps,
        command(),
        time.perf_counter() - began,
        given_for(names, loaded, overrides or []),
        evidence.proofs,
        evidence.costs,
        written or evidence.matrix,
        played,
        front,
        evidence.portraits,
    )
    write_report(review, out)
    say_written(evidence.comparisons, out)


def in_each(
    designs: list[str], loaded: Sequence[Scenario], overrides: Sequence[str]
) -> list[list[DesignSpec]]:
    """The designs in each scenario, with its settings. Raises `InputError`."""
    specs = [load_designs(designs, item) for item in loaded]
    check_set((item.partition("=")[0] for item in overrides), specs[0])
    return specs


def each_once(names: Sequence[str], overrides: Sequence[str]) -> list[Scenario]:
    """The scenarios of a report, which are told apart by name. Raises `InputError`."""
    loaded = [load_scenario(name, overrides) for name in names]
    check_once("--scenario", [item.name for item in loaded])
    return loaded


def say_written(comparisons: Sequence[Comparison], out: Path) -> None:
    """Print what the sessions of each scenario say, and where the report is."""
    for result in comparisons:
        show(result, list(PROPERTIES))
    console().print(escape(f"report: {out / 'report.html'}"))


def given_for(
    names: Sequence[str], loaded: Sequence[Scenario], overrides: Sequence[str]
) -> dict[str, list[str]]:
    """By scenario what the command line gave for it, to run one of its sessions again."""
    pairs = zip(names, loaded, strict=True)
    return {item.name: [name, *options(overrides)] for name, item in pairs}
