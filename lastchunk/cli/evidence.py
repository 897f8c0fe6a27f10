"""All that a report rests on: sessions, sweeps, proofs, a verdict matrix, costs, portraits.

None of these needs another one's results. So they go on at once, and share the worker processes:
while one of them waits for its last task, the workers do the tasks of the others. A thread of each
hands out its tasks and gathers what comes back, in an order of its own: what it says does not
depend on the workers.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from functools import partial
from typing import Any

import pandas as pd

from lastchunk.cli.progress import progress_bars
from lastchunk.model.base.workers import (
    end_workers,
    in_rank,
    load_in_workers,
    shared_pool,
    workers_or_here,
)
from lastchunk.model.design.load import DesignSpec
from lastchunk.model.estimate.checks import check_run
from lastchunk.model.estimate.comparison import Comparison, compare
from lastchunk.model.estimate.costs import cost_table
from lastchunk.model.estimate.space import Axis
from lastchunk.model.estimate.sweep import REQUEST_DELAY, UPLINK_SPEED, sweep
from lastchunk.model.explore.matrix.fault_classes import BUILDERS
from lastchunk.model.explore.matrix.matrix import Matrix
from lastchunk.model.kernel.running.choice import may_be_compiled
from lastchunk.model.scenario.schema import Scenario
from lastchunk.reference_impl.designs import DESIGNS
from lastchunk.reports.claims.needed import matrix_for_claims
from lastchunk.reports.proofs import Proofs, make_proofs
from lastchunk.reports.simplicity import Portrait, portrait_of

SWEEP_SCENARIO = "everything-fast"
COMPILED = "lastchunk.model.kernel.loop"
"""What takes its time to load, where numba is."""
SWEPT = (UPLINK_SPEED, REQUEST_DELAY)
WorkProgress = Callable[[int], None]


@dataclass(frozen=True)
class Gathered:
    """What came of it; None of what was asked for 0 times."""

    comparisons: list[Comparison]
    sweeps: list[tuple[Axis, pd.DataFrame]]
    costs: pd.DataFrame
    proofs: Proofs | None
    matrix: Matrix | None
    portraits: dict[str, Portrait]


def _settle(rank: int, part: Callable[[], Any], outcome: Future[Any]) -> None:
    """Do one part, and tell what came of it."""
    try:
        with in_rank(rank):
            outcome.set_result(part())
    except BaseException as error:
        outcome.set_exception(error)


@dataclass(frozen=True)
class Work:
    """The designs of a report, in each of its scenarios; and how many processes do the work.

    ``has_portraits``: the shipped designs among them are shown.
    """

    designs: Sequence[str]
    scenarios: Sequence[Scenario]
    specs: Sequence[Sequence[DesignSpec]]
    seed: int
    workers: int
    engine: str = "auto"
    has_portraits: bool = False

    def done(
        self, sessions: int, swept: int, sampled: int, chunks: int, matrix_seconds: float
    ) -> Gathered:
        """Do it. ``swept`` and ``sampled`` are the sessions of a point of the sweeps, of the map.

        Exploring comes first: it has the longest tasks, and some are only known when others are
        done. What several parts raise is the first one's. What is wrong with the sessions is said
        before minutes of exploring. Raises `InputError`.
        """
        check_run(sessions, self.seed, self.workers, self.engine)
        if may_be_compiled(self.engine, sessions):
            load_in_workers(COMPILED)
        totals = {
            "scenarios": len(self.scenarios) * sessions,
            "sweeps": sum(len(axis.points) for axis in SWEPT) * swept,
            "exploring": len(self.designs) * len(BUILDERS) if chunks else 0,
        }
        with progress_bars(totals) as (told, told_of_sweeps, told_of_matrix):
            matrix, proofs, portraits, costs, sweeps, *comparisons = self._at_once(
                lambda: self._matrix(chunks, matrix_seconds, told_of_matrix),
                lambda: self._proofs(sampled),
                self._portraits,
                lambda: cost_table(self.designs, sessions=20, seed=self.seed, workers=self.workers),
                lambda: self._sweeps(swept, told_of_sweeps),
                *(partial(self._comparison, at, sessions, told) for at in range(len(self.specs))),
            )
            return Gathered(comparisons, sweeps, costs, proofs, matrix, portraits)

    def _at_once(self, *parts: Callable[[], Any]) -> list[Any]:
        """The results of some parts, in order; the workers do the first ones before the others."""
        if self.workers == 1:  # in this thread, where signals and limits of time work
            return [part() for part in parts]
        with shared_pool(self.workers):
            outcomes: list[Future[Any]] = [Future() for _ in parts]
            for rank, (part, outcome) in enumerate(zip(parts, outcomes, strict=True)):
                # Nobody waits for a thread whose workers were ended: it may never hear of it.
                given = (rank, part, outcome)
                threading.Thread(target=_settle, args=given, daemon=True).start()
            try:
                return [outcome.result() for outcome in outcomes]
            except BaseException:
                end_workers()
                raise

    def _comparison(self, at: int, sessions: int, told: WorkProgress) -> Comparison:
        """The designs in one scenario."""
        given = (self.scenarios[at], self.specs[at], sessions, self.seed, self.workers)
        return compare(*given, progress=told, engine=self.engine)

    def _sweeps(self, sessions: int, told: WorkProgress) -> list[tuple[Axis, pd.DataFrame]]:
        axes = SWEPT if sessions else ()
        given = (self.designs, sessions, self.seed, self.workers)
        return [(axis, sweep(SWEEP_SCENARIO, axis, *given, progress=told)) for axis in axes]

    def _proofs(self, sessions: int) -> Proofs | None:
        if not sessions:
            return None
        return make_proofs(self.designs, sessions, workers=self.workers)

    def _portraits(self) -> dict[str, Portrait]:
        names = [spec.name for spec in self.specs[0] if spec.name in DESIGNS]
        with workers_or_here(self.workers) as executor:
            wanted = names if self.has_portraits else ()
            made = {name: executor.submit(portrait_of, name) for name in wanted}
            return {name: future.result() for name, future in made.items()}

    def _matrix(self, chunks: int, seconds: float, told: WorkProgress) -> Matrix | None:
        if not chunks:
            return None
        return matrix_for_claims(self.designs, chunks, seconds, self.workers, told)
