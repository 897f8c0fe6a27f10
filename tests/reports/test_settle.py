"""A report explores what can still settle a claim, and says of the rest why it did not."""

from __future__ import annotations

import pytest

from lastchunk.model.base.errors import InputError
from lastchunk.model.explore.matrix.cells import Cell
from lastchunk.model.explore.matrix.fault_classes import BUILDERS
from lastchunk.model.explore.matrix.matrix import Pair
from lastchunk.reports.claims import needed as settle
from lastchunk.reports.claims.needed import LARGE, NEEDLESS, matrix_for_claims
from tests.support.cells import Cells, matrix_of

DESIGNS = ("manual", "lazy-alarm")
REFUTED: Cells = {
    ("reliable", "complete_at_finalization"): "violated",
    ("reliable", "finalizes"): "violated",
    ("reliable", "nothing_refused"): "violated",
    ("crashes", "finalizes"): "violated",
}


@pytest.fixture
def explored(monkeypatch: pytest.MonkeyPatch) -> list[list[Pair]]:
    """What is explored, round by round, with made-up cells: one design refuted, one proved."""
    rounds: list[list[Pair]] = []
    made = {
        (cell.design, cell.faults, cell.slug): cell
        for name, cells in (("manual", REFUTED), ("lazy-alarm", {}))
        for cell in matrix_of(cells, "proved", (name,)).cells
    }

    def explore(pairs: list[Pair], *rest: object) -> dict[Pair, list[Cell]]:
        rounds.append(list(pairs))
        return {
            pair: [cell for (d, f, _), cell in made.items() if (d, f) == pair] for pair in pairs
        }

    monkeypatch.setattr(settle, "explore_pairs", explore)
    return rounds


def test_a_large_class_is_explored_only_where_it_can_settle_a_claim(
    explored: list[list[Pair]],
) -> None:
    steps: list[int] = []
    found = matrix_for_claims(DESIGNS, 2, 60.0, progress=steps.append)
    small = [slug for slug in BUILDERS if slug not in LARGE]
    assert explored[0] == [(name, slug) for name in DESIGNS for slug in small]
    assert explored[1] == [("lazy-alarm", slug) for slug in LARGE]
    assert sum(steps) == len(LARGE), "the rest is counted by who explores it"
    assert len(found.to_frame()) == len(found.slugs) * len(BUILDERS) * len(DESIGNS)
    cell = found.cell("manual", "all", "finalizes")
    assert (cell.kind, cell.finding.reason) == ("not explored", NEEDLESS)
    assert len(cell.finding.bounds) == len(BUILDERS["all"](2).scopes)
    assert found.cell("lazy-alarm", "all", "finalizes").kind == "proved"


def test_bad_bounds_are_refused_before_anything_is_explored(explored: list[list[Pair]]) -> None:
    with pytest.raises(InputError):
        matrix_for_claims(DESIGNS, 9, 60.0)
    assert explored == []
