"""A report explores what can still settle a claim, and says of the rest why it did not."""

from __future__ import annotations

from collections.abc import Collection, Mapping

import pytest

from lastchunk.model.base.errors import InputError
from lastchunk.model.explore.matrix.cells import SLUGS, Cell
from lastchunk.model.explore.matrix.fault_classes import BUILDERS
from lastchunk.model.explore.matrix.pairs import Pair, PairsAfter, nothing_more
from lastchunk.reports.claims import needed as settle
from lastchunk.reports.claims.catalogue import CLAIMS
from lastchunk.reports.claims.needed import (
    LARGE,
    NEEDLESS,
    NOT_NAMED,
    matrix_for_claims,
)
from tests.support.cells import Cells, matrix_of

DESIGNS = ("manual", "lazy-alarm")
REFUTED: Cells = {
    ("reliable", "complete_at_finalization"): "violated",
    ("reliable", "finalizes"): "violated",
    ("reliable", "nothing_refused"): "violated",
    ("crashes", "finalizes"): "violated",
}


@pytest.fixture
def explored(monkeypatch: pytest.MonkeyPatch) -> list[Pair]:
    """What is explored, in order, with made-up cells: one design refuted, one proved."""
    begun: list[Pair] = []
    made = {
        (cell.design, cell.faults, cell.slug): cell
        for name, cells in (("manual", REFUTED), ("lazy-alarm", {}))
        for cell in matrix_of(cells, "proved", (name,)).cells
    }

    def explore(
        pairs: list[Pair],
        *rest: object,
        asked: Mapping[str, Collection[str]],
        after: PairsAfter = nothing_more,
    ) -> dict[Pair, list[Cell]]:
        found: dict[Pair, list[Cell]] = {}
        waiting = list(pairs)
        while waiting:
            pair = waiting.pop(0)
            begun.append(pair)
            slugs = asked.get(pair[1], SLUGS)
            found[pair] = [cell for (*p, s), cell in made.items() if (*p,) == pair and s in slugs]
            waiting = [*after(pair, found[pair]), *waiting]
        return found

    monkeypatch.setattr(settle, "explore_pairs", explore)
    return begun


def test_a_large_class_is_explored_only_where_it_can_settle_a_claim(
    explored: list[Pair],
) -> None:
    steps: list[int] = []
    found = matrix_for_claims(DESIGNS, 2, 60.0, progress=steps.append)
    small = ["commits", "crashes", "reliable", "client-lost", "late-alarms"]
    assert {*small, *LARGE} == set(BUILDERS)
    assert explored == [
        *(("lazy-alarm", slug) for slug in small),
        *(("lazy-alarm", slug) for slug in ("all", "loss", "any-delay")),
        *(("manual", slug) for slug in small),
    ], "the longest begins as soon as it is known to be needed, and no long one is left for the end"
    assert sum(steps) == len(LARGE), "the rest is counted by who explores it"
    assert len(found.to_frame()) == len(found.slugs) * len(BUILDERS) * len(DESIGNS)
    cell = found.cell("manual", "all", "finalizes")
    assert (cell.kind, cell.finding.reason) == ("not explored", NEEDLESS)
    assert len(cell.finding.bounds) == len(BUILDERS["all"](2).scopes)
    assert found.cell("lazy-alarm", "all", "finalizes").kind == "proved"


def test_of_a_large_class_it_explores_what_the_claims_name_there(explored: list[Pair]) -> None:
    found = matrix_for_claims(DESIGNS, 2, 60.0)
    cells = {(cell.faults, cell.slug): cell for cell in found.cells if cell.design == "lazy-alarm"}
    left_out = {place for place, cell in cells.items() if cell.kind == "not explored"}
    assert {faults for faults, _ in left_out} == set(LARGE), "small ones are explored whole"
    assert {cells[place].finding.reason for place in left_out} == {NOT_NAMED}
    named = {(faults, slug) for item in CLAIMS for faults in item.faults for slug in item.slugs}
    assert not left_out & named
    assert not left_out & {(faults, "nothing_lost") for faults in LARGE}
    assert {slug for faults, slug in left_out if faults == "all"} == {
        *("count_true", "duration_true", "finalizes_promptly", "not_while_recording")
    }


def test_bad_bounds_are_refused_before_anything_is_explored(explored: list[Pair]) -> None:
    with pytest.raises(InputError):
        matrix_for_claims(DESIGNS, 9, 60.0)
    assert explored == []
