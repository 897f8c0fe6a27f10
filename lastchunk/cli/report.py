"""``report``: every scenario and every design, every schedule, and what a design review reads."""

from __future__ import annotations

import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape

from lastchunk.cli.app import SeedOption, SetOption, WorkersOption, console, cores
from lastchunk.cli.compare import DesignsOption, SweepOption, run_sweeps, show
from lastchunk.cli.loading import DEFAULT_DESIGNS, command, options
from lastchunk.cli.progress import progress_bar
from lastchunk.model.base.workers import end_workers
from lastchunk.model.design.load import load_designs
from lastchunk.model.estimate.comparison import compare as run_compare
from lastchunk.model.estimate.costs import cost_table
from lastchunk.model.explore.matrix.fault_classes import BUILDERS
from lastchunk.model.explore.matrix.matrix import CHUNKS_MAX, Matrix
from lastchunk.model.properties import PROPERTIES
from lastchunk.model.scenario.load import load_scenario, shipped
from lastchunk.reports.claims.needed import matrix_for_claims
from lastchunk.reports.matrix.file import of_designs, read_matrix
from lastchunk.reports.proofs import Proofs, make_proofs
from lastchunk.reports.review import make_review
from lastchunk.reports.write import check_out, write_report

SWEEP_SCENARIO = "everything-fast"
REPORT_DESIGNS = [*DEFAULT_DESIGNS, "lazy-alarm"]
"""Old, new, and the recommended one."""

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
    typer.Option("--matrix-seconds", help="A design gives up a class of faults there.", min=1),
]


def report(
    out: Annotated[Path, typer.Option("--out", help="The folder to write.")] = Path("reports/out"),
    scenario: Annotated[
        list[str] | None, typer.Option("--scenario", help="These scenarios, not all shipped ones.")
    ] = None,
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
    seed: SeedOption = 1,
    overrides: SetOption = None,
    workers: WorkersOption = None,
) -> None:
    """Write the design review: every scenario, every design, figures and verdicts.

    It opens with the claims, judged by the sessions and by a verdict matrix of these designs.

    A class that takes longer than --matrix-seconds is unknown: a slow machine may know less.
    """
    began = time.perf_counter()
    check_out(out)
    written = None if matrix is None else read_matrix(matrix)
    names = scenario or shipped()
    designs = design or REPORT_DESIGNS
    loaded = [load_scenario(name, overrides or []) for name in names]
    chosen_designs = [load_designs(designs, item) for item in loaded]
    if written is not None:
        written = of_designs(written, [spec.name for spec in chosen_designs[0]])
    comparisons = []
    with progress_bar("scenarios", len(names) * sessions) as progress:
        for item, specs in zip(loaded, chosen_designs, strict=True):
            comparisons.append(
                run_compare(item, specs, sessions, seed, cores(workers), progress=progress)
            )
    sweeps = run_sweeps(SWEEP_SCENARIO, designs, sweep_sessions, seed, cores(workers))
    given = {
        item.name: [name, *options(overrides or [])]
        for name, item in zip(names, loaded, strict=True)
    }
    settings = (matrix_chunks if written is None else 0, matrix_seconds, cores(workers))
    proofs, explored = explore(designs, proof_sessions, *settings)
    costs = cost_table(designs, sessions=20, seed=seed)
    seconds = time.perf_counter() - began
    review = make_review(
        comparisons, sweeps, command(), seconds, given, proofs, costs, written or explored
    )
    write_report(review, out)
    for result in comparisons:
        show(result, list(PROPERTIES))
    console().print(escape(f"report: {out / 'report.html'}"))


def explore(
    designs: Sequence[str], proof_sessions: int, chunks: int, seconds: float, workers: int
) -> tuple[Proofs | None, Matrix | None]:
    """The proofs and the verdict matrix of a report; None of either where it is asked for 0.

    The proofs take one core: worker processes explore the matrix meanwhile. A process explores one
    thing at a time, so with one worker one comes after the other.
    """

    def matrix() -> Matrix | None:
        if not chunks:
            return None
        with progress_bar("exploring", len(designs) * len(BUILDERS)) as progress:
            return matrix_for_claims(designs, chunks, seconds, workers, progress)

    def proofs() -> Proofs | None:
        return make_proofs(designs, proof_sessions) if proof_sessions else None

    if workers == 1:  # in this thread, where signals and limits of time work
        found = matrix()
        return proofs(), found
    with ThreadPoolExecutor(1) as beside:
        exploring = beside.submit(matrix)
        try:
            return proofs(), exploring.result()
        except BaseException:
            end_workers()  # the thread waits for them
            raise
