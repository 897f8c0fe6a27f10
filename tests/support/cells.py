"""Verdict matrices made by hand: every cell says what a test wants it to say."""

from __future__ import annotations

from collections.abc import Mapping

from lastchunk.model.explore.matrix.cells import SLUGS, Cell, CellKind, Finding
from lastchunk.model.explore.matrix.fault_classes import BUILDERS
from lastchunk.model.explore.matrix.matrix import Matrix
from lastchunk.model.scenario.load import load_scenario
from lastchunk.model.simulate.schedule import Schedule

CHUNKS = 2
Said = CellKind | tuple[CellKind, CellKind]
Cells = Mapping[tuple[str, str], Said]
"""By class and property; two kinds are those of an impossible cell and of its best possible."""


def schedule(pause_for_ms: int = 0) -> Schedule:
    """A schedule with no steps; whether the user pauses in it is all that is looked at."""
    scenario = load_scenario("everything-fast", [f"recording.pause_for_ms={pause_for_ms}"])
    return Schedule(scenario, "alarm", {}, 25_000, (0,), "quiet", ())


def finding(kind: CellKind, shows: Schedule | None = None) -> Finding:
    """A finding with words of its own kind; one that is violated has a schedule."""
    reason = {"violated": "it went wrong", "unknown": "the budget was used up"}.get(kind, "")
    return Finding(kind, reason, ("some bounds",), 5, 0.5, shows if kind == "violated" else None)


def matrix_of(
    cells: Cells,
    rest: CellKind = "not asked",
    designs: tuple[str, ...] = ("lazy-alarm",),
    faults: tuple[str, ...] = tuple(BUILDERS),
    shows: Schedule | None = None,
) -> Matrix:
    """A matrix whose cells are ``rest``, but for those given, which every design shares."""
    shows = shows or schedule()
    classes = tuple(BUILDERS[slug](CHUNKS) for slug in faults)
    made = []
    for design in designs:
        for item in classes:
            for slug in SLUGS:
                kind = cells.get((item.slug, slug), rest)
                if isinstance(kind, str):
                    made.append(Cell(design, item.slug, slug, finding(kind, shows)))
                    continue
                best = item.impossible[slug].best
                reached = finding(kind[1], shows)
                made.append(Cell(design, item.slug, slug, finding(kind[0], shows), best, reached))
    return Matrix(designs, classes, tuple(made), CHUNKS, 10.0)
