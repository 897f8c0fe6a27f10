"""The names of the files of a matrix's schedules: one rule for who writes, reads and cites them."""

from __future__ import annotations

from collections.abc import Iterator

from lastchunk.model.explore.matrix.cells import Cell, Finding
from lastchunk.model.simulate.schedule import Schedule

EXAMPLES = "counterexamples"
"""The folder of the schedules, in a matrix's folder."""
MATRIX_FOLDER = "matrix"
"""The folder of a matrix, in a report's folder."""


def schedule_name(cell: Cell) -> str:
    """The name of the schedule that shows why a cell is violated or impossible."""
    return f"{cell.name}.jsonl"


def best_name(cell: Cell) -> str:
    """The name of the schedule that shows that the best possible is not reached."""
    return f"{cell.name}-best.jsonl"


def file_of(cell: Cell) -> str | None:
    """The file of a cell's schedule; None where no finite session shows it, or none is needed."""
    return schedule_name(cell) if _shows(cell.finding) else None


def file_of_best(cell: Cell) -> str | None:
    """The file of the schedule that does not reach the best possible; None where there is none."""
    return best_name(cell) if _shows(cell.reached) else None


def schedules_of(cell: Cell) -> Iterator[tuple[str, Schedule]]:
    """Each file of a cell, with what is written there."""
    for name, finding in ((schedule_name(cell), cell.finding), (best_name(cell), cell.reached)):
        if finding is not None and finding.schedule is not None:
            yield name, finding.schedule


def _shows(finding: Finding | None) -> bool:
    return finding is not None and finding.schedule is not None
